"""What comes back on a connection: cut, mixed up, in pieces, too much; no answer becomes another's."""

import asyncio
import gzip
import tracemalloc

import pytest

from bot.errors import BadReply, Unavailable
from bot.providers.http import Net
from tests.providers.bordering import ASK, OK, asking, failing
from tests.providers.server import Server, saying
from tests.providers.site import KEY

HEAD = b"HTTP/1.1 200 OK\r\n"
CHUNKED = HEAD + b"transfer-encoding: chunked\r\n\r\n"

BROKEN = {
    "no HTTP": b"220 mail.example ESMTP\r\n\r\n",
    "no status": b"HTTP/1.1 OK\r\ncontent-length: 2\r\n\r\nok",
    "a status of four digits": b"HTTP/1.1 2000 OK\r\ncontent-length: 2\r\n\r\nok",
    "a header without a name": HEAD + b": x\r\ncontent-length: 2\r\n\r\nok",
    "a zero in a header": HEAD + b"x: \x00\r\ncontent-length: 2\r\n\r\nok",
    "a negative length": HEAD + b"content-length: -2\r\n\r\nok",
    "two lengths": HEAD + b"content-length: 2\r\ncontent-length: 3\r\n\r\nok!",
    "a chunk of no size": CHUNKED + b"zz\r\nok\r\n0\r\n\r\n",
    "a chunk that is longer than it says": CHUNKED + b"1\r\nok\r\n0\r\n\r\n",
    "a protocol nobody asked for": b"HTTP/1.1 101 Switching\r\nupgrade: h2c\r\nconnection: upgrade\r\n\r\n",
    "a head without an end": HEAD + b"x: " + b"y" * 120_000,
    "a packing that is none": HEAD + b"content-encoding: gzip\r\ncontent-length: 2\r\n\r\nok",
}
CUT = {
    "nothing": b"",
    "half a head": b"HTTP/1.1 200 OK\r\ncontent-le",
    "half a body": HEAD + b"content-length: 9\r\n\r\nok",
    "half a chunk": CHUNKED + b"9\r\nok",
    "no last chunk": CHUNKED + b"2\r\nok\r\n",
}
WHOLE = {
    "chunks": CHUNKED + b"1\r\no\r\n1;x=y\r\nk\r\n0\r\nx: y\r\n\r\n",
    "a word before it": b"HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n" + OK,
    "odd spelling": b"HTTP/1.1 200\r\nCONTENT-LENGTH:2\r\nX-Y:  \xe9 \r\n\r\nok",
    "a long head": HEAD + b"x: " + b"y" * 60_000 + b"\r\ncontent-length: 2\r\n\r\nok",
}
LAST = {
    "HTTP/1.0": b"HTTP/1.0 200 OK\r\ncontent-length: 2\r\n\r\nok",
    "HTTP/1.0 without a length": b"HTTP/1.0 200 OK\r\n\r\nok",
    "no length": HEAD + b"\r\nok",
    "a farewell": HEAD + b"connection: close\r\ncontent-length: 2\r\n\r\nok",
}


def closing(answer: bytes) -> Server:
    """Says it and closes the connection, without a reset."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(answer)
        writer.close()

    return Server(serve)


@pytest.mark.parametrize("answer", BROKEN.values(), ids=BROKEN)
async def test_b_11_what_is_no_answer_leaves_it_open_and_its_connection_is_not_used_again(
    answer: bytes,
) -> None:
    server = saying(answer)
    async with asking(server) as opened:
        for _ in range(2):
            error = await failing(opened.send(ASK, KEY))
            assert isinstance(error, Unavailable)
            assert error.sent
    assert len(server.heads) == server.connections == 2


@pytest.mark.parametrize("answer", CUT.values(), ids=CUT)
async def test_b_9_a_connection_that_ends_too_soon_leaves_it_open_and_nothing_is_sent_twice(
    answer: bytes,
) -> None:
    server = closing(answer)
    async with asking(server) as opened:
        error = await failing(opened.send(ASK, KEY))
    assert isinstance(error, Unavailable)
    assert error.sent
    assert len(server.heads) == 1


@pytest.mark.parametrize("reset", [False, True])
async def test_b_9_a_kept_connection_that_ends_over_a_request_sends_nothing_twice(reset: bool) -> None:
    async def once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if len(server.heads) == 1:
            writer.write(OK)
        elif reset:
            writer.transport.abort()
        else:
            writer.close()

    server = Server(once)
    async with asking(server) as opened:
        await opened.send(ASK, KEY)
        error = await failing(opened.send(ASK, KEY))
    assert type(error) is Unavailable
    assert error.sent
    assert len(server.heads) == 2
    assert server.connections == 1


@pytest.mark.parametrize("answer", WHOLE.values(), ids=WHOLE)
async def test_an_answer_is_read_however_it_is_spelled_and_its_connection_used_again(answer: bytes) -> None:
    server = saying(answer)
    async with asking(server) as opened:
        for _ in range(2):
            assert (await opened.send(ASK, KEY)).text == "ok"
    assert server.connections == 1


@pytest.mark.parametrize("answer", LAST.values(), ids=LAST)
async def test_a_connection_that_ends_with_its_answer_is_not_used_again(answer: bytes) -> None:
    server = closing(answer)
    async with asking(server) as opened:
        for _ in range(2):
            assert (await opened.send(ASK, KEY)).text == "ok"
    assert len(server.heads) == server.connections == 2


async def test_an_answer_comes_byte_by_byte() -> None:
    async def drop_by_drop(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for byte in OK:
            writer.write(bytes([byte]))
            await writer.drain()
            await asyncio.sleep(0)

    async with asking(Server(drop_by_drop)) as opened:
        assert (await opened.send(ASK, KEY)).text == "ok"


async def test_an_answer_without_a_length_is_read_to_its_end_and_never_beyond_the_cap() -> None:
    server = closing(HEAD + b"\r\n" + b"x" * 3_000_000)
    async with asking(server) as opened:
        assert len((await opened.send(ASK, KEY)).text) == 3_000_000
    async with asking(server, Net(body_limit=2_999_999)) as opened:
        assert type(await failing(opened.send(ASK, KEY))) is BadReply


async def test_a_packed_answer_in_pieces_is_unpacked() -> None:
    packed = gzip.compress("schön".encode())
    chunks = b"".join(b"1\r\n" + bytes([byte]) + b"\r\n" for byte in packed)
    answer = HEAD + b"content-encoding: gzip\r\ntransfer-encoding: chunked\r\n\r\n" + chunks + b"0\r\n\r\n"
    async with asking(saying(answer)) as opened:
        assert (await opened.send(ASK, KEY)).text == "schön"


@pytest.mark.parametrize("end", [-1, -8, -20, 11])
async def test_b_9_a_packing_that_ends_too_soon_is_never_taken_for_the_whole_answer(end: int) -> None:
    packed = gzip.compress(b"ACCESS_NUMBER:1:79001234567" * 9)[:end]
    head = HEAD + b"content-encoding: gzip\r\ncontent-length: %d\r\n\r\n" % len(packed)
    async with asking(saying(head + packed)) as opened:
        error = await failing(opened.send(ASK, KEY))
    assert isinstance(error, Unavailable)
    assert error.sent


async def test_a_connection_with_nothing_to_do_keeps_nothing_of_its_last_answer() -> None:
    server = saying(HEAD + b"content-length: 3000000\r\n\r\n" + b"x" * 3_000_000)
    async with asking(server) as opened:
        await opened.send(ASK, KEY)
        tracemalloc.start()
        try:
            await opened.send(ASK, KEY)
            await asyncio.sleep(0)  # what woke this task holds the answer until then
            assert tracemalloc.get_traced_memory()[0] < 1_000_000
        finally:
            tracemalloc.stop()
    assert server.connections == 1


async def test_what_nobody_reads_stays_with_the_site() -> None:
    held: list[int] = []

    async def flood(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(HEAD + b"content-length: 100000000\r\n\r\n")
        for piece in range(1_000):
            held.append(piece)
            writer.write(b"x" * 100_000)
            await writer.drain()

    async with asking(Server(flood), Net(body_limit=100_000)) as opened:
        assert type(await failing(opened.send(ASK, KEY))) is BadReply
    assert len(held) < 900


@pytest.mark.parametrize("more", [b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nbogus", b"\r\n"])
async def test_an_answer_nobody_asked_for_is_never_the_answer_to_the_next_question(more: bytes) -> None:
    server = saying(OK + more)
    async with asking(server) as opened:
        for _ in range(2):
            assert (await opened.send(ASK, KEY)).text == "ok"
    assert server.connections == 2


async def test_what_a_site_says_between_two_questions_ends_the_connection() -> None:
    said, ended = asyncio.Event(), asyncio.Event()

    async def chatty(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(OK)
        if len(server.heads) == 1:
            await said.wait()
            writer.write(b"HTTP/1.1 408 Too late\r\ncontent-length: 0\r\n\r\n")
            await reader.read()
            ended.set()

    server = Server(chatty)
    async with asking(server) as opened:
        await opened.send(ASK, KEY)
        said.set()
        await ended.wait()
        assert (await opened.send(ASK, KEY)).text == "ok"
    assert server.connections == 2
