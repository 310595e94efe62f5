"""The person's door over HTTP: POST /sandbox/telegram/<op>, the files, and a websocket with the news."""

import asyncio
import contextlib
import inspect
import json
from collections.abc import Callable
from typing import Any

from aiohttp import WSMsgType, web
from pydantic import ValidationError, validate_call

from bot.sandbox.telegram.human import Human
from bot.sandbox.telegram.refusals import Nonsense
from bot.sandbox.telegram.wire import Json
from bot.sandbox.telegram.world import World

PREFIX = "/sandbox/telegram"
#: Where the answer to a press may be waited for, in seconds.
LONGEST_WAIT = 60.0
CLOSING = (WSMsgType.CLOSE, WSMsgType.CLOSING, WSMsgType.CLOSED, WSMsgType.ERROR)


def human_routes(world: World) -> list[web.RouteDef]:
    """The routes to add to an application."""
    door = HumanDoor(world)
    return [
        web.get(f"{PREFIX}/events", door.events),
        web.get(f"{PREFIX}/file/{{file_id}}", door.file),
        web.post(f"{PREFIX}/upload", door.upload),
        web.post(f"{PREFIX}/click", door.click),
        web.post(f"{PREFIX}/{{op}}", door.deed),
    ]


class HumanDoor:
    """Turns requests into deeds; nonsense is answered with 400 and {"error": words}."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._human = Human(world)

    async def deed(self, request: web.Request) -> web.Response:
        try:
            deed = _deed(self._human, request.match_info["op"])
            return web.json_response(_called(deed, await _body(request)))
        except Nonsense as nonsense:
            return _nonsense(nonsense)

    async def click(self, request: web.Request) -> web.Response:
        """With `wait`, the answer to the press is waited for and stands beside its id."""
        try:
            body = await _body(request)
            wait = min(float(body.pop("wait", 0)), LONGEST_WAIT)
            pressed = _called(self._human.click, body)
            if wait > 0:
                pressed["answer"] = await self._answered(pressed["callback_query_id"], wait)
            return web.json_response(pressed)
        except Nonsense as nonsense:
            return _nonsense(nonsense)

    async def upload(self, request: web.Request) -> web.Response:
        try:
            return web.json_response(_called(self._human.upload, await _form(request)))
        except Nonsense as nonsense:
            return _nonsense(nonsense)

    async def file(self, request: web.Request) -> web.Response:
        stored = self._world.files.get(request.match_info["file_id"])
        if stored is None:
            return _nonsense(Nonsense("there is no such file"))
        return web.Response(body=stored.content, content_type=stored.content_type)

    async def events(self, request: web.Request) -> web.WebSocketResponse:
        """One JSON object for every change, from the moment of connecting on."""
        socket = web.WebSocketResponse(heartbeat=30)
        queue: asyncio.Queue[Json] = asyncio.Queue()
        stop = self._world.events.listen(queue.put_nowait)
        await socket.prepare(request)
        sending = asyncio.create_task(_send(socket, queue))
        try:
            while (await socket.receive()).type not in CLOSING:
                """Nothing a page says here matters."""
        finally:
            stop()
            sending.cancel()
        return socket

    async def _answered(self, callback_query_id: str, wait: float) -> Json | None:
        answered = asyncio.Event()

        def hear(event: Json) -> None:
            if event["type"] == "answer" and event["callback_query_id"] == callback_query_id:
                answered.set()

        stop = self._world.events.listen(hear)
        try:
            async with asyncio.timeout(wait):
                await answered.wait()
        except TimeoutError:
            """The press stays unanswered; that is an answer too."""
        finally:
            stop()
        return self._human.answer(callback_query_id)


async def _send(socket: web.WebSocketResponse, queue: asyncio.Queue[Json]) -> None:
    with contextlib.suppress(ConnectionError):
        while not socket.closed:
            await socket.send_str(json.dumps(await queue.get(), ensure_ascii=False))


def _deed(human: Human, op: str) -> Callable[..., Any]:
    deed = None if op.startswith("_") else getattr(human, op, None)
    if not inspect.ismethod(deed):
        raise Nonsense(f"nobody can {op}")
    return deed


def _called(deed: Callable[..., Any], body: Json) -> Any:
    """Carry a deed out, its arguments checked against its annotations."""
    try:
        return validate_call(deed)(**body)
    except ValidationError as error:
        first = error.errors()[0]
        raise Nonsense(f"{first['loc'][0]}: {first['msg']}") from None


async def _body(request: web.Request) -> Json:
    try:
        body = json.loads(await request.text() or "{}")
    except ValueError:
        raise Nonsense("this is not JSON") from None
    if not isinstance(body, dict):
        raise Nonsense("a JSON object is expected")
    return body


async def _form(request: web.Request) -> Json:
    form = await request.post()
    file = form.get("file")
    if not isinstance(file, web.FileField):
        raise Nonsense("there is no file in the form")
    body: Json = {"filename": file.filename, "content": file.file.read()}
    for name in ("chat_id", "user_id"):
        body[name] = _number(str(form.get(name, "")))
    for name in ("reply_to", "thread_id"):
        if name in form:
            body[name] = _number(str(form[name]))
    body["album"] = str(form.get("album", ""))
    return {**body, "caption": str(form.get("caption", "")), "as_document": form.get("as_document") == "true"}


def _number(value: str) -> int:
    try:
        return int(value)
    except ValueError:
        raise Nonsense("a number is expected") from None


def _nonsense(nonsense: Nonsense) -> web.Response:
    return web.json_response({"error": str(nonsense)}, status=400)
