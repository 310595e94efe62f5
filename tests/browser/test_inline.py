"""Price cards by inline mode, in the demo: typed after the bot's name, sent with a click, and followed."""

from playwright.async_api import Page, expect

from tests.browser.demo import Demo, Newcomer
from tests.browser.page.acting import PHONE, bubbles


async def test_a_price_card_is_typed_for_sent_and_leads_to_its_offers(demo: Demo, phone: Page) -> None:
    newcomer = Newcomer(phone)
    await newcomer.sits_down(demo.url, "Ines")
    await newcomer.starts()
    await _types(phone, "telegram id")
    await phone.get_by_test_id("inline-way").click()
    await newcomer.reads("Which provider is the key from?")
    await newcomer.presses("SMSBower")
    await newcomer.reads("Send the key here")
    await newcomer.pastes(await newcomer.copies_the_key("smsbower"))
    await newcomer.reads("connected")
    await _types(phone, "telegram id")
    card = phone.get_by_test_id("inline-result")
    await expect(card).to_contain_text("Telegram · 🇮🇩 Indonesia · from $")
    assert await phone.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    await card.click()
    await expect(bubbles(phone).filter(has_text="via @codebell_bot")).to_be_visible()
    await newcomer.reads("Which offer?")


async def _types(page: Page, words: str) -> None:
    await page.get_by_test_id("composer").fill(f"@codebell_bot {words}")
