"""What is settled when the bot goes: whatever is under way finds its end, or is left to the next process.

What does not end in time is broken off: its rows tell the next process what to make of it.
"""

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from bot.clock import ended
from bot.errands import Errands
from bot.herald import Herald
from bot.poller import Poller
from bot.postman import Postman
from bot.ticks import Ticks
from bot.watcher import Watcher

log = logging.getLogger(__name__)

#: Seconds for what is under way, and for the last round after it: 20 in all with what comes then, well below
#: the 45 a container is given.
DRAIN = 14.0
LAST_ROUND = 4.0


@dataclass(frozen=True, slots=True)
class Farewell:
    """The parts of a bot in the order they end."""

    poller: Poller
    ticks: Ticks
    errands: Errands
    watcher: Watcher
    postman: Postman
    herald: Herald
    _hurried: asyncio.Event = field(default_factory=asyncio.Event, init=False)

    def hurry(self) -> None:
        """Whoever asked for the stop once does not want to wait."""
        self._hurried.set()

    async def say(self, listening: Sequence[asyncio.Task[None]]) -> None:
        """No new updates, then what is under way, then a last round of the postman."""
        self.errands.halt()
        self.herald.halt()
        await ended(*listening)
        self.ticks.pause()
        leaving, hurried = asyncio.create_task(self._drain()), asyncio.create_task(self._hurried.wait())
        await asyncio.wait((leaving, hurried), return_when=asyncio.FIRST_COMPLETED)
        await ended(leaving, hurried)
        for part in (self.poller, self.errands, self.watcher, self.postman, self.herald):
            await part.rest()
        await self.poller.confirm()
        self.ticks.end()

    async def _drain(self) -> None:
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(DRAIN):
                    await self._under_way()
            await self.postman.round()
            await self.postman.settle(LAST_ROUND)
            await self.herald.settle(LAST_ROUND)
        except Exception:
            log.exception("what is under way at the stop")

    async def _under_way(self) -> None:
        """Handlers start errands, and both wake looks."""
        await self.poller.drain(DRAIN)
        await self.errands.drain(DRAIN)
        await self.watcher.settle(DRAIN)
