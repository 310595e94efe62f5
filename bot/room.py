"""Room to speak: whatever is said is counted, and in a group nothing is begun that cannot be answered there.

Telegram takes 20 messages a minute in a group, edits included. While few of them are left, a press, a command
or a reply is turned away before anything is done for it; what is left is for cards, the last of it for codes.
Nobody gets more than half of the answers, so that one person does not make the bot silent for the others.
"""

import logging
import math
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from aiogram import BaseMiddleware, Bot
from aiogram.client.session.middlewares.base import BaseRequestMiddleware, NextRequestMiddlewareType
from aiogram.exceptions import AiogramError, TelegramNetworkError, TelegramRetryAfter
from aiogram.methods import TelegramMethod
from aiogram.types import CallbackQuery, Message, TelegramObject, Update

from bot.floods import says
from bot.i18n import Texts
from bot.paces import NoRoom, Tempo
from bot.turnstile import Window

log = logging.getLogger(__name__)

Handler = Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]]

#: An answer leaves room for so many more, of cards and codes.
LEFT = 4
#: People remembered at most.
_MOST = 10_000
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
        if not says(method):
            return await make_request(bot, method)
        answered = self._leave(method)
        try:
            answer = await make_request(bot, method)
        except TelegramNetworkError:
            # Nobody knows whether it is heard, or when.
            raise
        except AiogramError:
            answered()
            raise
        answered()
        return answer

    def _leave(self, method: TelegramMethod[Any]) -> Callable[[], None]:
        chat_id = getattr(method, "chat_id", None)
        try:
            return self._tempo.leave(chat_id if isinstance(chat_id, int) else None)
        except NoRoom as full:
            raise TelegramRetryAfter(method, "this group had its messages", math.ceil(full.seconds)) from full


@dataclass(frozen=True, slots=True)
class _Share:
    """One person's part of what is said in a group: answers, and the word that there are no more."""

    answers: Window
    words: Window


class Room(BaseMiddleware):
    """Around every update: room for the answer to somebody in a group is kept meanwhile."""

    def __init__(self, tempo: Tempo) -> None:
        self._tempo = tempo
        self._shares: dict[tuple[int, int], _Share] = {}

    async def __call__(self, handler: Handler, event: TelegramObject, data: dict[str, Any]) -> Any:
        if (found := await _asked(event, data.get("bot"))) is None:
            return await handler(event, data)
        asked, chat_id = found
        share = self._share(chat_id, 0 if asked.from_user is None else asked.from_user.id)
        pause = self._tempo.pause(chat_id, urgent=True, besides=LEFT) or share.answers.pause()
        if pause:
            return await self._turn_away(asked, share, pause, data["t"])
        with self._tempo.answering(chat_id, share.answers):
            return await handler(event, data)

    def _share(self, chat_id: int, person_id: int) -> _Share:
        """Half of the answers; who is forgotten for want of space begins anew."""
        if len(self._shares) >= _MOST:
            self._shares.clear()
        half = max(1, (self._tempo.in_a_group - LEFT) // 2)
        mine = _Share(self._tempo.part(half), self._tempo.part(1))
        return self._shares.setdefault((chat_id, person_id), mine)

    async def _turn_away(
        self, asked: CallbackQuery | Message, share: _Share, seconds: float, t: Texts
    ) -> None:
        """A press is alerted; who wrote is told once in a while, where that takes no room from codes."""
        log.info("a group has no room for an answer for %d s", seconds)
        span = t.span(math.ceil(seconds))
        with suppress(AiogramError):
            if isinstance(asked, CallbackQuery):
                told = t.plain(
                    "Telegram lets me write 20 times a minute in a group. Nothing was done: please press "
                    "again in {span}.",
                    span=span,
                )
                await asked.answer(told, show_alert=True)
            elif not share.words.pause() and not self._tempo.pause(asked.chat.id):
                share.words.count()
                told = t(
                    "Telegram lets me write 20 times a minute in a group. Nothing was done: please ask "
                    "again in {span}.",
                    span=span,
                )
                await asked.reply(told, parse_mode="HTML")


def answers(message: Message, bot: Bot) -> bool:
    """Whether it is written in reply to this bot."""
    replied = message.reply_to_message
    return replied is not None and replied.from_user is not None and replied.from_user.id == bot.id


async def _asked(event: TelegramObject, bot: Bot | None) -> tuple[CallbackQuery | Message, int] | None:
    """What somebody asks the bot in a group, and the group's id."""
    match event:
        case Update(callback_query=CallbackQuery() as press) if press.message is not None:
            chat_id, asks = press.message.chat.id, not (press.data or "").startswith(_ON_CARDS)
            return (press, chat_id) if chat_id < 0 and asks else None
        case Update(message=Message() as message) if message.chat.id < 0:
            return (message, message.chat.id) if await _is_said_to(bot, message) else None
    return None


async def _is_said_to(bot: Bot | None, message: Message) -> bool:
    """Whether a message in a group is a command of this bot's, or a reply to it."""
    words = message.text or ""
    if words.startswith("/"):
        return await _is_for(bot, words)
    return bot is not None and answers(message, bot)


async def _is_for(bot: Bot | None, words: str) -> bool:
    """Whether a command is one of this bot's: in a group another bot may be named behind it."""
    _, named, name = words.split(maxsplit=1)[0].partition("@")
    return not named or bot is None or name.lower() == ((await bot.me()).username or "").lower()
