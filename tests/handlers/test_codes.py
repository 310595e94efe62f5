"""The code: a new message that rings, whole and harmless, once, and sooner or later always."""

import pytest

from bot.errors import LimitReached, TooLate, Unavailable
from bot.providers.base import Capability
from handlers.doors import Act, Again, What
from tests.handlers.reading import copied, marked
from tests.house import PATIENCE, Chat, House, labels


async def test_the_code_comes_as_a_new_message_with_a_copy_button(owner: Chat, house: House) -> None:
    house.alpha.delivers("12345", "Your code: 12345", "Telegram")
    await owner.wait(5)
    [message] = owner.news
    head = "🔔 Telegram · +1 201-555-0001\n12345\n"
    assert message["text"] == head + "From Telegram · unverified\nYour code: 12345"
    assert marked(message, "code") == ["12345", "Telegram", "Your code: 12345"]
    assert marked(message, "blockquote") == ["Your code: 12345"]
    assert copied(message, "Copy code") == "12345"
    assert labels(message) == ["📋 Copy code", "✉️ Another SMS", "✅ Finish", "🔁 Buy the same again"]


async def test_the_code_also_stands_on_the_card(owner: Chat, house: House) -> None:
    house.alpha.delivers("12345")
    await owner.wait(5)
    assert "Code: 12345" in owner.messages[0]["text"]


async def test_c_13_a_code_rings_once_however_often_it_is_read(owner: Chat, house: House) -> None:
    house.alpha.delivers("12345")
    await owner.wait(5)
    await owner.press("Another SMS")
    house.alpha.delivers("12345")
    await owner.wait(30)
    await house.restart()
    await owner.wait(10)
    assert len([one for one in owner.messages if one["text"].startswith("🔔")]) == 1


@pytest.mark.parametrize("code", ["000123", "00-123", "G-0042", "12 34", "aB3_x", "٠١٢٣"])
async def test_a_code_survives_as_it_was_written(owner: Chat, house: House, code: str) -> None:
    house.alpha.delivers(code)
    await owner.wait(5)
    [message] = owner.news
    assert marked(message, "code") == [code]
    assert copied(message, "Copy code") == code


async def test_a_hostile_sms_is_shown_as_text_and_cannot_pretend(owner: Chat, house: House) -> None:
    text = "<b>Bank</b> &lt; <a href='https://evil.example'>tap</a> \u202efdp.exe\u2066 {code} \x00 123"
    house.alpha.delivers("123", text, "<i>Bank</i>\u202e")
    await owner.wait(5)
    [message] = owner.news
    assert "<b>Bank</b> &lt; <a href='https://evil.example'>tap</a> fdp.exe {code}" in message["text"]
    assert "From <i>Bank</i> · unverified" in message["text"]
    assert {one["type"] for one in message["entities"]} <= {"bold", "code", "blockquote"}
    assert not set("\u202e\u2066\x00") & set(message["text"])


async def test_an_endless_sms_is_cut_to_what_a_message_holds(owner: Chat, house: House) -> None:
    house.alpha.delivers("123", "🙂<&" * 3500)
    await owner.wait(5)
    [message] = owner.news
    assert message["text"].endswith("…")
    assert copied(message, "Copy code") == "123"


async def test_an_endless_code_is_shown_and_copied_as_far_as_it_fits(owner: Chat, house: House) -> None:
    house.alpha.delivers("9" * 5000)
    await owner.wait(5)
    [message] = owner.news
    assert copied(message, "Copy code") == "9" * 256


async def test_c_14_an_sms_without_a_code_is_shown_with_nothing_to_copy(owner: Chat, house: House) -> None:
    house.alpha.delivers("", "Hello, how are you?")
    await owner.wait(5)
    [message] = owner.news
    assert "Hello, how are you?" in message["text"]
    assert "📋 Copy code" not in labels(message)


async def test_c_14_an_sms_of_hidden_signs_alone_says_so(owner: Chat, house: House) -> None:
    house.alpha.delivers("", "\u200b\u2800\u202e")
    await owner.wait(5)
    [message] = owner.news
    assert "(nothing readable)" in message["text"]
    assert "📋 Copy code" not in labels(message)


async def test_another_sms_is_asked_for_once_and_rings_as_a_new_message(owner: Chat, house: House) -> None:
    house.alpha.delivers("11111")
    await owner.wait(5)
    await owner.press("Another SMS")
    assert owner.alert == "Waiting for another SMS. It comes as a new message."
    assert "✉️ Another SMS" not in owner.buttons
    assert "Waiting for another SMS." in owner.messages[0]["text"]
    house.alpha.delivers("22222")
    await owner.wait(5)
    assert "22222" in owner.news[-1]["text"]
    assert len(house.alpha.called("another_sms")) == 1
    assert "✉️ Another SMS" in owner.buttons


async def test_another_sms_the_provider_refuses_is_told_and_can_be_tried_again(
    owner: Chat, house: House
) -> None:
    house.alpha.delivers("11111")
    await owner.wait(5)
    house.alpha.fails("another_sms", TooLate())
    await owner.press("Another SMS")
    assert owner.alert == "This number has ended; there is nothing left to change."
    assert "Waiting for another SMS" not in owner.messages[0]["text"]


async def test_another_sms_is_not_offered_where_the_provider_has_none(chat: Chat, house: House) -> None:
    house.alpha.capabilities -= {Capability.ANOTHER_SMS}
    await chat.buys()
    house.alpha.delivers("11111")
    await chat.wait(5)
    assert chat.buttons == ["📋 Copy code", "✅ Finish", "🔁 Buy the same again"]


async def test_finish_tells_the_provider_and_closes_the_card(owner: Chat, house: House) -> None:
    house.alpha.delivers("12345")
    await owner.wait(5)
    await owner.press("Finish")
    assert owner.alert == "Finished."
    assert len(house.alpha.called("finish")) == 1
    assert "✅ Finished." in owner.messages[0]["text"]
    assert "✅ Finish" not in owner.buttons


async def test_finish_looks_once_more_for_the_other_sms_that_was_asked_for(owner: Chat, house: House) -> None:
    house.alpha.delivers("11111")
    await owner.wait(5)
    await owner.press("Another SMS")
    house.alpha.delivers("22222")
    await owner.press("Finish")
    assert owner.alert is not None
    assert "once more" in owner.alert
    await owner.wait(5)
    assert "22222" in owner.news[-1]["text"]
    assert house.alpha.called("finish") == []
    await owner.press("Finish")
    assert owner.alert == "Finished."
    assert "✅ Finished." in owner.messages[0]["text"]


async def test_finish_without_the_other_sms_follows_by_itself(owner: Chat, house: House) -> None:
    house.alpha.delivers("11111")
    await owner.wait(5)
    await owner.press("Another SMS")
    await owner.press("Finish")
    await owner.wait(10)
    assert len(house.alpha.called("finish")) == 1
    assert "✅ Finished." in owner.messages[0]["text"]


async def test_finish_of_what_ended_at_the_provider_is_finished(owner: Chat, house: House) -> None:
    house.alpha.delivers("12345")
    await owner.wait(5)
    house.alpha.fails("finish", TooLate())
    await owner.press("Finish")
    assert owner.alert == "Finished."


async def test_finish_the_provider_does_not_hear_can_be_pressed_again(owner: Chat, house: House) -> None:
    house.alpha.delivers("12345")
    await owner.wait(5)
    house.alpha.fails("finish", Unavailable("503"), LimitReached())
    await owner.press("Finish")
    assert owner.alert == "The provider does not answer right now."
    await owner.press("Finish")
    assert owner.alert == "A limit was reached."
    await owner.press("Finish")
    assert owner.alert == "Finished."


async def test_c_5_a_code_cannot_be_cancelled_any_more(owner: Chat, house: House) -> None:
    await owner.wait(40)
    button = owner.data("❌ Cancel")
    house.alpha.delivers("12345")
    await owner.wait(10)
    await owner.forge(button)
    assert owner.alert == "Not cancelled: a code had arrived."
    assert house.alpha.called("cancel") == []


async def test_c_9_a_code_after_the_cancel_is_delivered_and_marked_late(owner: Chat, house: House) -> None:
    await owner.wait(40)
    await owner.press("❌ Cancel")
    await owner.wait(10)
    house.alpha.delivers("98765")
    await owner.wait(9 * 60)
    message = owner.find("🔔")
    assert "98765" in message["text"]
    assert "It came late, after the number had ended." in message["text"]


async def late(owner: Chat, house: House) -> None:
    """A code that came after a cancel with a yes."""
    await owner.wait(40)
    await owner.press("❌ Cancel")
    await owner.wait(10)
    house.alpha.delivers("98765")
    await owner.wait(9 * 60)


async def test_a_late_code_takes_no_refund_back(owner: Chat, house: House) -> None:
    await late(owner, house)
    card = owner.find("📱")["text"]
    assert "❌ Cancelled before this code came: Alpha paid it back." in card
    assert "Finish" not in card
    await owner.say("/stats")
    assert "In doubt: $0.50." in owner.screen
    await owner.say("/history")
    await owner.press("🧾 1")
    assert "Charged: $0.50\nCancelled at 12:00:45: paid back." in owner.screen


async def test_a_number_that_was_given_back_is_dead_whatever_comes_late(owner: Chat, house: House) -> None:
    await late(owner, house)
    assert owner.buttons == ["📋 Copy code", "🔁 Buy the same again"]
    number = Again.unpack(owner.data("Buy the same again")).id
    for what in (What.ANOTHER, What.FINISH):
        await owner.forge(Act(what=what, id=number).pack())
        assert owner.alert == "This number has ended; there is nothing left to change."
    assert house.alpha.called("another_sms") == house.alpha.called("finish") == []


async def test_c_9_a_code_after_the_end_is_delivered_and_marked_late(owner: Chat, house: House) -> None:
    house.alpha.ends()
    await owner.wait(10)
    house.alpha.delivers("98765")
    await owner.wait(5 * 60)
    assert "It came late" in owner.find("98765")["text"]


async def test_ten_minutes_after_the_end_nobody_is_asked_any_more(owner: Chat, house: House) -> None:
    house.alpha.ends()
    await owner.wait(11 * 60)
    polls = len(house.alpha.called("poll"))
    await owner.wait(3600)
    assert len(house.alpha.called("poll")) == polls


async def test_c_1_a_code_comes_after_a_restart_and_nothing_is_bought_again(
    owner: Chat, house: House
) -> None:
    house.alpha.delivers("31337")
    await house.restart()
    await owner.wait(house.alpha.timing.min_poll)
    assert "31337" in owner.find("🔔")["text"]
    assert len(house.alpha.called("buy")) == 1


async def test_c_17_a_clock_that_is_set_back_holds_up_no_code(owner: Chat, house: House) -> None:
    await owner.wait(10)
    house.clock.advance(-3600)
    house.alpha.delivers("31337")
    await house.codebell.watcher.tick()
    await house.codebell.watcher.settle(PATIENCE)
    await owner.wait(0)
    assert "31337" in owner.find("🔔")["text"]


async def test_c_1_a_code_that_came_in_time_rings_although_its_number_is_long_over(
    owner: Chat, house: House
) -> None:
    house.alpha.delivers("31337")
    house.clock.advance(24 * 3600)
    await house.restart()
    await owner.wait(house.alpha.timing.min_poll)
    assert "31337" in owner.find("🔔")["text"]


async def test_a_code_waits_while_telegram_fails(owner: Chat, house: House) -> None:
    house.human.fault("sendMessage", code=502, times=3)
    house.alpha.delivers("31337")
    await owner.wait(120)
    assert len([one for one in owner.messages if "31337" in one["text"] and "🔔" in one["text"]]) == 1


async def test_a_flood_limit_delays_a_code_as_long_as_telegram_asks(owner: Chat, house: House) -> None:
    house.human.fault("sendMessage", retry_after=40)
    house.alpha.delivers("31337")
    await owner.wait(30)
    assert not any("🔔" in one["text"] for one in owner.messages)
    await owner.wait(30)
    assert "31337" in owner.find("🔔")["text"]
