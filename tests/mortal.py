"""A provider and a store that can end the process, or fail, at a chosen point."""

from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from pydantic import SecretStr

from bot.providers.base import Balance, Capability, Held, Number, Price, Reading, Timing, Wish
from storage.database import Database
from storage.models import Activation
from storage.purchases import PurchaseStore
from storage.sold import Bought
from tests.doubles import FakeProvider


class Killed(BaseException):
    """The process ends here: nobody catches it, nothing after it happens."""


class MortalProvider(FakeProvider):
    """A fake provider that ends the process, or lets something happen, before or after a call's work."""

    def __init__(self, name: str, clock: Callable[[], datetime]) -> None:
        super().__init__(name, clock)
        self.timing = Timing(min_poll=5, min_cancel=30, lifetime=1200)
        #: Points (`before buy`, `after cancel` …) at which the process ends, or something happens first.
        self.deadly: set[str] = set()
        self.meanwhile: dict[str, Callable[[], Awaitable[object]]] = {}
        #: Numbers not listed as active yet, although they were sold.
        self.lagging = False
        self.foreign: list[Number] = []
        #: What comes of asking for prices with some keys.
        self.odd: dict[str, Exception] = {}
        self._wishes: dict[str, Wish] = {}

    async def balance(self, key: SecretStr, *, paid: bool = False) -> Balance:
        await self._pass("before balance")
        return await super().balance(key, paid=paid)

    async def prices(
        self, key: SecretStr, service: str | None = None, country: str | None = None
    ) -> list[Price]:
        await self._pass("before prices")
        if key.get_secret_value() in self.odd:
            self._hear("prices", service)
            raise self.odd[key.get_secret_value()]
        return await super().prices(key, service, country)

    async def buy(self, key: SecretStr, wish: Wish) -> Number:
        await self._pass("before buy")
        try:
            return await super().buy(key, wish)
        finally:
            if self.lines:
                self._wishes.setdefault(self.newest.number.id, wish)
            await self._pass("after buy")

    async def poll(self, key: SecretStr, held: Held) -> Reading:
        await self._pass("before poll")
        reading = await super().poll(key, held)
        await self._pass("after poll")
        return reading

    async def cancel(self, key: SecretStr, held: Held) -> None:
        await self._pass("before cancel")
        await super().cancel(key, held)
        await self._pass("after cancel")

    async def another_sms(self, key: SecretStr, held: Held) -> None:
        await super().another_sms(key, held)
        await self._pass("after another_sms")

    async def finish(self, key: SecretStr, held: Held) -> None:
        await super().finish(key, held)
        await self._pass("after finish")

    async def active(self, key: SecretStr) -> list[Number]:
        await self._pass("before active")
        held = await super().active(key)
        named = [
            replace(number, service=self._wishes[number.id].service, country=self._wishes[number.id].country)
            for number in held
            if not self.lagging
        ]
        return [*self.foreign, *named]

    def lists_active(self) -> None:
        """This provider can tell what the account holds."""
        self.capabilities |= {Capability.ACTIVE}

    async def _pass(self, point: str) -> None:
        if point in self.deadly:
            raise Killed(point)
        if point in self.meanwhile:
            await self.meanwhile.pop(point)()


class MortalPurchaseStore(PurchaseStore):
    """A store before or after whose transactions the process may end, or the disk be full."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.deadly: set[str] = set()
        #: Errors of the database, by the method that meets them.
        self.full: defaultdict[str, list[Exception]] = defaultdict(list)

    async def calling(
        self, activation_id: str, balance: Decimal | None, held: set[str] | None, now: datetime
    ) -> Activation | None:
        self._pass("before calling")
        row = await super().calling(activation_id, balance, held, now)
        self._pass("after calling")
        return row

    async def failed(
        self,
        activation_id: str,
        reason: str,
        now: datetime,
        try_from: datetime | None = None,
        asked: Decimal | None = None,
    ) -> Activation | None:
        self._pass("before failed")
        return await super().failed(activation_id, reason, now, try_from, asked)

    async def unknown(
        self,
        activation_id: str,
        reason: str,
        balance: Decimal | None,
        now: datetime,
        look_at: datetime | None,
    ) -> Activation | None:
        self._pass("before unknown")
        return await super().unknown(activation_id, reason, balance, now, look_at)

    async def bought(self, activation_id: str, number: Bought, now: datetime) -> Activation | None:
        self._pass("before bought")
        row = await super().bought(activation_id, number, now)
        self._pass("after bought")
        return row

    def _pass(self, point: str) -> None:
        if point in self.deadly:
            raise Killed(point)
        when, method = point.split()
        if when == "before" and self.full[method]:
            raise self.full[method].pop()
