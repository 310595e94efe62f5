"""Renting a number and sending a message, walked through: from the first question to what became of it."""

import pytest
from playwright.async_api import Browser, expect

from tests.browser.demo import WAIT, Demo
from tests.browser.page.acting import last_text
from tests.browser.walking import Walk, Walker, walking, walks


@pytest.mark.parametrize("walk", walks(), ids=str)
async def test_every_screen_of_lines_is_fit_to_be_seen(walk: Walk, browser: Browser, demo: Demo) -> None:
    await demo.control("smsak", "auto")
    await demo.control("smsfly", "auto")
    async with walking(browser, demo, walk) as walker:
        await walker.starts()
        await walker.connects("smsak", "SMSAK")
        await walker.connects("smsfly", "SMS-fly")
        await _rents(walker)
        await _sends(walker)


async def _rents(walker: Walker) -> None:
    await walker.types("/rent")
    await walker.sees("b0-countries-to-rent-in")
    await walker.presses("🇺🇦")
    await walker.sees("b1-tariffs")
    await walker.presses("150")
    await walker.sees("b2-confirm-the-rent")
    await walker.presses("✅ Rent for {price}")
    await walker.reads("📴 SIM off: no SMS reach it until it is on.")
    await walker.sees("b3-rented")
    await walker.presses("🔁 Renew")
    await walker.sees("b4-renew")


async def _sends(walker: Walker) -> None:
    await walker.types("/send")
    await walker.sees("b5-which-way")
    await walker.presses("{first}, then {second}")
    await walker.sees("b6-from-which-name")
    await walker.presses("Taxi")
    await walker.presses("InfoCenter")
    await walker.sees("b7-who-gets-it")
    await walker.types("+380 50 123 4567")
    await walker.sees("b8-what-does-it-say")
    await walker.types("Your taxi is here: a red Toyota")
    await walker.sees("b9-a-draft")
    await walker.presses("✅ Send for at most {price}")
    await expect(last_text(walker.page)).to_contain_text("+380 50 123 4567", timeout=WAIT)
    await walker.sees("c0-on-its-way")
