"""Renting over a real file and a provider that can end the process; `reborn` is the next process."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from pydantic import SecretStr
from sqlalchemy import select

from bot.accounts import Accounts
from bot.providers.renting import Rented, Tariff
from bot.rental_orders import RentalOrders
from bot.rentals import Rentals
from bot.shops import Shops
from bot.tariffs import Tariffs
from storage.database import Database
from storage.models import OrderState, Post, Rental, RentalOrder, RentalState
from storage.outbox import Kind
from storage.rental_moves import Listed
from storage.rental_orders import RentalOrderStore
from storage.rentals import RentalStore
from tests.core import OWNER, Core, blank
from tests.mortal import Killed, MortalProvider
from tests.renting import RENTING, TARIFFS


class MortalRenter(MortalProvider):
    """Ends the process before or after it rents or renews, or tells an old list for a while."""

    def __init__(self, *args: object) -> None:
        super().__init__(*args)  # type: ignore[arg-type] # the same as its parent's
        self.capabilities |= RENTING
        #: What the list tells instead of what is true.
        self.old_list: list[Rented] | None = None

    async def rent(self, key: SecretStr, tariff: Tariff) -> None:
        await self._pass("before rent")
        try:
            await super().rent(key, tariff)
        finally:
            await self._pass("after rent")

    async def renew(self, key: SecretStr, rented: Rented, tariff: Tariff) -> None:
        await self._pass("before renew")
        try:
            await super().renew(key, rented, tariff)
        finally:
            await self._pass("after renew")

    async def rented(self, key: SecretStr) -> list[Rented]:
        await self._pass("before rented")
        true = await super().rented(key)
        return true if self.old_list is None else self.old_list


class MortalOrderStore(RentalOrderStore):
    """A store before or after whose transactions the process may end, or the disk be full."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.deadly: set[str] = set()
        self.full: dict[str, list[Exception]] = {}

    async def calling(
        self, order_id: str, cost: Decimal, balance: Decimal | None, held: str, now: datetime
    ) -> RentalOrder | None:
        self._pass("before calling")
        row = await super().calling(order_id, cost, balance, held, now)
        self._pass("after calling")
        return row

    async def rented(self, order_id: str, number: Listed, country: str, now: datetime) -> Rental | None:
        self._pass("before stored")
        row = await super().rented(order_id, number, country, now)
        self._pass("after stored")
        return row

    async def renewed(self, order_id: str, number: Listed, now: datetime) -> Rental | None:
        self._pass("before renewed")
        return await super().renewed(order_id, number, now)

    async def unknown(
        self, order_id: str, reason: str, balance: Decimal | None, now: datetime, look_at: datetime
    ) -> RentalOrder | None:
        self._pass("before unknown")
        return await super().unknown(order_id, reason, balance, now, look_at)

    async def failed(self, order_id: str, reason: str, now: datetime) -> RentalOrder | None:
        self._pass("before failed")
        return await super().failed(order_id, reason, now)

    def _pass(self, point: str) -> None:
        if point in self.deadly:
            raise Killed(point)
        if self.full.get(point):
            raise self.full[point].pop()


class RentalCore(Core):
    """Rents with the owner's key; a card is due when its outbox row is."""

    def __init__(self, database: Database) -> None:
        self.rented, self.orders = RentalStore(database), MortalOrderStore(database)
        super().__init__(database)

    def reborn(self) -> None:
        if not isinstance(self.alpha, MortalRenter):
            self.alpha = self.providers["alpha"] = MortalRenter("alpha", self.clock)
        super().reborn()
        self.orders = MortalOrderStore(self.database)
        accounts = Accounts(self.keys, self.providers, self.clock)
        self.shops = Shops(self.keys, self.providers)
        self.tariffs = Tariffs(self.shops)
        self.rentals = Rentals(
            self.rented, self.keys, self.shops, self.providers, self.clock, self._nudge, patience=0.2
        )
        self.renting = RentalOrders(
            *(
                self.orders,
                self.rented,
                self.keys,
                accounts,
                lambda _: self.caps,
                self.clock,
                self._nudge,
                self.errands,
            )
        )

    @property
    def site(self) -> MortalRenter:
        assert isinstance(self.alpha, MortalRenter)
        return self.alpha

    async def offer(self, tariff: Tariff = TARIFFS[1], owner: int = OWNER, key_id: str = "") -> RentalOrder:
        """A week in the US for 4.00."""
        return await self.renting.offer(owner, owner, key_id or self.key_id, tariff)

    async def order(self, offer: RentalOrder, card_id: int | None = None) -> Rental:
        """Press *Rent* a second later, and wait for what comes of it."""
        self.clock.advance(1)
        rental = await self.renting.order(offer.id, offer.owner_id, offer.chat_id, card_id)
        await self.errands.drain(10)
        return await self.rental(rental.id)

    async def rent(self, tariff: Tariff = TARIFFS[1]) -> Rental:
        return await self.order(await self.offer(tariff))

    async def renew(self, row: Rental, tariff: Tariff = TARIFFS[1]) -> Rental:
        return await self.order(await self.renting.offer_renewal(row.id, row.owner_id, tariff))

    async def rental(self, rental_id: str) -> Rental:
        row = await self.rented.get(rental_id)
        assert row is not None
        return row

    async def latest(self, rental_id: str) -> RentalOrder:
        order = await self.orders.latest(rental_id)
        assert order is not None
        return order

    async def stored_order(self, order_id: str) -> RentalOrder | None:
        async with self.database.begin() as session:
            return await session.get(RentalOrder, order_id)

    async def the_order(self) -> tuple[RentalOrder, Rental]:
        """The only order there is, with its rental."""
        async with self.database.begin() as session:
            orders = (await session.scalars(select(RentalOrder))).all()
        [order] = [each for each in orders if each.state is not OrderState.OFFERED]
        return order, await self.rental(order.rental_id or "")

    async def look(self, row: Rental) -> Rental:
        """What the watcher does with it at its next moment."""
        row = await self.rental(row.id)
        if row.next_poll_at is not None:
            self.clock.now = max(self.clock.now, row.next_poll_at)
        await (self.renting.look_for if row.state is RentalState.UNKNOWN else self.rentals.step)(row)
        return await self.rental(row.id)

    async def look_for(self, row: Rental, seconds: float) -> Rental:
        """Every look that falls due within so many seconds."""
        until = self.clock.now.timestamp() + seconds
        row = await self.rental(row.id)
        while row.next_poll_at is not None and row.next_poll_at.timestamp() <= until:
            row = await self.look(row)
        self.clock.now = max(self.clock.now, datetime.fromtimestamp(until, self.clock.now.tzinfo))
        return row

    async def armed(self, kind: Kind, subject: str) -> Post | None:
        """The outbox row that is going to say it, or said it."""
        async with self.database.begin() as session:
            return await session.scalar(select(Post).where(Post.dedup == f"{kind}:{subject}"))

    async def rung(self) -> list[str]:
        """The texts of the SMS that ring, in the order the postman takes them."""
        found = [
            await self.rented.sms(post.subject)
            for post in await self.outbox.due(self.clock(), limit=500)
            if post.kind == Kind.RENTAL_SMS
        ]
        return [each[0].text for each in found if each is not None]

    async def texts(self, row: Rental) -> list[str]:
        """Every SMS of a number, oldest first."""
        return [each.text for each in reversed(await self.rented.texts(row.id))]

    async def everything(self) -> Sequence[Rental]:
        async with self.database.begin() as session:
            return (await session.scalars(select(Rental))).all()


@asynccontextmanager
async def open_rental_core(folder: Path) -> AsyncIterator[RentalCore]:
    """The rooms in a folder of their own, with one key in the owner's chat."""
    async with blank(folder) as database:
        core = RentalCore(database)
        core.key_id = (await core.key()).id
        yield core
        await core.errands.drain(10)
