"""Short ways back to a confirmation: the same once more, and another offer for what was not bought.

None of them buys: each ends at a confirmation with the price of today.
"""

import asyncio
from collections.abc import Mapping, Sequence

from aiogram import F, Router
from aiogram.types import CallbackQuery, InlineKeyboardButton

from bot.balances import Balances
from bot.errors import (
    BadKey,
    Banned,
    BrokenKey,
    NoMoney,
    NotYours,
    Refused,
    StorageError,
    Unclear,
    UnknownActivation,
    UnknownKey,
)
from bot.goods import Offer
from bot.i18n import Texts, flag
from bot.offers import Offers
from bot.providers.base import Provider
from bot.purchases import Purchases
from bot.purses import purse_of
from bot.window import Window
from handlers.buyers import for_buyers
from handlers.confirmation import confirmation
from handlers.doors import Again, NextOffer, Repeat
from handlers.holders import AmongThem
from handlers.offer_lists import offers as offers_screen
from handlers.screen import Screen, answer, chat_of, press, say, show
from storage.activations import ActivationStore
from storage.models import Activation, Key, Quote, State
from storage.preferences import PreferenceStore
from storage.reasons import Reason

router = Router(name="again")
router.callback_query.filter(F.data.startswith("u"))
for_buyers(router)
router.callback_query.middleware(AmongThem())

#: Seconds a menu waits for the price on its button.
PATIENCE = 1.0
#: Characters that the label of *Repeat* has for a service, its provider and the price.
_ROOM = 24
#: What another key of the same provider may not suffer from.
_OF_ONE_KEY = frozenset(each.__name__ for each in (NoMoney, BadKey, Banned, UnknownKey, BrokenKey))


@router.callback_query(Again.filter())
@router.callback_query(Repeat.filter())
async def again(
    callback: CallbackQuery,
    callback_data: Again | Repeat,
    t: Texts,
    offers: Offers,
    balances: Balances,
    numbers: ActivationStore,
    providers: Mapping[str, Provider],
    preferences: PreferenceStore,
    purchases: Purchases,
    window: Window,
) -> None:
    """The same service and country with the same key, at today's price.

    *Repeat* stands in a menu and takes its place; under a number it is a new message, the old one stays.
    """
    row, alert = await _own(callback_data.id, callback, numbers), ""
    try:
        quote = await _same(row, callback.from_user.id, offers)
        screen = await confirmation(quote, t, balances, providers, preferences, purchases)
    except UnknownKey as gone:
        screen, alert = await _offers_of(row, t, window), t.plain_error(gone)
    if isinstance(callback_data, Repeat):
        await show(callback, screen, alert)
        return
    await answer(callback, alert, alert=bool(alert))
    await say(callback, screen)


@router.callback_query(NextOffer.filter())
async def next_offer(
    callback: CallbackQuery,
    callback_data: NextOffer,
    t: Texts,
    offers: Offers,
    balances: Balances,
    numbers: ActivationStore,
    providers: Mapping[str, Provider],
    preferences: PreferenceStore,
    purchases: Purchases,
) -> None:
    """The next one of what else there is with all the chat's keys, in a new message."""
    row = await _own(callback_data.id, callback, numbers)
    listing = await offers.offers(row.chat_id, row.service, row.country)
    others = [offer for offer in listing.items if offer.stock != 0 and not _the_same(offer, row)]
    if not others:
        await answer(callback, t.plain("None of your other offers has it there right now."), alert=True)
        return
    person_id = callback.from_user.id
    quote = await offers.quote(row.chat_id, person_id, _next(others, row), count=_how_many(row))
    await answer(callback)
    await say(callback, await confirmation(quote, t, balances, providers, preferences, purchases))


async def last_bought_row(
    chat_id: int,
    person_id: int,
    t: Texts,
    purchases: Purchases,
    offers: Offers,
    keys: Sequence[Key] | None = None,
) -> list[InlineKeyboardButton]:
    """*Repeat last* with the price of today where it is at hand; no row where it is not sold any more.

    With `keys`, those of the chat, they are not read again.
    """
    row = await purchases.last(chat_id, person_id)
    if row is None:
        return []
    try:
        price = await _price_at_hand(row, t, offers, keys)
    except (Refused, StorageError):
        return []
    what = f"{row.service_name} {flag(row.country)}{price}"
    return [press(t.plain("🔁 Repeat: {what}", what=what), Repeat(id=row.id))]


async def _price_at_hand(row: Activation, t: Texts, offers: Offers, keys: Sequence[Key] | None) -> str:
    """ " · Alpha $0.50"; "" while the provider takes its time, for which a menu does not wait, and while the
    looks at its key's numbers are first.

    Without a key of that provider others are left, at prices of their own.
    """
    try:
        async with asyncio.timeout(PATIENCE):
            offer = await _found(row, offers, at_once=True, keys=keys)
    except (Unclear, TimeoutError, UnknownKey):
        return ""
    price = t.money(offer.cost, offer.currency)
    told = f" · {offer.provider.title} {price}"
    return told if len(row.service_name + told) <= _ROOM else f" · {price}"


async def _own(activation_id: str, callback: CallbackQuery, numbers: ActivationStore) -> Activation:
    """A number of theirs, bought where this is pressed: another chat has keys and balances of its own."""
    row = await numbers.get(activation_id)
    if row is None:
        raise UnknownActivation
    if row.owner_id != callback.from_user.id or row.chat_id != chat_of(callback):
        raise NotYours
    return row


async def _same(row: Activation, person_id: int, offers: Offers) -> Quote:
    offer = await _found(row, offers)
    return await offers.quote(row.chat_id, person_id, offer, count=_how_many(row))


async def _found(
    row: Activation, offers: Offers, *, at_once: bool = False, keys: Sequence[Key] | None = None
) -> Offer:
    """The same, with another key of its provider where its own was removed. Raises `UnknownKey`."""
    try:
        return await offers.find(
            row.chat_id, row.service, row.key_id, row.country_code, at_once=at_once, keys=keys
        )
    except UnknownKey:
        listing = await offers.offers(row.chat_id, row.service, row.country, at_once=at_once)
        place = row.provider, row.country_code
        same = (offer for offer in listing.items if (offer.provider.name, offer.country_code) == place)
        if found := next(same, None):
            return found
        raise


async def _offers_of(row: Activation, t: Texts, window: Window) -> Screen:
    """What the other keys offer of it."""
    listing = await window.offers(row.chat_id, row.service, row.country)
    return offers_screen(await window.service(row.chat_id, row.service), row.country, listing, 0, t)


def _next(others: Sequence[Offer], row: Activation) -> Offer:
    """The cheapest, in the purse of what was not bought if there is one."""
    purse = purse_of(row.currency, row.provider)
    return min(others, key=lambda offer: (offer.stopped, offer.purse != purse))


def _how_many(row: Activation) -> int:
    """Of several that were not all bought, what is missing; else one."""
    stopped = row.state is State.FAILED and row.reason != Reason.NOT_LISTED
    return row.count - row.position + 1 if stopped else 1


def _the_same(offer: Offer, row: Activation) -> bool:
    """Whether it would be refused for the same reason."""
    if (offer.provider.name, offer.country_code) != (row.provider, row.country_code):
        return False
    return row.reason not in _OF_ONE_KEY or offer.key.id == row.key_id
