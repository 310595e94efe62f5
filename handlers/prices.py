"""/prices: what things cost today over all the chat's keys, to be read and sent on; it buys nothing."""

from aiogram import Bot, F, Router
from aiogram.exceptions import AiogramError
from aiogram.filters import Command, CommandObject
from aiogram.types import CallbackQuery, InlineKeyboardButton, Message

from bot.clock import Clock
from bot.i18n import Texts
from bot.providers.base import Capability
from bot.shops import Shops
from bot.window import Window
from handlers import price_lists
from handlers.doors import Prices
from handlers.key_first import key_first
from handlers.listings import key_for, no_keys, person_of
from handlers.price_lists import At, Places, Sellers, Services
from handlers.private import PRICES, only_in_private
from handlers.screen import chat_of, show

router = Router(name="prices")
router.callback_query.filter(F.data.startswith("g"))
only_in_private(router, PRICES, "prices")


@router.message(Command("prices", ignore_case=True), F.chat.type == "private")
async def prices_by_command(
    message: Message, command: CommandObject, t: Texts, window: Window, shops: Shops, bot: Bot, clock: Clock
) -> None:
    """/prices, /prices telegram, /prices telegram us."""
    if not await shops.able(message.chat.id, Capability.BUY):
        await show(message, key_first(key_for(command.args or ""), t))
    elif command.args:
        await _show_meant(message, command.args, t, window, bot, clock)
    else:
        await _show_services(message, Services(), t, window)


@router.callback_query(Prices.filter())
async def prices_by_button(callback: CallbackQuery, t: Texts, window: Window, shops: Shops) -> None:
    if await shops.able(chat_of(callback), Capability.BUY):
        await _show_services(callback, Services(), t, window)
    else:
        await show(callback, no_keys(t))


@router.callback_query(Services.filter())
async def services(callback: CallbackQuery, callback_data: Services, t: Texts, window: Window) -> None:
    await _show_services(callback, callback_data, t, window)


@router.callback_query(Places.filter())
async def places(
    callback: CallbackQuery, callback_data: Places, t: Texts, window: Window, bot: Bot, clock: Clock
) -> None:
    await _show_places(callback, callback_data, t, window, bot, clock)


@router.callback_query(Sellers.filter())
async def sellers(
    callback: CallbackQuery, callback_data: Sellers, t: Texts, window: Window, bot: Bot, clock: Clock
) -> None:
    await _show_sellers(callback, callback_data, t, window, bot, clock)


async def _show_meant(message: Message, words: str, t: Texts, window: Window, bot: Bot, clock: Clock) -> None:
    """As far as typed words lead."""
    meant, missing = await window.understand(message.chat.id, words)
    if meant.sure and meant.iso2:
        wanted = Sellers(service=meant.services[0].slug, iso2=meant.iso2)
        await _show_sellers(message, wanted, t, window, bot, clock)
    elif meant.sure:
        await _show_places(message, Places(service=meant.services[0].slug), t, window, bot, clock)
    elif meant.iso2 and not meant.services:
        await _show_services(message, Services(iso2=meant.iso2), t, window)
    else:
        await show(message, price_lists.alike(words, meant, missing, t))


async def _show_services(event: Message | CallbackQuery, wanted: Services, t: Texts, window: Window) -> None:
    listing = await window.services(chat_of(event), person_of(event))
    await show(event, price_lists.services(listing, wanted, t))


async def _show_places(
    event: Message | CallbackQuery, wanted: Places, t: Texts, window: Window, bot: Bot, clock: Clock
) -> None:
    regions = await window.countries(chat_of(event), person_of(event), wanted.service)
    at = At(t.clock(clock()), await _share(bot, regions.service.name, t))
    await show(event, price_lists.places(regions, wanted.page, at, t))


async def _show_sellers(
    event: Message | CallbackQuery, wanted: Sellers, t: Texts, window: Window, bot: Bot, clock: Clock
) -> None:
    listing = await window.offers(chat_of(event), wanted.service, wanted.iso2)
    service = await window.service(chat_of(event), wanted.service)
    at = At(t.clock(clock()), await _share(bot, f"{service.name} {wanted.iso2.lower()}", t))
    await show(event, price_lists.sellers(service, wanted, listing, at, t))


async def _share(bot: Bot, words: str, t: Texts) -> list[InlineKeyboardButton]:
    """The way to a price card in another chat, where the bot's inline mode is known to be switched on."""
    try:
        inline = (await bot.me()).supports_inline_queries
    except AiogramError:
        return []
    label = t.plain("📤 Send to a chat")
    return [InlineKeyboardButton(text=label, switch_inline_query=words)] if inline else []
