"""A Telegram that agrees with everything at once: what it costs to speak with it is aiogram's part alone.

Calls are written and answers read as aiogram's HTTP session does; nothing goes over a network.
"""

import json
from collections.abc import AsyncGenerator
from typing import Any, cast

from aiogram import Bot
from aiogram.client.session.base import BaseSession
from aiogram.methods import TelegramMethod
from aiogram.methods.base import TelegramType

TOKEN = "424242:bench"
_ME = {"id": 424242, "is_bot": True, "first_name": "Bench", "username": "bench_bot"}
#: What a call that speaks is answered with: the message, as it stands now.
_SPEAKING = frozenset({"sendMessage", "editMessageText"})

Fields = dict[str, Any]


class Mirror(BaseSession):
    """Hands out `batch`, the updates there are, and keeps what was said last."""

    def __init__(self) -> None:
        super().__init__()
        self.batch = "[]"
        self.said: Fields = {}

    async def close(self) -> None:
        """There is nothing to close."""

    async def make_request(
        self, bot: Bot, method: TelegramMethod[TelegramType], timeout: int | None = None
    ) -> TelegramType:
        name, dumped = method.__api_method__, method.model_dump(warnings=False).items()
        fields = {key: self.prepare_value(value, bot=bot, files={}) for key, value in dumped}
        answer = self._answer(name, {key: value for key, value in fields.items() if value})
        response = self.check_response(bot, method, 200, f'{{"ok":true,"result":{answer}}}')
        return cast("TelegramType", response.result)

    def _answer(self, name: str, fields: Fields) -> str:
        """JSON."""
        if name == "getUpdates":
            return self.batch
        if name == "getMe":
            return json.dumps(_ME)
        if name not in _SPEAKING:
            return "true"
        self.said = fields
        return _message(fields)

    async def stream_content(self, *_: object, **__: object) -> AsyncGenerator[bytes, None]:
        """There are no files."""
        yield b""


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
