"""The copies of broadcasts: few rows are due at a time, each is begun once, and a death repeats none."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlalchemy import event, func, select, text

from storage.broadcasts import CHANGEABLE, BroadcastStore, Change
from storage.copies import CopyStore, Ended, Fate
from storage.database import Database
from storage.hindsight import mistrust
from storage.models import GOES_ON, Broadcast, BroadcastState, Chat, Deed, Post
from storage.outbox import OutboxStore
from tests.storage.shelf import NOW, put

OLGA = 9000
NEWS = "news"


@pytest.fixture
async def store(database: Database) -> BroadcastStore:
    """Fifty people, and a broadcast to all of them that has started."""
    chats = [Chat(id=one, kind="private", created_at=NOW, seen_at=NOW) for one in range(1, 51)]
    draft = Broadcast(id=NEWS, admin_id=OLGA, source_id=7, title="We moved", created_at=NOW)
    await put(database, *chats, draft)
    made = BroadcastStore(database)
    aimed = await made.aim(NEWS, "all", "", NOW)
    assert aimed is not None
    assert await made.start(aimed, OLGA, NOW) is not None
    return made


@pytest.fixture
def copies(database: Database) -> CopyStore:
    return CopyStore(database, ahead=20)


async def posts(database: Database) -> Sequence[Post]:
    async with database.begin() as session:
        return (await session.scalars(select(Post).where(Post.broadcast == NEWS))).all()


async def all_ended(copies: CopyStore, fate: Fate = Fate.SENT) -> int:
    """Send whatever becomes due; how many were sent."""
    count = 0
    while await copies.feed(NOW) and (due := await copies.next(NOW, 7)):
        for one in due:
            assert await copies.begin([one], NOW)
            await copies.ended([Ended(one, fate, 1)], NOW)
            count += 1
    return count


async def row(store: BroadcastStore) -> Broadcast:
    found = await store.get(NEWS)
    assert found is not None
    return found


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


async def test_a_broadcast_is_started_once(store: BroadcastStore) -> None:
    assert await store.start(await row(store), OLGA, NOW) is None


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


async def test_a_broadcast_whose_rows_are_gone_is_swept_no_more(
    store: BroadcastStore, copies: CopyStore, database: Database
) -> None:
    await all_ended(copies)
    await store.sweep(NOW + CHANGEABLE)
    asked: list[str] = []
    event.listen(database.engine.sync_engine, "before_cursor_execute", lambda *told: asked.append(told[2]))
    await store.sweep(NOW + CHANGEABLE)
    assert not any("DELETE FROM outbox" in words for words in asked)


async def test_what_goes_on_is_found_by_its_index(database: Database) -> None:
    plan = f"EXPLAIN QUERY PLAN SELECT id FROM broadcasts WHERE {GOES_ON}"  # noqa: S608
    async with database.begin() as session:
        told = [str(line[3]) for line in await session.execute(text(plan))]
    assert any("ix_broadcasts_going" in line for line in told), told


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
