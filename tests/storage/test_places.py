"""Where what is said of a group's number goes: there, into its topic, or to its buyer when it is lost."""

from datetime import timedelta

import pytest
from pydantic import SecretStr
from sqlalchemy import select

from storage.chats import ChatStore
from storage.database import Database
from storage.models import Chat, Post, RentalText, Sms, State
from storage.outbox import Kind, OutboxStore, arm
from storage.rentals import RentalStore
from storage.vault import Vault
from tests.storage.shelf import MASTER, NOW, number, put, stored
from tests.storage.test_rentals import rental

TEAM, BUYER, OTHERS = -100, 7, 8
TOPIC = 5


@pytest.fixture
async def chats(database: Database) -> ChatStore:
    """A group with a bought and a rented number of one buyer, and an SMS to each; the cards hang there."""
    key = await stored(database, chat_id=TEAM)
    await put(database, Chat(id=TEAM, kind="supergroup", created_at=NOW, seen_at=NOW))
    bought = number(key, "n", State.RECEIVED, owner_id=BUYER, card_chat_id=TEAM, card_message_id=77)
    await put(database, bought, rental(key, "r", owner_id=BUYER))
    texts = [Sms(id="s", activation_id="n", position=1, code="1234", received_at=NOW)]
    heard = [RentalText(id="t", rental_id="r", position=1, text="1234", received_at=NOW)]
    await put(database, *texts, *heard)
    for kind, subject in ((Kind.CARD, "n"), (Kind.RENTAL, "r")):
        await say(database, kind, subject)
        await OutboxStore(database).keep_in_topic(kind, subject, TOPIC)
    return ChatStore(database, Vault([MASTER]))


async def say(database: Database, kind: Kind, subject: str) -> None:
    async with database.begin() as session:
        await arm(session, kind, subject, TEAM, NOW)


async def posts(database: Database, *kinds: Kind) -> dict[str, Post]:
    async with database.begin() as session:
        return {post.kind: post for post in await session.scalars(select(Post).where(Post.kind.in_(kinds)))}


RINGS = [(Kind.CODE, "s"), (Kind.RENTAL_SMS, "t"), (Kind.DAY_LEFT, "r"), (Kind.HOUR_LEFT, "r")]


@pytest.mark.parametrize(("kind", "subject"), RINGS)
async def test_t_8_what_rings_follows_its_card_into_the_topic(
    database: Database, chats: ChatStore, kind: Kind, subject: str
) -> None:
    await say(database, kind, subject)
    post = (await posts(database, kind))[kind]
    assert (post.chat_id, post.thread_id) == (TEAM, TOPIC)


@pytest.mark.parametrize("lost_first", [True, False])
@pytest.mark.parametrize(("kind", "subject"), RINGS)
async def test_t_7_what_rings_goes_to_the_buyer_of_a_lost_group(
    database: Database, chats: ChatStore, kind: Kind, subject: str, lost_first: bool
) -> None:
    if not lost_first:
        await say(database, kind, subject)
    await chats.mark_unreachable(TEAM, NOW)
    if lost_first:
        await say(database, kind, subject)
    post = (await posts(database, kind))[kind]
    assert (post.chat_id, post.thread_id) == (BUYER, None)


@pytest.mark.parametrize("kind", [Kind.CODE, Kind.RENTAL_SMS])
async def test_t_7_of_several_buyers_each_gets_their_own(
    database: Database, chats: ChatStore, kind: Kind
) -> None:
    key = await stored(database, SecretStr("another-key-of-the-team"), chat_id=TEAM)
    another = number(key, "n2", State.RECEIVED, owner_id=OTHERS)
    await put(database, another, rental(key, "r2", owner_id=OTHERS))
    texts = [Sms(id="s2", activation_id="n2", position=1, code="5678", received_at=NOW)]
    await put(database, *texts, RentalText(id="t2", rental_id="r2", position=1, text="5678", received_at=NOW))
    for each in ("s2", "s") if kind is Kind.CODE else ("t2", "t"):
        await say(database, kind, each)
    await chats.mark_unreachable(TEAM, NOW)
    async with database.begin() as session:
        told = {
            post.subject: post.chat_id for post in await session.scalars(select(Post)) if post.kind == kind
        }
    assert told == ({"s2": OTHERS, "s": BUYER} if kind is Kind.CODE else {"t2": OTHERS, "t": BUYER})


async def test_t_7_cards_go_along_and_what_was_heard_already_stays(
    database: Database, chats: ChatStore
) -> None:
    await say(database, Kind.CODE, "s")
    outbox = OutboxStore(database)
    for kind, message_id in ((Kind.CODE, 78), (Kind.RENTAL, 79)):
        await outbox.sent((await posts(database, kind))[kind], message_id, NOW, None)
    await chats.mark_unreachable(TEAM, NOW)
    moved = await posts(database, *Kind)
    assert (moved["card"].chat_id, moved["rental"].chat_id) == (BUYER, BUYER)
    assert moved["rental"].message_id is None
    assert (moved["code"].chat_id, moved["code"].message_id) == (TEAM, 78)


async def test_t_7_the_numbers_of_a_lost_group_are_shown_to_their_buyer_alone(
    database: Database, chats: ChatStore
) -> None:
    rentals, since = RentalStore(database), NOW - timedelta(days=1)
    assert list(await rentals.recent(BUYER, BUYER, since)) == []
    await chats.mark_unreachable(TEAM, NOW)
    assert [row.id for row in await rentals.recent(BUYER, BUYER, since)] == ["r"]
    assert list(await rentals.recent(OTHERS, OTHERS, since)) == []
    assert list(await rentals.recent(BUYER, TEAM - 1, since)) == []


async def test_a_chat_nobody_saw_that_cannot_be_reached_is_left_alone(
    database: Database, chats: ChatStore
) -> None:
    async with database.begin() as session:
        await arm(session, Kind.CODE, "x", 404, NOW)
    await chats.mark_unreachable(404, NOW)
    due = await OutboxStore(database).chats_due(NOW, frozenset(), 10)
    assert list(due) == [TEAM]
