"""Inline mode: `@bot telegram id` in any chat offers price cards; a chosen one is sent in the person's name.

What is typed comes with every key. Little is asked for it: names and prices that are remembered, of one
service where words are typed, of a few where there are none. Telegram keeps an answer for a while, for that
person alone.
"""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass

from aiogram import Bot, F, Router
from aiogram.exceptions import AiogramError
from aiogram.types import InlineKeyboardMarkup, InlineQuery, InlineQueryResultsButton, Message

from bot.clock import Clock
from bot.errors import CodebellError
from bot.i18n import Texts
from bot.providers.base import Capability
from bot.search import Listed
from bot.shops import Shops, Trouble
from bot.window import Region, Regions, Window
from handlers.links import BUY, CONNECT, bought_by, go_to
from handlers.price_cards import card

log = logging.getLogger(__name__)

router = Router(name="inline")

CARDS_A_PAGE = 20
#: Services whose prices are asked for where none was typed.
_FIRST = 5
#: Fewer letters say nothing yet.
_LETTERS = 2
#: Seconds for which Telegram may give the same cards again; who has none may have a key in a moment.
_KEPT = 10
_BUTTON = 64

Ware = tuple[Listed, Region]


@dataclass(frozen=True, slots=True)
class Found:
    """What there is to offer, and above it a way into the private chat."""

    wares: Sequence[Ware] = ()
    way: InlineQueryResultsButton | None = None


@router.inline_query()
async def offer_cards(
    query: InlineQuery, t: Texts, window: Window, shops: Shops, bot: Bot, clock: Clock
) -> None:
    found = await _found(query, t, window, shops)
    first = int(query.offset) if query.offset.isdecimal() else 0
    try:
        await _answer(query, found, first, (await bot.me()).username or "", t.date(clock()), t)
    except AiogramError as error:
        log.info("an inline query could not be answered: %s", type(error).__name__)


async def _answer(query: InlineQuery, found: Found, first: int, bot_name: str, today: str, t: Texts) -> None:
    """A page of the cards, and where the next one begins."""
    after = first + CARDS_A_PAGE
    cards = [card(service, region, bot_name, today, t) for service, region in found.wares[first:after]]
    await query.answer(
        [*cards],
        cache_time=_KEPT if cards else 0,
        is_personal=True,
        next_offset=str(after) if after < len(found.wares) else "",
        button=found.way,
    )


async def _found(query: InlineQuery, t: Texts, window: Window, shops: Shops) -> Found:
    person_id = query.from_user.id
    if not await shops.able(person_id, Capability.BUY):
        return Found(way=_way(t.plain("🔑 Connect a provider key first"), CONNECT))
    try:
        return await _wares(person_id, query.query.strip(), t, window)
    except CodebellError as error:
        return Found(way=_way(t.plain_error(error), BUY))


async def _wares(person_id: int, words: str, t: Texts, window: Window) -> Found:
    """As far as the words lead: the countries of a service, one of them, or the first services."""
    if len(words) < _LETTERS:
        return Found(await _of_first(person_id, "", window))
    meant, missing = await window.understand(person_id, words)
    if meant.services:
        return await _of_service(person_id, meant.services[0], meant.iso2, t, window)
    if meant.iso2:
        return Found(await _of_first(person_id, meant.iso2, window))
    if missing:
        return Found(way=_trouble(missing[0], t))
    return Found(way=_way(t.plain("Nothing like that is sold: see what is"), BUY))


async def _of_service(person_id: int, service: Listed, iso2: str, t: Texts, window: Window) -> Found:
    regions = await window.countries(person_id, person_id, service.slug)
    wares = _in(regions, iso2)
    if wares:
        return Found(wares)
    if regions.troubles:
        return Found(way=_trouble(regions.troubles[0], t))
    where = f"{BUY}_{service.slug}_{iso2}" if iso2 else f"{BUY}_{service.slug}"
    return Found(way=_way(t.plain("{service}: nobody sells it there right now", service=service.name), where))


def _in(regions: Regions, iso2: str) -> list[Ware]:
    """All countries, or the one that was named, in the order the person chose."""
    return [(regions.service, region) for region in regions.items if iso2 in ("", region.place.iso2)]


async def _of_first(person_id: int, iso2: str, window: Window) -> list[Ware]:
    """Of each of the first services its best country, or the one that was named."""
    listing = await window.services(person_id, person_id)
    first = [shown.service.slug for shown in listing.items[:_FIRST]]
    groups = await asyncio.gather(*(window.countries(person_id, person_id, each) for each in first))
    return [wares[0] for regions in groups if (wares := _in(regions, iso2))]


def _trouble(trouble: Trouble, t: Texts) -> InlineQueryResultsButton:
    problem = t.plain_error(trouble.error)
    return _way(t.plain("⚠️ {provider}: {problem}", provider=trouble.title, problem=problem), BUY)


def _way(words: str, start: str) -> InlineQueryResultsButton:
    return InlineQueryResultsButton(text=words[:_BUTTON], start_parameter=start)


async def own_card(message: Message, bot: Bot) -> bool:
    """Whether somebody sent one of our cards."""
    ours = message.via_bot is not None and message.via_bot.id == bot.id
    return ours and _wanted(message) is not None


@router.message(F.chat.type == "private", own_card)
async def card_to_the_bot(message: Message, t: Texts, window: Window, shops: Shops) -> None:
    """A card that is sent to the bot itself: straight to what it offers."""
    await go_to(message, *(_wanted(message) or ("", "")), t, window, shops)


def _wanted(message: Message) -> tuple[str, str] | None:
    """What a card is about: its button tells."""
    markup = message.reply_markup
    url = markup.inline_keyboard[0][0].url if isinstance(markup, InlineKeyboardMarkup) else None
    return bought_by((url or "").partition("?start=")[2])
