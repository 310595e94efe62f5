"""One order of a rental, carried out: what the account rents before the call, the call, the list after it."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum, auto
from functools import partial

from pydantic import SecretStr
from sqlalchemy.exc import IntegrityError

from bot.accounts import Accounts
from bot.clock import Clock
from bot.errands import Errands
from bot.errors import CodebellError, Refused, TooLate, text
from bot.leases import as_json, by_id, listed, same
from bot.mobile import country_of
from bot.providers.base import Provider
from bot.providers.renting import Rented, Tariff
from bot.spending import Ready, Spending
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
class _Ready(Ready[RentalOrder]):
    """An order right before its call; `subject` is what is to be renewed, `held` what the account rents."""

    tariff: Tariff
    subject: Rented | None
    held: str


class RentalErrands(Spending[RentalOrder, _Ready, None]):
    """Carries orders out and finds out what became of them."""

    kind = "rental order"

    def __init__(
        self,
        store: RentalOrderStore,
        rentals: RentalStore,
        keys: KeyStore,
        accounts: Accounts,
        clock: Clock,
        nudge: Callable[[], None],
        errands: Errands,
    ) -> None:
        super().__init__(accounts, clock, nudge, errands)
        self._store = store
        self._rentals = rentals
        self._keys = keys

    def order(self, order: RentalOrder) -> None:
        """The intent is committed: it is carried out now."""
        self.begin(order, partial(self._prepare, order))

    async def _prepare(self, order: RentalOrder, provider: Provider, key: SecretStr) -> _Ready:
        """What the account has and rents, and the tariff as it is now. Raises to order nothing."""
        balance = await self._accounts.balance(provider, order.key_id, key)
        before = await provider.rented(key)
        subject = await self._subject(order, before)
        tariff = same(order, await provider.tariffs(key))
        return _Ready(order, provider, key, balance, tariff, subject, as_json(before))

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

    async def _note(self, order: _Ready) -> RentalOrder | None:
        row, now = order.row, self._clock()
        return await self._store.calling(row.id, order.tariff.cost, order.balance, order.held, now)

    async def _call(self, order: _Ready) -> None:
        if order.subject is None:
            await order.provider.rent(order.key, order.tariff)
        else:
            await order.provider.renew(order.key, order.subject, order.tariff)

    async def _keep(self, order: _Ready, answer: None) -> None:
        """What the answers tell is documented nowhere."""
        await self._find(order.row, "")

    async def _lost(self, row: RentalOrder, reason: str, *, late: bool) -> None:
        await self._find(row, reason)

    async def _failed(self, row: RentalOrder, reason: str, *, late: bool) -> None:
        await self._store.failed(row.id, reason, self._clock())

    async def _stranded(self) -> Sequence[RentalOrder]:
        return await self._store.stranded()

    async def _find(self, order: RentalOrder, reason: str) -> None:
        """It was called: what came of it is read from the list; "" is a reason when it was answered."""
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
