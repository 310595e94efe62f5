"""What our own records tell of offers: how many numbers got a code, how soon, and what a code costs.

What counts as received and as ended stands in `storage.figures`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from math import sqrt

from bot.catalogue import Shelf
from bot.clock import Clock
from storage.figures import FigureStore, Tally

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


class Statistics:
    """Success by our own records over all chats, remembered for some minutes; one query at a time each."""

    def __init__(self, figures: FigureStore, clock: Clock) -> None:
        self._figures = figures
        self._clock = clock
        self._records: Shelf[Mapping[tuple[str, str], Record]] = Shelf(clock, _FRESH, _USABLE)

    async def records(self, service: str) -> Mapping[tuple[str, str], Record]:
        """Of a service (its slug), by provider's name and country (iso2), over the last 90 days."""
        return await self._records.get(service, lambda: self._read(service))

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
