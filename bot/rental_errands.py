"""One order of a rental, carried out: what the account has and rents before the call, the call, and after it.

Whoever comes here has the account's turn, so that nothing else of ours is rented with it meanwhile.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum, auto

from pydantic import SecretStr
from sqlalchemy.exc import IntegrityError

from bot.accounts import Accounts
from bot.clock import Clock
from bot.errands import Errands
from bot.errors import (
    BadReply,
    CodebellError,
    Refused,
    TooLate,
    Unclear,
    text,
)
from bot.leases import as_json, by_id, listed, same
from bot.mobile import country_of
from bot.providers.base import Provider
from bot.providers.renting import Rented, Tariff
from storage.keys import KeyStore
from storage.models import OrderKind, RentalOrder
from storage.rental_orders import RentalOrderStore
from storage.rentals import RentalStore
from storage.terms import amounts_to, held

log = logging.getLogger(__name__)

#: The account's list may lag behind a rent: it is read again after so many seconds, then given up.
LOOKS = (2.0, 10.0, 30.0, 120.0)


class Sight(Enum):
    """What the account's list tells of an order."""

    DONE = auto()
    #: It is not there, or nobody can tell whose it is.
    IN_VAIN = auto()
    #: The list could not be read, which tells nothing.
    UNREAD = auto()


class LastsLonger(Refused):
    text = text("The provider lists a later end than you were shown: it lasts longer already.")


@dataclass(frozen=True, slots=True)
class _Ready:
    """An order right before its call; `subject` is what is to be renewed."""

    row: RentalOrder
    provider: Provider
    key: SecretStr
    tariff: Tariff
    subject: Rented | None


class RentalErrands:
    """Carries orders out and finds out what became of them."""

    def __init__(
        self,
        store: RentalOrderStore,
        rentals: RentalStore,
        keys: KeyStore,
        accounts: Accounts,
        clock: Clock,
        errands: Errands,
    ) -> None:
        self._store = store
        self._rentals = rentals
        self._keys = keys
        self._accounts = accounts
        self._clock = clock
        self._errands = errands

    async def carry_out(self, order: RentalOrder) -> None:
        """Order it, once; its end is stored when this returns."""
        try:
            await self._spend(order)
        except CodebellError as refused:
            log.info("rental order %s was refused: %s", order.id, type(refused).__name__)
            await self._failed(order, type(refused))
        except Exception:
            log.exception("rental order %s broke off", order.id)
            await self._settle(order.id)

    async def _failed(self, order: RentalOrder, reason: type[Exception]) -> None:
        name = reason.__name__
        await self._errands.insist(order.id, lambda: self._store.failed(order.id, name, self._clock()))

    async def _settle(self, order_id: str) -> None:
        """The row tells whether the call may have been made."""
        for row in await self._errands.insist(order_id, self._store.stranded):
            if row.id == order_id and row.called_at is None:
                await self._failed(row, CodebellError)
            elif row.id == order_id:
                await self.find(row, "Interrupted")

    async def _spend(self, order: RentalOrder) -> None:
        """Raises `CodebellError` only when nothing was paid."""
        provider, key = await self._accounts.behind(order)
        ready = await self._ready(order, provider, key)
        if ready is not None:
            await self.find(ready.row, await self._call(ready))

    async def _ready(self, order: RentalOrder, provider: Provider, key: SecretStr) -> _Ready | None:
        """Note what the account has and rents; once this is committed the call may have been made."""
        try:
            balance = await self._accounts.balance(provider, order.key_id, key)
            before = await provider.rented(key)
            subject = await self._subject(order, before)
            tariff = same(order, await provider.tariffs(key))
            self._errands.still_wanted()
            now, ends = self._clock(), as_json(before)
            row = await self._store.calling(order.id, tariff.cost, balance, ends, now)
        except CodebellError:
            raise
        except Exception as broken:
            log.exception("rental order %s was not tried", order.id)
            raise CodebellError from broken
        return None if row is None else _Ready(row, provider, key, tariff, subject)

    async def _subject(self, order: RentalOrder, every: Sequence[Rented]) -> Rented | None:
        """What is to be renewed, as the list tells it. Raises `TooLate`, or `LastsLonger`."""
        if order.kind is OrderKind.RENT:
            return None
        rental = await self._rentals.get(order.rental_id or "")
        number = None if rental is None else by_id(every, rental.provider_id)
        if number is None:
            raise TooLate
        shown = held(order).get(number.id)
        if number.until is not None and shown is not None and number.until > shown:
            raise LastsLonger
        return number

    async def _call(self, ready: _Ready) -> str:
        """The one call that spends money: why its answer tells nothing, "" for the provider's silence.

        Raises when nothing was paid.
        """
        try:
            await self._pay(ready)
        except Refused:
            raise
        except Unclear as unclear:
            if not unclear.sent:
                raise
            log.warning("rental order %s is unclear: %s", ready.row.id, type(unclear).__name__)
            return type(unclear).__name__
        except Exception:
            log.exception("rental order %s: a mistake of ours while it was made", ready.row.id)
            return BadReply.__name__
        return ""

    async def _pay(self, ready: _Ready) -> None:
        if ready.subject is None:
            await ready.provider.rent(ready.key, ready.tariff)
        else:
            await ready.provider.renew(ready.key, ready.subject, ready.tariff)

    async def find(self, order: RentalOrder, reason: str) -> None:
        """It was called: what came of it is read from the list. Never called again."""
        if await self.sight(order) is Sight.DONE:
            return
        balance = await self._accounts.balance_after(order)
        now, look_at = self._clock(), self._clock() + timedelta(seconds=LOOKS[0])
        await self._errands.insist(
            order.id, lambda: self._store.unknown(order.id, reason, balance, now, look_at)
        )

    async def sight(self, order: RentalOrder) -> Sight:
        """Read the account's list: what it tells of an order; that it was carried out is stored."""
        try:
            provider, key = await self._accounts.behind(order)
            every = await provider.rented(key)
        except CodebellError:
            return Sight.UNREAD
        except Exception:
            log.exception("rental order %s was not looked for", order.id)
            return Sight.UNREAD
        return await self._told(order, every)

    async def _told(self, order: RentalOrder, every: Sequence[Rented]) -> Sight:
        renewing = order.kind is OrderKind.RENEW
        try:
            stored = await (self._longer(order, every) if renewing else self._new(order, every))
        except (CodebellError, IntegrityError) as taken:
            log.error("rental order %s: its number is not stored: %s", order.id, type(taken).__name__)
            return Sight.IN_VAIN
        except Exception:
            log.exception("rental order %s was not looked for", order.id)
            return Sight.UNREAD
        if not stored:
            return Sight.IN_VAIN
        await self._keys.note_use(order.key_id, self._clock())
        return Sight.DONE

    async def _new(self, order: RentalOrder, every: Sequence[Rented]) -> bool:
        """Whether exactly one number nobody knows may be what this rent was for; it is ours then.

        What may be another's as well, who rented with the same account and whose rent is still looked for,
        is nobody's yet.
        """
        fitting = [number for number in every if _fits(order, number)]
        known = await self._rentals.known(order.key_id, [number.id for number in fitting])
        mine = [number for number in fitting if number.id not in known]
        rivals = await self._store.rivals(order)
        if len(mine) != 1 or any(_fits(rival, mine[0]) for rival in rivals):
            return False
        number, country, now = mine[0], country_of(mine[0].phone), self._clock()
        await self._errands.insist(
            order.id, lambda: self._store.rented(order.id, listed(number), country, now)
        )
        return True

    async def _longer(self, order: RentalOrder, every: Sequence[Rented]) -> bool:
        """Whether the number ends as many days later as were ordered."""
        rental = await self._rentals.get(order.rental_id or "")
        number = None if rental is None else by_id(every, rental.provider_id)
        before = None if number is None else held(order).get(number.id)
        if number is None or number.until is None or before is None:
            return False
        if not amounts_to(order.days, number.until - before):
            return False
        now = self._clock()
        await self._errands.insist(order.id, lambda: self._store.renewed(order.id, listed(number), now))
        return True


def _fits(order: RentalOrder, number: Rented) -> bool:
    """Whether a number may be what this rent was for.

    It is new since the call, of no other country as far as that can be told, and ends when it should.
    """
    if number.id in held(order) or (order.country and country_of(number.phone) not in ("", order.country)):
        return False
    if number.until is None or order.called_at is None:
        return True
    return amounts_to(order.days, number.until - order.called_at)
