import asyncio
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from storage.chats import ChatStore
from storage.database import Database
from storage.models import Post
from storage.outbox import TELEGRAM, Kind, OutboxStore, Priority, new_id
from storage.vault import Vault
from tests.storage.shelf import MASTER, NOW, chat, put

LATER = NOW + timedelta(minutes=1)


@pytest.fixture
async def outbox(database: Database) -> OutboxStore:
    await put(database, chat(1), chat(2))
    return OutboxStore(database)


async def the(database: Database, subject: str = "a") -> Post:
    async with database.begin() as session:
        return (await session.scalars(select(Post).where(Post.subject == subject))).one()


async def due(outbox: OutboxStore, now: datetime = NOW) -> list[str]:
    return [post.subject for post in await outbox.due(now)]


async def test_what_is_armed_twice_is_one_row_that_is_drawn_anew(
    outbox: OutboxStore, database: Database
) -> None:
    await asyncio.gather(*(outbox.arm(Kind.CARD, "a", 1, NOW) for _ in range(5)))
    post = await the(database)
    assert (post.version, post.priority, post.attempts) == (5, Priority.CARD, 0)


async def test_codes_come_before_cards_and_the_longest_waiting_first(outbox: OutboxStore) -> None:
    await outbox.arm(Kind.CARD, "card", 1, NOW - timedelta(hours=1))
    await outbox.arm(Kind.CODE, "young", 1, NOW)
    await outbox.arm(Kind.CODE, "old", 2, NOW - timedelta(minutes=1))
    await outbox.arm(Kind.CODE, "later", 1, LATER)
    assert await due(outbox) == ["old", "young", "card"]
    most_urgent = await outbox.most_urgent(1, NOW)
    assert most_urgent is not None
    assert most_urgent.subject == "young"


async def test_chats_with_a_code_are_served_before_chats_with_cards(outbox: OutboxStore) -> None:
    await outbox.arm(Kind.CARD, "card", 1, NOW - timedelta(hours=1))
    await outbox.arm(Kind.CODE, "code", 2, NOW)
    assert await outbox.chats_due(NOW, frozenset(), 10) == [2, 1]


async def test_chats_that_are_being_served_are_left_out_and_no_more_are_named_than_fit(
    outbox: OutboxStore,
) -> None:
    for person in range(1, 6):
        await outbox.arm(Kind.CODE, f"n{person}", person, NOW)
    assert await outbox.chats_due(NOW, frozenset({1, 2}), 2) == [3, 4]
    assert await outbox.chats_due(NOW, frozenset(), 0) == []
    assert await outbox.chats_due(NOW, frozenset(), -1) == []


async def test_closed_chats_wait_and_others_do_not(outbox: OutboxStore, database: Database) -> None:
    chats = ChatStore(database, Vault([MASTER]))
    await outbox.arm(Kind.CODE, "ann", 1, NOW)
    await outbox.arm(Kind.CODE, "bob", 2, NOW)
    await chats.block_until(1, LATER)
    assert await due(outbox) == ["bob"]
    assert await outbox.most_urgent(1, NOW) is None
    assert await due(outbox, LATER) == ["ann", "bob"]
    await chats.mark_unreachable(2, NOW)
    assert await outbox.chats_due(LATER, frozenset(), 10) == [1]


async def test_telegram_as_a_whole_can_be_closed(outbox: OutboxStore, database: Database) -> None:
    await outbox.arm(Kind.CODE, "ann", 1, NOW)
    await ChatStore(database, Vault([MASTER])).block_until(TELEGRAM, LATER)
    assert await due(outbox) == []
    assert await due(outbox, LATER) == ["ann"]


async def test_an_attempt_is_counted_before_it_is_made_and_given_back(
    outbox: OutboxStore, database: Database
) -> None:
    await outbox.arm(Kind.CODE, "a", 1, NOW)
    post = await the(database)
    await outbox.trying(post)
    await outbox.trying(post)
    assert (await the(database)).attempts == 2
    await outbox.unburnt(post)
    assert (await the(database)).attempts == 1


async def test_what_was_sent_is_done_until_it_will_look_different(
    outbox: OutboxStore, database: Database
) -> None:
    await outbox.arm(Kind.CARD, "a", 1, NOW)
    await outbox.trying(await the(database))
    await outbox.sent(await the(database), 77, NOW, LATER)
    post = await the(database)
    assert (post.sent_at, post.message_id, post.next_try_at, post.attempts) == (NOW, 77, LATER, 0)


@pytest.mark.parametrize("end", ["sent", "dead"])
async def test_what_was_armed_meanwhile_stays_due(outbox: OutboxStore, database: Database, end: str) -> None:
    await outbox.arm(Kind.CARD, "a", 1, NOW)
    post = await the(database)
    await outbox.arm(Kind.CARD, "a", 1, LATER)
    await (outbox.sent(post, 77, NOW, None) if end == "sent" else outbox.dead(post, "no"))
    assert (await the(database)).next_try_at == LATER


async def test_what_is_dead_stays_as_a_record(outbox: OutboxStore, database: Database) -> None:
    await outbox.arm(Kind.CODE, "a", 1, NOW)
    await outbox.dead(await the(database), "TelegramBadRequest")
    post = await the(database)
    assert (post.next_try_at, post.failure, post.sent_at) == (None, "TelegramBadRequest", None)


def test_ids_are_short_never_the_same_and_fit_a_button() -> None:
    made = {new_id() for _ in range(1000)}
    assert len(made) == 1000
    assert {len(one) for one in made} == {11}
