"""Everything a person bought, rented and sent: pages of it, newest first, and what there is to filter by.

A page reads one index for each kind of things, newest first, and stops when it is full: the tables may grow.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, bindparam, func, literal, select, union_all

from storage.database import Database
from storage.models import Activation, MessageState, OrderState, OutgoingMessage, Rental, RentalOrder, State
from storage.places import shown, shown_in
from storage.sight import Sight
from storage.wanted import ORDERED, TABLES, Kind, Thing, Wanted, let_through

#: What there is to filter by is found in so many of the newest of each kind.
LOOKED_THROUGH = 1000
#: So many of each kind are counted: nobody waits for more.
COUNTED = 10_000
#: So many statements are kept ready; each combination of filters has its own.
_SHAPES = 128
#: Which of the newest.
_FIRST, _SIZE = bindparam("first", type_=Integer()), bindparam("size", type_=Integer())


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
        listed = _listed(kinds, shape, alone=alone)
        found = await self._database.see(listed, **given, first=first, size=size)
        counts = [await self._database.see(_counted(kind, shape, alone=alone), **given) for kind in kinds]
        return await self._entries(found), sum(count for [count] in counts)

    async def _entries(self, found: Sequence[tuple[str, str, datetime]]) -> list[Entry]:
        """The things themselves, newest first; what went meanwhile is left out."""
        found = sorted(found, key=lambda each: (each[2], each[1]), reverse=True)
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
        services, countries, providers = Counter[str](), Counter[str](), Counter[str]()
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


def _things(kind: Kind, wanted: Wanted, *, alone: bool) -> Select[Any]:
    """The kind, the ids and the moments of things of a kind; what changes is named."""
    table, at = TABLES[kind], ORDERED[kind]
    query = select(literal(kind.value).label("kind"), table.id.label("id"), at.label("at"))
    return query.where(*_whose(table, alone=alone), at.is_not(None), *let_through(kind, wanted, bindparam))


def _whose(table: type[Thing], *, alone: bool) -> tuple[ColumnElement[bool], ...]:
    return table.owner_id == bindparam("owner_id"), shown(table.chat_id, alone=alone)


@lru_cache(maxsize=_SHAPES)
def _listed(kinds: Sequence[Kind], wanted: Wanted, *, alone: bool) -> Sight[tuple[str, str, datetime]]:
    return Sight.of(newest(kinds, wanted, alone=alone))


def newest(kinds: Sequence[Kind], wanted: Wanted, *, alone: bool) -> Select[Any]:
    """A page of the newest of these kinds, merged as it is read, in no order; what changes is named."""
    every: Any = union_all(*(_things(kind, wanted, alone=alone) for kind in kinds))
    _, thing, at = every.selected_columns
    few = every.order_by(at.desc(), thing.desc()).offset(_FIRST).limit(_SIZE)
    return select(few.subquery())


@lru_cache(maxsize=_SHAPES)
def _counted(kind: Kind, wanted: Wanted, *, alone: bool) -> Sight[int]:
    some = _things(kind, wanted, alone=alone).limit(COUNTED)
    return Sight(select(func.count()).select_from(some.subquery()))


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
