"""What the rows add up to: how often a code came and how soon. Only counts leave this room, no numbers.

A fair rate counts numbers whose outcome is known. Received: the first SMS came before the number ended.
Without: it ended, or its code came late. Not counted, as they tell nothing of the number: what still waits,
was never bought or may not have been, what was cancelled within `TOO_SHORT` of its purchase, and what ended
while its provider's answers were lost.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Float,
    Integer,
    Subquery,
    and_,
    case,
    cast,
    false,
    func,
    or_,
    select,
    type_coerce,
)

from storage.database import Database
from storage.models import Activation, Sms, State
from storage.payments import Payment, paid
from storage.places import shown_in
from storage.reasons import Reason

#: Who gives a number back sooner did not wait for a code.
TOO_SHORT = timedelta(minutes=1)
#: Of a service that is bought more often, the newest so many numbers tell enough: nobody waits for more.
NEWEST = 10_000
_CODE_CAME = (State.RECEIVED, State.FINISHED)
_NOT_HEARD = (Reason.ANSWER_LOST, Reason.NEVER_ANSWERED)


@dataclass(frozen=True, slots=True)
class Tally:
    """Numbers of a provider in a country whose outcome is known; `seconds` is the median to the first code.

    `paid` of them were not given back for sure: a provider's yes to a cancel is the only proof of that, also
    where a code came after it.
    """

    provider: str
    country: str
    ended: int
    received: int
    paid: int
    seconds: float | None


class FigureStore:
    """Every method is one transaction that reads."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of_service(self, service: str, since: datetime) -> Sequence[Tally]:
        """Of everybody's numbers for a service (its slug), a tally per provider and country."""
        return await self._tallies(Activation.service == service, Activation.created_at >= since)

    async def of_everybody(self, since: datetime, until: datetime) -> Sequence[Tally]:
        """Of everybody's numbers that were ordered between two moments, a tally per provider and country."""
        return await self._tallies(Activation.created_at >= since, Activation.created_at < until)

    async def of_person(self, owner_id: int, chat_id: int, since: datetime) -> Sequence[Tally]:
        """The same of a person's numbers that are shown in a chat, whatever their service."""
        return await self._tallies(*_of_person(owner_id, chat_id, since))

    async def seconds(self, owner_id: int, chat_id: int, since: datetime) -> Mapping[str, Sequence[float]]:
        """Of these numbers the seconds to their first codes, by provider."""
        told = _told(*_of_person(owner_id, chat_id, since))
        query = select(told.c.provider, told.c.seconds).where(told.c.seconds.is_not(None))
        waited: dict[str, list[float]] = {}
        async with self._database.begin() as session:
            for provider, seconds in await session.execute(query):
                waited.setdefault(provider, []).append(seconds)
        return waited

    async def payments(self, owner_id: int, chat_id: int, since: datetime) -> Sequence[Payment]:
        """What a person paid, as far as it is shown in a chat, in no order."""
        async with self._database.begin() as session:
            return await paid(session, owner_id, chat_id, since)

    async def _tallies(self, *which: ColumnElement[bool]) -> Sequence[Tally]:
        told = _told(*which)
        counts, medians = _counts(told), _medians(told)
        same = and_(counts.c.provider == medians.c.provider, counts.c.country == medians.c.country)
        columns: list[Any] = [*counts.c, medians.c.seconds]
        query = select(*columns).outerjoin(medians, same)
        async with self._database.begin() as session:
            rows = (await session.execute(query)).all()
        return [
            Tally(provider, country, ended, received, paid, seconds)
            for provider, country, ended, received, paid, seconds in rows
        ]


def _of_person(owner_id: int, chat_id: int, since: datetime) -> tuple[ColumnElement[bool], ...]:
    here = shown_in(Activation.chat_id, owner_id, chat_id)
    return Activation.owner_id == owner_id, Activation.created_at >= since, here


def _told(*which: ColumnElement[bool]) -> CTE:
    """What each of the newest of these numbers tells, where it tells anything; read once for all counts."""
    newest = (
        select(Activation.id).where(*which).order_by(Activation.created_at.desc()).limit(NEWEST).subquery()
    )
    first = and_(Sms.activation_id == Activation.id, Sms.position == 1)
    in_time = and_(Activation.state.in_(_CODE_CAME), func.coalesce(Sms.late, false()).is_(false()))
    told = select(
        Activation.provider.label("provider"),
        Activation.country.label("country"),
        cast(in_time, Integer).label("received"),
        cast(_paid(), Integer).label("paid"),
        case((in_time, _seconds(Activation.bought_at, Sms.received_at))).label("seconds"),
    )
    return (
        told.join(newest, newest.c.id == Activation.id)
        .outerjoin(Sms, first)
        .where(or_(Activation.state.in_(_CODE_CAME), _in_vain()))
        .cte("told")
    )


def _in_vain() -> ColumnElement[bool]:
    """Whether a number ended without a code, long enough after its purchase and in sight."""
    seen = Activation.reason.not_in(_NOT_HEARD)
    waited = _seconds(Activation.bought_at, Activation.ended_at) >= TOO_SHORT.total_seconds()
    cancelled = and_(Activation.state == State.CANCELLED, waited)
    return and_(seen, or_(Activation.state == State.EXPIRED, cancelled))


def _paid() -> ColumnElement[bool]:
    unsure = or_(Activation.state != State.CANCELLED, Activation.reason == Reason.UNCONFIRMED)
    return and_(Activation.given_back.is_not(True), unsure)


def _seconds(start: Any, end: Any) -> ColumnElement[float]:
    """Between two moments, which are kept as seconds."""
    return type_coerce(end, Float) - type_coerce(start, Float)


def _counts(told: CTE) -> Subquery:
    columns = told.c
    place = columns.provider, columns.country
    sums = func.count(), func.sum(columns.received), func.sum(columns.paid)
    return select(*place, *sums).group_by(*place).subquery()


def _medians(told: CTE) -> Subquery:
    """Of an even count the mean of the two in the middle."""
    place = told.c.provider, told.c.country
    rank = func.row_number().over(partition_by=place, order_by=told.c.seconds).label("rank")
    count = func.count().over(partition_by=place).label("count")
    ranked = select(*place, told.c.seconds, rank, count).where(told.c.seconds.is_not(None)).subquery()
    columns = ranked.c
    middle = and_(2 * columns.rank >= columns.count, 2 * columns.rank <= columns.count + 2)
    places = columns.provider, columns.country
    median = func.avg(columns.seconds).label("seconds")
    return select(*places, median).where(middle).group_by(*places).subquery()
