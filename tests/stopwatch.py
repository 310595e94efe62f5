"""The clock of a loop that a test moves: what was asked for comes at its moment, or time jumps there."""

import asyncio
import heapq
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.doubles import FakeClock

#: Turns of the loop after which whoever was called has done what it does at once.
_TURNS = 10


@dataclass(slots=True)
class Call:
    """One call that was asked for."""

    callback: Callable[[], None]
    cancelled: bool = False

    def cancel(self) -> None:
        self.cancelled = True


@dataclass(slots=True)
class Stopwatch:
    """Seconds since it was made; `late` is how much later than asked every call comes."""

    late: float = 0.0
    now: float = 0.0
    _calls: list[tuple[float, int, Call]] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def time(self) -> float:
        return self.now

    def call_later(self, delay: float, callback: Callable[[], None], /) -> Call:
        call = Call(callback)
        heapq.heappush(self._calls, (self.now + delay + self.late, next(self._numbers), call))
        return call

    async def run(self, seconds: float) -> None:
        """Let so much time pass, and everything happen that falls into it."""
        end = self.now + seconds
        await settled()
        while self._calls and self._calls[0][0] <= end:
            moment, _, call = heapq.heappop(self._calls)
            if not call.cancelled:
                self.now = max(self.now, moment)
                call.callback()
                await settled()
        self.now = end


@dataclass(frozen=True, slots=True)
class Jump:
    """The clock of a house: whoever wants to be called later is called at once, and it is later then."""

    clock: FakeClock

    def time(self) -> float:
        return self.clock().timestamp()

    def call_later(self, delay: float, callback: Callable[[], None], /) -> asyncio.Handle:
        moment = self.clock() + timedelta(seconds=delay)
        return asyncio.get_running_loop().call_soon(self._jump, moment, callback)

    def _jump(self, moment: datetime, callback: Callable[[], None]) -> None:
        self.clock.now = max(self.clock.now, moment)
        callback()


async def settled() -> None:
    for _ in range(_TURNS):
        await asyncio.sleep(0)
