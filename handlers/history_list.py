"""The history as it is shown: a page of it, how each thing stands, what is said where there is nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from aiogram.types import InlineKeyboardButton

from bot.i18n import Texts, flag, international, visible
from bot.parts import channels
from handlers.channels import way
from handlers.doors import Buy, History, Menu, Receipt, Send
from handlers.export import Chosen
from handlers.filters import LAST, By, Filter, Filters, Listed
from handlers.message_cards import standing
from handlers.number_words import bought_in_words
from handlers.numbers import rented_in_words
from handlers.screen import Rows, Screen, in_rows, press
from storage.history import COUNTED, Entry, Seen
from storage.models import Activation, MessageState, OutgoingMessage, Rental, RentalState, State
from storage.wanted import Kind, Outcome

THINGS_A_PAGE = 6


@dataclass(frozen=True, slots=True)
class Page:
    """Some things of a list: which page of it they are, from 0, and how many there are on all of them."""

    entries: Sequence[Entry]
    total: int
    number: int

    @property
    def pages(self) -> int:
        """How many there are to turn to."""
        return min(-(-self.total // THINGS_A_PAGE), LAST + 1)


def listed(page: Page, filters: Filters, words: Mapping[By, str], t: Texts, now: datetime) -> Screen:
    numbered = [*enumerate(page.entries, page.number * THINGS_A_PAGE + 1)]
    head = "\n".join([_title(page, t), *_chosen(words, t), t("🧾 opens a receipt.")])
    lines = [head, *(_line(place, entry, t, now) for place, entry in numbered)]
    receipts = [_receipt(place, entry, filters, page.number) for place, entry in numbered]
    export = press(t.plain("⬇️ Export"), Chosen(value=str(filters), page=page.number))
    more = [press(t.plain("🔎 Filters"), Filter(value=str(filters))), export]
    write = [press(t.plain("✉️ Send a message"), Send())] if filters.kind is Kind.MESSAGE else []
    menu = [press(t.plain("◀ Menu"), Menu())]
    return Screen("\n\n".join(lines), [*in_rows(receipts, 3), write, more, menu])


def _title(page: Page, t: Texts) -> str:
    """How many things there are, and on which page of how many these are."""
    count = f"{page.total}+" if page.total >= COUNTED else str(page.total)
    if page.pages < 2:
        return t("<b>History</b> · {count}", count=count)
    number, pages = page.number + 1, page.pages
    return t("<b>History</b> · {count} · page {page} of {pages}", count=count, page=number, pages=pages)


def _chosen(words: Mapping[By, str], t: Texts) -> list[str]:
    return [t("{filters}", filters=" · ".join(words.values()))] if words else []


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


def nothing(filters: Filters, words: Mapping[By, str], seen: Seen, t: Texts) -> Screen:
    """Nothing to list, and what to do about it."""
    heading, menu = "\n".join([t("<b>History</b>"), *_chosen(words, t)]), [press(t.plain("◀ Menu"), Menu())]
    if filters in (Filters(), Filters(kind=Kind.MESSAGE)):
        return Screen(f"{heading}\n\n{_nothing_yet(filters, t)}", [*_first_steps(filters, seen, t), menu])
    change = press(t.plain("🔎 Filters"), Filter(value=str(filters)))
    none = t("Nothing matches these filters.")
    return Screen(f"{heading}\n\n{none}", [[change, press(t.plain("🧹 Clear"), History())], menu])


def _nothing_yet(filters: Filters, t: Texts) -> str:
    if filters.kind is Kind.MESSAGE:
        return t("You have sent no messages yet.")
    return t("Nothing yet. What you buy, rent or send is listed here from then on.")


def _first_steps(filters: Filters, seen: Seen, t: Texts) -> Rows:
    """What fills the list; and what was tried in vain, if anything was."""
    failed = Listed(value=str(replace(filters, outcome=Outcome.FAILED)))
    tried = [press(t.plain("🚫 Failed"), failed)] if seen.providers else []
    if filters.kind is Kind.MESSAGE:
        return [[press(t.plain("✉️ Send a message"), Send())], tried]
    return [[press(t.plain("📱 Buy a number"), Buy())], tried]
