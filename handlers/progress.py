"""Whoever waits longer than a second sees that something goes on: “typing…”, as long as it takes.

Built once, for all handlers. It is best effort: what goes wrong with it reaches no handler and no answer.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from aiogram import BaseMiddleware, Bot
from aiogram.enums import ChatAction
from aiogram.exceptions import AiogramError
from aiogram.types import Chat, TelegramObject

from bot.clock import Sleep, ended

#: Seconds nobody takes for a wait.
UNNOTICED = 1.0
#: Telegram shows a chat action for about five seconds.
AGAIN = 4.5

Handler = Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]]


class Progress(BaseMiddleware):
    """Around every update of a private chat; in a group nobody in particular waits."""

    def __init__(self, sleep: Sleep = asyncio.sleep) -> None:
        self._sleep = sleep

    async def __call__(self, handler: Handler, event: TelegramObject, data: dict[str, Any]) -> Any:
        bot, chat = data.get("bot"), data.get("event_chat")
        if not isinstance(bot, Bot) or not isinstance(chat, Chat) or chat.type != "private":
            return await handler(event, data)
        typing = asyncio.create_task(self._type(bot, chat.id))
        try:
            return await handler(event, data)
        finally:
            await ended(typing)

    async def _type(self, bot: Bot, chat_id: int) -> None:
        """Until it is broken off, or Telegram does not want it."""
        await self._sleep(UNNOTICED)
        with suppress(AiogramError):
            while True:
                await bot.send_chat_action(chat_id, ChatAction.TYPING)
                await self._sleep(AGAIN)
