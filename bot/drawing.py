"""A drawing: a message ready to go, and the one call that takes it, or a copy of another, to Telegram."""

import html
import re
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from aiogram import Bot
from aiogram.types import InlineKeyboardMarkup, LinkPreviewOptions

from storage.broadcasts import Change
from storage.copies import Due
from storage.models import Post

#: Seconds for one call: a code is not kept waiting by a server that says nothing.
_PATIENCE = 20
_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)


@dataclass(frozen=True, slots=True)
class Drawing:
    """A message ready to go; `edits` is the message it replaces, `again_at` when it will look different.

    `once` must not ring twice: where the message to edit is gone, it stays gone. `silent` makes no sound.
    Without `html` the message that is edited keeps its words and gets these buttons.
    """

    html: str
    keyboard: InlineKeyboardMarkup | None = None
    edits: int | None = None
    again_at: datetime | None = None
    plain: bool = False
    once: bool = False
    silent: bool = False


@dataclass(frozen=True, slots=True)
class Later:
    """Nothing is said before this moment: the chat has quiet hours."""

    at: datetime


async def send(bot: Bot, post: Post, drawing: Drawing) -> int:
    """One call; the id of the message. Raises what aiogram does, and `ValueError` for what cannot be said."""
    mode = None if drawing.plain else "HTML"
    text = bare(drawing.html) if drawing.plain else drawing.html
    if drawing.edits is not None and not drawing.html:
        await bot.edit_message_reply_markup(
            chat_id=post.chat_id,
            message_id=drawing.edits,
            reply_markup=drawing.keyboard,
            request_timeout=_PATIENCE,
        )
        return drawing.edits
    if drawing.edits is not None:
        await bot.edit_message_text(
            text,
            chat_id=post.chat_id,
            message_id=drawing.edits,
            reply_markup=drawing.keyboard,
            parse_mode=mode,
            link_preview_options=_NO_PREVIEW,
            request_timeout=_PATIENCE,
        )
        return drawing.edits
    message = await bot.send_message(
        post.chat_id,
        text,
        message_thread_id=post.thread_id,
        reply_markup=drawing.keyboard,
        parse_mode=mode,
        link_preview_options=_NO_PREVIEW,
        disable_notification=drawing.silent or None,
        request_timeout=_PATIENCE,
    )
    return message.message_id


def bare(markup: str) -> str:
    """HTML without its tags: what is left to say when Telegram could not read them."""
    return html.unescape(re.sub(r"</?[a-z][^>]*>", "", markup))


@dataclass(frozen=True, slots=True)
class Copy:
    """A message to copy as it is, whatever it holds, with these buttons under it."""

    from_chat: int
    message_id: int
    keyboard: InlineKeyboardMarkup | None = None


async def copy(bot: Bot, chat_id: int, original: Copy, *, silent: bool = False) -> int:
    """One call; the id of the copy. Raises what aiogram does."""
    made = await bot.copy_message(
        chat_id,
        original.from_chat,
        original.message_id,
        reply_markup=original.keyboard,
        disable_notification=silent or None,
        request_timeout=_PATIENCE,
    )
    return made.message_id


async def delete(bot: Bot, chat_id: int, message_id: int) -> None:
    """One call. Raises what aiogram does."""
    await bot.delete_message(chat_id, message_id, request_timeout=_PATIENCE)


async def reword(bot: Bot, chat_id: int, message_id: int, words: Drawing, *, captioned: bool) -> None:
    """Give a message, or what stands under its picture, other words. Raises what aiogram does."""
    if not captioned:
        await bot.edit_message_text(
            words.html,
            chat_id=chat_id,
            message_id=message_id,
            reply_markup=words.keyboard,
            parse_mode="HTML",
            request_timeout=_PATIENCE,
        )
        return
    await bot.edit_message_caption(
        chat_id=chat_id,
        message_id=message_id,
        caption=words.html,
        reply_markup=words.keyboard,
        parse_mode="HTML",
        request_timeout=_PATIENCE,
    )


async def proclaim(bot: Bot, due: Due, *, silent: bool) -> int | None:
    """Send or change a copy of a broadcast: one call; its id, None where there is none any more."""
    broadcast, chat_id, message_id = due.broadcast, due.post.chat_id, due.post.message_id or 0
    if due.is_new:
        original = Copy(broadcast.admin_id, broadcast.source_id, buttons(broadcast.keyboard))
        return await copy(bot, chat_id, original, silent=silent)
    if broadcast.changing == Change.DELETE:
        await delete(bot, chat_id, message_id)
        return None
    words = Drawing(broadcast.words, buttons(broadcast.keyboard))
    await reword(bot, chat_id, message_id, words, captioned=broadcast.wording == "caption")
    return message_id


@lru_cache(maxsize=16)
def buttons(keyboard: str) -> InlineKeyboardMarkup | None:
    """The buttons of a broadcast from their JSON; "" is none."""
    return InlineKeyboardMarkup.model_validate_json(keyboard) if keyboard else None
