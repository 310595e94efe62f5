"""What is still under way and may cost money or bring something: with a key, or of a person."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.database import Database
from storage.models import (
    IS_LOOKED_FOR,
    IS_OPEN,
    Activation,
    MessageState,
    OrderState,
    OutgoingMessage,
    Rental,
    RentalOrder,
    RentalState,
    Watch,
    WatchState,
)

#: Of a table, those of these rows that are asked about: an index is found by what stands together.
Rows = Callable[..., ColumnElement[bool]]


@dataclass(frozen=True, slots=True)
class OpenEnds:
    """How many there are; all of them nought is false.

    Numbers that wait for a code, purchases whose answer was lost and that are looked for, numbers that are
    rented, messages on their way, watches that buy without being asked again.
    """

    numbers: int = 0
    lost: int = 0
    rentals: int = 0
    messages: int = 0
    watches: int = 0

    def __bool__(self) -> bool:
        return any((self.numbers, self.lost, self.rentals, self.messages, self.watches))


class OpenEndStore:
    """Every method is one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of_key(self, key_id: str) -> OpenEnds:
        """What goes on with a key, also when it is removed."""
        async with self._database.begin() as session:
            return await open_ends(session, partial(_with_key, key_id))


def of_person(person_id: int) -> Rows:
    """Rows of a person: theirs anywhere, and all of their private chat, which has their id."""
    return partial(_theirs, person_id)


def _theirs(person_id: int, table: Any, *among: ColumnElement[bool]) -> ColumnElement[bool]:
    return or_(and_(table.owner_id == person_id, *among), and_(table.chat_id == person_id, *among))


def _with_key(key_id: str, table: Any, *among: ColumnElement[bool]) -> ColumnElement[bool]:
    return and_(table.key_id == key_id, *among)


async def open_ends(session: AsyncSession, rows: Rows) -> OpenEnds:
    """Within the caller's transaction: what is open among these rows."""
    return OpenEnds(
        numbers=await _count(session, rows(Activation, IS_OPEN)),
        lost=await _count(session, rows(Activation, IS_LOOKED_FOR)),
        rentals=await _rentals(session, rows),
        messages=await _count(session, rows(OutgoingMessage), _on_its_way()),
        watches=await _count(session, rows(Watch), _buys()),
    )


async def _rentals(session: AsyncSession, rows: Rows) -> int:
    """A renewal under way counts as well: its rental may have ended meanwhile."""
    runs = Rental.state.in_((RentalState.RENTING, RentalState.ACTIVE))
    looked_for = (Rental.state == RentalState.UNKNOWN) & Rental.next_poll_at.is_not(None)
    ordered = RentalOrder.state == OrderState.ORDERED
    rented = await _count(session, rows(Rental), runs | looked_for)
    return rented or await _count(session, rows(RentalOrder), ordered)


def _on_its_way() -> ColumnElement[bool]:
    """A message that is being sent, or whose delivery is still asked for."""
    asked_for = (OutgoingMessage.state == MessageState.ACCEPTED) & OutgoingMessage.next_poll_at.is_not(None)
    return or_(OutgoingMessage.state == MessageState.SENDING, asked_for)


def _buys() -> ColumnElement[bool]:
    return or_(Watch.state == WatchState.BUYING, (Watch.state == WatchState.WATCHING) & Watch.buys)


async def _count(session: AsyncSession, *wanted: ColumnElement[bool]) -> int:
    return await session.scalar(select(func.count()).where(*wanted)) or 0
