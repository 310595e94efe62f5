"""What is written at a stroke: by itself, in one hop, for good; never within somebody's transaction."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from contextvars import Context
from pathlib import Path

import pytest
from sqlalchemy import bindparam, select, update
from sqlalchemy.exc import IntegrityError, OperationalError, StatementError

from storage.database import STROKES, Database
from storage.models import Key
from storage.models.columns import Moment
from storage.sight import Stroke
from tests.storage.shelf import NOW, shelf, stored
from tests.storage.test_hops import counted

NAMED = Stroke(update(Key).where(Key.chat_id == bindparam("of")).values(label=bindparam("name")))
REMOVED = Stroke(update(Key).values(removed_at=bindparam("at", type_=Moment())))
_FULL = "CREATE TRIGGER full BEFORE UPDATE ON provider_keys BEGIN SELECT RAISE(ABORT, 'it is full'); END"


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    async with shelf(tmp_path) as opened:
        await stored(opened)
        yield opened


async def labels(database: Database) -> list[str]:
    async with database.begin() as session:
        return list(await session.scalars(select(Key.label)))


def on_disk(folder: Path) -> list[str]:
    with closing(sqlite3.connect(folder / "codebell.db")) as other:
        return [label for (label,) in other.execute("SELECT label FROM provider_keys")]


async def _apart(database: Database) -> None:
    await database.write(NAMED, of=1, name="play")


async def test_it_is_one_hop_and_written_for_good(database: Database, tmp_path: Path) -> None:
    queue = await counted(database)
    await database.write(NAMED, of=1, name="play")
    assert queue.calls == 1
    assert on_disk(tmp_path) == ["play"]


async def test_values_become_what_their_columns_hold(database: Database) -> None:
    await database.write(REMOVED, at=NOW)
    async with database.begin() as session:
        assert await session.scalar(select(Key.removed_at)) == NOW


async def test_it_writes_what_it_is_meant_for_alone(database: Database) -> None:
    await database.write(NAMED, of=2, name="play")
    assert await labels(database) == ["work"]


async def test_it_is_no_part_of_somebodys_transaction_and_outlives_its_end(
    database: Database, tmp_path: Path
) -> None:
    async with database.begin() as session:
        await session.execute(update(Key).values(tail="half"))
        writing = asyncio.create_task(_apart(database), context=Context())
        await asyncio.wait([writing], timeout=0.05)
        assert not writing.done()
        await session.rollback()
    await writing
    assert on_disk(tmp_path) == ["play"]


async def test_within_a_transaction_nothing_is_written_beside_it(database: Database) -> None:
    async with database.begin() as session:
        await session.scalars(select(Key.label))
        with pytest.raises(RuntimeError, match="inside a transaction"):
            await database.write(NAMED, of=1, name="play")


async def test_what_cannot_be_written_is_told_as_always_and_leaves_nothing(
    database: Database, tmp_path: Path
) -> None:
    async with database.bare() as connection:
        await connection.execute(_FULL)
    with pytest.raises(IntegrityError, match="it is full"):
        await database.write(NAMED, of=1, name="play")
    async with database.bare() as connection:
        await connection.execute("DROP TRIGGER full")
    assert on_disk(tmp_path) == await labels(database) == ["work"]


@pytest.mark.parametrize("held", ["UPDATE provider_keys SET tail = ''", "SELECT * FROM provider_keys"])
async def test_while_another_program_holds_the_database_nothing_is_written_and_afterwards_it_is(
    database: Database, tmp_path: Path, held: str
) -> None:
    async with database.bare() as connection:
        for pragma in ("journal_mode=DELETE", "busy_timeout=0"):
            await connection.execute_fetchall(f"PRAGMA {pragma}")
    with closing(sqlite3.connect(tmp_path / "codebell.db", isolation_level=None)) as other:
        other.execute("BEGIN")
        other.execute(held).fetchone()
        with pytest.raises(OperationalError, match="locked"):
            await database.write(NAMED, of=1, name="play")
        other.execute("ROLLBACK")
    assert on_disk(tmp_path) == ["work"]
    await database.write(NAMED, of=1, name="play")
    assert on_disk(tmp_path) == ["play"]


async def test_b_16_what_finds_no_room_on_the_disk_leaves_nothing_and_no_lock(
    database: Database, tmp_path: Path
) -> None:
    async with database.bare() as connection:
        [[pages]] = await connection.execute_fetchall("PRAGMA page_count")
        await connection.execute_fetchall(f"PRAGMA max_page_count={pages}")
    with pytest.raises(OperationalError, match="full"):
        await database.write(NAMED, of=1, name="n" * 100_000)
    assert on_disk(tmp_path) == await labels(database) == ["work"]
    await database.write(NAMED, of=1, name="play")
    assert on_disk(tmp_path) == ["play"]


async def test_what_cannot_be_asked_for_is_told_as_always(database: Database) -> None:
    async with database.bare() as connection:
        await connection.execute("ALTER TABLE provider_keys RENAME COLUMN label TO name")
    with pytest.raises(OperationalError, match="no such column"):
        await database.write(NAMED, of=1, name="play")


async def test_odd_values_are_told_as_a_transaction_tells_them(database: Database) -> None:
    with pytest.raises(StatementError):
        await database.write(REMOVED, at="yesterday")


async def test_whoever_is_cancelled_meanwhile_leaves_all_of_it_and_no_lock(
    database: Database, tmp_path: Path
) -> None:
    writing = asyncio.create_task(_apart(database))
    await asyncio.sleep(0)
    writing.cancel()
    await asyncio.wait([writing])
    assert writing.cancelled()
    assert await labels(database) == on_disk(tmp_path) == ["play"]


async def test_before_the_first_connection_and_after_the_last_it_is_written_all_the_same(
    database: Database, tmp_path: Path
) -> None:
    await database.close()
    await database.write(NAMED, of=1, name="play")
    assert on_disk(tmp_path) == ["play"]


def _many(database: Database) -> list[asyncio.Task[None]]:
    return [asyncio.create_task(database.write(NAMED, of=1, name=f"{each:02}")) for each in range(60)]


async def test_many_at_once_are_committed_together_in_the_order_they_came(
    database: Database, tmp_path: Path
) -> None:
    queue = await counted(database)
    await asyncio.gather(*_many(database))
    assert queue.calls <= STROKES + len(("them all", "commit"))
    assert on_disk(tmp_path) == ["59"]


async def test_what_is_wrong_with_one_of_many_is_told_to_whom_it_concerns(
    database: Database, tmp_path: Path
) -> None:
    writing = [*_many(database), asyncio.create_task(database.write(REMOVED, at="soon"))]
    *told, odd = await asyncio.gather(*writing, return_exceptions=True)
    assert told == [None] * 60
    assert isinstance(odd, StatementError)
    assert on_disk(tmp_path) == ["59"]


@pytest.mark.parametrize("who", [0, 30], ids=["by itself", "with others"])
async def test_whoever_of_many_is_broken_off_breaks_off_nobody_else(
    database: Database, tmp_path: Path, who: int
) -> None:
    writing = _many(database)
    await asyncio.sleep(0)
    writing[who].cancel()
    told = await asyncio.gather(*writing, return_exceptions=True)
    assert [each for each in told if each is not None] == [told[who]]
    assert on_disk(tmp_path) == ["59"]
