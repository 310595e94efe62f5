"""A watch that buys orders nothing once its time is over, however long its look or its turn takes."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.errors import Unavailable
from storage.models import State, WatchState
from tests.watching import Vigil, open_vigil

SECOND = timedelta(seconds=1)


@pytest.fixture
async def vigil(tmp_path: Path) -> AsyncIterator[Vigil]:
    async with open_vigil(tmp_path) as made:
        yield made


@pytest.mark.parametrize("buys", [True, False])
async def test_a_look_that_ends_after_its_time_is_its_end(vigil: Vigil, buys: bool) -> None:
    watch = await (vigil.buys("0.60") if buys else vigil.tells("0.60"))
    vigil.sells("0.50", 5)
    vigil.clock.now = watch.until - SECOND
    vigil.alpha.meanwhile["before prices"] = lambda: vigil.clock.sleep(5)
    row = await vigil.look(watch)
    assert (row.state, await vigil.rings(), await vigil.quotes()) == (WatchState.ENDED, ["watch_over"], [])
    assert (await vigil.bought(watch), vigil.core.purchased) == ([], 0)


async def test_a_look_that_is_not_answered_in_its_time_is_its_end_too(vigil: Vigil) -> None:
    watch = await vigil.buys("0.60")
    vigil.alpha.breaks("prices", Unavailable("503"))
    vigil.clock.now = watch.until - SECOND
    vigil.alpha.meanwhile["before prices"] = lambda: vigil.clock.sleep(5)
    assert (await vigil.look(watch)).state is WatchState.ENDED


async def test_an_order_that_waits_in_line_until_its_time_is_over_is_not_called(vigil: Vigil) -> None:
    """Somebody else buys with the same account meanwhile, and that takes four minutes."""
    watch = await vigil.buys("0.60")
    vigil.sells("0.50", 5)
    begun, gate = asyncio.Event(), asyncio.Event()

    async def hang() -> None:
        begun.set()
        await gate.wait()

    vigil.alpha.meanwhile["before buy"] = hang
    await vigil.core.press(await vigil.core.quote())
    await begun.wait()
    vigil.clock.now = watch.until - SECOND
    await vigil.watches.step(await vigil.row(watch))
    vigil.clock.advance(4 * 60)
    gate.set()
    await vigil.core.errands.drain(10)
    [late] = await vigil.bought(watch)
    assert (late.state, late.called_at, late.reason) == (State.FAILED, None, "WaitedTooLong")
    row = await vigil.to_its_end(watch)
    assert (row.state, await vigil.rings(), vigil.core.purchased) == (WatchState.ENDED, ["watch_over"], 1)


@pytest.mark.parametrize(("left", "sold"), [(SECOND, 1), (timedelta(0), 0)])
async def test_the_time_is_looked_at_right_before_the_call(vigil: Vigil, left: timedelta, sold: int) -> None:
    """What is asked before the order takes its time as well."""
    watch = await vigil.buys("0.60")
    vigil.sells("0.50", 5)
    vigil.clock.now = watch.until - 2 * SECOND

    async def late() -> None:
        vigil.clock.now = watch.until - left

    vigil.alpha.meanwhile["before balance"] = late
    row = await vigil.to_its_end(watch)
    assert row.state is (WatchState.BOUGHT if sold else WatchState.ENDED)
    assert vigil.core.purchased == sold
