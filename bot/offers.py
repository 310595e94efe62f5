"""What can be bought with the keys of a chat: services, countries, offers side by side, cheapest first."""

import asyncio
from collections.abc import Awaitable, Callable, Container, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import chain
from typing import TypeVar

from pydantic import SecretStr

from bot.catalogue import Catalogue, Derived
from bot.clock import Clock
from bot.errors import NotOffered, NotSoldHere, Unavailable, Unclear
from bot.goods import Offer, Place, in_order, quote_of
from bot.providers.base import Country, Price, Provider, Service, Supplier, Tier
from bot.search import Listed, Meant, understand
from bot.services import POPULAR, nice_name, slug
from bot.shops import Listing, Shop, Shops, Trouble
from storage.models import Key, Quote
from storage.quotes import QuoteStore

T = TypeVar("T")

#: Seconds a provider is given where its last known prices can be shown instead.
_HASTE = 4.0
#: Bytes of a provider's country code that a button and a quote can carry.
_COUNTRY_CODE = 16


class Offers:
    """Reads the providers' catalogues with a chat's keys, and opens quotes."""

    def __init__(
        self,
        catalogue: Catalogue,
        shops: Shops,
        quotes: QuoteStore,
        blocked: Container[str],
        clock: Clock,
    ) -> None:
        self._catalogue = catalogue
        self._shops = shops
        self._quotes = quotes
        self._blocked = blocked
        self._clock = clock
        self._listed, self._called = Derived(_listed_of), Derived(_by_slug)
        self._in_order, self._allowed = Derived(_popular_first), Derived(_allowed)

    async def services(self, chat_id: int) -> Listing[Listed]:
        """Every service of the chat's providers: popular ones first, then by name."""
        shops = await self._shops.ask(chat_id, self._services_of)
        every = self._in_order.of(*(listed for _, listed in shops.items))
        blocked = frozenset(service.slug for service in every if service.slug in self._blocked)
        return Listing(self._allowed.of(every, blocked) if blocked else every, shops.troubles)

    async def search(self, chat_id: int, words: str, limit: int = 8) -> Listing[Listed]:
        """Services whose name is like what was typed, likeliest first; typing errors are forgiven."""
        listing = await self.services(chat_id)
        sold = {service.slug for service in listing.items}
        meant = understand(words, listing.items)
        hits = [service for service in meant.services if service.slug in sold]
        return Listing(hits[:limit], listing.troubles)

    async def understand(self, chat_id: int, words: str) -> tuple[Meant, Sequence[Trouble]]:
        """The service and the country that somebody typed, by what the chat's providers sell."""
        listing = await self.services(chat_id)
        return understand(words, listing.items), listing.troubles

    async def places(self, chat_id: int, service: str, *, remembered: bool = False) -> Listing[Place]:
        """The countries a service (its slug) is sold in, best price first; `remembered` as in `offers`."""
        listing = await self._sold(chat_id, service, remembered=remembered)
        groups: dict[str, list[Offer]] = {}
        for offer in listing.items:
            groups.setdefault(offer.iso2, []).append(offer)
        places = [Place(iso2, offers[0].country_name, offers) for iso2, offers in groups.items()]
        return Listing(places, listing.troubles)

    async def offers(
        self,
        chat_id: int,
        service: str,
        iso2: str,
        *,
        remembered: bool = False,
        at_once: bool = False,
    ) -> Listing[Offer]:
        """All the chat's keys side by side for one service and country, cheapest first.

        With `remembered` there is also what was last known of providers that do not answer, with its moment.
        With `at_once` a provider is not asked by a key that would stand in line with other questions of ours.
        """
        listing = await self._sold(chat_id, service, remembered=remembered, at_once=at_once)
        here = [offer for offer in listing.items if offer.iso2 == iso2]
        return Listing(here, [_told_here(trouble, here) for trouble in listing.troubles])

    async def find(
        self,
        chat_id: int,
        service: str,
        key_id: str,
        country_code: str,
        *,
        at_once: bool = False,
        keys: Sequence[Key] | None = None,
    ) -> Offer:
        """The offer a button stands for, at today's price; `at_once` as in `offers`.

        Raises `NotOffered` when it is gone, `UnknownKey` when its key is, and what its provider failed with.
        """
        keys = await self._shops.keys(chat_id) if keys is None else keys
        seller = self._shops.seller_of(keys, key_id)
        listing = await self._sold(chat_id, service, at_once=at_once, keys=keys)
        for offer in listing.items:
            if (offer.key.id, offer.country_code) == (key_id, country_code):
                return offer
        raise next((each.error for each in listing.troubles if each.title == seller.title), NotOffered())

    async def quote(self, chat_id: int, owner_id: int, offer: Offer, *, count: int = 1) -> Quote:
        """Note an offer under a nonce: what the *Buy* button will carry, for so many numbers."""
        quote = quote_of(offer, chat_id, owner_id, self._clock())
        quote.count = count
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

    async def _sold(
        self,
        chat_id: int,
        service: str,
        *,
        remembered: bool = False,
        at_once: bool = False,
        keys: Sequence[Key] | None = None,
    ) -> Listing[Offer]:
        """Everything the chat could buy for a service, cheapest first."""
        if service in self._blocked:
            raise NotSoldHere
        shops = await self._shops.ask(
            chat_id, lambda shop: self._asked(shop, service, remembered, at_once), keys=keys
        )
        silent = shops.troubles if remembered else ()
        old = {trouble.title: self._last_known(trouble, service) for trouble in silent}
        groups = [*(group for _, group in shops.items), *old.values()]
        troubles = [replace(each, as_of=_told_at(old.get(each.title, ()))) for each in shops.troubles]
        offers = [offer for group in groups for offer in group]
        return Listing(in_order(offers), troubles)

    async def _services_of(self, shop: Shop) -> list[Listed]:
        return self._listed.of(await self._catalogue.services(shop.provider, shop.secret))

    async def _asked(self, shop: Shop, wanted: str, remembered: bool, at_once: bool) -> list[Offer]:
        """The offers of one provider; it is given less time where what is remembered can be shown instead."""
        if at_once and not self._at_hand(shop, wanted) and (wait := shop.provider.wait(shop.secret)):
            raise Unavailable("other questions are first", retry_after=wait, sent=False)
        known = remembered and self._is_remembered(shop, wanted)
        async with asyncio.timeout(_HASTE if known else None):
            return await self._prices_of(shop, wanted)

    def _at_hand(self, shop: Shop, wanted: str) -> bool:
        """Whether the offers of a provider are told without asking it."""
        services, _ = self._catalogue.last_names(shop.provider)
        meant = self._called.of(services).get(wanted, ())
        at_hand = (self._catalogue.prices_at_hand(shop.provider, service.code) for service in meant)
        return bool(services) and all(at_hand)

    def _is_remembered(self, shop: Shop, wanted: str) -> bool:
        """Whether there are prices that can be shown instead; no offer is made of them for that."""
        services, _ = self._catalogue.last_names(shop.provider)
        meant = self._called.of(services).get(wanted, ())
        kept = (self._catalogue.last_prices(shop.provider, service.code) for service in meant)
        return any(each.value for each in kept if each)

    async def _prices_of(self, shop: Shop, wanted: str) -> list[Offer]:
        services = await self._catalogue.services(shop.provider, shop.secret)
        countries = await self._catalogue.countries(shop.provider, shop.secret)
        return [
            offer
            for service in self._called.of(services).get(wanted, ())
            for offer in _made(
                shop,
                service,
                countries,
                await self._catalogue.prices(shop.provider, shop.secret, service.code),
            )
        ]

    def _last_known(self, trouble: Trouble, wanted: str) -> list[Offer]:
        """What a provider that does not answer sold last; one that said no sells nothing."""
        if trouble.shop is None or not isinstance(trouble.error, Unclear):
            return []
        return [*self._remembered(trouble.shop, wanted)]

    def _remembered(self, shop: Shop, wanted: str) -> Iterator[Offer]:
        services, countries = self._catalogue.last_names(shop.provider)
        return (
            replace(offer, as_of=kept.fetched_at)
            for service in self._called.of(services).get(wanted, ())
            if (kept := self._catalogue.last_prices(shop.provider, service.code))
            for offer in _made(shop, service, countries, kept.value)
        )


def _told_at(old: Sequence[Offer]) -> datetime | None:
    """When the oldest of these was so."""
    return min((offer.as_of for offer in old if offer.as_of), default=None)


def _told_here(trouble: Trouble, here: Sequence[Offer]) -> Trouble:
    """One that does not answer, with the moment of what is shown of it, if anything is."""
    return replace(
        trouble, as_of=_told_at([offer for offer in here if offer.provider.title == trouble.title])
    )


def _listed(service: Service) -> Listed:
    found = slug(service.name)
    return Listed(found, nice_name(found, service.name))


def _listed_of(services: list[Service]) -> list[Listed]:
    return [_listed(service) for service in services]


def _popular_first(*told: list[Listed]) -> list[Listed]:
    """Each service once, as the provider that comes last calls it."""
    return sorted({each.slug: each for each in chain(*told)}.values(), key=_by_popularity)


def _allowed(every: Sequence[Listed], blocked: frozenset[str]) -> list[Listed]:
    return [service for service in every if service.slug not in blocked]


def _by_slug(services: list[Service]) -> Mapping[str, list[Service]]:
    """What a provider sells, by what it is called here; several of its services may be one."""
    called: dict[str, list[Service]] = {}
    for service in services:
        called.setdefault(_listed(service).slug, []).append(service)
    return called


def _by_popularity(service: Listed) -> tuple[int, str]:
    rank = POPULAR.index(service.slug) if service.slug in POPULAR else len(POPULAR)
    return rank, service.name.casefold()


def _placed(country: Country) -> bool:
    """Whether it is a country we know, by a code that fits a button (colons part its fields)."""
    return bool(country.iso2) and ":" not in country.code and len(country.code.encode()) <= _COUNTRY_CODE


def _made(
    shop: Shop, service: Service, countries: Mapping[str, Country], prices: Sequence[Price]
) -> list[Offer]:
    """An offer for each price and key of the provider, where the country can be told."""
    listed, provider, currency = _listed(service), shop.provider, shop.provider.currency
    return [
        Offer(
            provider=provider,
            key=key,
            service=listed,
            service_code=service.code,
            iso2=country.iso2,
            country_code=country.code,
            country_name=country.name,
            cost=price.cost,
            currency=currency,
            stock=price.stock,
        )
        for price in prices
        if (country := countries.get(price.country)) is not None and _placed(country)
        for key in shop.keys
    ]
