"""Every way a request can go, at random but always the same: no place, line or socket is ever lost."""

import asyncio
import os
import random
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from bot.errors import CodebellError, Unavailable
from bot.providers.http import Net
from bot.providers.line import Line
from bot.providers.lines import Lines
from tests.providers.bordering import ASK, OK, asking, failing, site
from tests.providers.server import Server, self_signed
from tests.providers.site import KEY
from tests.providers.test_connecting import trusting

HEAD = b"HTTP/1.1 200 OK\r\n"
SAID = (
    *(OK, OK, OK[:9], OK + b"more", HEAD + b"connection: close\r\ncontent-length: 2\r\n\r\nok"),
    *(HEAD + b"content-length: 1\r\n\r\nok", HEAD + b"content-length: 3\r\n\r\nok", HEAD + b"\r\nok"),
    *(
        b"HTTP/1.1 100 Continue\r\n\r\n" + OK,
        b"HTTP/1.1 503 No\r\ncontent-length: 2\r\n\r\nno",
        b"what\r\n\r\n",
    ),
    HEAD + b"content-encoding: gzip\r\ncontent-length: 2\r\n\r\nok",
)


async def settled(done: Callable[[], bool]) -> None:
    """After so many turns of the event loop."""
    for _ in range(2_000):
        if done():
            return
        await asyncio.sleep(0)
    raise AssertionError("it never settled")


class Narrow(Lines):
    """A few places, and little patience."""

    width, patience, connect, read, expiry = 4, 0.1, 0.1, 0.02, 0.02


class Late(Lines):
    """Comes to ask only after the site has said something, or gone."""

    async def _connected(self) -> Line:
        line = await super()._connected()
        await settled(lambda: not line.is_open)
        return line


def moody(chance: random.Random) -> Server:
    """Says something, or nothing, and stays, or leaves."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(chance.choice((b"", *SAID)))
        leave = chance.choice((None, None, writer.close, writer.write_eof, writer.transport.abort))
        if leave is not None:
            leave()

    return Server(serve)


async def use(opened: Lines, root: str, chance: random.Random) -> None:
    """Ask many times, and break some of it off at any turn of the event loop."""
    asked_of = site(root, Net(lambda _: opened, body_limit=chance.choice((1, 100))))
    for _ in range(40):
        asked = [asyncio.create_task(asked_of.send(ASK, KEY)) for _ in range(chance.randrange(1, 9))]
        for _ in range(chance.randrange(30)):
            await asyncio.sleep(0)
        for task in chance.sample(asked, chance.randrange(len(asked) + 1)):
            task.cancel()
        for task in asked:
            with suppress(CodebellError, asyncio.CancelledError):
                await task


def files() -> int:
    return len(os.listdir("/proc/self/fd"))


async def assert_all_is_given_back(opened: Lines) -> None:
    assert opened._slots._value == Narrow.width
    assert opened._open == {*opened._free}
    await opened.aclose()
    assert not opened._open


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("tls", [False, True])
async def test_no_place_and_no_line_is_lost_on_any_way(tmp_path: Path, seed: int, tls: bool) -> None:
    chance, server = random.Random(seed), moody(random.Random(seed))
    before = files()
    async with server.running(self_signed(tmp_path) if tls else None):
        opened = Narrow(server.root, trusting(tmp_path) if tls else None)
        await use(opened, server.root, chance)
        await assert_all_is_given_back(opened)
    await settled(lambda: files() <= before)


async def test_what_a_site_says_before_it_was_asked_is_no_answer_and_nothing_was_sent() -> None:
    async def hasty(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(OK)
        with suppress(ConnectionError):
            heard.append(await reader.read())
        writer.close()

    heard: list[bytes] = []
    async with await asyncio.start_server(hasty, "127.0.0.1", 0) as server:
        root = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        opened = Late(root)
        error = await failing(site(root, Net(lambda _: opened)).send(ASK, KEY))
        await opened.aclose()
    assert isinstance(error, Unavailable)
    assert not error.sent
    assert b"".join(heard) == b""


async def test_who_comes_to_ask_when_all_is_closed_asks_nothing() -> None:
    server = Server(lambda reader, writer: asyncio.sleep(0))
    async with server.running():
        opened = Narrow(server.root)
        asked = asyncio.create_task(failing(site(server.root, Net(lambda _: opened)).send(ASK, KEY)))
        await asyncio.sleep(0)
        await opened.aclose()
        error = await asked
    assert isinstance(error, Unavailable)
    assert not error.sent
    assert server.heads == []


async def test_an_answer_without_a_length_that_we_break_off_is_no_answer() -> None:
    said = asyncio.Event()

    async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(HEAD + b"\r\nACCESS_NUMBER:1:2")
        said.set()
        await reader.read()

    server = Server(endless)
    async with asking(server) as opened:
        asked = asyncio.create_task(failing(opened.send(ASK, KEY)))
        await said.wait()
        for _ in range(20):
            await asyncio.sleep(0)
        await opened.close()
        error = await asked
    assert isinstance(error, Unavailable)
    assert error.sent
