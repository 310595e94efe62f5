"""What is asked each minute, or each few seconds, is found by an index, however long the tables grow."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import event, select

from storage.asides import pass_on
from storage.database import Database
from storage.gauges import Gauges
from storage.incidents import IncidentStore
from storage.models import IS_OPEN, OPEN, Activation, State
from storage.notice_board import Place
from tests.aloud import Aloud
from tests.storage.shelf import NOW, number, put, stored

HERE = [Place(5)]


@asynccontextmanager
async def listening(database: Database) -> AsyncIterator[tuple[Database, list[tuple[str, Sequence[object]]]]]:
    """The same database, and what it is asked meanwhile, with what is given."""
    aloud, asked = Aloud(database.url), list[tuple[str, Sequence[object]]]()

    def note(
        _connection: object, _cursor: object, statement: str, given: Sequence[object], *_: object
    ) -> None:
        asked.append((statement, given))

    event.listen(aloud.engine.sync_engine, "before_cursor_execute", note)
    yield aloud, asked
    await aloud.close()


async def scans(database: Database, asked: Sequence[tuple[str, Sequence[object]]]) -> list[str]:
    """The tables that are read from end to end for that."""
    plans: list[str] = []
    async with database.bare() as connection:
        for statement, given in asked:
            if statement.startswith(("SELECT", "UPDATE", "DELETE")):
                rows = await connection.execute_fetchall(f"EXPLAIN QUERY PLAN {statement}", given)
                plans += [str(row[3]) for row in rows]
    assert plans
    return [plan for plan in plans if plan.startswith("SCAN") and "INDEX ix_" not in plan]


async def _numbers(database: Database) -> None:
    await Gauges(database).read(NOW)


async def _waiting(database: Database) -> None:
    await IncidentStore(database).waiting("alpha")


async def _lost(database: Database) -> None:
    await IncidentStore(database).tell_lost(HERE, NOW)


async def _resting(database: Database) -> None:
    await IncidentStore(database).put_aside()


async def _moved(database: Database) -> None:
    await IncidentStore(database).move(-5, HERE, NOW)


async def _aside(database: Database) -> None:
    key = await stored(database)
    await put(database, row := number(key, "n", State.WAITING, chat_id=-5))
    async with database.begin() as session:
        await pass_on(session, row, 9, NOW)


@pytest.mark.parametrize("question", [_numbers, _waiting, _lost, _resting, _moved, _aside])
async def test_nothing_is_read_from_end_to_end(
    database: Database, question: Callable[[Database], Awaitable[None]]
) -> None:
    async with listening(database) as (aloud, asked):
        await question(aloud)
    assert await scans(database, asked) == []


async def test_the_words_of_the_index_are_the_open_states(database: Database) -> None:
    words = str(IS_OPEN)
    assert {each for each in State if f"'{each}'" in words} == OPEN
    async with database.begin() as session:
        assert (await session.scalars(select(Activation).where(IS_OPEN))).all() == []


async def test_one_lost_purchase_is_told_once_in_each_place(database: Database) -> None:
    key = await stored(database)
    await put(database, number(key, "n", State.UNKNOWN, next_poll_at=None, created_at=NOW))
    incidents = IncidentStore(database)
    for _ in range(2):
        await incidents.tell_lost([Place(5), Place(6)], NOW)
    assert await incidents.move(5, [Place(6)], NOW)
    assert not await incidents.move(5, [Place(6)], NOW)
