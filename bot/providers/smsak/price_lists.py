"""The price lists of SMSAK: one call per country, so that they are remembered for half a minute."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from pydantic import SecretStr

from bot.errors import CodebellError, Unavailable, Unclear
from bot.providers.base import Country, Price

log = logging.getLogger(__name__)

T = TypeVar("T")

#: Seconds for which a price list, and the list of countries, are remembered.
FRESH, LASTING = 30.0, 600.0
#: Seconds for which a country that did not answer is not waited for again.
QUIET = 10.0
#: So many countries are asked at once; clients ask this site six times a second.
AT_ONCE = 6


@dataclass(frozen=True, slots=True)
class Told(Generic[T]):
    """An answer and the moment it was asked for."""

    at: float
    value: T


class PriceLists:
    """Every country's list; what one key was told serves all keys. `patience`: seconds for all countries."""

    def __init__(
        self,
        prices: Callable[[SecretStr, str], Awaitable[list[Price]]],
        countries: Callable[[SecretStr], Awaitable[list[Country]]],
        clock: Callable[[], float],
        patience: float,
    ) -> None:
        self._ask_prices = prices
        self._ask_countries = countries
        self._clock = clock
        self._patience = patience
        self._prices: dict[str, Told[list[Price]]] = {}
        self._countries: Told[list[Country]] | None = None
        #: When the countries were asked that have not answered.
        self._silent: dict[str, float] = {}
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._doors = asyncio.Semaphore(AT_ONCE)

    async def of(self, key: SecretStr, country: str) -> list[Price]:
        """The list of one country, asked for anew: money is spent by it."""
        asked_at = self._clock()
        prices = await self._ask_prices(key, country)
        self._prices[country] = Told(asked_at, prices)
        self._silent.pop(country, None)
        return prices

    async def of_all(self, key: SecretStr) -> list[Price]:
        """The lists of all countries that answer in time; raises only where none of them does."""
        countries = await self._sold_in(key)
        answers = await asyncio.gather(*(self._answer(key, country.code) for country in countries))
        failures = [answer for answer in answers if isinstance(answer, CodebellError)]
        if failures and len(failures) == len(answers):
            self._silent.clear()
            raise failures[0]
        return [price for answer in answers if isinstance(answer, list) for price in answer]

    async def _sold_in(self, key: SecretStr) -> list[Country]:
        if self._countries is None or self._clock() - self._countries.at > LASTING:
            self._countries = Told(self._clock(), await self._ask_countries(key))
        return self._countries.value

    async def _answer(self, key: SecretStr, country: str) -> list[Price] | CodebellError:
        try:
            async with asyncio.timeout(self._patience), self._turns[country]:
                return await self._lately(key, country)
        except TimeoutError:
            return Unavailable("no answer in time")
        except CodebellError as error:
            log.info("no prices of %s: %s", country, type(error).__name__)
            return error

    async def _lately(self, key: SecretStr, country: str) -> list[Price]:
        """The list as it is remembered, else asked for; once at a time per country."""
        told = self._prices.get(country)
        if told is not None and self._clock() - told.at <= FRESH:
            return told.value
        if self._clock() - self._silent.get(country, -QUIET) < QUIET:
            raise Unavailable("no answer a moment ago")
        async with self._doors:
            return await self._asked(key, country)

    async def _asked(self, key: SecretStr, country: str) -> list[Price]:
        """The list, asked for anew. Silent is a country from here on, until it answers or says no."""
        self._silent[country] = self._clock()
        try:
            return await self.of(key, country)
        except CodebellError as error:
            if not (isinstance(error, Unclear) and error.sent):
                self._silent.pop(country, None)
            raise
