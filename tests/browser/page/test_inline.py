"""The bot's inline mode in the composer: results, pages, the button above them, and nothing at all."""

from collections.abc import Iterable
from typing import Any

from playwright.async_api import Page, expect

from tests.browser.page.acting import button, keyboard, last_text
from tests.browser.page.fakewire import FakeWire


async def test_an_inline_query_shows_the_bots_results(chat: Page, wire: FakeWire, me: int) -> None:
    share = {"text": "Share", "switch_inline_query_current_chat": "telegram id"}
    await wire.say(me, "card", reply_markup=keyboard([share]))
    async with chat.expect_response("**/telegram/inline"):
        await button(chat, "Share").click()
    await expect(chat.get_by_test_id("composer")).to_have_value("@codebell_bot telegram id")
    results = [{"type": "article", "id": "1", "title": "Telegram · Indonesia", "description": "$0.12"}]
    await wire.call("answerInlineQuery", inline_query_id="77", results=results)
    await chat.get_by_test_id("inline-result").click()
    await expect(chat.get_by_test_id("composer")).to_have_value("")
    assert await wire.heard("inline") == [{"user_id": me, "query": "telegram id", "chat_id": me}]
    chosen = {"inline_query_id": "77", "result_id": "1", "chat_id": me, "user_id": me}
    assert await wire.heard("choose") == [chosen]


async def test_more_results_come_when_one_scrolls_to_the_end(chat: Page, wire: FakeWire) -> None:
    await _typed(chat, "telegram")
    await _offered(wire, range(20), next_offset="20")
    box = chat.get_by_test_id("suggestions")
    await expect(chat.get_by_test_id("inline-result")).to_have_count(20)
    async with chat.expect_response("**/telegram/inline"):
        await box.evaluate("box => { box.scrollTop = box.scrollHeight; }")
    assert (await wire.heard("inline"))[-1]["offset"] == "20"
    await _offered(wire, range(20, 25))
    await expect(chat.get_by_test_id("inline-result")).to_have_count(25)
    assert await box.evaluate("box => box.scrollTop") > 0


async def test_an_answer_that_is_known_already_stands_there_at_once(chat: Page, wire: FakeWire) -> None:
    results = [{"type": "article", "id": "1", "title": "Telegram · Indonesia"}]
    wire.known = {"results": results, "button": None, "next_offset": ""}
    await _typed(chat, "telegram id")
    await expect(chat.get_by_test_id("inline-result")).to_have_text("Telegram · Indonesia")


async def test_the_button_above_the_results_starts_the_bot(chat: Page, wire: FakeWire) -> None:
    await _typed(chat, "")
    await _offered(wire, (), button={"text": "Connect a key", "start_parameter": "connect"})
    await chat.get_by_test_id("inline-way").click()
    await expect(last_text(chat)).to_have_text("/start connect")


async def test_a_query_without_results_says_so(chat: Page, wire: FakeWire) -> None:
    await _typed(chat, "zzz")
    await _offered(wire, ())
    await expect(chat.get_by_test_id("inline-nothing")).to_have_text("No results")


async def _typed(chat: Page, words: str) -> None:
    """Typed after the bot's name, and asked for."""
    async with chat.expect_response("**/telegram/inline"):
        await chat.get_by_test_id("composer").fill(f"@codebell_bot {words}")


async def _offered(wire: FakeWire, numbers: Iterable[int], **more: Any) -> None:
    results = [{"type": "article", "id": str(one), "title": f"Country {one}"} for one in numbers]
    asked = str(76 + len(wire.deeds_of("inline")))
    await wire.call("answerInlineQuery", inline_query_id=asked, results=results, **more)
