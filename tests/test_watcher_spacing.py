"""No number is asked about sooner than its provider allows, noted together or not, restarted or not."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.watcher import Duty, Watcher
from tests.core import Core, blank

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
