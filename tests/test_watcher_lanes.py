"""One provider hangs with hundreds of open numbers: those of the others are looked at on time."""

import asyncio
import gc
import statistics
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.clock import Left
from bot.providers.lines import Lines
from bot.watcher import BATCH, LANE, WIDE_LANE, Duty, Watcher
from storage.models import Activation, Key, State
from storage.outbox import new_id
from tests.core import OWNER, Core, blank, chat, put
from tests.storage.shelf import number

HUNG, PER_KEY, POLL, TICKS = 500, 10, 5.0, 12
#: The other provider's numbers: a few fall due in every second.
WELL = 20
#: More than are asked about at once; whole keys of them.
MANY = 2 * WIDE_LANE // PER_KEY * PER_KEY


class Street:
    """Numbers of two providers, `hangs` and `answers`, and how late each look at the second one is."""

    def __init__(self, core: Core) -> None:
        self.core, self.clock, self.numbers = core, core.clock, core.numbers
        self.watcher = Watcher(core.database, [Duty(core.numbers, self.step)], core.clock, sleep=self.sleep)
        self.healed = asyncio.Event()
        self.hanging: set[str] = set()
        self.due: dict[str, datetime] = {}
        self.late: list[float] = []
        self.stirred = asyncio.Event()

    async def move_in(self, hung: int, well: int) -> None:
        """The numbers that hang are due before the others, as after a while they are."""
        early, now = self.clock() - timedelta(seconds=60), self.clock()
        keys = [await self.key() for _ in range(hung // PER_KEY)]
        rows = [
            number(
                keys[count // PER_KEY], f"hung{count}", State.WAITING, provider="hangs", next_poll_at=early
            )
            for count in range(hung)
        ]
        key = await self.key()
        for count in range(well):
            self.due[f"well{count}"] = at = now + timedelta(seconds=count * POLL / well)
            rows.append(number(key, f"well{count}", State.WAITING, provider="answers", next_poll_at=at))
        await put(self.core.database, *rows)

    async def key(self) -> Key:
        """One more account."""
        return await self.core.keys.add(OWNER, "alpha", "", SecretStr(new_id()), None, "USD", self.clock())

    async def step(self, row: Activation) -> None:
        if row.provider == "hangs":
            self.hanging.add(row.id)
            await self.healed.wait()
            return
        self.late.append(max(0.0, (self.clock() - self.due[row.id]).total_seconds()))
        self.due[row.id] = max(self.clock(), self.due[row.id]) + timedelta(seconds=POLL)
        await self.numbers.answered(row.id, self.clock(), lambda _: self.due[row.id])
        self.stirred.set()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(0)

    async def second(self) -> None:
        """A tick, and everything that it finds to do at the provider that answers."""
        await self.watcher.tick()
        horizon = self.clock() + timedelta(seconds=1)
        while any(at <= horizon for at in self.due.values()):
            self.stirred.clear()
            await self.stirred.wait()
        self.clock.advance(1)


@pytest.fixture
async def street(tmp_path: Path) -> AsyncIterator[Street]:
    async with blank(tmp_path) as database:
        core = Core(database)
        await put(database, chat(OWNER, core.clock()))
        made = Street(core)
        yield made
        await made.watcher.rest()


async def test_c_18_while_one_provider_hangs_the_others_are_looked_at_on_time(street: Street) -> None:
    await street.move_in(HUNG, WELL)
    for _ in range(TICKS):
        await street.second()
    assert len(street.late) > WELL * TICKS / POLL
    assert statistics.quantiles(street.late, n=20)[-1] < 1


async def test_c_18_a_provider_that_hangs_is_asked_about_few_of_its_numbers_at_once(street: Street) -> None:
    await street.move_in(MANY, WELL)
    for _ in range(3):
        await street.second()
    assert len(street.hanging) == WIDE_LANE
    street.healed.set()
    await street.watcher.settle(10)
    assert len(street.hanging) == MANY


async def test_what_is_due_with_more_than_a_batch_waits_for_no_other_tick(street: Street) -> None:
    await street.move_in(BATCH, 1)
    await street.second()
    assert street.late == [0]


async def test_a_lane_that_nobody_is_on_is_forgotten(street: Street) -> None:
    await street.move_in(PER_KEY, WELL)
    await street.second()
    street.healed.set()
    await street.watcher.settle(10)
    gc.collect()
    assert (len(street.watcher._lanes), len(street.watcher._wide_lanes)) == (0, 0)


class Shelf:
    """A watcher whose looks are answered at once, and stored when a test lets them."""

    def __init__(self, core: Core) -> None:
        self.looked: list[str] = []
        self.stirred, self.stored = asyncio.Event(), asyncio.Event()
        self.watcher = Watcher(core.database, [Duty(core.numbers, self.step)], core.clock, sleep=self.sleep)

    async def step(self, row: Activation) -> Left:
        self.looked.append(row.id)
        self.stirred.set()
        return self.store

    async def store(self) -> None:
        await self.stored.wait()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(0)

    async def looked_at(self, rows: int) -> None:
        async with asyncio.timeout(10):
            while len(self.looked) < rows:
                self.stirred.clear()
                await self.stirred.wait()


async def test_what_is_left_to_be_stored_holds_no_lane_and_is_waited_for(street: Street) -> None:
    assert PER_KEY > LANE
    await street.move_in(PER_KEY, 0)
    shelf = Shelf(street.core)
    await shelf.watcher.tick()
    await shelf.looked_at(PER_KEY)
    settling = asyncio.create_task(shelf.watcher.settle(10))
    assert (await asyncio.wait([settling], timeout=0.01))[1]
    shelf.stored.set()
    await settling
    assert len(shelf.watcher._lanes) == 0


async def test_so_many_are_left_to_be_stored_at_once_the_others_wait_on_their_lanes(street: Street) -> None:
    await street.move_in(2 * MANY, 0)
    shelf = Shelf(street.core)
    shelf.watcher._unstored = asyncio.Semaphore(MANY)
    await shelf.watcher.tick()
    await shelf.looked_at(MANY + WIDE_LANE)
    for _ in range(100):
        await asyncio.sleep(0)
    assert len(shelf.looked) == MANY + WIDE_LANE
    shelf.stored.set()
    await shelf.watcher.settle(10)
    assert len(shelf.looked) == 2 * MANY


def test_while_all_looks_at_a_provider_hang_there_are_connections_left_to_buy_and_to_cancel() -> None:
    assert Lines.width - WIDE_LANE >= 32
