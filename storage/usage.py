"""What each member of a group used: numbers, codes and money, counted for who bought them.

Money is what numbers cost that got a code or still wait for one; what a provider paid back, or pays back by
its rules, is not counted. It is summed here and not in the database, which would make floats of it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Integer, cast, func, select

from storage.database import Database
from storage.models import Activation, State

_CODE_CAME = (State.RECEIVED, State.FINISHED)
_STILL_WAITS = (State.WAITING, State.CANCELLING)


@dataclass(slots=True)
class Used:
    """One member's share; `money` by currency."""

    person_id: int
    numbers: int = 0
    codes: int = 0
    money: dict[str, Decimal] = field(default_factory=dict)


class UsageStore:
    """Every method is one transaction that reads."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, chat_id: int, since: datetime, until: datetime) -> Sequence[Used]:
        """Of the numbers a group bought in [since, until): who used most first."""
        who = func.coalesce(Activation.bought_by, Activation.owner_id)
        came = cast(Activation.state.in_(_CODE_CAME), Integer)
        paid = Activation.state.in_((*_CODE_CAME, *_STILL_WAITS)) & Activation.given_back.is_(None)
        alike = (who, Activation.currency, Activation.cost, came, cast(paid, Integer))
        query = select(*alike, func.count()).where(
            Activation.chat_id == chat_id,
            Activation.bought_at.is_not(None),
            Activation.created_at >= since,
            Activation.created_at < until,
        )
        async with self._database.begin() as session:
            return _added((await session.execute(query.group_by(*alike))).all())


def _added(rows: Iterable[Any]) -> Sequence[Used]:
    every: dict[int, Used] = {}
    for person_id, currency, cost, came, paid, count in rows:
        used = every.setdefault(person_id, Used(person_id))
        used.numbers += count
        used.codes += count if came else 0
        if paid:
            used.money[currency] = used.money.get(currency, Decimal(0)) + cost * count
    return sorted(every.values(), key=lambda used: (-used.numbers, used.person_id))
