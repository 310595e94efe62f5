"""Transactions that race, are cancelled or nested; a connection's settings; journals by version."""

import asyncio
import gc
import random
import stat
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, select, text, update
from sqlalchemy.exc import IntegrityError

from storage.database import Database, in_transaction
from storage.models import Chat
from storage.sqlite import PRAGMAS, journal_mode
from tests.storage.shelf import chat, put, shelf, sql, url


async def test_s_2_twenty_who_read_and_then_write_all_succeed_and_none_is_lost(database: Database) -> None:
    await put(database, chat(1))

    async def count_up() -> None:
        for _ in range(5):
            async with database.begin() as session:
                row = await session.get_one(Chat, 1)
                await asyncio.sleep(0)
                row.title = str(int(row.title or "0") + 1)

    await asyncio.gather(*(count_up() for _ in range(20)))
    async with database.begin() as session:
        assert (await session.get_one(Chat, 1)).title == "100"


async def test_s_2_another_program_writing_in_between_is_waited_for(database: Database) -> None:
    await put(database, chat(1))
    other = Database(str(database.url))

    async def take_turns(mine: Database) -> None:
        for _ in range(25):
            async with mine.begin() as session:
                row = await session.get_one(Chat, 1)
                row.title = str(int(row.title or "0") + 1)

    await asyncio.gather(take_turns(database), take_turns(other))
    await other.close()
    async with database.begin() as session:
        assert (await session.get_one(Chat, 1)).title == "50"


async def test_five_who_check_and_then_act_have_one_winner(database: Database) -> None:
    await put(database, chat(1))

    async def grab() -> bool:
        async with database.begin() as session:
            free = await session.scalar(select(Chat.title).where(Chat.id == 1)) == ""
            await asyncio.sleep(0)
            if free:
                await session.execute(update(Chat).where(Chat.id == 1).values(title="taken"))
            return free

    assert sorted(await asyncio.gather(*(grab() for _ in range(5)))) == [False] * 4 + [True]


async def test_an_exception_rolls_everything_back(database: Database) -> None:
    async def fail() -> None:
        async with database.begin() as session:
            session.add(chat(1))
            await session.flush()
            raise LookupError

    with pytest.raises(LookupError):
        await fail()
    async with database.begin() as session:
        assert await session.get(Chat, 1) is None


async def test_inside_a_transaction_one_can_tell(database: Database) -> None:
    async def ask() -> bool:
        return in_transaction()

    assert not in_transaction()
    async with database.begin():
        assert in_transaction()
        assert await asyncio.create_task(ask())
    assert not in_transaction()


async def test_a_task_started_in_a_transaction_is_free_once_that_is_over(database: Database) -> None:
    over = asyncio.Event()

    async def ask_later() -> bool:
        await over.wait()
        return in_transaction()

    async with database.begin():
        task = asyncio.create_task(ask_later())
    over.set()
    assert not await task


async def test_s_9_a_transaction_in_a_transaction_fails_at_once(database: Database) -> None:
    async def nest() -> None:
        async with database.begin(), database.begin():
            pass

    with pytest.raises(RuntimeError, match="inside a transaction"):
        await asyncio.wait_for(nest(), 10)


async def test_cancelled_transactions_leave_all_or_nothing_and_a_working_connection(
    database: Database,
) -> None:
    dice = random.Random(7)

    async def pair(chat_id: int) -> None:
        async with database.begin() as session:
            session.add(chat(chat_id))
            await session.flush()
            await asyncio.sleep(0)
            session.add(chat(-chat_id))

    for chat_id in range(1, 60):
        task = asyncio.create_task(pair(chat_id))
        for _ in range(dice.randrange(40)):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    async with database.begin() as session:
        ids = set(await session.scalars(select(Chat.id)))
    assert ids == {-chat_id for chat_id in ids}


@pytest.mark.parametrize("pragma", ["synchronous", "page_count", "journal_mode"])
async def test_who_is_cancelled_while_it_connects_locks_nobody_out(tmp_path: Path, pragma: str) -> None:
    loop = asyncio.get_running_loop()
    async with shelf(tmp_path) as whole:
        await put(whole, chat(1))
    database = Database(url(tmp_path))
    first = asyncio.create_task(put(database, chat(2)))

    @event.listens_for(database.engine.sync_engine, "connect", insert=True)
    def cancelled(dbapi: Any, _record: object) -> None:
        def look(statement: str) -> None:
            if pragma in statement:
                loop.call_soon_threadsafe(first.cancel)

        if not first.done():
            dbapi.run_async(lambda connection: connection.set_trace_callback(look))

    gc.disable()
    try:
        with pytest.raises(asyncio.CancelledError):
            await first
        await put(database, chat(3))
    finally:
        gc.enable()
        await database.close()


async def test_the_connection_has_its_settings(database: Database) -> None:
    async with database.bare() as connection:
        asked = {
            name: next(iter(await connection.execute_fetchall(f"PRAGMA {name}")))[0]
            for name in ("synchronous", "foreign_keys", "busy_timeout", "secure_delete")
        }
    # Some builds of SQLite have it on by themselves: that it is asked for is what counts.
    assert "secure_delete=ON" in PRAGMAS
    assert asked == {"synchronous": 2, "foreign_keys": 1, "busy_timeout": 10000, "secure_delete": 1}


async def test_what_is_deleted_is_gone_from_the_file_too(database: Database) -> None:
    row = chat(1)
    row.title = "a title nobody else has"
    await put(database, row)
    async with database.begin() as session:
        await session.execute(text("DELETE FROM chats"))
    await database.close()
    assert database.path is not None
    assert b"a title nobody else has" not in database.path.read_bytes()


async def test_values_stay_out_of_the_text_of_errors(database: Database) -> None:
    row, twin = chat(1), chat(1)
    twin.title = "confidential"
    await put(database, row)
    with pytest.raises(IntegrityError) as caught:
        await put(database, twin)
    assert "confidential" not in str(caught.value)


async def test_folder_and_files_are_private(tmp_path: Path) -> None:
    folder = tmp_path / "data" / "deep"
    async with shelf(folder) as database:
        await put(database, chat(1))
        modes = {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert modes == {0o600}


@pytest.mark.parametrize(
    ("version", "mode"),
    [
        ((3, 40, 1), "DELETE"),
        ((3, 44, 5), "DELETE"),
        ((3, 44, 6), "WAL"),
        ((3, 45, 0), "DELETE"),
        ((3, 46, 1), "DELETE"),
        ((3, 50, 4), "DELETE"),
        ((3, 50, 7), "WAL"),
        ((3, 51, 0), "DELETE"),
        ((3, 51, 1), "DELETE"),
        ((3, 51, 2), "DELETE"),
        ((3, 51, 3), "WAL"),
        ((3, 52, 0), "DELETE"),
        ((3, 53, 0), "WAL"),
        ((4, 0, 0), "WAL"),
    ],
)
async def test_s_23_the_journal_of_a_new_database_follows_the_version(
    tmp_path: Path, version: tuple[int, int, int], mode: str
) -> None:
    assert journal_mode(version) == mode
    database = Database(url(tmp_path), version=version)
    await put_nothing(database)
    await database.close()
    assert await mode_of(tmp_path) == mode.lower()


async def put_nothing(database: Database) -> None:
    async with database.begin() as session:
        await session.execute(text("CREATE TABLE something (x INTEGER)"))


async def mode_of(folder: Path) -> object:
    return sql(folder / "codebell.db", "PRAGMA journal_mode")[0][0]


async def test_s_23_an_old_wal_database_keeps_its_mode_with_a_warning(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for version in ((3, 53, 0), (3, 46, 1)):
        database = Database(url(tmp_path), version=version)
        await database.check()
        if version == (3, 53, 0):
            await put_nothing(database)
        await database.close()
    assert await mode_of(tmp_path) == "wal"
    assert [record.levelname for record in caplog.records if "WAL-reset" in record.message] == ["WARNING"]


async def test_s_9_s_23_there_is_one_connection_and_waiting_for_it_ends(tmp_path: Path) -> None:
    async with shelf(tmp_path, patience=0.05) as database, database.bare():
        with pytest.raises(Exception, match="QueuePool limit of size 1"):
            await put(database, chat(1))
