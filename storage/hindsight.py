"""What a backup cannot know: what became of its intents since, and which of its buttons were pressed.

No lost purchase or rent is looked for any more either: what is new in an account since its call may have been
bought after the backup. It stays unknown, and the person takes over what is theirs; so does each of several
numbers whose turn came only after the backup. All this is done to a copy that nobody runs over yet, before it
takes the database's place: a restore that dies over it is done again from the backup.
"""

from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from storage.broadcasts import lose_track
from storage.database import Database
from storage.intents import left_in_doubt, unfinished
from storage.models import (
    WATCH_OPEN,
    Activation,
    Key,
    MessageState,
    OrderKind,
    OrderState,
    OutgoingMessage,
    Quote,
    Rental,
    RentalOrder,
    RentalState,
    State,
    Watch,
    WatchState,
)
from storage.moves import redraw
from storage.outbox import Kind, arm
from storage.reasons import Reason
from storage.rental_orders import RentalOrderStore

#: Why such an intent is unknown: as that of one whose process died over it.
INTERRUPTED = "Interrupted"


async def mistrust(database: Database, now: datetime) -> None:
    """No button from before spends anything, an intent may have been carried out, and its people are told."""
    async with database.begin() as session:
        rents = await _rents(session)
        await _take_the_buttons(session)
        await _leave_open(session, now)
        await _doubt_the_rest(session, now)
        await _look_for_no_purchase(session, now)
        await _end_the_watches(session, now)
        await lose_track(session, now)
        for chat_id in await session.scalars(select(Key.chat_id).where(Key.removed_at.is_(None)).distinct()):
            await arm(session, Kind.RESTORED, str(chat_id), chat_id, now, anew=True)
    orders = RentalOrderStore(database)
    for order in rents:
        await orders.unknown(order.id, INTERRUPTED, None, now, now)
    await _look_for_no_rent(database)


async def _take_the_buttons(session: AsyncSession) -> None:
    """Each was good for one purchase, which may have been made."""
    await session.execute(delete(Quote))
    await session.execute(delete(RentalOrder).where(RentalOrder.state == OrderState.OFFERED))
    await session.execute(delete(OutgoingMessage).where(OutgoingMessage.state == MessageState.DRAFT))
    await session.execute(delete(Watch).where(Watch.state == WatchState.OFFERED))


async def _leave_open(session: AsyncSession, now: datetime) -> None:
    """Intents that were not called when the copy was made: from here on they may have been."""
    intents = (
        (Activation, State.BUYING),
        (RentalOrder, OrderState.ORDERED),
        (OutgoingMessage, MessageState.SENDING),
    )
    for table, state in intents:
        uncalled = update(table).where(table.state == state, table.called_at.is_(None))
        await session.execute(uncalled.values(called_at=now))


async def _doubt_the_rest(session: AsyncSession, now: datetime) -> None:
    """Of several what was not ordered when the copy was made: it may have been since."""
    for last in await unfinished(session):
        await left_in_doubt(session, last, Reason.RESTORED, now)


async def _rents(session: AsyncSession) -> list[RentalOrder]:
    """Rents under way: what the account rented right before the call, or since the backup, is not known."""
    query = select(RentalOrder).where(
        RentalOrder.kind == OrderKind.RENT, RentalOrder.state == OrderState.ORDERED
    )
    return list(await session.scalars(query))


async def _look_for_no_purchase(session: AsyncSession, now: datetime) -> None:
    """What the account held before the call is forgotten: without it nothing is told as new."""
    lost = select(Activation).where(
        Activation.state.in_((State.BUYING, State.UNKNOWN, State.FAILED)), Activation.called_at.is_not(None)
    )
    for row in await session.scalars(lost):
        looked_for, row.held_before, row.next_poll_at = row.next_poll_at, None, None
        if looked_for is not None:
            await redraw(session, row, now)


async def _end_the_watches(session: AsyncSession, now: datetime) -> None:
    """Each that buys may have bought since, and would buy again."""
    watching = update(Watch).where(Watch.buys, Watch.state.in_(WATCH_OPEN))
    ended = {"state": WatchState.FAILED, "reason": Reason.RESTORED, "ended_at": now, "next_poll_at": None}
    for row in await session.scalars(watching.values(**ended).returning(Watch)):
        await arm(session, Kind.WATCH_OVER, row.id, row.chat_id, now)


async def _look_for_no_rent(database: Database) -> None:
    lost = update(Rental).where(Rental.state == RentalState.UNKNOWN)
    async with database.begin() as session:
        await session.execute(lost.values(next_poll_at=None))
