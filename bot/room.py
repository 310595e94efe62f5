"""Room to speak: whatever is said is counted, and in a group nothing is begun that cannot be answered there.

Telegram takes 20 messages a minute in a group, edits included. While few of them are left, a press or a
command is turned away before anything is done for it; what is left is for cards, the last of it for codes.
"""

import logging
import math
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from aiogram import BaseMiddleware, Bot
from aiogram.client.session.middlewares.base import BaseRequestMiddleware, NextRequestMiddlewareType
from aiogram.exceptions import AiogramError, TelegramRetryAfter
from aiogram.methods import TelegramMethod
from aiogram.types import CallbackQuery, Message, TelegramObject, Update

from bot.floods import says
from bot.i18n import Texts
from bot.paces import NoRoom, Tempo

log = logging.getLogger(__name__)

Handler = Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]]

#: An answer leaves room for so many more, of cards and codes.
LEFT = 4
#: The presses on a number's card: an alert answers them, and the card follows when there is room.
_ON_CARDS = "a:"


class Tally(BaseRequestMiddleware):
    """Put before a bot's requests, it counts what is said, whoever says it.

    In a group that had its 20 Telegram is not even asked: it would refuse, and the longer for being asked.
    """

    def __init__(self, tempo: Tempo) -> None:
        self._tempo = tempo

    async def __call__(
        self, make_request: NextRequestMiddlewareType[Any], bot: Bot, method: TelegramMethod[Any]
    ) -> Any:
        if says(method):
            chat_id = getattr(method, "chat_id", None)
            try:
                self._tempo.speak(chat_id if isinstance(chat_id, int) else None)
            except NoRoom as full:
                raise TelegramRetryAfter(
                    method, "this group had its messages", math.ceil(full.seconds)
                ) from full
        return await make_request(bot, method)


class Room(BaseMiddleware):
    """Around every update: room for the answer to a press or a command in a group is kept meanwhile."""

    def __init__(self, tempo: Tempo) -> None:
        self._tempo = tempo

    async def __call__(self, handler: Handler, event: TelegramObject, data: dict[str, Any]) -> Any:
        match event:
            case Update(callback_query=CallbackQuery(message=message, data=pressed)) if message is not None:
                asks = not (pressed or "").startswith(_ON_CARDS)
            case Update(message=Message(text=str(words)) as message):
                asks = words.startswith("/") and await _is_for(data.get("bot"), words)
            case _:
                return await handler(event, data)
        chat_id = message.chat.id
        if chat_id > 0 or not asks:
            return await handler(event, data)
        if pause := self._tempo.pause(chat_id, urgent=True, besides=LEFT):
            return await self._turn_away(event, chat_id, pause, data["t"])
        with self._tempo.answering(chat_id):
            return await handler(event, data)

    async def _turn_away(self, update: Update, chat_id: int, seconds: float, t: Texts) -> None:
        """A press is alerted; who wrote a command is told once, while that takes no room from codes."""
        log.info("a group has no room for an answer for %d s", seconds)
        with suppress(AiogramError):
            if update.callback_query is not None:
                told = t.plain(
                    "Telegram lets me write 20 times a minute in a group. Nothing was done: please press "
                    "again in {span}.",
                    span=t.span(math.ceil(seconds)),
                )
                await update.callback_query.answer(told, show_alert=True)
            elif update.message is not None and not self._tempo.pause(chat_id):
                told = t(
                    "Telegram lets me write 20 times a minute in a group. Nothing was done: please ask "
                    "again in {span}.",
                    span=t.span(math.ceil(seconds)),
                )
                await update.message.reply(told, parse_mode="HTML")


async def _is_for(bot: Bot | None, words: str) -> bool:
    """Whether a command is one of this bot's: in a group another bot may be named behind it."""
    _, named, name = words.split(maxsplit=1)[0].partition("@")
    return not named or bot is None or name.lower() == ((await bot.me()).username or "").lower()
