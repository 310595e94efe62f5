"""Where the process may end over a watch that buys: the next one never buys a second number."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.errors import Expired, NoMoney, NoNumbers
from bot.failpoints import Failpoint
from storage.models import State, WatchState
from tests.core import OWNER
from tests.watching import Vigil, open_vigil

FOUND, OUTCOME, INTENT = Failpoint.WATCH_FOUND, Failpoint.WATCH_OUTCOME, Failpoint.AFTER_INTENT


@pytest.fixture
async def vigil(tmp_path: Path) -> AsyncIterator[Vigil]:
    async with open_vigil(tmp_path) as made:
        yield made


@pytest.mark.parametrize("listed", [False, True])
@pytest.mark.parametrize(
    ("point", "sold", "end"),
    [
        (FOUND, 1, WatchState.BOUGHT),
        (Failpoint.BEFORE_INTENT, 1, WatchState.BOUGHT),
        (INTENT, 1, WatchState.BOUGHT),
        ("before balance", 1, WatchState.BOUGHT),
        ("before calling", 1, WatchState.BOUGHT),
        ("after calling", 0, WatchState.UNCLEAR),
        ("before buy", 0, WatchState.UNCLEAR),
        ("after buy", 1, WatchState.UNCLEAR),
        ("before bought", 1, WatchState.UNCLEAR),
        ("after bought", 1, WatchState.BOUGHT),
    ],
)
async def test_whoever_dies_at_any_line_buys_at_most_once(
    vigil: Vigil, point: str, sold: int, end: WatchState, listed: bool
) -> None:
    """What was never called is tried anew; what may have been is not. Where it is listed, it is found."""
    if listed:
        vigil.alpha.lists_active()
    watch = await vigil.buys()
    vigil.sells("0.50", 9)
    await vigil.dies(watch, point)
    row = await vigil.to_its_end(watch)
    adopted = listed and sold == 1
    assert (row.state, vigil.core.purchased) == (WatchState.BOUGHT if adopted else end, sold)
    ours = [number for number in await vigil.bought(watch) if number.state is State.WAITING]
    assert len(ours) == (1 if row.state is WatchState.BOUGHT else 0)
    assert await vigil.rings() == []


async def test_whoever_dies_before_the_outcome_is_noted_reads_it_again(vigil: Vigil) -> None:
    watch = await vigil.buys()
    vigil.sells("0.50", 9)
    await vigil.look(watch)
    await vigil.dies(watch, OUTCOME)
    assert (await vigil.row(watch)).state is WatchState.BUYING
    assert (await vigil.to_its_end(watch)).state is WatchState.BOUGHT
    assert vigil.core.purchased == 1


async def test_a_purchase_that_appears_after_it_was_asked_for_is_not_forgotten(vigil: Vigil) -> None:
    """Whoever found none yet, and goes on watching, is stopped by the purchase itself."""
    watch = await vigil.buys()
    vigil.sells("0.50", 9)
    row = await vigil.look(watch)
    assert row.state is WatchState.BUYING
    assert await vigil.store.resumed(row.id, vigil.clock(), vigil.clock()) is None
    assert (await vigil.row(watch)).state is WatchState.BUYING
    assert await vigil.quotes() == [row.nonce]
    assert (await vigil.to_its_end(watch)).state is WatchState.BOUGHT
    assert vigil.core.purchased == 1


async def test_what_a_dead_process_was_about_to_buy_can_be_bought_by_nobody(vigil: Vigil) -> None:
    """Not even by whoever still holds the nonce of that try."""
    watch = await vigil.buys()
    vigil.sells("0.50", 9)
    await vigil.dies(watch, FOUND)
    [nonce] = await vigil.quotes()
    row = await vigil.look(watch)
    assert (row.state, row.nonce, await vigil.quotes()) == (WatchState.WATCHING, nonce, [])
    with pytest.raises(Expired):
        await vigil.core.purchases.buy(nonce, OWNER, OWNER, None)
    await vigil.to_its_end(watch)
    assert (vigil.core.purchased, await vigil.quotes()) == (1, [f"{watch.id}@2"])


async def test_after_a_long_stop_nothing_is_bought_when_its_time_is_over(vigil: Vigil) -> None:
    watch = await vigil.buys(hours=1)
    vigil.sells("0.50", 9)
    await vigil.dies(watch, FOUND)
    vigil.clock.now = watch.until + timedelta(seconds=1)
    row = await vigil.to_its_end(watch)
    assert (row.state, vigil.core.purchased, await vigil.rings()) == (WatchState.ENDED, 0, ["watch_over"])


async def test_it_dies_over_and_over_and_still_buys_one(vigil: Vigil) -> None:
    watch = await vigil.buys(hours=24)
    vigil.sells("0.50", 9)
    for point in (FOUND, INTENT, "before calling", FOUND, INTENT, "before balance"):
        while (await vigil.row(watch)).state is not WatchState.WATCHING:
            await vigil.look(watch)
        await vigil.dies(watch, point)
    vigil.alpha.fails("buy", NoNumbers())
    assert (await vigil.to_its_end(watch)).state is WatchState.BOUGHT
    assert vigil.core.purchased == 1


async def test_a_stop_while_nothing_was_found_loses_nothing(vigil: Vigil) -> None:
    watch = await vigil.tells("0.60")
    await vigil.look(watch)
    await vigil.restart()
    vigil.sells("0.55", 1)
    assert (await vigil.look(watch)).state is WatchState.RUNG
    assert await vigil.rings() == ["watch"]


@pytest.mark.parametrize("point", [FOUND, Failpoint.BEFORE_INTENT, "before buy", "after buy", OUTCOME])
async def test_whoever_dies_over_the_second_key_buys_at_most_once(vigil: Vigil, point: str) -> None:
    await vigil.another_key()
    watch = await vigil.buys()
    vigil.sells("0.50", 9)
    vigil.alpha.fails("buy", NoMoney())
    await vigil.look(watch)
    if point != OUTCOME:
        await vigil.look(watch)
    await vigil.dies(watch, point)
    row = await vigil.to_its_end(watch)
    lost = point in ("before buy", "after buy")
    assert row.state is (WatchState.UNCLEAR if lost else WatchState.BOUGHT)
    assert vigil.core.purchased == (0 if point == "before buy" else 1)
    assert len([number for number in await vigil.bought(watch) if number.state is not State.FAILED]) == 1
