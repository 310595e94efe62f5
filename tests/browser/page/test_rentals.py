"""The rented numbers in a site's card."""

from playwright.async_api import Page, expect

from tests.browser.page.acting import HOSTILE, opened
from tests.browser.page.fakewire import START, FakeWire, Json, site

PHONE = "79996114220"


def rental(**changes: object) -> Json:
    return {
        "id": "19993920",
        "phone": PHONE,
        "country": "RU",
        "country_name": "Россия",
        "until": START + 86400,
        "paid": "150.00",
        "state": "rented",
        "sim": "online",
        "sms": [],
        "held": 0,
        "due_in": None,
        **changes,
    }


def renting(*rentals: Json) -> Json:
    return site("smsak", "SMSAK", currency="", rentals=list(rentals), to_rent={"RU": 9, "UA": 5}, forwards={})


async def test_a_site_that_rents_nothing_shows_nothing_of_it(
    page: Page, address: str, wire: FakeWire
) -> None:
    wire.sites = [site()]
    await opened(page, address)
    await expect(page.get_by_test_id("number")).to_be_visible()
    await expect(page.get_by_test_id("rentals")).to_be_hidden()


async def test_an_sms_is_sent_to_a_rented_number_from_the_panel(
    page: Page, address: str, wire: FakeWire, me: int
) -> None:
    wire.sites = [renting(rental())]
    await opened(page, address)
    await expect(page.get_by_test_id("to-rent")).to_have_text("To rent: RU 9, UA 5")
    number = page.get_by_test_id("rental")
    await expect(number).to_have_attribute("data-phone", PHONE)
    await number.get_by_test_id("rental-text").fill("9999 is your Taxify activation code.")
    await number.get_by_test_id("rental-sms").click()
    await expect(number.get_by_test_id("rental-text")).to_have_value("")
    await number.get_by_test_id("rental-sms").click()
    written = {"id": "19993920", "text": "9999 is your Taxify activation code."}
    assert await wire.heard("smsak.sms", 2) == [written, {"id": "19993920"}]


async def test_the_sim_and_what_waits_for_it_are_shown(
    page: Page, address: str, wire: FakeWire, me: int
) -> None:
    wire.sites = [renting(rental(sim="enabling", held=1), rental(id="2", sim="offline", due_in=7.6))]
    await opened(page, address)
    first, second = page.get_by_test_id("rental").first, page.get_by_test_id("rental").last
    await expect(first.get_by_test_id("sim")).to_have_text("going online…")
    await expect(first).to_contain_text("1 SMS waits for the SIM")
    await expect(second.get_by_test_id("sim")).to_have_text("offline")
    await expect(second).to_contain_text("150.00 paid · SMS in 8 s")


async def test_sms_of_a_rented_number_are_texts_with_their_sender(
    page: Page, address: str, wire: FakeWire, me: int
) -> None:
    wire.sites = [renting(rental(sms=[{"code": "1", "text": HOSTILE, "from": "Taxify", "at": START}]))]
    await opened(page, address)
    await expect(page.get_by_test_id("rental").locator("li")).to_have_text(f"Taxify {HOSTILE}")


async def test_an_ended_rental_takes_no_sms(page: Page, address: str, wire: FakeWire, me: int) -> None:
    wire.sites = [renting(rental(state="ended", sim="online"))]
    await opened(page, address)
    await expect(page.get_by_test_id("sim")).to_have_text("ended")
    await expect(page.get_by_test_id("rental-sms")).to_be_hidden()


async def test_where_the_calls_of_a_number_go_is_told(
    page: Page, address: str, wire: FakeWire, me: int
) -> None:
    wire.sites = [renting() | {"forwards": {"301": "79007777777"}}]
    await opened(page, address)
    await expect(page.get_by_test_id("number")).to_contain_text(
        "0.35 · code in 12 s · calls go to +79007777777"
    )
