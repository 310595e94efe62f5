"""Caps: how many numbers one person may hold, buy and pay for; numbers, rents and messages count together.

What counts for whom stands in `storage.counted`.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, bindparam, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import LimitReached, Refused, text
from storage.counted import DAY, counted, counts_for, mark_of
from storage.database import PEPPER, Database
from storage.models import (
    GIVEN_BACK,
    IS_OPEN,
    Activation,
    MessageState,
    OrderState,
    OutgoingMessage,
    RentalOrder,
    State,
)
from storage.sight import Sight

#: How long after its life a number that is still open counts.
_GRACE = timedelta(hours=1)
#: States that cost nothing in the end.
FREE = frozenset({State.FAILED, State.CANCELLED, State.EXPIRED})
#: States in which nobody knows yet what was charged.
UNTOLD = frozenset({State.BUYING, State.UNKNOWN})
_NOT_ORDERED = frozenset({OrderState.OFFERED, OrderState.FAILED})
_NOT_SENT = frozenset({MessageState.DRAFT, MessageState.FAILED})


class OrdersPaused(Refused):
    text = text(
        "The operator has paused all orders for now, so nothing was ordered or paid. What you have goes on."
    )


class TooManyNumbers(LimitReached):
    text = text("The limit of numbers that wait for a code is {limit}: cancel one, or let its code come.")


class TooManyToday(LimitReached):
    text = text("That is the limit of {limit} purchases a day; try again later.")


class SpentEnough(LimitReached):
    text = text("That would pass the daily spending limit of {limit} at this provider.")


@dataclass(frozen=True, slots=True)
class Caps:
    """What one person may do; 0 is no limit. `spend_per_day` is per provider, in its currency.

    `blocked` are slugs of services nobody may buy.
    """

    active_numbers: int = 0
    purchases_per_day: int = 0
    spend_per_day: Decimal = Decimal(0)
    blocked: frozenset[str] = frozenset()
    messages_per_day: int = 0
    #: An operator paused it all: nothing is bought, rented or sent.
    paused: bool = False

    def open(self) -> None:
        """Raise `OrdersPaused` while an operator wants nothing to be ordered."""
        if self.paused:
            raise OrdersPaused


#: What a person (by their id) may do at this moment.
CapsOf = Callable[[int], Caps]


@dataclass(frozen=True, slots=True)
class Expense:
    """What a person is about to pay at a provider, at most."""

    owner_id: int
    provider: str
    cost: Decimal


async def room_for_one(session: AsyncSession, caps: Caps, owner_id: int, now: datetime) -> None:
    """Raise `TooManyNumbers` when the person has as many open numbers as they may.

    One that is long past its life, because its provider does not answer, keeps nobody from another.
    """
    if await room(session, caps, owner_id, now) == 0:
        raise TooManyNumbers(limit=caps.active_numbers)


async def room(session: AsyncSession, caps: Caps, owner_id: int, now: datetime) -> int | None:
    """How many more open numbers the person may have; None where there is no limit."""
    if not caps.active_numbers:
        return None
    given = {"owner_id": owner_id, "mark": mark_of(session.info[PEPPER], owner_id), "since": now - _GRACE}
    active = await session.scalar(_ACTIVE.statement, given)
    return max(0, caps.active_numbers - (active or 0))


async def room_now(database: Database, caps: Caps, owner_id: int, now: datetime) -> int | None:
    """The same at a glance, for whoever is about to choose."""
    if not caps.active_numbers:
        return None
    mark = mark_of(database.pepper, owner_id)
    active = await database.see_one(_ACTIVE, owner_id=owner_id, mark=mark, since=now - _GRACE)
    return max(0, caps.active_numbers - (active or 0))


def alive(now: datetime) -> ColumnElement[bool]:
    """Which open numbers count: one that is long past its life keeps nobody from another."""
    return _lives(now - _GRACE)


def _lives(since: Any) -> ColumnElement[bool]:
    return or_(Activation.expires_at.is_(None), Activation.expires_at > since)


_THEIRS = counted(Activation, bindparam("owner_id"), bindparam("mark"), IS_OPEN)
_ACTIVE = Sight(select(func.count()).where(_THEIRS, _lives(bindparam("since"))))


def charged(state: State, cost: Decimal, agreed: Decimal) -> Decimal:
    """What a number cost; where that is not told yet, all that was agreed to may have been charged."""
    return max(cost, agreed) if state in UNTOLD else cost


async def within(session: AsyncSession, caps: Caps, expense: Expense, now: datetime) -> None:
    """Raise `LimitReached` when this purchase would pass one of the person's caps of a day."""
    since = now - DAY
    if (
        caps.purchases_per_day
        and await _purchases(session, expense.owner_id, since) >= caps.purchases_per_day
    ):
        raise TooManyToday(limit=caps.purchases_per_day)
    await affordable(session, caps, expense, now)


async def affordable(session: AsyncSession, caps: Caps, expense: Expense, now: datetime) -> None:
    """Raise `SpentEnough` when this would pass what the person may spend a day."""
    since = now - DAY
    if caps.spend_per_day and await _spent(session, expense, since) + expense.cost > caps.spend_per_day:
        raise SpentEnough(limit=caps.spend_per_day)


async def _purchases(session: AsyncSession, owner_id: int, since: datetime) -> int:
    bought = select(func.count()).where(
        counts_for(session, Activation, owner_id, Activation.created_at > since),
        Activation.state != State.FAILED,
    )
    ordered = select(func.count()).where(
        counts_for(session, RentalOrder, owner_id, RentalOrder.ordered_at > since),
        RentalOrder.state.not_in(_NOT_ORDERED),
    )
    return (await session.scalar(bought) or 0) + (await session.scalar(ordered) or 0)


async def _spent(session: AsyncSession, expense: Expense, since: datetime) -> Decimal:
    """What the person paid at this provider since then; a lost answer counts as paid."""
    rents = select(RentalOrder.cost).where(
        counts_for(session, RentalOrder, expense.owner_id, RentalOrder.ordered_at > since),
        RentalOrder.provider == expense.provider,
        RentalOrder.state.not_in(_NOT_ORDERED),
    )
    costs = [*await _charged(session, expense, since), *await session.scalars(rents)]
    return sum([*costs, *await _postage(session, expense, since)], Decimal(0))


async def _charged(session: AsyncSession, expense: Expense, since: datetime) -> Iterable[Decimal]:
    numbers = select(Activation.state, Activation.cost, Activation.agreed).where(
        counts_for(session, Activation, expense.owner_id, Activation.created_at > since),
        Activation.provider == expense.provider,
        Activation.state.not_in(FREE),
    )
    found = await session.execute(numbers)
    return [charged(row.state, row.cost, row.agreed) for row in found]


async def _postage(session: AsyncSession, expense: Expense, since: datetime) -> Iterable[Decimal]:
    message = OutgoingMessage
    sent = select(message).where(
        counts_for(session, message, expense.owner_id, message.confirmed_at > since),
        message.provider == expense.provider,
        message.state.not_in(_NOT_SENT),
    )
    return [_paid(row) for row in await session.scalars(sent)]


def _paid(row: OutgoingMessage) -> Decimal:
    """What its channels cost, without what was given back; no less than was quoted while one is not told."""
    charged = [
        getattr(row, f"{channel}_cost")
        for channel in ("viber", "sms")
        if channel in row.channels.split(",") and getattr(row, f"{channel}_status") not in GIVEN_BACK
    ]
    told = sum((cost for cost in charged if cost is not None), Decimal(0))
    return told if None not in charged else max(told, row.quoted or Decimal(0))
