"""What a backup cannot know: what became of its intents since, and which of its buttons were pressed.

Done to a copy that nobody runs over yet, before it takes the database's place.
"""

from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from storage.database import Database
from storage.models import (
    Activation,
    Key,
    MessageState,
    OrderKind,
    OrderState,
    OutgoingMessage,
    Quote,
    Rental,
    RentalOrder,
    State,
)
from storage.outbox import Kind, arm
from storage.rental_orders import RentalOrderStore

#: Why such an intent is unknown: as that of one whose process died over it.
INTERRUPTED = "Interrupted"


async def mistrust(database: Database, now: datetime) -> None:
    """No button from before spends anything, an intent may have been carried out, and its people are told."""
    async with database.begin() as session:
        rents = await _rents(session)
        await _take_the_buttons(session)
        await _leave_open(session, now)
        for chat_id in await session.scalars(select(Key.chat_id).where(Key.removed_at.is_(None)).distinct()):
            await arm(session, Kind.RESTORED, str(chat_id), chat_id, now, anew=True)
    orders = RentalOrderStore(database)
    for order in rents:
        await orders.unknown(order.id, INTERRUPTED, None, now, now)
    await _look_for_none_of(database, rents)


async def _take_the_buttons(session: AsyncSession) -> None:
    """Each was good for one purchase, which may have been made."""
    await session.execute(delete(Quote))
    await session.execute(delete(RentalOrder).where(RentalOrder.state == OrderState.OFFERED))
    await session.execute(delete(OutgoingMessage).where(OutgoingMessage.state == MessageState.DRAFT))


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


async def _rents(session: AsyncSession) -> list[RentalOrder]:
    """Rents that were not called: what the account rented before is not known, so none can be told as new."""
    query = select(RentalOrder).where(
        RentalOrder.kind == OrderKind.RENT,
        RentalOrder.state == OrderState.ORDERED,
        RentalOrder.called_at.is_(None),
    )
    return list(await session.scalars(query))


async def _look_for_none_of(database: Database, rents: list[RentalOrder]) -> None:
    numbers = update(Rental).where(Rental.id.in_([order.rental_id for order in rents]))
    async with database.begin() as session:
        await session.execute(numbers.values(next_poll_at=None))
