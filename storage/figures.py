"""What the rows add up to: how often a code came and how soon. Only counts leave this room, no numbers.

A fair rate counts numbers whose outcome is known. Received: the first SMS came before the number ended.
Without: it ended, or its code came late. Not counted, as they tell nothing of the number: what still waits,
was never bought or may not have been, what was cancelled within `TOO_SHORT` of its purchase, and what ended
while its provider's answers were lost.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from statistics import median
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Float,
    Integer,
    Select,
    and_,
    bindparam,
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
from storage.places import shown
from storage.reasons import Reason
from storage.windows import Windowed

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
    """Reads in windows, a glance each: a million rows hold nobody up."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of_service(self, service: str, since: datetime) -> Sequence[Tally]:
        """Of everybody's numbers for a service (its slug), a tally per provider and country."""
        return _tallies(await self._read(_of_service(), since, None, service=service))

    async def of_everybody(self, since: datetime, until: datetime) -> Sequence[Tally]:
        """Of everybody's numbers that were ordered between two moments, a tally per provider and country."""
        return _tallies(await self._read(_of_everybody(), since, until))

    async def of_person(
        self, owner_id: int, chat_id: int, since: datetime
    ) -> tuple[Sequence[Tally], Mapping[str, Sequence[float]]]:
        """The same of a person's numbers that are shown in a chat, whatever their service.

        And the seconds to their first codes, by provider.
        """
        mine = _of_person(alone=owner_id == chat_id)
        told = await self._read(mine, since, None, owner_id=owner_id, chat_id=chat_id)
        waited: dict[str, list[float]] = {}
        for provider, _, _, _, seconds in told:
            if seconds is not None:
                waited.setdefault(provider, []).append(seconds)
        return _tallies(told), waited

    async def payments(self, owner_id: int, chat_id: int, since: datetime) -> Sequence[Payment]:
        """What a person paid, as far as it is shown in a chat, in no order."""
        return await paid(self._database, owner_id, chat_id, since)

    async def _read(
        self, numbers: Windowed, since: datetime, until: datetime | None, **values: object
    ) -> Sequence[Any]:
        """What each of the newest of these numbers tells, where it tells anything."""
        seen = numbers.read(self._database, since, until, NEWEST, **values)
        return [row async for few in seen for row in few]


def _tallies(told: Sequence[Any]) -> Sequence[Tally]:
    places: dict[tuple[str, str], list[tuple[int, int, float | None]]] = {}
    for provider, country, *rest in told:
        places.setdefault((provider, country), []).append((rest[0], rest[1], rest[2]))
    return [_tally(*place, outcomes) for place, outcomes in places.items()]


def _tally(provider: str, country: str, told: Sequence[tuple[int, int, float | None]]) -> Tally:
    waits = [seconds for _, _, seconds in told if seconds is not None]
    received, paid_for = sum(each[0] for each in told), sum(each[1] for each in told)
    return Tally(provider, country, len(told), received, paid_for, median(waits) if waits else None)


@cache
def _of_service() -> Windowed:
    return Windowed(Activation.created_at, _told, Activation.service == bindparam("service"))


@cache
def _of_everybody() -> Windowed:
    return Windowed(Activation.created_at, _told)


@cache
def _of_person(*, alone: bool) -> Windowed:
    whose = Activation.owner_id == bindparam("owner_id"), shown(Activation.chat_id, alone=alone)
    return Windowed(Activation.created_at, _told, *whose)


def _told(*which: ColumnElement[bool]) -> Select[Any]:
    """What each number tells, where it tells anything."""
    first = and_(Sms.activation_id == Activation.id, Sms.position == 1)
    in_time = and_(Activation.state.in_(_CODE_CAME), func.coalesce(Sms.late, false()).is_(false()))
    told = select(
        Activation.provider.label("provider"),
        Activation.country.label("country"),
        cast(in_time, Integer).label("received"),
        cast(_paid(), Integer).label("paid"),
        case((in_time, _seconds(Activation.bought_at, Sms.received_at))).label("seconds"),
    )
    return told.outerjoin(Sms, first).where(*which, or_(Activation.state.in_(_CODE_CAME), _in_vain()))


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
