"""The whole demo as a newcomer meets it: one command, one page, and a code that rings."""

import re
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.browser.demo import WAIT, Demo, Newcomer
from tests.browser.page.acting import PHONE, bubbles, button, clipboard, last_text, toasted


@dataclass(frozen=True, slots=True)
class Provider:
    """A site of the demo, by the words a person reads; `waits` is its first cancel, in seconds.

    `documented`: the bot knows that wait beforehand. Else it learns it from the site's first refusal.
    """

    site: str
    title: str
    country: str
    waits: float
    friend: str
    documented: bool = True


CODE = "04817"
#: Seconds within which a cancel that is due goes out, on a busy machine.
PROMPT = 15
PROVIDERS = [
    Provider("smsbower", "SMSBower", "Indonesia", 12, "Alice"),
    Provider("smsski", "sms.ski", "Indonesia", 3, "Noah"),
    Provider("sms3t", "SMS3T", "Vietnam", 6, "Linh", documented=False),
    Provider("smsak", "SMSAK", "Indonesia", 3, "Dana"),
]


@pytest.mark.parametrize("provider", PROVIDERS, ids=lambda provider: provider.site)
async def test_a_newcomer_gets_a_code_and_cancels_another_number(
    provider: Provider, demo: Demo, newcomer: Newcomer
) -> None:
    await demo.control(provider.site, "auto")
    await newcomer.sits_down(demo.url, provider.friend)
    await _a_code_rings(newcomer, provider)
    await _it_is_copied(newcomer)
    await _the_second_is_cancelled(newcomer, provider, demo)


async def test_on_a_phone_card_and_code_are_seen_together(demo: Demo, phone: Page) -> None:
    newcomer, provider = Newcomer(phone), PROVIDERS[0]
    await demo.control(provider.site, "auto")
    await newcomer.sits_down(demo.url, "Mia")
    await _a_code_rings(newcomer, provider)
    await expect(bubbles(phone).last).to_be_in_viewport(ratio=1)
    await expect(bubbles(phone).filter(has_text="Press Finish")).to_be_in_viewport(ratio=1)
    assert await phone.evaluate("document.documentElement.scrollWidth") == PHONE["width"]


async def _a_code_rings(newcomer: Newcomer, provider: Provider) -> None:
    """From START to the new message with the code."""
    await newcomer.starts()
    await newcomer.adds_the_key(provider.site, provider.title)
    await newcomer.presses("Buy a number")
    phone = await newcomer.buys(provider.country, provider.title)
    before = await bubbles(newcomer.page).count()
    await newcomer.asks_for_a_code(provider.site, phone, f"Telegram code: {CODE}")
    await expect(bubbles(newcomer.page)).to_have_count(before + 1, timeout=WAIT)
    await expect(bubbles(newcomer.page).last).to_have_attribute("data-rang", "true")
    await expect(last_text(newcomer.page).locator("code").first).to_have_text(CODE)


async def _it_is_copied(newcomer: Newcomer) -> None:
    await newcomer.presses("Copy code")
    await toasted(newcomer.page, "Copied to clipboard")
    assert await clipboard(newcomer.page) == CODE
    await newcomer.presses("Finish")
    await expect(button(newcomer.page, "Finish")).to_have_count(0)


async def _the_second_is_cancelled(newcomer: Newcomer, provider: Provider, demo: Demo) -> None:
    phone = await (_too_early(newcomer) if provider.documented else _not_let_go(newcomer, provider, demo))
    await newcomer.reads("Cancelled")
    _paid_back(await demo.ledger(provider.site), phone, provider.waits)
    if not provider.documented:
        await _too_early(newcomer)


async def _too_early(newcomer: Newcomer) -> str:
    """A number whose cancel was pressed too early; on a machine slower than its wait, the next one."""
    alert, cancelled = newcomer.page.get_by_test_id("alert"), last_text(newcomer.page)
    for _ in range(3):
        phone = await newcomer.buys_the_same_again()
        await newcomer.presses("Cancel")
        await expect(alert.or_(cancelled.filter(has_text="Cancelled")).first).to_be_visible()
        if await alert.is_visible():
            break
    await expect(alert).to_contain_text(re.compile(r"Too early.* in \d+ second"))
    await newcomer.page.get_by_test_id("alert-ok").click()
    return phone


async def _not_let_go(newcomer: Newcomer, provider: Provider, demo: Demo) -> str:
    """A number whose first cancel the site refused; on a machine slower than its wait, the next one."""
    for _ in range(3):
        phone = await newcomer.buys_the_same_again()
        await newcomer.presses("Cancel")
        await newcomer.reads("Cancelled")
        if await demo.said(f"{provider.title} did not let go of it yet"):
            return phone
    return pytest.fail("the site never said that it is too early")


def _paid_back(ledger: Any, phone: str, waits: float) -> None:
    """One charge and one refund of the same amount, at the first moment the site allows."""
    number = next(sold for sold in ledger["numbers"] if re.sub(r"\D", "", sold["phone"]) in phone)
    moves = [entry for entry in ledger["entries"] if entry["number"] == number["id"]]
    assert [entry["kind"] for entry in moves] == ["charge", "refund"]
    assert moves[0]["amount"] == moves[1]["amount"]
    assert waits <= moves[1]["at"] - number["sold_at"] < waits + PROMPT
    assert ledger["violations"] == []
