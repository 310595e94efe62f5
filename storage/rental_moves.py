"""A rental's moves between states, inside the caller's transaction: row, card and reminders go together."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.keys import twins
from storage.models import (
    RENTAL_REACHED_FROM,
    OrderKind,
    OrderState,
    Rental,
    RentalOrder,
    RentalState,
    SimWish,
)
from storage.models.columns import NOBODY
from storage.outbox import Kind, arm, disarm
from storage.terms import amounts_to, held

#: What is said how long before the end.
REMINDERS = {Kind.DAY_LEFT: timedelta(days=1), Kind.HOUR_LEFT: timedelta(hours=1)}
#: A later end tells of a lost renewal no longer than this; after it somebody renewed it elsewhere.
SETTLES_WITHIN = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Listed:
    """A rented number as the account's list tells it; None where it does not."""

    provider_id: str
    phone: str
    raw: str
    until: datetime | None
    online: bool | None


async def hold(session: AsyncSession, rental_id: str, *states: RentalState) -> Rental | None:
    """The row, nobody else's until the transaction ends; None in another state, or when it is nobody's."""
    row = await session.get(Rental, rental_id, with_for_update=True)
    return row if row is not None and row.state in states and row.owner_id != NOBODY else None


async def move(
    session: AsyncSession, rental_id: str, to: RentalState, now: datetime, reason: str = ""
) -> Rental | None:
    """Enter a state if the transition table allows it from the present one; None: someone was faster."""
    row = await hold(session, rental_id, *RENTAL_REACHED_FROM[to])
    if row is not None:
        row.state, row.reason = to, reason
        await redraw(session, row, now)
    return row


async def redraw(
    session: AsyncSession, row: Rental, at: datetime, *, anew: bool = False, hangs: int | None = None
) -> None:
    """The card shows something else from that moment on."""
    await arm(session, Kind.RENTAL, row.id, row.chat_id, at, anew=anew, hangs=hangs)


async def lasts_until(session: AsyncSession, row: Rental, until: datetime | None, now: datetime) -> None:
    """It ends then: the reminders that are still ahead are said at their moments, the others never."""
    row.until = until
    for kind, before in REMINDERS.items():
        at = None if until is None else until - before
        if at is not None and at > now:
            await arm(session, kind, row.id, row.chat_id, at, anew=True)
        else:
            await disarm(session, kind, row.id)


async def end(session: AsyncSession, row: Rental, reason: str, now: datetime) -> None:
    """It is not the account's any more."""
    row.state, row.reason, row.ended_at, row.sim_wish = RentalState.ENDED, reason, now, SimWish.NONE
    for kind in REMINDERS:
        await disarm(session, kind, row.id)
    await redraw(session, row, now)


async def settle_renewal(session: AsyncSession, row: Rental, now: datetime) -> None:
    """It may last longer than before: the oldest renewal of unknown outcome that explains it came true.

    Only renewals of late are asked about. While another is being ordered nobody is: it reads the list itself.
    """
    renewals = select(RentalOrder).where(
        RentalOrder.rental_id == row.id,
        RentalOrder.kind == OrderKind.RENEW,
        RentalOrder.ordered_at > now - SETTLES_WITHIN,
    )
    if await session.scalar(renewals.where(RentalOrder.state == OrderState.ORDERED).limit(1)):
        return
    unknown = renewals.where(RentalOrder.state == OrderState.UNKNOWN).order_by(RentalOrder.ordered_at)
    for order in await session.scalars(unknown):
        if await _came_true(session, order, row):
            order.state, order.reason, order.settled_at = OrderState.DONE, "", now
            return


async def _came_true(session: AsyncSession, order: RentalOrder, row: Rental) -> bool:
    """Whether it ends as many days later than before the call as were ordered, and came true since."""
    before = held(order).get(row.provider_id or "")
    if before is None or row.until is None:
        return False
    since = select(func.coalesce(func.sum(RentalOrder.days), 0)).where(
        RentalOrder.rental_id == row.id,
        RentalOrder.kind == OrderKind.RENEW,
        RentalOrder.state == OrderState.DONE,
        RentalOrder.settled_at > order.called_at,
    )
    others = timedelta(days=await session.scalar(since) or 0)
    return amounts_to(order.days, row.until - before - others)


async def watched(session: AsyncSession, key_id: str, provider_id: str) -> Rental | None:
    """Who watches this number of the account now, with this key or the same one in another chat."""
    same = select(Rental).where(
        Rental.key_id.in_(twins(key_id)),
        Rental.provider_id == provider_id,
        Rental.state == RentalState.ACTIVE,
    )
    return await session.scalar(same.limit(1))


async def being_rented(session: AsyncSession, taken: Rental) -> bool:
    """Whether a number of the account may be the one of a rent whose outcome is not known yet.

    Who rented it may take it over while it is looked for; others wait until that is given up.
    """
    looked_for = Rental.next_poll_at.is_not(None) & (RentalOrder.owner_id != taken.owner_id)
    rents = select(RentalOrder.id).join(Rental, Rental.id == RentalOrder.rental_id)
    unknown = rents.where(
        RentalOrder.key_id.in_(twins(taken.key_id)),
        RentalOrder.kind == OrderKind.RENT,
        (RentalOrder.state == OrderState.ORDERED) | ((RentalOrder.state == OrderState.UNKNOWN) & looked_for),
    )
    return await session.scalar(unknown.limit(1)) is not None
