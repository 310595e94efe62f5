"""Codes in a group: for everyone, or for who holds the number alone, by the stricter of two rules."""

from datetime import timedelta

import pytest

from bot.providers.base import Capability
from handlers.doors import Act, What
from storage.models import Eyes
from tests.handlers.belongings import Presser
from tests.handlers.reading import copied, marked
from tests.handlers.teams import buy, hears, rings, sees, team
from tests.house import Chat, House, keyboard, labels

SMS = "Your Telegram code is 31337"


@pytest.fixture
async def group(chat: Chat, bob: Chat, house: House) -> Chat:
    """Ann and Bob share numbers, and only who bought one sees its codes; both know the bot in private."""
    await chat.say("/start")
    await bob.say("/start")
    return await team(house, chat, bob)


@pytest.fixture
async def open_group(chat: Chat, bob: Chat, house: House) -> Chat:
    """The same, but everyone sees every code."""
    await chat.say("/start")
    return await team(house, chat, bob, sees=Eyes.EVERYONE)


async def test_the_group_reads_that_a_code_came_and_its_buyer_alone_reads_it(
    group: Chat, chat: Chat, bob: Chat, house: House
) -> None:
    await buy(house, group)
    await hears(house, "31337", SMS)
    line = group.find("🔔 Ann: your code for Telegram came.")
    assert labels(line) == ["👁 Show code", "✉️ Another SMS", "✅ Finish", "🔁 Buy the same again"]
    assert (rings(chat, "31337"), rings(bob, "31337"), rings(group, "31337")) == (1, 0, 0)
    assert SMS in chat.find("🔔")["text"]
    assert "👥 Team" in chat.find("🔔")["text"]
    assert labels(chat.find("🔔")) == ["📋 Copy code", "✉️ Another SMS", "✅ Finish"]
    assert "31337" not in str(group.messages)


async def test_the_card_names_its_buyer_and_no_code(group: Chat, house: House) -> None:
    await buy(house, group)
    card = group.find("📱")
    assert "👤 Bought by: Ann" in card["text"]
    assert "Alpha · $0.50" in card["text"]
    assert "🤝 Hand over" in labels(card)
    await hears(house, "31337", SMS)
    assert "🔔 The code came: only Ann sees it." in group.find("📱")["text"]
    assert "👁 Show code" not in labels(group.find("📱"))


async def test_who_left_the_group_is_shown_nothing_there_and_reads_it_in_private(
    group: Chat, chat: Chat, bob: Chat, house: House
) -> None:
    row = await buy(house, group)
    house.human.leave(group.chat_id, chat.person_id)
    await house.wait(61)
    await hears(house, "31337", SMS)
    assert rings(chat, "31337") == 1
    assert rings(group, "Ann: your code for Telegram came.") == 1
    show = Act(what=What.SHOW, id=row.id).pack()
    assert await Presser(group).press(show) == {show: "You are not in this group any more."}


async def test_a_buyer_without_a_private_chat_has_the_line_and_the_button(
    chat: Chat, bob: Chat, house: House
) -> None:
    group = await team(house, chat, bob)
    await buy(house, group)
    await hears(house, "31337", SMS)
    assert chat.messages == []
    await group.press("Show code")
    assert group.alert == f"Telegram: 31337\n{SMS}"
    await chat.say("/start")
    assert rings(chat, "31337") == 1


async def test_who_left_and_never_came_in_private_reads_the_code_when_they_come(
    chat: Chat, bob: Chat, house: House
) -> None:
    group = await team(house, chat, bob)
    await buy(house, group)
    house.human.leave(group.chat_id, chat.person_id)
    await hears(house, "31337", SMS)
    await house.restart()
    await house.wait(600)
    assert rings(group, "Ann: your code") == 1
    await chat.say("/start")
    assert rings(chat, "31337") == 1


async def test_a_rule_made_stricter_before_it_was_posted_brings_it_to_its_holder_in_private(
    open_group: Chat, chat: Chat, house: House
) -> None:
    await buy(house, open_group)
    await house.codebell.chats.block_until(open_group.chat_id, house.clock() + timedelta(seconds=30))
    await hears(house, "31337", SMS)
    await sees(house, open_group, Eyes.BUYER)
    await house.wait(60)
    assert (rings(open_group, "31337"), rings(open_group, "Ann: your code"), rings(chat, "31337")) == (
        0,
        1,
        1,
    )


async def test_a_buyer_who_blocked_the_bot_has_the_line_and_the_rest_when_they_are_back(
    group: Chat, chat: Chat, house: House
) -> None:
    await buy(house, group)
    house.human.block(chat.person_id)
    await hears(house, "31337", SMS)
    assert rings(group, "your code for Telegram came") == 1
    assert rings(chat, "31337") == 0
    house.human.unblock(chat.person_id)
    await chat.say("/start")
    assert rings(chat, "31337") == 1


async def test_another_sms_and_the_finish_say_nothing_in_the_group(
    group: Chat, chat: Chat, house: House
) -> None:
    await buy(house, group)
    await hears(house, "31337", SMS)
    await group.press("Another SMS")
    assert "⏳ Waiting for another SMS." in group.find("📱")["text"]
    await hears(house, "42424", "And now 42424")
    await chat.press("Finish")
    assert (rings(chat, "31337"), rings(chat, "42424")) == (1, 1)
    assert rings(group, "your code for Telegram came") == 2
    assert "✅ Finished." in group.find("📱")["text"]
    assert "✅ Finish" not in labels(group.find("🔔"))
    assert "✅ Finish" not in labels(chat.find("🔔"))


async def test_calls_are_forwarded_in_private_and_the_phone_stays_there(
    group: Chat, chat: Chat, house: House
) -> None:
    house.alpha.capabilities |= {Capability.FORWARD}
    await buy(house, group)
    await hears(house, "31337", SMS)
    assert "📞 Forward calls" not in labels(group.find("🔔"))
    await chat.press("Forward calls")
    await chat.say("+44 20 7946 0958")
    await chat.press("✅ Forward calls")
    assert "7946" in chat.screen
    assert "7946" not in str(group.messages)


async def test_a_late_code_is_the_buyers_alone_too(group: Chat, chat: Chat, house: House) -> None:
    await buy(house, group)
    house.alpha.ends()
    await house.wait(60)
    house.alpha.delivers("31337", SMS)
    await house.wait(120)
    assert "It came late" in group.find("your code for Telegram came")["text"]
    assert rings(chat, "31337") == 1


async def test_under_a_spoiler_it_is_the_same(group: Chat, chat: Chat, house: House) -> None:
    await house.codebell.voices.choose(chat.chat_id, hide_codes=True)
    await house.codebell.voices.choose(group.chat_id, hide_codes=True)
    await buy(house, group)
    await hears(house, "31337", SMS)
    assert "31337" not in str(group.messages)
    assert "31337" in marked(chat.find("🔔"), "spoiler")


async def test_where_everyone_sees_codes_it_is_posted_whole_and_said_nowhere_else(
    open_group: Chat, chat: Chat, house: House
) -> None:
    await buy(house, open_group)
    await hears(house, "31337", SMS)
    assert SMS in open_group.find("🔔")["text"]
    assert "👤 Bought by: Ann" in open_group.find("🔔")["text"]
    assert copied(open_group.find("🔔"), "Copy code") == "31337"
    assert "Code: 31337" in open_group.find("📱")["text"]
    assert rings(chat, "31337") == 0


async def test_a_rule_made_stricter_hides_what_comes_and_what_is_drawn_anew(
    open_group: Chat, chat: Chat, house: House
) -> None:
    await buy(house, open_group)
    await hears(house, "31337", SMS)
    await sees(house, open_group, Eyes.BUYER)
    await open_group.press("Another SMS")
    said = open_group.find("🔔")
    assert SMS in said["text"]
    assert "31337" not in str(keyboard(said))
    assert "Code:" not in open_group.find("📱")["text"]
    await hears(house, "42424", "And now 42424")
    assert (rings(open_group, "42424"), rings(chat, "42424")) == (0, 1)


async def test_a_rule_made_looser_brings_no_code_of_a_number_that_was_bought_before(
    group: Chat, chat: Chat, house: House
) -> None:
    await buy(house, group)
    await hears(house, "31337", SMS)
    await sees(house, group, Eyes.EVERYONE)
    await group.press("Another SMS")
    await hears(house, "42424", "And now 42424")
    assert (rings(group, "42424"), rings(chat, "42424")) == (0, 1)
    assert "31337" not in str(group.messages)


async def test_what_was_said_without_its_code_gets_none_by_a_rule_of_later(
    open_group: Chat, house: House
) -> None:
    await buy(house, open_group)
    await sees(house, open_group, Eyes.BUYER)
    await hears(house, "31337", SMS)
    await sees(house, open_group, Eyes.EVERYONE)
    await open_group.press("Finish")
    assert "31337" not in str(open_group.find("🔔"))


async def test_after_a_restart_nothing_is_said_twice(group: Chat, chat: Chat, house: House) -> None:
    await buy(house, group)
    await hears(house, "31337", SMS)
    await house.restart()
    await house.wait(60)
    assert (rings(group, "your code"), rings(chat, "31337")) == (1, 1)
