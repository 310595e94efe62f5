"""Links into the bot: where the words after `?start=` lead.

Who has no key yet is led to one first; the buttons carry what the link was for, and lead back to it.
"""

import re
from collections.abc import Mapping

from aiogram import F, Router
from aiogram.filters import CommandObject, CommandStart
from aiogram.types import Message

from bot.i18n import Texts
from bot.providers.base import Capability, Provider
from bot.search import country_named
from bot.services import known, slug
from bot.shops import Listing, Shops
from bot.window import Shown, Window
from handlers.buy import show_countries, show_offers
from handlers.connect import which_provider
from handlers.doors import AddKey, Countries
from handlers.key_first import key_first
from handlers.listings import no_keys
from handlers.screen import Screen, show
from handlers.service_lists import all_services

router = Router(name="links")
router.message.filter(F.chat.type == "private")

#: To the services; with `_<service>` or `_<service>_<country>` to what is sold of it.
BUY = "buy"
#: To the providers a key can be of.
CONNECT = "connect"

_BUY = re.compile(r"buy_([a-z0-9]{1,24})(?:_([A-Za-z]{2}))?", re.ASCII)


def bought_by(start: str) -> tuple[str, str] | None:
    """The service, as it is written there, and the country (iso2 or "") of a link; None for another link."""
    link = _BUY.fullmatch(start)
    return None if link is None else (link[1], (link[2] or "").upper())


@router.message(CommandStart(ignore_case=True, deep_link=True, magic=F.args.func(bought_by)))
async def start_buying(
    message: Message, command: CommandObject, t: Texts, window: Window, shops: Shops
) -> None:
    """`?start=buy_<service>_<country>`: straight to the offers."""
    await go_to(message, *(bought_by(command.args or "") or ("", "")), t, window, shops)


@router.message(CommandStart(ignore_case=True, deep_link=True, magic=F.args == BUY))
async def start_looking(message: Message, t: Texts, window: Window, shops: Shops) -> None:
    """`?start=buy`: what is sold at all."""
    if await shops.able(message.chat.id, Capability.BUY):
        listing = await window.services(message.chat.id, message.chat.id)
        await show(message, all_services(listing, 0, t, []))
    else:
        await show(message, no_keys(t))


@router.message(CommandStart(ignore_case=True, deep_link=True, magic=F.args == CONNECT))
async def start_connecting(message: Message, t: Texts, providers: Mapping[str, Provider]) -> None:
    """`?start=connect`: straight to the providers a key can be of."""
    await show(message, which_provider(AddKey(), t, providers))


async def go_to(message: Message, name: str, iso2: str, t: Texts, window: Window, shops: Shops) -> None:
    """To the offers for a service in a country, or to its countries; without a key, to a key first.

    A country nobody knows is left out; of a service nobody knows there is nothing to be shown.
    """
    service, place = slug(name), iso2 if country_named(iso2) == iso2 else ""
    if not await shops.able(message.chat.id, Capability.BUY):
        await show(message, key_first(AddKey(service=service, iso2=place), t))
    elif service not in known() and (listing := await _without(service, message.chat.id, window)):
        await show(message, _nothing_there(listing, t))
    elif place:
        await show_offers(message, t, window, service, place)
    else:
        await show_countries(message, t, window, Countries(service=service))


async def _without(service: str, chat_id: int, window: Window) -> Listing[Shown] | None:
    """What is sold, where this service surely is not; a provider that does not answer may sell it."""
    listing = await window.services(chat_id, chat_id)
    sold = any(shown.service.slug == service for shown in listing.items)
    return None if sold or listing.troubles else listing


def _nothing_there(listing: Listing[Shown], t: Texts) -> Screen:
    why, services = t("That link leads to nothing that is sold here."), all_services(listing, 0, t, [])
    return Screen(f"{why}\n\n{services.html}", services.rows)
