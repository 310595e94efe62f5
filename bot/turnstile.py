"""How much may pass in a time: never more in any span, evenly on average, one after another in a line.

The time is the loop's own, which nobody sets back. Nobody sleeps here: who waits is called.
"""

import asyncio
import math
from bisect import bisect_left, bisect_right, insort
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

#: Seconds after which it is looked again where nobody can tell when there will be room; at least, else.
_SOON, _LEAST = 0.05, 0.001


class Handle(Protocol):
    """A call that was asked for."""

    def cancel(self) -> None: ...


class Timer(Protocol):
    """The clock of a running loop: seconds, and calls after so many of them."""

    def time(self) -> float: ...

    def call_later(self, delay: float, callback: Callable[[], None], /) -> Handle: ...


class Window:
    """Never more than `most` in any span of so many seconds; kept room is taken, too."""

    def __init__(self, most: int, span: float, timer: Timer) -> None:
        self._most, self._span, self._timer = most, span, timer
        #: In order; what is on its way may lie in the future, see `bot.travel`.
        self._times: list[float] = []
        self._kept = 0
        #: When the last one was counted.
        self.last = -math.inf

    @property
    def left(self) -> int:
        """For how many there is room now; below zero when more passed than may."""
        self._forget(self._timer.time())
        return self._most - len(self._times) - self._kept

    def pause(self, besides: int = 0) -> float:
        """Seconds until there is room for one and for so many besides; none when there is."""
        lacking = besides + 1 - self.left
        if lacking <= 0:
            return 0.0
        now = self._timer.time()
        if lacking > len(self._times) or self._times[lacking - 1] > now:
            return _SOON
        return max(_LEAST, self._times[lacking - 1] + self._span - now)

    def count(self) -> None:
        """One passes now."""
        self.last = self._timer.time()
        self._forget(self.last)
        self.add(self.last)

    def add(self, moment: float) -> None:
        """One passes at that moment."""
        insort(self._times, moment)

    def remove(self, moment: float) -> None:
        """It passed at another moment than was counted."""
        at = bisect_left(self._times, moment)
        if self._times[at : at + 1] == [moment]:
            del self._times[at]

    def keep(self) -> None:
        """One will pass soon."""
        self._kept += 1

    def give_back(self) -> None:
        """What was kept is used, or not needed."""
        self._kept -= 1

    @property
    def quiet(self) -> bool:
        """Whether nothing is remembered."""
        return self.left == self._most

    def _forget(self, now: float) -> None:
        del self._times[: bisect_right(self._times, now - self._span)]


class Steady:
    """One in every so many seconds on average, `burst` at once; who goes on all the same waits no longer."""

    __slots__ = ("_every", "_next", "_slack", "_timer")

    def __init__(self, every: float, burst: float, timer: Timer) -> None:
        self._every, self._slack, self._timer = every, every * (burst - 1), timer
        #: When the next one is due, if they came evenly.
        self._next = timer.time()

    def pause(self, besides: int = 0) -> float:
        """Seconds until one may pass."""
        early = self._next - self._slack - self._timer.time()
        return max(_LEAST, early) if early > 0 else 0.0

    def count(self) -> None:
        now = self._timer.time()
        self._next = min(max(self._next, now), now + self._slack) + self._every

    def keep(self) -> None:
        """Who keeps room passes alone."""

    def give_back(self) -> None:
        """See `keep`."""

    @property
    def quiet(self) -> bool:
        return self._next <= self._timer.time()


@dataclass(frozen=True, slots=True, eq=False)
class _Waiting:
    chat_id: int
    called: asyncio.Future[None]


class Line:
    """Who waits before a window: the urgent first, each as they came; the others pass evenly.

    Behind them come the last, and only while there is room for so many besides as `spare` says.
    """

    def __init__(
        self, window: Window, even: Steady, timer: Timer, spare: Callable[[], int] = lambda: 0
    ) -> None:
        self._window, self._even, self._timer, self._spare = window, even, timer, spare
        self._urgent: deque[_Waiting] = deque()
        self._others: deque[_Waiting] = deque()
        self._last: deque[_Waiting] = deque()
        self._look: Handle | None = None

    async def stand(self, chat_id: int, *, urgent: bool, last: bool = False) -> None:
        """Wait to be called; room is kept in the window then."""
        mine = _Waiting(chat_id, asyncio.get_running_loop().create_future())
        (self._urgent if urgent else self._last if last else self._others).append(mine)
        self._call()
        try:
            await mine.called
        except asyncio.CancelledError:
            if not mine.called.cancelled():
                self._window.give_back()
            raise

    def hurry(self, chat_id: int) -> None:
        """What waits for this chat is urgent from now on."""
        hurried = [one for one in self._others if one.chat_id == chat_id]
        if hurried:
            self._others = deque(one for one in self._others if one.chat_id != chat_id)
            self._urgent.extend(hurried)
            self._call()

    @property
    def waits(self) -> bool:
        """Whether anybody stands here who can be hurried."""
        return bool(self._others)

    def _call(self) -> None:
        """Call whom there is room for, and look again when there is for the next one."""
        if self._look is not None:
            self._look.cancel()
            self._look = None
        while (line := self._first_line()) is not None:
            if pause := self._pause(line):
                self._look = self._timer.call_later(pause, self._call)
                return
            self._window.keep()
            self._even.count()
            line.popleft().called.set_result(None)

    def _pause(self, line: deque[_Waiting]) -> float:
        if line is self._urgent:
            return self._window.pause()
        room = self._window.pause(self._spare() if line is self._last else 0)
        return max(room, self._even.pause())

    def _first_line(self) -> deque[_Waiting] | None:
        """The line whose first is next; who does not wait any more is left out."""
        for line in (self._urgent, self._others, self._last):
            while line and line[0].called.done():
                line.popleft()
            if line:
                return line
        return None
