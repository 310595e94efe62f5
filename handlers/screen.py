"""A screen: HTML and rows of buttons, shown by editing the message that was pressed or by a new one.

Keyboards are plain lists of `InlineKeyboardButton`: the builder validates the whole keyboard at every button
(30 buttons: 5.5 ms against 0.3 ms).
"""

import html
import logging
import re
from collections.abc import Callable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TypeVar

from aiogram.exceptions import AiogramError, TelegramBadRequest
from aiogram.filters.callback_data import CallbackData
from aiogram.types import (
    CallbackQuery,
    CopyTextButton,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    LinkPreviewOptions,
    MaybeInaccessibleMessageUnion,
    Message,
)

from bot.i18n import visible
from bot.menus import hung, is_anew
from bot.verdicts import AsItIs, Unsure, judge

log = logging.getLogger(__name__)

T = TypeVar("T")
Rows = list[list[InlineKeyboardButton]]

_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
_ALERT_LENGTH = 200
#: Characters on a button; what a provider calls its wares may have any length.
_LABEL_LENGTH = 128
#: Buttons that are kept: more than all screens have, in all languages, of those that are everybody's.
_BUTTONS = 2000
#: Characters a copy button holds.
COPY_LENGTH = 256
#: First letters of the buttons that only private chats have: in a group no screen shows them.
IN_PRIVATE = frozenset("ckvrtewspdjzgihEx")
#: UTF-16 units a message holds, its markup not counted.
LONGEST_SCREEN = 4096
_TAG = re.compile("<[^<>]*>")
#: The id of the press that was answered while this update is handled: a second answer is not shown.
_answered: ContextVar[str] = ContextVar("answered", default="")


@dataclass(frozen=True, slots=True)
class Screen:
    """What a person sees; `html` is ready for Telegram, buttons are rows from top to bottom."""

    html: str
    rows: Rows = field(default_factory=list)

    @property
    def keyboard(self) -> InlineKeyboardMarkup | None:
        rows = [row for row in self.rows if row]
        return InlineKeyboardMarkup(inline_keyboard=rows) if rows else None


def press(label: str, data: CallbackData) -> InlineKeyboardButton:
    """A button that calls back. Nobody changes one: it may hang under many messages."""
    return _button(label, data.pack())


@lru_cache(_BUTTONS)
def _button(label: str, data: str) -> InlineKeyboardButton:
    """To make one takes 6 us, and most screens of most people have the same ones."""
    return InlineKeyboardButton(text=_shown(label), callback_data=data)


def copies(label: str, value: str) -> InlineKeyboardButton:
    """A button that puts `value` on the person's clipboard."""
    return InlineKeyboardButton(text=_shown(label), copy_text=CopyTextButton(text=value[:COPY_LENGTH]))


def _shown(label: str) -> str:
    """A label with something to be seen on it: one without would lose the whole keyboard."""
    return " ".join(visible(label, _LABEL_LENGTH).split()) or "–"


def in_rows(buttons: list[InlineKeyboardButton], width: int) -> Rows:
    return [buttons[start : start + width] for start in range(0, len(buttons), width)]


def page_of(items: Sequence[T], page: int, size: int) -> tuple[Sequence[T], int]:
    """The items of one page (the last one for a page too far), and how many pages there are."""
    pages = max(1, -(-len(items) // size))
    first = min(page, pages - 1) * size
    return items[first : first + size], pages


def turn(page: int, pages: int, to: Callable[[int], CallbackData]) -> list[InlineKeyboardButton]:
    """The row that turns pages; no row where there is one page only."""
    page = min(page, pages - 1)
    steps = [(f"◀ {page}", page - 1, page > 0), (f"{page + 2} ▶", page + 1, page + 1 < pages)]
    return [press(label, to(target)) for label, target, there in steps if there]


def fits(screen: Screen, longest: int = LONGEST_SCREEN) -> bool:
    """Whether a message, or a caption that is no longer than so many units, can hold a screen's text."""
    return len(read(screen.html).encode("utf-16-le")) <= 2 * longest


def read(text: str) -> str:
    """What people read of HTML."""
    return html.unescape(_TAG.sub("", text))


def chat_of(event: Message | CallbackQuery) -> int:
    """The chat a message or press is in; a press on a message nobody can see any more counts as private."""
    message = event if isinstance(event, Message) else event.message
    return message.chat.id if message is not None else event.from_user.id if event.from_user else 0


def topic_of(message: MaybeInaccessibleMessageUnion | None) -> int | None:
    """The topic a message stands in; a reply in General may name a thread that is no topic."""
    return message.message_thread_id if isinstance(message, Message) and message.is_topic_message else None


async def show(event: Message | CallbackQuery, screen: Screen, alert: str = "") -> None:
    """Answer a message with the screen, or turn the pressed message into it; a press may be alerted.

    A press without an alert is answered last: into a flood limit nothing but that answer can be said.
    """
    if isinstance(event, Message):
        await say(event, screen)
        return
    if alert:
        await answer(event, alert, alert=True)
    shown = _open_in(chat_of(event), screen)
    if not isinstance(event.message, Message) or is_anew() or not await _edited(event.message, shown):
        await say(event, screen)
    if not alert:
        await answer(event)


async def say(event: Message | CallbackQuery, screen: Screen) -> None:
    """Send the screen as a new message, whatever was pressed, in the topic it was asked for in."""
    chat_id = chat_of(event)
    shown = _open_in(chat_id, screen)
    if event.bot is None:
        return
    message = event if isinstance(event, Message) else event.message
    sent = await event.bot.send_message(
        chat_id,
        shown.html,
        message_thread_id=topic_of(message),
        reply_markup=shown.keyboard,
        parse_mode="HTML",
        link_preview_options=_NO_PREVIEW,
    )
    if shown.keyboard is not None:
        await hung(chat_id, sent.message_id)


def _open_in(chat_id: int, screen: Screen) -> Screen:
    """In a group without the buttons of what is done in private alone."""
    if chat_id > 0:
        return screen
    rows = [[one for one in row if (one.callback_data or "_")[0] not in IN_PRIVATE] for row in screen.rows]
    return replace(screen, rows=rows)


async def answer(press: CallbackQuery, text: str = "", *, alert: bool = False) -> None:
    """Stop the button's spinner; that it cannot be stopped any more is no reason to fail."""
    _answered.set(press.id)
    try:
        await press.answer(text[:_ALERT_LENGTH], show_alert=alert)
    except AiogramError as error:
        log.info("a press could not be answered: %s", type(error).__name__)


def was_answered(press: CallbackQuery) -> bool:
    """Whether this press was answered before, so that another answer would not be seen."""
    return _answered.get() == press.id


async def _edited(message: Message, screen: Screen) -> bool:
    """Whether the message shows the screen now; False when it is to be sent as a new one."""
    try:
        await message.edit_text(
            screen.html,
            reply_markup=screen.keyboard,
            parse_mode="HTML",
            link_preview_options=_NO_PREVIEW,
        )
    except AiogramError as error:
        verdict = judge(error)
        if isinstance(error, TelegramBadRequest):
            return isinstance(verdict, AsItIs)
        if isinstance(verdict, Unsure):
            return False
        raise
    return True
