"""Buying, walked through as a newcomer sees it: on a desktop and on a phone, screen by screen."""

import pytest
from playwright.async_api import Browser, expect

from tests.browser.demo import WAIT, Demo
from tests.browser.page.acting import bubbles
from tests.browser.walking import Walk, Walker, walking, walks

SITE, TITLE = "smsbower", "SMSBower"


@pytest.mark.parametrize("walk", walks(), ids=str)
async def test_every_screen_of_buying_is_fit_to_be_seen(walk: Walk, browser: Browser, demo: Demo) -> None:
    await demo.control(SITE, "auto")
    async with walking(browser, demo, walk) as walker:
        await _meets_the_bot(walker)
        await _chooses(walker)
        await _looks_at_the_options(walker)
        await _gets_a_code(walker, demo)
        await _buys_again(walker)
        await _cancels(walker)
        await _searches(walker)
        await _finds_no_stock(walker, demo)


async def _meets_the_bot(walker: Walker) -> None:
    await walker.starts()
    await walker.sees("01-welcome")
    await walker.presses("🔑 Add a provider key")
    await walker.sees("02-which-provider")
    await walker.presses(TITLE)
    await walker.sees("03-send-the-key")
    await walker.newcomer.types("0123456789abcdef0123456789abcdef")
    await walker.reads("<b>{provider}</b>: {problem}\nNothing was stored. Check the key and send it again.")
    await walker.sees("04-a-wrong-key")
    await walker.newcomer.pastes(await walker.newcomer.copies_the_key(SITE))
    await walker.reads("✅ <b>{provider}</b> connected · {balance}")
    await walker.sees("05-connected")


async def _chooses(walker: Walker) -> None:
    await walker.presses("📱 Buy a number")
    await walker.sees("06-services")
    await walker.presses("Telegram")
    await walker.sees("07-countries")
    await walker.presses("☆ Favourite")
    await walker.presses("Stock")
    await walker.sees("08-countries-by-stock")
    await walker.presses("Price")
    await walker.presses("🇮🇩")
    await walker.sees("09-offers")
    await walker.presses(TITLE)
    await walker.sees("10-confirmation")


async def _looks_at_the_options(walker: Walker) -> None:
    options = {
        "11-tiers": "💲 Price tiers",
        "12-maximum-price": "⬆ Maximum price",
        "13-suppliers": "🏭 Suppliers",
        "14-prefixes": "🚫 Avoid prefixes",
    }
    for name, label in options.items():
        await walker.presses(label)
        await walker.sees(name)
        await walker.presses("◀ Back")
    await walker.presses("×3")
    await walker.sees("15-several")
    await walker.presses("×1")


async def _gets_a_code(walker: Walker, demo: Demo) -> None:
    await walker.presses("✅ Buy for {price}")
    await walker.reads("⏳ Waiting for the SMS until {time}.")
    await walker.sees("16-card")
    phone = await walker.number()
    await walker.hears(demo, SITE, phone, "Telegram code: 04817")
    await walker.sees("17-code")
    await walker.presses("✉️ Another SMS")
    await walker.sees("18-another-sms")
    await walker.presses("✅ Finish")
    await walker.sees("19-finished")


async def _buys_again(walker: Walker) -> None:
    await walker.types("/start")
    await walker.sees("20-menu")
    await walker.presses("More ▾")
    await walker.sees("21-the-rest-of-the-menu")
    await walker.presses("◀ Menu")
    await walker.presses("🔁 Repeat: {what}")
    await walker.sees("22-the-same-again")
    await walker.presses("✅ Buy for {price}")
    await walker.reads("⏳ Waiting for the SMS until {time}.")


async def _cancels(walker: Walker) -> None:
    await walker.types("/numbers")
    await walker.sees("23-numbers")
    await walker.types("/cancel")
    await walker.sees("24-cancel")


async def _searches(walker: Walker) -> None:
    await walker.types("/buy telgram")
    await walker.sees("25-a-typo")
    await walker.types("/buy a")
    await walker.sees("26-words-of-many-meanings")
    await walker.types("/buy xyzzy")
    await walker.sees("27-no-such-service")
    await walker.types("indonesia")
    await walker.sees("28-services-of-a-country")


async def _finds_no_stock(walker: Walker, demo: Demo) -> None:
    """Gone between the confirmation and the press: with the cards of several, and the ways on."""
    await walker.types("/buy telegram id")
    await walker.presses(TITLE)
    await walker.presses("×2")
    stock = (await demo.control(SITE, "stock", service="tg", country="6", count=0))["stock"]
    before = await bubbles(walker.page).count()
    try:
        await walker.presses("✅ Buy {count} for {price}")
        await walker.reads("🚫")
    finally:
        await demo.control(SITE, "stock", service="tg", country="6", count=500)
    assert stock == 0
    await expect(bubbles(walker.page)).to_have_count(before, timeout=WAIT)
    await walker.sees("29-no-stock")
