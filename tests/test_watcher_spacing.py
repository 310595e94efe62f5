"""No number is asked about sooner than its provider allows, noted together or not, restarted or not."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.watcher import APART, WITHIN, Duty, Watcher
from storage.models import Activation, State
from tests.core import Core, blank, put
from tests.storage.shelf import number

MANY = 4


@pytest.fixture
async def core(tmp_path: Path) -> AsyncIterator[Core]:
    async with blank(tmp_path) as database:
        made = Core(database)
        made.key_id = (await made.key()).id
        for _ in range(MANY):
            await made.buy()
        made.clock.advance(60)
        yield made


async def looked(core: Core) -> int:
    """How many are asked about by a process that has just started, in its first moment."""
    before = len(core.alpha.called("poll"))
    duties = [Duty(core.numbers, core.activations.step)]
    watcher = Watcher(core.database, duties, core.clock, sleep=lambda _: asyncio.sleep(0))
    await watcher.start()
    await watcher.settle(10)
    return len(core.alpha.called("poll")) - before


async def test_after_a_restart_nobody_is_asked_sooner_than_the_minimum(core: Core) -> None:
    least = core.alpha.timing.min_poll
    assert await looked(core) == MANY
    core.reborn()
    core.clock.advance(least - 0.01)
    assert await looked(core) == 0
    core.clock.advance(0.01)
    assert await looked(core) == MANY


async def test_the_spacing_counts_from_the_answer_however_late_it_is_stored(core: Core) -> None:
    [row, *_] = await core.rows()
    answered, spacing = core.clock(), timedelta(seconds=core.alpha.timing.min_poll)
    left = await core.activations.step(row)
    assert left is not None
    core.clock.advance(2)
    await left()
    row = await core.row(row.id)
    assert (row.polled_at, row.next_poll_at) == (answered, answered + spacing)


async def test_c_17_a_clock_set_back_before_an_answer_is_stored_holds_up_no_look(core: Core) -> None:
    [row, *_] = await core.rows()
    left = await core.activations.step(row)
    assert left is not None
    core.clock.advance(-3600)
    await left()
    row = await core.row(row.id)
    assert row.next_poll_at == core.clock() + timedelta(seconds=core.alpha.timing.min_poll)


@pytest.mark.parametrize(("many", "apart"), [(100, APART), (1250, WITHIN / 1250)])
async def test_after_a_start_looks_do_not_begin_all_at_once(core: Core, many: int, apart: timedelta) -> None:
    key, early = await core.keys.get(core.key_id), core.clock() - timedelta(days=1)
    assert key is not None
    dues = [early + timedelta(seconds=each) for each in range(many - MANY)]
    rows = [number(key, f"{each}", State.WAITING, next_poll_at=due) for each, due in enumerate(dues)]
    await put(core.database, *rows)
    await core.numbers.wake_all(core.clock(), APART, WITHIN)
    async with core.database.begin() as session:
        woken = {row.id: row.next_poll_at for row in await session.scalars(select(Activation))}
    assert [woken[row.id] for row in rows] == [core.clock() + place * apart for place in range(many - MANY)]


def test_after_a_start_few_numbers_are_looked_at_within_a_tenth_of_a_second() -> None:
    assert timedelta(seconds=0.1) >= 20 * APART
