"""A site's own clock, which can be put forward, and its agenda of what falls due."""

import heapq
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Times:
    """A site's rules in seconds: between polls of one number, to the first cancel, a number's life."""

    poll: float
    cancel: float
    lifetime: float

    def paced(self, pace: float) -> "Times":
        """The same with the waits divided; lifetimes stay, or nothing could be bought in a hurry."""
        return Times(self.poll / pace, self.cancel / pace, self.lifetime)


class Clock:
    """Seconds since 1970 from `source`, plus what it was put forward by."""

    def __init__(self, source: Callable[[], float]) -> None:
        self._source = source
        self._ahead = 0.0

    def now(self) -> float:
        return self._source() + self._ahead

    def advance(self, seconds: float) -> None:
        self._ahead += seconds


class Agenda(Generic[T]):
    """What is to happen when; nothing runs by itself, the site looks whenever it is asked something."""

    def __init__(self) -> None:
        self._entries: list[tuple[float, int, T]] = []
        self._order = itertools.count()

    def put(self, at: float, entry: T) -> None:
        heapq.heappush(self._entries, (at, next(self._order), entry))

    def due(self, now: float) -> Iterator[tuple[float, T]]:
        """Each entry whose moment has come, with that moment, earliest first."""
        while self._entries and self._entries[0][0] <= now:
            at, _, entry = heapq.heappop(self._entries)
            yield at, entry
