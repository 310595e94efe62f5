"""What a transaction asks of the thread of the database, counted; it belongs to nobody else meanwhile."""

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from storage.database import Database


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    opened = Database(f"sqlite+aiosqlite:///{tmp_path / 'hops.db'}", patience=1)
    async with opened.begin() as session:
        await session.execute(text("CREATE TABLE things (name TEXT PRIMARY KEY)"))
        await session.execute(text("INSERT INTO things VALUES ('one')"))
    yield opened
    await opened.close()


class Counted:
    """The queue of the database's thread, and how many calls went through it."""

    def __init__(self, queue: Any) -> None:
        self._queue = queue
        self.calls = 0
        self.then: Callable[[], object] = lambda: None

    def put_nowait(self, call: object) -> None:
        self.calls += 1
        self._queue.put_nowait(call)
        self.then()


async def counted(database: Database) -> Counted:
    async with database.bare() as connection:
        connection._tx = Counted(connection._tx)  # type: ignore[assignment]  # all that is asked of it
        return connection._tx  # type: ignore[return-value]


async def things(database: Database) -> list[str]:
    async with database.begin() as session:
        return list(await session.scalars(text("SELECT name FROM things ORDER BY name")))


async def test_reading_takes_one_hop_with_its_begin_and_one_to_end_it(database: Database) -> None:
    queue = await counted(database)
    assert await things(database) == ["one"]
    assert queue.calls == 2


async def test_a_transaction_in_which_nothing_is_asked_takes_none(database: Database) -> None:
    queue = await counted(database)
    async with database.begin():
        pass
    assert queue.calls == 0


async def test_what_fails_is_rolled_back_and_the_next_one_begins_anew(database: Database) -> None:
    async def write_and_fail() -> None:
        async with database.begin() as session:
            await session.execute(text("INSERT INTO things VALUES ('two')"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await write_and_fail()
    assert await things(database) == ["one"]


async def test_whoever_is_cancelled_while_the_first_statement_is_under_way_leaves_nothing(
    database: Database,
) -> None:
    async def write() -> None:
        async with database.begin() as session:
            await session.execute(text("INSERT INTO things VALUES ('two')"))

    queue = await counted(database)
    writing = asyncio.create_task(write())
    queue.then = writing.cancel
    with pytest.raises(asyncio.CancelledError):
        await writing
    queue.then = lambda: None
    assert await things(database) == ["one"]


@pytest.mark.parametrize("held_up", ["one", "two"])
async def test_who_is_cancelled_while_a_row_is_looked_for_touches_nothing_of_it(
    database: Database, held_up: str, caplog: pytest.LogCaptureFixture
) -> None:
    loop, begun, over = asyncio.get_running_loop(), asyncio.Event(), threading.Event()

    def wanted(name: str) -> bool:
        if name == held_up:
            loop.call_soon_threadsafe(begun.set)
            over.wait(5)
        return name == "one"

    async def read() -> None:
        async with database.begin() as session:
            await session.execute(text("SELECT name FROM things WHERE wanted(name)"))

    async with database.bare() as connection:
        await connection.create_function("wanted", 1, wanted)
        await connection.execute_fetchall("INSERT INTO things VALUES ('two')")
    reading = asyncio.create_task(read())
    await begun.wait()
    reading.cancel()
    for _ in range(10):
        await asyncio.sleep(0)
    over.set()
    with pytest.raises(asyncio.CancelledError):
        await reading
    assert not caplog.records
    assert await things(database) == ["one", "two"]


async def test_no_other_thread_can_touch_what_belongs_to_the_databases(database: Database) -> None:
    async with database.bare() as connection:
        with pytest.raises(sqlite3.ProgrammingError, match="same thread"):
            connection._conn.cursor()


async def test_a_transaction_begins_as_a_writer_even_if_it_only_reads(database: Database) -> None:
    other = sqlite3.connect(str(database.path), timeout=0)
    async with database.begin() as session:
        await session.execute(text("SELECT 1"))
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("BEGIN IMMEDIATE")
    other.execute("BEGIN IMMEDIATE")
    other.close()


async def test_a_database_that_another_program_holds_is_told_at_the_first_statement(
    database: Database,
) -> None:
    async with database.bare() as connection:
        await connection.execute_fetchall("PRAGMA busy_timeout=0")
    other = sqlite3.connect(str(database.path))
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(OperationalError, match="locked"):
        await things(database)
    other.close()
    assert await things(database) == ["one"]


async def test_nothing_is_written_where_the_transaction_could_not_begin(database: Database) -> None:
    other = sqlite3.connect(str(database.path))

    async def write_all_the_same() -> None:
        async with database.begin() as session:
            with pytest.raises(OperationalError, match="locked"):
                await session.execute(text("INSERT INTO things VALUES ('two')"))
            other.rollback()
            await session.execute(text("INSERT INTO things VALUES ('three')"))

    async with database.bare() as connection:
        await connection.execute_fetchall("PRAGMA busy_timeout=0")
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(OperationalError, match="the transaction is over"):
        await write_all_the_same()
    other.close()
    assert await things(database) == ["one"]
