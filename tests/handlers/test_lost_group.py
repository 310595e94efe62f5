"""A group that moves, closes a topic or throws the bot out: its numbers stay their buyers', codes arrive."""

import pytest

from storage.models import Eyes, Row
from tests.handlers.teams import buy, hears, rings, team
from tests.house import PATIENCE, Chat, House


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
