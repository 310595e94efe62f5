"""How fast people come: whoever comes faster than anybody can read is not heard until it calms."""

from datetime import datetime
from enum import Enum, auto

from bot.clock import Clock

#: Of so many people it is remembered how they came.
_REMEMBERED = 10_000


class Pace(Enum):
    """How somebody comes."""

    FINE = auto()
    #: Too fast since this moment.
    HASTY = auto()
    STILL_HASTY = auto()


class Haste:
    """How fast each person comes; of many, those who came lately are remembered.

    After too much of them they are heard again when it has calmed down to half of what they may.
    """

    def __init__(self, clock: Clock, pace: tuple[float, float]) -> None:
        self._clock = clock
        self._most, self._within = pace
        self._levels: dict[int, tuple[float, datetime]] = {}
        self._unheard: set[int] = set()

    def of(self, person_id: int) -> Pace:
        """How this one more of theirs comes."""
        level = min(self._level(person_id) + 1, self._most + 1)
        self._note(person_id, level)
        if level > self._most and person_id not in self._unheard:
            self._unheard.add(person_id)
            return Pace.HASTY
        if person_id in self._unheard and level > self._most / 2:
            return Pace.STILL_HASTY
        self._unheard.discard(person_id)
        return Pace.FINE

    def _level(self, person_id: int) -> float:
        now = self._clock()
        level, since = self._levels.get(person_id, (0.0, now))
        calmed = max(0.0, (now - since).total_seconds()) * self._most / self._within
        return max(0.0, level - calmed)

    def _note(self, person_id: int, level: float) -> None:
        self._levels.pop(person_id, None)
        self._levels[person_id] = level, self._clock()
        if len(self._levels) > _REMEMBERED:
            quiet = next(iter(self._levels))
            del self._levels[quiet]
            self._unheard.discard(quiet)

    def __len__(self) -> int:
        """How many people are remembered."""
        return len(self._levels)
