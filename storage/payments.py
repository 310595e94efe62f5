"""What was paid, payment by payment: for numbers, for rents and for messages.

Paid for sure: a code came, a rent was carried out, a channel was charged. In doubt: an answer was lost, or a
number ended without a code and nobody said yes to a cancel; most providers pay such a number back by their
rules. So is a code that came after a cancel: some charge for it again. What still waits for its code is told
apart, and what was given back or never bought costs nothing.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from functools import cache
from itertools import chain
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.counted import bought_by
from storage.database import Database
from storage.models import (
    GIVEN_BACK,
    Activation,
    MessageState,
    OrderState,
    OutgoingMessage,
    RentalOrder,
    State,
)
from storage.places import shown
from storage.reasons import Reason
from storage.windows import Windowed

_CODE_CAME = frozenset({State.RECEIVED, State.FINISHED})
_STILL_WAITS = frozenset({State.WAITING, State.CANCELLING})
_UNSENT = (MessageState.DRAFT, MessageState.SENDING, MessageState.FAILED)


class Ware(StrEnum):
    """What was paid for."""

    NUMBER = "number"
    RENT = "rent"
    MESSAGE = "message"


@dataclass(frozen=True, slots=True)
class Payment:
    """Money that went at a moment; `sure` is False where it may have come back, or never gone.

    `waits` is True where it is not decided yet: a number without a code that has not ended.
    """

    at: datetime
    ware: Ware
    amount: Decimal
    currency: str
    sure: bool
    waits: bool = False


async def paid(database: Database, owner_id: int, chat_id: int, since: datetime) -> Sequence[Payment]:
    """A person's payments that are shown in a chat, in no order; read in windows."""
    found: list[Payment] = []
    for table in _MOMENTS:
        mine = _of_person(table, alone=owner_id == chat_id)
        seen = mine.read(database, since, owner_id=owner_id, chat_id=chat_id)
        found += [each async for rows in seen for row in rows for each in _for(table, row)]
    return found


def _for(table: Any, row: Any) -> Sequence[Payment]:
    if table is OutgoingMessage:
        return _for_message(row)
    return [_for_number(*row) if table is Activation else _for_rent(*row)]


async def paid_by_all(database: Database, since: datetime, until: datetime) -> Sequence[Payment]:
    """Everybody's payments, those for numbers of one price added up; read in windows."""
    alike: Counter[Any] = Counter()
    async for rows in _of_everybody(Activation).read(database, since, until):
        for cost, count, *more in rows:
            alike[cost, *more] += count
    paid_for = [_for_number(since, cost * count, *more) for (cost, *more), count in alike.items()]
    for table in (RentalOrder, OutgoingMessage):
        seen = _of_everybody(table).read(database, since, until)
        paid_for += [each async for rows in seen for row in rows for each in _for(table, row)]
    return paid_for


@cache
def _of_person(table: Any, *, alone: bool) -> Windowed:
    whose = table.owner_id == bindparam("owner_id"), shown(table.chat_id, alone=alone)
    return Windowed(_MOMENTS[table], _QUERIES[table], *whose)


@cache
def _of_everybody(table: Any) -> Windowed:
    """Numbers of one price together."""
    told = (lambda *which: _alike(_numbers(*which))) if table is Activation else _QUERIES[table]
    return Windowed(_MOMENTS[table], told)


async def paid_by_person(session: AsyncSession, person_id: int, since: datetime) -> Sequence[Payment]:
    """Within the caller's transaction: the same of what one person bought, wherever it is shown."""
    rent, letter = RentalOrder.owner_id == person_id, OutgoingMessage.owner_id == person_id
    theirs = bought_by(person_id, Activation.created_at >= since)
    return await _paid_by(session, since, theirs, rent, letter)


async def paid_in_chat(session: AsyncSession, chat_id: int, since: datetime) -> Sequence[Payment]:
    """Within the caller's transaction: the same of what was bought in one chat, by whomever."""
    tables = Activation, RentalOrder, OutgoingMessage
    return await _paid_by(session, since, *(table.chat_id == chat_id for table in tables))


async def paid_by_members(
    session: AsyncSession, chat_id: int, since: datetime, until: datetime
) -> Sequence[tuple[int, Payment]]:
    """Within the caller's transaction: who paid what for a group's numbers; a message or rent is in none."""
    who = func.coalesce(Activation.bought_by, Activation.owner_id).label("who")
    then = Activation.created_at >= since, Activation.created_at < until
    alike = _alike(_numbers(Activation.chat_id == chat_id, *then).add_columns(who), "who")
    rows = await session.execute(alike)
    return [(whom, _for_number(since, cost * count, *more)) for whom, cost, count, *more in rows]


async def _paid_by(
    session: AsyncSession, since: datetime, number: Any, rent: Any, letter: Any
) -> Sequence[Payment]:
    numbers = _alike(_numbers(number, Activation.created_at >= since))
    rents = _rents(rent, RentalOrder.ordered_at >= since)
    letters = _messages(letter, OutgoingMessage.confirmed_at >= since)
    return [
        *(_for_number(since, cost * count, *more) for cost, count, *more in await session.execute(numbers)),
        *(_for_rent(*row) for row in await session.execute(rents)),
        *chain.from_iterable(map(_for_message, await session.scalars(letters))),
    ]


def _alike(numbers: Select[*tuple[Any, ...]], *apart: str) -> Select[Any]:
    """How many numbers of each price stand how; those that differ in the columns `apart` are told apart."""
    columns = numbers.subquery().c
    first = [columns[name] for name in apart]
    same = columns.cost, columns.currency, columns.state, columns.given_back
    return select(*first, same[0], func.count(), *same[1:]).group_by(*first, *same)


def _for_number(at: datetime, cost: Decimal, currency: str, state: State, back: bool | None) -> Payment:
    sure = state in _CODE_CAME and back is None
    return Payment(at, Ware.NUMBER, cost, currency, sure, waits=state in _STILL_WAITS)


def _for_rent(at: datetime, cost: Decimal, currency: str, state: OrderState) -> Payment:
    return Payment(at, Ware.RENT, cost, currency, state is OrderState.DONE)


def _numbers(*which: ColumnElement[bool]) -> Select[datetime, Decimal, str, State, bool | None]:
    kept = Activation.state.in_((*_CODE_CAME, *_STILL_WAITS, State.EXPIRED, State.UNKNOWN))
    unsure = and_(Activation.state == State.CANCELLED, Activation.reason == Reason.UNCONFIRMED)
    told = Activation.cost, Activation.currency, Activation.state, Activation.given_back
    return select(Activation.created_at, *told).where(*which, or_(kept, unsure))


def _rents(*which: ColumnElement[bool]) -> Select[datetime, Decimal, str, OrderState]:
    carried_out = RentalOrder.state.in_((OrderState.DONE, OrderState.UNKNOWN))
    money = RentalOrder.cost, RentalOrder.currency, RentalOrder.state
    ordered = func.coalesce(RentalOrder.ordered_at, RentalOrder.created_at)
    return select(ordered, *money).where(*which, carried_out)


def _messages(*which: ColumnElement[bool]) -> Select[OutgoingMessage]:
    sent = OutgoingMessage.state.not_in(_UNSENT)
    return select(OutgoingMessage).where(*which, sent)


def _for_message(row: OutgoingMessage) -> Sequence[Payment]:
    """What its channels were charged; while one is not told, the rest of what was quoted is in doubt."""
    charged = [
        getattr(row, f"{channel}_cost")
        for channel in row.channels.split(",")
        if channel and getattr(row, f"{channel}_status") not in GIVEN_BACK
    ]
    told = sum((cost for cost in charged if cost is not None), Decimal(0))
    rest = (row.quoted or Decimal(0)) - told if None in charged else Decimal(0)
    amounts = ((told, True), (rest, False))
    at = row.confirmed_at or row.created_at
    return [Payment(at, Ware.MESSAGE, amount, row.currency, sure) for amount, sure in amounts if amount > 0]


#: What is asked for each kind of things.
_QUERIES: Mapping[Any, Callable[..., Any]] = {
    Activation: _numbers,
    RentalOrder: _rents,
    OutgoingMessage: _messages,
}
#: The moment that each is found by.
_MOMENTS: Mapping[Any, Any] = {
    Activation: Activation.created_at,
    RentalOrder: RentalOrder.ordered_at,
    OutgoingMessage: OutgoingMessage.confirmed_at,
}
