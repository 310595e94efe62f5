"""Inline keyboards of every kind, and the answers to their presses."""

import re

from playwright.async_api import Page, expect

from tests.browser.page.acting import button, callback, clipboard, keyboard, last_text, toasted
from tests.browser.page.fakewire import FakeWire


async def test_a_callback_spins_until_its_answer_and_is_sent_once(
    chat: Page, wire: FakeWire, me: int
) -> None:
    message = await wire.say(me, "menu", reply_markup=keyboard([callback("Buy"), callback("Help")]))
    await button(chat, "Buy").dblclick()
    await expect(button(chat, "Buy")).to_have_class(re.compile("busy"))
    await expect(button(chat, "Help")).not_to_have_class(re.compile("busy"))
    clicks = await wire.heard("click")
    assert clicks == [{"chat_id": me, "message_id": message["message_id"], "user_id": me, "data": "buy"}]
    await wire.answer(wire.queries[0], "Bought")
    await toasted(chat, "Bought")
    await expect(button(chat, "Buy")).not_to_have_class(re.compile("busy"))


async def test_the_spinner_outlives_an_edit_of_its_message(chat: Page, wire: FakeWire, me: int) -> None:
    message = await wire.say(me, "menu", reply_markup=keyboard([callback("Buy")]))
    await button(chat, "Buy").click()
    await expect(button(chat, "Buy")).to_have_class(re.compile("busy"))
    await wire.edit(message, text="menu, edited")
    await expect(last_text(chat)).to_have_text("menu, edited")
    await expect(button(chat, "Buy")).to_have_class(re.compile("busy"))
    await wire.answer(wire.queries[0])
    await expect(button(chat, "Buy")).not_to_have_class(re.compile("busy"))


async def test_an_answer_that_overtakes_the_press_still_shows_its_alert(
    chat: Page, wire: FakeWire, me: int
) -> None:
    wire.on_click = lambda query_id, deed: [{"text": "Cancel from 14:02.\n95 s left.", "alert": True}]
    await wire.say(me, "card", reply_markup=keyboard([callback("Cancel")]))
    await button(chat, "Cancel").click()
    await expect(chat.get_by_test_id("alert")).to_contain_text("95 s left.")
    await expect(button(chat, "Cancel")).not_to_have_class(re.compile("busy"))
    await chat.get_by_test_id("alert-ok").click()
    await expect(chat.get_by_test_id("alert")).to_have_count(0)


async def test_a_refused_press_says_why(chat: Page, wire: FakeWire, me: int) -> None:
    wire.refuse["click"] = "the message has no such button now"
    await wire.say(me, "card", reply_markup=keyboard([callback("Old")]))
    await button(chat, "Old").click()
    await toasted(chat, "the message has no such button now")
    await expect(button(chat, "Old")).not_to_have_class(re.compile("busy"))


async def test_copy_text_reaches_the_clipboard(chat: Page, wire: FakeWire, me: int) -> None:
    await wire.say(me, "code", reply_markup=keyboard([{"text": "Copy code", "copy_text": {"text": "00-42"}}]))
    await button(chat, "Copy code").click()
    await toasted(chat, "Copied")
    assert await clipboard(chat) == "00-42"


async def test_copying_works_where_the_browser_offers_no_clipboard(
    chat: Page, wire: FakeWire, me: int
) -> None:
    await chat.evaluate("window.kept = navigator.clipboard")
    await chat.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    await wire.say(me, "code", reply_markup=keyboard([{"text": "Copy code", "copy_text": {"text": "777"}}]))
    await button(chat, "Copy code").click()
    await toasted(chat, "Copied")
    assert await chat.evaluate("window.kept.readText()") == "777"


async def test_a_deep_link_to_the_bot_offers_start_with_its_payload(
    chat: Page, wire: FakeWire, me: int
) -> None:
    link = {"text": "Open", "url": "https://t.me/Codebell_bot?start=buy_tg_GB"}
    await wire.say(me, "card", reply_markup=keyboard([link]))
    await button(chat, "Open").click()
    await chat.get_by_test_id("start").click()
    await expect(last_text(chat)).to_have_text("/start buy_tg_GB")
    await expect(chat.get_by_test_id("composer")).to_be_visible()


async def test_an_answer_with_a_link_to_the_bot_starts_it_at_once(
    chat: Page, wire: FakeWire, me: int
) -> None:
    wire.on_click = lambda query_id, deed: [{"url": "t.me/codebell_bot?start=key_abc"}]
    await wire.say(me, "card", reply_markup=keyboard([callback("Add the key")]))
    await button(chat, "Add the key").click()
    await expect(last_text(chat)).to_have_text("/start key_abc")
