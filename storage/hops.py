"""SQLAlchemy's driver for aiosqlite, with few hops to the thread of the database.

As it comes it makes a cursor, executes, fetches and closes in a hop each, and rolls back what was committed.
A hop wakes two threads and costs 0.1 ms, more than most statements: a transaction that reads one row took
nine. Here it takes two: BEGIN goes along with the first statement, a statement brings its rows back.

Every transaction begins as a writer. One that reads first and writes later fails at once with
SQLITE_BUSY_SNAPSHOT when somebody wrote in between, whatever the timeout; BEGIN IMMEDIATE waits its turn.
"""

import collections
import enum
import sqlite3
from typing import Any

from sqlalchemy.dialects.sqlite import aiosqlite


class _Transaction(enum.Enum):
    NONE = enum.auto()
    #: Begun by SQLAlchemy; SQLite hears of it with the first statement.
    WANTED = enum.auto()
    #: From the moment that statement is on its way, whether or not it was carried out.
    OPEN = enum.auto()


class Cursor(aiosqlite.AsyncAdapt_aiosqlite_cursor):
    """SQLite's own cursor; what it does, it does in the thread of the database."""

    __slots__ = ()

    _awaitable_cursor_close = False
    _adapt_connection: "Connection"
    _connection: Any
    _cursor: Any

    def _make_new_cursor(self, connection: Any) -> Any:
        return connection

    def _aenter_cursor(self, cursor: Any) -> Any:
        try:
            return cursor._conn.cursor()
        except Exception as error:  # noqa: BLE001  # judged there
            self._adapt_connection._handle_exception(error)

    async def _execute_async(self, operation: Any, parameters: Any) -> Any:
        rows = await self._hop(self._cursor.execute, operation, parameters or ())
        self._rows = collections.deque(rows)

    async def _executemany_async(self, operation: Any, seq_of_parameters: Any) -> Any:
        await self._hop(self._cursor.executemany, operation, seq_of_parameters)

    async def _hop(self, *call: Any) -> list[Any]:
        async with self._adapt_connection._execute_mutex:
            begin = self._adapt_connection.opens()
            rows: list[Any] = await self._connection._execute(_carried_out, self._cursor, begin, *call)
            return rows


def _carried_out(cursor: sqlite3.Cursor, begin: bool, execute: Any, *given: Any) -> list[Any]:
    """The rows, where there are any."""
    if begin:
        cursor.execute("BEGIN IMMEDIATE")
    execute(*given)
    return cursor.fetchall() if cursor.description else []


class Connection(aiosqlite.AsyncAdapt_aiosqlite_connection):
    """Begins every transaction as a writer, and ends only those that began."""

    __slots__ = ("_transaction",)

    _cursor_cls = Cursor

    def __init__(self, dbapi: Any, connection: Any) -> None:
        super().__init__(dbapi, connection)
        self._transaction = _Transaction.NONE

    def begin(self) -> None:
        self._transaction = _Transaction.WANTED

    def opens(self) -> bool:
        """Whether the statement that is about to go is the first one of its transaction."""
        first = self._transaction is _Transaction.WANTED
        if first:
            self._transaction = _Transaction.OPEN
        return first

    def commit(self) -> None:
        if self._transaction is _Transaction.OPEN:
            super().commit()
        self._transaction = _Transaction.NONE

    def rollback(self) -> None:
        if self._transaction is _Transaction.OPEN:
            super().rollback()
        self._transaction = _Transaction.NONE


class Driver(aiosqlite.AsyncAdapt_aiosqlite_dbapi):
    def connect(self, *arg: Any, **kw: Any) -> Connection:
        return Connection(self, super().connect(*arg, **kw)._connection)


class Dialect(aiosqlite.SQLiteDialect_aiosqlite):
    supports_statement_cache = True

    @classmethod
    def import_dbapi(cls) -> Driver:
        return Driver(__import__("aiosqlite"), sqlite3)

    def do_begin(self, dbapi_connection: Any) -> None:
        dbapi_connection.begin()
