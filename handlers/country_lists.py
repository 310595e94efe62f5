"""The list of the countries a service is sold in, in the order somebody chose."""

from collections.abc import Sequence
from typing import Annotated

from aiogram.filters.callback_data import CallbackData
from aiogram.types import InlineKeyboardButton
from pydantic import Field

from bot.i18n import Texts, flag
from bot.window import Region, Regions
from handlers.doors import AddKey, Buy, Countries, Country
from handlers.listings import about_order, marks, price, share, stock_left, troubles
from handlers.screen import Rows, Screen, in_rows, page_of, press, turn
from storage.models import Sort

COUNTRIES_A_PAGE = 8
#: A phone shows about so many characters beside the flag.
_LABEL = 35


class Sorted(CallbackData, prefix="bp"):
    """A page of the countries, in the order they were shown."""

    service: str
    sort: Sort
    page: Annotated[int, Field(ge=0, le=999)] = 0


class SortBy(CallbackData, prefix="bt"):
    """The countries in another order, from now on."""

    service: str
    sort: Sort


class Star(CallbackData, prefix="bf"):
    """Make a service a favourite, or one no more; the list stays as it is."""

    service: str
    sort: Sort
    page: Annotated[int, Field(ge=0, le=999)] = 0


def countries(regions: Regions, page: int, t: Texts) -> Screen:
    """A page of the countries."""
    if not regions.items:
        return _nowhere(regions, t)
    shown, pages = page_of(regions.items, page, COUNTRIES_A_PAGE)
    service = regions.service.slug
    rows = [[_button(region, regions, t)] for region in shown]
    rows.append(turn(page, pages, lambda to: Sorted(service=service, sort=regions.sort, page=to)))
    if len(regions.items) > 1:
        rows += in_rows([_sort_button(sort, regions, t) for sort in regions.sorts], 2)
    text = t("<b>{service}</b>\nWhich country should the number be from?", service=regions.service.name)
    notes = _notes(shown, regions, t) + troubles(regions.troubles, t)
    return Screen(text + notes, [*rows, _ways_out(regions, page, t)])


def _nowhere(regions: Regions, t: Texts) -> Screen:
    """Nobody sells it, or whoever does is not to be reached: something else, another key, another try."""
    service, name = regions.service.slug, regions.service.name
    rows: Rows = [[press(t.plain("🔄 Try again"), Countries(service=service))]] if regions.troubles else []
    rows.append([press(t.plain("🔑 Add a key of another provider"), AddKey(service=service))])
    text = t("<b>{service}</b>\nNobody sells numbers for it right now.", service=name)
    if regions.troubles:
        text = t("<b>{service}</b>\nNobody who answers sells numbers for it right now.", service=name)
    return Screen(text + troubles(regions.troubles, t), [*rows, [press(t.plain("◀ Services"), Buy())]])


def _ways_out(regions: Regions, page: int, t: Texts) -> list[InlineKeyboardButton]:
    star = Star(service=regions.service.slug, sort=regions.sort, page=page)
    label = t.plain("⭐ Favourite") if regions.favourite else t.plain("☆ Favourite")
    return [press(t.plain("◀ Services"), Buy()), press(label, star)]


def _sort_button(sort: Sort, regions: Regions, t: Texts) -> InlineKeyboardButton:
    match sort:
        case Sort.PRICE:
            label = t.plain("Price")
        case Sort.STOCK:
            label = t.plain("Stock")
        case Sort.SUCCESS:
            label = t.plain("Success")
        case Sort.EXPECTED:
            label = t.plain("Per code")
    chosen = f"✓ {label}" if sort is regions.sort else label
    return press(chosen, SortBy(service=regions.service.slug, sort=sort))


def _button(region: Region, regions: Regions, t: Texts) -> InlineKeyboardButton:
    place, ware = region.place, region.shown_by(regions.sort)
    cost = f"{marks(ware)} {price(ware, regions.sort, t)}".strip()
    figures = [cost, _stock(region, regions.sort, t), share(ware, regions.sort, t)]
    return press(_label(region, figures, t), Country(service=regions.service.slug, iso2=place.iso2))


def _label(region: Region, figures: Sequence[str], t: Texts) -> str:
    """Where there is not enough room the country's short name stands, then the stock is left out."""
    place, (cost, stock, rate) = region.place, figures
    told = _joined(cost, stock, rate)
    if place.stock and len(told) + len(t.country_within(0, place.iso2, place.name)) > _LABEL:
        told = _joined(cost, rate)
    name = t.country_within(_LABEL - len(told), place.iso2, place.name)
    return _joined(f"{flag(place.iso2)} {name}", told)


def _joined(*figures: str) -> str:
    return " · ".join(figure for figure in figures if figure)


def _stock(region: Region, sort: Sort, t: Texts) -> str:
    """Who asks how sure a code is need not know how many there are, if there are any."""
    stock = region.place.stock
    return "" if stock and sort in (Sort.SUCCESS, Sort.EXPECTED) else stock_left(stock, t)


def _notes(shown: Sequence[Region], regions: Regions, t: Texts) -> str:
    """What the order, a share and the marks on these buttons mean."""
    notes, wares = about_order(regions, shown, t), [region.shown_by(regions.sort) for region in shown]
    if regions.sort is not Sort.SUCCESS and any(share(ware, regions.sort, t) for ware in wares):
        notes.append(t("The share is how often a code came, by our own records."))
    if any(ware.offer.stopped for ware in wares):
        notes.append(t("⛔ is a key that its provider does not take any more: /keys"))
    if any(ware.limit for ware in wares):
        notes.append(t("🔺 is above your own limit for one number."))
    return "".join(f"\n{note}" for note in notes)
