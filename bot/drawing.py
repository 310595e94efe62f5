"""A drawing: a message ready to go, and the one call that takes it to Telegram."""

import html
import re
from dataclasses import dataclass
from datetime import datetime

from aiogram import Bot
from aiogram.types import InlineKeyboardMarkup, LinkPreviewOptions

from storage.models import Post

#: Seconds for one call: a code is not kept waiting by a server that says nothing.
_PATIENCE = 20
_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)


@dataclass(frozen=True, slots=True)
class Drawing:
    """A message ready to go; `edits` is the message it replaces, `again_at` when it will look different.

    `once` must not ring twice: where the message to edit is gone, it stays gone. `silent` makes no sound.
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
    text = _bare(drawing.html) if drawing.plain else drawing.html
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


def _bare(markup: str) -> str:
    """HTML without its tags: what is left to say when Telegram could not read them."""
    return html.unescape(re.sub(r"</?[a-z][^>]*>", "", markup))
