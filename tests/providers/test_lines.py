"""The connections to a site: how many, whose turn it is, when they end; none sends a request twice."""

import asyncio
import logging
import random
import re
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest

from bot.errors import CodebellError, Unavailable
from bot.providers.http import Net
from bot.providers.lines import Lines
from bot.providers.signing import Call
from tests.providers.bordering import ASK, OK, asking, failing, site
from tests.providers.server import Server, saying
from tests.providers.site import KEY, SECRET

#: As many as there are connections to one site.
WIDTH = Lines.width


class Impatient(Lines):
    """Waits for answers, but hardly for a connection."""

    patience = 0.05


class Unheard(Lines):
    """Gives a connection its time, and an answer none."""

    read = 0.05


class Tidy(Lines):
    """Closes soon what nobody needs."""

    expiry = 0.05


class Steady(Lines):
    """Waits for a second and a half in which nothing comes, and no longer."""

    read = 1.5


class Gate:
    """A site that answers when it is let; it knows who came and who left meanwhile."""

    def __init__(self) -> None:
        self.let, self.left = asyncio.Event(), asyncio.Event()
        self.server = Server(self._serve)
        self._came = asyncio.Semaphore(0)

    async def waiting(self, requests: int) -> None:
        """Until so many more requests have come."""
        for _ in range(requests):
            await self._came.acquire()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._came.release()
        letting, leaving = asyncio.ensure_future(self.let.wait()), asyncio.ensure_future(reader.read())
        await asyncio.wait([letting, leaving], return_when=asyncio.FIRST_COMPLETED)
        if leaving.done():
            letting.cancel()
            self.left.set()
        else:
            leaving.cancel()
            writer.write(OK)
            writer.close()


@asynccontextmanager
async def crowded(gate: Gate, asked: int) -> AsyncIterator[list[asyncio.Task[object]]]:
    """So many requests under way at once, in the order in which they were made."""
    async with asking(gate.server) as opened:
        tasks = [asyncio.ensure_future(opened.send(ASK, KEY)) for _ in range(asked)]
        yield [*tasks]
        await asyncio.gather(*tasks, return_exceptions=True)


async def test_as_many_are_asked_at_once_as_there_is_room_for_and_the_others_after_them() -> None:
    order: list[int] = []
    gate = Gate()
    async with crowded(gate, 2 * WIDTH + 20) as tasks:
        for task in tasks:
            task.add_done_callback(lambda done: order.append(tasks.index(done)))
        await gate.waiting(WIDTH)
        for _ in range(20):
            await asyncio.sleep(0)
        assert len(gate.server.heads) == gate.server.connections == WIDTH
        gate.let.set()
        await asyncio.gather(*tasks)
    assert len(gate.server.heads) == 2 * WIDTH + 20
    assert sorted(order[:WIDTH]) == [*range(WIDTH)]


async def test_who_leaves_the_line_or_breaks_off_leaves_no_place_empty() -> None:
    gate = Gate()
    async with crowded(gate, WIDTH + 10) as tasks:
        await gate.waiting(WIDTH)
        for task in [*tasks[:5], *tasks[WIDTH + 5 :]]:
            task.cancel()
        await gate.waiting(5)
        gate.let.set()
        results = await asyncio.gather(*tasks, return_exceptions=True)
    assert sum(isinstance(result, asyncio.CancelledError) for result in results) == 10
    assert len(gate.server.heads) == WIDTH + 5


async def test_a_request_that_waits_too_long_for_a_connection_was_never_sent() -> None:
    gate = Gate()
    async with gate.server.running() as server:
        opened = site(server.root, Net(Impatient))
        under_way = [asyncio.ensure_future(opened.send(ASK, KEY)) for _ in range(WIDTH)]
        await gate.waiting(WIDTH)
        error = await failing(opened.send(ASK, KEY))
        gate.let.set()
        await asyncio.gather(*under_way)
        await opened.close()
    assert isinstance(error, Unavailable)
    assert not error.sent
    assert len(server.heads) == WIDTH


async def test_who_breaks_off_closes_the_connection() -> None:
    gate = Gate()
    async with asking(gate.server) as opened:
        asked = asyncio.ensure_future(opened.send(ASK, KEY))
        await gate.waiting(1)
        asked.cancel()
        await gate.left.wait()
        gate.let.set()
        assert (await opened.send(ASK, KEY)).text == "ok"
    assert gate.server.connections == 2


async def test_the_deadline_closes_the_connection() -> None:
    gate = Gate()
    async with asking(gate.server, Net(deadline=2.0)) as opened, asyncio.timeout(20):
        assert type(await failing(opened.send(ASK, KEY))) is Unavailable
        await gate.left.wait()


async def test_a_site_that_falls_silent_leaves_it_open_and_loses_the_connection() -> None:
    gate = Gate()
    async with gate.server.running() as server:
        opened = site(server.root, Net(Unheard))
        error = await failing(opened.send(ASK, KEY))
        await gate.left.wait()
        await opened.close()
    assert isinstance(error, Unavailable)
    assert error.sent
    assert error.detail == "ReadTimeout"


async def test_a_site_may_take_its_time_as_long_as_it_goes_on() -> None:
    async def slowly(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for place, byte in enumerate(OK[-4:], 1):
            asyncio.get_running_loop().call_later(place * 0.45, writer.write, bytes([byte]))
        writer.write(OK[:-4])

    server = Server(slowly)
    async with asking(server, Net(Steady)) as opened:
        for _ in range(2):
            assert (await opened.send(ASK, KEY)).text == "ok"
    assert server.connections == 1


async def test_closing_ends_what_is_under_way_at_once() -> None:
    gate = Gate()
    async with asking(gate.server) as opened, asyncio.timeout(5):
        asked = [asyncio.ensure_future(failing(opened.send(ASK, KEY))) for _ in range(3)]
        await gate.waiting(3)
        await opened.close()
        for error in await asyncio.gather(*asked):
            assert isinstance(error, Unavailable)
            assert error.sent
    assert len(gate.server.heads) == 3


async def test_a_connection_with_nothing_to_do_is_closed_before_the_site_does_it() -> None:
    ended = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(OK)
        await reader.read()
        ended.set()

    server = Server(serve)
    async with server.running():
        opened = site(server.root, Net(Tidy))
        await opened.send(ASK, KEY)
        await ended.wait()
        await opened.close()


async def test_a_connection_that_the_site_closed_meanwhile_is_not_used() -> None:
    closed = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(OK)
        await writer.drain()
        writer.close()
        closed.set()

    server = Server(serve)
    async with asking(server) as opened:
        for _ in range(3):
            assert (await opened.send(ASK, KEY)).text == "ok"
            await closed.wait()
            closed.clear()
    assert len(server.heads) == server.connections == 3


async def test_no_log_tells_what_was_asked(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    asyncio.get_running_loop().set_debug(True)
    moved = f"HTTP/1.1 302 Found\r\nlocation: /?{SECRET}\r\ncontent-length: 0\r\n\r\n".encode()
    for answer in (
        OK,
        moved,
        b"garbage\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nx: " + SECRET.encode() + b"\x00\r\n\r\n",
    ):
        async with asking(saying(answer)) as opened:
            with suppress(CodebellError):
                await opened.send(ASK, KEY)
    assert SECRET not in caplog.text


async def test_in_any_disorder_each_question_is_asked_once_and_has_its_own_answer() -> None:
    chance = random.Random(7)

    async def moody(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        answer = OK[:-2] + b"%02d" % (asked_last(server) % 100)
        mood = chance.choice(["break", "cut", "whole", "more", "halves", "halves"])
        if mood == "break":
            writer.transport.abort()
        elif mood == "halves":
            writer.write(answer[:20])
            await asyncio.sleep(0)
            writer.write(answer[20:])
        else:
            more = answer + b"HTTP/1.1 200 OK\r\n\r\nbogus"
            writer.write(
                {"cut": answer[: chance.randrange(len(answer))], "whole": answer, "more": more}[mood]
            )
            writer.close()

    server = Server(moody)
    async with asking(server) as opened:
        asked = [asyncio.ensure_future(opened.send(question(number), KEY)) for number in range(600)]
        for task in chance.sample(asked, 100):
            asyncio.get_running_loop().call_later(chance.random() / 4, task.cancel)
        answers = await asyncio.gather(*asked, return_exceptions=True)
    assert max(Counter(server.heads).values()) == 1
    for number, answer in enumerate(answers):
        if isinstance(answer, BaseException):
            assert isinstance(answer, Unavailable | asyncio.CancelledError)
        else:
            assert answer.text == f"{number % 100:02}"


def question(number: int) -> Call:
    return Call("/stubs", {"id": str(number)})


def asked_last(server: Server) -> int:
    found = re.search(r"id=(\d+)", server.heads[-1])
    assert found
    return int(found[1])
