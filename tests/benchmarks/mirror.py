"""A Telegram that agrees with everything at once: what it costs to speak with it is the session's part alone.

Calls are written and answers read by the bot's session, or by aiogram's own; nothing goes over a network.
"""

import json
from typing import Any, cast

from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.methods import TelegramMethod
from aiogram.methods.base import TelegramType
from aiohttp import FormData

from bot.session import Session

TOKEN = "424242:bench"
_ME = {"id": 424242, "is_bot": True, "first_name": "Bench", "username": "bench_bot"}
#: What a call that speaks is answered with: the message, as it stands now.
_SPEAKING = frozenset({"sendMessage", "editMessageText"})

Fields = dict[str, Any]


class Mirror:
    """Hands out `batch`, the updates there are, and keeps what was said last, and how much in all."""

    def __init__(self) -> None:
        self.batch = "[]"
        self.said: Fields = {}
        self.messages = self.awaited = 0

    def answer(self, name: str, form: FormData) -> str:
        """JSON."""
        result = self._result(name, form)
        return f'{{"ok":true,"result":{result}}}'

    def _result(self, name: str, form: FormData) -> str:
        if name == "getUpdates":
            return self.batch
        if name == "getMe":
            return json.dumps(_ME)
        if name not in _SPEAKING:
            return "true"
        self.messages += 1
        self.said = {named["name"]: value for named, _, value in form._fields}
        return _message(self.said)


class Ours(Session):
    """The bot's way to Telegram, as far as the network."""

    def __init__(self, mirror: Mirror) -> None:
        super().__init__()
        self._mirror = mirror

    async def _answer(
        self, bot: Bot, method: TelegramMethod[TelegramType], timeout: float
    ) -> tuple[int, str]:
        name = method.__api_method__
        return 200, self._mirror.answer(name, self.build_form_data(bot, method))


class Bare(AiohttpSession):
    """aiogram's own."""

    def __init__(self, mirror: Mirror) -> None:
        super().__init__()
        self._mirror = mirror

    async def make_request(
        self, bot: Bot, method: TelegramMethod[TelegramType], timeout: int | None = None
    ) -> TelegramType:
        answer = self._mirror.answer(method.__api_method__, self.build_form_data(bot, method))
        return cast("TelegramType", self.check_response(bot, method, 200, answer).result)


def _message(fields: Fields) -> str:
    text, keyboard = json.dumps(fields["text"]), fields.get("reply_markup", '{"inline_keyboard":[]}')
    number, chat = fields.get("message_id", 9), person(int(fields["chat_id"]))
    head = json.dumps({"date": 1_700_000_000, "chat": chat, "from": _ME})[:-1]
    return f'{head},"message_id":{number},"text":{text},"reply_markup":{keyboard}}}'


def person(chat_id: int) -> Fields:
    """Somebody's private chat."""
    return {"id": chat_id, "type": "private", "first_name": "Ann"}


def said_by(chat_id: int, text: str) -> Fields:
    """An update, as Telegram writes it: somebody sends a message."""
    whose = {"from": {"id": chat_id, "is_bot": False, "first_name": "Ann", "language_code": "en"}}
    message = {"message_id": 7, "date": 1_700_000_000, "chat": person(chat_id), "text": text, **whose}
    if text.startswith("/"):
        message["entities"] = [{"type": "bot_command", "offset": 0, "length": len(text.split()[0])}]
    return {"message": message}


def pressed_by(chat_id: int, data: str, on: Fields) -> Fields:
    """The same: somebody presses a button of a message with this `text` and `reply_markup`."""
    message = json.loads(_message({**on, "chat_id": chat_id}))
    whose = {"id": chat_id, "is_bot": False, "first_name": "Ann", "language_code": "en"}
    query = {"id": f"{chat_id}000", "from": whose, "chat_instance": "1", "message": message, "data": data}
    return {"callback_query": query}
