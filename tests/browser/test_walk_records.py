"""What was bought, and for how much, walked through: history, receipts, files, pictures, prices, keys."""

import pytest
from playwright.async_api import Browser, expect

from tests.browser.demo import WAIT, Demo
from tests.browser.page.acting import bubbles
from tests.browser.past import remember
from tests.browser.walking import DOCUMENT, Walk, Walker, walking, walks

SITE, TITLE = "smsbower", "SMSBower"


@pytest.mark.parametrize("walk", walks(), ids=str)
async def test_every_screen_of_records_is_fit_to_be_seen(walk: Walk, browser: Browser, demo: Demo) -> None:
    await demo.control(SITE, "auto")
    async with walking(browser, demo, walk) as walker:
        await walker.starts()
        await walker.connects(SITE, TITLE)
        await walker.connects("smsak", "SMSAK")
        await _gets_a_code(walker, demo)
        remember(demo.database)
        await _looks_back(walker)
        await _takes_it_along(walker)
        await _counts(walker)
        await _compares_prices(walker)
        await _minds_the_keys(walker)
        await _sends_a_price(walker)


async def _gets_a_code(walker: Walker, demo: Demo) -> None:
    """To the first of two numbers."""
    phone, _ = await walker.buys("telegram id", TITLE, 2)
    await walker.hears(demo, SITE, phone, "Telegram code: 04817")
    await walker.presses("✅ Finish")
    await walker.sees("80-one-of-two-codes")


async def _looks_back(walker: Walker) -> None:
    await walker.types("/history")
    await walker.sees("81-history", DOCUMENT)
    await walker.presses("🧾 1")
    await walker.sees("82-receipt", DOCUMENT)
    before = await bubbles(walker.page).count()
    await walker.presses("📄 As a file")
    await expect(bubbles(walker.page)).to_have_count(before + 1, timeout=WAIT)
    await walker.presses("◀ History")
    await walker.presses("🔎 Filters")
    await walker.sees("83-filters")
    await walker.presses("Outcome")
    await walker.sees("84-outcomes")
    await walker.presses("❌ Cancelled")
    await walker.sees("85-nothing-matches")


async def _takes_it_along(walker: Walker) -> None:
    await walker.types("/export")
    await walker.sees("86-export")
    before = await bubbles(walker.page).count()
    await walker.presses("📊 CSV")
    await expect(bubbles(walker.page)).to_have_count(before + 2, timeout=WAIT)
    await walker.sees("87-files")


async def _counts(walker: Walker) -> None:
    """The text, and three pictures below it."""
    await walker.types("/stats", answers=4)
    await expect(walker.page.get_by_test_id("photo").last.locator("img")).to_have_js_property(
        "complete", True
    )
    await walker.sees("88-statistics-speed")
    for place, name in ((-4, "89-statistics"), (-3, "90-statistics-spending"), (-2, "91-statistics-success")):
        count = await bubbles(walker.page).count()
        await bubbles(walker.page).nth(count + place).scroll_into_view_if_needed()
        await walker.keeps(name)
    await walker.types("/start")


async def _compares_prices(walker: Walker) -> None:
    await walker.types("/balance")
    await walker.sees("92-balance")
    await walker.types("/prices")
    await walker.sees("93-prices")
    await walker.presses("Telegram")
    await walker.sees("94-prices-of-a-service")
    await walker.presses("🇮🇩")
    await walker.sees("95-prices-in-a-country")
    await walker.types("/buy telegram id")
    await walker.sees("96-offers-of-two-providers")


async def _minds_the_keys(walker: Walker) -> None:
    await walker.types("/keys")
    await walker.sees("97-keys")
    await walker.presses(TITLE)
    await walker.sees("98-a-key")
    await walker.presses("🔔 Low balance")
    await walker.sees("99-low-balance")
    await walker.presses("◀ Back")
    await walker.presses("🗑 Remove")
    await walker.sees("a0-remove-a-key")


async def _sends_a_price(walker: Walker) -> None:
    await walker.page.get_by_test_id("composer").fill("@codebell_bot telegram id")
    await expect(walker.page.get_by_test_id("inline-result").first).to_be_visible(timeout=WAIT)
    await walker.sees("a1-price-cards")
    before = await bubbles(walker.page).count()
    await walker.page.get_by_test_id("inline-result").first.click()
    await expect(bubbles(walker.page)).to_have_count(before + 2, timeout=WAIT)
    await walker.sees("a2-a-price-card-in-a-chat")
