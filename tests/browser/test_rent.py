"""Renting as a newcomer meets it: every SMS rings, the SIM goes off and on, the end moves on."""

import re
from datetime import datetime
from typing import Any

from playwright.async_api import Locator, expect

from tests.browser.demo import WAIT, Demo, Newcomer
from tests.browser.page.acting import bubbles, last_text

#: Seconds a SIM takes to come or go in the demo; the site's clock is put forward by them.
TURN = 3


async def test_a_rented_number_rings_for_every_sms_and_is_renewed(demo: Demo, newcomer: Newcomer) -> None:
    await demo.control("smsak", "auto")
    await newcomer.sits_down(demo.url, "Rita")
    await newcomer.starts()
    await newcomer.adds_the_key("smsak", "SMSAK")
    phone = await _rents(newcomer)
    await _an_sms_waits_for_the_sim(newcomer, demo, phone)
    await _an_sms_rings(newcomer, phone)
    await newcomer.presses("Card")
    await _switches(newcomer, demo, "SIM off")
    await _is_seen(newcomer, demo, "📴 SIM off: no SMS reach it until it is on.")
    await _switches(newcomer, demo, "SIM on")
    await _renews(newcomer, demo, phone)
    await _is_seen(newcomer, demo, "📶 SIM on: it is in the network.")
    await expect(bubbles(newcomer.page).filter(has_text="🔔 +380")).to_have_count(2)


async def _rents(newcomer: Newcomer) -> str:
    """From the menu to the card; the number, digits only."""
    await newcomer.presses("Rent a number")
    await newcomer.reads("Which country should it be from?")
    await newcomer.presses("Ukraine")
    await newcomer.reads("For how long?")
    await newcomer.presses("1 day · 150.00")
    await newcomer.reads("150.00 of your")
    await newcomer.presses("Rent for 150.00")
    await newcomer.reads("SIM off: no SMS reach it until it is on.")
    number = await last_text(newcomer.page).locator("code").first.text_content()
    return re.sub(r"\D", "", number or "")


async def _an_sms_waits_for_the_sim(newcomer: Newcomer, demo: Demo, phone: str) -> None:
    """One that comes to a SIM that is off rings once it is on."""
    before = await bubbles(newcomer.page).count()
    await _is_sent(newcomer, phone, "Avito: 0417 is your code")
    await _switches(newcomer, demo, "SIM on")
    await _is_seen(newcomer, demo, "📶 SIM on: it is in the network.")
    await newcomer.hears("Avito: 0417 is your code", before)


async def _an_sms_rings(newcomer: Newcomer, phone: str) -> None:
    before = await bubbles(newcomer.page).count()
    await _is_sent(newcomer, phone, "G-730 118 is your Google code.")
    await newcomer.presses("Look now")
    await newcomer.hears("G-730 118 is your Google code.", before)
    await expect(_card(newcomer)).to_contain_text("G-730 118")


async def _switches(newcomer: Newcomer, demo: Demo, label: str) -> None:
    """It takes a while, and the card says so until a look finds it done."""
    words = f"to switch the {label}; it takes a minute"
    before = await demo.said(words)
    await newcomer.presses(label)
    await newcomer.is_told("Asked: the SIM")
    await demo.says(words, before + 1)


async def _is_seen(newcomer: Newcomer, demo: Demo, then: str) -> None:
    """Once the SIM came or went, a look at the number tells it."""
    await demo.control("smsak", "clock", advance=TURN)
    await newcomer.presses("Look now")
    await expect(_card(newcomer)).to_contain_text(then, timeout=WAIT)


async def _renews(newcomer: Newcomer, demo: Demo, phone: str) -> None:
    await newcomer.presses("Renew")
    await newcomer.reads("For how much longer?")
    await newcomer.presses("7 days · 400.00")
    await newcomer.presses("Renew for 400.00")
    await newcomer.reads("renewed for 7 days · 400.00")
    ledger = await demo.ledger("smsak")
    await newcomer.reads(f"Until {_until(ledger, phone)}")
    assert ledger["violations"] == []


def _until(ledger: Any, phone: str) -> str:
    """The end of a rent that was paid and renewed, once each, as the card says it."""
    rental = next(rental for rental in ledger["rentals"] if rental["phone"] == phone)
    moves = [entry for entry in ledger["entries"] if entry["number"] == rental["id"]]
    assert [(move["kind"], move["amount"]) for move in moves] == [("charge", "150.00"), ("charge", "400.00")]
    until = datetime.fromtimestamp(rental["until"]).astimezone()
    return f"{until.day} {until:%b %H:%M}"


async def _is_sent(newcomer: Newcomer, phone: str, text: str) -> None:
    """An SMS to the number, from the panel."""
    async with newcomer.site("smsak") as site:
        rental = site.locator(f"[data-testid=rental][data-phone='{phone}']")
        await rental.get_by_test_id("rental-text").fill(text)
        await rental.get_by_test_id("rental-sms").click()


def _card(newcomer: Newcomer) -> Locator:
    """The number's card that hangs last."""
    return bubbles(newcomer.page).filter(has_text="Rented number").last
