"""What is forgotten some days after its number or message has ended: codes, words, and who they were between.

The row stays, with its state, its price and its times: the history goes on without what was said. A process
that dies in between has forgotten a part; a later round finds the rest.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from storage.database import Database
from storage.kinds import Kind
from storage.models import (
    OPEN,
    Activation,
    MessageState,
    OutgoingMessage,
    Post,
    Rental,
    RentalState,
    RentalText,
    Sms,
)

#: Why an outbox row is never sent: its words are gone.
FORGOTTEN = "Forgotten"


@dataclass(frozen=True, slots=True)
class Rule:
    """The columns of a table that are emptied, which rows were over before a moment, and what says them."""

    table: type[Any]
    emptied: Mapping[str, str | None]
    over: Callable[[datetime], ColumnElement[bool]]
    said_as: Sequence[Kind]

    def full(self) -> ColumnElement[bool]:
        """Whether anything is left to be emptied."""
        columns = {getattr(self.table, name): value for name, value in self.emptied.items()}
        return or_(*(column.is_distinct_from(value) for column, value in columns.items()))


class Retention:
    """Forgets what has been over for so many days; each round goes on where the last one stopped.

    One transaction looks at `step` rows, and a round makes `steps` of them in a table: nobody waits for long.
    """

    def __init__(self, database: Database, days: int, step: int = 250, steps: int = 200) -> None:
        self._database = database
        self.days, self._age = days, timedelta(days=days)
        self._size, self._steps = step, steps
        self._after = {rule.table.__tablename__: "" for rule in RULES}

    async def sweep(self, now: datetime) -> None:
        """Housekeeping: one round through every table."""
        for rule in RULES:
            for _ in range(self._steps):
                if await self._step(rule, now - self._age):
                    break

    async def _step(self, rule: Rule, before: datetime) -> bool:
        """Look at the next few rows; whether they were the last ones."""
        table, name = rule.table, rule.table.__tablename__
        few = select(table.id).where(table.id > self._after[name]).order_by(table.id).limit(self._size)
        async with self._database.begin() as session:
            ids = (await session.scalars(few)).all()
            if ids:
                await _empty(session, rule, table.id.between(ids[0], ids[-1]), before)
        last = len(ids) < self._size
        self._after[name] = "" if last else ids[-1]
        return last


async def _empty(session: AsyncSession, rule: Rule, few: ColumnElement[bool], before: datetime) -> None:
    emptied = update(rule.table).where(few, rule.over(before), rule.full()).values(**rule.emptied)
    ids = (await session.scalars(emptied.returning(rule.table.id))).all()
    if ids:
        # By their names, which have an index.
        names = [f"{kind}:{each}" for kind in rule.said_as for each in ids]
        unsaid = update(Post).where(Post.dedup.in_(names), Post.sent_at.is_(None))
        await session.execute(unsaid.values(next_try_at=None, failure=FORGOTTEN))


def _number_over(before: datetime) -> ColumnElement[bool]:
    ended = func.coalesce(Activation.ended_at, Activation.expires_at, Activation.created_at)
    return Activation.state.not_in(OPEN) & Activation.next_poll_at.is_(None) & (ended < before)


def _rental_over(before: datetime) -> ColumnElement[bool]:
    ended = func.coalesce(Rental.ended_at, Rental.created_at)
    closed = Rental.state.not_in((RentalState.RENTING, RentalState.ACTIVE))
    return closed & Rental.next_poll_at.is_(None) & (ended < before)


def _message_over(before: datetime) -> ColumnElement[bool]:
    ended = func.coalesce(OutgoingMessage.ended_at, OutgoingMessage.confirmed_at)
    closed = OutgoingMessage.state.not_in((MessageState.DRAFT, MessageState.SENDING))
    return closed & OutgoingMessage.next_poll_at.is_(None) & (ended < before)


RULES = (
    Rule(
        Sms,
        {"code": "", "text": None, "sender": None},
        lambda before: exists().where(Activation.id == Sms.activation_id, _number_over(before)),
        (Kind.CODE, Kind.CODE_ASIDE),
    ),
    Rule(Activation, {"last_code": None, "forward_to": None}, _number_over, (Kind.CARD,)),
    Rule(
        RentalText,
        {"text": "", "sender": None},
        lambda before: exists().where(Rental.id == RentalText.rental_id, _rental_over(before)),
        (Kind.RENTAL_SMS,),
    ),
    Rule(
        OutgoingMessage,
        {
            "recipient": "",
            "sms_text": "",
            "viber_text": "",
            "viber_caption": "",
            "viber_url": "",
            "viber_image": "",
        },
        _message_over,
        (Kind.MESSAGE, Kind.DELIVERY),
    ),
)
