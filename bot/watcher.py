"""The tick: rows that fall due, each at its own moment, each provider in its own lane.

The clock is a column (`next_poll_at`), so a restart re-registers nothing. A tick claims what is due before
the next one; a row under way is never looked at twice, and a slow provider fills only its own lane.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any, Generic
from weakref import WeakValueDictionary

from bot.clock import Clock, Left, ended
from storage.database import Database
from storage.due import Claim, DueRows, Watched, tables_due

log = logging.getLogger(__name__)

#: Looks under way at once, per key and per provider, until the provider has answered. Fewer than a site's
#: connections: a purchase finds a free one also while a site hangs.
LANE, WIDE_LANE = 8, 96
#: So many answers wait to be stored at once; where the database is slow, the next ones wait on their lanes.
UNSTORED = 1000
#: Rows claimed in one transaction.
BATCH = 500
#: Those that fall due within so many seconds begin together, with the last of them.
TOGETHER = 0.005
#: A claimed row that nobody came back to is due again after this.
LEASE = timedelta(seconds=120)
#: After a start one look follows the other so soon, and the last one so late at most: those that begin in the
#: same moment are due in the same moment ever after, and who waits for a code or a button waits for them all.
APART, WITHIN = timedelta(milliseconds=5), timedelta(seconds=5)
#: A clock that jumps back so far would hold up every look by as much.
SET_BACK = timedelta(seconds=5)
#: No step takes longer.
DEADLINE = 60.0

Sleep = Callable[[float], Awaitable[None]]


def of_one_provider(claim: Claim) -> tuple[str, str]:
    """The lanes of a row about one key: that key's, and its provider's."""
    return claim.key_id, claim.provider


@dataclass(frozen=True, slots=True)
class Duty(Generic[Watched]):
    """A kind of rows to watch, and what to do with one that is due: look at the provider, write it down.

    `lanes` are the narrow and the wide one that a row goes on. What a step leaves asks no provider any more:
    it is done off the lanes.
    """

    rows: DueRows[Watched]
    step: Callable[[Watched], Awaitable[Left | None]]
    lanes: Callable[[Claim], tuple[str, str]] = of_one_provider


class Lanes:
    """So many at once may be on each; a lane that nobody is on is forgotten."""

    def __init__(self, width: int) -> None:
        self._width = width
        self._lanes: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()

    def __getitem__(self, name: str) -> asyncio.Semaphore:
        lane = self._lanes.get(name)
        if lane is None:
            lane = self._lanes[name] = asyncio.Semaphore(self._width)
        return lane

    def __len__(self) -> int:
        """How many are remembered."""
        return len(self._lanes)


class Watcher:
    """Carries due rows to their duty's `step`."""

    def __init__(
        self,
        database: Database,
        duties: Sequence[Duty[Any]],
        clock: Clock,
        every: float = 1.0,
        sleep: Sleep = asyncio.sleep,
        late: Callable[[float], object] = lambda _: None,
    ) -> None:
        """`late` hears by how many seconds each look came late."""
        self._database = database
        self._duties = duties
        self._clock = clock
        self._sleep = sleep
        self._late = late
        self._every = timedelta(seconds=every)
        self._lanes, self._wide_lanes = Lanes(LANE), Lanes(WIDE_LANE)
        self._unstored = asyncio.Semaphore(UNSTORED)
        self._under_way: dict[str, asyncio.Task[None]] = {}
        self._nudged = asyncio.Event()
        self._ticked_at = clock()

    async def start(self) -> None:
        """Look at every watched row once, one soon after the other, whatever was claimed before.

        Codes may have come meanwhile.
        """
        await self._wake()
        await self.tick()

    async def _wake(self) -> None:
        for duty in self._duties:
            await duty.rows.wake_all(self._clock(), APART, WITHIN)

    def nudge(self) -> None:
        """Something may be due at once: do not wait for the next tick."""
        self._nudged.set()

    async def tick(self) -> None:
        """Claim what is due before the next tick and fire each at its own moment."""
        now = self._clock()
        if now < self._ticked_at - SET_BACK:
            await self._wake()
        self._ticked_at = now
        due = await tables_due(self._database, now + self._every)
        for duty in self._duties:
            if duty.rows.name in due:
                await self._claim(duty, now)

    async def _claim(self, duty: Duty[Any], now: datetime) -> None:
        """All of it, so that no number waits for another tick behind hundreds that are due before it."""
        horizon, lease, claimed = now + self._every, now + LEASE, BATCH
        while claimed == BATCH:
            claims = await duty.rows.claim(horizon, lease, self._under_way.keys(), BATCH)
            claimed = len(claims)
            for _, bunch in groupby(claims, lambda claim: claim.next_poll_at.timestamp() // TOGETHER):
                self._await_moment(duty, [claim for claim in bunch if claim.id not in self._under_way])

    def _await_moment(self, duty: Duty[Any], bunch: Sequence[Claim]) -> None:
        if bunch:
            waiting = asyncio.create_task(self._fire_all(duty, bunch))
            self._under_way |= dict.fromkeys((claim.id for claim in bunch), waiting)

    async def listen(self) -> None:
        """Tick at once whenever somebody nudges; runs until cancelled."""
        while True:
            await self._nudged.wait()
            self._nudged.clear()
            try:
                await self.tick()
            except Exception:
                log.exception("a nudged tick")

    async def settle(self, seconds: float) -> None:
        """Wait for the looks under way."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while self._under_way:
                    await asyncio.wait({*self._under_way.values()})

    async def rest(self) -> None:
        """Break off the looks that go on still: they are looked at anew after the start."""
        await ended(*{*self._under_way.values()})

    async def _fire_all(self, duty: Duty[Any], bunch: Sequence[Claim]) -> None:
        """At the moment of the last one: none is early."""
        try:
            await self._sleep(max(0.0, (bunch[-1].next_poll_at - self._clock()).total_seconds()))
        finally:
            for claim in bunch:
                del self._under_way[claim.id]
        for claim in bunch:
            self._under_way[claim.id] = asyncio.create_task(self._fire(duty, claim))

    async def _fire(self, duty: Duty[Watched], claim: Claim) -> None:
        try:
            if (left := await self._in_lane(duty, claim)) is not None:
                await self._store(left)
        except Exception:
            log.exception("looking at %s", claim.id)
        finally:
            del self._under_way[claim.id]

    async def _in_lane(self, duty: Duty[Watched], claim: Claim) -> Left | None:
        """What is left to be done; then it counts among the unstored."""
        narrow, wide = duty.lanes(claim)
        async with self._lanes[narrow], self._wide_lanes[wide], asyncio.timeout(DEADLINE):
            self._late((self._clock() - claim.next_poll_at).total_seconds())
            if (left := await self._look(duty, claim.id)) is not None:
                await self._unstored.acquire()
            return left

    async def _store(self, left: Left) -> None:
        try:
            async with asyncio.timeout(DEADLINE):
                await left()
        finally:
            self._unstored.release()

    async def _look(self, duty: Duty[Watched], row_id: str) -> Left | None:
        """By the row as it is now: much may have happened since it was claimed."""
        row = await duty.rows.get(row_id)
        return None if row is None or row.next_poll_at is None else await duty.step(row)
