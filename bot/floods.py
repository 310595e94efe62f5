"""Flood limits: one chat's is that chat's; one told in several chats at once is the whole bot's.

Both are stored, whoever was told, so that nothing unasked is said into them, not even after a restart. During
the bot's own nothing but codes is sent, one after another; it ends when the first of those chats may speak.
What waited then goes on one by one until Telegram has taken something.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
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


#: Requests that begin like this and say nothing in a chat.
_SILENT = ("sendChatAction", "sendChatJoinRequest", "sendMessageDraft", "sendRichMessageDraft")
_SAYING = ("send", "editMessage", "editEphemeralMessage", "copyMessage", "forwardMessage")


def says(method: TelegramMethod[Any]) -> bool:
    """Whether Telegram counts a request among what is said: messages and their edits share one limit.

    Answers to presses have none (levlam in tdlib/telegram-bot-api #648; on edits in tdlib/td #2592, #3034).
    What asks or deletes puts nothing before anybody, and of chat actions nobody says that they are counted.
    """
    name = method.__api_method__
    return name.startswith(_SAYING) and not name.startswith(_SILENT)


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
        #: Until when, and not over before something was said after it.
        self._everywhere: datetime | None = None
        self._one_by_one = asyncio.Lock()
        #: Until when the chats wait that were told since Telegram took something.
        self._in_a_row: dict[int, datetime] = {}

    async def remember(self) -> None:
        """What the last process was told about the whole bot."""
        row = await self._chats.get(EVERYWHERE)
        self._everywhere = None if row is None else row.blocked_until

    @property
    def everywhere(self) -> bool:
        """Whether the whole bot is to be quiet now."""
        return self.left > 0

    @property
    def left(self) -> float:
        """Seconds for which the whole bot is to be quiet; none or fewer when it is not."""
        return 0.0 if self._everywhere is None else (self._everywhere - self._clock()).total_seconds()

    @property
    def hold(self) -> float:
        """Seconds in which nobody else is tried, as two chats in a row were told to wait; codes are sent."""
        longest = max(self._in_a_row.values()) if len(self._in_a_row) > 1 else self._clock()
        return (longest - self._clock()).total_seconds()

    @asynccontextmanager
    async def gently(self) -> AsyncIterator[None]:
        """Nobody speaks beside another from the bot's flood until Telegram takes something again."""
        async with AsyncExitStack() as alone:
            if self._everywhere is not None:
                await alone.enter_async_context(self._one_by_one)
            if self._everywhere is None:
                await alone.aclose()
            yield

    async def __call__(
        self, make_request: NextRequestMiddlewareType[Any], bot: Bot, method: TelegramMethod[Any]
    ) -> Any:
        try:
            answer = await make_request(bot, method)
        except TelegramRetryAfter as flood:
            chat_id = getattr(method, "chat_id", None)
            if isinstance(chat_id, int):
                await self._note(chat_id, float(flood.retry_after))
            raise
        if says(method):
            self._in_a_row = {}
            self._everywhere = self._everywhere if self.everywhere else None
        return answer

    async def _note(self, chat_id: int, seconds: float) -> None:
        """That it was a flood limit is heard even where it cannot be stored."""
        try:
            await self.told(chat_id, seconds)
        except Exception:
            log.exception("noting a flood limit")

    async def told(self, chat_id: int, seconds: float) -> None:
        """Nothing to this chat for so long; perhaps to no chat."""
        now = self._clock()
        until = now + timedelta(seconds=seconds)
        self._in_a_row[chat_id] = until
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
