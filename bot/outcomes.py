"""What became of purchases, stored however long the database fails: nobody else knows it."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime
from decimal import Decimal
from itertools import chain, repeat
from typing import TypeVar

from sqlalchemy.exc import DataError, IntegrityError, SQLAlchemyError

from bot.clock import Clock
from bot.errors import AlreadyDone
from storage.models import Activation
from storage.purchases import Bought, PurchaseStore

log = logging.getLogger(__name__)

#: Seconds between tries to store an outcome; the last one again and again.
SAVES = (1.0, 2.0, 5.0, 10.0, 30.0)

T = TypeVar("T")
Sleep = Callable[[float], Awaitable[None]]


class Outcomes:
    """The ends of purchases; `unsaved` are the ids of those the database does not take at the moment."""

    def __init__(self, store: PurchaseStore, clock: Clock, sleep: Sleep = asyncio.sleep) -> None:
        self._store = store
        self._clock = clock
        self._sleep = sleep
        self.unsaved: set[str] = set()

    async def bought(self, row: Activation, number: Bought) -> None:
        """Raises `AlreadyDone` when the provider gave the id of a number that is open."""
        try:
            await self.insist(row.id, lambda: self._store.bought(row.id, number, self._clock()))
        except IntegrityError:
            raise AlreadyDone from None

    async def failed(self, row: Activation, reason: type[Exception]) -> None:
        """Nothing was bought."""
        name = reason.__name__
        await self.insist(row.id, lambda: self._store.failed(row.id, name, self._clock()))

    async def unknown(
        self, row: Activation, reason: str, balance: Decimal | None, look_at: datetime | None
    ) -> None:
        """It may have been bought; `look_at` is the first look for it in the account's list."""
        await self.insist(
            row.id, lambda: self._store.unknown(row.id, reason, balance, self._clock(), look_at)
        )

    async def insist(self, activation_id: str, work: Callable[[], Awaitable[T]]) -> T:
        """Do it when the database works again, at once if it does."""
        pauses = chain(SAVES, repeat(SAVES[-1]))
        try:
            while True:
                try:
                    return await work()
                except (DataError, IntegrityError):
                    # What it does not take now, it never will.
                    raise
                except SQLAlchemyError:
                    log.exception("purchase %s: the database fails, it is tried again", activation_id)
                    self.unsaved.add(activation_id)
                    await self._sleep(next(pauses))
        finally:
            self.unsaved.discard(activation_id)
