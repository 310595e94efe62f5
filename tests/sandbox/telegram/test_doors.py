"""The doors over HTTP: the bot's, as aiogram's own session uses it, and the person's."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import (
    TelegramBadRequest,
    TelegramConflictError,
    TelegramNetworkError,
    TelegramUnauthorizedError,
)
from aiogram.types import BufferedInputFile, LinkPreviewOptions
from aiohttp import web

from bot.sandbox.telegram.botapi import routes
from bot.sandbox.telegram.door import human_routes
from bot.sandbox.telegram.inprocess import InProcessSession
from bot.sandbox.telegram.wire import Json
from tests.sandbox.telegram.scene import TOKEN, Clock, Scene, keyboard


class Wire:
    """The world behind real HTTP: aiogram's own session on one side, the page's requests on the other."""

    def __init__(self, scene: Scene, base: str, http: aiohttp.ClientSession) -> None:
        self.scene, self.base, self.http = scene, base, http

    def bot(self, token: str = TOKEN) -> Bot:
        return Bot(token, session=AiohttpSession(api=TelegramAPIServer.from_base(self.base)))

    async def post(self, op: str, **body: Any) -> tuple[int, Json]:
        async with self.http.post(f"{self.base}/sandbox/telegram/{op}", json=body) as response:
            return response.status, await response.json()


@pytest.fixture
async def wire(scene: Scene) -> AsyncIterator[Wire]:
    app = web.Application()
    app.add_routes([*routes(scene.world), *human_routes(scene.world)])
    runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    base = f"http://127.0.0.1:{runner.addresses[0][1]}"
    async with aiohttp.ClientSession() as http:
        yield Wire(scene, base, http)
    await runner.cleanup()


async def hung_up(bot: Bot) -> None:
    """Close the connections without the quarter of a second that aiogram grants TLS for it."""
    assert isinstance(bot.session, AiohttpSession)
    await (await bot.session.create_session()).close()


@pytest.fixture
async def bot(wire: Wire) -> AsyncIterator[Bot]:
    bot = wire.bot()
    yield bot
    await hung_up(bot)


async def test_aiograms_own_session_talks_to_the_world(wire: Wire, bot: Bot) -> None:
    ann = wire.scene.person()
    assert (await bot.me()).username == "codebell_bot"
    sent = await bot.send_message(ann, "<b>Hi</b>", parse_mode="HTML", reply_markup=keyboard("go"))
    assert (sent.text, wire.scene.last(ann)["message_id"]) == ("Hi", sent.message_id)
    with pytest.raises(TelegramBadRequest, match="chat not found"):
        await bot.send_message(1, "x")


async def test_a_long_poll_over_http_ends_with_the_next_update(wire: Wire, bot: Bot) -> None:
    ann = wire.scene.person()
    poll = asyncio.create_task(bot.get_updates(timeout=30))
    await wire.post("message", chat_id=ann, user_id=ann, text="hello")
    (update,) = await poll
    assert update.message is not None
    assert update.message.text == "hello"


async def test_of_two_pollers_over_http_the_later_one_stays(wire: Wire, bot: Bot) -> None:
    ann, other = wire.scene.person(), wire.bot()
    polls = {asyncio.create_task(one.get_updates(timeout=30)) for one in (bot, other)}
    (ended,), (left,) = await asyncio.wait(polls, return_when=asyncio.FIRST_COMPLETED)
    assert isinstance(ended.exception(), TelegramConflictError)
    wire.scene.human.message(ann, ann, "hello")
    assert len(await left) == 1
    await hung_up(other)


async def test_a_wrong_token_is_unauthorized(wire: Wire) -> None:
    stranger = wire.bot("424242:wrong")
    with pytest.raises(TelegramUnauthorizedError):
        await stranger.get_me()
    await hung_up(stranger)


async def test_files_go_up_and_come_down(wire: Wire, bot: Bot) -> None:
    ann = wire.scene.person()
    sent = await bot.send_document(ann, BufferedInputFile(b"a,b\n", "x.csv"), caption="yours")
    assert sent.document is not None
    content = await bot.download(sent.document)
    assert content is not None
    assert content.read() == b"a,b\n"
    async with wire.http.get(f"{wire.base}/sandbox/telegram/file/{sent.document.file_id}") as shown:
        assert (shown.content_type, await shown.read()) == ("text/csv", b"a,b\n")


async def test_a_dropped_connection_and_an_html_page_reach_aiogram_as_they_would(
    wire: Wire, bot: Bot
) -> None:
    await wire.post("fault", method="getMe", drop=True)
    with pytest.raises(TelegramNetworkError, match="ServerDisconnectedError"):
        await bot.get_me()
    await wire.post("fault", method="getMe", code=502, body="<html>")
    async with wire.http.get(f"{wire.base}/bot{TOKEN}/getMe") as response:
        assert (response.status, response.content_type, await response.text()) == (502, "text/html", "<html>")


async def test_calls_may_come_as_json_or_as_a_query(wire: Wire) -> None:
    ann = wire.scene.person()
    body = {"chat_id": ann, "text": "one", "reply_markup": {"inline_keyboard": []}}
    async with wire.http.post(f"{wire.base}/bot{TOKEN}/sendMessage", json=body) as response:
        assert (await response.json())["result"]["text"] == "one"
    async with wire.http.get(f"{wire.base}/bot{TOKEN}/sendmessage?chat_id={ann}&text=two") as response:
        assert (await response.json())["result"]["text"] == "two"


async def test_a_person_signs_up_talks_and_is_shown_in_the_state(wire: Wire) -> None:
    _, created = await wire.post("user", name="Ann", language_code="uk")
    ann = created["user"]["id"]
    assert created["chat"] == {"id": ann, "type": "private", "first_name": "Ann"}
    status, said = await wire.post("message", chat_id=ann, user_id=ann, text="/start")
    _, state = await wire.post("state")
    assert (status, state["chats"][0]["messages"]) == (200, [said["message"]])
    assert state["users"][0]["language_code"] == "uk"


@pytest.mark.parametrize(
    ("op", "body", "words"),
    [
        ("fly", {}, "nobody can fly"),
        ("_say", {}, "nobody can _say"),
        ("world", {}, "nobody can world"),
        ("message", {"chat_id": 1}, "Missing required argument"),
        ("message", {"chat_id": "Ann", "user_id": 1, "text": "x"}, "valid integer"),
        ("message", {"chat_id": 1, "user_id": 1, "text": "x"}, "there is no chat 1"),
        ("user", {"name": "Ann", "age": 5}, "Unexpected keyword argument"),
    ],
)
async def test_nonsense_is_answered_with_400_and_words(wire: Wire, op: str, body: Json, words: str) -> None:
    status, answer = await wire.post(op, **body)
    assert (status, words in answer["error"]) == (400, True), answer


@pytest.mark.parametrize("body", ["{", "[]", "5"])
async def test_a_body_that_is_no_object_is_answered_with_400(wire: Wire, body: str) -> None:
    async with wire.http.post(f"{wire.base}/sandbox/telegram/state", data=body) as response:
        assert (response.status, "error" in await response.json()) == (400, True)


async def test_a_press_can_wait_for_its_answer(wire: Wire, bot: Bot) -> None:
    ann = wire.scene.person()
    sent = await bot.send_message(ann, "x", reply_markup=keyboard("go"))
    press = {"chat_id": ann, "message_id": sent.message_id, "user_id": ann, "data": "go"}
    pressed = asyncio.create_task(wire.post("click", **press, wait=30))
    (update,) = await bot.get_updates(timeout=30)
    assert update.callback_query is not None
    await bot.answer_callback_query(update.callback_query.id, "done")
    _, answer = await pressed
    assert answer["answer"] == {"text": "done", "show_alert": False, "url": ""}


async def test_a_press_that_is_not_answered_in_time_has_no_answer(wire: Wire, bot: Bot) -> None:
    ann = wire.scene.person()
    sent = await bot.send_message(ann, "x", reply_markup=keyboard("go"))
    press = {"chat_id": ann, "message_id": sent.message_id, "user_id": ann, "data": "go"}
    _, answer = await wire.post("click", **press, wait=0.01)
    assert answer["answer"] is None


async def test_a_file_is_uploaded_by_a_person(wire: Wire) -> None:
    ann = wire.scene.person()
    form = aiohttp.FormData({"chat_id": str(ann), "user_id": str(ann), "caption": "mine"})
    form.add_field("file", b"hello", filename="note.txt")
    async with wire.http.post(f"{wire.base}/sandbox/telegram/upload", data=form) as response:
        message = (await response.json())["message"]
    assert (message["document"]["file_name"], message["caption"]) == ("note.txt", "mine")
    async with wire.http.post(f"{wire.base}/sandbox/telegram/upload", data={"chat_id": "1"}) as response:
        assert (response.status, await response.json()) == (400, {"error": "there is no file in the form"})


async def test_the_websocket_tells_every_change_in_order(wire: Wire, bot: Bot) -> None:
    async with wire.http.ws_connect(f"{wire.base}/sandbox/telegram/events") as socket:
        ann = wire.scene.person()
        sent = await bot.send_message(ann, "x", reply_markup=keyboard("go"))
        await sent.edit_text("y", reply_markup=keyboard("go"))
        pressed = wire.scene.human.click(ann, sent.message_id, ann, "go")
        await bot.answer_callback_query(pressed["callback_query_id"], "hi")
        await sent.delete()
        told = [json.loads((await socket.receive(timeout=20)).data) for _ in range(11)]
    kinds = "user chat message message call edited call answer call deleted call"
    assert [event["type"] for event in told] == kinds.split()
    assert [event["seq"] for event in told] == [*range(told[0]["seq"], told[0]["seq"] + 11)]
    assert (told[0]["user"]["id"], told[1]["chat"]["id"], told[5]["message"]["text"]) == (ann, ann, "y")
    assert told[7] == {**told[7], "text": "hi", "show_alert": False, "url": "", **pressed}
    assert (told[9]["chat_id"], told[9]["message_ids"]) == (ann, [sent.message_id])
    assert told[10] == {"type": "call", **wire.scene.human.calls()["calls"][-1]}


async def test_a_page_that_goes_away_is_forgotten(wire: Wire) -> None:
    async with wire.http.ws_connect(f"{wire.base}/sandbox/telegram/events"):
        assert wire.scene.world.events.listeners == 1
    await wire.post("state")
    assert wire.scene.world.events.listeners == 0


def test_a_clock_that_is_injected_rules_the_dates(scene: Scene) -> None:
    assert isinstance(scene.world.clock, Clock)
    ann = scene.person()
    assert scene.last(ann)["date"] == 1_800_000_000


async def test_both_doors_are_told_the_same_by_aiogram(wire: Wire, bot: Bot) -> None:
    ann = wire.scene.person()
    inner = Bot(TOKEN, session=InProcessSession(wire.scene.world))
    file = BufferedInputFile(b"x", "x.txt")
    link = LinkPreviewOptions(is_disabled=True)
    for one in (bot, inner):
        await one.send_message(ann, "a & b\n👍", link_preview_options=link, reply_markup=keyboard("go"))
        await one.send_document(ann, file, caption="", disable_notification=False)
        await one.get_updates(offset=0, limit=5, timeout=0, allowed_updates=["message"])
    calls = [(call["method"], _nameless(call["params"])) for call in wire.scene.human.calls()["calls"]]
    assert calls[:3] == calls[3:]
    assert [call[0] for call in calls[:3]] == ["sendMessage", "sendDocument", "getUpdates"]


def _nameless(params: Json) -> Json:
    """Without the random name an upload travels under."""
    known = {name: value for name, value in params.items() if name != "document"}
    return {name.split()[0] if name.startswith("file ") else name: value for name, value in known.items()}
