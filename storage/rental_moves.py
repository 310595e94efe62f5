"""A rental's moves between states, inside the caller's transaction: row, card and reminders go together."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
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
from storage.outbox import Kind, arm, disarm

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
    """The row, nobody else's until the transaction ends; None when it is in none of these states."""
    row = await session.get(Rental, rental_id, with_for_update=True)
    return row if row is not None and row.state in states else None


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


async def settle_renewal(session: AsyncSession, rental_id: str, now: datetime) -> None:
    """It lasts longer than before: the oldest renewal of unknown outcome did that, if there is one of late.

    While another renewal is being ordered that one is asked about first: it reads the list itself.
    """
    renewals = select(RentalOrder).where(
        RentalOrder.rental_id == rental_id,
        RentalOrder.kind == OrderKind.RENEW,
        RentalOrder.ordered_at > now - SETTLES_WITHIN,
    )
    if await session.scalar(renewals.where(RentalOrder.state == OrderState.ORDERED).limit(1)):
        return
    unknown = renewals.where(RentalOrder.state == OrderState.UNKNOWN).order_by(RentalOrder.ordered_at)
    order = await session.scalar(unknown.limit(1))
    if order is not None:
        order.state, order.reason, order.settled_at = OrderState.DONE, "", now


async def watched(session: AsyncSession, key_id: str, provider_id: str) -> Rental | None:
    """Who watches this number of the account now, with this key or the same one in another chat."""
    same = select(Rental).where(
        Rental.key_id.in_(twins(key_id)),
        Rental.provider_id == provider_id,
        Rental.state == RentalState.ACTIVE,
    )
    return await session.scalar(same.limit(1))
