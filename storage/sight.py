"""Reading at a glance, writing at a stroke: one hop to the database's thread, no transaction of SQLAlchemy's.

A transaction of SQLAlchemy's that reads one row costs 0.65 ms of CPU, most of it for its session and for
finding the statement again; this costs 0.08. A statement is made once, with `bindparam` for what changes, and
compiled once. While somebody's transaction is open on the connection nothing is seen: what stands in it may
never be committed. Nor is anything written: it would be committed with that, or never. Else SQLite commits a
statement by itself, or leaves nothing of it.

Who finds a transaction open comes again when it is over, before the next one begins.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, Generic, TypeVar, TypeVarTuple, cast

import aiosqlite
from sqlalchemy import Dialect, Engine, Select, String, Update, bindparam, event, func, inspect, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.attributes import instance_state

from storage.hops import Connection

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

_Turn = Callable[[Any], Any] | None

#: So often somebody comes while transactions are open, and waits so many seconds for the end of one.
_TIMES, _PATIENCE = 3, 1.0


class Sight(Generic[T]):
    """A statement that is asked often; what comes of it are rows of a table, or values of one column."""

    def __init__(self, statement: Select[T]) -> None:
        self.statement: Select[Any] = statement
        self._asked: _Asked | None = None

    @classmethod
    def of(cls, statement: Select[*Ts]) -> "Sight[tuple[*Ts]]":
        """Of several columns: tuples come of it."""
        return cast("Sight[tuple[*Ts]]", Sight(cast("Select[Any]", statement)))

    def asked(self, dialect: Dialect) -> "_Asked":
        """As it is asked in a dialect; a process has one."""
        if self._asked is None or self._asked.dialect != dialect:
            self._asked = _Asked(self.statement, dialect)
        return self._asked

    def read(self, rows: Sequence[Any]) -> list[T]:
        """What came of it by way of SQLAlchemy."""
        wide = len(self.statement.column_descriptions) > 1
        return [cast("T", tuple(row) if wide else row[0]) for row in rows]


class Stroke:
    """A statement that writes by itself, often; nothing comes of it."""

    def __init__(self, statement: Update) -> None:
        #: Nothing that was loaded is to be kept up to date with it.
        self.statement = statement.execution_options(synchronize_session=False)
        self._prepared: Prepared | None = None

    def prepared(self, dialect: Dialect) -> "Prepared":
        """As it is carried out in a dialect; a process has one."""
        if self._prepared is None or self._prepared.dialect != dialect:
            self._prepared = Prepared(self.statement, dialect)
        return self._prepared

    async def together(self, session: AsyncSession, values: Sequence[Mapping[str, object]]) -> Sequence[None]:
        """With all of these values, in one hop, within the caller's transaction."""
        if len(values) == 1:
            # What is wrong with a value is told as always.
            await session.execute(self.statement, values[0])
        else:
            connection = await session.connection()
            prepared = self.prepared(connection.dialect)
            await connection.exec_driver_sql(prepared.sql, [tuple(prepared.bound(each)) for each in values])
        return [None] * len(values)


@cache
def one_of(table: type[T]) -> Sight[T]:
    """The row of a table whose only key is this `id`."""
    [key] = inspect(table).primary_key
    return Sight(select(table).where(key == bindparam("id")))


@cache
def some_of(table: type[T]) -> Sight[T]:
    """The rows of a table whose only key is among these `ids`, of which JSON makes one value."""
    [key] = inspect(table).primary_key
    ids = func.json_each(bindparam("ids", type_=String())).table_valued("value")
    return Sight(select(table).where(key.in_(select(ids.c.value))))


class Prepared:
    """A statement as SQLite hears it, and what its values are turned into on the way."""

    def __init__(self, statement: Any, dialect: Dialect) -> None:
        self.dialect = dialect
        compiled: Any = statement.compile(dialect=dialect)
        wanted = {name: None for name, bound in compiled.binds.items() if bound.required}
        state = compiled.construct_expanded_state(wanted)
        into = {name: _into(bound, dialect) for name, bound in compiled.binds.items()}
        self.sql: str = state.statement
        self._names: Sequence[str] = state.positiontup
        self._given: Mapping[str, Any] = state.parameters
        self._into: Mapping[str, _Turn] = {**into, **state.processors}

    def bound(self, values: Mapping[str, object]) -> list[object]:
        """The values in the order of the statement."""
        given = {**self._given, **values}
        return [into(given[name]) if (into := self._into.get(name)) else given[name] for name in self._names]


class _Asked(Prepared):
    """What is asked, and what its rows are turned into."""

    def __init__(self, statement: Select[Any], dialect: Dialect) -> None:
        super().__init__(statement, dialect)
        self._out = [_turned(column, dialect) for column in statement.selected_columns]
        self._shape = _shape(statement)

    def read(self, rows: Sequence[tuple[Any, ...]]) -> list[Any]:
        out, shape = self._out, self._shape
        return [
            shape([turn(value) if turn else value for turn, value in zip(out, row, strict=True)])
            for row in rows
        ]


def _into(bound: Any, dialect: Dialect) -> _Turn:
    """What makes of a value what SQLite takes."""
    turn: _Turn = bound.type.dialect_impl(dialect).bind_processor(dialect)
    return turn


def _turned(column: Any, dialect: Dialect) -> _Turn:
    """What makes a value of what SQLite gives."""
    turn: _Turn = column.type.dialect_impl(dialect).result_processor(dialect, None)
    return turn


def _shape(statement: Select[Any]) -> Callable[[list[Any]], Any]:
    """What a row becomes: one of a table's, the value of the one column, or a tuple."""
    [first, *more] = statement.column_descriptions
    mapper = inspect(first["entity"], raiseerr=False) if first["expr"] is first.get("entity") else None
    if mapper is not None and not more:
        return _row_of(mapper, [mapper.get_property_by_column(each).key for each in mapper.columns])
    return tuple if more else lambda values: values[0]


def _row_of(mapper: Any, names: Sequence[str]) -> Callable[[list[Any]], Any]:
    make, identity = mapper.class_manager.new_instance, mapper.identity_key_from_primary_key
    own = [at for at, each in enumerate(mapper.columns) if each.primary_key]

    def row(values: list[Any]) -> Any:
        """Detached, as those that a transaction leaves."""
        made = make()
        made.__dict__.update(zip(names, values, strict=True))
        instance_state(made).key = identity([values[at] for at in own])
        return made

    return row


class Glance:
    """Looks into the database of an engine, past its pool."""

    def __init__(self, engine: Engine) -> None:
        self._dialect = engine.dialect
        self._connection: aiosqlite.Connection | None = None
        #: Those who wait for the end of a transaction.
        self._waiting: list[asyncio.Future[None]] = []

        @event.listens_for(engine, "connect")
        def connected(dbapi: Any, _record: object) -> None:
            driver = dbapi.driver_connection
            self._connection = driver if isinstance(driver, aiosqlite.Connection) else None
            if isinstance(dbapi, Connection):
                dbapi.over = self._over

    async def at(self, sight: Sight[T], values: Mapping[str, object]) -> list[T] | None:
        """What it shows; None where it cannot be seen right now."""
        asked = sight.asked(self._dialect)
        rows = await self._hop(asked, values)
        return None if rows is None else cast("list[T]", asked.read(rows))

    async def write(self, stroke: Stroke, values: Mapping[str, object]) -> bool:
        """Whether it is written, for good; else nothing of it is."""
        return await self._hop(stroke.prepared(self._dialect), values) is not None

    async def _hop(self, prepared: Prepared, values: Mapping[str, object]) -> list[Any] | None:
        """None where that is not possible: nothing was done then."""
        try:
            for _ in range(_TIMES):
                if (rows := await self._tried(prepared, values)) is not None:
                    return rows
                await self._end()
        except Exception:  # noqa: BLE001
            # Whatever it is, a transaction tells it in the words of everybody.
            return None
        return None

    async def _tried(self, prepared: Prepared, values: Mapping[str, object]) -> list[Any] | None:
        """None while a transaction is open."""
        connection: Any = self._connection
        rows: list[Any] | None = await connection._execute(
            _at_once, connection._conn, prepared.sql, prepared.bound(values)
        )
        return rows

    async def _end(self) -> None:
        """Wait for the end of the transaction that is open; TimeoutError where it does not come soon."""
        over: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(over)
        async with asyncio.timeout(_PATIENCE):
            await over

    def _over(self) -> None:
        waiting, self._waiting = self._waiting, []
        for each in waiting:
            if not each.done():
                each.set_result(None)


def _at_once(connection: sqlite3.Connection, sql: str, values: Sequence[Any]) -> list[Any] | None:
    """In the database's thread, where nobody begins a transaction meanwhile."""
    return None if connection.in_transaction else connection.execute(sql, values).fetchall()
