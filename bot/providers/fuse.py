"""When a site is left alone: for half a minute while it fails, and as long as it asks for with Retry-After.

What was paid for is asked about all the same, only less often. It is kept in memory: after a restart one call
tells it anew.
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
#: No pause keeps back for longer what is about a number, a rent or a message that is paid for.
LONGEST_FOR_PAID = 60.0
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
        return end - now


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

    def admit(self, key: Hashable, *, paid: bool) -> None:
        """Let a call go out, or raise `Unavailable` with `sent=False` and the seconds that are left.

        While the fuse is blown one call every half a minute goes out to try; what was paid for always goes.
        """
        now = self._clock()
        pauses = [self._pauses[subject] for subject in (key, EVERYBODY) if subject in self._pauses]
        wait = max((pause.left(now, paid=paid) for pause in pauses), default=0.0)
        if not paid and self.blown:
            wait = max(wait, self._tried_again_at - now)
        if wait > 0:
            raise Unavailable("left alone", retry_after=wait, sent=False)
        if not paid and self.blown:
            self._tried_again_at = now + REST

    def pause(self, key: Hashable, seconds: float) -> None:
        """The site asks this key, or `EVERYBODY`, to stay away."""
        now = self._clock()
        self._pauses[key] = _Pause(now, now + seconds)
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
