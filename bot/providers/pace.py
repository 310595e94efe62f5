"""Politeness towards a provider: how often one key, or one number, may be asked about.

None of the providers documents its rate limit; sms.ski threatens to close accounts that poll too fast.
"""

from collections.abc import Awaitable, Callable, Hashable

from bot.errors import Unavailable

#: Nobody waits longer than this in line, in seconds: the caller comes back instead.
PATIENCE = 10.0
#: So many subjects are remembered before those at rest are forgotten.
REMEMBERED = 4096


class Pace:
    """For each subject by itself: `burst` turns at once, then one every `interval` seconds."""

    def __init__(
        self,
        interval: float,
        burst: int,
        clock: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]],
    ) -> None:
        self._interval = interval
        self._burst = burst
        self._clock = clock
        self._sleep = sleep
        self._due: dict[Hashable, float] = {}

    async def turn(self, subject: Hashable) -> None:
        """Wait for this subject's turn; `Unavailable` with `sent=False` when the line is too long."""
        wait = self.wait(subject)
        if wait > PATIENCE:
            raise Unavailable("asked too often", retry_after=wait, sent=False)
        self.count(subject)
        if wait > 0:
            await self._sleep(wait)

    def wait(self, subject: Hashable) -> float:
        """Seconds until this subject's next turn, 0 where it is free."""
        now = self._clock()
        return max(self._next(subject, now) - (self._burst - 1) * self._interval - now, 0.0)

    def count(self, subject: Hashable) -> None:
        """Let a call through that must not wait, such as a purchase; those after it wait the longer."""
        now = self._clock()
        self._due[subject] = self._next(subject, now) + self._interval
        if len(self._due) > REMEMBERED:
            self._due = {other: due for other, due in self._due.items() if due > now}

    def rest(self, subject: Hashable) -> None:
        """Count the interval from now, a call's end, too: a site counts from when the call reached it."""
        self._due[subject] = max(self._next(subject, self._clock()), self._clock() + self._interval)

    def __len__(self) -> int:
        """How many subjects are remembered."""
        return len(self._due)

    def _next(self, subject: Hashable, now: float) -> float:
        return max(self._due.get(subject, now), now)
