"""/export: everything of the chat and its person as files, written and sent while they go on."""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
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
from bot.providers.base import Provider
from handlers.doors import Export, Menu
from handlers.files import hand_over, signs
from handlers.filters import Filters, Listed, Packed, by_marks, named, read
from handlers.filters import Page as At
from handlers.private import HISTORY, only_in_private
from handlers.screen import Screen, answer, chat_of, press, say, show
from storage.history import HistoryStore
from storage.retention import Retention
from storage.wanted import Wanted

log = logging.getLogger(__name__)

router = Router(name="export")
router.callback_query.filter(F.data.startswith("E"))
only_in_private(router, HISTORY, "export")


class Files(CallbackData, prefix="Ef"):
    """Write the files, of what these filters let through."""

    form: Form
    value: Packed = ""


class Chosen(CallbackData, prefix="Eh"):
    """An export of what is listed; back leads to that page of the history."""

    value: Packed = ""
    page: At = 0


@router.message(Command("export", ignore_case=True))
async def export_by_command(message: Message, t: Texts, retention: Retention) -> None:
    await show(message, _forms(t, retention.days))


@router.callback_query(Export.filter())
async def export_by_button(callback: CallbackQuery, t: Texts, retention: Retention) -> None:
    await show(callback, _forms(t, retention.days))


@router.callback_query(Chosen.filter())
async def export_what_is_listed(
    callback: CallbackQuery,
    callback_data: Chosen,
    t: Texts,
    retention: Retention,
    history: HistoryStore,
    providers: Mapping[str, Provider],
) -> None:
    seen = await history.seen(callback.from_user.id, chat_of(callback))
    words = named(read(callback_data.value), seen, providers, t)
    await show(callback, _forms(t, retention.days, callback_data, [*words.values()]))


@router.callback_query(Files.filter())
async def export(
    callback: CallbackQuery,
    callback_data: Files,
    t: Texts,
    exports: Exports,
    history: HistoryStore,
    providers: Mapping[str, Provider],
    clock: Clock,
) -> None:
    """The files come as new messages. Raises `StillWriting`."""
    filters, wanted = read(callback_data.value), None
    if filters != Filters():
        seen = await history.seen(callback.from_user.id, chat_of(callback))
        wanted = filters.wanted(clock(), by_marks(providers, seen))
    sign = signs(callback, clock)
    write = partial(exports.files, callback_data.form, callback.from_user.id, chat_of(callback), sign, wanted)
    exports.begin(chat_of(callback), partial(_deliver, callback, write, _nothing(wanted, t), t, sign))
    await answer(callback)


async def _deliver(
    callback: CallbackQuery,
    write: Callable[[], AsyncIterator[File]],
    nothing: Screen,
    t: Texts,
    sign: Callable[[], Awaitable[None]],
) -> None:
    """Whatever goes wrong is told: nobody else waits for this."""
    try:
        await sign()
        sent = 0
        async for file in write():
            await hand_over(callback, file.name, file.content, Screen(_caption(file, t)))
            sent += 1
        if not sent:
            await say(callback, nothing)
    except AiogramError as error:
        log.warning("an export could not be sent: %s", type(error).__name__)
        await _regret(callback, t)
    except Exception:
        log.exception("an export could not be written")
        await _regret(callback, t)


def _forms(t: Texts, kept: int, chosen: Chosen | None = None, words: Sequence[str] = ()) -> Screen:
    """`words` name the filters, where there are any."""
    chosen = chosen or Chosen()
    lines = [
        t("<b>Export</b>"),
        *_what(words, t),
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
    forms = [
        press(t.plain("📊 CSV"), Files(form=Form.CSV, value=chosen.value)),
        press(t.plain("🧩 JSON"), Files(form=Form.JSON, value=chosen.value)),
    ]
    everything = [press(t.plain("⬇️ Everything"), Export())] if words else []
    history = press(t.plain("🗂 History"), Listed(value=chosen.value, page=chosen.page))
    return Screen("\n".join(lines), [forms, everything, [history, press(t.plain("◀ Menu"), Menu())]])


def _what(words: Sequence[str], t: Texts) -> list[str]:
    if not words:
        return [t("Everything you bought, rented and sent, as files; keys are never in them.")]
    filters = t("{filters}", filters=" · ".join(words))
    return [filters, t("Only what these filters let through, as files; keys are never in them.")]


def _caption(file: File, t: Texts) -> str:
    """What is in a file, how much of it, and what the history lists only where it is asked for."""
    failed = [t("Failed, so not paid: {count}", count=file.failed)] if file.failed else []
    return "\n".join([_count(file, t), *failed])


def _count(file: File, t: Texts) -> str:
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


def _nothing(wanted: Wanted | None, t: Texts) -> Screen:
    told = t("There is nothing to export yet: you have not bought, rented or sent anything here.")
    if wanted is not None:
        told = t("Nothing matches these filters.")
    return Screen(told, [[press(t.plain("◀ Menu"), Menu())]])


async def _regret(callback: CallbackQuery, t: Texts) -> None:
    """Where Telegram takes no word either, the missing files say it."""
    rows = [[press(t.plain("⬇️ Export"), Export()), press(t.plain("◀ Menu"), Menu())]]
    with suppress(AiogramError):
        await say(callback, Screen(t("Not all files could be sent. Please try again in a minute."), rows))
