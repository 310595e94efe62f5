"""*Show code* and a card that comes anew: what a holder alone is shown of a number in a group."""

import json

import pytest

from bot.providers.base import Capability
from handlers.doors import Act, What
from tests.handlers.teams import buy, hears, rings, team
from tests.house import Chat, House, labels

SMS = "Your Telegram code is 31337"


@pytest.fixture
async def group(chat: Chat, bob: Chat, house: House) -> Chat:
    """Ann and Bob share numbers, and only who bought one sees its codes; both know the bot in private."""
    await chat.say("/start")
    await bob.say("/start")
    return await team(house, chat, bob)


def whispers(group: Chat) -> list[str]:
    """What single people were shown in a group."""
    said = group.house.world.whispers(group.house.world.chats[group.chat_id])
    return [message["text"] for message in said.values()]


async def test_show_code_shows_it_to_the_buyer_alone_and_whispers_all_of_it(
    group: Chat, bob: Chat, house: House
) -> None:
    await buy(house, group)
    await hears(house, "31337", SMS)
    await group.seat(bob).press("Show code")
    await group.press("Show code")
    assert group.alert == f"Telegram: 31337\n{SMS}"
    [said] = whispers(group)
    assert SMS in said


async def test_another_who_presses_show_code_is_told_whose_it_is(
    group: Chat, bob: Chat, house: House
) -> None:
    await buy(house, group)
    await hears(house, "31337", SMS)
    seat = group.seat(bob)
    for button in ("Show code", "Finish", "Another SMS", "Hand over"):
        await seat.press(button)
        assert seat.alert == "Only Ann may do this."
    assert whispers(group) == []


async def test_a_long_sms_is_cut_to_an_alert_and_whispered_whole(group: Chat, house: House) -> None:
    await buy(house, group)
    await hears(house, "31337", "word " * 100)
    await group.press("Show code")
    assert group.alert is not None
    assert group.alert.startswith("Telegram: 31337\nword")
    assert len(group.alert) <= 191
    assert len(whispers(group)[0]) > 400


async def test_who_has_no_private_chat_is_told_where_the_whole_of_a_long_sms_is(
    chat: Chat, bob: Chat, house: House
) -> None:
    group = await team(house, chat, bob)
    await buy(house, group)
    await hears(house, "31337", "word " * 100)
    assert "For the whole SMS open a private chat with me." in group.find("🔔 Ann")["text"]
    await chat.say("/start")
    assert "word word" in chat.find("🔔")["text"]
    await group.press("Another SMS")
    await hears(house, "42424", "word " * 100)
    assert "For the whole SMS" not in group.last["text"]


async def test_where_nothing_can_be_whispered_the_alert_is_enough(group: Chat, house: House) -> None:
    await buy(house, group)
    await hears(house, "31337", SMS)
    house.human.fault("sendMessage", chat_id=group.chat_id, code=400, description="Bad Request: SOMETHING")
    await group.press("Show code")
    assert group.alert == f"Telegram: 31337\n{SMS}"
    assert whispers(group) == []


async def test_a_server_that_shows_it_to_all_shows_nothing_of_the_sms_and_is_asked_once(
    group: Chat, chat: Chat, house: House
) -> None:
    await buy(house, group)
    await hears(house, "31337", SMS)
    said = {
        "message_id": 777,
        "date": 0,
        "chat": {"id": group.chat_id, "type": "supergroup", "title": "Team"},
    }
    body = json.dumps({"ok": True, "result": {**said, "text": "Only you see this message."}})
    house.human.fault("sendMessage", chat_id=group.chat_id, body=body)
    await group.press("Show code")
    assert group.alert == f"Telegram: 31337\n{SMS}"
    assert house.sent("deleteMessage")[-1]["params"]["message_id"] == "777"
    sent = len(house.sent("sendMessage"))
    await group.press("Show code")
    assert (len(house.sent("sendMessage")), whispers(group)) == (sent, [])


async def test_before_an_sms_came_there_is_nothing_to_show(group: Chat, house: House) -> None:
    row = await buy(house, group)
    await group.forge(Act(what=What.SHOW, id=row.id).pack())
    assert group.alert == "No SMS has come yet."


async def test_where_telegram_does_not_tell_who_is_there_a_buyer_reads_their_own(
    group: Chat, house: House
) -> None:
    await buy(house, group)
    await hears(house, "31337", SMS)
    house.human.fault("getChatMember", code=500, times=None)
    await group.press("Show code")
    assert group.alert == f"Telegram: 31337\n{SMS}"


async def test_a_card_that_is_hung_anew_in_the_group_comes_alone_and_once(
    group: Chat, chat: Chat, house: House
) -> None:
    row = await buy(house, group)
    await hears(house, "31337", SMS)
    card, said = Act(what=What.CARD, id=row.id).pack(), len(group.messages)
    await house.wait(10)
    for _ in range(3):
        await group.forge(card)
    assert (len(group.messages), group.alert) == (said + 1, "It came a moment ago: look a little above.")
    assert "👁 Show code" in labels(group.last)
    assert (rings(group, "your code"), rings(chat, "31337"), rings(group, "31337")) == (1, 1, 0)
    await house.wait(10)
    await group.forge(card)
    assert len(group.messages) == said + 2


async def test_in_private_the_copy_alone_comes_anew_also_for_who_left(
    group: Chat, chat: Chat, house: House
) -> None:
    house.alpha.capabilities |= {Capability.FORWARD}
    await buy(house, group)
    await hears(house, "31337", SMS)
    house.human.leave(group.chat_id, chat.person_id)
    await house.wait(61)
    said = len(group.messages)
    await chat.press("Forward calls")
    for _ in range(3):
        await chat.press("Never mind")
    assert (len(group.messages), rings(chat, "31337")) == (said, 2)
