"""/history: everything that was bought, rented and sent, page by page, as far as its filters let it through.

The filters and the page stand in the buttons, so nothing is forgotten over a restart.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated

from aiogram import F, Router
from aiogram.filters import Command
from aiogram.filters.callback_data import CallbackData
from aiogram.types import CallbackQuery, InlineKeyboardButton, Message
from pydantic import Field

from bot.clock import Clock
from bot.i18n import Texts, flag, international, visible
from bot.parts import channels
from bot.providers.base import Provider
from handlers.channels import way
from handlers.doors import Buy, Export, History, Menu, Receipt, Send
from handlers.filters import By, Choice, Filters, by_marks, choices, named, read
from handlers.message_cards import standing
from handlers.numbers import bought_in_words, rented_in_words
from handlers.private import HISTORY, only_in_private
from handlers.screen import Rows, Screen, chat_of, in_rows, page_of, press, show, turn
from storage.history import Entry, HistoryStore, Kind, Seen
from storage.models import Activation, MessageState, OutgoingMessage, Rental, RentalState, State

router = Router(name="history")
router.callback_query.filter(F.data.startswith("h"))
only_in_private(router, HISTORY, "history")

THINGS_A_PAGE = 6
_CHOICES_A_PAGE = 12
#: The last page there is: filters find what lies behind it.
_LAST = 999

Packed = Annotated[str, Field(max_length=32)]
Page = Annotated[int, Field(ge=0, le=_LAST)]


class Listed(CallbackData, prefix="hp"):
    """A page of what these filters let through."""

    value: Packed = ""
    page: Page = 0


class Filter(CallbackData, prefix="hf"):
    """Look at the filters, and change them."""

    value: Packed = ""


class Choose(CallbackData, prefix="hl"):
    """Choose by one of them; the page is one of its values."""

    by: By
    value: Packed = ""
    page: Page = 0


@router.message(Command("history"))
async def history_by_command(
    message: Message, t: Texts, history: HistoryStore, providers: Mapping[str, Provider], clock: Clock
) -> None:
    await show_history(message, Filters(), 0, t, history, providers, clock)


@router.callback_query(History.filter())
async def history_by_button(
    callback: CallbackQuery, t: Texts, history: HistoryStore, providers: Mapping[str, Provider], clock: Clock
) -> None:
    await show_history(callback, Filters(), 0, t, history, providers, clock)


@router.callback_query(Listed.filter())
async def page_of_history(
    callback: CallbackQuery,
    callback_data: Listed,
    t: Texts,
    history: HistoryStore,
    providers: Mapping[str, Provider],
    clock: Clock,
) -> None:
    filters = read(callback_data.value)
    await show_history(callback, filters, callback_data.page, t, history, providers, clock)


@router.callback_query(Filter.filter())
async def filters(
    callback: CallbackQuery,
    callback_data: Filter,
    t: Texts,
    history: HistoryStore,
    providers: Mapping[str, Provider],
) -> None:
    seen = await history.seen(callback.from_user.id, chat_of(callback))
    await show(callback, _filters(read(callback_data.value), seen, t, providers))


@router.callback_query(Choose.filter())
async def choose(
    callback: CallbackQuery,
    callback_data: Choose,
    t: Texts,
    history: HistoryStore,
    providers: Mapping[str, Provider],
) -> None:
    chosen, by = read(callback_data.value), callback_data.by
    seen = await history.seen(callback.from_user.id, chat_of(callback))
    every = choices(by, chosen, seen, providers, t)
    await show(callback, _choices(by, chosen, every, callback_data.page, t))


async def show_history(
    event: Message | CallbackQuery,
    filters: Filters,
    page: int,
    t: Texts,
    history: HistoryStore,
    providers: Mapping[str, Provider],
    clock: Clock,
) -> None:
    """A page of the list, in place of the pressed message."""
    await show(event, await history_screen(event, filters, page, t, history, providers, clock))


async def history_screen(
    event: Message | CallbackQuery,
    filters: Filters,
    page: int,
    t: Texts,
    history: HistoryStore,
    providers: Mapping[str, Provider],
    clock: Clock,
) -> Screen:
    """A page of what whoever pressed or wrote has there."""
    person = event.from_user.id if event.from_user is not None else chat_of(event)
    seen = await history.seen(person, chat_of(event))
    wanted = filters.wanted(clock(), by_marks(providers, seen))
    first = page * THINGS_A_PAGE
    entries, more = await history.page(person, chat_of(event), wanted, first, THINGS_A_PAGE)
    words = named(filters, seen, providers, t)
    screen = _list(entries, page, filters, words, t, clock()) if entries else _empty(filters, words, t)
    return Screen(screen.html, _with_pager(screen.rows, filters, page, more))


def _with_pager(rows: Rows, filters: Filters, page: int, more: bool) -> Rows:
    pages = min(page + 2 if more else page + 1, _LAST + 1)
    pager = turn(page, pages, lambda to: Listed(value=str(filters), page=to))
    return [*rows[:-2], pager, *rows[-2:]]


# The list


def _list(
    entries: Sequence[Entry], page: int, filters: Filters, words: Mapping[By, str], t: Texts, now: datetime
) -> Screen:
    numbered = [*enumerate(entries, page * THINGS_A_PAGE + 1)]
    head = "\n".join([*_heading(words, t), t("🧾 opens a receipt.")])
    lines = [head, *(_line(place, entry, t, now) for place, entry in numbered)]
    receipts = [_receipt(place, entry, filters, page) for place, entry in numbered]
    more = [press(t.plain("🔎 Filters"), Filter(value=str(filters))), press(t.plain("📤 Export"), Export())]
    write = [press(t.plain("✉️ Send a message"), Send())] if filters.kind is Kind.MESSAGE else []
    menu = [press(t.plain("◀ Menu"), Menu())]
    return Screen("\n\n".join(lines), [*in_rows(receipts, 3), write, more, menu])


def _heading(words: Mapping[By, str], t: Texts) -> list[str]:
    chosen = [t("{filters}", filters=" · ".join(words.values()))] if words else []
    return [t("<b>History</b>"), *chosen]


def _receipt(place: int, entry: Entry, filters: Filters, page: int) -> InlineKeyboardButton:
    data = Receipt(kind=entry.kind, id=entry.row.id, value=str(filters), page=page)
    return press(f"🧾 {place}", data)


def _line(place: int, entry: Entry, t: Texts, now: datetime) -> str:
    """Three lines: for what, the number and its price, when and how it ended."""
    row = entry.row
    where = f"{flag(row.country)} {t.country(row.country)}" if row.country else ""
    price = t.money(entry.cost, entry.currency) if entry.cost is not None else ""
    phone = international((row.recipient if isinstance(row, OutgoingMessage) else row.phone) or "")
    number = f"<code>{phone}</code>" if phone else ""
    lines = (
        (t("<b>{place}. {what}</b>", place=place, what=_what(row, t)), t("{country}", country=where)),
        (number, price),
        (_when(entry.at, t, now), outcome(row, t)),
    )
    return "\n".join(" · ".join(part for part in line if part) for line in lines if any(line))


def _what(row: Activation | Rental | OutgoingMessage, t: Texts) -> str:
    match row:
        case Activation():
            return visible(row.service_name, 64)
        case Rental():
            return t.plain("🗓 Rental")
        case OutgoingMessage():
            return t.plain("✉️ {way}", way=way(channels(row), t))


def _when(moment: datetime, t: Texts, now: datetime) -> str:
    """The minute of this year, the day of another one."""
    same = moment.astimezone(t.zone).year == now.astimezone(t.zone).year
    return t.day(moment) if same else t.date(moment)


_SIGNS: Mapping[str, str] = {
    **dict.fromkeys((State.RECEIVED, State.FINISHED, MessageState.DELIVERED, MessageState.VIEWED), "✅"),
    **dict.fromkeys((State.CANCELLED, MessageState.UNDELIVERED), "❌"),
    **dict.fromkeys((State.EXPIRED, RentalState.ENDED), "⌛"),
    **dict.fromkeys((State.FAILED, RentalState.FAILED, MessageState.FAILED), "🚫"),
    **dict.fromkeys((State.UNKNOWN, RentalState.UNKNOWN, MessageState.UNKNOWN), "❓"),
}


def outcome(row: Activation | Rental | OutgoingMessage, t: Texts) -> str:
    """How it ended, or stands now, with its sign."""
    match row:
        case Activation():
            words = bought_in_words(row.state, t)
        case Rental():
            words = rented_in_words(row, t)
        case OutgoingMessage():
            words = standing(row, t)
    return f"{_SIGNS.get(row.state, '⏳')} {words}"


def _empty(filters: Filters, words: Mapping[By, str], t: Texts) -> Screen:
    """Nothing to list, and what to do about it."""
    menu = [press(t.plain("◀ Menu"), Menu())]
    first = {
        Kind.MESSAGE: press(t.plain("✉️ Send a message"), Send()),
        None: press(t.plain("📱 Buy a number"), Buy()),
    }
    heading = "\n".join(_heading(words, t))
    if filters in (Filters(), Filters(kind=Kind.MESSAGE)):
        none = t("Nothing yet. What you buy, rent or send is listed here from then on.")
        told = t("You have sent no messages yet.") if filters.kind else none
        return Screen(f"{heading}\n\n{told}", [[first[filters.kind]], menu])
    none = t("Nothing matches these filters.")
    change = press(t.plain("🔎 Filters"), Filter(value=str(filters)))
    return Screen(f"{heading}\n\n{none}", [[change, press(t.plain("🧹 Clear"), History())], menu])


# The filters


def _names(t: Texts) -> Mapping[By, str]:
    return {
        By.KIND: t.plain("Kind"),
        By.OUTCOME: t.plain("Outcome"),
        By.SERVICE: t.plain("Service"),
        By.COUNTRY: t.plain("Country"),
        By.PROVIDER: t.plain("Provider"),
        By.PERIOD: t.plain("Period"),
    }


def _filters(filters: Filters, seen: Seen, t: Texts, providers: Mapping[str, Provider]) -> Screen:
    """What is chosen, a line each; a button each to choose something else."""
    words = named(filters, seen, providers, t)
    lines = [
        t("{filter}: <b>{value}</b>", filter=name, value=words.get(by) or t.plain("any"))
        for by, name in _names(t).items()
    ]
    hint = t("What failed was not paid, and is listed only by its own outcome.")
    buttons = [press(name, Choose(by=by, value=str(filters))) for by, name in _names(t).items()]
    clear = [press(t.plain("🧹 Clear"), History())] if words else []
    back = [*clear, press(t.plain("◀ History"), Listed(value=str(filters)))]
    text = "\n".join([t("<b>Filters</b>"), *lines, "", hint])
    return Screen(text, [*in_rows(buttons, 2), back])


def _choices(by: By, chosen: Filters, every: Sequence[Choice], page: int, t: Texts) -> Screen:
    """A press on a value shows what it lets through at once."""
    shown, pages = page_of(every, page, _CHOICES_A_PAGE)
    buttons = [press(each.label, Listed(value=str(each.filters))) for each in shown]
    pager = turn(page, pages, lambda to: Choose(by=by, value=str(chosen), page=to))
    any_of_them = press(t.plain("Any"), Listed(value=str(chosen.without(by))))
    back = press(t.plain("◀ Filters"), Filter(value=str(chosen)))
    name = t("<b>{filter}</b>", filter=_names(t)[by])
    none = [] if every else [t("There is nothing to choose from yet.")]
    return Screen("\n".join([name, *none]), [*in_rows(buttons, 2), pager, [any_of_them], [back]])
