"""Everything a person bought, rented and sent: pages of it, newest first, and what there is to filter by.

A page reads one index for each kind of things, newest first, and stops when it is full: the tables may grow.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, false, func, literal, select, union_all

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
#: So many statements are kept ready; each combination of filters has its own.
_SHAPES = 128
#: Stands for any moment.
_SINCE = datetime.max.replace(tzinfo=UTC)

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

    @property
    def chosen(self) -> Mapping[str, Any]:
        """What has a value of its own, by the name of its filter."""
        every = {name: getattr(self, name) for name in ("since", "service", "country", "provider")}
        return {name: value for name, value in every.items() if value}

    @property
    def shape(self) -> "Wanted":
        """The same whatever those values are."""
        texts = (value and "?" for value in (self.service, self.country, self.provider))
        return Wanted(self.kind, self.outcome, self.since and _SINCE, *texts)


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
    """Reads at a glance; who asks sees their own, as it is shown in that chat."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(
        self, owner_id: int, chat_id: int, wanted: Wanted, first: int, size: int
    ) -> tuple[Sequence[Entry], int]:
        """So many things from the `first` on, newest first; and how many there are, see `COUNTED`."""
        kinds, shape = tuple(kind for kind in Kind if wanted.states(kind)), wanted.shape
        if not kinds:
            return [], 0
        alone = owner_id == chat_id
        given: dict[str, Any] = {**wanted.chosen, "owner_id": owner_id, "chat_id": chat_id}
        page = {"most": first + size, "first": first, "size": size}
        found = await self._database.see(_listed(kinds, shape, alone=alone), **given, **page)
        counts = [await self._database.see(_counted(kind, shape, alone=alone), **given) for kind in kinds]
        return await self._entries(found), sum(count for [count] in counts)

    async def _entries(self, found: Sequence[tuple[str, str, datetime]]) -> list[Entry]:
        """The things themselves, in the order they were found; what went meanwhile is left out."""
        ids = {kind: [each for what, each, _ in found if what == kind] for kind in Kind}
        things = {row.id: row for kind in Kind for row in await self._with(TABLES[kind].id, ids[kind])}
        paid = _paid(await self._with(RentalOrder.rental_id, ids[Kind.RENTAL]))
        return [_entry(Kind(kind), things[each], at, paid) for kind, each, at in found if each in things]

    async def _with(self, column: Any, ids: Sequence[str]) -> Sequence[Any]:
        """The rows that have one of these ids there."""
        named = {f"id{place}": each for place, each in enumerate(ids)}
        return await self._database.see(_rows_with(column, tuple(named)), **named) if ids else []

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


def newest(kind: Kind, wanted: Wanted, most: Any, *, alone: bool) -> Select[Any]:
    """The kind, the ids and the moments of the newest things of a kind; what changes is named."""
    table, at = TABLES[kind], ORDERED[kind]
    query = select(literal(kind.value).label("kind"), table.id.label("id"), at.label("at"))
    query = query.where(*_whose(table, alone=alone), at.is_not(None), *let_through(kind, wanted, bindparam))
    return query.order_by(at.desc(), table.id.desc()).limit(most)


def _whose(table: type[Thing], *, alone: bool) -> tuple[ColumnElement[bool], ...]:
    return table.owner_id == bindparam("owner_id"), shown(table.chat_id, alone=alone)


@lru_cache(maxsize=_SHAPES)
def _listed(kinds: Sequence[Kind], wanted: Wanted, *, alone: bool) -> Sight[tuple[str, str, datetime]]:
    parts = [newest(kind, wanted, bindparam("most"), alone=alone).subquery() for kind in kinds]
    every = union_all(*map(select, parts)).subquery()
    page = select(every).order_by(every.c.at.desc(), every.c.id.desc())
    return Sight.of(page.offset(bindparam("first")).limit(bindparam("size")))


@lru_cache(maxsize=_SHAPES)
def _counted(kind: Kind, wanted: Wanted, *, alone: bool) -> Sight[int]:
    return Sight(select(func.count()).select_from(newest(kind, wanted, COUNTED, alone=alone).subquery()))


def let_through(kind: Kind, wanted: Wanted, value: Any = None) -> list[ColumnElement[bool]]:
    """Which things of a kind are listed; `value` gives what a filter of a name asks for, None its own."""
    table, states = TABLES[kind], wanted.states(kind)
    if not states:
        return [false()]
    meets = {
        "since": ORDERED[kind].__ge__,
        "service": Activation.service.__eq__,
        "country": table.country.__eq__,
        "provider": table.provider.__eq__,
    }
    chosen = wanted.chosen
    return [*(meets[name]((value or chosen.get)(name)) for name in chosen), table.state.in_(states)]


@lru_cache(maxsize=_SHAPES)
def _rows_with(column: Any, names: Sequence[str]) -> Sight[Any]:
    """Of as many ids, by their names."""
    return Sight(select(column.class_).where(column.in_([*map(bindparam, names)])))


def _paid(orders: Sequence[RentalOrder]) -> dict[str, tuple[Decimal, str]]:
    """What was paid for rented numbers so far, renewals too, and in which currency."""
    paid: dict[str, tuple[Decimal, str]] = {}
    for order in (each for each in orders if each.state is OrderState.DONE):
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
            charged = None if row.state is MessageState.FAILED else _charged(row)
            return Entry(kind, row, at, charged, row.currency)


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
    every = select(*columns).where(*_whose(table, alone=alone), at.is_not(None))
    few = every.order_by(at.desc()).limit(LOOKED_THROUGH).subquery()
    counted = select(few.c.service, func.max(few.c.service_name).label("service_name"))
    counted = counted.add_columns(few.c.country, few.c.provider, func.count().label("count"))
    return Sight.of(counted.group_by(few.c.service, few.c.country, few.c.provider))
