"""A file for a person, and the sign that one is on its way."""

import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from aiogram.enums import ChatAction
from aiogram.exceptions import AiogramError
from aiogram.types import BufferedInputFile, CallbackQuery, InlineKeyboardMarkup

from bot.clock import Clock
from handlers.screen import Screen, chat_of

log = logging.getLogger(__name__)

#: Telegram shows the sign for five seconds.
_SHOWN = timedelta(seconds=4)


def signs(press: CallbackQuery, clock: Clock) -> Callable[[], Awaitable[None]]:
    """To be called while a file is being made: keeps the sign up, at most once in four seconds."""
    last: list[datetime] = []

    async def sign() -> None:
        now = clock()
        if last and now - last[-1] < _SHOWN:
            return
        last.append(now)
        await coming(press)

    return sign


async def coming(press: CallbackQuery) -> None:
    """Show that a file is being sent; without the sign it comes all the same."""
    if press.bot is None:
        return
    try:
        await press.bot.send_chat_action(chat_of(press), ChatAction.UPLOAD_DOCUMENT)
    except AiogramError as error:
        log.info("a sign could not be shown: %s", type(error).__name__)


async def hand_over(press: CallbackQuery, name: str, content: bytes, caption: Screen) -> None:
    """Send a file as a new message, with its caption and buttons."""
    if press.bot is None:
        return
    keyboard: InlineKeyboardMarkup | None = caption.keyboard
    await press.bot.send_document(
        chat_of(press),
        BufferedInputFile(content, name),
        caption=caption.html,
        parse_mode="HTML",
        reply_markup=keyboard,
    )
