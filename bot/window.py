"""The shop window: what can be bought, as one person wants to see it.

Favourites come first, countries in the order they chose, every offer with its record: how often codes came.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from sqlalchemy.exc import SQLAlchemyError

from bot.catalogue import Derived
from bot.clock import Clock
from bot.goods import Offer, Place
from bot.offers import Offers
from bot.search import Listed, Meant
from bot.services import known, nice_name
from bot.shops import Listing, Trouble
from bot.statistics import Record, Statistics
from storage.models import Sort
from storage.preferences import PreferenceStore
from storage.recent import RecentStore

log = logging.getLogger(__name__)

#: So many of the services bought last stand apart from the others.
_RECENT = 4


class Mark(StrEnum):
    """Why a service stands among the first."""

    FAVOURITE = "⭐"
    RECENT = "🕘"
    NONE = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """A service in the list, and why it stands there."""

    service: Listed
    mark: Mark = Mark.NONE


@dataclass(frozen=True, slots=True)
class Ware:
    """An offer with what we know of its like; `limit` is the person's own, where the price is above it."""

    offer: Offer
    record: Record | None = None
    limit: Decimal | None = None

    @property
    def expected(self) -> Decimal | None:
        """What a received code costs here by our own records, None where they do not tell."""
        return self.record.expected(self.offer.cost) if self.record else None

    @property
    def few(self) -> bool:
        """Whether what is known rests on too few numbers to say much."""
        return self.record is None or self.record.few

    @property
    def low(self) -> float | None:
        """How often a code comes at least, from 0 to 1, None where no number ended."""
        return self.record.low if self.record and self.record.ended else None


@dataclass(frozen=True, slots=True)
class Region:
    """A country in the list, with its offers, cheapest first."""

    place: Place
    wares: Sequence[Ware]

    @property
    def cheapest(self) -> Ware:
        return self.wares[0]

    @property
    def surest(self) -> Ware | None:
        """The offer that codes come to most surely, None where nothing is known."""
        known = [ware for ware in self.there if ware.low is not None]
        return max(known, key=lambda ware: ware.low or 0.0, default=None)

    @property
    def thriftiest(self) -> Ware | None:
        """The offer whose received code costs least, of those in the purse of the cheapest."""
        purse = self.cheapest.offer.purse
        known = [ware for ware in self.there if ware.expected is not None and ware.offer.purse == purse]
        return min(known, key=lambda ware: (ware.few, ware.expected), default=None)

    def shown_by(self, sort: Sort) -> Ware:
        """The one offer that stands for the country in this order: its price and its record together."""
        match sort:
            case Sort.SUCCESS:
                return self.surest or self.cheapest
            case Sort.EXPECTED:
                return self.thriftiest or self.cheapest
            case _:
                return self.cheapest

    @property
    def there(self) -> Sequence[Ware]:
        """What can be had; everything where nothing can."""
        there = [ware for ware in self.wares if ware.offer.stock != 0 and not ware.offer.stopped]
        return there or self.wares


@dataclass(frozen=True, slots=True)
class Regions:
    """The countries of a service, how they were to be sorted, how they are, and how they could be."""

    service: Listed
    items: Sequence[Region]
    troubles: Sequence[Trouble]
    wanted: Sort
    sort: Sort
    sorts: Sequence[Sort]
    favourite: bool


class Window:
    """Offers, with a person's own choices and our records around them."""

    def __init__(
        self,
        offers: Offers,
        preferences: PreferenceStore,
        recent: RecentStore,
        statistics: Statistics,
        clock: Clock,
    ) -> None:
        self._offers = offers
        self._preferences = preferences
        self._recent = recent
        self._statistics = statistics
        self._clock = clock
        self._shown = Derived(_unmarked)

    async def services(self, chat_id: int, person_id: int) -> Listing[Shown]:
        """Every service of the chat's providers: favourites, recent ones, popular ones, then by name."""
        listing = await self._offers.services(chat_id)
        sold = {service.slug: service for service in listing.items}
        starred = await self._preferences.favourites(chat_id, person_id)
        bought = await self._recent.services(chat_id, person_id)
        first = {slug: Shown(sold[slug], Mark.FAVOURITE) for slug in starred if slug in sold}
        recent = [slug for slug in bought if slug in sold and slug not in first][:_RECENT]
        first |= {slug: Shown(sold[slug], Mark.RECENT) for slug in recent}
        rest = [each for each in self._shown.of(listing.items) if each.service.slug not in first]
        return Listing([*first.values(), *rest], listing.troubles)

    async def understand(self, chat_id: int, words: str) -> tuple[Meant, Sequence[Trouble]]:
        """The service and the country that somebody typed."""
        return await self._offers.understand(chat_id, words)

    async def service(self, chat_id: int, slug: str) -> Listed:
        """A service by its slug; named as well as can be where nobody sells it any more."""
        if slug in known():
            return Listed(slug, nice_name(slug, slug))
        listing = await self._offers.services(chat_id)
        found = (service for service in listing.items if service.slug == slug)
        return next(found, Listed(slug, slug))

    async def star(self, chat_id: int, person_id: int, slug: str) -> bool:
        """Make a service a favourite, or one no more; whether it is one now."""
        return await self._preferences.star(chat_id, person_id, slug, self._clock())

    async def sort_by(self, chat_id: int, sort: Sort) -> None:
        """From now on the chat's countries come in this order."""
        await self._preferences.choose(chat_id, sort=sort)

    async def countries(self, chat_id: int, person_id: int, slug: str, sort: Sort | None = None) -> Regions:
        """The countries a service is sold in, in the chat's order if no other is asked for."""
        listing, service = await asyncio.gather(
            self._offers.places(chat_id, slug, remembered=True), self.service(chat_id, slug)
        )
        records, limits = await self._records(slug), await self._preferences.ceilings(chat_id)
        regions = [_region(place, records, limits) for place in listing.items]
        wanted = sort or (await self._preferences.of(chat_id)).sort
        chosen = wanted if wanted in _sorts(regions) else Sort.PRICE
        favourite = slug in await self._preferences.favourites(chat_id, person_id)
        in_order = _in_order(regions, chosen)
        return Regions(service, in_order, listing.troubles, wanted, chosen, _sorts(regions), favourite)

    async def offers(self, chat_id: int, slug: str, iso2: str) -> Listing[Ware]:
        """All the chat's keys side by side, cheapest first, also those whose provider does not answer now."""
        listing = await self._offers.offers(chat_id, slug, iso2, remembered=True)
        records, limits = await self._records(slug), await self._preferences.ceilings(chat_id)
        return Listing([_ware(offer, records, limits) for offer in listing.items], listing.troubles)

    async def _records(self, slug: str) -> Mapping[tuple[str, str], Record]:
        """Our records; a list is shown without them rather than not at all."""
        try:
            return await self._statistics.records(slug)
        except SQLAlchemyError:
            log.exception("the records of %s", slug)
            return {}


def _unmarked(services: Sequence[Listed]) -> list[Shown]:
    return [Shown(service) for service in services]


def _ware(offer: Offer, records: Mapping[tuple[str, str], Record], limits: Mapping[str, Decimal]) -> Ware:
    limit = limits.get(offer.purse)
    over = limit is not None and offer.cost > limit
    return Ware(offer, records.get((offer.provider.name, offer.iso2)), limit if over else None)


def _region(place: Place, records: Mapping[tuple[str, str], Record], limits: Mapping[str, Decimal]) -> Region:
    return Region(place, [_ware(offer, records, limits) for offer in place.offers])


def _sorts(regions: Sequence[Region]) -> list[Sort]:
    """How these can be sorted: by what is known of at least one."""
    sorts = [Sort.PRICE, Sort.STOCK]
    sorts += [Sort.SUCCESS] if any(region.surest for region in regions) else []
    return [*sorts, *([Sort.EXPECTED] if any(region.thriftiest for region in regions) else [])]


def _in_order(regions: Sequence[Region], sort: Sort) -> list[Region]:
    """In this order, where it tells no two apart by price, as they come; what is sold out stands last."""
    purses = list(dict.fromkeys(region.cheapest.offer.purse for region in regions))
    match sort:
        case Sort.PRICE:
            return list(regions)
        case Sort.STOCK:
            return sorted(regions, key=_by_stock)
        case Sort.SUCCESS:
            return sorted(regions, key=_by_success)
        case Sort.EXPECTED:
            return sorted(regions, key=lambda region: _by_expected(region, purses))


def _by_stock(region: Region) -> tuple[bool, bool, int]:
    stock = region.place.stock
    return stock == 0, stock is None, -(stock or 0)


def _by_success(region: Region) -> tuple[bool, float]:
    """By the lower bound: a lucky few do not stand before a proven many."""
    low = region.surest.low if region.surest else None
    return region.place.stock == 0, 1.0 if low is None else -low


def _by_expected(region: Region, purses: Sequence[str]) -> tuple[bool, bool, bool, int, Decimal]:
    """What few numbers tell stands behind what many do; amounts compare within a purse only."""
    ware = region.shown_by(Sort.EXPECTED)
    unknown, purse = ware.expected is None, purses.index(ware.offer.purse)
    return region.place.stock == 0, unknown, ware.few, purse, ware.expected or Decimal(0)
