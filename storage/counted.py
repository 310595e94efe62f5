"""What counts against somebody's limits of a day: what they bought or sent, also before they were forgotten.

A number counts for who bought it, whoever holds it by now. Who has themselves forgotten leaves a mark at what
they paid for last: for a day it counts on should they come back, and only the master key ties it to them.
"""

import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.database import PEPPER
from storage.models import IS_OPEN, Activation, Counted, OutgoingMessage, RentalOrder

DAY = timedelta(days=1)
#: What is counted, and from which moment on.
_SINCE: Mapping[Any, Any] = {
    Activation: Activation.created_at,
    RentalOrder: RentalOrder.ordered_at,
    OutgoingMessage: OutgoingMessage.confirmed_at,
}


def bought_by(person_id: Any, *among: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether a number is one of these that somebody bought, whoever holds it by now.

    SQLite takes an index for each half, by what stands in that half: of all that somebody ever bought only
    those `among` are read.
    """
    kept = and_(Activation.owner_id == person_id, Activation.bought_by.is_(None), *among)
    return or_(kept, and_(Activation.bought_by == person_id, *among))


def counts_for(
    session: AsyncSession, table: Any, person_id: int, *among: ColumnElement[bool]
) -> ColumnElement[bool]:
    """Which of these numbers, rents or messages count against somebody's limits."""
    return counted(table, person_id, mark_of(session.info[PEPPER], person_id), *among)


def counted(table: Any, person: Any, mark: Any, *among: ColumnElement[bool]) -> ColumnElement[bool]:
    """The same by a person's id and their mark, also where these are named only when it is asked."""
    marked = select(Counted.row_id).where(Counted.mark == mark, Counted.kind == table.__tablename__)
    return or_(_paid_by(table, person, *among), and_(table.id.in_(marked), *among))


async def keep_counting(session: AsyncSession, person_id: int, now: datetime) -> None:
    """Within the caller's transaction, before a person is forgotten: the mark at what counts now."""
    mark = mark_of(session.info[PEPPER], person_id)
    for table, moment in _SINCE.items():
        recent = select(table.id).where(_paid_by(table, person_id, moment > now - DAY))
        found = {*await session.scalars(recent)}
        if table is Activation:
            # Asked for apart: together they would find no index.
            found |= {*await session.scalars(select(Activation.id).where(bought_by(person_id, IS_OPEN)))}
        for row_id in found:
            await session.merge(Counted(kind=table.__tablename__, row_id=row_id, mark=mark, until=now + DAY))


async def count_no_more(session: AsyncSession, now: datetime) -> None:
    """Within the caller's transaction: marks that are a day old go."""
    await session.execute(delete(Counted).where(Counted.until <= now))


def _paid_by(table: Any, person_id: Any, *among: ColumnElement[bool]) -> ColumnElement[bool]:
    return bought_by(person_id, *among) if table is Activation else and_(table.owner_id == person_id, *among)


def mark_of(pepper: bytes, person_id: int) -> str:
    """What stands for a person who may have been forgotten."""
    return hmac.new(pepper, b"%d" % person_id, "sha256").hexdigest()
