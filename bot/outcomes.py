"""What became of purchases, stored however long the database fails: nobody else knows it."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy.exc import IntegrityError

from bot.clock import Clock
from bot.errands import Errands
from bot.errors import AlreadyDone
from storage.models import Activation
from storage.purchases import Bought, PurchaseStore


class Outcomes:
    """The ends of purchases."""

    def __init__(self, store: PurchaseStore, clock: Clock, errands: Errands) -> None:
        self._store = store
        self._clock = clock
        self._errands = errands

    async def bought(self, row: Activation, number: Bought) -> None:
        """Raises `AlreadyDone` when the provider gave the id of a number that is open."""
        try:
            await self._errands.insist(row.id, lambda: self._store.bought(row.id, number, self._clock()))
        except IntegrityError:
            raise AlreadyDone from None

    async def failed(self, row: Activation, reason: type[Exception]) -> None:
        """Nothing was bought."""
        name = reason.__name__
        await self._errands.insist(row.id, lambda: self._store.failed(row.id, name, self._clock()))

    async def unknown(
        self, row: Activation, reason: str, balance: Decimal | None, look_at: datetime | None
    ) -> None:
        """It may have been bought; `look_at` is the first look for it in the account's list."""
        await self._errands.insist(
            row.id, lambda: self._store.unknown(row.id, reason, balance, self._clock(), look_at)
        )
