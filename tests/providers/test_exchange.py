"""What of a call goes over the wire, to the byte, and which of an answer's bytes are read."""

import gzip

import httpx
import pytest

from bot.errors import BadReply, Unavailable
from bot.providers import http
from bot.providers.exchange import Reply, written
from bot.providers.http import Net
from bot.providers.pace import Pace
from bot.providers.signing import Call, Sign, as_bearer, in_query
from tests.providers.bordering import ASK, OK, asking, failing
from tests.providers.server import Server, saying
from tests.providers.site import KEY, SECRET

ALWAYS = "accept: */*\r\naccept-encoding: gzip\r\nconnection: keep-alive\r\nuser-agent: Codebell\r\n"
QUERY = "api_key=eyJhbGciOi.SEEDED%2Bprovider%2Fkey_0123456789.abcDEF%3D"


async def heard(server: Server, sign: Sign, call: Call, below: str = "") -> str:
    """The head with which a site is asked whose root is there, or below it; its Host is checked here."""
    net = Net()
    async with server.running():
        opened = http.Site(server.root + below, sign, net, Pace(0, 1, net.clock, net.sleep))
        assert (await opened.send(call, KEY)).text == "ok"
        await opened.close()
    host = f"Host: {server.root.removeprefix('http://')}\r\n"
    assert host in server.heads[0]
    return server.heads[0].replace(host, "")


@pytest.mark.parametrize(
    ("below", "path", "target"),
    [
        ("", "", "/"),
        ("/", "", "/"),
        ("", "/a", "/a"),
        ("/a.php", "", "/a.php"),
        ("/ä b/", "/c", "/%C3%A4%20b/c"),
    ],
)
async def test_a_question_is_asked_below_the_root_of_its_site(below: str, path: str, target: str) -> None:
    head = await heard(saying(OK), in_query, Call(path, {"x": "ä &+"}), below)
    assert head == f"GET {target}?{QUERY}&x=%C3%A4+%26%2B HTTP/1.1\r\n{ALWAYS}\r\n"


async def test_a_question_without_a_query_has_no_question_mark() -> None:
    head = await heard(saying(OK), as_bearer, Call("/a"))
    assert head == f"GET /a HTTP/1.1\r\n{ALWAYS}authorization: Bearer {SECRET}\r\n\r\n"


def test_a_body_is_sent_with_its_length_in_bytes() -> None:
    request = written(Call("/a", method="POST", body={"x": "ä"}))
    assert request.content == '{"x":"ä"}'.encode()
    assert request.headers[-2:] == [(b"Content-Length", b"10"), (b"Content-Type", b"application/json")]


@pytest.mark.parametrize(
    "call", [Call("/a", {"x": "\ud800"}), Call("/a b"), Call("/a", headers={"x": "a\nb"})]
)
async def test_what_cannot_be_said_in_http_is_not_sent(call: Call) -> None:
    server = saying(OK)
    async with asking(server) as opened:
        assert type(await failing(opened.send(call, KEY))) is Unavailable
    assert server.connections == 0


@pytest.mark.parametrize("status", [302, 500, 503])
async def test_the_page_of_a_failure_or_a_redirect_is_not_waited_for(status: int) -> None:
    server = saying(b"HTTP/1.1 %d Page\r\ncontent-length: 1000000\r\n\r\n<html>" % status)
    async with asking(server) as opened:
        for _ in range(2):
            assert type(await failing(opened.send(ASK, KEY))) is (BadReply if status == 302 else Unavailable)
    assert server.connections == 2


@pytest.mark.parametrize("packing", [[b"gzip", b"gzip"], [b"gzip, gzip"], [b"br"], [b"deflate"]])
def test_another_packing_is_not_wanted(packing: list[bytes]) -> None:
    assert not Reply(200, [(b"Content-Encoding", each) for each in packing]).is_wanted


@pytest.mark.parametrize("packing", [b"", b" identity", b"GZIP "])
def test_a_packing_may_be_spelled_in_any_way(packing: bytes) -> None:
    assert Reply(200, [(b"content-encoding", packing)]).is_wanted


def test_nothing_packed_is_nothing_and_half_of_it_is_broken() -> None:
    head = Reply(200, [(b"content-encoding", b"gzip")])
    assert head.complete(b"", 0).body == b""
    with pytest.raises(httpx.DecodingError):
        head.complete(b"\x1f\x8b", 0)


def test_b_11_what_follows_a_packing_is_never_left_out_of_the_answer() -> None:
    head, packed = Reply(200, [(b"content-encoding", b"gzip")]), gzip.compress(b"ACCESS_NUMBER:1:7900")
    assert head.complete(packed + b"\r\n", 100).body == b"ACCESS_NUMBER:1:7900"
    for more in (gzip.compress(b"1234567"), b"1234567"):
        with pytest.raises(httpx.DecodingError):
            head.complete(packed + more, 100)
