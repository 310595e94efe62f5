"""Broadcasts as their operator has them: started once as shown, logged, swept after two days."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text

from storage.broadcasts import CHANGEABLE, BroadcastStore, Change
from storage.copies import CopyStore
from storage.database import Database
from storage.hindsight import mistrust
from storage.models import GOES_ON, Broadcast, BroadcastState, Deed
from tests.storage.news import NEWS, OLGA, all_ended, announced, posts, row
from tests.storage.shelf import NOW, put


@pytest.fixture
async def store(database: Database) -> BroadcastStore:
    return await announced(database)


@pytest.fixture
def copies(database: Database) -> CopyStore:
    return CopyStore(database, ahead=20)


async def test_a_broadcast_is_started_once(store: BroadcastStore) -> None:
    assert await store.start(await row(store), OLGA, NOW) is None


async def test_after_two_days_the_rows_go_and_the_figures_stay(
    store: BroadcastStore, copies: CopyStore, database: Database
) -> None:
    await all_ended(copies)
    await store.sweep(NOW + CHANGEABLE - timedelta(seconds=1))
    assert len(await posts(database)) == 50
    await store.sweep(NOW + CHANGEABLE)
    assert await posts(database) == []
    assert (await row(store)).sent == 50
    assert not await store.change(await row(store), Change.DELETE, OLGA, NOW + CHANGEABLE)


async def test_after_a_restore_nothing_is_sent_on(
    store: BroadcastStore, copies: CopyStore, database: Database
) -> None:
    await put(database, Broadcast(id="draft", admin_id=OLGA, source_id=7, created_at=NOW))
    await copies.feed(NOW)
    await mistrust(database, NOW)
    cancelled = await row(store)
    assert (cancelled.state, cancelled.reason) == (BroadcastState.CANCELLED, "restored")
    assert await posts(database) == []
    assert await store.get("draft") is None


async def test_every_deed_stands_in_the_log(store: BroadcastStore, database: Database) -> None:
    await store.pause(NEWS, OLGA, NOW)
    await store.resume(NEWS, OLGA, NOW)
    await store.cancel(NEWS, OLGA, NOW)
    async with database.begin() as session:
        deeds = (await session.scalars(select(Deed))).all()
    assert {deed.what for deed in deeds} == {
        f"broadcast {what}" for what in ("start", "pause", "resume", "cancel")
    }
    assert {deed.about for deed in deeds} == {"all - 50 We moved"}


async def test_words_that_were_kept_meanwhile_are_not_those_meant(
    store: BroadcastStore, copies: CopyStore
) -> None:
    await all_ended(copies)
    meant = await store.word(NEWS, "first", NOW)
    assert meant is not None
    await store.word(NEWS, "second", NOW)
    assert not await store.change(meant, Change.EDIT, OLGA, NOW)


async def test_another_aim_than_the_one_shown_is_not_sent_to(database: Database) -> None:
    store = BroadcastStore(database)
    await put(database, Broadcast(id=NEWS, admin_id=OLGA, source_id=7, created_at=NOW))
    shown = await store.aim(NEWS, "groups", "", NOW)
    assert shown is not None
    await store.aim(NEWS, "all", "", NOW)
    assert await store.start(shown, OLGA, NOW) is None


async def test_a_broadcast_whose_rows_are_gone_is_swept_no_more(
    store: BroadcastStore, copies: CopyStore, database: Database
) -> None:
    await all_ended(copies)
    await store.sweep(NOW + CHANGEABLE)
    asked: list[str] = []
    async with database.bare() as connection:
        await connection.set_trace_callback(asked.append)
    await store.sweep(NOW + CHANGEABLE)
    assert asked
    assert not any("DELETE FROM outbox" in words for words in asked)


async def test_what_goes_on_is_found_by_its_index(database: Database) -> None:
    plan = f"EXPLAIN QUERY PLAN SELECT id FROM broadcasts WHERE {GOES_ON}"  # noqa: S608
    async with database.begin() as session:
        told = [str(line[3]) for line in await session.execute(text(plan))]
    assert any("ix_broadcasts_going" in line for line in told), told
