"""An operator sends one message to many chats: whom to, tried out, asked twice, followed to its end."""

import base64
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from bot.sandbox.telegram.wire import Json
from tests.house import Chat, House, labels, open_house

OPERATOR = 700_000_001
NEWS = "We moved: the new address is below"
#: A picture of one dot.
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


@pytest_asyncio.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(tmp_path, admin_ids=str(OPERATOR)) as made:
        yield made


@pytest_asyncio.fixture
async def operator(house: House) -> Chat:
    """Who runs the bot, in their own chat."""
    one = house.person("Olga")
    assert one.person_id == OPERATOR
    await one.say("/start")
    return one


async def people(house: House, *names: str) -> list[Chat]:
    """So many people who came to the bot."""
    came = [house.person(name) for name in names]
    for one in came:
        await one.say("/start")
    return came


async def draft(operator: Chat, words: str = NEWS) -> None:
    """Write a message, and answer it with the command."""
    await answer(operator, await operator.say(words))


async def answer(operator: Chat, message_id: int) -> None:
    operator.house.human.message(operator.chat_id, operator.person_id, "/broadcast", reply_to=message_id)
    await operator.house.settle()


async def send_to_all(operator: Chat, words: str = NEWS) -> None:
    await draft(operator, words)
    for label in ("All people", "Send to", "Yes, send"):
        await operator.press(label)


def copies(chat: Chat, words: str = NEWS) -> list[Json]:
    return [message for message in chat.messages if message.get("text") == words]


def report(operator: Chat) -> str:
    """The newest message that shows how far it is."""
    return str(operator.find("📣 Broadcast · ")["text"])


async def test_a_message_goes_to_everybody_and_the_report_says_so(house: House, operator: Chat) -> None:
    ann, bob = await people(house, "Ann", "Bob")
    await send_to_all(operator)
    assert [len(copies(one)) for one in (ann, bob, operator)] == [1, 1, 1]
    assert "· sent" in report(operator)
    assert "Sent: 3" in report(operator)
    assert labels(operator.find("· sent")) == ["✏️ Edit all", "🗑 Delete all", "◀ Broadcasts"]


async def test_who_it_is_for_is_chosen_with_the_count_of_each(house: House, operator: Chat) -> None:
    ann, bob = await people(house, "Ann", "Bob")
    await house.connect(ann, house.alpha)
    group = house.group(operator, ann, bob)
    await group.say("/start")
    await draft(operator)
    assert operator.buttons[:4] == [
        "All people · 3",
        "Active people · 3",
        "People with a key · 1",
        "Groups · 1",
    ]
    await operator.press("People with a key")
    assert "For: people with a key" in operator.screen
    await operator.press("Who gets it")
    await operator.press("Groups")
    for label in ("Send to", "Yes, send"):
        await operator.press(label)
    assert [len(copies(one)) for one in (ann, bob, group)] == [0, 0, 1]


async def test_by_language_it_goes_to_who_speaks_it(house: House, operator: Chat) -> None:
    ann, oksana = house.person("Ann"), house.person("Oksana", "uk")
    for one in (ann, oksana):
        await one.say("/start")
    await draft(operator)
    for label in ("By language", "Українська · 1", "Send to 1", "Yes, send to 1"):
        await operator.press(label)
    assert [len(copies(one)) for one in (ann, oksana)] == [0, 1]


async def test_it_is_tried_on_oneself_and_nobody_else_gets_it(house: House, operator: Chat) -> None:
    [ann] = await people(house, "Ann")
    await draft(operator)
    await operator.press("All people")
    await operator.press("Try it")
    assert (len(copies(operator)), len(copies(ann))) == (1, 0)
    assert operator.alert == "So it looks. It went to you alone."
    await operator.press("Send to")
    assert "Really send it to 2 chats?" in operator.find("Really")["text"]


async def test_nothing_is_sent_before_the_last_press_and_once_by_two(house: House, operator: Chat) -> None:
    [ann] = await people(house, "Ann")
    await draft(operator)
    await operator.press("All people")
    await operator.press("Send to")
    assert copies(ann) == []
    yes = operator.last
    clicks = [operator.click("Yes, send", yes) for _ in range(2)]
    await house.settle()
    assert len(copies(ann)) == 1
    assert [operator.answer(click) for click in clicks].count("") == 1


async def test_a_picture_with_its_words_and_link_buttons_goes_as_it_is(house: House, operator: Chat) -> None:
    [ann] = await people(house, "Ann")
    link = {"inline_keyboard": [[{"text": "Look", "url": "https://example.org"}]]}
    said = house.human.upload(operator.chat_id, operator.person_id, "a.png", PIXEL, "News")["message"]
    said["reply_markup"] = link
    await answer(operator, said["message_id"])
    for label in ("All people", "Send to", "Yes, send"):
        await operator.press(label)
    [copy] = [message for message in ann.messages if "photo" in message]
    assert (copy["caption"], copy["reply_markup"]) == ("News", link)


async def test_buttons_that_work_only_where_they_are_are_refused(house: House, operator: Chat) -> None:
    await operator.say("/start")
    await answer(operator, operator.last["message_id"])
    assert "buttons that work only where it hangs" in operator.screen


async def test_an_album_is_refused(house: House, operator: Chat) -> None:
    human, olga = house.human, operator.person_id
    said = human.upload(olga, olga, "a.png", PIXEL, "News", album="1")["message"]
    await answer(operator, said["message_id"])
    assert operator.screen.startswith("An album cannot be copied")


async def test_without_an_answered_message_it_says_how_and_lists_what_was_sent(
    house: House, operator: Chat
) -> None:
    await operator.say("/broadcast")
    assert "answer with /broadcast" in operator.screen
    assert operator.buttons == ["◀ Operator"]
    await send_to_all(operator)
    await operator.say("/broadcast")
    assert operator.buttons[0].startswith("✅ ")
    assert operator.buttons[0].endswith("· 1 · We moved: the new address is below")
    await operator.press("We moved")
    assert "Sent: 1" in operator.screen


async def test_who_blocked_the_bot_is_counted_and_left_out_from_then_on(house: House, operator: Chat) -> None:
    ann, bob = await people(house, "Ann", "Bob")
    house.world.people[bob.person_id].blocked.add(house.world.bot().id)
    await send_to_all(operator)
    assert len(copies(ann)) == 1
    assert "Blocked me or gone: 1" in report(operator)
    await draft(operator, "More news")
    assert operator.buttons[0] == "All people · 2"


async def test_paused_it_waits_and_resumed_it_goes_on(house: House, operator: Chat) -> None:
    await people(house, *"ABCDEFG")
    house.human.fault("copyMessage", retry_after=30, times=None)
    await send_to_all(operator)
    assert "going out" in report(operator)
    await operator.press("Pause")
    house.human.heal("copyMessage")
    await operator.wait(60)
    assert "paused" in report(operator)
    assert "Sent: 0" in report(operator)
    await operator.press("Resume")
    await operator.wait(60)
    assert "Sent: 8" in report(operator)


async def test_cancelled_after_a_question_nobody_else_gets_it(house: House, operator: Chat) -> None:
    [ann] = await people(house, "Ann")
    house.human.fault("copyMessage", retry_after=30, times=None)
    await send_to_all(operator)
    await operator.press("Cancel")
    await operator.press("Yes, end it")
    house.human.heal("copyMessage")
    await operator.wait(60)
    assert copies(ann) == []
    assert "ended early" in report(operator)


async def test_a_flood_limit_is_waited_for_and_burns_no_copy(house: House, operator: Chat) -> None:
    ann, bob = await people(house, "Ann", "Bob")
    house.human.fault("copyMessage", ann.chat_id, retry_after=20)
    await send_to_all(operator)
    await operator.wait(60)
    assert [len(copies(one)) for one in (ann, bob, operator)] == [1, 1, 1]
    assert "Sent: 3" in report(operator)


async def test_what_may_have_been_sent_is_not_sent_again(house: House, operator: Chat) -> None:
    [ann] = await people(house, "Ann")
    house.human.fault("copyMessage", ann.chat_id, code=502, after_processing=True)
    await send_to_all(operator)
    await operator.wait(600)
    assert len(copies(ann)) == 1
    assert "Unsure whether it came: 1" in report(operator)


async def test_a_source_that_is_gone_pauses_it_and_the_operator_hears_of_it(
    house: House, operator: Chat
) -> None:
    [ann] = await people(house, "Ann")
    said = await operator.say(NEWS)
    await answer(operator, said)
    await operator.press("All people")
    house.human.delete(operator.chat_id, [said], operator.person_id)
    await operator.press("Try it")
    assert str(operator.alert).startswith("Telegram does not copy this message")
    await operator.press("Send to")
    await operator.press("Yes, send")
    assert "I paused it: the message to copy is gone" in operator.screen
    assert operator.buttons[:2] == ["▶ Resume", "⏹ Cancel"]
    assert copies(ann) == []


async def test_copies_are_deleted_everywhere_after_a_question(house: House, operator: Chat) -> None:
    ann, bob = await people(house, "Ann", "Bob")
    await send_to_all(operator)
    await operator.press("Delete all")
    assert "older than 48 hours" in operator.find("Delete all copies?")["text"]
    await operator.press("Yes, delete")
    assert [len(copies(one)) for one in (ann, bob)] == [0, 0]
    assert "Deleted in 3 of 3 chats" in report(operator)
    assert "Delete all" not in str(report(operator))


async def test_copies_get_other_words_everywhere(house: House, operator: Chat) -> None:
    ann, bob = await people(house, "Ann", "Bob")
    await send_to_all(operator)
    await operator.press("Edit all")
    await operator.say("We stay <here>")
    assert copies(operator, "We stay <here>") != []
    await operator.press("Yes, edit")
    assert [len(copies(one, "We stay <here>")) for one in (ann, bob)] == [1, 1]
    assert "Edited in 3 of 3 chats" in report(operator)
    assert "We stay <here>" in report(operator)


async def test_after_two_days_copies_can_be_changed_no_more(house: House, operator: Chat) -> None:
    await send_to_all(operator)
    delete = operator.find("· sent")
    await operator.wait(48 * 3600 + 1)
    await operator.press("Delete all", on=delete)
    await operator.press("Yes, delete")
    assert str(operator.alert).startswith("Copies can be changed for 48 hours")


async def test_a_restart_in_the_middle_sends_nobody_a_second_copy(house: House, operator: Chat) -> None:
    everybody = await people(house, *"ABCDEFGHIJKL")
    house.human.fault("copyMessage", everybody[3].chat_id, retry_after=20)
    await send_to_all(operator)
    await house.restart()
    await operator.wait(60)
    assert [len(copies(one)) for one in everybody] == [1] * len(everybody)
    assert "Sent: 13" in report(operator)


async def test_in_quiet_hours_a_copy_makes_no_sound(house: House, operator: Chat) -> None:
    [ann] = await people(house, "Ann")
    await house.codebell.voices.choose(ann.chat_id, quiet_from=0, quiet_to=23 * 60 + 59, utc_offset=0)
    await send_to_all(operator)
    calls = [call["params"] for call in house.sent("copyMessage")]
    silent = {int(call["chat_id"]): "disable_notification" in call for call in calls}
    assert silent == {ann.chat_id: True, operator.chat_id: False}


async def test_the_draft_of_one_operator_is_not_anothers(house: House, operator: Chat) -> None:
    await draft(operator)
    other = house.person("Oscar")
    await other.say("/start")
    await other.forge(operator.data("All people"))
    assert other.alert == "This button is too old. Please open /start again."
    assert "All people" in operator.buttons[0]
