"""All that is known of one thing that was paid for: the thing itself, its steps or orders, its SMS."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import Expired, NotYours, text
from storage.database import Database
from storage.history import mine
from storage.models import (
    Activation,
    MessageState,
    OrderState,
    OutgoingMessage,
    Rental,
    RentalOrder,
    RentalText,
    Sms,
    State,
    Step,
)
from storage.wanted import TABLES, Kind, Thing


class NotKept(Expired):
    text = text("I do not have this any more. /history shows what I have.")


@dataclass(frozen=True, slots=True)
class NumberFacts:
    """A bought number; its steps and its SMS, oldest first."""

    row: Activation
    steps: Sequence[Step]
    sms: Sequence[Sms]


@dataclass(frozen=True, slots=True)
class RentalFacts:
    """A rented number; what was ordered for it and its SMS, oldest first."""

    row: Rental
    orders: Sequence[RentalOrder]
    sms: Sequence[RentalText]


@dataclass(frozen=True, slots=True)
class MessageFacts:
    """A message that was confirmed."""

    row: OutgoingMessage


Facts = NumberFacts | RentalFacts | MessageFacts


class ReceiptStore:
    """Reads; one transaction each."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, kind: Kind, thing_id: str, owner_id: int, chat_id: int) -> Facts:
        """Raises `NotKept`, or `NotYours` for what is somebody else's or is shown in another chat."""
        async with self._database.begin() as session:
            match await _own(session, kind, thing_id, owner_id, chat_id):
                case Activation() as number:
                    return await _number(session, number)
                case Rental() as rental:
                    return await _rental(session, rental)
                case OutgoingMessage() as message:
                    return MessageFacts(message)


async def _own(session: AsyncSession, kind: Kind, thing_id: str, owner_id: int, chat_id: int) -> Thing:
    table = TABLES[kind]
    row: Thing | None = await session.get(table, thing_id)
    if row is None or row.state is MessageState.DRAFT:
        raise NotKept
    own = select(table.id).where(table.id == thing_id, *mine(kind, owner_id, chat_id))
    if await session.scalar(own) is None:
        raise NotYours
    return row


async def _number(session: AsyncSession, row: Activation) -> NumberFacts:
    steps = await _all(session, select(Step).where(Step.activation_id == row.id))
    sms = select(Sms).where(Sms.activation_id == row.id).order_by(Sms.position)
    return NumberFacts(row, sorted(steps, key=in_order), await _all(session, sms))


def in_order(step: Step) -> tuple[datetime, int]:
    """When a state was entered; of several at one moment, the one that follows from the other comes later."""
    return step.at, [*State].index(step.state)


async def _rental(session: AsyncSession, row: Rental) -> RentalFacts:
    orders = select(RentalOrder).where(
        RentalOrder.rental_id == row.id, RentalOrder.state != OrderState.OFFERED
    )
    sms = select(RentalText).where(RentalText.rental_id == row.id).order_by(RentalText.position)
    by_time = orders.order_by(RentalOrder.created_at, RentalOrder.id)
    return RentalFacts(row, await _all(session, by_time), await _all(session, sms))


async def _all(session: AsyncSession, query: Any) -> Sequence[Any]:
    return (await session.scalars(query)).all()
