"""The chat page on the sandbox itself: its Telegram and its provider sites, with the test as the bot."""

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from bot.sandbox.server import Serving, serve
from bot.sandbox.sites import all_sites
from bot.sandbox.telegram.world import World
from tests.browser.page.acting import bubbles, button, callback, keyboard, last_text, opened, png

TOKEN = "123456:sandbox-token"
#: Seconds until what the page sends is here, on a busy machine.
PATIENCE = 20


@dataclass(frozen=True, slots=True)
class Bot:
    """Calls the Bot API as the real bot does."""

    world: World
    http: httpx.AsyncClient

    async def call(self, method: str, **params: Any) -> Any:
        return self._result(await self.http.post(f"/bot{TOKEN}/{method}", json=params))

    async def send(self, method: str, name: str, content: bytes, **params: Any) -> Any:
        """sendPhoto or sendDocument with a file of that name."""
        kind = method.removeprefix("send").lower()
        fields = {**params, kind: "attach://one"}
        posted = await self.http.post(f"/bot{TOKEN}/{method}", data=fields, files={"one": (name, content)})
        return self._result(posted)

    def _result(self, reply: httpx.Response) -> Any:
        assert reply.json()["ok"], reply.text
        return reply.json()["result"]

    async def heard(self, kind: str) -> Any:
        """The last update of a kind as soon as there is one; whatever came before it is dropped."""
        stirred = asyncio.Event()
        self.world.bot().updates.attend(lambda _: stirred.set())
        async with asyncio.timeout(PATIENCE):
            while not (heard := [update[kind] for update in self.world.take_updates() if kind in update]):
                await stirred.wait()
                stirred.clear()
        return heard[-1]


@pytest_asyncio.fixture(loop_scope="session")
async def serving(world: World) -> AsyncIterator[Serving]:
    serving = await serve(0, world, all_sites(seed=7))
    yield serving
    await serving.close()


@pytest.fixture
def world() -> World:
    world = World()
    world.add_bot(TOKEN)
    return world


@pytest_asyncio.fixture(loop_scope="session")
async def bot(serving: Serving, world: World) -> AsyncIterator[Bot]:
    async with httpx.AsyncClient(base_url=serving.url, trust_env=False) as http:
        yield Bot(world, http)


@pytest_asyncio.fixture(loop_scope="session")
async def chat(page: Page, serving: Serving) -> Page:
    """A newcomer who has pressed START."""
    await opened(page, serving.url)
    await page.get_by_test_id("start").click()
    await expect(last_text(page)).to_have_text("/start")
    return page


async def test_a_press_is_heard_answered_and_its_message_edited(chat: Page, bot: Bot) -> None:
    me = (await bot.heard("message"))["from"]["id"]
    markup = keyboard([callback("Buy", "buy:tg"), {"text": "Copy", "copy_text": {"text": "00-17"}}])
    await bot.call("sendMessage", chat_id=me, text="<b>Menu</b>", parse_mode="HTML", reply_markup=markup)
    await expect(last_text(chat).locator("strong")).to_have_text("Menu")
    await button(chat, "Buy").click()
    await expect(button(chat, "Buy")).to_have_class(re.compile("busy"))
    press = await bot.heard("callback_query")
    assert press["data"] == "buy:tg"
    await bot.call("answerCallbackQuery", callback_query_id=press["id"], text="Too early", show_alert=True)
    await expect(chat.get_by_test_id("alert")).to_contain_text("Too early")
    await chat.get_by_test_id("alert-ok").click()
    place = {"chat_id": me, "message_id": press["message"]["message_id"]}
    await bot.call("editMessageText", **place, text="Bought")
    await expect(last_text(chat)).to_have_text("Bought")
    await expect(chat.get_by_test_id("inline-button")).to_have_count(0)


async def test_reply_keyboards_and_forced_replies_reach_the_bot(chat: Page, bot: Bot) -> None:
    me = (await bot.heard("message"))["from"]["id"]
    await bot.call("sendMessage", chat_id=me, text="Sure?", reply_markup={"keyboard": [[{"text": "Yes"}]]})
    await chat.get_by_test_id("reply-key").click()
    await expect(last_text(chat)).to_have_text("Yes")
    assert (await bot.heard("message"))["text"] == "Yes"
    asked = await bot.call("sendMessage", chat_id=me, text="The key?", reply_markup={"force_reply": True})
    await expect(chat.get_by_test_id("reply-bar")).to_contain_text("The key?")
    await expect(chat.get_by_test_id("reply-keyboard")).to_be_hidden()
    await chat.get_by_test_id("composer").fill("abc")
    await chat.get_by_test_id("composer").press("Enter")
    await expect(last_text(chat)).to_have_text("abc")
    assert (await bot.heard("message"))["reply_to_message"]["message_id"] == asked["message_id"]


async def test_a_command_chosen_from_the_list_is_the_reply_that_is_begun(chat: Page, bot: Bot) -> None:
    me = (await bot.heard("message"))["from"]["id"]
    await bot.call("setMyCommands", commands=[{"command": "broadcast", "description": "to many"}])
    asked = await bot.call("sendMessage", chat_id=me, text="This one?", reply_markup={"force_reply": True})
    await expect(chat.get_by_test_id("reply-bar")).to_contain_text("This one?")
    await chat.get_by_test_id("composer").fill("/bro")
    await chat.get_by_test_id("command").click()
    await expect(last_text(chat)).to_have_text("/broadcast")
    assert (await bot.heard("message"))["reply_to_message"]["message_id"] == asked["message_id"]
    await expect(chat.get_by_test_id("reply-bar")).to_be_hidden()


async def test_photos_and_documents_are_loaded(chat: Page, bot: Bot) -> None:
    me = (await bot.heard("message"))["from"]["id"]
    await bot.send("sendPhoto", "a.png", png(120, 80), chat_id=me, caption="Spending")
    await expect(chat.get_by_test_id("photo").locator("img")).to_have_js_property("naturalWidth", 120)
    await bot.send("sendDocument", "history.csv", b"a,b\n1,2\n", chat_id=me)
    async with chat.expect_download() as downloading:
        await chat.get_by_test_id("document").click()
    download = await downloading.value
    assert download.suggested_filename == "history.csv"
    assert (await download.path()).read_bytes() == b"a,b\n1,2\n"


async def test_the_menu_shows_the_commands_the_bot_set(chat: Page, bot: Bot) -> None:
    await bot.call("setMyCommands", commands=[{"command": "buy", "description": "a number"}])
    await chat.get_by_test_id("menu").click()
    await chat.get_by_test_id("command").click()
    await expect(last_text(chat)).to_have_text("/buy")
    assert (await bot.heard("message"))["entities"] == [{"type": "bot_command", "offset": 0, "length": 4}]


async def test_a_chosen_inline_result_is_posted(chat: Page, bot: Bot) -> None:
    async with chat.expect_response("**/telegram/inline"):
        await chat.get_by_test_id("composer").fill("@codebell_bot tg")
    query = await bot.heard("inline_query")
    content = {"message_text": "Telegram from $0.12"}
    result = {"type": "article", "id": "1", "title": "Telegram", "input_message_content": content}
    await bot.call("answerInlineQuery", inline_query_id=query["id"], results=[result])
    await chat.get_by_test_id("inline-result").click()
    await expect(last_text(chat)).to_have_text("Telegram from $0.12")
    await expect(bubbles(chat).last).to_contain_text("via @codebell_bot")


async def test_a_group_with_topics_is_made_and_spoken_in(chat: Page, bot: Bot) -> None:
    await chat.get_by_test_id("new-group").click()
    await chat.get_by_test_id("field-title").fill("QA team")
    await chat.get_by_test_id("field-topics").fill("Codes, Money")
    await chat.get_by_test_id("dialog-ok").click()
    await expect(chat.get_by_test_id("chat-title")).to_have_text("QA team")
    await chat.get_by_test_id("topic-tab").filter(has_text="Codes").click()
    await chat.get_by_test_id("composer").fill("/numbers")
    await chat.get_by_test_id("send").click()
    await expect(last_text(chat)).to_have_text("/numbers")
    said = await bot.heard("message")
    await bot.call(
        "sendMessage",
        chat_id=said["chat"]["id"],
        message_thread_id=said["message_thread_id"],
        text="None yet",
    )
    await expect(last_text(chat)).to_have_text("None yet")
    await chat.get_by_test_id("topic-tab").filter(has_text="Money").click()
    await expect(chat.get_by_text("None yet").and_(chat.get_by_test_id("text"))).to_have_count(0)


async def test_a_group_that_becomes_a_supergroup_stays_open(chat: Page, bot: Bot) -> None:
    await chat.get_by_test_id("new-group").click()
    await chat.get_by_test_id("field-title").fill("Small team")
    await chat.get_by_test_id("field-kind").select_option("group")
    await chat.get_by_test_id("dialog-ok").click()
    await expect(chat.get_by_test_id("chat-title")).to_have_text("Small team")
    await chat.get_by_test_id("chat-menu").click()
    await chat.get_by_test_id("menu-item").filter(has_text="Upgrade").click()
    await expect(chat.locator("body")).to_have_attribute("data-chat", re.compile("^-100"))
    await expect(chat.get_by_test_id("chat").filter(has_text="Small team")).to_have_count(1)


async def test_what_the_bot_whispers_in_a_group_is_pressed_by_its_receiver(chat: Page, bot: Bot) -> None:
    me = (await bot.heard("message"))["from"]["id"]
    await chat.get_by_test_id("new-group").click()
    await chat.get_by_test_id("field-title").fill("QA team")
    await chat.get_by_test_id("dialog-ok").click()
    await expect(chat.get_by_test_id("chat-title")).to_have_text("QA team")
    group = (await bot.heard("my_chat_member"))["chat"]["id"]
    whisper = {"receiver_user_id": me}
    markup = keyboard([callback("Finish", "f")])
    place = {"chat_id": group, "ephemeral_message_parameters": whisper, "reply_markup": markup}
    sent = await bot.call("sendMessage", **place, text="12345")
    await expect(chat.get_by_test_id("whisper")).to_be_visible()
    await button(chat, "Finish").click()
    await expect(button(chat, "Finish")).to_have_class(re.compile("busy"))
    number = (await bot.heard("callback_query"))["message"]["ephemeral_message_id"]
    assert number == sent["ephemeral_message_id"]
    place = {"chat_id": group, "receiver_user_id": me, "ephemeral_message_id": number}
    await bot.call("deleteEphemeralMessage", **place)
    await expect(chat.get_by_text("12345").and_(chat.get_by_test_id("text"))).to_have_count(0)


async def test_a_sold_number_gets_its_code_from_the_panel(chat: Page, bot: Bot) -> None:
    card = chat.get_by_test_id("site-smsbower")
    key = str(await card.get_by_test_id("key").text_content())
    await card.get_by_test_id("auto").uncheck()
    await expect(card.get_by_test_id("auto")).not_to_be_checked()
    wish = {"api_key": key, "action": "getNumber", "service": "tg", "country": "6"}
    bought = (await bot.http.get("/smsbower/stubs/handler_api.php", params=wish)).text
    verb, number, phone = bought.split(":")
    sold = card.locator(f"[data-testid=number][data-phone$='{phone}']")
    await expect(sold).to_have_attribute("data-state", "waiting")
    await sold.get_by_test_id("sms-text").fill("Telegram code 00417")
    await sold.get_by_test_id("sms-now").click()
    await expect(sold).to_have_attribute("data-state", "received")
    await expect(sold).to_contain_text("00417")
    status = {"api_key": key, "action": "getStatus", "id": number}
    reply = (await bot.http.get("/smsbower/stubs/handler_api.php", params=status)).text
    assert (verb, reply) == ("ACCESS_NUMBER", "STATUS_OK:00417")


async def test_a_broken_provider_is_healed_from_the_panel(chat: Page, bot: Bot) -> None:
    card = chat.get_by_test_id("site-smsbower")
    await card.get_by_text("Break this provider").click()
    await card.get_by_test_id("fault-times").select_option("0")
    await card.get_by_test_id("break").click()
    await expect(card.get_by_test_id("heal")).to_be_visible()
    balance = {"api_key": str(await card.get_by_test_id("key").text_content()), "action": "getBalance"}
    broken = await bot.http.get("/smsbower/stubs/handler_api.php", params=balance)
    await card.get_by_test_id("heal").click()
    await expect(card.get_by_test_id("heal")).to_be_hidden()
    healed = await bot.http.get("/smsbower/stubs/handler_api.php", params=balance)
    assert broken.is_server_error
    assert healed.text.startswith("ACCESS_BALANCE:")
