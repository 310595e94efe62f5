"""A group that moves, closes a topic or throws the bot out: its numbers stay their buyers', codes arrive."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from handlers.confirmation import Look, Several
from handlers.doors import Again, NextOffer, Repeat
from storage.models import Chat as ChatRow
from storage.models import Departure, Eyes, Post, Row
from tests.handlers.conftest import telegram_us
from tests.handlers.teams import buy, hears, rings, team
from tests.house import PATIENCE, Chat, House, labels


@pytest.mark.parametrize("heard", [True, False])
async def test_t_7_thrown_out_of_the_group_the_bot_says_the_code_to_its_buyer_alone(
    chat: Chat, house: House, heard: bool
) -> None:
    bob = house.person("Bob")
    await chat.say("/start")
    await bob.say("/start")
    group = await team(house, chat, bob)
    await buy(house, group)
    if heard:
        house.human.remove_bot(group.chat_id, bob.person_id)
    else:
        words = "Forbidden: bot was kicked from the supergroup chat"
        house.human.fault(chat_id=group.chat_id, code=403, description=words, times=None)
    await hears(house, "31337")
    assert (rings(chat, "31337"), rings(bob, "31337"), rings(group, "31337")) == (1, 0, 0)
    assert "code" in chat.find("Code:")["text"].lower()


async def test_t_7_a_group_that_was_heard_to_throw_the_bot_out_is_not_written_to(
    chat: Chat, house: House
) -> None:
    await chat.say("/start")
    group = await team(house, chat)
    await buy(house, group)
    house.human.remove_bot(group.chat_id, chat.person_id)
    await house.settle()
    before = len(house.human.calls()["calls"])
    await hears(house, "31337")
    called = [str(call["params"].get("chat_id")) for call in house.human.calls()["calls"][before:]]
    assert (called.count(str(group.chat_id)), str(chat.chat_id) in called) == (0, True)
    assert rings(chat, "31337") == 1


async def test_t_7_the_number_of_a_lost_group_is_still_its_buyers(chat: Chat, house: House) -> None:
    await chat.say("/start")
    group = await team(house, chat)
    await buy(house, group)
    house.human.remove_bot(group.chat_id, chat.person_id)
    await house.settle()
    await hears(house, "31337")
    await chat.press("Another SMS")
    await hears(house, "42424")
    assert (rings(chat, "31337"), rings(chat, "42424")) == (1, 1)
    await chat.say("/numbers")
    assert "42424" in chat.screen
    await chat.press("🗂 +1")
    assert "42424" in chat.find("📱")["text"]


@pytest.mark.parametrize("when", ["the start", "housekeeping"])
async def test_t_7_numbers_whose_way_out_was_broken_off_arrive_at_the_start_or_in_housekeeping(
    chat: Chat, house: House, when: str
) -> None:
    await chat.say("/start")
    group = await team(house, chat)
    row = await buy(house, group)
    async with house.database.begin() as session:
        there = await session.get_one(ChatRow, group.chat_id)
        there.unreachable_at = house.clock()
        session.add(Departure(group_id=group.chat_id, reached=house.clock() + timedelta(minutes=1)))
    await (house.restart() if when == "the start" else house.codebell.housekeeping())
    async with house.database.begin() as session:
        [card] = await session.scalars(select(Post).where(Post.dedup == f"card:{row.id}"))
        assert (card.chat_id, card.message_id) == (chat.person_id, None)
        assert await session.get(Departure, group.chat_id) is None


async def test_t_7_a_card_that_left_its_group_offers_nothing_to_buy_with_the_groups_key(
    chat: Chat, house: House
) -> None:
    await chat.say("/start")
    group = await team(house, chat)
    row = await buy(house, group)
    house.human.remove_bot(group.chat_id, chat.person_id)
    await house.settle()
    await house.wait(40)
    await chat.press("❌ Cancel")
    await house.wait(10)
    assert "Cancelled" in chat.find("📱")["text"]
    assert labels(chat.find("📱")) == []
    for button in (Again(id=row.id), NextOffer(id=row.id), Repeat(id=row.id)):
        await chat.forge(button.pack())
        assert chat.alert == "This button belongs to somebody else."


async def test_a_groups_quote_is_not_shown_in_private(chat: Chat, house: House) -> None:
    await chat.say("/start")
    group = await team(house, chat)
    quote = await telegram_us(group, house)
    await house.codebell.quotes.open(quote)
    for button in (Look(nonce=quote.nonce), Several(nonce=quote.nonce, count=2)):
        await chat.forge(button.pack())
        assert chat.alert == "This button belongs to somebody else."


async def test_t_7_a_buyer_who_cannot_be_written_to_gets_the_code_when_they_come(
    chat: Chat, house: House
) -> None:
    cat = house.person("Cat")
    group = (await team(house, chat, cat)).seat(cat)
    await buy(house, group)
    house.human.remove_bot(group.chat_id, chat.person_id)
    house.alpha.delivers("31337")
    await house.wait(3600)
    assert [message for message in cat.messages if "31337" in message["text"]] == []
    calls = len(house.sent("sendMessage"))
    await house.wait(60)
    assert len(house.sent("sendMessage")) == calls
    await cat.say("/start")
    assert rings(cat, "31337") == 1


@pytest.mark.parametrize(
    ("news", "new_first"), [("before", False), ("before", True), ("after", False), ("never", False)]
)
async def test_t_6_a_group_that_moves_gets_its_code_and_a_new_card_at_its_new_place(
    chat: Chat, house: House, news: str, new_first: bool
) -> None:
    group = await team(house, chat, kind="group", sees=Eyes.EVERYONE)
    await buy(house, group)
    edits = len(house.sent("editMessageText"))
    moved = house.human.migrate(group.chat_id, new_first)["chat"]["id"]
    if news == "before":
        await house.settle()
    if news == "never":
        house.world.take_updates()
    house.alpha.delivers("31337")
    house.clock.advance(5)
    if news == "after":
        await house.codebell.watcher.tick()
        await house.codebell.watcher.settle(PATIENCE)
        await house.codebell.postman.round()
        await house.codebell.postman.settle(PATIENCE)
    await house.wait(10)
    after = Chat(house, int(moved), chat.person_id)
    assert rings(after, "31337") == 1
    assert "Code:" in after.find("📱")["text"]
    assert len(house.sent("editMessageText")) == edits
    await house.wait(60)
    assert await nothing_is_left(house, group.chat_id)


@pytest.mark.parametrize("new_first", [True, False])
async def test_t_6_a_number_that_one_person_sees_moves_along_with_its_rule(
    chat: Chat, house: House, new_first: bool
) -> None:
    await chat.say("/start")
    group = await team(house, chat, kind="group")
    await buy(house, group)
    house.alpha.delivers("31337")
    moved = Chat(house, int(house.human.migrate(group.chat_id, new_first)["chat"]["id"]), chat.person_id)
    await house.wait(10)
    assert (rings(chat, "31337"), rings(moved, "31337"), rings(moved, "Ann: your code")) == (1, 0, 1)
    await moved.press("Show code")
    assert moved.alert == "Telegram: 31337"
    assert (await house.codebell.sharings.of(moved.chat_id)) is not None


@pytest.mark.parametrize("how", ["kicked", "deleted", "muted"])
async def test_t_7_out_of_a_group_a_code_rings_once_for_who_holds_the_number_now(
    chat: Chat, house: House, how: str
) -> None:
    bob = house.person("Bob")
    for one in (chat, bob):
        await one.say("/start")
    group = await team(house, chat, bob, kind="group")
    row = await buy(house, group)
    await house.codebell.holders.hand_over(row.id, chat.person_id, bob.person_id, house.clock())
    match how:
        case "kicked":
            house.human.remove_bot(group.chat_id, chat.person_id)
        case "deleted":
            house.human.delete_chat(group.chat_id)
        case "muted":
            words = "Bad Request: not enough rights to send text messages to the chat"
            house.human.fault(chat_id=group.chat_id, code=400, description=words, times=None)
    await hears(house, "31337")
    assert (rings(bob, "31337"), rings(chat, "31337")) == (1, 0)
    assert "Code: 31337" in bob.find("📱")["text"]


async def test_t_7_back_in_the_group_the_line_comes_late_and_the_code_not_again(
    chat: Chat, house: House
) -> None:
    await chat.say("/start")
    group = await team(house, chat)
    await buy(house, group)
    words = "Bad Request: not enough rights to send text messages to the chat"
    house.human.fault(chat_id=group.chat_id, code=400, description=words, times=None)
    await hears(house, "31337")
    house.human.heal()
    await group.say("/numbers")
    assert (rings(chat, "31337"), rings(group, "Ann: your code for Telegram came.")) == (1, 1)


async def test_t_9_the_card_that_somebody_deleted_in_a_group_comes_anew_without_a_code(
    chat: Chat, house: House
) -> None:
    await chat.say("/start")
    group = await team(house, chat)
    await buy(house, group)
    house.human.delete(group.chat_id, [group.find("📱")["message_id"]], chat.person_id)
    await hears(house, "31337")
    assert "The code came: only Ann sees it." in group.find("📱")["text"]
    house.human.delete(group.chat_id, [group.find("your code")["message_id"]], chat.person_id)
    await chat.press("Another SMS")
    await hears(house, "42424")
    assert (rings(group, "your code"), rings(chat, "42424")) == (1, 1)


async def nothing_is_left(house: House, chat_id: int) -> bool:
    """Whether no row of any table names a chat."""
    columns = [
        column
        for table in Row.metadata.sorted_tables
        for column in table.c
        if column.name.endswith("chat_id") or (table.name, column.name) == ("chats", "id")
    ]
    async with house.database.begin() as session:
        found = [await session.scalar(column.table.select().where(column == chat_id)) for column in columns]
    return not any(found)


async def in_topic(chat: Chat, house: House) -> tuple[Chat, int]:
    """A group with topics in which somebody bought a number in one of them; the group and the topic."""
    group = await team(house, chat, sees=Eyes.EVERYONE)
    house.world.chats[group.chat_id].forum = True
    topic = int(house.human.topic(group.chat_id, chat.person_id, "Numbers")["thread_id"])
    await buy(house, group, topic)
    return group, topic


async def test_t_8_the_topic_that_a_group_chose_hears_of_all_its_numbers(chat: Chat, house: House) -> None:
    await chat.say("/start")
    group = await team(house, chat)
    house.world.chats[group.chat_id].forum = True
    topic = int(house.human.topic(group.chat_id, chat.person_id, "Numbers")["thread_id"])
    await house.codebell.sharings.set(group.chat_id, house.clock(), thread_id=topic)
    await buy(house, group, topic + 1000)
    await hears(house, "31337")
    assert group.find("📱")["message_thread_id"] == topic
    assert group.find("🔔")["message_thread_id"] == topic
    assert "message_thread_id" not in chat.find("🔔")


async def test_t_8_what_is_bought_in_a_topic_is_told_in_it(chat: Chat, house: House) -> None:
    group, topic = await in_topic(chat, house)
    await hears(house, "31337")
    assert group.find("🔔")["message_thread_id"] == topic
    assert rings(group, "31337") == 1


@pytest.mark.parametrize("gone", ["close", "delete"])
async def test_t_8_the_code_for_a_topic_that_is_gone_is_told_beside_it(
    chat: Chat, house: House, gone: str
) -> None:
    group, topic = await in_topic(chat, house)
    house.human.add_bot(group.chat_id, chat.person_id, "member")
    (house.human.close_topic if gone == "close" else house.human.delete_topic)(
        group.chat_id, chat.person_id, topic
    )
    await hears(house, "31337")
    assert "message_thread_id" not in group.find("🔔")
    assert rings(group, "31337") == 1
