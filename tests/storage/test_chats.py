"""Chats: seen, reached, moved with everything they have."""

import asyncio
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import event, select

from bot.errors import BrokenKey
from storage.chats import ChatStore
from storage.database import Database
from storage.forms import FormStore
from storage.keys import KeyStore
from storage.models import Activation, Chat, Post, Row, State
from storage.outbox import PARKED, OutboxStore
from storage.preferences import PreferenceStore
from storage.vault import Vault
from tests.storage.shelf import MASTER, NOW, SECRET, number, put, sql, stored

OLD, NEW = -100, -1001234567890
LATER = NOW + timedelta(minutes=5)


@pytest.fixture
def chats(database: Database) -> ChatStore:
    return ChatStore(database, Vault([MASTER]))


async def found(chats: ChatStore, chat_id: int) -> Chat:
    chat = await chats.get(chat_id)
    assert chat is not None
    return chat


async def test_a_group_seen_again_is_as_it_is_now_but_keeps_its_language(chats: ChatStore) -> None:
    await chats.see(-1, "group", "Team", "uk", NOW)
    await chats.see(-1, "group", "Teams", "ru", LATER)
    chat = await found(chats, -1)
    assert (chat.title, chat.language, chat.created_at, chat.seen_at) == ("Teams", "uk", NOW, LATER)


async def test_a_person_is_followed_into_another_language_until_one_is_chosen(
    database: Database, chats: ChatStore
) -> None:
    for language in ("uk", "ru", ""):
        await chats.see(1, "private", "Ann", language, NOW)
    assert await chats.language(1) == "ru"
    await PreferenceStore(database).speak(1, "vi", "ru")
    await chats.see(1, "private", "Ann", "uk", NOW)
    assert await chats.language(1) == "vi"


async def test_what_was_chosen_in_a_group_that_moves_stays_chosen(
    database: Database, chats: ChatStore
) -> None:
    store = PreferenceStore(database)
    for chat_id, hides in ((OLD, True), (NEW, False)):
        await chats.see(chat_id, "group", "Team", "uk", NOW)
        await store.choose(chat_id, hide_codes=hides)
        await store.cap(chat_id, "USD", Decimal(1 if hides else 2))
        await store.star(chat_id, 7, "telegram", NOW)
    for _ in range(2):
        await chats.migrate(OLD, NEW)
        assert (await store.of(NEW)).hide_codes
        assert await store.ceilings(NEW) == {"USD": Decimal(1)}
        assert await store.favourites(NEW, 7) == ["telegram"]


async def test_long_titles_and_languages_are_cut_to_their_columns(chats: ChatStore) -> None:
    chat = await chats.see(1, "group", "x" * 300, "en-GB-oxendict", NOW)
    assert (len(chat.title), chat.language) == (128, "en-GB-ox")


async def test_the_language_of_a_stranger_is_not_known(chats: ChatStore) -> None:
    assert await chats.language(404) == ""


async def test_a_flood_limit_is_kept_even_for_a_chat_never_seen(chats: ChatStore) -> None:
    await chats.block_until(0, LATER)
    assert (await found(chats, 0)).blocked_until == LATER
    await chats.block_until(0, None)
    assert (await found(chats, 0)).blocked_until is None
    await chats.block_until(5, None)
    assert await chats.get(5) is None


async def test_the_first_chat_known_by_its_flood_alone_still_gets_its_language(chats: ChatStore) -> None:
    await chats.block_until(1, LATER)
    await chats.see(1, "private", "Ann", "vi", NOW)
    assert await chats.language(1) == "vi"


async def test_unreachable_since_the_first_failure_until_told_otherwise(chats: ChatStore) -> None:
    await chats.see(1, "private", "Ann", "en", NOW)
    await chats.mark_unreachable(1, NOW)
    await chats.mark_unreachable(1, LATER)
    await chats.see(1, "private", "Ann", "en", LATER)
    assert (await found(chats, 1)).unreachable_at == NOW
    await chats.mark_reachable(1)
    assert (await found(chats, 1)).unreachable_at is None


async def test_a_group_that_moves_takes_everything_along(database: Database, chats: ChatStore) -> None:
    await chats.see(OLD, "group", "Team", "uk", NOW)
    key = await stored(database, chat_id=OLD)
    post = Post(
        id="p", dedup="p", kind="card", subject="n", chat_id=OLD, priority=1, created_at=NOW, message_id=7
    )
    await put(database, number(key, "n", State.WAITING, card_chat_id=OLD, card_message_id=7), post)
    await FormStore(database).put(OLD, 5, "typing", {}, LATER)
    await chats.migrate(OLD, NEW)
    await chats.migrate(OLD, NEW)
    assert await leftovers(database, OLD) == []
    chat = await found(chats, NEW)
    assert (chat.kind, chat.title, chat.language) == ("supergroup", "Team", "uk")
    keys = KeyStore(database, Vault([MASTER]))
    assert [row.id for row in await keys.list(NEW)] == [key.id]
    assert (await keys.open(key.id, NEW)).get_secret_value() == SECRET.get_secret_value()
    assert await FormStore(database).get(NEW, 5, NOW) == ("typing", {})


async def leftovers(database: Database, chat_id: int) -> list[str]:
    """The columns of any table that still name the chat."""
    columns = [
        column
        for table in Row.metadata.sorted_tables
        for column in table.c
        if column.name.endswith("chat_id") or (table.name, column.name) == ("chats", "id")
    ]
    async with database.begin() as session:
        return [
            str(column)
            for column in columns
            if (await session.scalars(select(column).where(column == chat_id))).first()
        ]


async def test_t_6_what_waited_for_a_group_out_of_reach_is_due_where_it_moved(
    database: Database, chats: ChatStore
) -> None:
    outbox = OutboxStore(database)
    await chats.see(OLD, "group", "Team", "uk", NOW)
    post = Post(id="p", dedup="p", kind="code", subject="n", chat_id=OLD, priority=0, created_at=NOW)
    post.failure = PARKED
    await put(database, post)
    assert await outbox.chats_due(LATER, (), 9) == []
    await chats.migrate(OLD, NEW)
    assert await outbox.chats_due(LATER, (), 9) == [NEW]


async def test_old_message_ids_are_forgotten_as_they_mean_others_there(
    database: Database, chats: ChatStore
) -> None:
    key = await stored(database, chat_id=OLD)
    post = Post(
        id="p", dedup="p", kind="card", subject="n", chat_id=OLD, priority=1, created_at=NOW, message_id=7
    )
    await put(database, number(key, "n", State.WAITING, card_chat_id=OLD, card_message_id=7), post)
    await chats.migrate(OLD, NEW)
    async with database.begin() as session:
        card = await session.get_one(Activation, "n")
        assert (card.card_chat_id, card.card_message_id) == (None, None)
        assert (await session.get_one(Post, "p")).message_id is None


async def test_a_chat_known_on_both_sides_becomes_one(database: Database, chats: ChatStore) -> None:
    await chats.see(OLD, "group", "Team", "uk", NOW)
    await chats.see(NEW, "supergroup", "Team!", "en", LATER)
    forms = FormStore(database)
    await forms.put(OLD, 5, "old", {}, LATER)
    await forms.put(NEW, 5, "new", {}, LATER)
    await chats.migrate(OLD, NEW)
    assert await chats.get(OLD) is None
    chat = await found(chats, NEW)
    assert (chat.title, chat.language, chat.created_at) == ("Team!", "uk", NOW)
    assert await forms.get(NEW, 5, NOW) == ("new", {})


async def test_a_broken_key_does_not_keep_a_group_from_moving(database: Database, chats: ChatStore) -> None:
    key = await stored(database, chat_id=OLD)
    assert database.path is not None
    sql(database.path, "UPDATE provider_keys SET ciphertext = ?", b"changed by somebody else")
    await chats.migrate(OLD, NEW)
    keys = KeyStore(database, Vault([MASTER]))
    assert [row.id for row in await keys.list(NEW)] == [key.id]
    with pytest.raises(BrokenKey):
        await keys.open(key.id, NEW)


async def test_who_is_broken_off_as_a_move_is_committed_leaves_nobody_with_what_is_out_of_date(
    database: Database, chats: ChatStore
) -> None:
    told = []

    async def note() -> None:
        told.append("moved")

    chats.moved = note
    await chats.see(OLD, "group", "Team", "uk", NOW)
    task = asyncio.ensure_future(chats.migrate(OLD, NEW))
    event.listen(database.engine.sync_engine, "commit", lambda _: task.cancel(), once=True)
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await chats.get(NEW) is not None
    assert told == ["moved"]


def test_every_column_that_names_a_chat_is_one_the_move_knows() -> None:
    names = {
        column.name for table in Row.metadata.sorted_tables for column in table.c if "chat" in column.name
    }
    assert names == {"chat_id", "card_chat_id"}


async def test_a_chat_that_is_lost_again_and_again_is_found_each_time(chats: ChatStore) -> None:
    await chats.see(1, "private", "Ann", "uk", NOW)
    for _ in range(2):
        assert not await chats.mark_reachable(1)
        await chats.mark_unreachable(1, LATER)
        assert await chats.mark_reachable(1)
        assert (await found(chats, 1)).unreachable_at is None


async def test_who_was_heard_and_forgotten_and_is_out_of_reach_since_is_found_when_seen(
    database: Database, chats: ChatStore
) -> None:
    """A chat that is only written to is made by others: to be reached it has to be seen."""
    await chats.see(1, "private", "Ann", "uk", NOW)
    assert not await chats.mark_reachable(1)
    assert database.path is not None
    sql(database.path, "UPDATE chats SET unreachable_at = ?", NOW.timestamp())
    await chats.see(1, "private", "Ann", "uk", LATER)
    assert await chats.mark_reachable(1)


async def test_who_was_seen_within_reach_needs_no_look_of_its_own(
    database: Database, chats: ChatStore
) -> None:
    """One process owns the database: what another one writes there is not heard of."""
    await chats.see(1, "private", "Ann", "uk", NOW)
    assert database.path is not None
    sql(database.path, "UPDATE chats SET unreachable_at = ?", NOW.timestamp())
    assert not await chats.mark_reachable(1)
