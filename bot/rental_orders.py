"""Renting and renewing: intent before money, one call, and the account's list before and after it.

The answers to both calls are documented nowhere: only the list tells what was rented.
"""

from collections.abc import Callable
from datetime import timedelta

from bot.accounts import Accounts
from bot.clock import Clock
from bot.errands import Errands
from bot.providers.renting import Tariff
from storage.caps import Caps
from storage.keys import KeyStore
from storage.models import Rental, RentalOrder
from storage.rental_orders import RentalOrderStore
from storage.rentals import RentalStore


class RentalOrders:
    """Orders rents and renewals, one at a time per account, and finds out what became of them."""

    def __init__(
        self,
        store: RentalOrderStore,
        rentals: RentalStore,
        keys: KeyStore,
        accounts: Accounts,
        caps: Caps,
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
        self._errands = errands

    async def offer(self, chat_id: int, owner_id: int, key_id: str, tariff: Tariff) -> RentalOrder:
        """Note what a tariff costs now, to be rented by `order`. Raises `UnknownKey` or `NotOffered`."""
        raise NotImplementedError

    async def offer_renewal(self, rental_id: str, person_id: int, tariff: Tariff) -> RentalOrder:
        """The same to renew a number of this person's. Raises `NotYours`, `UnknownActivation`, `TooLate`."""
        raise NotImplementedError

    async def get(self, order_id: str, person_id: int) -> RentalOrder:
        """An order of this person's. Raises `Expired` when it is gone, or `NotYours`."""
        raise NotImplementedError

    async def order(self, order_id: str, owner_id: int, chat_id: int, card_id: int | None) -> Rental:
        """Order what was offered, once. Raises `Refused` when nothing was tried.

        The intent is committed when this returns; what becomes of it stands in the rental and on its card,
        which the message `card_id` turns into.
        """
        raise NotImplementedError

    async def recover(self, older_than: timedelta = timedelta(0)) -> None:
        """Settle what a dead process, or a mistake of ours, left."""

    async def look_for(self, row: Rental) -> None:
        """Look once more whether a rent with unknown outcome stands in the account's list."""
        raise NotImplementedError
