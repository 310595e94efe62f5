"""A sandbox of plain dictionaries that speaks the page's wire format, with the test as the bot behind it."""

import asyncio
import itertools
from collections.abc import Callable
from typing import Any

from aiohttp import web

from bot.sandbox.pages import add_pages

Json = dict[str, Any]
BOT: Json = {"id": 1, "is_bot": True, "first_name": "Codebell", "username": "codebell_bot"}
CHAT = ("id", "type", "title", "first_name", "is_forum")
START = 1_763_640_000


class FakeWire:
    """Keeps chats, tells the page what happens, and notes every deed in `deeds` as (op, body)."""

    def __init__(self) -> None:
        self.seq = 0
        self.ids = itertools.count(10)
        self.users: dict[int, Json] = {}
        self.chats: dict[int, Json] = {}
        self.files: dict[str, tuple[str, bytes]] = {}
        self.calls: list[Json] = []
        self.sites: list[Json] = []
        self.deeds: list[tuple[str, Json]] = []
        self.noted = asyncio.Condition()
        self.queries: list[str] = []
        self.refuse: dict[str, str] = {}
        self.sockets: set[web.WebSocketResponse] = set()
        self.on_click: Callable[[str, Json], list[Json]] = lambda query_id, deed: []
        #: What is known of inline queries without the bot.
        self.known: Json | None = None
        self.date = START

    def app(self) -> web.Application:
        app = web.Application()
        add_pages(app)
        app.router.add_get("/sandbox/telegram/events", self.events)
        app.router.add_get("/sandbox/telegram/file/{id}", self.file)
        app.router.add_post("/sandbox/telegram/upload", self.uploaded)
        app.router.add_post("/sandbox/telegram/{op}", self.deed)
        app.router.add_get("/sandbox/providers", self.overview)
        app.router.add_post("/sandbox/providers/{name}/{op}", self.control)
        app.on_shutdown.append(self.hang_up)
        return app

    # What the test does as the bot.

    def add_user(self, name: str = "Alex") -> int:
        user_id = 700 + next(self.ids)
        self.users[user_id] = {
            "id": user_id,
            "is_bot": False,
            "first_name": name,
            "language_code": "en",
            "blocked": [],
        }
        self.add_chat({"id": user_id, "type": "private", "first_name": name}, [user_id, 1])
        return user_id

    def add_chat(self, chat: Json, members: list[int]) -> Json:
        commands = [
            {"command": "start", "description": "the menu"},
            {"command": "buy", "description": "a number"},
        ]
        self.chats[chat["id"]] = {**chat, "members": members, "messages": [], "commands": commands}
        return self.chats[chat["id"]]

    def add_group(self, *members: int, title: str = "QA team", **more: Any) -> Json:
        """A supergroup with the bot in it; its first member made it."""
        group = {"id": -1000 - next(self.ids), "type": "supergroup", "title": title, **more}
        made = self.add_chat(group, [*members, BOT["id"]])
        made["roles"] = {str(members[0]): "creator"}
        return made

    async def whisper(self, chat_id: int, receiver: int, text: str, **content: Any) -> Json:
        """What the bot shows to one member of a group alone."""
        head: Json = {"message_id": 0, "ephemeral_message_id": next(self.ids)}
        head["receiver_user"] = self.users[receiver]
        return await self.say(chat_id, text, **head, **content)

    def put(self, chat_id: int, sender: int, **content: Any) -> Json:
        """Store a message without telling; for what was there before the page came."""
        self.date += 7
        head = {"message_id": next(self.ids), "from": self.users.get(sender, BOT), "date": self.date}
        chat = {key: value for key, value in self.chats[chat_id].items() if key in CHAT}
        message = {**head, "chat": chat, **content}
        self.chats[chat_id]["messages"].append(message)
        return message

    async def say(self, chat_id: int, text: str, sender: int = 1, **content: Any) -> Json:
        """A new message, of the bot unless said otherwise."""
        message = self.put(chat_id, sender, text=text, **content)
        await self.tell("message", chat_id=chat_id, message=message)
        return message

    async def edit(self, message: Json, **content: Any) -> Json:
        messages = self.chats[message["chat"]["id"]]["messages"]
        changed = {**message, "edit_date": self.date, **content}
        messages[messages.index(message)] = changed
        await self.tell("edited", chat_id=message["chat"]["id"], message=changed)
        return changed

    async def delete(self, message: Json) -> None:
        chat_id = message["chat"]["id"]
        self.chats[chat_id]["messages"].remove(message)
        await self.tell("deleted", chat_id=chat_id, message_ids=[message["message_id"]])

    async def answer(self, query_id: str, text: str = "", alert: bool = False, url: str = "") -> None:
        await self.tell("answer", callback_query_id=query_id, text=text, show_alert=alert, url=url)

    async def call(self, method: str, error: str | None = None, **params: Any) -> None:
        entry = {
            "at": float(self.date),
            "method": method,
            "params": params,
            "ok": error is None,
            "error": error,
        }
        await self.tell("call", **entry)
        self.calls.append({"seq": self.seq, **entry})

    async def tell(self, kind: str, **body: Any) -> None:
        self.seq += 1
        for socket in list(self.sockets):
            await socket.send_json({"seq": self.seq, "type": kind, **body})

    async def note(self, op: str, body: Json) -> None:
        async with self.noted:
            self.deeds.append((op, body))
            self.noted.notify_all()

    async def heard(self, op: str, count: int = 1) -> list[Json]:
        """All deeds of that kind as soon as there are `count`: the page answers a press before it is told."""
        async with asyncio.timeout(20), self.noted:
            await self.noted.wait_for(lambda: len(self.deeds_of(op)) >= count)
        return self.deeds_of(op)

    def deeds_of(self, op: str) -> list[Json]:
        return [body for done, body in self.deeds if done == op]

    # What the page asks.

    async def events(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self.sockets.add(socket)
        async for _ in socket:
            pass
        self.sockets.discard(socket)
        return socket

    async def hang_up(self, _: web.Application | None = None) -> None:
        for socket in list(self.sockets):
            await socket.close()

    async def deed(self, request: web.Request) -> web.Response:
        op, body = request.match_info["op"], await request.json()
        if op == "state":
            return web.json_response(self.state())
        await self.note(op, body)
        if op in self.refuse:
            return web.json_response({"error": self.refuse[op]}, status=400)
        reply = await getattr(self, f"do_{op}", self.nothing)(body)
        return web.json_response(reply)

    def state(self) -> Json:
        return {
            "seq": self.seq,
            "bots": [BOT],
            "users": [*self.users.values()],
            "chats": [*self.chats.values()],
        }

    async def nothing(self, _: Json) -> Json:
        return {}

    async def do_user(self, body: Json) -> Json:
        user_id = self.add_user(body["name"])
        await self.tell("user", user=self.users[user_id])
        return {"user": self.users[user_id], "chat": self.chats[user_id]}

    async def do_chat(self, body: Json) -> Json:
        chat = {"id": -1000 - next(self.ids), "type": body["kind"], "title": body["title"]}
        made = self.add_chat(chat, body["members"])
        await self.tell("chat", chat=made)
        return {"chat": made}

    async def do_message(self, body: Json) -> Json:
        messages = self.chats[body["chat_id"]]["messages"]
        answered = [one for one in messages if one["message_id"] == body.get("reply_to")]
        reply = {"reply_to_message": answered[0]} if answered else {}
        return {"message": await self.say(body["chat_id"], body["text"], body["user_id"], **reply)}

    async def do_click(self, body: Json) -> Json:
        query_id = str(next(self.ids))
        self.queries.append(query_id)
        for answer in self.on_click(query_id, body):
            await self.answer(query_id, **answer)
        return {"callback_query_id": query_id}

    async def do_calls(self, body: Json) -> Json:
        return {"calls": [entry for entry in self.calls if entry["seq"] > body["since"]]}

    async def do_block(self, body: Json) -> Json:
        self.users[body["user_id"]]["blocked"] = [1]
        await self.tell("user", user=self.users[body["user_id"]])
        return {}

    async def do_unblock(self, body: Json) -> Json:
        self.users[body["user_id"]]["blocked"] = []
        await self.tell("user", user=self.users[body["user_id"]])
        return {}

    async def do_inline(self, body: Json) -> Json:
        asked = {"inline_query_id": str(76 + len(self.deeds_of("inline")))}
        return asked | ({"answer": self.known} if self.known else {})

    async def uploaded(self, request: web.Request) -> web.Response:
        form = await request.post()
        file = form["file"]
        assert isinstance(file, web.FileField)
        self.add_file("sent", file.content_type, file.file.read())
        chat_id, user_id = int(str(form["chat_id"])), int(str(form["user_id"]))
        document = {"file_id": "sent", "file_name": file.filename, "file_size": len(self.files["sent"][1])}
        message = self.put(chat_id, user_id, document=document, caption=str(form.get("caption", "")))
        await self.tell("message", chat_id=chat_id, message=message)
        return web.json_response({"message": message})

    def add_file(self, file_id: str, kind: str, body: bytes) -> None:
        self.files[file_id] = (kind, body)

    async def file(self, request: web.Request) -> web.Response:
        kind, body = self.files[request.match_info["id"]]
        return web.Response(body=body, content_type=kind)

    async def overview(self, _: web.Request) -> web.Response:
        return web.json_response({"sites": self.sites})

    async def control(self, request: web.Request) -> web.Response:
        name, op, body = request.match_info["name"], request.match_info["op"], await request.json()
        await self.note(f"{name}.{op}", body)
        if op == "auto":
            changed = next(one for one in self.sites if one["name"] == name)
            changed["auto"] = body or None
        return web.json_response({})


def site(name: str = "smsbower", title: str = "SMSBower", **changes: Any) -> Json:
    """A provider site with two goods and one number waiting for its code."""
    good = {"service": "tg", "service_name": "Telegram", "country": "16", "country_name": "United Kingdom"}
    other = {"service": "wa", "service_name": "WhatsApp", "country": "6", "country_name": "Indonesia"}
    number = {**good, "id": "301", "phone": "447700900123", "price": "0.35", "state": "waiting"}
    return {
        "name": name,
        "title": title,
        "key": f"{name}-demo-4f1c9a",
        "currency": "USD",
        "balance": "18.74",
        "charged": "0.35",
        "refunded": "0.00",
        "auto": {"after_seconds": [10, 20], "share": 0.8},
        "faults": [],
        "goods": [{**good, "price": "0.35", "stock": 12}, {**other, "price": "0.12", "stock": 480}],
        "numbers": [{**number, "sold_at": START, "sms": [], "due_in": 12.4}],
        **changes,
    }
