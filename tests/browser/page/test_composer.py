"""What a person types, sends and is asked for."""

from playwright.async_api import FilePayload, Page, expect

from tests.browser.page.acting import bubbles, last_text, toasted
from tests.browser.page.fakewire import FakeWire


async def test_enter_sends_and_shift_enter_makes_a_line(chat: Page, wire: FakeWire, me: int) -> None:
    line = chat.get_by_test_id("composer")
    await line.fill("one")
    await line.press("Shift+Enter")
    await line.press_sequentially("two")
    await line.press("Enter")
    await expect(last_text(chat)).to_have_text("one\ntwo", use_inner_text=True)
    await expect(line).to_have_value("")


async def test_a_refused_message_stays_in_the_composer(chat: Page, wire: FakeWire, me: int) -> None:
    wire.refuse["message"] = "the bot was blocked"
    await chat.get_by_test_id("composer").fill("precious words")
    await chat.get_by_test_id("send").click()
    await toasted(chat, "the bot was blocked")
    await expect(chat.get_by_test_id("composer")).to_have_value("precious words")


async def test_a_slash_lists_the_commands_and_enter_sends_the_marked_one(
    chat: Page, wire: FakeWire, me: int
) -> None:
    line = chat.get_by_test_id("composer")
    await line.press_sequentially("/")
    await expect(chat.get_by_test_id("command")).to_have_count(2)
    await line.press("ArrowDown")
    await line.press("Enter")
    await expect(last_text(chat)).to_have_text("/buy")
    await expect(line).to_have_value("")


async def test_the_menu_follows_the_commands_the_bot_sets(chat: Page, wire: FakeWire, me: int) -> None:
    await wire.tell("commands", chat_id=me, commands=[{"command": "numbers", "description": "my numbers"}])
    await chat.get_by_test_id("menu").click()
    await expect(chat.get_by_test_id("command")).to_have_text(["/numbersmy numbers"])
    await chat.get_by_test_id("command").click()
    await expect(last_text(chat)).to_have_text("/numbers")


async def test_a_reply_keyboard_sends_its_words_and_leaves_when_told(
    chat: Page, wire: FakeWire, me: int
) -> None:
    await wire.say(me, "which?", reply_markup={"keyboard": [[{"text": "Yes"}, {"text": "No"}]]})
    await chat.get_by_test_id("reply-key").filter(has_text="Yes").click()
    await expect(last_text(chat)).to_have_text("Yes")
    await expect(chat.get_by_test_id("reply-keyboard")).to_be_visible()
    await wire.say(me, "thanks", reply_markup={"remove_keyboard": True})
    await expect(chat.get_by_test_id("reply-keyboard")).to_be_hidden()


async def test_a_forced_reply_is_a_reply_once(chat: Page, wire: FakeWire, me: int) -> None:
    markup = {"force_reply": True, "input_field_placeholder": "the key"}
    asked = await wire.say(me, "Send me the key", reply_markup=markup)
    await expect(chat.get_by_test_id("reply-bar")).to_contain_text("Send me the key")
    await expect(chat.get_by_test_id("composer")).to_have_attribute("placeholder", "the key")
    await chat.get_by_test_id("composer").fill("abc")
    await chat.get_by_test_id("composer").press("Enter")
    await expect(bubbles(chat).last.get_by_test_id("reply")).to_contain_text("Send me the key")
    await expect(chat.get_by_test_id("reply-bar")).to_be_hidden()
    assert (await wire.heard("message"))[-1]["reply_to"] == asked["message_id"]


async def test_a_file_is_sent_with_its_caption(chat: Page, wire: FakeWire, me: int) -> None:
    async with chat.expect_file_chooser() as choosing:
        await chat.get_by_test_id("attach").click()
    chooser = await choosing.value
    await chooser.set_files(FilePayload(name="keys.csv", mimeType="text/csv", buffer=b"a,b\n"))
    await chat.get_by_test_id("field-caption").fill("my keys")
    await chat.get_by_test_id("dialog-ok").click()
    await expect(chat.get_by_test_id("document")).to_contain_text("keys.csv")
    await expect(last_text(chat)).to_have_text("my keys")
    assert wire.files["sent"][1] == b"a,b\n"
