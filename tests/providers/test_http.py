"""The border to the network, against real sockets where they matter: what it sends, repeats, and cuts."""

import asyncio
import gzip
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr

from bot.errors import BadReply, Unavailable
from bot.providers import http
from bot.providers.http import Net
from tests.providers import site as fake
from tests.providers.bordering import ASK, OK, asking, failing, site
from tests.providers.server import Server, saying, self_signed
from tests.providers.site import KEY, SECRET, Said, Time


async def test_an_answer_comes_without_its_blanks_and_byte_order_mark() -> None:
    async with asking(saying(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n\xef\xbb\xbf ok \r\n")) as opened:
        assert await opened.read(ASK, KEY) == http.Answer(200, "ok")


async def test_a_connection_is_used_again_and_opened_at_the_first_call_only() -> None:
    server = saying(OK)
    async with asking(server) as opened:
        assert server.connections == 0
        for _ in range(3):
            await opened.read(ASK, KEY)
        assert server.connections == 1


async def test_a_closed_site_opens_itself_again() -> None:
    async with asking(saying(OK)) as opened:
        await opened.read(ASK, KEY)
        await opened.close()
        assert (await opened.read(ASK, KEY)).text == "ok"


async def test_cookies_are_not_carried_from_one_key_to_the_next() -> None:
    server = saying(b"HTTP/1.1 200 OK\r\nset-cookie: sid=1; path=/\r\ncontent-length: 0\r\n\r\n")
    async with asking(server) as opened:
        await opened.read(ASK, KEY)
        await opened.read(ASK, SecretStr("another-key"))
    assert not any("cookie" in head.lower() for head in server.heads)


async def test_x_5_a_redirect_is_not_followed_and_the_key_goes_nowhere_else() -> None:
    other = saying(OK)
    async with other.running():
        moved = f"HTTP/1.1 302 Found\r\nlocation: {other.root}/?api_key={SECRET}\r\ncontent-length: 0\r\n\r\n"
        async with asking(saying(moved.encode())) as opened:
            error = await failing(opened.read(ASK, KEY))
    assert type(error) is BadReply
    assert other.heads == []


async def test_x_10_proxies_of_the_environment_are_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    proxy, server = saying(OK), saying(OK)
    async with proxy.running():
        for name in ("http_proxy", "HTTPS_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.root)
        async with asking(server) as opened:
            await opened.read(ASK, KEY)
    assert proxy.heads == []
    assert len(server.heads) == 1


async def test_x_6_a_slow_drip_is_cut_by_the_deadline() -> None:
    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n")
        await reader.read()

    async with asking(Server(drip), Net(deadline=2.0)) as opened, asyncio.timeout(20):
        error = await failing(opened.read(ASK, KEY))
    assert type(error) is Unavailable
    assert error.sent


async def test_x_6_an_endless_body_is_cut_at_the_cap() -> None:
    async def flood(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            writer.write(b"x" * 65_536)
            await writer.drain()

    async with asking(Server(flood), Net(body_limit=1_000_000)) as opened:
        assert type(await failing(opened.send(ASK, KEY))) is BadReply


@pytest.mark.parametrize(("size", "fits"), [(1_000, True), (1_001, False), (50_000_000, False)])
async def test_x_6_packed_bodies_are_measured_unpacked(size: int, fits: bool) -> None:
    body = gzip.compress(b"x" * size)
    head = f"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: {len(body)}\r\n\r\n"
    async with asking(saying(head.encode() + body), Net(body_limit=1_000)) as opened:
        if fits:
            assert len((await opened.send(ASK, KEY)).text) == size
        else:
            assert type(await failing(opened.send(ASK, KEY))) is BadReply


async def test_a_packing_that_was_not_asked_for_is_not_guessed_at() -> None:
    answer = b"HTTP/1.1 200 OK\r\ncontent-encoding: br\r\ncontent-length: 2\r\n\r\nok"
    async with asking(saying(answer)) as opened:
        assert type(await failing(opened.send(ASK, KEY))) is BadReply


async def test_b_9_a_reset_after_the_request_leaves_it_open_whether_it_arrived() -> None:
    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.transport.abort()

    server = Server(hang_up)
    async with asking(server) as opened:
        error = await failing(opened.send(ASK, KEY))
    assert type(error) is Unavailable
    assert error.sent
    assert len(server.heads) == 1


async def test_where_nobody_listens_nothing_was_sent() -> None:
    async with saying(OK).running() as server:
        root = server.root
    error = await failing(site(root).send(ASK, KEY))
    assert type(error) is Unavailable
    assert not error.sent


async def test_x_7_a_certificate_nobody_signed_is_refused_before_the_key_is_sent(tmp_path: Path) -> None:
    server = saying(OK)
    async with server.running(self_signed(tmp_path)):
        error = await failing(site(server.root).send(ASK, KEY))
    assert type(error) is Unavailable
    assert not error.sent
    assert server.heads == []


@pytest.mark.parametrize("failure", [httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout])
async def test_without_a_connection_nothing_was_sent(failure: type[httpx.TransportError]) -> None:
    error = await failing(told(Said(failure=failure)).send(ASK, KEY))
    assert isinstance(error, Unavailable)
    assert not error.sent


@pytest.mark.parametrize(
    "failure",
    [httpx.ReadTimeout, httpx.WriteTimeout, httpx.ReadError, httpx.WriteError, httpx.RemoteProtocolError],
)
async def test_after_a_connection_it_may_have_been(failure: type[httpx.TransportError]) -> None:
    error = await failing(told(Said(failure=failure)).send(ASK, KEY))
    assert isinstance(error, Unavailable)
    assert error.sent


@pytest.mark.parametrize("reply", [Said("", 500), Said(failure=httpx.ReadError)])
async def test_a_read_is_tried_three_times_with_growing_pauses(reply: Said) -> None:
    asked, time = fake.Site((reply,)), Time()
    error = await failing(site("https://x.example", fake.net(asked, time)).read(ASK, KEY))
    assert isinstance(error, Unavailable)
    assert len(asked.requests) == 3
    assert time.slept == [0.5, 1.0]


async def test_a_site_that_is_asked_too_often_is_left_alone_for_five_seconds() -> None:
    asked, time = fake.Site((Said("", 429),)), Time()
    error = await failing(site("https://x.example", fake.net(asked, time)).read(ASK, KEY))
    assert isinstance(error, Unavailable)
    assert error.retry_after == 5
    assert time.slept == [5, 5]


async def test_the_pause_is_drawn_anew_between_nothing_and_its_most() -> None:
    asked, time = fake.Site((Said("", 500),)), Time()
    drawn = iter([0.0, 0.9])
    net = replace(fake.net(asked, time), chance=lambda: next(drawn))
    await failing(site("https://x.example", net).read(ASK, KEY))
    assert time.slept == [0.0, 1.8]


async def test_a_read_that_succeeds_at_last_tells_nothing_of_the_failures() -> None:
    asked = fake.Site((Said("", 502), Said(failure=httpx.ReadError), Said("ok")))
    assert (await site("https://x.example", fake.net(asked)).read(ASK, KEY)).text == "ok"


@pytest.mark.parametrize("reply", [Said("", 500), Said("", 429), Said(failure=httpx.ConnectError)])
async def test_what_is_sent_is_sent_once(reply: Said) -> None:
    asked = fake.Site((reply,))
    opened = site("https://x.example", fake.net(asked))
    if reply.status == 429:
        assert (await opened.send(ASK, KEY)).status == 429
    else:
        await failing(opened.send(ASK, KEY))
    assert len(asked.requests) == 1


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 406, 409, 422])
async def test_a_no_is_an_answer_and_not_asked_twice(status: int) -> None:
    asked = fake.Site((Said("why", status),))
    answer = await site("https://x.example", fake.net(asked)).read(ASK, KEY)
    assert answer == http.Answer(status, "why")
    assert len(asked.requests) == 1


async def test_a_short_pause_asked_for_is_kept_and_a_long_one_handed_on() -> None:
    time = Time()
    asked = fake.Site((Said("", 503, {"retry-after": "4"}), Said("", 429, {"retry-after": "6"})))
    error = await failing(site("https://x.example", fake.net(asked, time)).read(ASK, KEY))
    assert isinstance(error, Unavailable)
    assert error.retry_after == 6
    assert time.slept == [4]
    assert len(asked.requests) == 2


async def test_an_answer_that_echoes_the_key_has_it_masked() -> None:
    answer = await told(Said("no such thing: {echo}")).read(ASK, KEY)
    assert SECRET not in answer.text
    assert "api_key=***" in answer.text


@pytest.mark.parametrize("key", ["0123456789abcdef0123456789abcdef", "abc+def/ghi=", "12345678"])
async def test_a_key_is_masked_however_it_is_spelled(key: str) -> None:
    for spelled in fake.spellings(key):
        answer = await told(Said(f"STATUS_OK:{spelled}!")).read(ASK, SecretStr(key))
        assert answer.text == "STATUS_OK:***!"


async def test_an_address_that_cannot_be_asked_is_our_error_too() -> None:
    for root in ("http://127.0.0.1:bad", "http://", "gopher://x.example", "http://" + "a" * 300):
        assert type(await failing(site(root).send(ASK, KEY))) is Unavailable


def told(reply: Said) -> http.Site:
    return site("https://x.example", fake.net(fake.Site((reply,))))
