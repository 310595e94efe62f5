"""The messages a site sent, in the panel: how they stand, and what can be done about it."""

from typing import Any

from playwright.async_api import Page, expect

from tests.browser.page.acting import HOSTILE, opened
from tests.browser.page.fakewire import FakeWire, Json, site


def channel(name: str, status: str, **changes: Any) -> Json:
    """One channel of a message as the site tells it."""
    part: Json = {"source": "Promo", "ttl": 5, "text": "Your taxi is here", "button": None, "image": ""}
    money = {"price": "0.750", "charged": True, "label": "", "flash": False}
    stand = {"channel": name, "status": status, "at": 1_763_640_000, "under_way": False}
    return {**stand, **money, **part, **changes}


def fly(*channels: Json) -> Json:
    """SMS-fly's card with one message over these channels, or without any."""
    message = {"id": "FAPI1", "recipient": "380501234567", "sent_at": 1_763_640_000, "channels": [*channels]}
    messages = [message] if channels else []
    fates = {"viber": "view", "sms": "view"}
    goods: Json = {"goods": [], "numbers": []}
    return site("smsfly", "SMS-fly", **goods, messages=messages, viber_balance="191.477", fates=fates)


async def test_a_message_is_delivered_or_failed_on_its_channel_under_way(
    page: Page, address: str, wire: FakeWire, me: int
) -> None:
    wire.sites = [fly(channel("viber", "SENT", under_way=True), channel("sms", "RESERVED"))]
    await opened(page, address)
    message = page.get_by_test_id("sent-message")
    await expect(message).to_have_attribute("data-recipient", "380501234567")
    await expect(message.get_by_test_id("message-deliver")).to_have_count(2)
    await expect(message.locator("[data-channel=sms] button:visible")).to_have_count(0)
    await message.locator("[data-channel=viber]").get_by_test_id("message-fail").click()
    deed = {"id": "FAPI1", "channel": "viber"}
    assert await wire.heard("smsfly.message") == [{**deed, "status": "UNDELIV"}]
    await message.locator("[data-channel=viber]").get_by_test_id("message-deliver").click()
    assert (await wire.heard("smsfly.message", 2))[-1] == {**deed, "status": "DELIVRD"}


async def test_a_message_that_viber_delivered_can_be_viewed(
    page: Page, address: str, wire: FakeWire, me: int
) -> None:
    wire.sites = [fly(channel("viber", "DELIVRD"), channel("sms", "REFUND", charged=False, price="0.478"))]
    await opened(page, address)
    viber, sms = page.locator("[data-channel=viber]"), page.locator("[data-channel=sms]")
    await expect(viber).to_have_attribute("data-end", "good")
    await expect(sms).to_contain_text("0.478 paid back")
    await viber.get_by_test_id("message-view").click()
    assert await wire.heard("smsfly.message") == [{"id": "FAPI1", "channel": "viber", "status": "VIEWED"}]
    await expect(sms.locator("button:visible")).to_have_count(0)


async def test_a_message_is_shown_as_text_with_its_button_and_image(
    page: Page, address: str, wire: FakeWire, me: int
) -> None:
    more = {"button": ["Where?", "https://example.org"], "image": "https://example.org/a.png"}
    wire.sites = [fly(channel("viber", "ERROR", text=HOSTILE, **more))]
    await opened(page, address)
    await expect(page.locator("[data-channel=viber]")).to_contain_text(f"{HOSTILE} [Where?] (image)")
    await expect(page.locator("[data-channel=viber]")).to_have_attribute("data-end", "bad")


async def test_the_fate_and_the_money_of_the_next_messages_are_set(
    page: Page, address: str, wire: FakeWire, me: int
) -> None:
    wire.sites = [fly()]
    await opened(page, address)
    await expect(page.get_by_text("None yet: send one in the chat.")).to_be_visible()
    await page.get_by_test_id("fate").select_option("undeliv")
    await page.get_by_test_id("set-viber-balance").click()
    await page.get_by_test_id("field-amount").fill("3.5")
    await page.get_by_test_id("dialog-ok").click()
    await expect(page.get_by_test_id("dialog")).to_have_count(0)
    assert await wire.heard("smsfly.fate") == [{"fate": "undeliv"}]
    assert await wire.heard("smsfly.balance") == [{"amount": "3.5", "purse": "viber"}]


async def test_a_site_of_messages_shows_no_numbers_and_a_site_of_numbers_no_messages(
    page: Page, address: str, wire: FakeWire, me: int
) -> None:
    wire.sites = [site(), fly()]
    await opened(page, address)
    bower, fly_card = page.get_by_test_id("site-smsbower"), page.get_by_test_id("site-smsfly")
    await fly_card.locator("summary").first.click()
    await expect(fly_card.get_by_test_id("messages-sent")).to_be_visible()
    await expect(fly_card.get_by_test_id("goods")).to_be_hidden()
    await expect(fly_card.get_by_text("Sold numbers")).to_be_hidden()
    await expect(fly_card.get_by_text("Messages go their way by themselves")).to_be_visible()
    await expect(bower.get_by_test_id("messages-sent")).to_be_hidden()
    await expect(bower.get_by_text("Sold numbers")).to_be_visible()
