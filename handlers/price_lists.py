"""What things cost, as text: a line for each country of a service, or for each provider in one of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from aiogram.filters.callback_data import CallbackData
from aiogram.types import InlineKeyboardButton
from pydantic import Field

from bot.i18n import Texts, flag
from bot.search import Listed, Meant
from bot.shops import Listing, Trouble
from bot.window import Region, Regions, Shown, Ware
from handlers.doors import Countries, Country, Menu, Prices, WatchFor
from handlers.listings import about_order, price, said_again, share, stock_left, troubles
from handlers.offer_lists import details
from handlers.screen import Screen, in_rows, page_of, press, turn
from storage.models import Sort

SERVICES_A_PAGE = 14
LINES_A_PAGE = 10
OFFERS_A_PAGE = 6
#: Flags fit side by side.
_FLAGS = 5


class Services(CallbackData, prefix="gs"):
    """A page of the services, for a country (iso2) that was typed, or ""."""

    iso2: str = ""
    page: Annotated[int, Field(ge=0, le=999)] = 0


class Places(CallbackData, prefix="gp"):
    """A page of what a service costs in each country."""

    service: str
    page: Annotated[int, Field(ge=0, le=999)] = 0


class Sellers(CallbackData, prefix="gi"):
    """What each provider asks for a service in a country."""

    service: str
    iso2: str
    page: Annotated[int, Field(ge=0, le=999)] = 0


@dataclass(frozen=True, slots=True)
class At:
    """What goes with prices: the time of day they are of, and the way to send them on, if there is one."""

    time: str
    share: list[InlineKeyboardButton]


def services(listing: Listing[Shown], wanted: Services, t: Texts) -> Screen:
    """A page of the services; with a country each leads to the providers there."""
    shown, pages = page_of(listing.items, wanted.page, SERVICES_A_PAGE)
    rows = in_rows([_button(each, wanted.iso2) for each in shown], 2)
    pager = turn(wanted.page, pages, lambda to: Services(iso2=wanted.iso2, page=to))
    text = _which(wanted.iso2, t) if listing.items else t("<b>There is nothing to buy right now.</b>")
    return Screen(text + troubles(listing.troubles, t), [*rows, pager, [press(t.plain("◀ Menu"), Menu())]])


def _which(iso2: str, t: Texts) -> str:
    if iso2:
        country = f"{flag(iso2)} {t.country(iso2)}"
        return t("<b>{country}</b>\nPrices of which service?", country=country)
    return t("<b>Prices of which service?</b>\nPress one, or type:\n<code>/prices telegram usa</code>")


def alike(words: str, meant: Meant, missing: Sequence[Trouble], t: Texts) -> Screen:
    """What may be meant by words that do not say it clearly."""
    typed = said_again(words)
    if meant.services:
        text = t("Services like “{typed}”:", typed=typed)
    else:
        text = t("I know no service like “{typed}”. Try another name.", typed=typed)
    rows = in_rows([_button(Shown(each), meant.iso2) for each in meant.services[:SERVICES_A_PAGE]], 2)
    return Screen(text + troubles(missing, t), [*rows, [press(t.plain("◀ All services"), Prices())]])


def _button(shown: Shown, iso2: str) -> InlineKeyboardButton:
    label = f"{shown.mark.value} {shown.service.name}".strip()
    service = shown.service.slug
    return press(label, Sellers(service=service, iso2=iso2) if iso2 else Places(service=service))


def places(regions: Regions, page: int, at: At, t: Texts) -> Screen:
    """A line for each country, in the chat's order; a flag leads to its providers."""
    back = [press(t.plain("◀ Services"), Prices())]
    if not regions.items:
        return _nowhere(regions, back, t)
    shown, pages = page_of(regions.items, page, LINES_A_PAGE)
    service = regions.service.slug
    flags = in_rows([_flag(service, region) for region in shown], _FLAGS)
    pager = turn(page, pages, lambda to: Places(service=service, page=to))
    buy = [press(t.plain("📱 Buy a number"), Countries(service=service)), *at.share]
    text = _lines(regions, shown, at, t) + troubles(regions.troubles, t)
    return Screen(text, [*flags, pager, buy, back])


def _nowhere(regions: Regions, back: list[InlineKeyboardButton], t: Texts) -> Screen:
    """Nobody sells it; another try where somebody does not answer."""
    name = regions.service.name
    if not regions.troubles:
        return Screen(t("<b>{service}</b>\nNobody sells numbers for it right now.", service=name), [back])
    text = t("<b>{service}</b>\nNobody who answers sells numbers for it right now.", service=name)
    again = press(t.plain("🔄 Try again"), Places(service=regions.service.slug))
    return Screen(text + troubles(regions.troubles, t), [[again], back])


def _lines(regions: Regions, shown: Sequence[Region], at: At, t: Texts) -> str:
    head = t("<b>{service}</b> · prices at {time}", service=regions.service.name, time=at.time)
    lines = "\n".join(_line(region, regions.sort, t) for region in shown)
    notes = "\n".join([*about_order(regions, shown, t), t("A flag shows the country's providers.")])
    return "\n\n".join([head, lines, notes])


def _line(region: Region, sort: Sort, t: Texts) -> str:
    """One offer stands for the country: its price, and how often a code came to it."""
    place, ware = region.place, region.shown_by(sort)
    name = f"{flag(place.iso2)} {t.country(place.iso2, place.name)}"
    rate = share(ware, sort, t)
    success = t.plain("{rate} success", rate=rate) if rate else ""
    about = " · ".join(part for part in (name, stock_left(place.stock, t), success) if part)
    return t("<b>{price}</b> · {about}", price=price(ware, sort, t), about=about)


def _flag(service: str, region: Region) -> InlineKeyboardButton:
    iso2 = region.place.iso2
    return press(flag(iso2), Sellers(service=service, iso2=iso2))


def sellers(service: Listed, wanted: Sellers, listing: Listing[Ware], at: At, t: Texts) -> Screen:
    """A page of what each provider asks, and the ways on."""
    title = {"service": service.name, "country": f"{flag(wanted.iso2)} {t.country(wanted.iso2)}"}
    missing = troubles([trouble for trouble in listing.troubles if trouble.as_of is None], t)
    if not listing.items:
        return _nobody(title, wanted, missing, t)
    shown, pages = page_of(listing.items, wanted.page, OFFERS_A_PAGE)
    head = t("<b>{service}</b> · {country}\nPrices at {time}", **title, time=at.time)
    text = "\n\n".join([head, *(details(ware, listing.items, t) for ware in shown)])
    pager = turn(wanted.page, pages, lambda to: wanted.model_copy(update={"page": to}))
    buy = press(t.plain("📱 Buy a number"), Country(service=wanted.service, iso2=wanted.iso2))
    return Screen(text + missing, [pager, [buy, _watch(wanted, t)], at.share, _back(wanted, t)])


def _nobody(title: Mapping[str, str], wanted: Sellers, missing: str, t: Texts) -> Screen:
    """Nobody sells it there; another try where somebody does not answer."""
    rows = [[_watch(wanted, t)], _back(wanted, t)]
    if not missing:
        return Screen(t("<b>{service}</b> · {country}\nNobody sells it there right now.", **title), rows)
    text = t("<b>{service}</b> · {country}\nNobody who answers sells it there right now.", **title)
    return Screen(text + missing, [[press(t.plain("🔄 Try again"), wanted)], *rows])


def _watch(wanted: Sellers, t: Texts) -> InlineKeyboardButton:
    return press(t.plain("👀 Watch"), WatchFor(service=wanted.service, iso2=wanted.iso2))


def _back(wanted: Sellers, t: Texts) -> list[InlineKeyboardButton]:
    return [press(t.plain("◀ Countries"), Places(service=wanted.service))]
