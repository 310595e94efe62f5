"""Whatever is typed or pressed: one short, kind, true answer, and nothing in the log to be ashamed of."""

import logging
from typing import Any

import pytest

from bot.greeting import COMMANDS
from bot.log import RedactingFormatter
from tests.house import Chat, House

ODD_TEXTS = [
    "🤖🔥👩‍👩‍👧‍👦",
    "مرحبا بالعالم",
    "abc \u202e gnp.exe",
    "<b>bold</b> &amp; <a href='x'>y</a>",
    "*a* _b_ [c](d) `e`",
    "{0} {service} %s %(x)d {{}}",
    "'; DROP TABLE chats; --",
    " \n\t telegram \n\n x",
    "12345678901234567890",
    "x",
    "z̷̢̛" * 40,
    "𝕿𝖊𝖑𝖊𝖌𝖗𝖆𝖒",
    "?!…",
]


async def test_odd_words_get_one_short_answer(chat: Chat) -> None:
    for text in ODD_TEXTS:
        await chat.say(text)
        assert len(chat.news) == 1, text
        assert len(chat.screen) < 300, text


async def test_odd_words_of_a_newcomer_lead_to_the_first_step(newcomer: Chat) -> None:
    for text in ODD_TEXTS:
        await newcomer.say(text)
        assert newcomer.buttons[0] == "🔑 Add a provider key", text
        assert len(newcomer.news) == 1, text


async def test_odd_words_after_a_command_get_one_short_answer(chat: Chat) -> None:
    for text in ODD_TEXTS:
        await chat.say(f"/buy {text}")
        assert len(chat.news) == 1, text
        assert len(chat.screen) < 300, text


async def test_ten_kilobytes_of_text_get_short_answers(chat: Chat, house: House) -> None:
    await chat.say("lorem ipsum " * 900)
    assert all(len(message["text"]) < 300 for message in chat.news)
    assert 1 <= len(chat.news) <= 3


async def test_an_unknown_command_says_so_and_shows_the_way(chat: Chat) -> None:
    for command in ("/whatever", "/", "/BUY!", "/buy@another_bot", "/привет", "/admin x y"):
        await chat.say(command)
        assert chat.screen == "I do not know this command.", command
        assert chat.buttons == ["◀ Menu", "❔ Help"], command
        assert len(chat.news) == 1, command


async def test_a_command_is_known_in_capitals_too(chat: Chat) -> None:
    for command in COMMANDS:
        for typed in (f"/{command.upper()}", f"/{command.title()}"):
            await chat.say(typed)
            assert chat.screen != "I do not know this command.", typed
    await chat.say("/Start buy_telegram_us")
    assert chat.screen.startswith("Telegram · 🇺🇸 United States")
    await chat.say("/Buy telegram us")
    assert chat.screen.startswith("Telegram · 🇺🇸 United States")


async def test_a_command_in_plain_words_leads_to_what_it_is(chat: Chat, newcomer: Chat) -> None:
    for word, label in (("баланс", "💰 Balance"), ("help", "❔ Help"), ("Cancel", "📋 My numbers")):
        for somebody in (chat, newcomer):
            await somebody.say(word)
            assert somebody.buttons == [label, "◀ Menu"], word
    assert chat.screen == "/cancel – cancel a number"


async def test_words_where_a_button_is_expected_search_the_services(chat: Chat) -> None:
    await chat.say("/buy")
    await chat.say("I want whatsapp please")
    assert chat.screen.startswith("WhatsApp")
    assert len(chat.news) == 1


async def test_a_command_where_an_answer_is_expected_is_a_command(chat: Chat) -> None:
    await chat.say("/buy telegram us")
    await chat.press("Alpha")
    await chat.press("Maximum price")
    await chat.say("/balance")
    assert chat.screen.startswith("Balance")
    assert len(chat.news) == 1


async def test_a_file_is_answered(chat: Chat, house: House) -> None:
    house.human.upload(chat.chat_id, chat.person_id, "notes.txt", b"hello", caption="see this")
    await house.settle()
    assert chat.screen == "I only understand text and buttons."
    assert len(chat.messages) == 1


async def test_a_file_where_a_price_is_expected_leaves_the_question_open(chat: Chat, house: House) -> None:
    await chat.say("/buy telegram us")
    await chat.press("Alpha")
    await chat.press("Maximum price")
    house.human.upload(chat.chat_id, chat.person_id, "price.txt", b"0.5")
    await house.settle()
    assert chat.screen == "I only understand text and buttons."
    await chat.say("0.6")
    assert "At most $0.60" in chat.screen


UNREADABLE = ["", "x", "zz:1:2", "qb", "qb:", "a:z:id", "bs:99999", "bc:telegram:-1:0", "m:extra:parts"]
OUTDATED = [
    "qb:nosuch:seen",
    "ua:nosuch",
    "a:c:nosuch",
    "ko:nosuch",
    "kr:nosuch:1",
    "cp:nosuch",
    "oc:nosuch:tiers",
]
ODD = ["🙂", "bo:telegram:💥", "bc:<b>:0:0", "os:x:y:z", "qo:telegram:k:1", "a:c:" + "x" * 58]


async def test_a_forged_or_outdated_button_gets_exactly_one_answer(chat: Chat, house: House) -> None:
    await chat.say("/start")
    for count, data in enumerate(UNREADABLE + OUTDATED + ODD, start=1):
        await chat.forge(data)
        assert chat.alert is not None, data
        assert len(house.sent("answerCallbackQuery")) == count, data


async def test_a_button_of_a_former_version_says_that_it_is_too_old(chat: Chat) -> None:
    await chat.say("/start")
    await chat.forge("former:button:1")
    assert chat.alert == "This button is too old. Please open /start again."


async def test_an_old_button_after_a_restart_still_works(chat: Chat, house: House) -> None:
    await chat.say("/start")
    await house.restart()
    await chat.press("Buy a number")
    assert "Which service" in chat.screen


async def test_t_20_a_button_on_a_message_the_bot_cannot_see_answers_with_a_new_one(chat: Chat) -> None:
    await chat.say("/start")
    await chat.press("Buy a number", inaccessible=True)
    assert "Which service" in chat.news[0]["text"]


async def test_a_button_whose_message_is_gone_answers_with_a_new_one(chat: Chat, house: House) -> None:
    await chat.say("/start")
    click = chat.click("Buy a number")
    chat.delete(chat.last)
    await house.settle()
    assert chat.answer(click) == ""
    assert "Which service" in chat.screen


async def test_a_press_heard_too_late_to_be_answered_is_still_carried_out(chat: Chat, house: House) -> None:
    await chat.say("/buy telegram us")
    await chat.press("Alpha")
    chat.click("Buy for")
    house.clock.advance(60)
    await house.settle()
    assert "+1 201-555-0001" in chat.screen


async def test_a_screen_that_did_not_change_is_no_error(chat: Chat, house: House) -> None:
    await chat.say("/balance")
    await chat.press("Ask again")
    await chat.press("Ask again")
    assert chat.alert == ""
    assert len(chat.messages) == 1


async def test_an_edited_message_is_not_answered_twice(chat: Chat, house: House) -> None:
    said = await chat.say("telegarm")
    house.human.edit(chat.chat_id, said, chat.person_id, "telegram")
    await house.settle()
    assert len(chat.messages) == 1


async def test_a_strange_update_is_skipped_and_the_next_one_heard(
    chat: Chat, house: House, caplog: pytest.LogCaptureFixture
) -> None:
    house.human.strange_update("message", {"message_id": "what?"})
    house.human.strange_update("telepathy", {"thought": 1})
    await chat.say("/start")
    assert "What shall it be?" in chat.screen
    complaints = [record.message for record in caplog.records if record.levelno >= logging.ERROR]
    assert len(complaints) == 1
    assert "cannot be read" in complaints[0]
    caplog.clear()


async def test_a_mistake_of_ours_is_told_with_a_number_that_stands_in_the_log(
    chat: Chat, house: House, caplog: pytest.LogCaptureFixture
) -> None:
    house.alpha.breaks("services", RuntimeError("a secret detail"))
    await chat.say("/buy")
    assert "Something went wrong on my side (incident" in chat.screen
    assert "secret detail" not in chat.screen
    incident = chat.screen.split("incident ")[1][:6]
    assert any(incident in record.message for record in caplog.records)
    caplog.clear()


@pytest.mark.parametrize("fault", [{"code": 502}, {"drop": True}])
async def test_a_press_whose_message_cannot_be_edited_now_is_answered_by_a_new_one(
    chat: Chat, house: House, fault: dict[str, Any]
) -> None:
    await chat.say("/start")
    house.human.fault("editMessageText", **fault)
    await chat.press("Buy a number")
    assert "Which service" in chat.news[0]["text"]


async def test_what_went_wrong_while_a_press_was_being_shown_is_told_by_its_one_answer(
    chat: Chat, house: House, caplog: pytest.LogCaptureFixture
) -> None:
    await chat.say("/start")
    house.human.fault("editMessageText", code=502)
    house.human.fault("sendMessage", code=502)
    await chat.press("Buy a number")
    assert "Something went wrong on my side (incident" in str(chat.alert)
    assert len(house.sent("answerCallbackQuery")) == 1
    caplog.clear()


async def test_an_answer_of_telegrams_that_nobody_can_read_is_not_quoted_in_the_log(
    chat: Chat, house: House, caplog: pytest.LogCaptureFixture
) -> None:
    house.human.fault("sendMessage", body='{"ok": true, "result": {"text": "code 424242"')
    await chat.say("/numbers")
    assert "Something went wrong on my side (incident" in chat.screen
    [record] = [record for record in caplog.records if record.levelno >= logging.ERROR]
    logged = RedactingFormatter().format(record)
    assert "ClientDecodeError" in logged
    assert "handlers/numbers.py" in logged
    assert "424242" not in logged
    caplog.clear()


async def test_people_do_not_wait_for_each_other(chat: Chat, house: House) -> None:
    crowd = [house.person(f"Person {number}") for number in range(20)]
    for one in crowd:
        house.human.message(one.chat_id, one.person_id, "/start")
    await house.settle()
    assert all("One step to begin" in one.screen for one in crowd)


@pytest.mark.parametrize("settings", [{"access": "allowlist"}])
async def test_a_private_bot_says_so_once_and_is_silent_then(newcomer: Chat) -> None:
    await newcomer.say("/start")
    assert f"Your Telegram id is {newcomer.person_id}" in newcomer.screen
    await newcomer.say("/start")
    assert newcomer.news == []


@pytest.mark.parametrize("settings", [{"access": "allowlist"}])
async def test_a_private_bot_answers_the_buttons_of_who_may_not_come_in(newcomer: Chat) -> None:
    await newcomer.say("/start")
    await newcomer.forge("m")
    assert newcomer.news == []
