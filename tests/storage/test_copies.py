"""The copies of broadcasts: few rows are due at a time, each is begun once, and a death repeats none."""

import pytest
from sqlalchemy import func, select, text

from storage.broadcasts import BroadcastStore, Change
from storage.copies import CopyStore, Ended, Fate
from storage.database import Database
from storage.models import BroadcastState, Post
from storage.outbox import OutboxStore
from tests.storage.news import NEWS, OLGA, all_ended, announced, posts, row
from tests.storage.shelf import NOW


@pytest.fixture
async def store(database: Database) -> BroadcastStore:
    return await announced(database)


@pytest.fixture
def copies(database: Database) -> CopyStore:
    return CopyStore(database, ahead=20)


async def test_rows_are_made_a_few_at_a_time_and_one_for_each_chat(
    store: BroadcastStore, copies: CopyStore, database: Database
) -> None:
    await copies.feed(NOW)
    await copies.feed(NOW)
    assert len(await posts(database)) == 20
    assert await all_ended(copies) == 50
    assert sorted(post.chat_id for post in await posts(database)) == list(range(1, 51))
    done = await row(store)
    assert (done.state, done.sent, done.total, done.ended_at) == (BroadcastState.DONE, 50, 50, NOW)


async def test_a_copy_is_begun_once_and_never_again_after_a_death(
    store: BroadcastStore, copies: CopyStore
) -> None:
    await copies.feed(NOW)
    first, second, *_ = await copies.next(NOW, 10)
    assert await copies.begin([first], NOW)
    assert not await copies.begin([first], NOW)
    assert await copies.interrupted(NOW) == 1
    assert await copies.begin([second], NOW)
    await copies.ended([Ended(second, Fate.SENT, 5)], NOW)
    assert await all_ended(copies) == 48
    done = await row(store)
    assert (done.sent, done.unsure, done.state) == (49, 1, BroadcastState.DONE)


async def test_what_ended_is_counted_once(store: BroadcastStore, copies: CopyStore) -> None:
    await copies.feed(NOW)
    [one] = await copies.next(NOW, 1)
    assert await copies.begin([one], NOW)
    for _ in range(2):
        await copies.ended([Ended(one, Fate.BLOCKED, None)], NOW)
    assert (await row(store)).blocked == 1


async def test_paused_nothing_is_due_and_what_was_read_before_is_not_begun(
    store: BroadcastStore, copies: CopyStore
) -> None:
    await copies.feed(NOW)
    [one] = await copies.next(NOW, 1)
    assert await store.pause(NEWS, OLGA, NOW)
    assert not await copies.begin([one], NOW)
    assert await copies.next(NOW, 10) == []
    assert await store.resume(NEWS, OLGA, NOW)
    assert await all_ended(copies) == 50


async def test_cancelled_who_has_no_copy_gets_none_and_what_is_under_way_ends(
    store: BroadcastStore, copies: CopyStore, database: Database
) -> None:
    await copies.feed(NOW)
    sent, refused, *_ = await copies.next(NOW, 10)
    assert await copies.begin([sent], NOW)
    assert await copies.begin([refused], NOW)
    assert await store.cancel(NEWS, OLGA, NOW)
    await copies.ended([Ended(sent, Fate.SENT, 5)], NOW)
    await copies.later(refused, NOW)
    assert [post.message_id for post in await posts(database)] == [5]
    assert (await row(store)).sent == 1
    assert not await copies.feed(NOW)


async def test_copies_are_changed_once_each_and_again_after_a_death(
    store: BroadcastStore, copies: CopyStore, database: Database
) -> None:
    await all_ended(copies)
    assert await store.change(await row(store), Change.DELETE, OLGA, NOW)
    assert not await store.change(await row(store), Change.EDIT, OLGA, NOW)
    await copies.feed(NOW)
    [one] = await copies.next(NOW, 1)
    assert await copies.begin([one], NOW)
    assert await copies.interrupted(NOW) == 0
    assert await all_ended(copies, Fate.CHANGED) == 50
    done = await row(store)
    assert (done.changed, done.changing, done.reason, done.sent) == (50, "", "after delete", 50)


async def test_a_group_that_moved_into_a_chat_with_a_copy_gets_no_second_one(
    store: BroadcastStore, copies: CopyStore, database: Database
) -> None:
    await copies.feed(NOW)
    first, second, *_ = await copies.next(NOW, 10)
    async with database.begin() as session:
        moved = await session.get(Post, first.post.id)
        assert moved is not None
        moved.chat_id = second.post.chat_id
    await copies.later(first, NOW)
    chats = [post.chat_id for post in await posts(database)]
    assert len(chats) == len(set(chats)) == 19


async def test_copies_are_not_the_postmans(
    store: BroadcastStore, copies: CopyStore, database: Database
) -> None:
    await copies.feed(NOW)
    outbox = OutboxStore(database)
    assert [post.kind for post in await outbox.due(NOW)] == ["progress"]
    assert await outbox.chats_due(NOW, (), 100) == [OLGA]


async def test_of_two_rows_of_one_chat_only_one_is_begun(
    store: BroadcastStore, copies: CopyStore, database: Database
) -> None:
    await copies.feed(NOW)
    first, second, *_ = await copies.next(NOW, 10)
    async with database.begin() as session:
        moved = await session.get(Post, first.post.id)
        assert moved is not None
        moved.chat_id = second.post.chat_id
    assert [await copies.begin([first], NOW), await copies.begin([second], NOW)] == [[], [second]]


async def test_of_two_rows_of_one_chat_that_are_begun_at_once_one_is_sent(
    store: BroadcastStore, copies: CopyStore, database: Database
) -> None:
    await copies.feed(NOW)
    first, second, third, *_ = await copies.next(NOW, 10)
    async with database.begin() as session:
        moved = await session.get(Post, first.post.id)
        assert moved is not None
        moved.chat_id = second.post.chat_id
    begun = await copies.begin([first, second, third], NOW)
    assert third in begun
    assert len(begun) == 2
    assert len(await posts(database)) == 19


async def test_ends_that_are_noted_at_once_are_each_what_they_were(
    store: BroadcastStore, copies: CopyStore, database: Database
) -> None:
    await copies.feed(NOW)
    due = (await copies.next(NOW, 5))[:4]
    assert await copies.begin(due, NOW) == due
    fates = (Fate.SENT, Fate.BLOCKED, Fate.SENT, Fate.UNSURE)
    ends = [Ended(one, fate, at) for at, (one, fate) in enumerate(zip(due, fates, strict=True), 1)]
    for _ in range(2):
        await copies.ended(ends, NOW)
    done = await row(store)
    assert (done.sent, done.blocked, done.unsure) == (2, 1, 1)
    told = {post.id: (post.message_id, post.failure, post.sent_at) for post in await posts(database)}
    assert [told[one.post.id] for one in due] == [
        *((1, "", NOW), (2, "Blocked", None), (3, "", NOW), (4, "Unsure", None)),
    ]


async def test_what_was_not_changed_can_be_deleted_later(
    store: BroadcastStore, copies: CopyStore, database: Database
) -> None:
    await all_ended(copies)
    assert await store.change(await row(store), Change.EDIT, OLGA, NOW)
    assert await all_ended(copies, Fate.UNCHANGED) == 50
    assert {post.message_id for post in await posts(database)} == {1}
    assert await store.change(await row(store), Change.DELETE, OLGA, NOW)
    assert await all_ended(copies, Fate.CHANGED) == 50


async def test_while_it_is_paused_no_row_of_it_waits(
    store: BroadcastStore, copies: CopyStore, database: Database
) -> None:
    await copies.feed(NOW)
    sent, refused, *_ = await copies.next(NOW, 10)
    assert await copies.begin([sent, refused], NOW) == [sent, refused]
    await store.pause(NEWS, None, NOW, "refused")
    await copies.ended([Ended(sent, Fate.SENT, 5)], NOW)
    await copies.later(refused, NOW)
    assert [post.next_try_at for post in await posts(database)] == [None]
    await store.resume(NEWS, OLGA, NOW)
    assert await all_ended(copies) == 49
    assert sorted(post.chat_id for post in await posts(database)) == list(range(1, 51))


@pytest.mark.parametrize("query", ["codes", "copies"])
async def test_with_very_many_rows_what_is_due_is_found_by_the_index(
    store: BroadcastStore, copies: CopyStore, database: Database, query: str
) -> None:
    """SQLite looks only at rows that are due: `ix_outbox_due`, whatever else the table holds."""
    await copies.feed(NOW)
    priority = "priority < 3" if query == "codes" else "priority = 3"
    plan = f"EXPLAIN QUERY PLAN SELECT id FROM outbox WHERE {priority} AND next_try_at <= 1"  # noqa: S608
    async with database.begin() as session:
        told = [str(line[3]) for line in await session.execute(text(plan))]
        assert await session.scalar(select(func.count()).select_from(Post)) == 21
    assert any("ix_outbox_due" in line for line in told), told
