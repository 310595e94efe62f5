"""/export: everything of the chat and its person as files, written and sent while they go on."""

import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial

from aiogram import F, Router
from aiogram.exceptions import AiogramError
from aiogram.filters import Command
from aiogram.filters.callback_data import CallbackData
from aiogram.types import CallbackQuery, Message

from bot.clock import Clock
from bot.exports import Exports, File, Form
from bot.i18n import Texts
from handlers.doors import Export, History, Menu
from handlers.files import hand_over, signs
from handlers.private import HISTORY, only_in_private
from handlers.screen import Screen, answer, chat_of, press, say, show
from storage.retention import Retention

log = logging.getLogger(__name__)

router = Router(name="export")
router.callback_query.filter(F.data.startswith("E"))
only_in_private(router, HISTORY, "export")


class Files(CallbackData, prefix="Ef"):
    """Write the files."""

    form: Form


@router.message(Command("export", ignore_case=True))
async def export_by_command(message: Message, t: Texts, retention: Retention) -> None:
    await show(message, _forms(t, retention.days))


@router.callback_query(Export.filter())
async def export_by_button(callback: CallbackQuery, t: Texts, retention: Retention) -> None:
    await show(callback, _forms(t, retention.days))


@router.callback_query(Files.filter())
async def export(
    callback: CallbackQuery, callback_data: Files, t: Texts, exports: Exports, clock: Clock
) -> None:
    """The files come as new messages. Raises `StillWriting`."""
    sign = signs(callback, clock)
    exports.begin(chat_of(callback), partial(_deliver, callback, callback_data.form, t, exports, sign))
    await answer(callback)


async def _deliver(
    callback: CallbackQuery, form: Form, t: Texts, exports: Exports, sign: Callable[[], Awaitable[None]]
) -> None:
    """Whatever goes wrong is told: nobody else waits for this."""
    try:
        await sign()
        sent = 0
        async for file in exports.files(form, callback.from_user.id, chat_of(callback), sign):
            await hand_over(callback, file.name, file.content, Screen(_caption(file, t)))
            sent += 1
        if not sent:
            await say(callback, _nothing(t))
    except AiogramError as error:
        log.warning("an export could not be sent: %s", type(error).__name__)
        await _regret(callback, t)
    except Exception:
        log.exception("an export could not be written")
        await _regret(callback, t)


def _forms(t: Texts, kept: int) -> Screen:
    lines = [
        t("<b>Export</b>"),
        t("Everything you bought, rented and sent, as files; keys are never in them."),
        "",
        t("<b>CSV</b> is for spreadsheets: a table each of numbers, SMS, rentals and messages."),
        t("<b>JSON</b> is for programs: one file with all of it."),
        "",
        t.many(
            "Codes, texts and recipients are kept for {count} day.",
            "Codes, texts and recipients are kept for {count} days.",
            kept,
        ),
    ]
    forms = [press(t.plain("📊 CSV"), Files(form=Form.CSV)), press(t.plain("🧩 JSON"), Files(form=Form.JSON))]
    back = [press(t.plain("🗂 History"), History()), press(t.plain("◀ Menu"), Menu())]
    return Screen("\n".join(lines), [forms, back])


def _caption(file: File, t: Texts) -> str:
    """What is in a file, and how much of it."""
    count = file.count
    match file.sheet:
        case "numbers":
            return t.many("{count} number", "{count} numbers", count)
        case "sms":
            return t.many("{count} SMS that came", "{count} SMS that came", count)
        case "rentals":
            return t.many("{count} rented number", "{count} rented numbers", count)
        case "orders":
            return t.many("{count} rent or renewal", "{count} rents and renewals", count)
        case "messages":
            return t.many("{count} message sent", "{count} messages sent", count)
        case _:
            return t.many("{count} entry of your history", "{count} entries of your history", count)


def _nothing(t: Texts) -> Screen:
    told = t("There is nothing to export yet: you have not bought, rented or sent anything here.")
    return Screen(told, [[press(t.plain("◀ Menu"), Menu())]])


async def _regret(callback: CallbackQuery, t: Texts) -> None:
    """Where Telegram takes no word either, the missing files say it."""
    rows = [[press(t.plain("⬇️ Export"), Export()), press(t.plain("◀ Menu"), Menu())]]
    with suppress(AiogramError):
        await say(callback, Screen(t("Not all files could be sent. Please try again in a minute."), rows))
