"""Links into the bot: where the words after `?start=` lead.

Who has no key yet is led to one first; the buttons carry what the link was for, and lead back to it.
"""

import re
from collections.abc import Mapping

from aiogram import F, Router
from aiogram.filters import CommandObject, CommandStart
from aiogram.types import Message

from bot.i18n import Texts, flag
from bot.providers.base import Capability, Provider
from bot.services import nice_name, slug
from bot.shops import Shops
from bot.window import Window
from handlers.buy import show_countries, show_offers
from handlers.connect import which_provider
from handlers.doors import AddKey, Countries, Help
from handlers.listings import no_keys
from handlers.screen import Screen, press, show
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

    A country nobody knows is left out, and a service nobody sells says so where it would be sold.
    """
    service, known = slug(name), iso2 if iso2 in t.locale.territories else ""
    if not await shops.able(message.chat.id, Capability.BUY):
        await show(message, _key_first(service, known, t))
    elif known:
        await show_offers(message, t, window, service, known)
    else:
        await show_countries(message, t, window, Countries(service=service))


def _key_first(service: str, iso2: str, t: Texts) -> Screen:
    """Somebody who followed a link and has no key to buy with."""
    name = nice_name(service, service)
    wanted = f"{name} · {flag(iso2)} {t.country(iso2)}" if iso2 else name
    text = t(
        "<b>{wanted}</b>\n"
        "Numbers are bought with your own key of a provider and paid from your account there. "
        "Add one, and I bring you straight back here.",
        wanted=wanted,
    )
    key = press(t.plain("🔑 Add a provider key"), AddKey(service=service, iso2=iso2))
    return Screen(text, [[key], [press(t.plain("❔ How it works"), Help())]])
