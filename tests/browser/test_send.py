"""Sending as a newcomer meets it on a phone: what Viber cannot deliver goes by SMS, and both are told."""

from typing import Any

from playwright.async_api import Page, expect

from tests.browser.demo import WAIT, Demo, Newcomer
from tests.browser.page.acting import PHONE, bubbles, last_text

RECIPIENT = "+380 50 123 4567"


async def test_a_message_that_viber_does_not_deliver_goes_by_sms(demo: Demo, phone: Page) -> None:
    newcomer = Newcomer(phone)
    await demo.control("smsfly", "auto")
    await newcomer.sits_down(demo.url, "Sam")
    await newcomer.starts()
    await newcomer.adds_the_key("smsfly", "SMS-fly")
    await _writes(newcomer)
    await newcomer.presses("Send for at most 1.229")
    await newcomer.reads("it is on its way")
    await _fails_over(newcomer)
    await _card_and_ring_are_seen_together(phone)
    _paid(await demo.ledger("smsfly"))


async def _writes(newcomer: Newcomer) -> None:
    """From the menu to a draft on one screen."""
    await newcomer.presses("Send a message")
    await newcomer.reads("Which way shall it go?")
    await newcomer.presses("Viber, then SMS")
    await newcomer.reads("sender of the Viber message")
    await newcomer.presses("Taxi")
    await newcomer.reads("sender of the SMS message")
    await newcomer.presses("InfoCenter")
    await newcomer.reads("Who gets it?")
    await newcomer.types(RECIPIENT)
    await newcomer.reads("What does the message say?")
    await newcomer.types("Your taxi is here: a red Toyota")
    await newcomer.reads("At most 1.229")


async def _fails_over(newcomer: Newcomer) -> None:
    """The panel decides: not over Viber, but over SMS."""
    before = await bubbles(newcomer.page).count()
    await _decides(newcomer, "viber", "message-fail")
    await expect(last_text(newcomer.page)).to_contain_text("Viber: not delivered", timeout=WAIT)
    await _decides(newcomer, "sms", "message-deliver")
    await newcomer.hears(f"Delivered over SMS to {RECIPIENT}", before)


async def _decides(newcomer: Newcomer, channel: str, button: str) -> None:
    async with newcomer.site("smsfly") as site:
        message = site.get_by_test_id("sent-message").first
        await message.locator(f"[data-channel={channel}]").get_by_test_id(button).click()


async def _card_and_ring_are_seen_together(phone: Page) -> None:
    card = bubbles(phone).filter(has_text="Sent messages")
    await expect(card).to_contain_text("Viber: not delivered · 0.75")
    await expect(card).to_contain_text("SMS: delivered · 0.478")
    await expect(card).to_be_in_viewport(ratio=1)
    await expect(bubbles(phone).last).to_be_in_viewport(ratio=1)
    assert await phone.evaluate("document.documentElement.scrollWidth") == PHONE["width"]


def _paid(ledger: Any) -> None:
    """Both channels, once each."""
    message = ledger["messages"][0]["id"]
    moves = [entry for entry in ledger["entries"] if entry["number"] == message]
    assert [move["kind"] for move in moves] == ["charge", "charge"]
    assert ledger["violations"] == []
