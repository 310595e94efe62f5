"""The shop window: what can be bought, as one person wants to see it.

Favourites come first, countries in the order they chose, every offer with its record: how often codes came.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from sqlalchemy.exc import SQLAlchemyError

from bot.clock import Clock
from bot.offers import Offer, Offers, Place
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


@dataclass(frozen=True, slots=True)
class Region:
    """A country in the list, with its offers, cheapest first."""

    place: Place
    wares: Sequence[Ware]

    @property
    def cheapest(self) -> Ware:
        return self.wares[0]

    @property
    def best(self) -> Record | None:
        """The record of the offer that codes come to most surely, None where nothing is known."""
        records = [ware.record for ware in self.wares if ware.record and ware.record.ended]
        return max(records, key=lambda record: record.low, default=None)

    @property
    def thriftiest(self) -> Ware | None:
        """The offer whose received code costs least, of those in the currency of the cheapest."""
        known = [ware for ware in self.wares if ware.expected is not None and self._comparable(ware.offer)]
        return min(known, key=lambda ware: (ware.offer.stock == 0, ware.expected), default=None)

    def _comparable(self, offer: Offer) -> bool:
        return offer.purse == self.cheapest.offer.purse


@dataclass(frozen=True, slots=True)
class Regions:
    """The countries of a service, how they are sorted, and how they could be."""

    service: Listed
    items: Sequence[Region]
    troubles: Sequence[Trouble]
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

    async def services(self, chat_id: int, person_id: int) -> Listing[Shown]:
        """Every service of the chat's providers: favourites, recent ones, popular ones, then by name."""
        listing = await self._offers.services(chat_id)
        sold = {service.slug: service for service in listing.items}
        starred = await self._preferences.favourites(chat_id, person_id)
        bought = await self._recent.services(chat_id, person_id)
        first = {slug: Shown(sold[slug], Mark.FAVOURITE) for slug in starred if slug in sold}
        recent = [slug for slug in bought if slug in sold and slug not in first][:_RECENT]
        first |= {slug: Shown(sold[slug], Mark.RECENT) for slug in recent}
        rest = [Shown(service) for service in listing.items if service.slug not in first]
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
        in_order = sorted(regions, key=_ORDERS[chosen])
        return Regions(service, in_order, listing.troubles, chosen, _sorts(regions), favourite)

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


def _ware(offer: Offer, records: Mapping[tuple[str, str], Record], limits: Mapping[str, Decimal]) -> Ware:
    limit = limits.get(offer.purse)
    over = limit is not None and offer.cost > limit
    return Ware(offer, records.get((offer.provider.name, offer.iso2)), limit if over else None)


def _region(place: Place, records: Mapping[tuple[str, str], Record], limits: Mapping[str, Decimal]) -> Region:
    return Region(place, [_ware(offer, records, limits) for offer in place.offers])


def _sorts(regions: Sequence[Region]) -> list[Sort]:
    """How these can be sorted: by what is known of at least one."""
    sorts = [Sort.PRICE, Sort.STOCK]
    sorts += [Sort.SUCCESS] if any(region.best for region in regions) else []
    return [*sorts, *([Sort.EXPECTED] if any(region.thriftiest for region in regions) else [])]


def _by_price(region: Region) -> tuple[bool, bool, str, Decimal]:
    """In stock first, then by currency, unknown ones last: amounts compare within one only."""
    place = region.place
    return place.stock == 0, not place.currency, place.currency, place.cost


def _by_stock(region: Region) -> tuple[object, ...]:
    stock = region.place.stock
    return stock == 0, stock is None, -(stock or 0), *_by_price(region)


def _by_success(region: Region) -> tuple[object, ...]:
    """By the lower bound: a lucky few do not stand before a proven many."""
    return region.place.stock == 0, -(region.best.low if region.best else -1.0), *_by_price(region)


def _by_expected(region: Region) -> tuple[object, ...]:
    ware = region.thriftiest
    cost = ware.expected if ware else None
    told = not region.place.currency, region.place.currency, cost or Decimal(0)
    return region.place.stock == 0, cost is None, *told, *_by_price(region)


_ORDERS: Mapping[Sort, Callable[[Region], tuple[object, ...]]] = {
    Sort.PRICE: _by_price,
    Sort.STOCK: _by_stock,
    Sort.SUCCESS: _by_success,
    Sort.EXPECTED: _by_expected,
}
