"""What can be bought of a service in a country right now, for who waits for it: asked politely for everybody.

However many wait, a provider is asked for the prices of a service once in half a minute at most, and less
often while it does not answer: one account that gets no answer, or everybody once two accounts met the same.
That is kept in memory: after a restart a question or two tell it anew.
"""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import TypeVar

from bot.catalogue import Catalogue
from bot.clock import Clock
from bot.errors import Unavailable, Unclear
from bot.providers.base import Country, Price, Service
from bot.purses import in_order, purse_of
from bot.services import nice_name, slug
from bot.shops import Shop, Shops, Trouble
from storage.models import Key

#: How long a provider that did not answer is left alone: twice as long after each time in a row.
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(minutes=10)
#: Stands for all accounts among those that are not answered; no key ends in nothing.
_EVERYBODY = ""
#: Stands for the names of services and countries among the codes of services.
_NAMES = ""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Find:
    """What a key can buy, by the provider's own codes; `stock` is None where it is not told."""

    key: Key
    provider: str
    service_code: str
    country_code: str
    country_name: str
    cost: Decimal
    currency: str
    stock: int | None

    @property
    def there(self) -> bool:
        """Whether it is in stock, as far as its provider tells."""
        return self.stock != 0

    @property
    def purse(self) -> str:
        """What its price may be compared within."""
        return purse_of(self.currency, self.key.provider)


@dataclass(frozen=True, slots=True)
class Sight:
    """What a look found, cheapest first, and whom it could not ask; `answered` when somebody could be."""

    service_name: str
    finds: Sequence[Find]
    troubles: Sequence[Trouble]
    answered: bool

    @property
    def best(self) -> Find | None:
        """The cheapest one in stock, where most is offered; without any, the cheapest."""
        return next(iter(self.bests), None)

    @property
    def bests(self) -> Sequence[Find]:
        """The cheapest of each purse, of what is in stock if anything is, in the order of purses."""
        there = [find for find in self.finds if find.there] or self.finds
        cheapest = {find.purse: find for find in reversed(there)}
        return [cheapest[purse] for purse in in_order([(find.purse, find.provider) for find in there])]

    def without(self, key_ids: Collection[str]) -> "Sight":
        """The same, but for what these keys can buy."""
        return replace(self, finds=[find for find in self.finds if find.key.id not in key_ids])


@dataclass(frozen=True, slots=True)
class Payer:
    """With what a watch buys: a key, or (None) any key of the chat that is charged in this currency.

    Where a provider tells no currency (""), there is the key only: its prices compare with no other's.
    """

    key: Key | None
    currency: str

    @property
    def by(self) -> str:
        """How a button names it: by the key's id, or by the currency."""
        return self.currency if self.key is None else self.key.id

    @property
    def purse(self) -> str:
        """What its prices may be compared within."""
        return purse_of(self.currency, "" if self.key is None else self.key.provider)


@dataclass(frozen=True, slots=True)
class _Silence:
    """An account that was not answered so many times in a row; it does not ask again before that moment."""

    failures: int
    until: datetime


class _Line:
    """Where one thing is asked of a provider, by one account (the tail of its key) at a time.

    Whoever is not answered is left out for a while. That may be due to its key: the others ask all the same,
    until a second one meets the same before anybody was answered.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._turn = asyncio.Lock()
        self._silences: dict[str, _Silence] = {}
        #: What went wrong since the last answer, and who met it first.
        self._met: dict[type[Unclear], str] = {}

    async def ask(self, account: str, question: Callable[[], Awaitable[T]]) -> T:
        """Ask in turn; each asks for itself: what is on its way for another account is not shared."""
        async with self._turn:
            self._leave_out(account)
            try:
                answer = await question()
            except Unclear as unclear:
                self._not_answered(account, type(unclear))
                raise
            self._answered(account)
            return answer

    def _leave_out(self, account: str) -> None:
        """Raise `Unavailable` for who may not ask yet."""
        for name in (account, _EVERYBODY):
            silence = self._silences.get(name)
            if silence is not None and silence.until > self._clock():
                left = silence.until - self._clock()
                raise Unavailable("left alone", retry_after=left.total_seconds(), sent=False)

    def _not_answered(self, account: str, how: type[Unclear]) -> None:
        self._lengthen(account)
        if self._met.setdefault(how, account) != account:
            self._lengthen(_EVERYBODY)

    def _answered(self, account: str) -> None:
        for name in (account, _EVERYBODY):
            self._silences.pop(name, None)
        self._met.clear()

    def _lengthen(self, name: str) -> None:
        before, now = self._silences.get(name), self._clock()
        failures = 1 if before is None else before.failures + 1
        pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** min(failures - 1, 8))
        recent = {who: one for who, one in self._silences.items() if one.until > now - LONGEST_PAUSE}
        self._silences = recent | {name: _Silence(failures, now + pause)}


class Lookout:
    """Looks with a chat's keys, at what is sold at this moment."""

    def __init__(self, catalogue: Catalogue, shops: Shops, clock: Clock) -> None:
        self._catalogue = catalogue
        self._shops = shops
        self._clock = clock
        #: By the provider, and the code of the service asked about.
        self._lines: defaultdict[tuple[str, str], _Line] = defaultdict(lambda: _Line(clock))

    async def look(self, chat_id: int, service: str, iso2: str, key_id: str | None = None) -> Sight:
        """A service (its slug) in a country, with one key of a chat or with all that can buy.

        Raises `NoKeys`, or `UnknownKey` and `NotOffered` for a key that is gone or whose provider is.
        """
        if key_id is not None:
            await self._shops.seller(chat_id, key_id)
        told = await self._shops.ask(chat_id, lambda shop: self._sold(shop, service, iso2))
        name = next((name for _, (name, _) in told.items if name), nice_name(service, service))
        finds = [find for _, (_, some) in told.items for find in some if key_id in (None, find.key.id)]
        cheapest_first = sorted(finds, key=lambda find: find.cost)
        return Sight(name, cheapest_first, told.troubles, answered=bool(told.items))

    async def payers(self, chat_id: int) -> Sequence[Payer]:
        """What a watch of this chat may buy with: any key by currency, then each key.

        Raises `NoKeys`, or `BrokenKey` where none can be read.
        """
        told = await self._shops.ask(chat_id, _ask_nothing)
        if not told.items:
            raise told.troubles[0].error
        shops = [shop for shop, _ in told.items]
        currencies = dict.fromkeys(shop.provider.currency for shop in shops if shop.provider.currency)
        each = [Payer(key, shop.provider.currency) for shop in shops for key in shop.keys]
        return [*(Payer(None, currency) for currency in currencies), *each]

    async def _sold(self, shop: Shop, service: str, iso2: str) -> tuple[str, list[Find]]:
        """What the provider calls the service, and what it sells of it there, with each of the keys."""
        services, countries = await self._ask(shop, _NAMES, self._names)
        wanted = [one for one in services if slug(one.name) == service]
        finds = [
            _find(shop, key, one.code, countries[price.country], price)
            for one in wanted
            for price in await self._ask(shop, one.code, partial(self._prices, code=one.code))
            if price.country in countries and countries[price.country].iso2 == iso2
            for key in shop.keys
        ]
        return nice_name(service, wanted[0].name) if wanted else "", finds

    async def _ask(self, shop: Shop, about: str, question: Callable[[Shop], Awaitable[T]]) -> T:
        line = self._lines[shop.provider.name, about]
        return await line.ask(shop.keys[0].tail, lambda: question(shop))

    async def _names(self, shop: Shop) -> tuple[list[Service], dict[str, Country]]:
        services = await self._catalogue.services(shop.provider, shop.secret)
        return services, await self._catalogue.countries(shop.provider, shop.secret)

    async def _prices(self, shop: Shop, code: str) -> Sequence[Price]:
        return await self._catalogue.prices_now(shop.provider, shop.secret, code)


def several(payers: Sequence[Payer]) -> bool:
    """Whether there is more than one key, so that it matters which."""
    return len([payer for payer in payers if payer.key is not None]) > 1


async def _ask_nothing(_: Shop) -> None:
    """Who could be asked is all that is wanted."""


def _find(shop: Shop, key: Key, code: str, country: Country, price: Price) -> Find:
    return Find(
        key=key,
        provider=shop.provider.title,
        service_code=code,
        country_code=country.code,
        country_name=country.name,
        cost=price.cost,
        currency=shop.provider.currency,
        stock=price.stock,
    )
