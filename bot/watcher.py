"""The tick: numbers that fall due, each at its own moment, each provider in its own lane.

The clock is a column (`next_poll_at`), so a restart re-registers nothing. A tick claims what is due before
the next one; a number under way is never looked at twice, and a slow provider fills only its own lane.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable
from datetime import timedelta

from bot.clock import Clock
from storage.activations import ActivationStore
from storage.models import Activation

log = logging.getLogger(__name__)

#: Looks under way at once, per key.
LANE = 8
#: A claimed row that nobody came back to is due again after this.
LEASE = timedelta(seconds=120)
#: No step takes longer.
DEADLINE = 60.0

Step = Callable[[Activation], Awaitable[None]]
Sleep = Callable[[float], Awaitable[None]]


class Watcher:
    """Carries due numbers to `step`, which looks at the provider and writes down what it heard."""

    def __init__(
        self,
        store: ActivationStore,
        step: Step,
        clock: Clock,
        every: float = 1.0,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._store = store
        self._step = step
        self._clock = clock
        self._sleep = sleep
        self._every = timedelta(seconds=every)
        self._lanes: defaultdict[str, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(LANE))
        self._under_way: dict[str, asyncio.Task[None]] = {}
        self._nudged = asyncio.Event()

    async def start(self) -> None:
        """Look at every open number once, whatever was claimed before: codes may have come meanwhile."""
        await self._store.wake_all(self._clock())
        await self.tick()

    def nudge(self) -> None:
        """Something may be due at once: do not wait for the next tick."""
        self._nudged.set()

    async def tick(self) -> None:
        """Claim what is due before the next tick and fire each at its own moment."""
        now = self._clock()
        for row in await self._store.claim(now + self._every, now + LEASE, tuple(self._under_way)):
            if row.id not in self._under_way:
                self._under_way[row.id] = asyncio.create_task(self._fire(row))

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
        if self._under_way:
            await asyncio.wait(tuple(self._under_way.values()), timeout=seconds)

    async def _fire(self, row: Activation) -> None:
        due = row.next_poll_at or self._clock()
        try:
            await self._sleep(max(0.0, (due - self._clock()).total_seconds()))
            async with self._lanes[row.key_id], asyncio.timeout(DEADLINE):
                await self._look(row.id)
        except Exception:
            log.exception("looking at %s", row.id)
        finally:
            del self._under_way[row.id]

    async def _look(self, activation_id: str) -> None:
        """By the row as it is now: much may have happened since it was claimed."""
        row = await self._store.get(activation_id)
        if row is not None and row.next_poll_at is not None:
            await self._step(row)
