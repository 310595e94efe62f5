"""Everything a person bought, rented and sent: pages of it, newest first, and what there is to filter by.

A page reads one index for each kind of things, newest first, and stops when it is full: the tables may grow.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, bindparam, false, func, literal, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from storage.database import Database
from storage.models import (
    Activation,
    MessageState,
    OrderState,
    OutgoingMessage,
    Rental,
    RentalOrder,
    RentalState,
    State,
)
from storage.places import shown, shown_in
from storage.sight import Sight

#: What there is to filter by is found in so many of the newest of each kind.
LOOKED_THROUGH = 1000
#: So many of each kind are counted: nobody waits for more.
COUNTED = 10_000

Thing = Activation | Rental | OutgoingMessage


class Kind(StrEnum):
    """What money was spent on."""

    NUMBER = "n"
    RENTAL = "r"
    MESSAGE = "m"


class Outcome(StrEnum):
    """What became of it."""

    OPEN = "o"
    #: A code came; a message was delivered.
    CAME = "c"
    CANCELLED = "x"
    EXPIRED = "e"
    UNDELIVERED = "u"
    #: Not bought, not rented, not sent: it cost nothing, and is listed only where it is asked for.
    FAILED = "f"
    UNKNOWN = "q"


STATES: Mapping[Kind, Mapping[Outcome, frozenset[StrEnum]]] = {
    Kind.NUMBER: {
        Outcome.OPEN: frozenset({State.BUYING, State.WAITING, State.CANCELLING}),
        Outcome.CAME: frozenset({State.RECEIVED, State.FINISHED}),
        Outcome.CANCELLED: frozenset({State.CANCELLED}),
        Outcome.EXPIRED: frozenset({State.EXPIRED}),
        Outcome.FAILED: frozenset({State.FAILED}),
        Outcome.UNKNOWN: frozenset({State.UNKNOWN}),
    },
    Kind.RENTAL: {
        Outcome.OPEN: frozenset({RentalState.RENTING, RentalState.ACTIVE}),
        Outcome.EXPIRED: frozenset({RentalState.ENDED}),
        Outcome.FAILED: frozenset({RentalState.FAILED}),
        Outcome.UNKNOWN: frozenset({RentalState.UNKNOWN}),
    },
    Kind.MESSAGE: {
        Outcome.OPEN: frozenset({MessageState.SENDING, MessageState.ACCEPTED}),
        Outcome.CAME: frozenset({MessageState.DELIVERED, MessageState.VIEWED}),
        Outcome.UNDELIVERED: frozenset({MessageState.UNDELIVERED}),
        Outcome.FAILED: frozenset({MessageState.FAILED}),
        Outcome.UNKNOWN: frozenset({MessageState.UNKNOWN}),
    },
}
TABLES: Mapping[Kind, type[Thing]] = {
    Kind.NUMBER: Activation,
    Kind.RENTAL: Rental,
    Kind.MESSAGE: OutgoingMessage,
}
#: When each was ordered, and the index that it is found by begins with its owner. A draft has no such moment.
ORDERED: Mapping[Kind, Any] = {
    Kind.NUMBER: Activation.created_at,
    Kind.RENTAL: Rental.created_at,
    Kind.MESSAGE: OutgoingMessage.confirmed_at,
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which things are to be listed; what is left empty filters nothing."""

    kind: Kind | None = None
    outcome: Outcome | None = None
    since: datetime | None = None
    service: str = ""
    #: ISO 3166 alpha-2.
    country: str = ""
    provider: str = ""

    def states(self, kind: Kind) -> frozenset[StrEnum]:
        """The states in which things of a kind are listed; none where that kind is not."""
        if self.kind not in (None, kind) or (self.service and kind is not Kind.NUMBER):
            return frozenset()
        by_outcome = STATES[kind]
        if self.outcome is not None:
            return by_outcome.get(self.outcome, frozenset())
        return frozenset().union(*(by_outcome[each] for each in by_outcome.keys() - {Outcome.FAILED}))


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the list: a thing, when it was ordered, and what it cost; None where that is not known."""

    kind: Kind
    row: Thing
    at: datetime
    cost: Decimal | None
    currency: str


@dataclass(frozen=True, slots=True)
class Seen:
    """What a person's things can be filtered by, what they have most of first; services with their names."""

    services: Mapping[str, str]
    countries: Sequence[str]
    providers: Sequence[str]


class HistoryStore:
    """Every method is one transaction; who asks sees their own, as it is shown in that chat."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(
        self, owner_id: int, chat_id: int, wanted: Wanted, first: int, size: int
    ) -> tuple[Sequence[Entry], int]:
        """So many things from the `first` on, newest first; and how many there are, see `COUNTED`."""
        kinds, whose = [kind for kind in Kind if wanted.states(kind)], (owner_id, chat_id, wanted)
        parts = [newest(kind, *whose, first + size) for kind in kinds]
        if not parts:
            return [], 0
        every = union_all(*(select(part.subquery()) for part in parts)).subquery()
        page = select(every).order_by(every.c.at.desc(), every.c.id.desc()).offset(first).limit(size)
        async with self._database.begin() as session:
            found = (await session.execute(page)).all()
            counts = [await session.scalar(_counted(kind, *whose)) or 0 for kind in kinds]
            return await _entries(session, found), sum(counts)

    async def seen(self, owner_id: int, chat_id: int) -> Seen:
        """What there is to filter by, among the newest `LOOKED_THROUGH` of each kind."""
        services: Counter[str] = Counter()
        countries: Counter[str] = Counter()
        providers: Counter[str] = Counter()
        names: dict[str, str] = {}
        for kind in Kind:
            some = _kinds_of(kind, alone=owner_id == chat_id)
            for row in await self._database.see(some, owner_id=owner_id, chat_id=chat_id):
                service, names[service], country, provider, count = row
                services[service] += count
                countries[country] += count
                providers[provider] += count
        called = {slug: names[slug] for slug in _most_first(services)}
        return Seen(called, _most_first(countries), _most_first(providers))


def _most_first(counted: Counter[str]) -> list[str]:
    return [each for each, _ in counted.most_common() if each]


def mine(kind: Kind, owner_id: int, chat_id: int) -> tuple[ColumnElement[bool], ...]:
    """Whose things, and in which chat they are shown."""
    table = TABLES[kind]
    return table.owner_id == owner_id, shown_in(table.chat_id, owner_id, chat_id)


def newest(kind: Kind, owner_id: int, chat_id: int, wanted: Wanted, most: int) -> Select[Any]:
    """The kind, the ids and the moments of the newest things of a kind."""
    table, at = TABLES[kind], ORDERED[kind]
    query = select(literal(kind.value).label("kind"), table.id.label("id"), at.label("at"))
    query = query.where(*mine(kind, owner_id, chat_id), at.is_not(None), *let_through(kind, wanted))
    return query.order_by(at.desc(), table.id.desc()).limit(most)


def _counted(kind: Kind, owner_id: int, chat_id: int, wanted: Wanted) -> Select[int]:
    return select(func.count()).select_from(newest(kind, owner_id, chat_id, wanted, COUNTED).subquery())


def let_through(kind: Kind, wanted: Wanted) -> list[ColumnElement[bool]]:
    """Which things of a kind are listed."""
    table, states = TABLES[kind], wanted.states(kind)
    return [*_filters(table, ORDERED[kind], wanted), table.state.in_(states)] if states else [false()]


def _filters(table: type[Thing], at: Any, wanted: Wanted) -> list[ColumnElement[bool]]:
    filters: list[ColumnElement[bool]] = []
    if wanted.since is not None:
        filters.append(at >= wanted.since)
    if wanted.service:
        filters.append(Activation.service == wanted.service)
    if wanted.country:
        filters.append(table.country == wanted.country)
    if wanted.provider:
        filters.append(table.provider == wanted.provider)
    return filters


async def _entries(session: AsyncSession, found: Sequence[Row[Any]]) -> list[Entry]:
    """The things themselves, in the order they were found."""
    ids = {kind: [row.id for row in found if row.kind == kind] for kind in Kind}
    things: dict[str, Thing] = {}
    for kind in Kind:
        listed: Any = select(TABLES[kind]).where(TABLES[kind].id.in_(ids[kind]))
        things |= {row.id: row for row in await session.scalars(listed)} if ids[kind] else {}
    paid = await _paid(session, ids[Kind.RENTAL])
    return [_entry(Kind(row.kind), things[row.id], row.at, paid) for row in found]


async def _paid(session: AsyncSession, rentals: Sequence[str]) -> dict[str, tuple[Decimal, str]]:
    """What was paid for rented numbers so far, renewals too, and in which currency."""
    paid: dict[str, tuple[Decimal, str]] = {}
    if not rentals:
        return paid
    done = select(RentalOrder).where(RentalOrder.rental_id.in_(rentals), RentalOrder.state == OrderState.DONE)
    for order in await session.scalars(done):
        before, _ = paid.get(order.rental_id or "", (Decimal(0), ""))
        paid[order.rental_id or ""] = before + order.cost, order.currency
    return paid


def _entry(kind: Kind, row: Thing, at: datetime, paid: Mapping[str, tuple[Decimal, str]]) -> Entry:
    match row:
        case Activation():
            return Entry(kind, row, at, None if row.state is State.FAILED else row.cost, row.currency)
        case Rental():
            cost, currency = paid.get(row.id, (None, ""))
            return Entry(kind, row, at, cost, currency)
        case OutgoingMessage():
            return Entry(
                kind, row, at, None if row.state is MessageState.FAILED else _charged(row), row.currency
            )


def _charged(row: OutgoingMessage) -> Decimal | None:
    """What its provider charged as far as it told, else what it was expected to cost."""
    told = [cost for cost in (row.viber_cost, row.sms_cost) if cost is not None]
    return sum(told, Decimal(0)) if told else row.quoted


@cache
def _kinds_of(kind: Kind, *, alone: bool) -> Sight[tuple[Any, ...]]:
    """How many of the newest there are of each service, country and provider."""
    table, at = TABLES[kind], ORDERED[kind]
    number = kind is Kind.NUMBER
    service = Activation.service if number else literal("")
    name = Activation.service_name if number else literal("")
    columns = (service.label("service"), name.label("service_name"), table.country, table.provider)
    mine = table.owner_id == bindparam("owner_id"), shown(table.chat_id, alone=alone)
    every = select(*columns).where(*mine, at.is_not(None))
    few = every.order_by(at.desc()).limit(LOOKED_THROUGH).subquery()
    counted = select(few.c.service, func.max(few.c.service_name).label("service_name"))
    counted = counted.add_columns(few.c.country, few.c.provider, func.count().label("count"))
    return Sight.of(counted.group_by(few.c.service, few.c.country, few.c.provider))
