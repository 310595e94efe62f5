"""Buying, up to the offer: service, country, offers side by side. The keyboard carries the choice.

A restart loses nothing, and typing instead of pressing searches the services.
"""

from collections.abc import Sequence
from typing import Annotated

from aiogram import F, Router
from aiogram.filters import Command, CommandObject
from aiogram.filters.callback_data import CallbackData
from aiogram.types import CallbackQuery, InlineKeyboardButton, Message
from pydantic import Field

from bot.errors import NoKeys
from bot.i18n import Texts, flag, visible
from bot.offers import Offer, Offers, Place
from bot.providers.base import Capability
from bot.search import Listed
from bot.services import slug
from bot.shops import Listing, Shops, Trouble
from handlers.doors import AddKey, Buy, Choose, Countries, Country, Menu
from handlers.private import NUMBERS, only_in_private
from handlers.screen import Rows, Screen, chat_of, in_rows, page_of, press, show, turn

router = Router(name="buy")
router.callback_query.filter(F.data.startswith("b"))
only_in_private(router, NUMBERS, "buy")

SERVICES_A_PAGE = 14
COUNTRIES_A_PAGE = 8
_TYPED = 64
#: A longer word is not said again: it may be a secret.
_WORD = 20


class Services(CallbackData, prefix="bs"):
    """A page of the services."""

    page: Annotated[int, Field(ge=0, le=999)]


@router.message(Command("buy"), F.chat.type == "private")
async def buy_by_command(
    message: Message, command: CommandObject, t: Texts, offers: Offers, shops: Shops
) -> None:
    """/buy, /buy telegram, /buy telegram us."""
    words = (command.args or "").split()
    if not await shops.able(message.chat.id, Capability.BUY):
        await show(message, no_keys(t))
    elif words:
        await _go_to(message, words, t, offers)
    else:
        await show(message, _services(await offers.services(message.chat.id), 0, t))


@router.callback_query(Buy.filter())
async def buy_by_button(callback: CallbackQuery, t: Texts, offers: Offers, shops: Shops) -> None:
    if await shops.able(chat_of(callback), Capability.BUY):
        await show(callback, _services(await offers.services(chat_of(callback)), 0, t))
    else:
        await show(callback, no_keys(t))


@router.callback_query(Services.filter())
async def services(callback: CallbackQuery, callback_data: Services, t: Texts, offers: Offers) -> None:
    listing = await offers.services(chat_of(callback))
    await show(callback, _services(listing, callback_data.page, t))


@router.callback_query(Countries.filter())
async def countries(callback: CallbackQuery, callback_data: Countries, t: Texts, offers: Offers) -> None:
    await show_countries(callback, t, offers, callback_data)


@router.callback_query(Country.filter())
async def country(callback: CallbackQuery, callback_data: Country, t: Texts, offers: Offers) -> None:
    await show_offers(callback, t, offers, callback_data.service, callback_data.iso2)


async def show_countries(
    event: Message | CallbackQuery, t: Texts, offers: Offers, wanted: Countries, alert: str = ""
) -> None:
    """The countries a service is sold in; `alert` says why they are shown, where that is a surprise."""
    listing = await offers.places(chat_of(event), wanted.service)
    await show(event, _countries(wanted, await _name(event, offers, wanted.service), listing, t), alert)


async def show_offers(
    event: Message | CallbackQuery, t: Texts, offers: Offers, service: str, iso2: str
) -> None:
    """All the chat's keys side by side."""
    listing = await offers.offers(chat_of(event), service, iso2)
    await show(event, _offers(service, iso2, await _name(event, offers, service), listing, t))


async def show_found(message: Message, words: str, t: Texts, offers: Offers) -> None:
    """Services whose names are like what was typed."""
    listing = await offers.search(message.chat.id, words)
    typed = _said_again(words)
    if not listing.items:
        text = t("I know no service like “{typed}”. Press one, or type another name.", typed=typed)
        rows: Rows = [[press(t.plain("📱 All services"), Buy())], [press(t.plain("◀ Menu"), Menu())]]
    else:
        text = t("Services like “{typed}”:", typed=typed)
        rows = [*in_rows(_service_buttons(listing.items), 2), [press(t.plain("◀ All services"), Buy())]]
    await show(message, Screen(text + troubles(listing.troubles, t), rows))


def _said_again(words: str) -> str:
    """What was typed, fit to be quoted."""
    short = (word if len(word) <= _WORD else "…" for word in words.split())
    return visible(" ".join(short), _TYPED)


async def _go_to(message: Message, words: list[str], t: Texts, offers: Offers) -> None:
    """As far as the typed words lead: "telegram us" to the offers, "telegram" to its countries."""
    *service_words, last = words
    iso2 = last.upper() if service_words and len(last) == len("US") and last.isalpha() else ""
    name = " ".join(service_words if iso2 else words)
    found = (await offers.search(message.chat.id, name)).items
    if not found or found[0].slug != slug(name):
        await show_found(message, name, t, offers)
    elif iso2:
        await show_offers(message, t, offers, found[0].slug, iso2)
    else:
        await show_countries(message, t, offers, Countries(service=found[0].slug))


async def _name(event: Message | CallbackQuery, offers: Offers, service: str) -> str:
    """A service's name from its slug; the slug where nobody sells it any more."""
    listing = await offers.services(chat_of(event))
    return next((listed.name for listed in listing.items if listed.slug == service), service)


def no_keys(t: Texts) -> Screen:
    """Without a key of a provider that sells there is nothing to buy with."""
    return Screen(
        t(NoKeys.text),
        [[press(t.plain("🔑 Add a provider key"), AddKey())], [press(t.plain("◀ Menu"), Menu())]],
    )


def _services(listing: Listing[Listed], page: int, t: Texts) -> Screen:
    shown, pages = page_of(listing.items, page, SERVICES_A_PAGE)
    text = t("<b>Which service is the number for?</b>\nPress one, or just type its name.")
    if not listing.items:
        text = t("<b>There is nothing to buy right now.</b>")
    rows = in_rows(_service_buttons(shown), 2)
    pager = turn(page, pages, lambda to: Services(page=to))
    return Screen(text + troubles(listing.troubles, t), [*rows, pager, [press(t.plain("◀ Menu"), Menu())]])


def _service_buttons(services: Sequence[Listed]) -> list[InlineKeyboardButton]:
    return [press(service.name, Countries(service=service.slug)) for service in services]


def _countries(wanted: Countries, name: str, listing: Listing[Place], t: Texts) -> Screen:
    places = list(listing.items)
    if wanted.by_stock:
        places.sort(key=lambda place: -(place.stock or 0))
    shown, pages = page_of(places, wanted.page, COUNTRIES_A_PAGE)
    text = t("<b>{service}</b>\nWhich country should the number be from?", service=name)
    if not places:
        text = t("<b>{service}</b>\nNobody sells numbers for it right now.", service=name)
    rows = [
        [press(_place_label(place, t), Country(service=wanted.service, iso2=place.iso2))] for place in shown
    ]
    pager = turn(wanted.page, pages, lambda to: wanted.model_copy(update={"page": to}))
    back = [press(t.plain("◀ Services"), Buy())]
    sort = [_sort(wanted, t)] if len(places) > 1 else []
    return Screen(text + troubles(listing.troubles, t), [*rows, pager, sort, back])


def _sort(wanted: Countries, t: Texts) -> InlineKeyboardButton:
    label = t.plain("↕ Cheapest first") if wanted.by_stock else t.plain("↕ Most in stock first")
    return press(label, Countries(service=wanted.service, by_stock=not wanted.by_stock))


def _place_label(place: Place, t: Texts) -> str:
    parts = [
        f"{flag(place.iso2)} {t.country(place.iso2, place.name)}",
        t.plain("from {price}", price=t.money(place.cost, place.currency)),
        stock_left(place.stock, t),
    ]
    return " · ".join(part for part in parts if part)


def _offers(service: str, iso2: str, name: str, listing: Listing[Offer], t: Texts) -> Screen:
    where = f"{flag(iso2)} {t.country(iso2)}"
    text = t("<b>{service}</b> · {country}\nWhich offer?", service=name, country=where)
    if not listing.items:
        text = t(
            "<b>{service}</b> · {country}\nNobody sells it there right now.", service=name, country=where
        )
    rows = [[press(_offer_label(offer, listing.items, t), _choose(offer))] for offer in listing.items]
    back = [press(t.plain("◀ Countries"), Countries(service=service))]
    return Screen(text + troubles(listing.troubles, t), [*rows, back])


def _choose(offer: Offer) -> Choose:
    return Choose(service=offer.service.slug, key=offer.key.id, country=offer.country_code)


def _offer_label(offer: Offer, all_offers: Sequence[Offer], t: Texts) -> str:
    """Key labels and the provider's own country names only where they tell two offers apart."""
    same = [other for other in all_offers if other.provider.name == offer.provider.name]
    label = offer.key.label if len({other.key.id for other in same}) > 1 else ""
    country = offer.country_name if len({other.country_code for other in same}) > 1 else ""
    who = " ".join(part for part in (offer.provider.title, label) if part)
    parts = [who, country, t.money(offer.cost, offer.currency), stock_left(offer.stock, t)]
    return " · ".join(part for part in parts if part)


def stock_left(stock: int | None, t: Texts) -> str:
    """How much is left, as the end of a button's label."""
    match stock:
        case None:
            return ""
        case 0:
            return t.plain("out of stock")
        case _:
            return t.plain("{stock} left", stock=stock)


def troubles(missing: Sequence[Trouble], t: Texts) -> str:
    """One line for each provider that is missing, and why."""
    lines = [
        t("⚠️ {provider}: {problem}", provider=trouble.title, problem=t.plain_error(trouble.error))
        for trouble in missing
    ]
    return "\n\n" + "\n".join(lines) if lines else ""
