"""The whole demo as a newcomer meets it: one command, one page, and a code that rings."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from tests.browser.demo import WAIT, Demo, Newcomer, running
from tests.browser.page.acting import bubbles, button, clipboard, last_text


@dataclass(frozen=True, slots=True)
class Provider:
    """A site of the demo, by the words a person reads; `waits` is its first cancel, in seconds.

    `documented`: the bot knows that wait beforehand. Else it learns it from the site's first refusal.
    """

    site: str
    title: str
    country: str
    waits: float
    documented: bool = True


PROVIDERS = [
    Provider("smsbower", "SMSBower", "Indonesia", 12),
    Provider("smsski", "sms.ski", "Indonesia", 3),
    Provider("sms3t", "SMS3T", "Vietnam", 6, documented=False),
]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def demo(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Demo]:
    """One demo for all of them; nothing it does may end in a traceback."""
    async with running(tmp_path_factory.mktemp("demo")) as demo:
        yield demo
    assert "Traceback" not in demo.log.read_text()


@pytest.fixture
def newcomer(page: Page) -> Newcomer:
    return Newcomer(page)


@pytest.mark.parametrize("provider", PROVIDERS, ids=lambda provider: provider.site)
async def test_a_newcomer_gets_a_code_and_cancels_another_number(
    provider: Provider, demo: Demo, newcomer: Newcomer
) -> None:
    await demo.control(provider.site, "auto")
    await newcomer.sits_down(demo.url, f"A friend of {provider.title}")
    await newcomer.starts()
    await newcomer.adds_the_key(provider.site, provider.title)
    await newcomer.presses("Buy a number")
    phone = await newcomer.buys(provider.country, provider.title)
    await _the_code_rings(newcomer, provider, phone)
    await _the_second_is_cancelled(newcomer, provider, demo)


async def _the_code_rings(newcomer: Newcomer, provider: Provider, phone: str) -> None:
    page, before = newcomer.page, await bubbles(newcomer.page).count()
    await newcomer.asks_for_a_code(provider.site, phone, "Telegram code 00417")
    await expect(bubbles(page)).to_have_count(before + 1, timeout=WAIT)
    await expect(last_text(page).locator("code")).to_have_text("00417")
    await newcomer.presses("Copy code")
    await expect(page.get_by_test_id("toast")).to_have_text("Copied to clipboard")
    assert await clipboard(page) == "00417"
    await newcomer.presses("Finish")
    await expect(button(page, "Finish")).to_have_count(0)


async def _the_second_is_cancelled(newcomer: Newcomer, provider: Provider, demo: Demo) -> None:
    phone = await newcomer.buys_the_same_again()
    if provider.documented:
        await _too_early(newcomer)
    else:
        await newcomer.presses("Cancel")
        await newcomer.reads(f"{provider.title} did not let go of it yet")
    await newcomer.reads("A cancel is booked for")
    await expect(last_text(newcomer.page)).to_contain_text("Cancelled", timeout=WAIT)
    _paid_back(await demo.ledger(provider.site), phone, provider.waits)
    if not provider.documented:
        await newcomer.buys_the_same_again()
        await _too_early(newcomer)


async def _too_early(newcomer: Newcomer) -> None:
    await newcomer.presses("Cancel from")
    await expect(newcomer.page.get_by_test_id("alert")).to_contain_text(re.compile(r"in \d+ second"))
    await newcomer.page.get_by_test_id("alert-ok").click()


def _paid_back(ledger: Any, phone: str, waits: float) -> None:
    """One charge and one refund of the same amount, at the first moment the site allows."""
    number = next(sold for sold in ledger["numbers"] if re.sub(r"\D", "", sold["phone"]) in phone)
    moves = [entry for entry in ledger["entries"] if entry["number"] == number["id"]]
    assert [entry["kind"] for entry in moves] == ["charge", "refund"]
    assert moves[0]["amount"] == moves[1]["amount"]
    assert waits <= moves[1]["at"] - number["sold_at"] < waits + 3
    assert ledger["violations"] == []
