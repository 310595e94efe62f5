"""Several people, groups, and what they have not read."""

import re

from playwright.async_api import Page, expect

from tests.browser.page.acting import last_text, opened
from tests.browser.page.fakewire import FakeWire


async def test_another_chats_message_is_a_badge_and_a_number_in_the_title(
    chat: Page, wire: FakeWire, me: int
) -> None:
    wire.add_chat({"id": -100, "type": "supergroup", "title": "QA team"}, [me, 1])
    await wire.tell("chat", chat=wire.chats[-100])
    row = chat.get_by_test_id("chat").filter(has_text="QA team")
    await expect(row).to_be_visible()
    await wire.say(-100, "A number was bought")
    await expect(row.get_by_test_id("unread")).to_have_text("1")
    await expect(chat).to_have_title(re.compile(r"^\(1\) "))
    await row.click()
    await expect(last_text(chat)).to_have_text("A number was bought")
    await expect(chat).to_have_title(re.compile(r"^Codebell"))


async def test_a_new_person_has_a_fresh_chat_of_their_own(chat: Page, wire: FakeWire, me: int) -> None:
    await chat.get_by_test_id("who").click()
    await chat.get_by_test_id("menu-item").filter(has_text="New person").click()
    await chat.get_by_test_id("field-name").fill("Bohdana")
    await chat.get_by_test_id("field-language_code").fill("uk")
    await chat.get_by_test_id("dialog-ok").click()
    await expect(chat.get_by_test_id("who")).to_contain_text("Bohdana")
    await expect(chat.get_by_test_id("start")).to_be_visible()
    assert await wire.heard("user") == [{"name": "Bohdana", "language_code": "uk"}]


async def test_a_group_is_made_with_the_bot_and_each_member_can_speak(
    page: Page, address: str, wire: FakeWire, me: int
) -> None:
    other = wire.add_user("Bohdana")
    chat = await opened(page, address)
    await chat.get_by_test_id("new-group").click()
    await chat.get_by_test_id("field-title").fill("QA team")
    await chat.get_by_test_id("dialog-ok").click()
    await expect(chat.get_by_test_id("chat-title")).to_have_text("QA team")
    await chat.get_by_test_id("speaker").click()
    await chat.get_by_test_id("menu-item").filter(has_text="Bohdana").click()
    await chat.get_by_test_id("composer").fill("hello all")
    await chat.get_by_test_id("composer").press("Enter")
    await expect(last_text(chat)).to_have_text("hello all")
    [made], [added] = await wire.heard("chat"), await wire.heard("add_bot")
    assert (made["title"], made["members"], added["status"]) == ("QA team", [me, other], "administrator")
    assert (await wire.heard("message"))[-1]["user_id"] == other


async def test_blocking_the_bot_takes_the_composer_away_until_restart(
    chat: Page, wire: FakeWire, me: int
) -> None:
    await chat.get_by_test_id("chat-menu").click()
    await chat.get_by_test_id("menu-item").filter(has_text="Block").click()
    await expect(chat.get_by_test_id("composer")).to_be_hidden()
    await chat.get_by_test_id("unblock").click()
    await expect(last_text(chat)).to_have_text("/start")
    await expect(chat.get_by_test_id("composer")).to_be_visible()
