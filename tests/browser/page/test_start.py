"""The way in: START for a newcomer, one column on a phone."""

from playwright.async_api import Page, expect

from tests.browser.page.acting import PHONE, last_text, opened
from tests.browser.page.fakewire import FakeWire, site


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


async def test_on_a_phone_a_message_is_unread_while_the_list_covers_its_chat(
    page: Page, address: str, wire: FakeWire, me: int
) -> None:
    await page.set_viewport_size(PHONE)
    await opened(page, address)
    await page.get_by_test_id("back").click()
    await wire.say(me, "12345")
    await expect(page.get_by_test_id("unread")).to_have_text("1")
    await page.get_by_test_id("chat").click()
    await expect(last_text(page)).to_have_text("12345")
    await page.get_by_test_id("back").click()
    await expect(page.get_by_test_id("unread")).to_have_count(0)
