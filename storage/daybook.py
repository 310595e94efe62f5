"""What a day came to, for operators: counts and sums of everybody's together, nobody's alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.database import Database
from storage.models import Activation, Chat, State

_CODE_CAME = (State.RECEIVED, State.FINISHED)
_MAYBE_PAID = (*_CODE_CAME, State.WAITING, State.CANCELLING, State.EXPIRED)


@dataclass(frozen=True, slots=True)
class DayFigures:
    """Of the numbers ordered within a day: how they stand now, and what they cost by currency.

    `people` are those who ordered; `newcomers` the private chats that are new. What was given back or never
    bought costs nothing; what is `unknown` is not in the sums.
    """

    people: int
    newcomers: int
    numbers: int
    received: int
    failed: int
    unknown: int
    spent: Mapping[str, Decimal]


class Daybook:
    """Every method is one transaction that reads."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def between(self, first: datetime, last: datetime) -> DayFigures:
        """From a moment up to another."""
        within = Activation.created_at >= first, Activation.created_at < last
        new = Chat.created_at >= first, Chat.created_at < last, Chat.kind == "private"
        async with self._database.begin() as session:
            by_state = await _by_state(session, *within)
            people = await session.scalar(select(func.count(Activation.owner_id.distinct())).where(*within))
            newcomers = await session.scalar(select(func.count()).select_from(Chat).where(*new))
            return DayFigures(
                people=people or 0,
                newcomers=newcomers or 0,
                numbers=sum(by_state.values()) - by_state.get(State.FAILED, 0),
                received=sum(by_state.get(each, 0) for each in _CODE_CAME),
                failed=by_state.get(State.FAILED, 0),
                unknown=by_state.get(State.UNKNOWN, 0),
                spent=await _spent(session, *within),
            )


async def _by_state(session: AsyncSession, *within: ColumnElement[bool]) -> dict[State, int]:
    query = select(Activation.state, func.count()).where(*within).group_by(Activation.state)
    return dict((await session.execute(query)).all())


async def _spent(session: AsyncSession, *within: ColumnElement[bool]) -> dict[str, Decimal]:
    """Money is kept as text: the sum is made here."""
    query = select(Activation.currency, Activation.cost).where(*within, Activation.state.in_(_MAYBE_PAID))
    sums: dict[str, Decimal] = {}
    for currency, cost in await session.execute(query):
        sums[currency] = sums.get(currency, Decimal(0)) + (cost or 0)
    return sums
