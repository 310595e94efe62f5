"""Orders of rentals in the database, rents and renewals: intent before money, then one of three ends.

What a dead process leaves: `ordered` without `called_at` was never called, so nothing was paid; with it the
order may have been carried out, and the account's list tells whether it was.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from sqlalchemy import bindparam, delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import AlreadyDone, Expired, NotYours, Refused, TooLate, text
from storage.caps import Caps, Expense, within
from storage.database import Database
from storage.keys import to_buy_with, twins
from storage.models import ORDER_REACHED_FROM, OrderKind, OrderState, Rental, RentalOrder, RentalState
from storage.outbox import new_id
from storage.quotes import LIFETIME
from storage.rental_moves import Listed, hold, lasts_until, move, redraw, settle_renewal, watched
from storage.sight import Sight

#: How long a rent that was given up, and perhaps paid, may still be what a list shows late.
GIVEN_UP_CLAIMS = timedelta(days=1)
#: Of one moment, the renewal comes after the rent.
_LATEST = Sight(
    select(RentalOrder)
    .where(RentalOrder.rental_id == bindparam("rental_id"), RentalOrder.state != OrderState.OFFERED)
    .order_by(RentalOrder.ordered_at.desc(), RentalOrder.kind)
    .limit(1)
)


class BeingRenewed(Refused):
    text = text("This number is being renewed right now. Its card will say what came of it.")


class RentalOrderStore:
    """Every method is one transaction and returns detached rows; None means someone was faster."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def offer(self, order: RentalOrder) -> None:
        async with self._database.begin() as session:
            session.add(order)

    async def latest(self, rental_id: str) -> RentalOrder | None:
        """What was ordered last for a number, whatever became of it; None for one that was taken over."""
        return await self._database.see_one(_LATEST, rental_id=rental_id)

    async def order(
        self, order_id: str, owner_id: int, chat_id: int, card_id: int | None, caps: Caps, now: datetime
    ) -> tuple[RentalOrder, Rental]:
        """Write the intent to rent or renew, its limits checked in the same transaction. Raises `Refused`."""
        async with self._database.begin() as session:
            order = await _usable(session, order_id, owner_id, chat_id, now)
            await to_buy_with(session, order.key_id, order.chat_id)
            caps.open()
            await within(session, caps, Expense(owner_id, order.provider, order.cost), now)
            rental = await _subject(session, order, now)
            order.state, order.ordered_at, order.rental_id = OrderState.ORDERED, now, rental.id
            await redraw(session, rental, now, hangs=card_id)
        return order, rental

    async def calling(
        self, order_id: str, cost: Decimal, balance: Decimal | None, held: str, now: datetime
    ) -> RentalOrder | None:
        """Right before the call: from here on it may have happened. `cost` is the price of this moment."""
        async with self._database.begin() as session:
            order = await _hold(session, order_id, OrderState.ORDERED)
            if order is not None:
                order.called_at, order.cost = now, cost
                order.balance_before, order.held_before = balance, held
            return order

    async def rented(self, order_id: str, number: Listed, country: str, now: datetime) -> Rental | None:
        """The number is ours. Raises `AlreadyDone` when somebody watches it already.

        `country` is the one of the phone, for a tariff that tells none.
        """
        async with self._database.begin() as session:
            order = await _enter(session, order_id, OrderState.DONE, now)
            if order is None or order.rental_id is None:
                return None
            if await watched(session, order.key_id, number.provider_id):
                raise AlreadyDone("somebody watches this number already")
            rental = await move(session, order.rental_id, RentalState.ACTIVE, now)
            if rental is None:
                raise AlreadyDone("the rental came to its end before")
            rental.provider_id, rental.phone, rental.raw = number.provider_id, number.phone, number.raw
            rental.online, rental.country = number.online, rental.country or country
            rental.rented_at, rental.listed_at, rental.ended_at = order.called_at, now, None
            rental.next_poll_at, rental.failures = now, 0
            await lasts_until(session, rental, number.until, now)
            return rental

    async def renewed(self, order_id: str, number: Listed, now: datetime) -> Rental | None:
        """It lasts longer now, and goes on if it had ended meanwhile."""
        async with self._database.begin() as session:
            order = await _enter(session, order_id, OrderState.DONE, now)
            states = RentalState.ACTIVE, RentalState.ENDED
            rental = None if order is None else await hold(session, order.rental_id or "", *states)
            if rental is None:
                return None
            rental.state, rental.reason, rental.ended_at = RentalState.ACTIVE, "", None
            rental.online, rental.listed_at = number.online, now
            rental.next_poll_at = rental.next_poll_at or now
            await lasts_until(session, rental, number.until, now)
            await redraw(session, rental, now)
            return rental

    async def failed(self, order_id: str, reason: str, now: datetime) -> RentalOrder | None:
        """Nothing was paid. A rent fails with its order; what was to be renewed is looked up in the list."""
        async with self._database.begin() as session:
            order = await _enter(session, order_id, OrderState.FAILED, now, reason)
            if order is None:
                return None
            rental = await _told(session, order, RentalState.FAILED, now)
            if rental is not None and order.kind is OrderKind.RENT:
                rental.ended_at = now
            elif rental is not None:
                # The card learns at once of the later end, or the missing number, that kept it from that.
                rental.listed_at, rental.next_poll_at = None, now
            return order

    async def unknown(
        self, order_id: str, reason: str, balance: Decimal | None, now: datetime, look_at: datetime
    ) -> RentalOrder | None:
        """It may have been paid: kept with the balance after, looked for in the list from `look_at` on."""
        async with self._database.begin() as session:
            order = await _enter(session, order_id, OrderState.UNKNOWN, now, reason)
            if order is None:
                return None
            order.balance_after = balance
            rental = await _told(session, order, RentalState.UNKNOWN, now)
            if rental is not None:
                rental.listed_at, rental.next_poll_at = None, look_at
            if rental is not None and order.kind is OrderKind.RENEW:
                # Its new end may have been read by a look meanwhile, which no later one tells again.
                await settle_renewal(session, rental, now)
            return order

    async def looked_in_vain(self, order_id: str, now: datetime, look_at: datetime | None) -> None:
        """An unknown rent does not stand in the account's list yet; `look_at` is the next look."""
        async with self._database.begin() as session:
            order = await _hold(session, order_id, OrderState.UNKNOWN)
            if order is None:
                return
            order.looks += 1
            rental = await hold(session, order.rental_id or "", RentalState.UNKNOWN)
            if rental is not None:
                rental.polled_at, rental.next_poll_at, rental.failures = now, look_at, 0

    async def unread(self, order_id: str, now: datetime, look_at: datetime | None) -> None:
        """The list could not be read for an unknown rent, which is no look; `look_at` is the next try."""
        async with self._database.begin() as session:
            order = await _hold(session, order_id, OrderState.UNKNOWN)
            rental = await hold(session, order.rental_id or "", RentalState.UNKNOWN) if order else None
            if rental is not None:
                rental.polled_at, rental.next_poll_at = now, look_at
                rental.failures += 1

    async def rivals(self, order: RentalOrder) -> Sequence[RentalOrder]:
        """Other rents of the account that its list may be showing only now.

        They are still looked for, or were given up in the day before this one and may have been paid: all
        but those after which the account had as much as before.
        """
        looked_for = (RentalOrder.state == OrderState.ORDERED) | Rental.next_poll_at.is_not(None)
        late = RentalOrder.called_at > (order.called_at or order.created_at) - GIVEN_UP_CLAIMS
        called = select(RentalOrder, looked_for).join(Rental, Rental.id == RentalOrder.rental_id)
        others = called.where(
            RentalOrder.id != order.id,
            RentalOrder.kind == OrderKind.RENT,
            RentalOrder.key_id.in_(twins(order.key_id)),
            RentalOrder.called_at.is_not(None),
            RentalOrder.state.in_((OrderState.ORDERED, OrderState.UNKNOWN)),
            looked_for | late,
        )
        async with self._database.begin() as session:
            rows = await session.execute(others)
            return [rival for rival, sought in rows if sought or _may_be_paid(rival)]

    async def stranded(self) -> Sequence[RentalOrder]:
        """Orders a dead process left behind, oldest first."""
        ordered = select(RentalOrder).where(RentalOrder.state == OrderState.ORDERED)
        async with self._database.begin() as session:
            return (await session.scalars(ordered.order_by(RentalOrder.ordered_at))).all()

    async def sweep(self, now: datetime) -> None:
        """Forget what can no longer be ordered, a day late: an old button gets a true answer."""
        old = (RentalOrder.state == OrderState.OFFERED, RentalOrder.created_at < now - timedelta(days=1))
        async with self._database.begin() as session:
            await session.execute(delete(RentalOrder).where(*old))


def _may_be_paid(order: RentalOrder) -> bool:
    before, after = order.balance_before, order.balance_after
    return before is None or after is None or after < before


async def _hold(session: AsyncSession, order_id: str, *states: OrderState) -> RentalOrder | None:
    row = await session.get(RentalOrder, order_id, with_for_update=True)
    return row if row is not None and row.state in states else None


async def _enter(
    session: AsyncSession, order_id: str, to: OrderState, now: datetime, reason: str = ""
) -> RentalOrder | None:
    """Settle an order if the transition table allows it; None: someone was faster."""
    order = await _hold(session, order_id, *ORDER_REACHED_FROM[to])
    if order is not None:
        order.state, order.reason, order.settled_at = to, reason, now
    return order


async def _told(session: AsyncSession, order: RentalOrder, to: RentalState, now: datetime) -> Rental | None:
    """The number on whose card it stands: a rent takes it along, after a renewal it is what it was."""
    if order.kind is OrderKind.RENT:
        return await move(session, order.rental_id or "", to, now, order.reason)
    rental = await session.get(Rental, order.rental_id)
    if rental is not None:
        await redraw(session, rental, now)
    return rental


async def _usable(
    session: AsyncSession, order_id: str, owner_id: int, chat_id: int, now: datetime
) -> RentalOrder:
    order = await session.get(RentalOrder, order_id, with_for_update=True)
    if order is None:
        raise Expired
    if (order.owner_id, order.chat_id) != (owner_id, chat_id):
        raise NotYours
    if order.state is not OrderState.OFFERED:
        raise AlreadyDone
    if now - order.created_at > LIFETIME:
        raise Expired
    return order


async def _subject(session: AsyncSession, order: RentalOrder, now: datetime) -> Rental:
    """What is ordered: a number to come, or one that is to last longer."""
    if order.kind is OrderKind.RENEW:
        return await _renewable(session, order.rental_id or "")
    copied = {name: getattr(order, name) for name in ("chat_id", "owner_id", "key_id", "provider", "country")}
    rental = Rental(id=new_id(), state=RentalState.RENTING, created_at=now, **copied)
    session.add(rental)
    await session.flush()
    return rental


async def _renewable(session: AsyncSession, rental_id: str) -> Rental:
    rental = await hold(session, rental_id, RentalState.ACTIVE)
    if rental is None:
        raise TooLate
    ordered = (RentalOrder.rental_id == rental_id, RentalOrder.state == OrderState.ORDERED)
    if await session.scalar(select(RentalOrder.id).where(*ordered).limit(1)):
        raise BeingRenewed
    return rental
