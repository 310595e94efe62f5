"""When to look at a number next: eager at first, slower later, never sooner than its provider allows."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from bot.clock import Clock
from bot.providers.base import Provider, Timing
from storage.models import Activation, State

#: How long after its end a number is still looked at for a late code, and how often.
LATE = timedelta(minutes=10)
LATE_EVERY = timedelta(minutes=1)
#: A number is watched this much longer than its life, then given up if the provider still says "waiting".
OVERDUE = timedelta(minutes=10)
#: So many looks in a row without an answer, a day's at the slowest, and nothing is hoped for any more.
HOPELESS = 1440
_EAGER = 180.0
_SLOWEST = 60.0
#: For numbers of a provider that is configured no more.
_GONE = Timing(min_poll=_SLOWEST, min_cancel=0, lifetime=1200)
#: No two looks are further apart by plan; what lies between them beyond that is a jump, or a stop.
_LONGEST_PAUSE = timedelta(minutes=2)
_ENDED = frozenset({State.CANCELLED, State.EXPIRED})
_WATCHED = frozenset({State.WAITING, State.CANCELLING}) | _ENDED


class Timetable:
    """Moments for one number after another, by its provider's times and this bot's clock."""

    def __init__(self, providers: Mapping[str, Provider], clock: Clock) -> None:
        self._providers = providers
        self._clock = clock

    def age(self, row: Activation) -> float:
        """Seconds since the purchase."""
        return (self._clock() - (row.bought_at or row.created_at)).total_seconds()

    def soon(self, row: Activation) -> datetime:
        """The earliest next look after one right now."""
        return self._clock() + self._spacing(row)

    def earliest(self, row: Activation) -> datetime:
        """Now, or when its provider may be asked about it again."""
        now = self._clock()
        if row.polled_at is None or row.polled_at > now:
            # Later than now: the clock was set back since then, which nobody shall wait for.
            return now
        return max(now, row.polled_at + self._spacing(row))

    def next_look(self, row: Activation, answered: datetime) -> datetime | None:
        """After an answer without news. No look is so close before a booked cancel that it would delay it."""
        if not _watched(row):
            return None
        if row.state in _ENDED:
            return self.late_look(row)
        # Later than now: the clock was set back since the answer, which nobody shall wait for.
        soon = min(answered, self._clock()) + self._spacing(row)
        at = soon if self.age(row) < _EAGER else soon + self._spacing(row)
        if row.cancel_at is None or at + self._spacing(row) <= row.cancel_at:
            return at
        return max(row.cancel_at, soon)

    def after_failure(self, row: Activation) -> datetime | None:
        """Twice as long after each failure in a row, a minute at most."""
        if not _watched(row):
            return None
        pause = min(_SLOWEST, self._timing(row).min_poll * 2 ** min(row.failures + 1, 8))
        return self._while_late(row, max(self.soon(row), self._clock() + timedelta(seconds=pause)))

    def late_look(self, row: Activation) -> datetime | None:
        """The next look for a late code; None when it is too late for one."""
        return self._while_late(row, max(self.soon(row), self._clock() + LATE_EVERY))

    def first_cancel(self, row: Activation) -> datetime:
        """When a cancel may be tried: after the minimum wait, and not on the heels of the last look."""
        return max(self.earliest(row), row.cancel_from or self._clock())

    def retry_cancel(self, row: Activation, seconds: float | None) -> datetime:
        """After a refusal as too early: when the provider said, else a quarter of its age later.

        One spacing from now at the least.
        """
        pause = self.age(row) / 4 if seconds is None else seconds
        return max(self.soon(row), self._clock() + timedelta(seconds=pause))

    def ended_early(self, row: Activation) -> bool:
        return row.expires_at is not None and self._clock() < row.expires_at

    def overdue(self, row: Activation) -> bool:
        """Long past its life by this clock, which may have jumped."""
        return row.expires_at is not None and self._clock() > row.expires_at + OVERDUE

    def hopeless(self, row: Activation) -> bool:
        """Whether it is over by this clock, and the look that just failed ends a day of them.

        Counted by looks, which a clock that jumps, a stop or a restart does not make more.
        """
        return row.state not in _ENDED and row.failures + 1 >= HOPELESS and self.overdue(row)

    def _while_late(self, row: Activation, at: datetime) -> datetime | None:
        over = row.state in _ENDED and row.ended_at is not None and at > row.ended_at + LATE
        return None if over else at

    def _spacing(self, row: Activation) -> timedelta:
        return timedelta(seconds=self._timing(row).min_poll)

    def _timing(self, row: Activation) -> Timing:
        provider = self._providers.get(row.provider)
        return _GONE if provider is None else provider.timing


class Overtime:
    """How long numbers past their life were watched, by looks: a clock that jumps adds one pause to it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._seen: dict[str, tuple[datetime, timedelta]] = {}

    def is_over(self, row: Activation) -> bool:
        """Whether a number that is still said to wait was watched long enough; asked at every look."""
        now = self._clock()
        if row.expires_at is None or now <= row.expires_at:
            return False
        last, watched = self._seen.get(row.id, (row.polled_at or now, timedelta()))
        pause = min(now - last, now - row.expires_at, _LONGEST_PAUSE)
        self._seen[row.id] = now, watched + max(pause, timedelta())
        return self._seen[row.id][1] >= OVERDUE

    def forget(self, row: Activation) -> None:
        """It is over one way or the other."""
        self._seen.pop(row.id, None)


def _watched(row: Activation) -> bool:
    """Whether anything can still come: what somebody finished meanwhile is not looked at again."""
    return row.state in _WATCHED or (row.state is State.RECEIVED and row.asked_again)
