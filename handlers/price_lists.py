"""What things cost, as text: a line for each country of a service, or for each provider in one of them."""

from collections.abc import Sequence
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
from handlers.listings import said_again, stock_left, troubles
from handlers.offer_lists import details
from handlers.screen import Screen, in_rows, page_of, press, turn

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
    name, back = regions.service.name, [press(t.plain("◀ Services"), Prices())]
    if not regions.items:
        text = t("<b>{service}</b>\nNobody sells numbers for it right now.", service=name)
        return Screen(text + troubles(regions.troubles, t), [back])
    shown, pages = page_of(regions.items, page, LINES_A_PAGE)
    service = regions.service.slug
    flags = in_rows([_flag(service, region) for region in shown], _FLAGS)
    pager = turn(page, pages, lambda to: Places(service=service, page=to))
    buy = [press(t.plain("📱 Buy a number"), Countries(service=service)), *at.share]
    text = _lines(name, shown, at, t) + troubles(regions.troubles, t)
    return Screen(text, [*flags, pager, buy, back])


def _lines(service: str, shown: Sequence[Region], at: At, t: Texts) -> str:
    head = t("<b>{service}</b> · prices at {time}", service=service, time=at.time)
    lines = "\n".join(_line(region, t) for region in shown)
    return "\n\n".join([head, lines, t("A flag shows the country's providers.")])


def _line(region: Region, t: Texts) -> str:
    place, best = region.place, region.best
    name = f"{flag(place.iso2)} {t.country(place.iso2, place.name)}"
    success = "" if best is None or best.few else t.plain("{rate} success", rate=t.percent(best.rate))
    about = " · ".join(part for part in (name, stock_left(place.stock, t), success) if part)
    return t("<b>{price}</b> · {about}", price=t.money(place.cost, place.currency), about=about)


def _flag(service: str, region: Region) -> InlineKeyboardButton:
    iso2 = region.place.iso2
    return press(flag(iso2), Sellers(service=service, iso2=iso2))


def sellers(service: Listed, wanted: Sellers, listing: Listing[Ware], at: At, t: Texts) -> Screen:
    """A page of what each provider asks, and the ways on."""
    title = {"service": service.name, "country": f"{flag(wanted.iso2)} {t.country(wanted.iso2)}"}
    missing = troubles([trouble for trouble in listing.troubles if trouble.as_of is None], t)
    if not listing.items:
        text = t("<b>{service}</b> · {country}\nNobody sells it there right now.", **title)
        return Screen(text + missing, [[_watch(wanted, t)], _back(wanted, t)])
    shown, pages = page_of(listing.items, wanted.page, OFFERS_A_PAGE)
    head = t("<b>{service}</b> · {country}\nPrices at {time}", **title, time=at.time)
    text = "\n\n".join([head, *(details(ware, listing.items, t) for ware in shown)])
    pager = turn(wanted.page, pages, lambda to: wanted.model_copy(update={"page": to}))
    buy = press(t.plain("📱 Buy a number"), Country(service=wanted.service, iso2=wanted.iso2))
    return Screen(text + missing, [pager, [buy, _watch(wanted, t)], at.share, _back(wanted, t)])


def _watch(wanted: Sellers, t: Texts) -> InlineKeyboardButton:
    return press(t.plain("👀 Watch"), WatchFor(service=wanted.service, iso2=wanted.iso2))


def _back(wanted: Sellers, t: Texts) -> list[InlineKeyboardButton]:
    return [press(t.plain("◀ Countries"), Places(service=wanted.service))]
