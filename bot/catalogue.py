"""What providers sell, remembered for a while: one refresh at a time, what is old is given meanwhile.

What was said last is kept longer, for lists that mark it as old while its provider does not answer.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, TypeVar, TypeVarTuple

from pydantic import SecretStr

from bot.clock import Clock
from bot.errors import Refused
from bot.providers.base import Country, Price, Provider, Service

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

#: So long the last known prices are worth showing.
WORTH_SHOWING = timedelta(minutes=30)
#: So many values lie on a shelf; more push the oldest off it.
_PLACES = 500
#: So many things made of lists are kept.
_MADE = 50
#: What is made of services that nobody told is made once.
_NO_SERVICES: list[Service] = []


@dataclass(frozen=True, slots=True)
class Kept(Generic[T]):
    """A value, and when it was fetched."""

    value: T
    fetched_at: datetime


class Shelf(Generic[T]):
    """Values that are dear to fetch. Failures are not kept; what is old is given while it is fetched anew."""

    def __init__(self, clock: Clock, fresh: timedelta, usable: timedelta) -> None:
        self._clock = clock
        self._fresh = fresh
        self._usable = usable
        self._entries: dict[object, Kept[T]] = {}
        self._fetching: dict[object, asyncio.Task[T]] = {}
        #: What is known to be wrong by now: kept for `last` alone.
        self._wrong: set[object] = set()

    async def get(self, name: object, fetch: Callable[[], Awaitable[T]]) -> T:
        """The value by its name; waits for `fetch` only when there is none that is usable."""
        entry = self._believed(name)
        age = self._clock() - entry.fetched_at if entry is not None else None
        if entry is not None and age is not None and age <= self._fresh:
            return entry.value
        if entry is not None and age is not None and age <= self._usable:
            self._refresh(name, fetch)
            return entry.value
        return await self._fetched(name, fetch)

    async def latest(self, name: object, fetch: Callable[[], Awaitable[T]]) -> T:
        """The value while it is fresh; otherwise waits for `fetch`, which never gives what is old."""
        entry = self._believed(name)
        if entry is not None and self._clock() - entry.fetched_at <= self._fresh:
            return entry.value
        return await self._fetched(name, fetch)

    def doubt(self, name: object) -> None:
        """What is kept or on its way is wrong by now: it is fetched anew when it is wanted."""
        self._wrong.add(name)
        self._fetching.pop(name, None)

    def _believed(self, name: object) -> Kept[T] | None:
        return None if name in self._wrong else self._entries.get(name)

    def at_hand(self, name: object) -> bool:
        """Whether `get` gives it without waiting."""
        entry = self._believed(name)
        return entry is not None and self._clock() - entry.fetched_at <= self._usable

    def last(self, name: object) -> Kept[T] | None:
        """What was fetched last, however old it is; nothing is fetched."""
        return self._entries.get(name)

    async def _fetched(self, name: object, fetch: Callable[[], Awaitable[T]]) -> T:
        """What is on its way, or fetched now. What somebody else was refused is theirs alone."""
        while True:
            theirs = name in self._fetching
            try:
                return await asyncio.shield(self._refresh(name, fetch))
            except Refused:
                if not theirs:
                    raise

    def _refresh(self, name: object, fetch: Callable[[], Awaitable[T]]) -> asyncio.Task[T]:
        task = self._fetching.get(name)
        if task is None:
            task = asyncio.create_task(self._fetch(name, fetch))
            # Read the failure even if nobody waits: the next caller tries again.
            task.add_done_callback(lambda done: done.cancelled() or done.exception())
            self._fetching[name] = task
        return task

    async def _fetch(self, name: object, fetch: Callable[[], Awaitable[T]]) -> T:
        try:
            value = await fetch()
        finally:
            doubted = self._fetching.get(name) is not asyncio.current_task()
            if not doubted:
                del self._fetching[name]
        if not doubted:
            self._keep(name, value)
        return value

    def _keep(self, name: object, value: T) -> None:
        self._wrong.discard(name)
        self._entries.pop(name, None)
        self._entries[name] = Kept(value, self._clock())
        while len(self._entries) > _PLACES:
            oldest = next(iter(self._entries))
            del self._entries[oldest]
            self._wrong.discard(oldest)


class Derived(Generic[*Ts, T]):
    """What is made of lists that were told, once for as long as they are the ones told last.

    A list is known by itself, not by what stands in it: nobody changes one that was told. All else is known
    by its value.
    """

    def __init__(self, make: Callable[[*Ts], T], most: int = _MADE) -> None:
        self._make = make
        self._most = most
        self._made: dict[tuple[object, ...], tuple[tuple[*Ts], T]] = {}

    def of(self, *told: *Ts) -> T:
        """The same again for the same lists; what was made of the oldest is forgotten."""
        names = tuple(id(each) if isinstance(each, list) else each for each in told)
        if (known := self._made.get(names)) is not None:
            return known[1]
        made = self._make(*told)
        # With the lists themselves: nobody else is given their ids meanwhile.
        self._made[names] = told, made
        if len(self._made) > self._most:
            del self._made[next(iter(self._made))]
        return made


class Catalogue:
    """Services, countries and prices by provider: what one key was told serves all keys of that provider."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._services: Shelf[list[Service]] = Shelf(clock, timedelta(hours=6), timedelta(days=7))
        self._countries: Shelf[dict[str, Country]] = Shelf(clock, timedelta(hours=24), timedelta(days=7))
        self._prices: Shelf[list[Price]] = Shelf(clock, timedelta(seconds=30), timedelta(seconds=60))

    async def services(self, provider: Provider, key: SecretStr) -> list[Service]:
        return await self._services.get(provider.name, lambda: provider.services(key))

    async def countries(self, provider: Provider, key: SecretStr) -> dict[str, Country]:
        """By the provider's own country code."""

        async def fetch() -> dict[str, Country]:
            return {country.code: country for country in await provider.countries(key)}

        return await self._countries.get(provider.name, fetch)

    async def prices(self, provider: Provider, key: SecretStr, service: str) -> list[Price]:
        """Of one service in every country, what is in stock first told."""
        return await self._prices.get((provider.name, service), lambda: provider.prices(key, service=service))

    def prices_at_hand(self, provider: Provider, service: str) -> bool:
        """Whether the prices of a service are given without asking for them."""
        return self._prices.at_hand((provider.name, service))

    async def prices_now(self, provider: Provider, key: SecretStr, service: str) -> list[Price]:
        """The same, never older than half a minute: what nobody could buy any more is not given."""
        return await self._prices.latest(
            (provider.name, service), lambda: provider.prices(key, service=service)
        )

    def doubt_prices(self, provider: str, service: str) -> None:
        """A purchase showed that the prices of a service, or its stock, are other ones by now."""
        self._prices.doubt((provider, service))

    def last_names(self, provider: Provider) -> tuple[list[Service], dict[str, Country]]:
        """The services and countries that were told last; nothing where nothing was."""
        services, countries = self._services.last(provider.name), self._countries.last(provider.name)
        return services.value if services else _NO_SERVICES, countries.value if countries else {}

    def last_prices(self, provider: Provider, service: str) -> Kept[list[Price]] | None:
        """The prices that were told last and when, while they are worth showing."""
        kept = self._prices.last((provider.name, service))
        return kept if kept and self._clock() - kept.fetched_at <= WORTH_SHOWING else None
