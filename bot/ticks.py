"""The handful of ticks that keep the bot going; what is due stands in the database, not here."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler

log = logging.getLogger(__name__)

#: Seconds until a tick is taken to hang.
DEADLINE = 20.0
#: Seconds from the start to the first chores, when it has calmed down, and between two rounds of them.
SOON, HOUR = 60.0, 3600.0

Tick = Callable[[], Awaitable[None]]


class Ticks:
    """Each comes again after its seconds, whatever became of the last one; `beat` hears of those done.

    `failed` hears of those that raised, but not of those that hang.
    """

    def __init__(
        self,
        beat: Callable[[str], None],
        deadline: float = DEADLINE,
        soon: float = SOON,
        failed: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._beat, self._failed = beat, failed
        self._deadline, self._soon = deadline, timedelta(seconds=soon)
        self._scheduler = AsyncIOScheduler(timezone=UTC)

    def start(self, ticks: Mapping[str, tuple[Tick, float]]) -> None:
        """Start them, by name: what to do, and every how many seconds."""
        for name, (tick, seconds) in ticks.items():
            self._scheduler.add_job(
                self._come,
                "interval",
                (name, tick),
                seconds=seconds,
                misfire_grace_time=None,
                coalesce=True,
            )
        self._scheduler.start()

    def start_chores(self, chores: Tick) -> None:
        """Let a round of chores come soon, and every hour; it takes what its parts take, see `each`."""
        self._scheduler.add_job(
            chores,
            "interval",
            seconds=HOUR,
            next_run_time=datetime.now(UTC) + self._soon,
            misfire_grace_time=None,
            coalesce=True,
        )

    async def each(self, chores: Mapping[str, Tick]) -> None:
        """One after another, by name: none that fails or hangs keeps the next one from its turn."""
        with suppress(asyncio.CancelledError):
            for name, chore in chores.items():
                await self._guarded(name, chore)

    def pause(self) -> None:
        if self._scheduler.running:
            self._scheduler.pause()

    def end(self) -> None:
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    async def _come(self, name: str, tick: Tick) -> None:
        """The scheduler breaks off what goes on when it ends, and would log that as an error of the tick."""
        with suppress(asyncio.CancelledError):
            await self._guarded(name, tick)

    async def _guarded(self, name: str, tick: Tick) -> None:
        """A tick that hangs is cut, a tick that fails is logged: the next one comes anyway."""
        try:
            async with asyncio.timeout(self._deadline) as deadline:
                await tick()
        except Exception:
            log.exception("the %s tick", name)
            if not deadline.expired():
                self._failed(name)
        else:
            self._beat(name)
