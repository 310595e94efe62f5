"""Short ways back to a confirmation: the same once more, and another offer for what was not bought.

None of them buys: each ends at a confirmation with the price of today.
"""

import asyncio
from collections.abc import Mapping

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
from bot.i18n import Texts, flag
from bot.offers import Offer, Offers
from bot.providers.base import Provider
from bot.purchases import Purchases
from handlers.confirmation import confirmation, opened
from handlers.doors import Again, NextOffer, Repeat
from handlers.private import NUMBERS, only_in_private
from handlers.screen import answer, press, say, show
from storage.activations import ActivationStore
from storage.models import Activation, Quote, State
from storage.preferences import PreferenceStore
from storage.reasons import Reason

router = Router(name="again")
router.callback_query.filter(F.data.startswith("u"))
only_in_private(router, NUMBERS)

#: Seconds a menu waits for the price on its button.
PATIENCE = 1.0
#: What another key of the same provider may not suffer from.
_OF_ONE_KEY = frozenset(each.__name__ for each in (NoMoney, BadKey, Banned, UnknownKey, BrokenKey))


@router.callback_query(Again.filter())
async def again(
    callback: CallbackQuery,
    callback_data: Again,
    t: Texts,
    offers: Offers,
    balances: Balances,
    numbers: ActivationStore,
    providers: Mapping[str, Provider],
    preferences: PreferenceStore,
) -> None:
    """The same service and country with the same key, at today's price: a new message, the old one stays."""
    row = await _own(callback_data.id, callback.from_user.id, numbers)
    quote = await _same(row, callback.from_user.id, offers, preferences)
    await answer(callback)
    await say(callback, await confirmation(quote, t, balances, providers, preferences))


@router.callback_query(Repeat.filter())
async def repeat(
    callback: CallbackQuery,
    callback_data: Repeat,
    t: Texts,
    offers: Offers,
    balances: Balances,
    numbers: ActivationStore,
    providers: Mapping[str, Provider],
    preferences: PreferenceStore,
) -> None:
    """The same in the place of the menu that was pressed."""
    row = await _own(callback_data.id, callback.from_user.id, numbers)
    quote = await _same(row, callback.from_user.id, offers, preferences)
    await show(callback, await confirmation(quote, t, balances, providers, preferences))


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
) -> None:
    """The cheapest of what else there is with all the chat's keys, in a new message."""
    row = await _own(callback_data.id, callback.from_user.id, numbers)
    listing = await offers.offers(row.chat_id, row.service, row.country)
    others = [offer for offer in listing.items if offer.stock != 0 and not _the_same(offer, row)]
    if not others:
        await answer(callback, t.plain("None of your other offers has it there right now."), alert=True)
        return
    person_id = callback.from_user.id
    quote = await opened(row.chat_id, person_id, others[0], offers, preferences, _how_many(row))
    await answer(callback)
    await say(callback, await confirmation(quote, t, balances, providers, preferences))


async def last_bought_row(
    chat_id: int, person_id: int, t: Texts, purchases: Purchases, offers: Offers
) -> list[InlineKeyboardButton]:
    """*Repeat last* with the price of today where it is at hand; no row where it is not sold any more."""
    row = await purchases.last(chat_id, person_id)
    if row is None:
        return []
    try:
        price = await _price_at_hand(row, t, offers)
    except (Refused, StorageError):
        return []
    parts = (f"🔁 {row.service_name}", flag(row.country), price)
    return [press(" · ".join(part for part in parts if part), Repeat(id=row.id))]


async def _price_at_hand(row: Activation, t: Texts, offers: Offers) -> str:
    """ "" while the provider takes its time: a menu does not wait for it."""
    try:
        async with asyncio.timeout(PATIENCE):
            offer = await offers.find(row.chat_id, row.service, row.key_id, row.country_code)
    except (Unclear, TimeoutError):
        return ""
    return t.money(offer.cost, offer.currency)


async def _own(activation_id: str, person_id: int, numbers: ActivationStore) -> Activation:
    row = await numbers.get(activation_id)
    if row is None:
        raise UnknownActivation
    if row.owner_id != person_id:
        raise NotYours
    return row


async def _same(row: Activation, person_id: int, offers: Offers, preferences: PreferenceStore) -> Quote:
    offer = await offers.find(row.chat_id, row.service, row.key_id, row.country_code)
    return await opened(row.chat_id, person_id, offer, offers, preferences, _how_many(row))


def _how_many(row: Activation) -> int:
    """Of several that were not all bought, what is missing; else one."""
    stopped = row.state is State.FAILED and row.reason != Reason.NOT_LISTED
    return row.count - row.position + 1 if stopped else 1


def _the_same(offer: Offer, row: Activation) -> bool:
    """Whether it would be refused for the same reason."""
    if (offer.provider.name, offer.country_code) != (row.provider, row.country_code):
        return False
    return row.reason not in _OF_ONE_KEY or offer.key.id == row.key_id
