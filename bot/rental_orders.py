"""Renting and renewing: intent before money, one call, and the account's list before and after it.

The answers to both calls are documented nowhere: only the list tells what was rented. What is left when the
process dies, line by line of `bot.spending`:

    before `order` is committed       nothing; the button can be pressed again
    before `calling` is committed     `ordered`, never called: recovered as `failed`, nothing was paid
    during or right after the call    `ordered`, called: recovered by the list as `done`, else as `unknown`
                                      with the balance before and after; never called again
    before its end is committed       the same
    after it                          the watcher and the postman go on from the rows
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from bot.accounts import Accounts
from bot.clock import Clock
from bot.errands import Errands
from bot.errors import NotYours, TooLate, UnknownActivation, UnknownKey, Unsupported
from bot.leases import as_json, rented
from bot.providers.base import Capability
from bot.providers.renting import Tariff
from bot.rental_errands import LOOKS, RentalErrands, Sight
from storage.caps import CapsOf
from storage.keys import KeyStore
from storage.models import Key, OrderKind, OrderState, Rental, RentalOrder, RentalState
from storage.outbox import new_id
from storage.rental_orders import RentalOrderStore
from storage.rentals import RentalStore

#: The longest pause between two tries to read the list for a lost rent, and how long it is tried.
SLOWEST = timedelta(minutes=5)
TRIED_FOR = timedelta(days=1)


class RentalOrders:
    """Orders rents and renewals, one at a time per account, and finds out what became of them."""

    def __init__(
        self,
        store: RentalOrderStore,
        rentals: RentalStore,
        keys: KeyStore,
        accounts: Accounts,
        caps: CapsOf,
        clock: Clock,
        nudge: Callable[[], None],
        errands: Errands,
    ) -> None:
        self._store = store
        self._rentals = rentals
        self._keys = keys
        self._accounts = accounts
        self._caps = caps
        self._clock = clock
        self._nudge = nudge
        self._orders = RentalErrands(store, rentals, keys, accounts, clock, nudge, errands)

    # What the person wants

    async def offer(self, chat_id: int, owner_id: int, key_id: str, tariff: Tariff) -> RentalOrder:
        """Note what a tariff costs now, to be rented by `order`. Raises `UnknownKey` or `NotOffered`."""
        for key in await self._keys.list(chat_id):
            if key.id == key_id:
                return await self._offer(self._offered(OrderKind.RENT, key, chat_id, owner_id, tariff))
        raise UnknownKey

    async def offer_renewal(self, rental_id: str, person_id: int, tariff: Tariff) -> RentalOrder:
        """The same to renew a number of this person's.

        Raises `NotYours`, `UnknownActivation`, `TooLate`, `UnknownKey` or `NotOffered`.
        """
        rental = await self._rentals.get(rental_id)
        if rental is None:
            raise UnknownActivation
        if rental.owner_id != person_id:
            raise NotYours
        key = await self._keys.get(rental.key_id)
        if rental.state is not RentalState.ACTIVE or key is None:
            raise TooLate
        order = self._offered(OrderKind.RENEW, key, rental.chat_id, person_id, tariff)
        order.rental_id, order.held_before = rental.id, as_json([rented(rental)])
        return await self._offer(order)

    async def _offer(self, order: RentalOrder) -> RentalOrder:
        provider, _ = await self._accounts.behind(order)
        if not provider.can(Capability.RENT if order.kind is OrderKind.RENT else Capability.RENEW):
            raise Unsupported
        order.currency = provider.currency
        await self._store.offer(order)
        return order

    def _offered(self, kind: OrderKind, key: Key, chat_id: int, owner_id: int, tariff: Tariff) -> RentalOrder:
        return RentalOrder(
            id=new_id(),
            kind=kind,
            state=OrderState.OFFERED,
            chat_id=chat_id,
            owner_id=owner_id,
            key_id=key.id,
            provider=key.provider,
            tariff=tariff.id,
            days=tariff.days,
            country=tariff.iso2,
            country_code=tariff.country,
            cost=tariff.cost,
            created_at=self._clock(),
        )

    async def order(self, order_id: str, owner_id: int, chat_id: int, card_id: int | None) -> Rental:
        """Order what was offered, once. Raises `Refused` when nothing was tried.

        The intent is committed when this returns; what becomes of it stands in the rental and on its card,
        which the message `card_id` turns into.
        """
        caps, now = self._caps(owner_id), self._clock()
        with self._orders.intending():
            order, rental = await self._store.order(order_id, owner_id, chat_id, card_id, caps, now)
        self._orders.order(order)
        return rental

    # What was left

    async def recover(self, older_than: timedelta = timedelta(0)) -> None:
        """Settle what a dead process, or a mistake of ours, left."""
        await self._orders.recover(older_than)

    async def look_for(self, row: Rental) -> None:
        """Look once more whether a rent with unknown outcome stands in the account's list."""
        order = await self._store.latest(row.id)
        if order is None:
            return
        async with await self._accounts.turn(order):
            match await self._orders.sight(order):
                case Sight.IN_VAIN:
                    await self._store.looked_in_vain(order.id, self._clock(), self._next_look(order))
                case Sight.UNREAD:
                    await self._store.unread(order.id, self._clock(), self._next_try(row, order))
        self._nudge()

    def _next_look(self, order: RentalOrder) -> datetime | None:
        later = LOOKS[order.looks + 1 : order.looks + 2]
        return self._clock() + timedelta(seconds=later[0]) if later else None

    def _next_try(self, row: Rental, order: RentalOrder) -> datetime | None:
        """A list that could not be read is no look: twice as long after each failure in a row, for a day."""
        pause = timedelta(seconds=LOOKS[0]) * 2.0 ** min(row.failures + 1, 10)
        at = self._clock() + min(SLOWEST, pause)
        return None if at > (order.called_at or order.created_at) + TRIED_FOR else at
