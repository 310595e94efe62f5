"""What is to be said: once, in the order it matters, and only where it can be heard."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from storage.chats import ChatStore
from storage.database import Database
from storage.models import Post
from storage.outbox import PARKED, Kind, OutboxStore, Priority, arm, new_id
from storage.vault import Vault
from tests.storage.shelf import MASTER, NOW, chat, put

Say = Callable[[Kind, str, int, datetime], Awaitable[None]]

LATER = NOW + timedelta(minutes=1)


@pytest.fixture
async def outbox(database: Database) -> OutboxStore:
    await put(database, chat(1), chat(2))
    return OutboxStore(database)


@pytest.fixture
def say(database: Database) -> Say:
    """Puts something in the outbox, as those who have something to say do within their transaction."""

    async def put_in(kind: Kind, subject: str, chat_id: int, at: datetime) -> None:
        async with database.begin() as session:
            await arm(session, kind, subject, chat_id, at)

    return put_in


async def the(database: Database, subject: str = "a") -> Post:
    async with database.begin() as session:
        return (await session.scalars(select(Post).where(Post.subject == subject))).one()


async def due(outbox: OutboxStore, now: datetime = NOW) -> list[str]:
    return [post.subject for post in await outbox.due(now)]


async def test_what_is_armed_twice_is_one_row_that_is_drawn_anew(
    say: Say, outbox: OutboxStore, database: Database
) -> None:
    await asyncio.gather(*(say(Kind.CARD, "a", 1, NOW) for _ in range(5)))
    post = await the(database)
    assert (post.version, post.priority, post.attempts) == (5, Priority.CARD, 0)


async def test_codes_come_before_cards_and_the_longest_waiting_first(say: Say, outbox: OutboxStore) -> None:
    await say(Kind.CARD, "card", 1, NOW - timedelta(hours=1))
    await say(Kind.CODE, "young", 1, NOW)
    await say(Kind.CODE, "old", 2, NOW - timedelta(minutes=1))
    await say(Kind.CODE, "later", 1, LATER)
    assert await due(outbox) == ["old", "young", "card"]
    most_urgent = await outbox.most_urgent(1, NOW)
    assert most_urgent is not None
    assert most_urgent.subject == "young"


async def test_chats_with_a_code_are_served_before_chats_with_cards(say: Say, outbox: OutboxStore) -> None:
    await say(Kind.CARD, "card", 1, NOW - timedelta(hours=1))
    await say(Kind.CODE, "code", 2, NOW)
    assert await outbox.chats_due(NOW, frozenset(), 10) == [2, 1]


async def test_chats_that_are_being_served_are_left_out_and_no_more_are_named_than_fit(
    say: Say,
    outbox: OutboxStore,
) -> None:
    for person in range(1, 6):
        await say(Kind.CODE, f"n{person}", person, NOW)
    assert await outbox.chats_due(NOW, frozenset({1, 2}), 2) == [3, 4]
    assert await outbox.chats_due(NOW, frozenset(), 0) == []
    assert await outbox.chats_due(NOW, frozenset(), -1) == []


async def test_closed_chats_wait_and_others_do_not(say: Say, outbox: OutboxStore, database: Database) -> None:
    chats = ChatStore(database, Vault([MASTER]))
    await say(Kind.CODE, "ann", 1, NOW)
    await say(Kind.CODE, "bob", 2, NOW)
    await chats.block_until(1, LATER)
    assert await due(outbox) == ["bob"]
    assert await outbox.most_urgent(1, NOW) is None
    assert await due(outbox, LATER) == ["ann", "bob"]
    await chats.mark_unreachable(2, NOW)
    assert await outbox.chats_due(LATER, frozenset(), 10) == [1]


async def test_what_is_for_a_chat_out_of_reach_is_parked_until_it_is_back(
    say: Say, outbox: OutboxStore, database: Database
) -> None:
    chats = ChatStore(database, Vault([MASTER]))
    await say(Kind.CODE, "ann", 1, NOW)
    await say(Kind.CODE, "bob", 2, NOW)
    await chats.mark_unreachable(1, NOW)
    await outbox.park(NOW)
    parked = await the(database, "ann")
    assert (parked.next_try_at, parked.failure) == (None, PARKED)
    assert await due(outbox) == ["bob"]
    assert await chats.mark_reachable(1)
    assert await due(outbox) == ["ann", "bob"]


async def test_what_was_delivered_or_is_dead_does_not_come_back_with_its_chat(
    say: Say, outbox: OutboxStore, database: Database
) -> None:
    chats = ChatStore(database, Vault([MASTER]))
    for subject in ("a", "b"):
        await say(Kind.CODE, subject, 1, NOW)
    await outbox.sent(await the(database, "a"), 77, NOW, None)
    await outbox.dead(await the(database, "b"), "TelegramBadRequest")
    await chats.mark_unreachable(1, NOW)
    await outbox.park(NOW)
    await chats.mark_reachable(1)
    assert await due(outbox) == []


async def test_what_was_parked_for_a_group_is_due_where_it_moved(
    say: Say, outbox: OutboxStore, database: Database
) -> None:
    chats = ChatStore(database, Vault([MASTER]))
    await say(Kind.CODE, "team", 1, NOW)
    await chats.mark_unreachable(1, NOW)
    await outbox.park(NOW)
    await chats.migrate(1, -1001)
    assert await outbox.chats_due(NOW, frozenset(), 10) == [-1001]


async def test_an_attempt_is_counted_before_it_is_made_and_given_back(
    say: Say, outbox: OutboxStore, database: Database
) -> None:
    await say(Kind.CODE, "a", 1, NOW)
    post = await the(database)
    await outbox.trying(post)
    await outbox.trying(post)
    assert (await the(database)).attempts == 2
    await outbox.unburnt(post)
    assert (await the(database)).attempts == 1


async def test_what_was_sent_is_done_until_it_will_look_different(
    say: Say, outbox: OutboxStore, database: Database
) -> None:
    await say(Kind.CARD, "a", 1, NOW)
    await outbox.trying(await the(database))
    await outbox.sent(await the(database), 77, NOW, LATER)
    post = await the(database)
    assert (post.sent_at, post.message_id, post.next_try_at, post.attempts) == (NOW, 77, LATER, 0)


@pytest.mark.parametrize("end", ["sent", "dead"])
async def test_what_was_armed_meanwhile_stays_due(
    say: Say, outbox: OutboxStore, database: Database, end: str
) -> None:
    await say(Kind.CARD, "a", 1, NOW)
    post = await the(database)
    await say(Kind.CARD, "a", 1, LATER)
    await (outbox.sent(post, 77, NOW, None) if end == "sent" else outbox.dead(post, "no"))
    assert (await the(database)).next_try_at == LATER


async def test_what_is_dead_stays_as_a_record(say: Say, outbox: OutboxStore, database: Database) -> None:
    await say(Kind.CODE, "a", 1, NOW)
    await outbox.dead(await the(database), "TelegramBadRequest")
    post = await the(database)
    assert (post.next_try_at, post.failure, post.sent_at) == (None, "TelegramBadRequest", None)


def test_ids_are_short_never_the_same_and_fit_a_button() -> None:
    made = {new_id() for _ in range(1000)}
    assert len(made) == 1000
    assert {len(one) for one in made} == {11}
