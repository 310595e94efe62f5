"""Groups: who is in them and as what, topics that close, who hides behind the group, what one alone sees."""

import re

from playwright.async_api import Page, expect

from tests.browser.page.acting import button, callback, keyboard, last_text, opened
from tests.browser.page.fakewire import BOT, FakeWire, Json


async def inside(page: Page, address: str, group: Json) -> Page:
    """The page with that group open."""
    await opened(page, address)
    await page.get_by_test_id("chat").filter(has_text=group["title"]).click()
    return page


async def chosen(page: Page, words: str) -> None:
    await page.get_by_test_id("menu-item").filter(has_text=words).click()


async def test_what_is_whispered_is_seen_by_its_receiver_alone(
    page: Page, address: str, wire: FakeWire, me: int
) -> None:
    other = wire.add_user("Bohdana")
    group = wire.add_group(me, other)
    await inside(page, address, group)
    await wire.say(group["id"], "A code came")
    await wire.whisper(group["id"], other, "not for Alex")
    message = await wire.whisper(group["id"], me, "12345", reply_markup=keyboard([callback("Finish")]))
    await expect(last_text(page)).to_have_text("12345")
    await expect(page.get_by_test_id("whisper")).to_have_text("👁 Only you see this message")
    await expect(page.get_by_text("not for Alex")).to_have_count(0)
    await button(page, "Finish").click()
    [click] = await wire.heard("click")
    assert (click["message_id"], click["ephemeral_id"]) == (0, message["ephemeral_message_id"])


async def test_a_whisper_is_edited_and_goes_without_a_trace(
    page: Page, address: str, wire: FakeWire, me: int
) -> None:
    group = wire.add_group(me)
    await inside(page, address, group)
    await wire.say(group["id"], "A code came")
    message = await wire.whisper(group["id"], me, "12345")
    message = await wire.edit(message, text="54321")
    await expect(last_text(page)).to_have_text("54321")
    group["messages"].remove(message)
    gone = [message["ephemeral_message_id"]]
    await wire.tell("deleted", chat_id=group["id"], message_ids=[], ephemeral_message_ids=gone)
    await expect(last_text(page)).to_have_text("A code came")


async def test_a_whisper_to_somebody_else_is_not_unread(
    page: Page, address: str, wire: FakeWire, me: int
) -> None:
    other = wire.add_user("Bohdana")
    group = wire.add_group(me, other)
    await opened(page, address)
    await wire.whisper(group["id"], other, "not for Alex")
    await wire.whisper(group["id"], me, "for Alex")
    row = page.get_by_test_id("chat").filter(has_text="QA team")
    await expect(row.get_by_test_id("unread")).to_have_text("1")
    await expect(row).to_contain_text("for Alex")


async def test_members_are_shown_with_their_parts_and_the_owner_gives_others(
    page: Page, address: str, wire: FakeWire, me: int
) -> None:
    other = wire.add_user("Bohdana")
    group = wire.add_group(me, other)
    await inside(page, address, group)
    await page.get_by_test_id("chat-title").click()
    rows = page.get_by_test_id("member")
    await expect(rows).to_have_text([re.compile("owner"), re.compile("member"), re.compile("member")])
    await rows.nth(1).click()
    await chosen(page, "Make an administrator")
    assert await wire.heard("join") == [{"chat_id": group["id"], "user_id": other, "status": "administrator"}]
    await expect(page.get_by_test_id("dialog")).to_have_count(0)


async def test_the_bot_is_muted_and_somebody_removed_from_the_list_of_members(
    page: Page, address: str, wire: FakeWire, me: int
) -> None:
    other = wire.add_user("Bohdana")
    group = wire.add_group(me, other)
    await inside(page, address, group)
    for row, words in ((2, "Mute"), (1, "Remove")):
        await page.get_by_test_id("chat-menu").click()
        await chosen(page, "Members")
        await page.get_by_test_id("member").nth(row).click()
        await chosen(page, words)
        await expect(page.get_by_test_id("dialog")).to_have_count(0)
    place = {"chat_id": group["id"]}
    assert await wire.heard("add_bot") == [{**place, "user_id": me, "status": "restricted"}]
    assert await wire.heard("expel") == [{**place, "user_id": other, "by": me}]


async def test_a_plain_member_changes_nobody(page: Page, address: str, wire: FakeWire, me: int) -> None:
    other = wire.add_user("Bohdana")
    group = wire.add_group(other, me)
    await inside(page, address, group)
    await page.get_by_test_id("chat-title").click()
    await expect(page.get_by_test_id("member")).to_have_count(3)
    for row in await page.get_by_test_id("member").all():
        await expect(row).to_be_disabled()


async def test_an_administrator_speaks_as_the_group_and_as_themselves_again(
    page: Page, address: str, wire: FakeWire, me: int
) -> None:
    group = wire.add_group(me)
    await inside(page, address, group)
    for words in ("anonymous admin", "Alex"):
        await page.get_by_test_id("speaker").click()
        await chosen(page, words)
        await page.get_by_test_id("composer").fill("/share")
        await page.get_by_test_id("composer").press("Enter")
    said = await wire.heard("message", 2)
    assert [one.get("anonymous") for one in said] == [True, None]


async def test_what_the_group_says_bears_its_name_and_an_administrators_words_their_part(
    page: Page, address: str, wire: FakeWire, me: int
) -> None:
    other = wire.add_user("Bohdana")
    group = wire.add_group(other, me)
    chat = {key: group[key] for key in ("id", "type", "title")}
    wire.users[1087968824] = {"id": 1087968824, "is_bot": True, "first_name": "Group"}
    wire.put(group["id"], 1087968824, text="/share", sender_chat=chat)
    wire.put(group["id"], other, text="hello")
    del wire.users[1087968824]
    await inside(page, address, group)
    await expect(page.get_by_test_id("sender")).to_have_text(["QA team", "Bohdanaowner"])


async def test_a_topic_is_closed_from_its_menu_and_wears_a_lock(
    page: Page, address: str, wire: FakeWire, me: int
) -> None:
    group = wire.add_group(me, is_forum=True)
    place = {"message_thread_id": 5, "is_topic_message": True}
    wire.put(group["id"], me, **place, forum_topic_created={"name": "Codes", "icon_color": 1})
    await inside(page, address, group)
    await page.get_by_test_id("topic-tab").filter(has_text="Codes").click()
    await page.get_by_test_id("chat-menu").click()
    await chosen(page, "Close this topic")
    [closing] = await wire.heard("close_topic")
    assert (closing["thread_id"], closing["closed"]) == (5, True)
    closed = wire.put(group["id"], me, **place, forum_topic_closed={})
    await wire.tell("message", chat_id=group["id"], message=closed)
    await expect(page.get_by_test_id("topic-tab").nth(1)).to_have_text("🔒 Codes")
    await page.get_by_test_id("chat-menu").click()
    await expect(page.get_by_test_id("menu-item").filter(has_text="Open this topic again")).to_be_visible()


async def test_a_button_of_a_group_leads_into_the_private_chat_with_its_payload(
    page: Page, address: str, wire: FakeWire, me: int
) -> None:
    group = wire.add_group(me)
    link = {"text": "Add the key", "url": f"https://t.me/{BOT['username']}?start=abc"}
    wire.put(group["id"], 1, text="Share", reply_markup=keyboard([link]))
    await inside(page, address, group)
    await button(page, "Add the key").click()
    await expect(page.get_by_test_id("chat-title")).to_have_text("Codebell")
    await page.get_by_test_id("start").click()
    await expect(last_text(page)).to_have_text("/start abc")
