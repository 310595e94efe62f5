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
from collections.abc import Callable
from contextlib import closing
from typing import Any

from sqlalchemy import URL
from sqlalchemy.dialects.sqlite import aiosqlite


class _Transaction(enum.Enum):
    NONE = enum.auto()
    #: Begun by SQLAlchemy; SQLite hears of it with the first statement.
    WANTED = enum.auto()
    #: From the moment that statement is on its way, whether or not it was carried out.
    OPEN = enum.auto()


class _Told:
    """What is left of a cursor of SQLite's: nobody but the thread of the database ever touches one.

    To close one while the last row is looked for there ends the process with a segmentation fault.
    """

    __slots__ = ("arraysize", "description", "lastrowid", "rowcount")

    def __init__(self) -> None:
        self.description: Any = None
        self.lastrowid: int | None = None
        self.rowcount, self.arraysize = -1, 1

    def hear(self, cursor: sqlite3.Cursor) -> None:
        self.description, self.rowcount = cursor.description, cursor.rowcount
        self.lastrowid = cursor.lastrowid

    def close(self) -> None:
        """It is closed where it was made."""


class Cursor(aiosqlite.AsyncAdapt_aiosqlite_cursor):
    """Of SQLite's own, made and closed in the thread of the database, it knows what was told."""

    __slots__ = ()

    _awaitable_cursor_close = False
    _adapt_connection: "Connection"
    _connection: Any
    _cursor: Any

    def _make_new_cursor(self, _connection: Any) -> Any:
        return _Told()

    def _aenter_cursor(self, cursor: Any) -> Any:
        return cursor

    async def _execute_async(self, operation: Any, parameters: Any) -> Any:
        rows = await self._hop(sqlite3.Cursor.execute, operation, parameters or ())
        self._rows = collections.deque(rows)

    async def _executemany_async(self, operation: Any, seq_of_parameters: Any) -> Any:
        await self._hop(sqlite3.Cursor.executemany, operation, seq_of_parameters)

    async def _hop(self, *call: Any) -> list[Any]:
        async with self._adapt_connection._execute_mutex:
            stage = self._adapt_connection.goes_on()
            rows: list[Any] = await self._connection._execute(
                _carried_out, self._connection, self._cursor, stage, *call
            )
            return rows


def _carried_out(connection: Any, told: _Told, stage: _Transaction, execute: Any, *given: Any) -> list[Any]:
    """The rows, where there are any."""
    with closing(connection._conn.cursor()) as cursor:
        if stage is _Transaction.WANTED:
            cursor.execute("BEGIN IMMEDIATE")
        elif stage is _Transaction.OPEN and not connection._conn.in_transaction:
            # It never began, or SQLite broke it off: what comes now would be committed by itself.
            raise sqlite3.OperationalError("the transaction is over")
        execute(cursor, *given)
        rows = cursor.fetchall() if cursor.description else []
        told.hear(cursor)
        return rows


def _nobody() -> None:
    """Nobody waits for the end of a transaction."""


class Connection(aiosqlite.AsyncAdapt_aiosqlite_connection):
    """Begins every transaction as a writer, and ends only those that began.

    `over` is called when one has ended, before anybody else is given the connection.
    """

    __slots__ = ("_transaction", "over")

    _cursor_cls = Cursor

    def __init__(self, dbapi: Any, connection: Any) -> None:
        super().__init__(dbapi, connection)
        self._transaction = _Transaction.NONE
        self.over: Callable[[], object] = _nobody

    def begin(self) -> None:
        self._transaction = _Transaction.WANTED

    def goes_on(self) -> _Transaction:
        """How far it was before the statement that is about to go."""
        stage = self._transaction
        if stage is _Transaction.WANTED:
            self._transaction = _Transaction.OPEN
        return stage

    def commit(self) -> None:
        if self._transaction is _Transaction.OPEN:
            super().commit()
        self._ended()

    def rollback(self) -> None:
        if self._transaction is _Transaction.OPEN:
            super().rollback()
        self._ended()

    def _ended(self) -> None:
        self._transaction = _Transaction.NONE
        self.over()


class Driver(aiosqlite.AsyncAdapt_aiosqlite_dbapi):
    def connect(self, *arg: Any, **kw: Any) -> Connection:
        return Connection(self, super().connect(*arg, **kw)._connection)


class Dialect(aiosqlite.SQLiteDialect_aiosqlite):
    supports_statement_cache = True

    @classmethod
    def import_dbapi(cls) -> Driver:
        return Driver(__import__("aiosqlite"), sqlite3)

    def create_connect_args(self, url: URL) -> Any:
        """SQLite itself refuses to be touched by another thread."""
        args, options = super().create_connect_args(url)
        return args, {**options, "check_same_thread": True}

    def do_begin(self, dbapi_connection: Any) -> None:
        dbapi_connection.begin()
