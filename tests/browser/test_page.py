"""The chat page in a real Chromium, with the test as the bot on the other end of the wire."""

import re
import struct
import zlib
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import web
from playwright.async_api import Locator, Page, ViewportSize, expect

from tests.browser.fakewire import FakeWire, Json, site

PHONE = ViewportSize(width=390, height=844)
HOSTILE = "<img src=x onerror=\"document.title='owned'\"><b>not bold</b> & <script>1</script>"


@pytest_asyncio.fixture(loop_scope="session")
async def wire() -> FakeWire:
    return FakeWire()


@pytest_asyncio.fixture(loop_scope="session")
async def address(wire: FakeWire) -> AsyncIterator[str]:
    runner = web.AppRunner(wire.app(), shutdown_timeout=1)
    await runner.setup()
    serving = web.TCPSite(runner, "127.0.0.1", 0)
    await serving.start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}/"
    await runner.cleanup()


@pytest.fixture
def me(wire: FakeWire) -> int:
    """A person who has pressed START."""
    user_id = wire.add_user("Alex")
    wire.put(user_id, user_id, text="/start")
    return user_id


async def opened(page: Page, address: str) -> Page:
    await page.goto(address)
    await expect(page.locator("body")).to_have_attribute("data-online", "true")
    return page


@pytest_asyncio.fixture(loop_scope="session")
async def chat(page: Page, address: str, me: int) -> Page:
    return await opened(page, address)


def keyboard(*rows: list[Json]) -> Json:
    return {"inline_keyboard": list(rows)}


def callback(text: str, data: str | None = None) -> Json:
    return {"text": text, "callback_data": data or text.lower()}


def entity(kind: str, text: str, part: str, **more: Any) -> Json:
    """An entity over `part` of `text`, counted in UTF-16 units as Telegram does."""

    def units(words: str) -> int:
        return len(words.encode("utf-16-le")) // 2

    return {"type": kind, "offset": units(text[: text.index(part)]), "length": units(part), **more}


def png(width: int, height: int) -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    pixels = (b"\0" + b"\x50\x90\xd0" * width) * height
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(pixels)) + chunk(b"IEND", b"")


def bubbles(page: Page) -> Locator:
    return page.get_by_test_id("bubble")


def last_text(page: Page) -> Locator:
    return bubbles(page).last.get_by_test_id("text")


def button(page: Page, text: str) -> Locator:
    return page.get_by_test_id("inline-button").filter(has_text=text)


async def clipboard(page: Page) -> str:
    return str(await page.evaluate("navigator.clipboard.readText()"))


# The first minute.


async def test_a_newcomer_finds_one_start_button_and_pressing_it_sends_start(
    page: Page, address: str, wire: FakeWire
) -> None:
    await opened(page, address)
    await expect(page.get_by_test_id("hint")).to_contain_text("Demo keys")
    await expect(page.get_by_test_id("composer")).to_be_hidden()
    await page.get_by_test_id("start").click()
    await expect(last_text(page)).to_have_text("/start")
    await expect(page.get_by_test_id("start")).to_be_hidden()
    await expect(page.get_by_test_id("composer")).to_be_focused()


async def test_a_reload_makes_no_second_newcomer(page: Page, address: str, wire: FakeWire) -> None:
    await opened(page, address)
    await expect(page.get_by_test_id("start")).to_be_visible()
    await page.reload()
    await expect(page.get_by_test_id("start")).to_be_visible()
    assert len(wire.users) == 1


# Texts.


async def test_html_in_a_message_is_shown_and_never_run(chat: Page, wire: FakeWire, me: int) -> None:
    await wire.say(me, HOSTILE, reply_markup=keyboard([callback(HOSTILE[:60], "x")]))
    await expect(last_text(chat)).to_have_text(HOSTILE)
    await expect(chat.locator("#messages img, #messages script, #messages b")).to_have_count(0)
    assert "owned" not in await chat.title()


async def test_entities_count_utf16_units_and_nest(chat: Page, wire: FakeWire, me: int) -> None:
    text = "🔔🇬🇧 bold and italic, then +447700900123"
    entities = [
        entity("bold", text, "bold and italic"),
        entity("italic", text, "italic"),
        entity("code", text, "+447700900123"),
    ]
    await wire.say(me, text, entities=entities)
    await expect(last_text(chat).locator("strong")).to_have_text("bold and italic")
    await expect(last_text(chat).locator("strong em")).to_have_text("italic")
    await expect(last_text(chat).locator("code")).to_have_text("+447700900123")
    await expect(last_text(chat)).to_have_text(text)


async def test_pressing_code_copies_it(chat: Page, wire: FakeWire, me: int) -> None:
    await wire.say(me, "code 004-21", entities=[entity("code", "code 004-21", "004-21")])
    await last_text(chat).locator("code").click()
    await expect(chat.get_by_test_id("toast")).to_contain_text("Copied")
    assert await clipboard(chat) == "004-21"


async def test_a_spoiler_hides_its_text_until_it_is_pressed(chat: Page, wire: FakeWire, me: int) -> None:
    await wire.say(me, "the code is 12345", entities=[entity("spoiler", "the code is 12345", "12345")])
    spoiler = chat.get_by_test_id("spoiler")
    await expect(spoiler.locator("span")).to_have_css("opacity", "0")
    await spoiler.click()
    await expect(spoiler.locator("span")).to_have_css("opacity", "1")


async def test_an_expandable_quote_unfolds(chat: Page, wire: FakeWire, me: int) -> None:
    text = "\n".join(f"line {number}" for number in range(12))
    await wire.say(me, text, entities=[entity("expandable_blockquote", text, text)])
    quote = chat.get_by_test_id("quote")
    await expect(quote).to_be_visible()
    folded = (await quote.bounding_box() or {})["height"]
    await quote.get_by_label("Show the whole quote").click()
    assert (await quote.bounding_box() or {})["height"] > folded * 2


async def test_a_javascript_link_cannot_be_followed(chat: Page, wire: FakeWire, me: int) -> None:
    link = entity("text_link", "press me", "press me", url="javascript:document.title='owned'")
    await wire.say(me, "press me", entities=[link])
    anchor = last_text(chat).locator("a")
    assert await anchor.get_attribute("href") is None
    await anchor.click()
    await expect(chat.get_by_test_id("toast")).to_contain_text("Not opened")


async def test_a_disguised_link_asks_before_it_opens(chat: Page, wire: FakeWire, me: int) -> None:
    link = entity("text_link", "our site", "our site", url="https://elsewhere.example/x")
    await wire.say(me, "our site", entities=[link])
    await last_text(chat).locator("a").click()
    await expect(chat.get_by_test_id("dialog")).to_contain_text("https://elsewhere.example/x")
    await chat.get_by_test_id("dialog-cancel").click()
    assert len(chat.context.pages) == 1


async def test_a_pressed_command_is_sent(chat: Page, wire: FakeWire, me: int) -> None:
    await wire.say(me, "try /help now", entities=[entity("bot_command", "try /help now", "/help")])
    await last_text(chat).get_by_text("/help").click()
    await expect(last_text(chat)).to_have_text("/help")
    await expect(bubbles(chat).last).to_have_attribute("data-side", "out")


# Inline keyboards.


async def test_a_callback_spins_until_its_answer_and_is_sent_once(
    chat: Page, wire: FakeWire, me: int
) -> None:
    message = await wire.say(me, "menu", reply_markup=keyboard([callback("Buy"), callback("Help")]))
    await button(chat, "Buy").dblclick()
    await expect(button(chat, "Buy")).to_have_class(re.compile("busy"))
    await expect(button(chat, "Help")).not_to_have_class(re.compile("busy"))
    clicks = wire.deeds_of("click")
    assert clicks == [{"chat_id": me, "message_id": message["message_id"], "user_id": me, "data": "buy"}]
    await wire.answer(wire.queries[0], "Bought")
    await expect(chat.get_by_test_id("toast")).to_have_text("Bought")
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
    await expect(chat.get_by_test_id("toast")).to_have_text("the message has no such button now")
    await expect(button(chat, "Old")).not_to_have_class(re.compile("busy"))


async def test_copy_text_reaches_the_clipboard(chat: Page, wire: FakeWire, me: int) -> None:
    await wire.say(me, "code", reply_markup=keyboard([{"text": "Copy code", "copy_text": {"text": "00-42"}}]))
    await button(chat, "Copy code").click()
    await expect(chat.get_by_test_id("toast")).to_contain_text("Copied")
    assert await clipboard(chat) == "00-42"


async def test_copying_works_where_the_browser_offers_no_clipboard(
    chat: Page, wire: FakeWire, me: int
) -> None:
    await chat.evaluate("window.kept = navigator.clipboard")
    await chat.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    await wire.say(me, "code", reply_markup=keyboard([{"text": "Copy code", "copy_text": {"text": "777"}}]))
    await button(chat, "Copy code").click()
    await expect(chat.get_by_test_id("toast")).to_contain_text("Copied")
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


async def test_an_inline_query_shows_the_bots_results(chat: Page, wire: FakeWire, me: int) -> None:
    share = {"text": "Share", "switch_inline_query_current_chat": "telegram id"}
    await wire.say(me, "card", reply_markup=keyboard([share]))
    async with chat.expect_response("**/telegram/inline"):
        await button(chat, "Share").click()
    await expect(chat.get_by_test_id("composer")).to_have_value("@codebell_bot telegram id")
    results = [{"type": "article", "id": "1", "title": "Telegram · Indonesia", "description": "$0.12"}]
    await wire.tell("inline", inline_query_id="77", results=results, button=None)
    await chat.get_by_test_id("inline-result").click()
    await expect(chat.get_by_test_id("composer")).to_have_value("")
    assert wire.deeds_of("inline") == [{"user_id": me, "query": "telegram id"}]


# Typing.


async def test_enter_sends_and_shift_enter_makes_a_line(chat: Page, wire: FakeWire, me: int) -> None:
    line = chat.get_by_test_id("composer")
    await line.fill("one")
    await line.press("Shift+Enter")
    await line.press_sequentially("two")
    await line.press("Enter")
    await expect(last_text(chat)).to_have_text("one\ntwo", use_inner_text=True)
    await expect(line).to_have_value("")


async def test_a_refused_message_stays_in_the_composer(chat: Page, wire: FakeWire, me: int) -> None:
    wire.refuse["message"] = "the bot was blocked"
    await chat.get_by_test_id("composer").fill("precious words")
    await chat.get_by_test_id("send").click()
    await expect(chat.get_by_test_id("toast")).to_have_text("the bot was blocked")
    await expect(chat.get_by_test_id("composer")).to_have_value("precious words")


async def test_a_slash_lists_the_commands_and_enter_sends_the_marked_one(
    chat: Page, wire: FakeWire, me: int
) -> None:
    line = chat.get_by_test_id("composer")
    await line.press_sequentially("/")
    await expect(chat.get_by_test_id("command")).to_have_count(2)
    await line.press("ArrowDown")
    await line.press("Enter")
    await expect(last_text(chat)).to_have_text("/buy")
    await expect(line).to_have_value("")


async def test_the_menu_follows_the_commands_the_bot_sets(chat: Page, wire: FakeWire, me: int) -> None:
    await wire.tell("commands", chat_id=me, commands=[{"command": "numbers", "description": "my numbers"}])
    await chat.get_by_test_id("menu").click()
    await expect(chat.get_by_test_id("command")).to_have_text(["/numbersmy numbers"])
    await chat.get_by_test_id("command").click()
    await expect(last_text(chat)).to_have_text("/numbers")


async def test_a_reply_keyboard_sends_its_words_and_leaves_when_told(
    chat: Page, wire: FakeWire, me: int
) -> None:
    await wire.say(me, "which?", reply_markup={"keyboard": [[{"text": "Yes"}, {"text": "No"}]]})
    await chat.get_by_test_id("reply-key").filter(has_text="Yes").click()
    await expect(last_text(chat)).to_have_text("Yes")
    await expect(chat.get_by_test_id("reply-keyboard")).to_be_visible()
    await wire.say(me, "thanks", reply_markup={"remove_keyboard": True})
    await expect(chat.get_by_test_id("reply-keyboard")).to_be_hidden()


async def test_a_forced_reply_is_a_reply_once(chat: Page, wire: FakeWire, me: int) -> None:
    markup = {"force_reply": True, "input_field_placeholder": "the key"}
    asked = await wire.say(me, "Send me the key", reply_markup=markup)
    await expect(chat.get_by_test_id("reply-bar")).to_contain_text("Send me the key")
    await expect(chat.get_by_test_id("composer")).to_have_attribute("placeholder", "the key")
    await chat.get_by_test_id("composer").fill("abc")
    await chat.get_by_test_id("composer").press("Enter")
    await expect(bubbles(chat).last.get_by_test_id("reply")).to_contain_text("Send me the key")
    await expect(chat.get_by_test_id("reply-bar")).to_be_hidden()
    assert wire.deeds_of("message")[-1]["reply_to"] == asked["message_id"]


async def test_a_file_is_sent_with_its_caption(chat: Page, wire: FakeWire, me: int) -> None:
    async with chat.expect_file_chooser() as choosing:
        await chat.get_by_test_id("attach").click()
    chooser = await choosing.value
    await chooser.set_files([{"name": "keys.csv", "mimeType": "text/csv", "buffer": b"a,b\n"}])
    await chat.get_by_test_id("field-caption").fill("my keys")
    await chat.get_by_test_id("dialog-ok").click()
    await expect(chat.get_by_test_id("document")).to_contain_text("keys.csv")
    await expect(last_text(chat)).to_have_text("my keys")
    assert wire.files["sent"][1] == b"a,b\n"


# What the bot does to its messages.


async def test_a_new_message_rings_and_an_edit_does_not(chat: Page, wire: FakeWire, me: int) -> None:
    message = await wire.say(me, "Waiting for the code")
    await expect(bubbles(chat).last).to_have_class(re.compile("ring"))
    await expect(bubbles(chat).last).not_to_have_class(re.compile("ring"))
    await wire.edit(message, text="Cancelled")
    await expect(last_text(chat)).to_have_text("Cancelled")
    await expect(bubbles(chat).last).not_to_have_class(re.compile("ring"))


async def test_a_deleted_message_disappears(chat: Page, wire: FakeWire, me: int) -> None:
    message = await wire.say(me, "secret key", sender=me)
    await expect(last_text(chat)).to_have_text("secret key")
    await wire.delete(message)
    await expect(chat.get_by_text("secret key")).to_have_count(0)


async def test_a_photo_opens_in_a_viewer(chat: Page, wire: FakeWire, me: int) -> None:
    wire.add_file("pic", "image/png", png(320, 200))
    photo = [{"file_id": "pic", "width": 320, "height": 200}]
    await wire.tell("message", chat_id=me, message=wire.put(me, 1, photo=photo, caption="Spending"))
    image = chat.get_by_test_id("photo").locator("img")
    await expect(image).to_have_js_property("naturalWidth", 320)
    await image.click()
    await expect(chat.get_by_role("dialog", name="Photo")).to_be_visible()
    await chat.keyboard.press("Escape")
    await expect(chat.get_by_role("dialog", name="Photo")).to_have_count(0)


async def test_the_bottom_is_kept_unless_one_reads_above(chat: Page, wire: FakeWire, me: int) -> None:
    for number in range(40):
        await wire.say(me, f"message {number}")
    await expect(last_text(chat)).to_be_in_viewport()
    await chat.locator("#scroll").hover()
    await chat.mouse.wheel(0, -600)
    await expect(last_text(chat)).not_to_be_in_viewport()
    await wire.say(me, "news")
    await expect(chat.get_by_test_id("jump")).to_contain_text("1")
    await expect(last_text(chat)).not_to_be_in_viewport()
    await chat.get_by_test_id("jump").click()
    await expect(chat.get_by_text("news", exact=True).last).to_be_in_viewport()
    await expect(chat.get_by_test_id("jump")).to_be_hidden()


async def test_a_lost_connection_comes_back_without_losing_a_message(
    chat: Page, wire: FakeWire, me: int
) -> None:
    await wire.hang_up()
    await expect(chat.locator("body")).to_have_attribute("data-online", "false")
    wire.seq += 1
    wire.put(me, 1, text="while you were away")
    await expect(chat.locator("body")).to_have_attribute("data-online", "true")
    await expect(last_text(chat)).to_have_text("while you were away")


# People and groups.


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
    assert wire.deeds_of("user") == [{"name": "Bohdana", "language_code": "uk"}]


async def test_a_group_is_made_with_the_bot_and_each_member_can_speak(
    chat: Page, wire: FakeWire, me: int
) -> None:
    other = wire.add_user("Bohdana")
    await wire.tell("user", user=wire.users[other])
    await expect(chat.get_by_test_id("who")).to_contain_text("Alex")
    await chat.get_by_test_id("new-group").click()
    await chat.get_by_test_id("field-title").fill("QA team")
    await chat.get_by_test_id("dialog-ok").click()
    await expect(chat.get_by_test_id("chat-title")).to_have_text("QA team")
    await chat.get_by_test_id("speaker").click()
    await chat.get_by_test_id("menu-item").filter(has_text="Bohdana").click()
    await chat.get_by_test_id("composer").fill("hello all")
    await chat.get_by_test_id("composer").press("Enter")
    await expect(last_text(chat)).to_have_text("hello all")
    [made], [added] = wire.deeds_of("chat"), wire.deeds_of("add_bot")
    assert (made["title"], made["members"], added["status"]) == ("QA team", [me, other], "administrator")
    assert wire.deeds_of("message")[-1]["user_id"] == other


async def test_blocking_the_bot_takes_the_composer_away_until_restart(
    chat: Page, wire: FakeWire, me: int
) -> None:
    await chat.get_by_test_id("chat-menu").click()
    await chat.get_by_test_id("menu-item").filter(has_text="Block").click()
    await expect(chat.get_by_test_id("composer")).to_be_hidden()
    await chat.get_by_test_id("unblock").click()
    await expect(last_text(chat)).to_have_text("/start")
    await expect(chat.get_by_test_id("composer")).to_be_visible()


# The panel and the log.


async def test_the_demo_key_is_copied_from_the_panel(
    page: Page, address: str, wire: FakeWire, me: int
) -> None:
    wire.sites = [site()]
    await opened(page, address)
    await expect(page.get_by_test_id("site-smsbower").get_by_test_id("balance")).to_have_text("18.74 USD")
    await page.get_by_test_id("copy-key").click()
    await expect(page.get_by_test_id("toast")).to_contain_text("Copied")
    assert await clipboard(page) == "smsbower-demo-4f1c9a"


async def test_a_code_is_let_arrive_now_or_later_from_the_panel(
    page: Page, address: str, wire: FakeWire, me: int
) -> None:
    wire.sites = [site()]
    await opened(page, address)
    number = page.get_by_test_id("number")
    await expect(number).to_have_attribute("data-phone", "447700900123")
    await number.get_by_test_id("sms-delay").fill("4")
    await number.get_by_test_id("sms-text").fill("G-0042 is your code")
    await number.get_by_test_id("sms-in").click()
    await number.get_by_test_id("sms-now").click()
    await expect(number.get_by_test_id("sms-text")).to_have_value("")
    later = {"id": "301", "in_seconds": 4, "text": "G-0042 is your code"}
    assert wire.deeds_of("smsbower.sms") == [later, {"id": "301", "in_seconds": 0}]


async def test_goods_run_out_and_change_their_price(
    page: Page, address: str, wire: FakeWire, me: int
) -> None:
    wire.sites = [site()]
    await opened(page, address)
    await page.get_by_text("Goods, prices and stock").click()
    await page.get_by_test_id("goods-filter").fill("kingdom tele")
    await expect(page.get_by_test_id("good")).to_have_count(1)
    await page.get_by_test_id("price").fill("0.50")
    await page.get_by_test_id("price").press("Enter")
    await page.get_by_test_id("run-out").click()
    good = {"service": "tg", "country": "16"}
    assert wire.deeds_of("smsbower.price") == [{**good, "price": "0.50"}]
    assert wire.deeds_of("smsbower.stock") == [{**good, "count": 0}]


async def test_a_provider_is_broken_and_healed(page: Page, address: str, wire: FakeWire, me: int) -> None:
    wire.sites = [site()]
    await opened(page, address)
    await page.get_by_text("Break this provider").click()
    await page.get_by_test_id("fault-kind").select_option("drop")
    await page.get_by_test_id("fault-times").select_option("0")
    await page.get_by_test_id("fault-method").fill("getNumberV2")
    await page.get_by_test_id("fault-after").check()
    await page.get_by_test_id("break").click()
    wire.sites = [site(faults=[{"method": "getNumberV2", "kind": "drop", "times": None}])]
    await expect(page.get_by_text("getNumberV2 cuts the line")).to_be_visible()
    await page.get_by_test_id("heal").click()
    broken, healed = wire.deeds_of("smsbower.fault")
    assert broken == {"method": "getNumberV2", "kind": "drop", "times": None, "after_processing": True}
    assert healed == {"method": "", "kind": "none"}


async def test_codes_stop_arriving_by_themselves(page: Page, address: str, wire: FakeWire, me: int) -> None:
    wire.sites = [site()]
    await opened(page, address)
    await page.get_by_test_id("auto").uncheck()
    await page.get_by_test_id("auto").check()
    assert wire.deeds_of("smsbower.auto") == [{}, {"after_seconds": [10, 20], "share": 0.8}]


async def test_the_log_shows_the_bots_calls_when_opened(chat: Page, wire: FakeWire, me: int) -> None:
    await wire.call("sendMessage", chat_id=me, text=HOSTILE)
    await expect(chat.get_by_test_id("log")).to_be_hidden()
    await chat.get_by_test_id("log-toggle").click()
    await wire.call("editMessageText", error="Bad Request: message is not modified", chat_id=me)
    await expect(chat.get_by_test_id("call")).to_have_count(2)
    await expect(chat.get_by_test_id("call").last).to_contain_text("message is not modified")
    await chat.get_by_test_id("call").first.locator("summary").click()
    await expect(chat.get_by_test_id("call").first.locator("pre")).to_contain_text("<script>1</script>")


# A phone.


async def test_on_a_phone_one_column_shows_at_a_time_and_the_panel_is_a_sheet(
    page: Page, address: str, wire: FakeWire, me: int
) -> None:
    wire.sites = [site()]
    await page.set_viewport_size(PHONE)
    await opened(page, address)
    await expect(page.get_by_test_id("panel")).to_be_hidden()
    await expect(page.get_by_test_id("chat-list")).to_be_hidden()
    await page.get_by_test_id("hint").get_by_role("button").click()
    await expect(page.get_by_test_id("copy-key")).to_be_in_viewport()
    await page.keyboard.press("Escape")
    await page.get_by_test_id("back").click()
    await expect(page.get_by_test_id("composer")).to_be_hidden()
    await page.get_by_test_id("chat").click()
    await expect(page.get_by_test_id("composer")).to_be_in_viewport()
    assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
