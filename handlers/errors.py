"""What no flow understood, and what went wrong: always a short, kind, true answer, never silence.

These routers come last; the error handler never raises, and what it tells a person holds no detail of ours.
"""

import logging
import secrets

from aiogram import F, Router
from aiogram.exceptions import AiogramError, TelegramRetryAfter
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, ErrorEvent, Message, Update

from bot.errors import CodebellError, NotSoldHere
from bot.i18n import Texts
from bot.providers.base import Capability
from bot.shops import Shops
from bot.window import Window
from handlers.buy import show_found
from handlers.compose import Asked
from handlers.doors import Buy, Help, Menu
from handlers.key_first import key_first
from handlers.listings import key_for
from handlers.screen import Rows, Screen, answer, press, say, show, was_answered
from handlers.spoken import way_by

log = logging.getLogger(__name__)

router = Router(name="errors")


@router.message(F.chat.type == "private", F.text.startswith("/"))
async def unknown_command(message: Message, t: Texts, ended: str = "") -> None:
    """`ended` is the question that it ended: a text for somebody may begin so, too."""
    rows = [[press(t.plain("◀ Menu"), Menu()), press(t.plain("❔ Help"), Help())]]
    lines = [t("I do not know this command.")]
    if ended == Asked.part.state:
        lines.append(t("What begins with “/” ends the question. Begin such a text with another sign."))
    await show(message, Screen("\n".join(lines), rows))


@router.message(F.chat.type == "private", F.text)
async def typed(message: Message, t: Texts, window: Window, shops: Shops) -> None:
    """Typed words are a command, or a service somebody wants a number for, a country, or both."""
    way = way_by(message.text or "", t)
    if way is not None:
        await show(message, way)
    elif await shops.able(message.chat.id, Capability.BUY):
        await show_found(message, message.text or "", t, window)
    else:
        await show(message, _key_first(message.text or "", t))


def _key_first(words: str, t: Texts) -> Screen:
    """What was typed is kept in the button, and named if it is understood."""
    wanted = key_for(words)
    if wanted.service:
        return key_first(wanted, t)
    text = t("First add a provider key that buys numbers; then type what you need one for.")
    key = press(t.plain("🔑 Add a provider key"), wanted)
    return Screen(text, [[key], [press(t.plain("❔ Help"), Help())]])


@router.message(F.chat.type == "private")
async def not_text(message: Message, t: Texts) -> None:
    rows = [[press(t.plain("◀ Menu"), Menu())]]
    await show(message, Screen(t("I only understand text and buttons."), rows))


@router.callback_query()
async def unknown_button(callback: CallbackQuery, t: Texts) -> None:
    await answer(callback, t.plain("This button is too old. Please open /start again."), alert=True)


@router.errors()
async def went_wrong(event: ErrorEvent, t: Texts, state: FSMContext | None = None) -> None:
    """Refusals are told as they are; anything else gets a number that stands in the log, too."""
    if isinstance(event.exception, TelegramRetryAfter):
        await _hushed(event.update.callback_query, t)
        return
    if isinstance(event.exception, CodebellError):
        text = t.plain_error(event.exception)
    else:
        incident = secrets.token_hex(3)
        log.error("incident %s", incident, exc_info=event.exception)
        text = t.plain(
            "Something went wrong on my side (incident {incident}). If you were buying, /numbers tells "
            "what became of it; otherwise please try again.",
            incident=incident,
        )
    await _tell(event.update, Screen(t("{text}", text=text), _ways(event, t)), text)


def _ways(event: ErrorEvent, t: Texts) -> Rows:
    """In a group a line is enough, but for a way to go on: whoever else is there has nothing to press."""
    update = event.update
    message = update.callback_query.message if update.callback_query is not None else update.message
    alone = message is None or message.chat.id > 0
    another = isinstance(event.exception, NotSoldHere)
    return [
        [press(t.plain("📱 Another service"), Buy())] if another else [],
        [press(t.plain("◀ Menu"), Menu())] if alone else [],
    ]


async def _hushed(pressed: CallbackQuery | None, t: Texts) -> None:
    """Telegram wants nothing said in this chat for now; an alert still reaches who pressed."""
    log.info("an answer met a flood limit")
    if pressed is not None and not was_answered(pressed):
        text = t.plain("Telegram lets me write nothing here for a while. Codes come as soon as I may again.")
        await answer(pressed, text, alert=True)


async def _tell(update: Update, screen: Screen, text: str) -> None:
    """By an alert where the press still waits for an answer, else by a message."""
    try:
        match update.callback_query, update.message:
            case CallbackQuery() as pressed, _ if was_answered(pressed):
                await say(pressed, screen)
            case CallbackQuery() as pressed, _:
                await answer(pressed, text, alert=True)
            case _, Message() as message:
                await show(message, screen)
    except AiogramError as error:
        log.info("a person could not be told: %s", type(error).__name__)
