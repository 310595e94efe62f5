"""Buying, up to the offer: service, country, offers side by side. The keyboard carries the choice.

A restart loses nothing, and typing instead of pressing leads as far as the words are understood.
"""

import asyncio

from aiogram import F, Router
from aiogram.filters import Command, CommandObject
from aiogram.types import CallbackQuery, Message

from bot.i18n import Texts
from bot.offers import Offers
from bot.providers.base import Capability
from bot.purchases import Purchases
from bot.shops import Shops
from bot.window import Window
from handlers.again import last_bought_row
from handlers.buyers import alone, for_buyers, no_group_keys
from handlers.country_lists import SortBy, Sorted, Star
from handlers.country_lists import countries as countries_screen
from handlers.doors import Buy, Countries, Country
from handlers.key_first import key_first
from handlers.listings import key_for, no_keys, person_of
from handlers.offer_lists import OffersOn
from handlers.offer_lists import offers as offers_screen
from handlers.replies import is_named
from handlers.screen import chat_of, show
from handlers.service_lists import Services, ServicesIn, all_services, found, services_in
from storage.models import Sort

router = Router(name="buy")
router.callback_query.filter(F.data.startswith("b"))
for_buyers(router)


@router.message(Command("buy", ignore_case=True))
async def buy_by_command(
    message: Message,
    command: CommandObject,
    t: Texts,
    window: Window,
    offers: Offers,
    purchases: Purchases,
    shops: Shops,
) -> None:
    """/buy, /buy telegram, /buy telegram us; who must add a key first comes back to what they wanted."""
    if not await shops.able(message.chat.id, Capability.BUY):
        await show(message, key_first(key_for(command.args or ""), t) if alone(message) else no_group_keys(t))
    elif command.args:
        await show_found(message, command.args, t, window)
    else:
        await _show_services(message, 0, t, window, offers, purchases)


@router.callback_query(Buy.filter())
async def buy_by_button(
    callback: CallbackQuery, t: Texts, window: Window, offers: Offers, purchases: Purchases, shops: Shops
) -> None:
    if await shops.able(chat_of(callback), Capability.BUY):
        await _show_services(callback, 0, t, window, offers, purchases)
    else:
        await show(callback, no_keys(t) if alone(callback) else no_group_keys(t))


@router.message(F.text, ~F.text.startswith("/"), is_named)
async def buy_by_name(message: Message, t: Texts, window: Window) -> None:
    """In a group a list of services is answered with what is typed in private."""
    await show_found(message, message.text or "", t, window)


@router.callback_query(Services.filter())
async def services(
    callback: CallbackQuery,
    callback_data: Services,
    t: Texts,
    window: Window,
    offers: Offers,
    purchases: Purchases,
) -> None:
    await _show_services(callback, callback_data.page, t, window, offers, purchases)


@router.callback_query(ServicesIn.filter())
async def services_of_a_country(
    callback: CallbackQuery, callback_data: ServicesIn, t: Texts, window: Window
) -> None:
    await _show_services_in(callback, callback_data, t, window)


@router.callback_query(Countries.filter())
async def countries(callback: CallbackQuery, callback_data: Countries, t: Texts, window: Window) -> None:
    await show_countries(callback, t, window, callback_data)


@router.callback_query(Sorted.filter())
async def page_of_countries(callback: CallbackQuery, callback_data: Sorted, t: Texts, window: Window) -> None:
    await _show_sorted(callback, callback_data, t, window)


@router.callback_query(SortBy.filter())
async def sort_countries(callback: CallbackQuery, callback_data: SortBy, t: Texts, window: Window) -> None:
    """The order that was chosen is the chat's from now on."""
    await window.sort_by(chat_of(callback), callback_data.sort)
    wanted = Sorted(service=callback_data.service, sort=callback_data.sort)
    await _show_sorted(callback, wanted, t, window)


@router.callback_query(Star.filter())
async def star(callback: CallbackQuery, callback_data: Star, t: Texts, window: Window) -> None:
    await window.star(chat_of(callback), callback.from_user.id, callback_data.service)
    wanted = Sorted(**callback_data.model_dump())
    await _show_sorted(callback, wanted, t, window)


@router.callback_query(Country.filter())
async def country(callback: CallbackQuery, callback_data: Country, t: Texts, window: Window) -> None:
    await show_offers(callback, t, window, callback_data.service, callback_data.iso2)


@router.callback_query(OffersOn.filter())
async def page_of_offers(callback: CallbackQuery, callback_data: OffersOn, t: Texts, window: Window) -> None:
    wanted = callback_data
    await show_offers(callback, t, window, wanted.service, wanted.iso2, page=wanted.page)


async def show_countries(
    event: Message | CallbackQuery, t: Texts, window: Window, wanted: Countries, alert: str = ""
) -> None:
    """The countries a service is sold in; `alert` says why they are shown, where that is a surprise."""
    sort = Sort.STOCK if wanted.by_stock else None
    regions = await window.countries(chat_of(event), person_of(event), wanted.service, sort)
    await show(event, countries_screen(regions, wanted.page, t), alert)


async def show_offers(
    event: Message | CallbackQuery, t: Texts, window: Window, service: str, iso2: str, page: int = 0
) -> None:
    """All the chat's keys side by side."""
    listing, named = await asyncio.gather(
        window.offers(chat_of(event), service, iso2), window.service(chat_of(event), service)
    )
    await show(event, offers_screen(named, iso2, listing, page, t))


async def show_found(message: Message, words: str, t: Texts, window: Window) -> None:
    """As far as words lead: "telegram us" to offers, "telegram" to its countries, "us" to the services."""
    meant, missing = await window.understand(message.chat.id, words)
    if meant.sure and meant.iso2:
        await show_offers(message, t, window, meant.services[0].slug, meant.iso2)
    elif meant.sure:
        await show_countries(message, t, window, Countries(service=meant.services[0].slug))
    elif meant.iso2 and not meant.services:
        await _show_services_in(message, ServicesIn(iso2=meant.iso2), t, window)
    else:
        await show(message, found(words, meant, missing, t, alone=alone(message)))


async def _show_services(
    event: Message | CallbackQuery, page: int, t: Texts, window: Window, offers: Offers, purchases: Purchases
) -> None:
    """A page of the services; above the first one the way back to what was bought last."""
    chat_id, person_id = chat_of(event), person_of(event)
    first = [] if page else await last_bought_row(chat_id, person_id, t, purchases, offers)
    listing = await window.services(chat_id, person_id)
    await show(event, all_services(listing, page, t, first, alone=alone(event)))


async def _show_services_in(
    event: Message | CallbackQuery, wanted: ServicesIn, t: Texts, window: Window
) -> None:
    listing = await window.services(chat_of(event), person_of(event))
    await show(event, services_in(listing, wanted, t))


async def _show_sorted(event: CallbackQuery, wanted: Sorted, t: Texts, window: Window) -> None:
    regions = await window.countries(chat_of(event), person_of(event), wanted.service, wanted.sort)
    await show(event, countries_screen(regions, wanted.page, t))
