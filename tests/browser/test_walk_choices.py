"""What people choose for themselves, walked through: watches, settings, help, privacy, farewell."""

import pytest
from playwright.async_api import Browser

from tests.browser.demo import Demo
from tests.browser.walking import Walk, Walker, walking, walks


@pytest.mark.parametrize("walk", walks(), ids=str)
async def test_every_screen_of_choices_is_fit_to_be_seen(walk: Walk, browser: Browser, demo: Demo) -> None:
    async with walking(browser, demo, walk) as walker:
        await _asks_without_a_key(walker)
        await walker.connects("smsski", "sms.ski")
        await _waits_for_a_price(walker)
        await _waits_to_buy(walker)
        await _settles_in(walker)
        await _asks_for_help(walker)
        await _is_forgotten(walker)


async def _asks_without_a_key(walker: Walker) -> None:
    await walker.starts()
    await walker.types("/buy telegram id")
    await walker.sees("40-a-key-first")
    await walker.types("/balance")
    await walker.sees("41-no-balance-yet")
    await walker.types("/stats")
    await walker.sees("42-no-statistics-yet")
    await walker.types("/history")
    await walker.sees("43-no-history-yet")


async def _waits_for_a_price(walker: Walker) -> None:
    await walker.types("/watch")
    await walker.sees("44-no-watches")
    await walker.types("/watch telegram id")
    await walker.sees("45-tell-or-buy")
    await walker.presses("🔔 Tell me")
    await walker.sees("46-tell-at-which-price")
    await walker.presses("−50")
    await walker.sees("47-a-watch")
    await walker.presses("◀ Watches")
    await walker.sees("48-watches")


async def _waits_to_buy(walker: Walker) -> None:
    await walker.types("/watch telegram id")
    await walker.presses("🛒 Buy by itself")
    await walker.sees("49-buy-at-which-price")
    await walker.presses("✏️ Another price")
    await walker.sees("50-another-price")
    await walker.types("0.01")
    await walker.sees("51-for-how-long")
    await walker.presses(walker.span(60))
    await walker.sees("52-confirm-the-watch")
    await walker.presses("✅ Start the watch")
    await walker.sees("53-a-watch-that-buys")
    await walker.presses("⏹ Stop watching")
    await walker.sees("54-watches-after-a-stop")


async def _settles_in(walker: Walker) -> None:
    await walker.types("/settings")
    await walker.sees("55-settings")
    choices = {
        "56-language": "🌐 Language",
        "57-time-zone": "🕑 Time zone",
        "58-quiet-hours": "🌙 Quiet hours",
        "59-sorting": "↕️ Sorting",
        "60-price-limits": "💲 Price limit",
    }
    for name, label in choices.items():
        await walker.presses(label)
        await walker.sees(name)
        if name != "60-price-limits":
            await walker.presses("◀ Settings")
    await walker.presses("no limit")
    await walker.sees("61-a-price-limit")
    await walker.types("5")
    await walker.presses("🙈 Hide codes")
    await walker.sees("62-settings-with-a-limit")
    await walker.types("/buy telegram id")
    await walker.sees("63-offers-above-the-limit")
    await walker.presses("sms.ski")
    await walker.sees("64-above-the-limit")


async def _asks_for_help(walker: Walker) -> None:
    await walker.types("/help")
    await walker.sees("65-help")
    answers = {
        "66-how-do-i-get-a-number": "📱 How do I get a number?",
        "67-no-code-came": "⏳ No code came: what now?",
        "68-what-does-it-cost": "💰 What does it cost?",
        "69-who-sees-my-key": "🔒 Who sees my key and codes?",
        "70-unknown": "❓ “Unknown”, or charged?",
        "71-commands": "⌨️ Commands",
    }
    for name, label in answers.items():
        await walker.presses(label)
        await walker.sees(name)
        await walker.presses("◀ Help")


async def _is_forgotten(walker: Walker) -> None:
    await walker.types("/privacy")
    await walker.sees("72-privacy")
    await walker.presses("🗑 Forget me")
    await walker.sees("73-forget-me")
    await walker.presses("🗑 Forget me")
    await walker.sees("74-forget-everything")
    await walker.presses("🗑 Yes, for good")
    await walker.sees("75-forgotten")
