"""The lists of services: all of them, those of a search, those for a number of a country."""

from collections.abc import Sequence
from typing import Annotated

from aiogram.filters.callback_data import CallbackData
from aiogram.types import InlineKeyboardButton
from pydantic import Field

from bot.i18n import Texts, flag
from bot.search import Listed, Meant
from bot.shops import Listing, Trouble
from bot.window import Shown
from handlers.doors import AddKey, Buy, Countries, Country, Menu
from handlers.listings import said_again, troubles
from handlers.screen import Rows, Screen, in_rows, page_of, press, turn

SERVICES_A_PAGE = 14
#: So many are shown of what looks like a typed name.
_ALIKE = 8


class Services(CallbackData, prefix="bs"):
    """A page of the services."""

    page: Annotated[int, Field(ge=0, le=999)]


class ServicesIn(CallbackData, prefix="bi"):
    """A page of the services, for a number of a country that was chosen first."""

    iso2: str
    page: Annotated[int, Field(ge=0, le=999)] = 0


def all_services(
    listing: Listing[Shown], page: int, t: Texts, first: list[InlineKeyboardButton], *, alone: bool = True
) -> Screen:
    """A page of everything; `first` is a row of its own on the first page."""
    shown, pages = page_of(listing.items, page, SERVICES_A_PAGE)
    text = t("<b>Which service is the number for?</b>\nPress one, or type it: <i>telegram usa</i>")
    if not alone:
        how = t("Press one, or answer this message with it: <i>telegram usa</i>")
        text = f"{which_service(t)}\n{how}"
    rows = [first if page == 0 else [], *in_rows([_button(each, "") for each in shown], 2)]
    rows.append(turn(page, pages, lambda to: Services(page=to)))
    if not listing.items:
        return _nothing(listing.troubles, t)
    return Screen(text + troubles(listing.troubles, t), [*rows, [press(t.plain("◀ Menu"), Menu())]])


def which_service(t: Texts) -> str:
    """The question that in a group is answered by a reply."""
    return t("<b>Which service is the number for?</b>")


def services_in(listing: Listing[Shown], wanted: ServicesIn, t: Texts) -> Screen:
    """A page of everything, where the country is known already."""
    shown, pages = page_of(listing.items, wanted.page, SERVICES_A_PAGE)
    country = f"{flag(wanted.iso2)} {t.country(wanted.iso2)}"
    text = t("<b>{country}</b>\nWhich service is the number for?", country=country)
    pager = turn(wanted.page, pages, lambda to: ServicesIn(iso2=wanted.iso2, page=to))
    back = [press(t.plain("◀ All services"), Buy())]
    if not listing.items:
        return _nothing(listing.troubles, t)
    rows = in_rows([_button(each, wanted.iso2) for each in shown], 2)
    return Screen(text + troubles(listing.troubles, t), [*rows, pager, back])


def found(words: str, meant: Meant, missing: Sequence[Trouble], t: Texts, *, alone: bool = True) -> Screen:
    """What may be meant by words that do not say it clearly."""
    typed = said_again(words)
    if not meant.services:
        text = t(
            "I know no service like “{typed}”. Type another name, "
            "with a country if you like: <i>telegram usa</i>",
            typed=typed,
        )
        if not alone:
            again = t("Send its name once more, with a country if you like: <code>/buy telegram usa</code>")
            text = "{} {}".format(t("I know no service like “{typed}”.", typed=typed), again)
        rows: Rows = [[press(t.plain("📱 All services"), Buy())], [press(t.plain("◀ Menu"), Menu())]]
    else:
        text = t("Services like “{typed}”:", typed=typed)
        buttons = [_button(Shown(each), meant.iso2) for each in meant.services[:_ALIKE]]
        rows = [*in_rows(buttons, 2), [press(t.plain("◀ All services"), Buy())]]
    return Screen(text + troubles(missing, t), rows)


def _nothing(missing: Sequence[Trouble], t: Texts) -> Screen:
    """Keys, but nothing that they sell: who does not answer may do so soon."""
    text = t("<b>There is nothing to buy right now.</b>")
    rows = [
        [press(t.plain("🔄 Try again"), Buy())],
        [press(t.plain("🔑 Add a provider key"), AddKey())],
        [press(t.plain("◀ Menu"), Menu())],
    ]
    return Screen(text + troubles(missing, t), rows)


def _button(shown: Shown, iso2: str) -> InlineKeyboardButton:
    label = " ".join(part for part in (shown.mark.value, shown.service.name) if part)
    return press(label, _way(shown.service, iso2))


def _way(service: Listed, iso2: str) -> CallbackData:
    """To the offers where the country is known, else to the countries."""
    return Country(service=service.slug, iso2=iso2) if iso2 else Countries(service=service.slug)
