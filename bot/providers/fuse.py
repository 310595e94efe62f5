"""When a site is left alone: for half a minute while it fails, and as long as it asks for with Retry-After.

What was paid for is asked about all the same: each number, rent and message has its own pauses, and none is
lost by another's. It is kept in memory: after a restart one call tells it anew.
"""

import logging
from collections.abc import Callable, Hashable
from dataclasses import dataclass

from bot.errors import Unavailable

log = logging.getLogger(__name__)

#: So many calls in a row without a usable answer, whosever key it was, blow the fuse.
FAILURES = 5
#: Seconds until one call may try whether the site is back.
REST = 30.0
#: A call about what is paid for waits so long at most while its key is to stay away, and then goes out: a
#: code must not be missed because another number of the key is asked about too often.
LONGEST_FOR_PAID = 5.0
#: So many pauses are remembered before those that are over are forgotten.
REMEMBERED = 4096
#: Whom a pause is for, if it is for every key.
EVERYBODY: Hashable = None


@dataclass(frozen=True, slots=True)
class _Pause:
    """Moments of the clock."""

    since: float
    until: float

    def left(self, now: float, *, paid: bool) -> float:
        end = min(self.until, self.since + LONGEST_FOR_PAID) if paid else self.until
        return max(0.0, end - now)


class Fuse:
    """One site's. A no of the site (a wrong key, no money, no numbers) is an answer like any other."""

    def __init__(self, site: str, clock: Callable[[], float]) -> None:
        self._site = site
        self._clock = clock
        self._failures = 0
        self._tried_again_at = 0.0
        self._pauses: dict[Hashable, _Pause] = {}

    @property
    def blown(self) -> bool:
        return self._failures >= FAILURES

    def admit(self, key: Hashable) -> None:
        """Let a call go out that is not about what was paid for; raises as `heed`.

        While the fuse is blown one such call every half a minute goes out to try.
        """
        self.heed(key)
        if self.blown:
            wait = self._tried_again_at - self._clock()
            if wait > 0:
                raise Unavailable("left alone", retry_after=wait, sent=False)
            self._tried_again_at = self._clock() + REST

    def heed(self, key: Hashable) -> None:
        """Raise `Unavailable` with `sent=False` and the seconds that are left while this key stays away."""
        now = self._clock()
        pauses = [self._pauses[subject] for subject in (key, EVERYBODY) if subject in self._pauses]
        wait = max((pause.left(now, paid=False) for pause in pauses), default=0.0)
        if wait > 0:
            raise Unavailable("left alone", retry_after=wait, sent=False)

    def hold(self, key: Hashable) -> float:
        """Seconds that a call about what was paid for waits, once: a pause for everybody is none for it."""
        pause = self._pauses.get(key)
        return 0.0 if pause is None else pause.left(self._clock(), paid=True)

    def pause(self, key: Hashable, seconds: float) -> None:
        """The site asks this key, or `EVERYBODY`, to stay away; a longer pause is never cut short."""
        now, before = self._clock(), self._pauses.get(key)
        until = now + seconds if before is None else max(now + seconds, before.until)
        self._pauses[key] = _Pause(now, until)
        if len(self._pauses) > REMEMBERED:
            self._pauses = {one: pause for one, pause in self._pauses.items() if pause.until > now}

    def failed(self) -> None:
        """No answer, a server error, or one that is none of a site's own."""
        self._failures += 1
        if self._failures == FAILURES:
            self._tried_again_at = self._clock() + REST
            log.warning("%s failed %d times in a row and is left alone for a while", self._site, FAILURES)

    def answered(self) -> None:
        if self.blown:
            log.warning("%s answers again", self._site)
        self._failures = 0

    def __len__(self) -> int:
        """How many pauses are remembered."""
        return len(self._pauses)
