"""What was paid, payment by payment: for numbers, for rents and for messages.

Paid for sure: a code came, a rent was carried out, a channel was charged. In doubt: an answer was lost, or a
number ended without a code and nobody said yes to a cancel; most providers pay such a number back by their
rules. So is a code that came after a cancel: some charge for it again. What still waits for its code is told
apart, and what was given back or never bought costs nothing.
"""

from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from itertools import chain
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, true
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
from storage.places import shown_in
from storage.reasons import Reason
from storage.windows import windows

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
    for moment in (Activation.created_at, RentalOrder.ordered_at, OutgoingMessage.confirmed_at):
        mine = _mine(moment.class_, owner_id, chat_id)
        found += [each async for each in _paid_for(database, moment, since, None, *mine)]
    return found


def _for(table: Any, row: Any) -> Sequence[Payment]:
    if table is OutgoingMessage:
        return _for_message(*row)
    return [_for_number(*row) if table is Activation else _for_rent(*row)]


async def paid_by_all(database: Database, since: datetime, until: datetime) -> Sequence[Payment]:
    """Everybody's payments, those for numbers of one price added up; read in windows."""
    alike: Counter[Any] = Counter()
    async for few in windows(database, Activation.created_at, since, until):
        async with database.begin() as session:
            for cost, count, *more in await session.execute(_alike(_numbers(since).where(few))):
                alike[cost, *more] += count
    others = RentalOrder.ordered_at, OutgoingMessage.confirmed_at
    rest = [each for moment in others async for each in _paid_for(database, moment, since, until)]
    return [*(_for_number(since, cost * count, *more) for (cost, *more), count in alike.items()), *rest]


async def _paid_for(
    database: Database, moment: Any, since: datetime, until: datetime | None, *which: ColumnElement[bool]
) -> AsyncIterator[Payment]:
    """Payment by payment, those for one kind of things."""
    table = moment.class_
    async for few in windows(database, moment, since, until, *which):
        async with database.begin() as session:
            rows = (await session.execute(_QUERIES[table](since).where(*which, few))).all()
        for row in rows:
            for each in _for(table, row):
                yield each


async def paid_by_person(session: AsyncSession, person_id: int, since: datetime) -> Sequence[Payment]:
    """Within the caller's transaction: the same of what one person bought, wherever it is shown."""
    rent, letter = RentalOrder.owner_id == person_id, OutgoingMessage.owner_id == person_id
    theirs = bought_by(person_id, Activation.created_at >= since)
    return await _paid_by(session, since, None, theirs, rent, letter)


async def paid_in_chat(session: AsyncSession, chat_id: int, since: datetime) -> Sequence[Payment]:
    """Within the caller's transaction: the same of what was bought in one chat, by whomever."""
    tables = Activation, RentalOrder, OutgoingMessage
    return await _paid_by(session, since, None, *(table.chat_id == chat_id for table in tables))


async def paid_by_members(
    session: AsyncSession, chat_id: int, since: datetime, until: datetime
) -> Sequence[tuple[int, Payment]]:
    """Within the caller's transaction: who paid what for a group's numbers; a message or rent is in none."""
    who = func.coalesce(Activation.bought_by, Activation.owner_id).label("who")
    there = Activation.chat_id == chat_id, _before(Activation.created_at, until)
    alike = _alike(_numbers(since).add_columns(who).where(*there), "who")
    rows = await session.execute(alike)
    return [(whom, _for_number(since, cost * count, *more)) for whom, cost, count, *more in rows]


async def _paid_by(
    session: AsyncSession, since: datetime, until: datetime | None, *whose: ColumnElement[bool]
) -> Sequence[Payment]:
    number, rent, letter = whose
    numbers = _alike(_numbers(since).where(number, _before(Activation.created_at, until)))
    rents = _rents(since).where(rent, _before(RentalOrder.ordered_at, until))
    letters = _messages(since).where(letter, _before(OutgoingMessage.confirmed_at, until))
    return [
        *(_for_number(since, cost * count, *more) for cost, count, *more in await session.execute(numbers)),
        *(_for_rent(*row) for row in await session.execute(rents)),
        *chain.from_iterable(map(_for_message, await session.scalars(letters))),
    ]


def _before(moment: Any, until: datetime | None) -> ColumnElement[bool]:
    return true() if until is None else and_(moment < until)


def _alike(numbers: Select[*tuple[Any, ...]], *apart: str) -> Select[Any]:
    """How many numbers of each price stand how; those that differ in the columns `apart` are told apart."""
    columns = numbers.subquery().c
    first = [columns[name] for name in apart]
    same = columns.cost, columns.currency, columns.state, columns.given_back
    return select(*first, same[0], func.count(), *same[1:]).group_by(*first, *same)


def _mine(table: Any, owner_id: int, chat_id: int) -> tuple[ColumnElement[bool], ...]:
    return table.owner_id == owner_id, shown_in(table.chat_id, owner_id, chat_id)


def _for_number(at: datetime, cost: Decimal, currency: str, state: State, back: bool | None) -> Payment:
    sure = state in _CODE_CAME and back is None
    return Payment(at, Ware.NUMBER, cost, currency, sure, waits=state in _STILL_WAITS)


def _for_rent(at: datetime, cost: Decimal, currency: str, state: OrderState) -> Payment:
    return Payment(at, Ware.RENT, cost, currency, state is OrderState.DONE)


def _numbers(since: datetime) -> Select[datetime, Decimal, str, State, bool | None]:
    kept = Activation.state.in_((*_CODE_CAME, *_STILL_WAITS, State.EXPIRED, State.UNKNOWN))
    unsure = and_(Activation.state == State.CANCELLED, Activation.reason == Reason.UNCONFIRMED)
    told = Activation.cost, Activation.currency, Activation.state, Activation.given_back
    return select(Activation.created_at, *told).where(Activation.created_at >= since, or_(kept, unsure))


def _rents(since: datetime) -> Select[datetime, Decimal, str, OrderState]:
    carried_out = RentalOrder.state.in_((OrderState.DONE, OrderState.UNKNOWN))
    money = RentalOrder.cost, RentalOrder.currency, RentalOrder.state
    ordered = func.coalesce(RentalOrder.ordered_at, RentalOrder.created_at)
    return select(ordered, *money).where(RentalOrder.ordered_at >= since, carried_out)


def _messages(since: datetime) -> Select[OutgoingMessage]:
    sent = OutgoingMessage.state.not_in(_UNSENT)
    return select(OutgoingMessage).where(OutgoingMessage.confirmed_at >= since, sent)


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
_QUERIES: Mapping[Any, Callable[[datetime], Any]] = {
    Activation: _numbers,
    RentalOrder: _rents,
    OutgoingMessage: _messages,
}
