"""What our own records tell: how many numbers got a code, how soon, what a code costs, what a person spent.

What counts as received and as ended stands in `storage.figures`, what as paid in `storage.payments`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from decimal import Decimal
from math import sqrt
from statistics import quantiles

from bot.catalogue import Shelf
from bot.clock import Clock
from storage.figures import FigureStore, Tally
from storage.payments import Payment, Ware

#: What is longer ago says little about an offer of today.
PERIOD = timedelta(days=90)
#: Below so many ended numbers a rate says little.
ENOUGH = 10
#: Standard deviations that 95 of 100 values of a normal distribution lie within.
_Z = 1.959963984540054
_FRESH, _USABLE = timedelta(minutes=5), timedelta(hours=1)
_FOUR_PLACES = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class Record:
    """How numbers of a provider (its name) in a country (iso2) did: `received` of `ended` got their code.

    `paid` of `ended` cost money for all we know: a code came, even late, or the provider did not say yes to
    a cancel. `seconds` from the purchase to the first code are the median, None where none came.
    """

    provider: str
    country: str
    received: int
    ended: int
    paid: int = 0
    seconds: float | None = None

    @property
    def few(self) -> bool:
        """Whether this rests on too few numbers to say much."""
        return self.ended < ENOUGH

    @property
    def rate(self) -> float:
        """Received of ended, from 0 to 1; 0 where nothing ended."""
        return self.received / self.ended if self.ended else 0.0

    @property
    def low(self) -> float:
        """What the rate is at least, with few numbers taken for what they are: to be sorted by."""
        return wilson(self.received, self.ended)[0]

    @property
    def high(self) -> float:
        return wilson(self.received, self.ended)[1]

    def expected(self, price: Decimal) -> Decimal | None:
        """What a received code costs at this price, by what was paid for in vain; None where none came.

        A number that was given back costs nothing; each of the others costs the price.
        """
        if not self.received:
            return None
        return (price * max(self.paid, self.received) / self.received).quantize(_FOUR_PLACES)


@dataclass(frozen=True, slots=True)
class Spending:
    """What was paid for sure in one currency ("" is unknown), and what may have come back (`doubtful`).

    `waiting` is what `numbers` cost that still wait for their codes.
    """

    currency: str
    by_day: Mapping[tuple[date, Ware], Decimal]
    doubtful: Decimal
    #: How many payments the sure ones are.
    payments: int
    waiting: Decimal = Decimal(0)
    numbers: int = 0

    @property
    def total(self) -> Decimal:
        return sum(self.by_day.values(), Decimal(0))

    @property
    def dearest(self) -> tuple[date, Decimal] | None:
        """The day on which the most was paid, and how much; None where nothing was for sure."""
        days: dict[date, Decimal] = {}
        for (day, _), paid in self.by_day.items():
            days[day] = days.get(day, Decimal(0)) + paid
        return max(days.items(), key=lambda one: (one[1], one[0]), default=None)

    def on(self, ware: Ware) -> Decimal:
        """What went for numbers, for rents or for messages."""
        return sum((paid for (_, what), paid in self.by_day.items() if what is ware), Decimal(0))


@dataclass(frozen=True, slots=True)
class Speed:
    """Seconds from the purchase to the first code at a provider: so many in a hundred codes took no longer.

    `codes` is how many that rests on; with one of them all five are the same.
    """

    provider: str
    codes: int
    tenth: float
    quarter: float
    median: float
    three_quarters: float
    nine_tenths: float

    @property
    def few(self) -> bool:
        """Whether this rests on too few codes to say much."""
        return self.codes < ENOUGH


@dataclass(frozen=True, slots=True)
class Figures:
    """How a person did: money by currency, places and providers, each with what was used most first."""

    #: The days they cover, oldest first, by the person's calendar.
    days: Sequence[date]
    spending: Sequence[Spending] = field(default_factory=list)
    records: Sequence[Record] = field(default_factory=list)
    speeds: Sequence[Speed] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.spending or self.records)

    @property
    def received(self) -> int:
        return sum(record.received for record in self.records)

    @property
    def ended(self) -> int:
        return sum(record.ended for record in self.records)


class Statistics:
    """Success by our own records over all chats, remembered for some minutes; one query at a time each."""

    def __init__(self, figures: FigureStore, clock: Clock) -> None:
        self._figures = figures
        self._clock = clock
        self._records: Shelf[Mapping[tuple[str, str], Record]] = Shelf(clock, _FRESH, _USABLE)

    async def records(self, service: str) -> Mapping[tuple[str, str], Record]:
        """Of a service (its slug), by provider's name and country (iso2), over the last 90 days."""
        return await self._records.get(service, lambda: self._read(service))

    async def of_person(self, owner_id: int, chat_id: int, days: int, zone: tzinfo | None) -> Figures:
        """A person's own figures in a chat, over so many days by their calendar, today among them."""
        today = self._clock().astimezone(zone).date()
        first = today - timedelta(days=days - 1)
        whose = owner_id, chat_id, datetime.combine(first, time.min, zone).astimezone(UTC)
        tallies, waited = await self._figures.of_person(*whose)
        return Figures(
            days=[first + timedelta(days=after) for after in range(days)],
            spending=_spending(await self._figures.payments(*whose), zone),
            records=sorted(map(record, tallies), key=lambda one: (-one.ended, one.provider, one.country)),
            speeds=_speeds(waited),
        )

    async def _read(self, service: str) -> Mapping[tuple[str, str], Record]:
        tallies = await self._figures.of_service(service, self._clock() - PERIOD)
        return {(tally.provider, tally.country): record(tally) for tally in tallies}


def record(tally: Tally) -> Record:
    return Record(
        provider=tally.provider,
        country=tally.country,
        received=tally.received,
        ended=tally.ended,
        paid=tally.paid,
        seconds=tally.seconds,
    )


def _spending(payments: Iterable[Payment], zone: tzinfo | None) -> Sequence[Spending]:
    """By currency, the one of most payments first."""
    by_currency: dict[str, list[Payment]] = {}
    for payment in payments:
        by_currency.setdefault(payment.currency, []).append(payment)
    groups = sorted(by_currency.items(), key=lambda group: (-len(group[1]), group[0]))
    return [_spent(currency, group, zone) for currency, group in groups]


def _spent(currency: str, payments: Sequence[Payment], zone: tzinfo | None) -> Spending:
    by_day: dict[tuple[date, Ware], Decimal] = {}
    for payment in payments:
        if payment.sure:
            cell = payment.at.astimezone(zone).date(), payment.ware
            by_day[cell] = by_day.get(cell, Decimal(0)) + payment.amount
    waiting = [payment.amount for payment in payments if payment.waits]
    doubtful = [payment.amount for payment in payments if not payment.sure and not payment.waits]
    return Spending(
        currency,
        by_day,
        doubtful=sum(doubtful, Decimal(0)),
        payments=sum(payment.sure for payment in payments),
        waiting=sum(waiting, Decimal(0)),
        numbers=len(waiting),
    )


def _speeds(seconds: Mapping[str, Sequence[float]]) -> Sequence[Speed]:
    """By provider, the one of most codes first."""
    speeds = [_speed(provider, waits) for provider, waits in seconds.items()]
    return sorted(speeds, key=lambda speed: (-speed.codes, speed.provider))


def _speed(provider: str, waits: Sequence[float]) -> Speed:
    """Between two waits the steps are even, and no wait is invented beyond the longest."""
    cuts = quantiles(waits, n=20, method="inclusive") if len(waits) > 1 else list(waits) * 19
    return Speed(provider, len(waits), cuts[1], cuts[4], cuts[9], cuts[14], cuts[17])


def wilson(received: int, ended: int) -> tuple[float, float]:
    """Wilson's bounds of a rate, from 0 to 1: it lies between them in 95 of 100 cases; of nothing, (0, 1)."""
    if not ended:
        return 0.0, 1.0
    rate, weight = received / ended, _Z * _Z / ended
    centre = rate + weight / 2
    width = _Z * sqrt(rate * (1 - rate) / ended + weight / (4 * ended))
    low = (centre - width) / (1 + weight) if received else 0.0
    high = (centre + width) / (1 + weight) if received < ended else 1.0
    return low, high
