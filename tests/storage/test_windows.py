"""Long tables in windows: every row in exactly one of them, however many share a moment."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from storage.database import Database
from storage.models import Activation, Key, State
from storage.windows import Windowed, windows
from tests.storage.shelf import NOW, number, put, stored

SECOND = timedelta(seconds=1)


@pytest.fixture
async def key(database: Database) -> Key:
    return await stored(database)


async def fill(database: Database, key: Key, *seconds: int) -> None:
    for each, after in enumerate(seconds):
        await put(database, number(key, f"n{each}", State.FINISHED, created_at=NOW + SECOND * after))


async def read(database: Database, *given: object, size: int = 2) -> list[list[str]]:
    found = []
    async for few in windows(database, Activation.created_at, *given, size=size):  # type: ignore[arg-type]
        async with database.begin() as session:
            ids = select(Activation.id).where(few).order_by(Activation.created_at, Activation.id)
            found.append(list(await session.scalars(ids)))
    return found


async def seen(database: Database, *given: Any, size: int = 2) -> list[list[str]]:
    """The same at a glance each; within a window in no order."""
    windowed = Windowed(Activation.created_at, select(Activation.id).where, size=size)
    return [sorted(few) async for few in windowed.read(database, *given)]


async def test_each_window_has_as_many_as_it_may(database: Database, key: Key) -> None:
    await fill(database, key, 0, 1, 2, 3, 4)
    assert await read(database) == [["n0", "n1"], ["n2", "n3"], ["n4"]]


async def test_those_of_one_moment_stay_together(database: Database, key: Key) -> None:
    await fill(database, key, 0, 0, 0, 0, 1)
    assert sorted(each for few in await read(database) for each in few) == ["n0", "n1", "n2", "n3", "n4"]
    assert ["n0", "n1", "n2", "n3"] in await read(database, NOW)


async def test_none_is_read_before_or_after(database: Database, key: Key) -> None:
    await fill(database, key, 0, 1, 2, 3, 4)
    assert await read(database, NOW + SECOND, NOW + SECOND * 4) == [["n1", "n2"], ["n3"]]


async def test_of_nothing_there_is_one_empty_window(database: Database) -> None:
    assert await read(database) == [[]]


async def test_few_are_seen_in_one_window_and_more_in_several(database: Database, key: Key) -> None:
    await fill(database, key, 0, 1, 2, 3, 4)
    assert await seen(database, NOW, size=5) == [["n0", "n1", "n2", "n3", "n4"]]
    assert await seen(database, NOW) == [["n0", "n1"], ["n2", "n3"], ["n4"]]
    assert await seen(database, NOW + SECOND, NOW + SECOND * 4) == [["n1", "n2"], ["n3"]]


async def test_those_of_one_moment_are_seen_together(database: Database, key: Key) -> None:
    await fill(database, key, 0, 0, 0, 0, 1)
    assert await seen(database, NOW) == [["n0", "n1", "n2", "n3"], ["n4"]]


async def test_of_the_newest_only_so_many_are_seen(database: Database, key: Key) -> None:
    await fill(database, key, 0, 1, 2, 3, 4)
    assert await seen(database, NOW, None, 3) == [["n2", "n3"], ["n4"]]
    assert await seen(database, NOW, NOW + SECOND * 4, 1) == [["n3"]]


async def test_of_nothing_one_empty_window_is_seen(database: Database) -> None:
    assert await seen(database, NOW) == [[]]
