"""The way of the README's pictures, in two languages: few presses to a number, and a month's records."""

import os
from pathlib import Path

import pytest
from PIL import Image
from playwright.async_api import Browser, expect

from tests.browser.demo import WAIT, Demo
from tests.browser.page.acting import bubbles
from tests.browser.past import remember
from tests.browser.walking import DOCUMENT, Walk, Walker, walking

PICTURES = Path(__file__).parent / "screenshots"
SITE, TITLE = "smsbower", "SMSBower"


@pytest.mark.parametrize("language", ["en", "ru"])
async def test_a_number_takes_seven_presses_and_the_same_again_two(
    language: str, browser: Browser, demo: Demo
) -> None:
    await demo.control(SITE, "auto")
    async with walking(browser, demo, Walk(language, ("phone",)), sharpness=2) as walker:
        assert await _to_the_first_number(walker) <= 7
        await walker.hears(demo, SITE, await walker.number(), "Telegram code: 04817")
        await walker.sees("p1-code")
        await _pictured(walker, "code")
        assert await _to_the_same_again(walker) <= 2
        await _compares(walker, demo)
        await _looks_back(walker)
        await _waits(walker)


async def _to_the_first_number(walker: Walker) -> int:
    """The presses from /start, with a key at hand."""
    await walker.starts()
    await walker.presses("🔑 Add a provider key")
    await walker.presses(TITLE)
    await walker.newcomer.pastes(await walker.newcomer.copies_the_key(SITE))
    await walker.reads("✅ <b>{provider}</b> connected · {balance}")
    for label in ("📱 Buy a number", "Telegram", "🇮🇩", TITLE, "✅ Buy for {price}"):
        await walker.presses(label)
    await walker.reads("⏳ Waiting for the SMS until {time}.")
    return walker.presses_made


async def _to_the_same_again(walker: Walker) -> int:
    await walker.types("/start")
    before = walker.presses_made
    await walker.presses("🔁 Repeat: {what}")
    await walker.presses("✅ Buy for {price}")
    await walker.reads("⏳ Waiting for the SMS until {time}.")
    return walker.presses_made - before


async def _compares(walker: Walker, demo: Demo) -> None:
    """Several keys, and what became of a month's numbers."""
    await walker.connects("smsak", "SMSAK")
    remember(demo.database)
    await walker.types("/buy whatsapp id")
    await walker.sees("p2-offers")
    await _pictured(walker, "offers")


async def _looks_back(walker: Walker) -> None:
    await walker.types("/stats", answers=4)
    before = await bubbles(walker.page).count()
    await expect(walker.page.get_by_test_id("photo")).to_have_count(3, timeout=WAIT)
    await bubbles(walker.page).nth(before - 2).scroll_into_view_if_needed()
    await walker.keeps("p3-statistics")
    await _pictured(walker, "statistics")


async def _waits(walker: Walker) -> None:
    await walker.types("/watch whatsapp id")
    await walker.presses("🛒 Buy by itself")
    await walker.presses("−25")
    await walker.presses(walker.span(60))
    await walker.sees("p4-watch", DOCUMENT)
    await _pictured(walker, "watch")


async def _pictured(walker: Walker, name: str) -> None:
    """Draw a picture of the README anew, small, where that is asked for: tests leave the tree as it is."""
    if os.environ.get("SCREENSHOTS") != "1":
        return
    path = PICTURES / f"{name}-{walker.walk.language}.png"
    await walker.page.screenshot(path=path)
    with Image.open(path) as drawn:
        few = drawn.convert("RGB").quantize(method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    few.save(path, optimize=True)
