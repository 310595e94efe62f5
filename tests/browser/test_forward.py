"""Call forwarding as a newcomer meets it: after the first SMS, where the service allows it."""

from playwright.async_api import expect

from tests.browser.demo import WAIT, Demo, Newcomer
from tests.browser.page.acting import bubbles

OWN_PHONE = "+44 20 7946 0958"


async def test_calls_ring_at_another_phone_where_the_service_allows_it(
    demo: Demo, newcomer: Newcomer
) -> None:
    await demo.control("smsak", "auto")
    await newcomer.sits_down(demo.url, "Fay")
    await newcomer.starts()
    await newcomer.adds_the_key("smsak", "SMSAK")
    await _calls_are_forwarded(newcomer)
    await _telegram_forwards_none(newcomer)


async def _calls_are_forwarded(newcomer: Newcomer) -> None:
    phone = await _gets_a_code(newcomer, "Avito")
    await _asks_to_forward(newcomer)
    await newcomer.reads(f"ring at {OWN_PHONE} now")
    card = bubbles(newcomer.page).filter(has_text="Copy number")
    await expect(card).to_contain_text(f"Calls ring at {OWN_PHONE}", timeout=WAIT)
    async with newcomer.site("smsak") as site:
        sold = site.locator(f"[data-testid=number][data-phone='{phone}']")
        await expect(sold).to_contain_text("calls go to +442079460958")


async def _telegram_forwards_none(newcomer: Newcomer) -> None:
    await newcomer.types("/start")
    await _gets_a_code(newcomer, "Telegram")
    await _asks_to_forward(newcomer)
    await newcomer.is_told("The provider does not forward calls of this number.")


async def _gets_a_code(newcomer: Newcomer, service: str) -> str:
    """From the menu to the new message with the code; the number, digits only."""
    await newcomer.presses("Buy a number")
    phone = await newcomer.buys("Russia", "SMSAK", service)
    before = await bubbles(newcomer.page).count()
    await newcomer.asks_for_a_code("smsak", phone, f"{service}: 4711")
    await newcomer.hears("4711", before)
    return phone


async def _asks_to_forward(newcomer: Newcomer) -> None:
    await newcomer.presses("Forward calls")
    await newcomer.reads("Where shall calls to")
    await newcomer.types(OWN_PHONE)
    await newcomer.reads("United Kingdom")
    await newcomer.presses("Forward calls")
