"""What each member of a group used: numbers, codes and money, counted for who bought them.

Money is counted as in `storage.payments`: what is paid for sure, and apart from it what still waits for its
code or may have come back.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from sqlalchemy import case, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.database import Database
from storage.models import Activation, State
from storage.payments import Payment, paid_by_members

_CODE_CAME = (State.RECEIVED, State.FINISHED)


@dataclass(slots=True)
class Used:
    """One member's share; `money` is gone for sure, `doubtful` not yet or not surely, both by currency."""

    person_id: int
    numbers: int = 0
    codes: int = 0
    money: dict[str, Decimal] = field(default_factory=dict)
    doubtful: dict[str, Decimal] = field(default_factory=dict)

    def pay(self, payment: Payment) -> None:
        amounts = self.money if payment.sure else self.doubtful
        amounts[payment.currency] = amounts.get(payment.currency, Decimal(0)) + payment.amount


class UsageStore:
    """Every method is one transaction that reads."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, chat_id: int, since: datetime, until: datetime) -> Sequence[Used]:
        """Of the numbers a group bought in [since, until): who used most first."""
        async with self._database.begin() as session:
            every = await _counts(session, chat_id, since, until)
            for who, payment in await paid_by_members(session, chat_id, since, until):
                every.setdefault(who, Used(who)).pay(payment)
        return sorted(every.values(), key=lambda used: (-used.numbers, used.person_id))


async def _counts(session: AsyncSession, chat_id: int, since: datetime, until: datetime) -> dict[int, Used]:
    """Each with their numbers and codes, by who they are."""
    who = func.coalesce(Activation.bought_by, Activation.owner_id)
    came = func.sum(case((Activation.state.in_(_CODE_CAME), 1), else_=0))
    query = select(who, func.count(), came).where(
        Activation.chat_id == chat_id,
        Activation.bought_at.is_not(None),
        Activation.created_at >= since,
        Activation.created_at < until,
    )
    return {row[0]: Used(*row) for row in await session.execute(query.group_by(who))}
