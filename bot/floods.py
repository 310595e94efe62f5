"""Flood limits: one chat's is that chat's; one told in several chats at once is the whole bot's.

Both are stored, whoever was told, so that nothing unasked is said into them, not even after a restart. During
the bot's own nothing but codes is sent, one after another; it ends when the first of those chats may speak.
"""

import logging
from datetime import datetime, timedelta
from typing import Any

from aiogram import Bot
from aiogram.client.session.middlewares.base import BaseRequestMiddleware, NextRequestMiddlewareType
from aiogram.exceptions import TelegramRetryAfter
from aiogram.methods import TelegramMethod

from bot.clock import Clock
from bot.errors import Refused, text
from storage.chats import ChatStore
from storage.outbox import EVERYWHERE

log = logging.getLogger(__name__)

#: So many chats told within so long are not about one chat.
SEVERAL = 3
AT_ONCE = timedelta(seconds=10)
#: A flood limit that a bought number does not notice.
SHORT = timedelta(seconds=60)


class Hushed(Refused):
    text = text(
        "Telegram lets me write nothing here for a while, so nothing was ordered: what comes of it could not "
        "reach you. Please try again later."
    )


async def wait_for_words(chats: ChatStore, chat_id: int, now: datetime) -> None:
    """Before money is spent on what is told in a chat: `Hushed` while nothing can be said there."""
    for told in (chat_id, EVERYWHERE):
        row = await chats.get(told)
        if row is not None and row.blocked_until is not None and row.blocked_until > now + SHORT:
            raise Hushed


class Floods(BaseRequestMiddleware):
    """What Telegram asked us to wait for; put before a bot's requests, it hears of all."""

    def __init__(self, chats: ChatStore, clock: Clock) -> None:
        self._chats = chats
        self._clock = clock
        #: Chats that were told lately: when, and until when.
        self._told: dict[int, tuple[datetime, datetime]] = {}
        self._everywhere: datetime | None = None

    async def remember(self) -> None:
        """What the last process was told about the whole bot."""
        row = await self._chats.get(EVERYWHERE)
        self._everywhere = None if row is None else row.blocked_until

    @property
    def everywhere(self) -> bool:
        """Whether the whole bot is to be quiet now."""
        return self._everywhere is not None and self._clock() < self._everywhere

    async def __call__(
        self, make_request: NextRequestMiddlewareType[Any], bot: Bot, method: TelegramMethod[Any]
    ) -> Any:
        try:
            return await make_request(bot, method)
        except TelegramRetryAfter as flood:
            chat_id = getattr(method, "chat_id", None)
            if isinstance(chat_id, int):
                await self.told(chat_id, float(flood.retry_after))
            raise

    async def told(self, chat_id: int, seconds: float) -> None:
        """Nothing to this chat for so long; perhaps to no chat."""
        now = self._clock()
        until = now + timedelta(seconds=seconds)
        await self._chats.block_until(chat_id, until)
        self._told = {each: told for each, told in self._told.items() if now - told[0] <= AT_ONCE}
        self._told[chat_id] = now, until
        if len(self._told) >= SEVERAL:
            await self._hush(min(end for _, end in self._told.values()))

    async def _hush(self, until: datetime) -> None:
        if self._everywhere is None or until > self._everywhere:
            log.warning("Telegram limits the whole bot: until %s only codes are sent", f"{until:%H:%M:%S}")
            await self._chats.block_until(EVERYWHERE, until)
            self._everywhere = until
