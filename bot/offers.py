"""What can be bought with the keys of a chat: services, countries, offers side by side, cheapest first."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TypeVar

from pydantic import SecretStr
from rapidfuzz import fuzz, process, utils

from bot.catalogue import Catalogue
from bot.clock import Clock
from bot.errors import NotOffered
from bot.providers.base import Country, Price, Provider, Service, Supplier, Tier
from bot.services import POPULAR, nice_name, slug
from bot.shops import Listing, Shop, Shops
from storage.models import Key, Quote
from storage.outbox import new_id
from storage.quotes import QuoteStore

T = TypeVar("T")

#: Search results below this likeness (of 100) are not shown.
_LIKENESS = 62
#: Bytes of a provider's country code that a button and a quote can carry.
_COUNTRY_CODE = 16


@dataclass(frozen=True, slots=True)
class Listed:
    """A service that some provider of the chat sells."""

    slug: str
    name: str


@dataclass(frozen=True, slots=True)
class Place:
    """A country where a service is sold: its best price, and the stock of all providers (None: not told)."""

    iso2: str
    name: str
    cost: Decimal
    currency: str
    stock: int | None


@dataclass(frozen=True, slots=True)
class Offer:
    """A number that could be bought: which key, which of the provider's own codes, and for how much."""

    provider: Provider
    key: Key
    service: Listed
    service_code: str
    iso2: str
    country_code: str
    country_name: str
    cost: Decimal
    currency: str
    stock: int | None


class Offers:
    """Reads the providers' catalogues with a chat's keys, and opens quotes."""

    def __init__(
        self,
        catalogue: Catalogue,
        shops: Shops,
        quotes: QuoteStore,
        blocked: Collection[str],
        clock: Clock,
    ) -> None:
        self._catalogue = catalogue
        self._shops = shops
        self._quotes = quotes
        self._blocked = frozenset(slug(name) for name in blocked)
        self._clock = clock

    async def services(self, chat_id: int) -> Listing[Listed]:
        """Every service of the chat's providers: popular ones first, then by name."""
        shops = await self._shops.ask(chat_id, self._services_of)
        listed = {listed.slug: listed for _, codes in shops.items for listed in codes}
        allowed = [service for service in listed.values() if service.slug not in self._blocked]
        return Listing(sorted(allowed, key=_by_popularity), shops.troubles)

    async def search(self, chat_id: int, words: str, limit: int = 8) -> Listing[Listed]:
        """Services whose name is like what was typed, likeliest first; typing errors are forgiven."""
        listing = await self.services(chat_id)
        named = {service.slug: service for service in listing.items}
        names = {service.slug: service.name for service in listing.items}
        exact = [named[slug(words)]] if slug(words) in named else []
        hits = process.extract(
            words[:64],
            names,
            scorer=fuzz.WRatio,
            processor=utils.default_process,
            limit=limit,
            score_cutoff=_LIKENESS,
        )
        likely = [named[found] for _, _, found in hits if named[found] not in exact]
        return Listing([*exact, *likely][:limit], listing.troubles)

    async def places(self, chat_id: int, service: str) -> Listing[Place]:
        """The countries a service (its slug) is sold in, best price first."""
        listing = await self._sold(chat_id, service)
        groups: dict[str, list[Offer]] = {}
        for offer in listing.items:
            groups.setdefault(offer.iso2, []).append(offer)
        places = [_place(offers) for offers in groups.values()]
        return Listing(sorted(places, key=_by_price), listing.troubles)

    async def offers(self, chat_id: int, service: str, iso2: str) -> Listing[Offer]:
        """All the chat's keys side by side for one service and country, cheapest first."""
        listing = await self._sold(chat_id, service)
        here = [offer for offer in listing.items if offer.iso2 == iso2]
        return Listing(here, listing.troubles)

    async def find(self, chat_id: int, service: str, key_id: str, country_code: str) -> Offer:
        """The offer a button stands for, at today's price.

        Raises `NotOffered` when it is gone, `UnknownKey` when its key is, and what its provider failed with.
        """
        seller = await self._shops.seller(chat_id, key_id)
        listing = await self._sold(chat_id, service)
        for offer in listing.items:
            if (offer.key.id, offer.country_code) == (key_id, country_code):
                return offer
        raise next((each.error for each in listing.troubles if each.title == seller.title), NotOffered())

    async def quote(
        self, chat_id: int, owner_id: int, offer: Offer, *, max_price: Decimal | None = None, count: int = 1
    ) -> Quote:
        """Note an offer under a nonce: what the *Buy* button will carry; `count` numbers, one after another."""
        quote = _quote(offer, chat_id, owner_id, self._clock())
        quote.max_price, quote.count = max_price, count
        await self._quotes.open(quote)
        return quote

    async def tiers(self, quote: Quote) -> Sequence[Tier]:
        """Price tiers, cheapest first. This and what follows raises `Unavailable` when it takes too long."""
        where = quote.service_code, quote.country_code
        return await self._ask(quote, lambda provider, key: provider.tiers(key, *where))

    async def suppliers(self, quote: Quote) -> Sequence[Supplier]:
        where = quote.service_code, quote.country_code
        return await self._ask(quote, lambda provider, key: provider.suppliers(key, *where))

    async def operators(self, quote: Quote) -> Sequence[str]:
        country = quote.country_code
        return await self._ask(quote, lambda provider, key: provider.operators(key, country))

    async def _ask(self, quote: Quote, question: Callable[[Provider, SecretStr], Awaitable[T]]) -> T:
        return await self._shops.ask_one(quote.key_id, quote.chat_id, question)

    async def _sold(self, chat_id: int, service: str) -> Listing[Offer]:
        """Everything the chat could buy for a service, cheapest first."""
        if service in self._blocked:
            raise NotOffered
        shops = await self._shops.ask(chat_id, lambda shop: self._prices_of(shop, service))
        offers = [offer for _, group in shops.items for offer in group]
        return Listing(sorted(offers, key=_by_price), shops.troubles)

    async def _services_of(self, shop: Shop) -> list[Listed]:
        services = await self._catalogue.services(shop.provider, shop.secret)
        return [_listed(service) for service in services]

    async def _prices_of(self, shop: Shop, wanted: str) -> list[Offer]:
        services = await self._catalogue.services(shop.provider, shop.secret)
        countries = await self._catalogue.countries(shop.provider, shop.secret)
        return [
            _offer(shop, key, service, countries[price.country], price)
            for service in services
            if _listed(service).slug == wanted
            for price in await self._catalogue.prices(shop.provider, shop.secret, service.code)
            if price.country in countries and _placed(countries[price.country])
            for key in shop.keys
        ]


def _listed(service: Service) -> Listed:
    found = slug(service.name)
    return Listed(found, nice_name(found, service.name))


def _by_popularity(service: Listed) -> tuple[int, str]:
    rank = POPULAR.index(service.slug) if service.slug in POPULAR else len(POPULAR)
    return rank, service.name.casefold()


def _placed(country: Country) -> bool:
    """Whether it is a country we know, by a code that fits a button (colons part its fields)."""
    return bool(country.iso2) and ":" not in country.code and len(country.code.encode()) <= _COUNTRY_CODE


def _by_price(sold: Offer | Place) -> tuple[bool, bool, str, Decimal]:
    """In stock first, then by currency, unknown ones last: amounts compare within one only."""
    return sold.stock == 0, not sold.currency, sold.currency, sold.cost


def _place(offers: Sequence[Offer]) -> Place:
    """One country from its offers, cheapest first; several keys of one provider sell the same stock."""
    best = offers[0]
    stocks = {(offer.provider.name, offer.country_code): offer.stock for offer in offers}
    told = [stock for stock in stocks.values() if stock is not None]
    stock = sum(told) if told else None
    return Place(best.iso2, best.country_name, best.cost, best.currency, stock)


def _offer(shop: Shop, key: Key, service: Service, country: Country, price: Price) -> Offer:
    return Offer(
        provider=shop.provider,
        key=key,
        service=_listed(service),
        service_code=service.code,
        iso2=country.iso2,
        country_code=country.code,
        country_name=country.name,
        cost=price.cost,
        currency=shop.provider.currency,
        stock=price.stock,
    )


def _quote(offer: Offer, chat_id: int, owner_id: int, now: datetime) -> Quote:
    return Quote(
        nonce=new_id(),
        chat_id=chat_id,
        owner_id=owner_id,
        key_id=offer.key.id,
        service=offer.service.slug,
        service_name=offer.service.name[:128],
        service_code=offer.service_code,
        country=offer.iso2,
        country_name=offer.country_name[:64],
        country_code=offer.country_code,
        cost=offer.cost,
        currency=offer.currency,
        suppliers="",
        except_suppliers="",
        avoid_prefixes="",
        created_at=now,
    )
