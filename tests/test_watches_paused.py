"""A watch that buys while operators have paused all orders: it waits, and buys when they go on."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from storage.models import WatchState
from tests.watching import Vigil, open_vigil


@pytest.fixture
async def vigil(tmp_path: Path) -> AsyncIterator[Vigil]:
    async with open_vigil(tmp_path) as made:
        yield made


async def test_while_orders_are_paused_it_neither_buys_nor_ends_and_then_it_buys(vigil: Vigil) -> None:
    watch = await vigil.buys()
    vigil.sells("0.50", 5)
    vigil.paused = True
    for _ in range(5):
        assert (await vigil.look(watch)).state is WatchState.WATCHING
    assert vigil.core.purchased == 0
    vigil.paused = False
    assert (await vigil.to_its_end(watch)).state is WatchState.BOUGHT


async def test_a_pause_that_comes_right_before_the_order_is_no_end_either(vigil: Vigil) -> None:
    watch = await vigil.buys()
    vigil.sells("0.50", 5)
    vigil.core.caps = replace(vigil.core.caps, paused=True)
    for _ in range(3):
        assert (await vigil.look(watch)).state is not WatchState.FAILED
    assert vigil.core.purchased == 0
    vigil.core.caps = replace(vigil.core.caps, paused=False)
    assert (await vigil.to_its_end(watch)).state is WatchState.BOUGHT


async def test_its_time_goes_on_meanwhile_and_one_that_only_tells_rings(vigil: Vigil) -> None:
    buys, tells = await vigil.buys(), await vigil.tells()
    vigil.paused = True
    vigil.sells("0.50", 5)
    assert (await vigil.to_its_end(tells)).state is WatchState.RUNG
    assert (await vigil.to_its_end(buys)).state is WatchState.ENDED
    assert vigil.core.purchased == 0
