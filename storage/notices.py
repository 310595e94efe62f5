"""What is to be said of a key unasked, each once: little is left on its account, or it is not taken any more.

Both are said on the edge and armed again when the opposite was seen. A key without a limit of its own is low
when what is left would not pay for three more numbers like the last one.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache

from sqlalchemy import Select, SQLColumnExpression, bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.models import Activation, Key, State
from storage.outbox import Kind, arm, disarm

#: So many numbers like the last one shall be left on an account.
NUMBERS_LEFT = 3
#: A number bought longer ago says nothing about the next one.
_LATELY = timedelta(days=30)
#: A site that sells nothing to a key may tell its balance all the same: for so long that proves nothing.
_IN_DOUBT = timedelta(days=1)
#: The question whose answer shows that a key is taken, where it was this one that was refused.
_ASKED = "balance"


async def limit_of(session: AsyncSession, key: Key, now: datetime) -> Decimal | None:
    """A balance below this is low; None where none is. Zero is nobody's limit: it turns the notice off."""
    given = {"chat_id": key.chat_id, "key_id": key.id, "since": now - _LATELY}
    cost = None if key.low_at is not None else await session.scalar(_last_cost(), given)
    return _limit(key, cost)


def _limit(key: Key, last_cost: Decimal | None) -> Decimal | None:
    if key.low_at is not None:
        return key.low_at or None
    return None if last_cost is None else last_cost * NUMBERS_LEFT


@cache
def _last_cost() -> Select[Decimal | None]:
    return _cost_of(bindparam("chat_id"), bindparam("key_id"))


@cache
def _with_last_cost() -> Select[Key, Decimal | None]:
    """Made once: of all keys whose balances are told at the same time, in one statement."""
    cost = _cost_of(Key.chat_id, Key.id).correlate(Key).scalar_subquery()
    return select(Key, cost).where(Key.id.in_(bindparam("ids", expanding=True)))


def _cost_of(chat_id: SQLColumnExpression[int], key_id: SQLColumnExpression[str]) -> Select[Decimal | None]:
    """Of the last number bought with a key after the moment `since`."""
    last = select(Activation.cost).where(
        Activation.chat_id == chat_id,
        Activation.key_id == key_id,
        Activation.created_at > bindparam("since"),
        Activation.state != State.FAILED,
    )
    return last.order_by(Activation.created_at.desc()).limit(1)


@dataclass(frozen=True, slots=True)
class Left:
    """What a key's provider told at a moment; `shown` where its owner reads it right then."""

    key_id: str
    amount: Decimal
    currency: str
    at: datetime
    shown: bool


async def told(session: AsyncSession, balances: Sequence[Left]) -> Sequence[None]:
    """Within the caller's transaction: what is left on some accounts is kept, and what follows of it said."""
    given = {"ids": {each.key_id for each in balances}, "since": balances[0].at - _LATELY}
    rows = {row.id: (row, cost) for row, cost in await session.execute(_with_last_cost(), given)}
    for each in balances:
        if each.key_id in rows:
            row, cost = rows[each.key_id]
            await _learned(session, row, each, _limit(row, cost))
    return [None] * len(balances)


async def _learned(session: AsyncSession, key: Key, left: Left, limit: Decimal | None) -> None:
    """Its provider told what is left, so it takes the key. What its owner is shown right then is not rung."""
    key.balance, key.currency, key.balance_at = left.amount, left.currency, left.at
    if limit is None or left.amount >= limit:
        await _no_longer_low(session, key)
    elif key.low_told_at is None:
        key.low_told_at = left.at
        if not left.shown:
            await arm(session, Kind.KEY_LOW, key.id, key.chat_id, left.at, anew=True)
    if key.stopped_at is not None and not _in_doubt(key, left.at):
        await goes_again(session, key)


async def limited(session: AsyncSession, key: Key, limit: Decimal | None, now: datetime) -> None:
    """Within the caller's transaction: its owner chose a limit. What they see right then is not rung."""
    key.low_at = limit
    limit = await limit_of(session, key, now)
    if limit is None or key.balance is None or key.balance >= limit:
        await _no_longer_low(session, key)
    else:
        key.low_told_at = key.low_told_at or now


@dataclass(frozen=True, slots=True)
class Refusal:
    """What a provider was asked when it refused a key, and the name of the error class it did it with."""

    asked: str
    reason: str


async def stopped(session: AsyncSession, keys: Iterable[Key], refusal: Refusal, now: datetime) -> None:
    """Within the caller's transaction: their provider refused these keys."""
    for key in keys:
        if key.stopped_at is None:
            key.stopped_at, key.stop_reason, key.stopped_by = now, refusal.reason, refusal.asked
            await arm(session, Kind.KEY_STOPPED, key.id, key.chat_id, now, anew=True)


async def goes_again(session: AsyncSession, key: Key) -> None:
    """Within the caller's transaction: its provider took it. What was not said yet is not said any more."""
    key.stopped_at, key.stop_reason, key.stopped_by = None, "", ""
    await disarm(session, Kind.KEY_STOPPED, key.id)


async def _no_longer_low(session: AsyncSession, key: Key) -> None:
    if key.low_told_at is not None:
        key.low_told_at = None
        await disarm(session, Kind.KEY_LOW, key.id)


def _in_doubt(key: Key, now: datetime) -> bool:
    """Whether it was something else that was refused, not long ago."""
    return key.stopped_by != _ASKED and key.stopped_at is not None and now - key.stopped_at < _IN_DOUBT
