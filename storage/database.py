"""The database: one connection, short transactions, backups while it is written to.

No network inside a transaction, ever: it would hold up everybody. `in_transaction()` lets the network's
borders refuse.
"""

import asyncio
import json
import secrets
import sqlite3
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, nullcontext
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, cast

import aiosqlite
from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, InvalidRequestError, NoSuchModuleError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool

from bot.errors import SettingsError, StorageError
from bot.failpoints import Failpoint, reach
from storage import sqlite
from storage.sight import Glance, Sight, Stroke, some_of
from storage.together import Kind, Together, Told, Wish

T = TypeVar("T")

#: Seconds that wishes to write gather for while there are many: a commit waits for the disk, and whoever
#: pressed a button for the commit.
GATHER = 0.05
#: While so many strokes are on their way, the others wait for one commit: each of its own waits for the disk.
STROKES = 4
#: Nothing that was loaded is to be kept up to date with a statement.
BARE = {"synchronize_session": False}
#: Where a transaction has at hand what marks of forgotten people are made with.
PEPPER = "pepper"

_session: ContextVar[AsyncSession | None] = ContextVar("_session", default=None)


def in_transaction() -> bool:
    """Whether this task, or the task that started it, holds a transaction open right now."""
    session = _session.get()
    return session is not None and session.in_transaction()


def parse(url: str | URL) -> URL:
    """A database URL, checked; SettingsError never repeats it, as it may hold a password."""
    try:
        return make_url(url)
    except ArgumentError:
        raise SettingsError("DATABASE_URL is not like sqlite+aiosqlite:///data/codebell.db") from None


def at(file: Path) -> "Database":
    """A database that is there, by its file, whatever characters its name has."""
    return Database(URL.create("sqlite+aiosqlite", database=str(file)), new=False)


class Database:
    """A database by its URL, `sqlite+aiosqlite:///path`. Making one creates the folder and the file.

    SettingsError for an unusable URL, StorageError for an unusable place, and for a file that is missing
    where a `new` one would be of no use. `patience` are the seconds a
    transaction waits for the connection; `version` is SQLite's, which decides the journal of a new file.
    """

    def __init__(
        self,
        url: str | URL,
        *,
        new: bool = True,
        patience: float = 30.0,
        version: sqlite.Version = sqlite3.sqlite_version_info,
    ) -> None:
        self.url = parse(url)
        self.path = sqlite.file_of(self.url)
        self.engine = _engine(self.url, patience)
        if self.path is not None:
            sqlite.prepare(self.path, new)
        if self.is_sqlite:
            sqlite.listen(self.engine.sync_engine, version)
        self._glance = Glance(self.engine.sync_engine)
        # Those who only read need no transaction.
        self._reading = Together(lambda: nullcontext(self))
        self._writing = Together(self.begin, pause=GATHER)
        self._strokes, self._many_strokes = 0, Together(self.begin)
        self._at_hand = {PEPPER: secrets.token_bytes(32)}
        self._sessions = async_sessionmaker(self.engine, expire_on_commit=False, info=self._at_hand)

    def season(self, pepper: bytes) -> None:
        """Make marks with this secret from now on, so that they hold in the next process too."""
        self._at_hand[PEPPER] = pepper

    @property
    def pepper(self) -> bytes:
        """What marks of forgotten people are made with."""
        return self._at_hand[PEPPER]

    @property
    def is_sqlite(self) -> bool:
        return self.url.get_backend_name() == "sqlite"

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[AsyncSession]:
        """One transaction: committed at the end, rolled back on any exception. Cannot be nested."""
        _not_nested()
        async with self._sessions.begin() as session:
            token = _session.set(session)
            try:
                yield session
            finally:
                _session.reset(token)

    async def see(self, sight: Sight[T], **values: object) -> list[T]:
        """What is committed, at a glance; while somebody's transaction is open it waits its turn for one."""
        _not_nested()
        if (seen := await self._glance.at(sight, values)) is not None:
            return seen
        async with self.begin() as session:
            return sight.read((await session.execute(sight.statement, values)).all())

    async def see_one(self, sight: Sight[T], **values: object) -> T | None:
        """The first of it."""
        return next(iter(await self.see(sight, **values)), None)

    async def write(self, stroke: Stroke, **values: object) -> None:
        """One statement, committed; while somebody's transaction is open it waits its turn for one.

        Many at the same time are committed together. Whoever is broken off meanwhile does not know whether it
        is written, or will be.
        """
        _not_nested()
        if self._strokes >= STROKES:
            await self._many_strokes.ask(stroke.together, values)
            return
        self._strokes += 1
        try:
            await self._write(stroke, values)
        finally:
            self._strokes -= 1

    async def _write(self, stroke: Stroke, values: Mapping[str, object]) -> None:
        if not await self._glance.write(stroke, values):
            async with self.begin() as session:
                await session.execute(stroke.statement, values)

    async def row(self, table: type[T], row_id: str) -> T | None:
        """A row as it is now, by its only key; those wanted at the same time are read in one statement."""
        _not_nested()
        return cast("T | None", await self._reading.ask(_rows_of(cast("Any", table)), row_id))

    async def together(self, kind: Kind[Wish, Told], wish: Wish) -> Told:
        """What a wish that writes is told, in one transaction with all that are wished at the same time."""
        _not_nested()
        return await self._writing.ask(kind, wish)

    @asynccontextmanager
    async def bare(self) -> AsyncIterator[aiosqlite.Connection]:
        """SQLite's own connection outside any transaction, where PRAGMA and VACUUM work.

        The AUTOCOMMIT option would not do: "begin" still fires, and it leaves the connection changed.
        """
        async with self.engine.connect() as connection:
            raw = await connection.get_raw_connection()
            if not isinstance(raw.driver_connection, aiosqlite.Connection):
                raise StorageError("this is done with the database server's own tools")
            yield raw.driver_connection

    async def check(self) -> None:
        """Read every page once, as the start does; StorageError if damaged or in use elsewhere."""
        if not self.is_sqlite:
            return
        try:
            async with self.bare() as connection:
                rows = await connection.execute_fetchall("PRAGMA quick_check(1)")
        except (sqlite3.Error, DBAPIError) as error:
            raise sqlite.trouble(self.path, error) from None
        if (finding := next(iter(rows))[0]) != "ok":
            raise sqlite.damaged(self.path, finding)

    async def backup(self, target: Path) -> None:
        """Write a whole, verified copy (0600) while the bot works; writers wait for the copying alone.

        StorageError if the target exists, cannot be written, or does not read back.
        """
        part = _reserved(target)
        try:
            async with self.bare() as connection:
                await connection.execute("VACUUM INTO ?", (str(part),))
            if finding := await asyncio.to_thread(sqlite.flaw, part):
                raise StorageError(f"the copy {target} does not read back ({finding}): a disk is damaged")
            reach(Failpoint.IN_BACKUP)
            # Not in a thread: whoever breaks this off finds the whole backup, or none.
            sqlite.settle(part, target)
        except (sqlite3.Error, DBAPIError) as error:
            raise sqlite.copy_trouble(self.path, target, error) from None
        except OSError as error:
            raise StorageError(f"the backup {target} cannot be written: {error.strerror}") from None
        finally:
            sqlite.discard(part)

    def size(self) -> int:
        """Bytes on the disk: the file and what is not yet written into it; 0 where there is no file."""
        path = self.path
        return 0 if path is None else _bytes(path) + _bytes(path.with_name(path.name + "-wal"))

    async def close(self) -> None:
        """Give the connection back; an aiosqlite thread left behind can hold up the exit."""
        await self.engine.dispose()


def _not_nested() -> None:
    if in_transaction():
        raise RuntimeError("a transaction inside a transaction would wait for itself")


@cache
def _rows_of(table: Any) -> Kind[str, Any]:
    """Rows by their only key, an `id`; None where there is none."""

    async def found(database: Database, ids: Sequence[str]) -> Sequence[Any]:
        rows = {row.id: row for row in await database.see(some_of(table), ids=json.dumps(ids))}
        return [rows.get(each) for each in ids]

    return found


def _bytes(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _engine(url: URL, patience: float) -> AsyncEngine:
    try:
        return create_async_engine(
            url,
            hide_parameters=True,
            poolclass=AsyncAdaptedQueuePool,
            pool_size=1,
            max_overflow=0,
            pool_timeout=patience,
        )
    except (ArgumentError, InvalidRequestError, NoSuchModuleError, ImportError):
        raise SettingsError(f"DATABASE_URL: {url.drivername} cannot be used, sqlite+aiosqlite can") from None


def _reserved(target: Path) -> Path:
    """The empty private file that VACUUM INTO then fills."""
    if not target.name:
        raise StorageError(f"the backup {target} cannot be written: give it the name of a file")
    part = target.with_name(target.name + ".part")
    try:
        if target.exists():
            raise StorageError(f"the backup {target} exists already")
        sqlite.reserve(part)
    except OSError as error:
        raise StorageError(f"the backup {target} cannot be written: {error.strerror}") from None
    return part
