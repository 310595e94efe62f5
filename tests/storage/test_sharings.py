"""The rules of groups and who was met there, also when a group moves."""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from storage.chats import ChatStore
from storage.database import Database
from storage.guests import GuestStore
from storage.links import LinkOver, LinkStore
from storage.menus import MenuStore
from storage.models import Buyers, Eyes, Post, Purpose, SingleUse
from storage.sharings import SharingStore, unset
from storage.vault import Vault
from tests.storage.shelf import MASTER, NOW, stored

OLD, NEW = -100, -1001234567890
LATER = NOW + timedelta(minutes=5)
ANN, BOB = 1, 2


@pytest.fixture
def sharings(database: Database) -> SharingStore:
    return SharingStore(database)


@pytest.fixture
def chats(database: Database) -> ChatStore:
    return ChatStore(database, Vault([MASTER]))


async def test_what_is_chosen_first_makes_the_rules_and_the_rest_is_as_it_begins(
    sharings: SharingStore,
) -> None:
    assert await sharings.of(OLD) is None
    await sharings.set(OLD, NOW, numbers_per_day=3)
    rules = await sharings.set(OLD, LATER, who_sees=Eyes.EVERYONE)
    assert (rules.numbers_per_day, rules.who_sees, rules.created_at, rules.changed_at) == (
        3,
        Eyes.EVERYONE,
        NOW,
        LATER,
    )
    begun = unset(OLD)
    assert (rules.who_buys, rules.spend_per_day) == (begun.who_buys, begun.spend_per_day)
    assert (begun.who_buys, begun.who_sees, begun.active_numbers) == (Buyers.ADMINS, Eyes.BUYER, 0)


async def test_a_group_is_told_of_a_key_anew_where_its_rules_say(
    database: Database, sharings: SharingStore
) -> None:
    key = await stored(database, chat_id=OLD)
    await sharings.key_came(OLD, key.id, NOW)
    await sharings.set(OLD, NOW, thread_id=7)
    await sharings.key_came(OLD, key.id, LATER)
    async with database.begin() as session:
        post = (await session.scalars(select(Post))).one()
    assert (post.dedup, post.version) == (f"key_shared:{key.id}", 2)
    assert (post.chat_id, post.thread_id, post.next_try_at) == (OLD, 7, LATER)


async def test_somebody_is_known_by_their_last_name_and_keeps_what_they_may(sharings: SharingStore) -> None:
    await sharings.met(OLD, BOB, "Bob", NOW)
    await sharings.let_buy(OLD, BOB, True, NOW)
    await sharings.met(OLD, BOB, "Robert" * 20, LATER)
    await sharings.let_buy(OLD, ANN, True, NOW)
    [member] = await sharings.members(OLD)
    assert (member.name, member.may_buy, member.seen_at) == (("Robert" * 20)[:64], True, LATER)


async def test_a_group_that_moves_keeps_its_rules_members_links_and_admission(
    database: Database, sharings: SharingStore, chats: ChatStore
) -> None:
    links, guests, menus = LinkStore(database), GuestStore(database), MenuStore(database)
    await chats.see(OLD, "group", "Team", "uk", NOW)
    await sharings.set(OLD, NOW, spend_per_day=Decimal("7.50"))
    await sharings.set(NEW, LATER, spend_per_day=Decimal(1))
    for chat_id, name in ((OLD, "Bob"), (NEW, "Bobby")):
        await sharings.met(chat_id, BOB, name, NOW)
        await sharings.let_buy(chat_id, BOB, chat_id == OLD, NOW)
        await guests.change(chat_id, {"admitted_at": NOW, "name": name}, None, "", NOW)
        await menus.hang(chat_id, 7, BOB, NOW)
    word = await links.make(Purpose.GROUP_KEY, ANN, NOW, timedelta(minutes=15), person_id=ANN, chat_id=OLD)
    for _ in range(2):
        await chats.migrate(OLD, NEW)
        rules = await sharings.of(NEW)
        assert rules is not None
        assert rules.spend_per_day == Decimal("7.50")
        assert [(one.name, one.may_buy) for one in await sharings.members(NEW)] == [("Bob", True)]
        assert (await links.look(word, ANN, LATER)).chat_id == NEW
        assert [(one.id, one.name) for one in await guests.all()] == [(NEW, "Bob")]
        assert (await menus.owner(OLD, 7), await menus.owner(NEW, 7)) == (None, BOB)
        assert (await sharings.of(OLD), await sharings.members(OLD)) == (None, [])


async def test_who_keeps_something_of_chats_at_hand_is_told_of_a_move(chats: ChatStore) -> None:
    moves = []

    async def note() -> None:
        moves.append("moved")

    chats.moved = note
    await chats.migrate(OLD, NEW)
    assert moves == ["moved"]


async def test_groups_that_somebody_brought_the_bot_into_count_while_it_is_there(
    database: Database, chats: ChatStore
) -> None:
    guests = GuestStore(database)
    for chat_id in (-1, -2, -3, 5):
        await chats.see(chat_id, "group", "Team", "en", NOW)
        await guests.change(chat_id, {"brought_by": ANN}, None, "", NOW)
    assert await guests.groups_of(ANN, -9) == 3
    assert await guests.groups_of(ANN, -3) == 2
    await chats.mark_unreachable(-1, NOW)
    assert await guests.groups_of(ANN, -9) == 2
    assert await guests.groups_of(BOB, -9) == 0


async def test_a_link_is_known_for_a_month_after_its_end_and_then_forgotten(database: Database) -> None:
    links = LinkStore(database)
    word = await links.make(Purpose.GROUP_KEY, ANN, NOW, timedelta(minutes=15), person_id=ANN, chat_id=OLD)
    for days, left in ((30, 1), (31, 0)):
        await links.sweep(NOW + timedelta(days=days))
        async with database.begin() as session:
            assert len((await session.scalars(select(SingleUse))).all()) == left
    with pytest.raises(LinkOver):
        await links.look(word, ANN, NOW)
