"""What the operator sees at a glance: figures of today and of the week, queues, the size of it all.

Success is counted as for everybody (`bot.statistics`), money as in `storage.payments`: what was given back is
not spent, and what may still come back is told apart.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo
from decimal import Decimal

from bot.clock import Clock
from bot.statistics import Record
from storage.figures import FigureStore
from storage.overview import OverviewStore, Period, Queues
from storage.payments import Payment

#: As in pyproject.toml: the bot runs without being installed.
VERSION = "0.1.0"
WEEK = timedelta(days=7)
_SOON = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Spent:
    """Money of one currency ("" is unknown): gone for sure, and what may come back or still waits."""

    currency: str
    sure: Decimal
    doubtful: Decimal


@dataclass(frozen=True, slots=True)
class Glance:
    """A period: what happened in it, how many numbers got their code (over all providers), what was spent."""

    period: Period
    success: Record
    spent: Sequence[Spent]


class Overview:
    """Reads the figures anew each time it is asked; it was made when the bot came up."""

    def __init__(self, store: OverviewStore, figures: FigureStore, clock: Clock) -> None:
        self._store = store
        self._figures = figures
        self._clock = clock
        self.since = clock()

    async def today(self, zone: tzinfo | None) -> Glance:
        """Since midnight by somebody's clock."""
        day = self._clock().astimezone(zone).date()
        return await self.between(datetime.combine(day, time.min, zone).astimezone(), self._clock() + _SOON)

    async def week(self) -> Glance:
        """The last seven days."""
        now = self._clock()
        return await self.between(now - WEEK, now + _SOON)

    async def between(self, since: datetime, until: datetime) -> Glance:
        """What was begun from one moment on, and before the other."""
        period = await self._store.period(since, until)
        tallies = await self._figures.of_everybody(since, until)
        received, ended = sum(each.received for each in tallies), sum(each.ended for each in tallies)
        return Glance(period, Record("", "", received, ended), spent(period.payments))

    async def queues(self) -> Queues:
        """What is to be said and looked at now."""
        return await self._store.queues(self._clock())

    async def guests(self) -> Mapping[str, int]:
        """How many `people` and `groups` were let in, and how many are `blocked`."""
        return await self._store.guests()

    @property
    def size(self) -> int:
        """Bytes of the database on the disk."""
        return self._store.size()

    @property
    def uptime(self) -> timedelta:
        """How long this process has been up."""
        return self._clock() - self.since


def spent(payments: Sequence[Payment]) -> Sequence[Spent]:
    """By currency, the one of most money for sure first."""
    sums: dict[str, tuple[Decimal, Decimal]] = {}
    for each in payments:
        sure, doubtful = sums.get(each.currency, (Decimal(0), Decimal(0)))
        more = (each.amount, Decimal(0)) if each.sure else (Decimal(0), each.amount)
        sums[each.currency] = sure + more[0], doubtful + more[1]
    found = [Spent(currency, *amounts) for currency, amounts in sums.items() if any(amounts)]
    return sorted(found, key=lambda one: (-one.sure, one.currency))
