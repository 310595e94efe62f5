"""When to look at a rented number next: often while its owner waits, seldom else, never against its provider.

A look is either at its SMS or at the account's list; the list is asked for less often.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from bot.clock import Clock
from bot.providers.base import Provider
from storage.models import Rental, RentalState, SimWish

#: SMS are looked for this often for a while after the rent, a press of the owner or a wish of the SIM, and
#: in the last minutes.
EAGER = timedelta(seconds=10)
EAGER_FOR = timedelta(minutes=10)
CALM = timedelta(seconds=30)
#: While the SIM is not in the network no SMS comes.
OFFLINE = timedelta(seconds=60)
#: The account's list, and the same while something in it is waited for.
LIST = timedelta(minutes=5)
LIST_EAGER = timedelta(seconds=15)
#: A list without a number is believed before its time is over when every list was so for so long.
BELIEVED = timedelta(minutes=30)
#: Meanwhile it is read this often.
MISSING = timedelta(minutes=1)
#: How long one that has ended is looked for in the list: it may have been renewed elsewhere. One that ended
#: before its time is looked for until that is over, seldom: it may have been missing by mistake.
LATE = timedelta(hours=1)
SELDOM = timedelta(minutes=30)
#: Clocks of two houses may differ by this.
NEARLY = timedelta(minutes=5)
#: So long past its end it is given up: without an answer, or listed as if nobody cleared it away.
OVERDUE = timedelta(days=1)
_SLOWEST = timedelta(minutes=5)
#: For numbers of a provider that is configured no more.
_GONE = timedelta(seconds=60)


class RentalTimes:
    """Moments for one rental after another, by its provider's times and this bot's clock."""

    def __init__(self, providers: Mapping[str, Provider], clock: Clock) -> None:
        self._providers = providers
        self._clock = clock

    def soon(self, row: Rental) -> datetime:
        """The earliest next look after one right now."""
        return self._clock() + self._spacing(row)

    def earliest(self, row: Rental) -> datetime:
        """Now, or when its provider may be asked about it again."""
        now = self._clock()
        if row.polled_at is None or row.polled_at > now:
            # Later than now: the clock was set back since then, which nobody shall wait for.
            return now
        return max(now, row.polled_at + self._spacing(row))

    def list_due(self, row: Rental) -> bool:
        """Whether the next look is at the list; what the owner pressed for is an SMS first."""
        if row.state is RentalState.ENDED:
            return True
        if row.pressed_at is not None and (row.polled_at is None or row.pressed_at > row.polled_at):
            return False
        return self._list_at(row) <= self._clock()

    def after_sms(self, row: Rental) -> datetime | None:
        """After its SMS were read."""
        if row.state is not RentalState.ACTIVE:
            return None
        return max(self.soon(row), min(self._clock() + self._rhythm(row), self._list_at(row)))

    def after_list(self, row: Rental) -> datetime | None:
        """After the list was read: its SMS are next, or the list again when it has ended."""
        return self.soon(row) if row.state is RentalState.ACTIVE else self.late_look(row)

    def after_failure(self, row: Rental) -> datetime | None:
        """Twice as long after each failure in a row, five minutes at most."""
        if row.state is not RentalState.ACTIVE:
            return self.late_look(row)
        return self._clock() + min(_SLOWEST, self._spacing(row) * 2.0 ** min(row.failures, 10))

    def late_look(self, row: Rental) -> datetime | None:
        """The next look whether one that has ended goes on after all; None when it is too late."""
        if row.ended_at is None:
            return self._clock() + LIST
        at = self._clock() + (LIST if self._clock() + LIST <= row.ended_at + LATE else SELDOM)
        return None if at > max(row.ended_at, row.until or row.ended_at) + LATE else at

    def missing_since(self, row: Rental) -> datetime:
        """Since when the list does not have it, when it does not have it now; after a long gap, since now."""
        now = self._clock()
        if row.missing_since is None or (row.listed_at is not None and now - row.listed_at > 2 * LIST):
            return now
        return min(now, row.missing_since)

    def is_gone(self, row: Rental) -> bool:
        """Whether a list without it is to be believed: its time is over, or all of them were for so long."""
        now = self._clock()
        return (row.until is not None and row.until <= now) or self.missing_since(row) + BELIEVED <= now

    def may_wait(self, row: Rental) -> bool:
        """Whether the end of one that is not listed may be put off, as its last SMS cannot be read."""
        return self.missing_since(row) + LATE > self._clock() and not self.overdue(row.until)

    def ended_early(self, row: Rental) -> bool:
        """Clocks differ by minutes: an end shortly before its time is the end of its time."""
        return row.until is not None and row.until - NEARLY > self._clock()

    def overdue(self, until: datetime | None) -> bool:
        """Whether a rent that ended then is over for certain, whatever the provider says or does not say."""
        return until is not None and until + OVERDUE <= self._clock()

    def _rhythm(self, row: Rental) -> timedelta:
        if row.until is not None and row.until - NEARLY <= self._clock():
            return EAGER
        eager = [at for at in (row.rented_at, row.pressed_at, row.sim_wished_at) if at is not None]
        if eager and self._clock() - max(eager) < EAGER_FOR:
            return EAGER
        return OFFLINE if row.online is False else CALM

    def _list_at(self, row: Rental) -> datetime:
        """When the list is due: at the end of the rent too."""
        if row.listed_at is None or row.listed_at > self._clock():
            return self._clock()
        every = LIST if row.missing_since is None else MISSING
        at = row.listed_at + (every if row.sim_wish is SimWish.NONE else LIST_EAGER)
        return at if row.until is None or row.until <= row.listed_at else min(at, row.until)

    def _spacing(self, row: Rental) -> timedelta:
        provider = self._providers.get(row.provider)
        return _GONE if provider is None else timedelta(seconds=provider.timing.min_poll)
