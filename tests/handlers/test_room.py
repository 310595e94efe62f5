"""A busy group: never more than Telegram takes in a minute, and the code comes all the same."""

import re

import pytest
from aiogram.exceptions import TelegramRetryAfter

from bot.paces import TELEGRAM
from bot.room import LEFT
from bot.sandbox.telegram.wire import Json
from handlers.doors import Help, Menu
from tests.handlers.teams import buy, hears, rings, team
from tests.house import Chat, House, labels
from tests.test_paces import most_within

SAYING = ("sendMessage", "editMessageText", "editMessageReplyMarkup", "sendPhoto")
AGAIN = re.compile(
    r"Telegram lets me write 20 times a minute in a group\. Nothing was done: please (press|ask) again in "
    r"(\d+) seconds?\."
)


@pytest.fixture
async def group(chat: Chat, house: House) -> Chat:
    """Ann's group, in a house that keeps Telegram's own paces."""
    await chat.say("/start")
    made = await team(house, chat)
    house.paces = TELEGRAM
    await house.restart()
    return made


def said(group: Chat) -> list[float]:
    """When something was said in a group, edits included."""
    calls = [call for method in SAYING for call in group.house.sent(method)]
    return sorted(call["at"] for call in calls if call["params"]["chat_id"] == group.chat_id)


async def full(group: Chat, left: int) -> None:
    """As much is said as leaves room for so many; the menu comes first."""
    await group.say("/start")
    tempo = group.house.codebell.tempo
    while not tempo.pause(group.chat_id, urgent=True, besides=left):
        tempo.speak(group.chat_id)


def as_it_is(group: Chat, message: Json) -> Json:
    return next(one for one in group.messages if one["message_id"] == message["message_id"])


async def test_thirty_presses_in_a_minute_are_twenty_messages_at_most_and_the_code_comes(
    group: Chat, house: House
) -> None:
    await buy(house, group)
    await group.say("/start")
    menu, alerts = group.last, []
    for number in range(30):
        shown = as_it_is(group, menu)
        await group.press("Help" if "❔ Help" in labels(shown) else "Menu", on=shown)
        alerts.append(group.alert or "")
        house.clock.advance(1.5)
        if number == 24:
            await hears(house, "31337")
            assert rings(group, "your code for Telegram came") == 1
    await house.wait(120)
    assert most_within(said(group), 60.0) <= 20
    assert len([alert for alert in alerts if AGAIN.fullmatch(alert)]) > 5
    assert "came" in str([message["text"] for message in group.messages if "📱" in message["text"]])


async def test_a_press_that_is_turned_away_does_nothing_and_works_when_it_says(
    group: Chat, house: House
) -> None:
    await full(group, LEFT)
    before = group.screen
    await group.press("Help")
    told = AGAIN.fullmatch(group.alert or "")
    assert told is not None
    assert (group.screen, len(group.alert or "") <= 190) == (before, True)
    await group.wait(float(told.group(2)))
    await group.press("Help")
    assert group.screen != before


async def test_a_command_is_turned_away_once_and_then_in_silence(group: Chat, house: House) -> None:
    await full(group, LEFT)
    await group.say("/help")
    assert AGAIN.fullmatch(group.screen)
    [line] = group.news
    await group.say("/help")
    await group.say("/start")
    assert (group.news, group.last) == ([], line)


async def test_talk_and_another_bots_commands_are_none_of_its_business(group: Chat) -> None:
    await full(group, LEFT)
    for words in ("hello everybody", "/help@another_bot"):
        await group.say(words)
        assert group.news == []
    await group.say("/help@codebell_bot")
    assert AGAIN.fullmatch(group.screen)


async def test_the_presses_on_a_card_work_in_a_full_group_and_the_card_follows(
    group: Chat, house: House
) -> None:
    await buy(house, group)
    await house.wait(60)
    await full(group, 0)
    await group.press("Cancel", on=group.find("📱"))
    assert "ancel" in (group.alert or "")
    assert "❌ Cancel" in labels(group.find("📱"))
    await group.wait(62)
    assert "❌ Cancel" not in labels(group.find("📱"))
    assert most_within(said(group), 60.0) <= 20


async def test_what_goes_beyond_the_minute_is_not_even_asked_of_telegram(group: Chat, house: House) -> None:
    await full(group, 0)
    before = len(said(group))
    with pytest.raises(TelegramRetryAfter) as refused:
        await house.codebell.bot.send_message(group.chat_id, "once more")
    assert 0 < refused.value.retry_after <= 61
    assert len(said(group)) == before


async def test_a_private_chat_is_never_turned_away(chat: Chat, house: House) -> None:
    house.paces = TELEGRAM
    await house.restart()
    await chat.say("/start")
    for number in range(24):
        await chat.forge((Menu() if number % 2 else Help()).pack())
        assert not AGAIN.match(chat.alert or "")
        house.clock.advance(0.5)


async def test_one_person_does_not_make_the_bot_silent_for_the_others(
    chat: Chat, house: House, newcomer: Chat
) -> None:
    group = await team(house, chat, newcomer)
    bob = group.seat(newcomer)
    house.paces = TELEGRAM
    await house.restart()
    await group.say("/start")
    for number in range(20):
        await group.forge((Help() if number % 2 else Menu()).pack())
    assert AGAIN.fullmatch(group.alert or "")
    await bob.say("/help")
    assert not AGAIN.fullmatch(bob.screen)


async def test_who_writes_on_is_told_so_once_a_minute(group: Chat, house: House) -> None:
    for _ in range(20):
        await group.say("/help")
    told = [message for message in group.messages if AGAIN.fullmatch(message["text"])]
    assert len(told) == 1


async def test_a_reply_to_the_bot_takes_of_the_same_share(group: Chat, house: House) -> None:
    await group.say("/buy")
    asked = group.last["message_id"]
    for _ in range(20):
        house.human.message(group.chat_id, group.person_id, "telegram us", reply_to=asked)
        await house.settle()
    assert len([one for one in group.messages if AGAIN.fullmatch(one["text"])]) == 1
