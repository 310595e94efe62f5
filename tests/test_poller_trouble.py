"""What polling lives through, and what ends it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest
from aiogram import Bot, exceptions
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.types import Update

from bot.clock import ended
from bot.poller import CONFLICT_OVER, CONFLICT_PATIENCE, HOLD, Poller, Signs
from bot.verdicts import Stopped
from tests.desk import METHOD, UNAUTHORIZED, Desk, said
from tests.doubles import FakeClock

CONFLICT = exceptions.TelegramConflictError(METHOD, "terminated by other getUpdates request")
WEBHOOKS = [
    "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
    "terminated by setWebhook request",
]


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    made = Desk()
    yield made
    for gate in made.gates.values():
        gate.set()
    await made.poller.drain(10)


async def test_a_stop_that_cannot_confirm_is_a_stop_all_the_same(desk: Desk) -> None:
    await desk.fetch([said(1)])
    desk.answers(exceptions.TelegramNetworkError(METHOD, "down"))
    await desk.poller.confirm()


async def test_only_wanted_updates_are_asked_for_and_a_stalled_poll_is_cut(desk: Desk) -> None:
    desk.answers([])
    await desk.poller.fetch(HOLD)
    assert desk.telegram.asked[0].allowed_updates == ["message"]
    assert desk.telegram.patience == [HOLD + 15]


async def test_t_14_a_revoked_token_stops_polling_with_one_clear_line(desk: Desk) -> None:
    with pytest.raises(Stopped, match="was it revoked"):
        await desk.poller.run()
    assert desk.slept == []


async def test_trouble_is_slept_over_longer_each_time_and_forgotten_after_an_answer(desk: Desk) -> None:
    trouble: list[Exception] = [
        exceptions.TelegramNetworkError(METHOD, "reset"),
        exceptions.TelegramServerError(METHOD, "Bad Gateway"),
        exceptions.ClientDecodeError("page", ValueError(), "<html>"),
        TimeoutError(),
    ]
    desk.answers(*trouble, *trouble, [], trouble[0])
    with pytest.raises(Stopped):
        await desk.poller.run()
    assert desk.slept == [1, 2, 4, 8, 16, 30, 30, 30, 1]
    assert desk.beats == 1


async def test_telegrams_own_pause_is_kept(desk: Desk) -> None:
    desk.answers(exceptions.TelegramRetryAfter(METHOD, "Too Many Requests", 77))
    with pytest.raises(Stopped):
        await desk.poller.run()
    assert desk.slept == [77]


async def test_t_15_a_second_poller_is_put_up_with_for_a_minute_then_this_one_stops(desk: Desk) -> None:
    desk.answers(*[CONFLICT] * 20)
    with pytest.raises(Stopped, match="another process polls"):
        await desk.poller.run()
    assert sum(desk.slept) == CONFLICT_PATIENCE.total_seconds()
    assert set(desk.rivals) == {True}


async def test_t_15_two_pollers_that_are_answered_in_turns_do_not_go_on_for_ever(desk: Desk) -> None:
    for _ in range(100):
        desk.answers(CONFLICT, [said(1)])
    with pytest.raises(Stopped, match="another process polls"):
        await desk.poller.run()
    assert False not in desk.rivals


async def test_t_15_a_short_conflict_during_a_handover_is_forgotten(
    desk: Desk,
) -> None:
    quiet: list[list[object]] = [[] for _ in range(int(CONFLICT_OVER.total_seconds() // HOLD) + 1)]
    for _ in range(10):
        desk.answers(CONFLICT, CONFLICT, CONFLICT, *quiet)
    with pytest.raises(Stopped, match="revoked"):
        await desk.poller.run()
    assert desk.rivals == [True, True, True, False] * 10


async def test_t_15_a_clock_that_is_set_back_keeps_nobody_from_ordering(desk: Desk) -> None:
    desk.answers(CONFLICT)
    with pytest.raises(Stopped):
        await desk.poller.run()
    desk.telegram.clock.advance(-3600)
    desk.answers([], UNAUTHORIZED)
    with pytest.raises(Stopped):
        await desk.poller.run()
    assert desk.rivals == [True, False]


@pytest.mark.parametrize("words", WEBHOOKS)
async def test_t_15_a_webhook_is_taken_away_and_is_no_second_poller(desk: Desk, words: str) -> None:
    desk.answers(exceptions.TelegramConflictError(METHOD, words), [said(1)])
    with pytest.raises(Stopped, match="revoked"):
        await desk.poller.run()
    await desk.poller.drain(10)
    assert [request.drop_pending_updates for request in desk.telegram.unhooked] == [False]
    assert (desk.rivals, desk.fed) == ([], [1])


async def test_whoever_watches_is_told_how_long_it_may_be_silent(desk: Desk) -> None:
    desk.answers([], exceptions.TelegramRetryAfter(METHOD, "Too Many Requests", 6775))
    with pytest.raises(Stopped):
        await desk.poller.run()
    assert desk.waits == [HOLD + 15, HOLD + 15, 6775, HOLD + 15]


class Stalling:
    """A Telegram that takes the first request and is silent, and answers those after it."""

    def __init__(self, answer: bytes) -> None:
        self._answer = b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%s" % (len(answer), answer)
        self._over = asyncio.Event()
        self._serving: set[asyncio.Task[object] | None] = set()

    @asynccontextmanager
    async def open(self) -> AsyncIterator[str]:
        """Its address; at the end nobody is served any more."""
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        async with server:
            try:
                yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
            finally:
                self._over.set()
                await asyncio.gather(*(task for task in self._serving if task is not None))

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        first = not self._serving
        self._serving.add(asyncio.current_task())
        await reader.readuntil(b"\r\n\r\n")
        if first:
            await self._over.wait()
        writer.write(self._answer)
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()


async def test_t_16_a_long_poll_that_stalls_is_cut_and_begun_anew() -> None:
    answered = asyncio.Event()
    signs = Signs(answered.set, lambda _: None, lambda _: None)
    async with Stalling(b'{"ok": true, "result": []}').open() as url:
        session = AiohttpSession(api=TelegramAPIServer.from_base(url))
        poller = Poller(Bot("42:TEST", session=session), _nobody, [], signs, FakeClock(), _at_once, 1 - HOLD)
        polling = asyncio.create_task(poller.run())
        async with asyncio.timeout(9):
            await answered.wait()
        await ended(polling)
        await session.close()


async def _nobody(update: Update) -> None:
    """Nobody says anything."""


async def _at_once(seconds: float) -> None:
    """Nothing is waited for."""
