"""What is read at a glance: the same rows, nothing that is not committed, in one hop."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from contextvars import Context
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import bindparam, func, inspect, select, update
from sqlalchemy.exc import OperationalError, StatementError

from storage.database import Database
from storage.models import OPEN, Activation, Key, Row, State
from storage.sight import Sight
from tests.core import put
from tests.storage.shelf import NOW, number, shelf, stored
from tests.storage.somebody import everything_of
from tests.storage.test_hops import counted

KEYS = Sight(select(Key).where(Key.chat_id == bindparam("chat_id")))
LABELS = Sight(select(Key.label).where(Key.removed_at.is_(None)))
TOLD = Sight.of(select(Key.label, Key.balance, Key.created_at).where(Key.created_at <= bindparam("until")))
AT_WORK = Sight(
    select(Activation)
    .where(Activation.state.in_(OPEN), Activation.created_at >= bindparam("since"))
    .limit(bindparam("most"))
)


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    async with shelf(tmp_path) as opened:
        yield opened


def columns(row: Row) -> dict[str, object]:
    return {each.key: getattr(row, each.key) for each in inspect(row).mapper.column_attrs}


async def renamed(database: Database, label: str) -> None:
    async with database.begin() as session:
        await session.execute(update(Key).values(label=label))


async def test_it_shows_the_rows_that_a_transaction_would(database: Database) -> None:
    key = await stored(database)
    [seen] = await database.see(KEYS, chat_id=1)
    assert columns(seen) == columns(key)
    assert inspect(seen).identity == inspect(key).identity
    assert inspect(seen).detached
    assert not inspect(seen).modified
    assert await database.see(KEYS, chat_id=2) == []


async def test_a_row_of_every_table_is_seen_as_in_a_transaction(database: Database) -> None:
    await everything_of(database, 7, "mine")
    for mapper in Row.registry.mappers:
        whole: Sight[Any] = Sight(select(mapper.class_))
        async with database.begin() as session:
            told = [*await session.scalars(whole.statement)]
        seen = await database.see(whole)
        assert [columns(row) for row in seen] == [columns(row) for row in told], mapper
        assert [inspect(row).identity_key for row in seen] == [inspect(row).identity_key for row in told]


async def test_a_row_that_was_seen_can_be_changed_in_a_transaction(database: Database) -> None:
    await stored(database)
    [seen] = await database.see(KEYS, chat_id=1)
    async with database.begin() as session:
        session.add(seen)
        seen.label = "play"
    assert await database.see(LABELS) == ["play"]


async def test_columns_come_as_tuples_in_the_types_of_their_rows(database: Database) -> None:
    key = await stored(database)
    assert await database.see(TOLD, until=NOW) == [("work", key.balance, NOW)]


async def test_what_never_changes_stands_in_the_statement(database: Database) -> None:
    key = await stored(database)
    waiting, ended = number(key, "a", State.WAITING), number(key, "b", State.EXPIRED)
    await put(database, waiting, ended)
    assert [row.id for row in await database.see(AT_WORK, since=NOW, most=5)] == [waiting.id]
    assert await database.see_one(AT_WORK, since=NOW, most=0) is None


async def test_what_is_not_committed_is_not_seen(database: Database) -> None:
    await stored(database)
    async with database.begin() as session:
        await session.execute(update(Key).values(label="half"))
        looking = asyncio.create_task(_apart(database), context=Context())
        await asyncio.wait([looking], timeout=0.05)
        assert not looking.done()
        await session.rollback()
    assert await looking == ["work"]


async def _apart(database: Database) -> list[str]:
    return await database.see(LABELS)


async def test_who_looks_while_it_is_written_looks_again_at_its_end_before_the_next_one(
    database: Database,
) -> None:
    await stored(database)
    async with database.begin() as session:
        await session.execute(update(Key).values(label="first"))
        next_one = asyncio.create_task(renamed(database, "second"), context=Context())
        looking = [asyncio.create_task(_apart(database), context=Context()) for _ in range(20)]
        await asyncio.wait([next_one, *looking], timeout=0.05)
    assert await asyncio.gather(*looking) == [["first"]] * 20
    await next_one
    assert await database.see(LABELS) == ["second"]


async def test_where_the_end_of_a_transaction_is_not_heard_of_a_transaction_is_waited_for(
    database: Database,
) -> None:
    await stored(database)
    async with database.begin() as session:
        await session.execute(update(Key).values(label="half"))
        looking = asyncio.create_task(_apart(database), context=Context())
        await asyncio.wait([looking], timeout=0.05)
        database._glance._waiting.clear()
    assert await looking == ["half"]


async def test_within_a_transaction_nothing_is_seen_beside_it(database: Database) -> None:
    async with database.begin() as session:
        await session.execute(select(func.count()).select_from(Key))
        with pytest.raises(RuntimeError, match="inside a transaction"):
            await database.see(LABELS)


async def test_a_glance_is_one_hop(database: Database) -> None:
    await stored(database)
    queue = await counted(database)
    await database.see(LABELS)
    assert queue.calls == 1


async def test_what_another_program_wrote_is_seen(database: Database, tmp_path: Path) -> None:
    await stored(database)
    assert await database.see(LABELS) == ["work"]
    with closing(sqlite3.connect(tmp_path / "codebell.db", isolation_level=None)) as other:
        other.execute("UPDATE provider_keys SET label = 'other'")
    assert await database.see(LABELS) == ["other"]


async def test_after_the_connection_was_given_back_another_one_is_opened(database: Database) -> None:
    await stored(database)
    await database.see(LABELS)
    await database.close()
    assert await database.see(LABELS) == ["work"]
    await renamed(database, "play")
    assert await database.see(LABELS) == ["play"]


async def test_what_cannot_be_seen_is_told_as_always(database: Database) -> None:
    await stored(database)
    async with database.bare() as connection:
        await connection.execute("ALTER TABLE provider_keys RENAME COLUMN label TO name")
    with pytest.raises(OperationalError, match="no such column"):
        await database.see(LABELS)


@pytest.mark.parametrize(
    "odd", [{"since": "yesterday", "most": 1}, {"since": NOW}, {"since": NOW, "most": {}}]
)
async def test_odd_values_are_told_as_a_transaction_tells_them(
    database: Database, odd: dict[str, object]
) -> None:
    with pytest.raises(StatementError) as seen:
        await database.see(AT_WORK, **odd)
    with pytest.raises(type(seen.value)):
        await _asked_of(database, odd)


async def _asked_of(database: Database, values: dict[str, object]) -> None:
    async with database.begin() as session:
        await session.execute(AT_WORK.statement, values)


async def test_whoever_is_cancelled_at_a_glance_leaves_nothing(database: Database) -> None:
    await stored(database)
    looking = asyncio.create_task(_apart(database))
    await asyncio.sleep(0)
    looking.cancel()
    await asyncio.wait([looking])
    await renamed(database, "play")
    assert await database.see(LABELS) == ["play"]
