"""Texts and their entities, drawn as Telegram draws them and never as HTML."""

from playwright.async_api import Page, expect

from tests.browser.page.acting import (
    HOSTILE,
    bubbles,
    callback,
    clipboard,
    entity,
    height,
    keyboard,
    last_text,
    toasted,
)
from tests.browser.page.fakewire import FakeWire


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
    await toasted(chat, "Copied")
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
    folded = await height(quote)
    await quote.get_by_label("Show the whole quote").click()
    assert await height(quote) > folded * 2


async def test_a_javascript_link_cannot_be_followed(chat: Page, wire: FakeWire, me: int) -> None:
    link = entity("text_link", "press me", "press me", url="javascript:document.title='owned'")
    await wire.say(me, "press me", entities=[link])
    anchor = last_text(chat).locator("a")
    assert await anchor.get_attribute("href") is None
    await anchor.click()
    await toasted(chat, "Not opened")


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
