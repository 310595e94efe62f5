"""The ticks: one that fails or hangs does not keep the next one from coming."""

import asyncio
import logging
from datetime import UTC, datetime, timedelta

import pytest

from bot.log import RedactingFormatter, secrets
from bot.ticks import Ticks

KEY = "a-key-of-a-provider-0123456789"


class Tick:
    """A tick that may fail or hang; `once` when it came, `again` when it came a second time."""

    def __init__(self, error: Exception | None = None, *, hangs: bool = False) -> None:
        self.error, self.hangs = error, hangs
        self.times, self.once, self.again = 0, asyncio.Event(), asyncio.Event()

    async def __call__(self) -> None:
        self.times += 1
        self.once.set()
        if self.times > 1:
            self.again.set()
        if self.hangs:
            await asyncio.Event().wait()
        if self.error is not None:
            raise self.error


async def twice(tick: Tick) -> list[str]:
    """Let a tick come two times, beside one that works; the beats of both."""
    beats: list[str] = []
    ticks, good = Ticks(beats.append, deadline=0.01), Tick()
    ticks.start({"odd": (tick, 0.01), "good": (good, 0.01)})
    async with asyncio.timeout(10):
        await tick.again.wait()
        await good.again.wait()
    ticks.end()
    return beats


async def test_s_14_a_tick_that_fails_comes_again_and_its_log_holds_no_key(
    caplog: pytest.LogCaptureFixture,
) -> None:
    secrets.add(KEY)
    failure = ValueError(f"GET https://example.org/{KEY}/prices: 500")
    with caplog.at_level(logging.ERROR):
        assert "odd" not in await twice(Tick(failure))
    [record, *_] = caplog.records
    logged = RedactingFormatter().format(record)
    assert "the odd tick" in logged
    assert KEY not in logged


async def test_s_12_a_tick_that_hangs_is_cut_and_comes_again(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        beats = await twice(Tick(hangs=True))
    assert set(beats) <= {"good"}
    assert "the odd tick" in caplog.text


async def test_s_13_what_fell_due_long_before_the_loop_came_to_it_is_done_all_the_same() -> None:
    tick, chore, blocked = Tick(), Tick(), timedelta(seconds=30)
    ticks = Ticks(lambda _: None)
    ticks.start({"late": (tick, 3600)})
    ticks.start_chores(chore.__call__)
    for job in ticks._scheduler.get_jobs():
        job.modify(next_run_time=datetime.now(UTC) - blocked)
    async with asyncio.timeout(10):
        await tick.once.wait()
        await chore.once.wait()
    ticks.end()


async def test_a_chore_that_fails_or_hangs_takes_no_turn_of_the_others(
    caplog: pytest.LogCaptureFixture,
) -> None:
    beats: list[str] = []
    chores = {"first": Tick(), "odd": Tick(ValueError()), "slow": Tick(hangs=True), "last": Tick()}
    with caplog.at_level(logging.ERROR):
        await Ticks(beats.append, deadline=0.01).each(chores)
    assert beats == ["first", "last"]
    assert ("the odd tick" in caplog.text, "the slow tick" in caplog.text) == (True, True)


async def test_chores_come_soon_after_the_start_and_not_with_it() -> None:
    done, later, good = asyncio.Event(), Tick(), Tick()

    async def chore() -> None:
        done.set()

    soon, calm = Ticks(lambda _: None, soon=0.01), Ticks(lambda _: None)
    soon.start({})
    soon.start_chores(chore)
    calm.start({"good": (good, 0.01)})
    calm.start_chores(later)
    async with asyncio.timeout(10):
        await done.wait()
        await good.again.wait()
    assert later.times == 0
    soon.end()
    calm.end()


async def test_a_tick_that_fails_is_heard_of_as_failed_and_one_that_hangs_is_not() -> None:
    failed: list[str] = []
    ticks = Ticks(lambda _: None, deadline=0.01, failed=failed.append)
    await ticks.each({"odd": Tick(ValueError()), "slow": Tick(hangs=True), "late": Tick(TimeoutError())})
    assert failed == ["odd", "late"]


async def test_ticks_that_never_started_can_be_paused_and_ended() -> None:
    ticks = Ticks(lambda _: None)
    ticks.pause()
    ticks.end()


async def test_a_tick_that_the_end_breaks_off_is_no_error(caplog: pytest.LogCaptureFixture) -> None:
    ticks, long = Ticks(lambda _: None), Tick(hangs=True)
    ticks.start({"long": (long, 0.01)})
    async with asyncio.timeout(10):
        await long.once.wait()
    ticks.end()
    for _ in range(5):
        await asyncio.sleep(0)
    assert caplog.records == []
