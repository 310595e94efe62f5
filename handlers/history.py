"""/history: everything that was bought, rented and sent, page by page, as far as its filters let it through.

The filters and the page stand in the buttons, so nothing is forgotten over a restart.
"""

from collections.abc import Mapping, Sequence
from functools import partial

from aiogram import F, Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery, InlineKeyboardButton, Message

from bot.clock import Clock
from bot.i18n import Texts
from bot.providers.base import Provider
from handlers.doors import History
from handlers.filters import (
    By,
    Choice,
    Choose,
    Filter,
    Filters,
    Listed,
    by_marks,
    choices,
    named,
    read,
)
from handlers.history_list import THINGS_A_PAGE, Page, listed, nothing
from handlers.private import HISTORY, only_in_private
from handlers.screen import Screen, chat_of, in_rows, page_of, press, show, turn
from storage.history import HistoryStore, Seen

router = Router(name="history")
router.callback_query.filter(F.data.startswith("h"))
only_in_private(router, HISTORY, "history")

_CHOICES_A_PAGE = 12


@router.message(Command("history", ignore_case=True))
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
    found = Page(*await history.page(person, chat_of(event), wanted, first, THINGS_A_PAGE), number=page)
    words = named(filters, seen, providers, t)
    if not found.entries:
        return nothing(filters, words, seen, t)
    screen = listed(found, filters, words, t, clock())
    return Screen(screen.html, [*screen.rows[:-2], _pager(found, filters), *screen.rows[-2:]])


def _pager(page: Page, filters: Filters) -> list[InlineKeyboardButton]:
    """To the pages beside it, and to the first and the last one."""
    to = partial(Listed, value=str(filters))
    first = [press("⏮ 1", to(page=0))] if page.number > 1 else []
    last = [press(f"{page.pages} ⏭", to(page=page.pages - 1))] if page.number + 2 < page.pages else []
    return [*first, *turn(page.number, page.pages, lambda at: to(page=at)), *last]


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
