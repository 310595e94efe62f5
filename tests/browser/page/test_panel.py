"""The panel of the providers, and the log of the Bot API."""

from playwright.async_api import Page, expect

from tests.browser.page.acting import HOSTILE, clipboard, opened, toasted
from tests.browser.page.fakewire import FakeWire, site


async def test_the_demo_key_is_copied_from_the_panel(
    page: Page, address: str, wire: FakeWire, me: int
) -> None:
    wire.sites = [site()]
    await opened(page, address)
    await expect(page.get_by_test_id("site-smsbower").get_by_test_id("balance")).to_have_text("18.74 USD")
    await page.get_by_test_id("copy-key").click()
    await toasted(page, "Copied")
    assert await clipboard(page) == "smsbower-demo-4f1c9a"


async def test_a_code_is_let_arrive_now_or_later_from_the_panel(
    page: Page, address: str, wire: FakeWire, me: int
) -> None:
    wire.sites = [site()]
    await opened(page, address)
    number = page.get_by_test_id("number")
    await expect(number).to_have_attribute("data-phone", "447700900123")
    await number.get_by_test_id("sms-delay").fill("4")
    await number.get_by_test_id("sms-text").fill("G-0042 is your code")
    await number.get_by_test_id("sms-in").click()
    await expect(number.get_by_test_id("sms-text")).to_have_value("")
    later = {"id": "301", "in_seconds": 4, "text": "G-0042 is your code"}
    assert await wire.heard("smsbower.sms") == [later]
    await number.get_by_test_id("sms-now").click()
    assert await wire.heard("smsbower.sms", 2) == [later, {"id": "301", "in_seconds": 0}]


async def test_goods_run_out_and_change_their_price(
    page: Page, address: str, wire: FakeWire, me: int
) -> None:
    wire.sites = [site()]
    await opened(page, address)
    await page.get_by_text("Goods, prices and stock").click()
    await page.get_by_test_id("goods-filter").fill("kingdom tele")
    await expect(page.get_by_test_id("good")).to_have_count(1)
    await page.get_by_test_id("price").fill("0.50")
    await page.get_by_test_id("price").press("Enter")
    await page.get_by_test_id("run-out").click()
    good = {"service": "tg", "country": "16"}
    assert await wire.heard("smsbower.price") == [{**good, "price": "0.50"}]
    assert await wire.heard("smsbower.stock") == [{**good, "count": 0}]


async def test_a_provider_is_broken_and_healed(page: Page, address: str, wire: FakeWire, me: int) -> None:
    wire.sites = [site()]
    await opened(page, address)
    await page.get_by_text("Break this provider").click()
    await page.get_by_test_id("fault-kind").select_option("drop")
    await page.get_by_test_id("fault-times").select_option("0")
    await page.get_by_test_id("fault-method").fill("getNumberV2")
    await page.get_by_test_id("fault-after").check()
    await page.get_by_test_id("break").click()
    wire.sites = [site(faults=[{"method": "getNumberV2", "kind": "drop", "times": None}])]
    await expect(page.get_by_text("getNumberV2 cuts the line")).to_be_visible()
    await page.get_by_test_id("heal").click()
    broken, healed = await wire.heard("smsbower.fault", 2)
    assert broken == {"method": "getNumberV2", "kind": "drop", "times": None, "after_processing": True}
    assert healed == {"method": "", "kind": "none"}


async def test_codes_stop_arriving_by_themselves(page: Page, address: str, wire: FakeWire, me: int) -> None:
    wire.sites = [site()]
    await opened(page, address)
    await page.get_by_test_id("auto").uncheck()
    assert await wire.heard("smsbower.auto") == [{}]
    await page.get_by_test_id("auto").check()
    assert await wire.heard("smsbower.auto", 2) == [{}, {"after_seconds": [10, 20], "share": 0.8}]


async def test_the_log_shows_the_bots_calls_when_opened(chat: Page, wire: FakeWire, me: int) -> None:
    await wire.call("sendMessage", chat_id=me, text=HOSTILE)
    await expect(chat.get_by_test_id("log")).to_be_hidden()
    await chat.get_by_test_id("log-toggle").click()
    await wire.call("editMessageText", error="Bad Request: message is not modified", chat_id=me)
    await expect(chat.get_by_test_id("call")).to_have_count(2)
    await expect(chat.get_by_test_id("call").last).to_contain_text("message is not modified")
    await chat.get_by_test_id("call").first.locator("summary").click()
    await expect(chat.get_by_test_id("call").first.locator("pre")).to_contain_text("<script>1</script>")


async def test_a_panel_of_no_sites_says_that_it_lost_them(page: Page, address: str, me: int) -> None:
    await opened(page, address)
    await expect(page.locator(".panel-empty")).to_have_count(0)
    await page.route("**/sandbox/providers", lambda route: route.abort())
    await toasted(page, "The sandbox does not answer.")
    await page.unroute("**/sandbox/providers")
