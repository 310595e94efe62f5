"""What polling lives through, and what ends it."""

from collections.abc import AsyncIterator

import pytest
from aiogram import exceptions

from bot.poller import CONFLICT_OVER, CONFLICT_PATIENCE, HOLD
from bot.verdicts import Stopped
from tests.desk import METHOD, Desk, said

CONFLICT = exceptions.TelegramConflictError(METHOD, "terminated by other getUpdates request")


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
    assert sum(desk.slept) == CONFLICT_PATIENCE
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
    quiet: list[list[object]] = [[] for _ in range(int(CONFLICT_OVER // HOLD) + 1)]
    for _ in range(10):
        desk.answers(CONFLICT, CONFLICT, CONFLICT, *quiet)
    with pytest.raises(Stopped, match="revoked"):
        await desk.poller.run()
    assert desk.rivals == [True, True, True, False] * 10


async def test_whoever_watches_is_told_how_long_it_may_be_silent(desk: Desk) -> None:
    desk.answers([], exceptions.TelegramRetryAfter(METHOD, "Too Many Requests", 6775))
    with pytest.raises(Stopped):
        await desk.poller.run()
    assert desk.waits == [HOLD + 15, HOLD + 15, 6775, HOLD + 15]
