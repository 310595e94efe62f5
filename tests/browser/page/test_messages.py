"""Messages that come, change and go, and the place one reads at."""

from playwright.async_api import Page, expect

from tests.browser.page.acting import bubbles, last_text, png
from tests.browser.page.fakewire import FakeWire


async def test_a_new_message_rings_and_an_edit_does_not(chat: Page, wire: FakeWire, me: int) -> None:
    message = await wire.say(me, "Waiting for the code")
    await expect(bubbles(chat).last).to_have_attribute("data-rang", "true")
    await wire.edit(message, text="Cancelled")
    await expect(last_text(chat)).to_have_text("Cancelled")
    await expect(bubbles(chat).last).not_to_have_attribute("data-rang", "true")


async def test_a_deleted_message_disappears(chat: Page, wire: FakeWire, me: int) -> None:
    message = await wire.say(me, "secret key", sender=me)
    await expect(last_text(chat)).to_have_text("secret key")
    await wire.delete(message)
    await expect(chat.get_by_text("secret key")).to_have_count(0)


async def test_a_photo_opens_in_a_viewer(chat: Page, wire: FakeWire, me: int) -> None:
    wire.add_file("pic", "image/png", png(320, 200))
    photo = [{"file_id": "pic", "width": 320, "height": 200}]
    await wire.tell("message", chat_id=me, message=wire.put(me, 1, photo=photo, caption="Spending"))
    image = chat.get_by_test_id("photo").locator("img")
    await expect(image).to_have_js_property("naturalWidth", 320)
    await image.click()
    await expect(chat.get_by_role("dialog", name="Photo")).to_be_visible()
    await chat.keyboard.press("Escape")
    await expect(chat.get_by_role("dialog", name="Photo")).to_have_count(0)


async def test_the_bottom_is_kept_unless_one_reads_above(chat: Page, wire: FakeWire, me: int) -> None:
    for number in range(40):
        await wire.say(me, f"message {number}")
    await expect(last_text(chat)).to_be_in_viewport()
    await chat.locator("#scroll").hover()
    await chat.mouse.wheel(0, -600)
    await expect(last_text(chat)).not_to_be_in_viewport()
    await wire.say(me, "news")
    await expect(chat.get_by_test_id("jump")).to_contain_text("1")
    await expect(last_text(chat)).not_to_be_in_viewport()
    await chat.get_by_test_id("jump").click()
    await expect(chat.get_by_text("news", exact=True).last).to_be_in_viewport()
    await expect(chat.get_by_test_id("jump")).to_be_hidden()


async def test_a_lost_connection_comes_back_without_losing_a_message(
    chat: Page, wire: FakeWire, me: int
) -> None:
    await wire.hang_up()
    await expect(chat.locator("body")).to_have_attribute("data-online", "false")
    wire.seq += 1
    wire.put(me, 1, text="while you were away")
    await expect(chat.locator("body")).to_have_attribute("data-online", "true")
    await expect(last_text(chat)).to_have_text("while you were away")


async def test_a_person_deletes_a_message_from_its_menu(chat: Page, wire: FakeWire, me: int) -> None:
    message = await wire.say(me, "a key, by mistake", sender=me)
    await expect(last_text(chat)).to_have_text("a key, by mistake")
    await last_text(chat).click(button="right")
    async with chat.expect_response("**/telegram/delete"):
        await chat.get_by_test_id("menu-item").filter(has_text="Delete").click()
    assert await wire.heard("delete") == [
        {"chat_id": me, "message_ids": [message["message_id"]], "user_id": me}
    ]
