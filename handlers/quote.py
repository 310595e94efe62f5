"""The confirmation at work: an offer is chosen, how many of it, and *Buy*; `confirmation` draws it.

What is chosen stands in the quote, in the database; the buttons carry its nonce, good for one purchase.
*Buy* carries the mark of what it shows, too, which is compared in the transaction of the intent: before that
is committed a death leaves nothing, after it the purchase as `bot.purchases` tells.
"""

from collections.abc import Mapping

from aiogram import F, Router
from aiogram.types import CallbackQuery, InlineKeyboardButton

from bot.balances import Balances
from bot.clock import Clock
from bot.errors import NotOffered, Refused, UnknownKey, text
from bot.floods import wait_for_words
from bot.groups import Groups
from bot.i18n import Texts
from bot.offers import Offers
from bot.providers.base import Provider
from bot.purchases import Purchases
from bot.window import Window
from handlers.buy import show_countries
from handlers.buyers import Counter, counter, for_buyers, told
from handlers.confirmation import Look, PayMore, Several, Spend, confirmation, own, still_there
from handlers.doors import Choose, Countries
from handlers.screen import Screen, answer, chat_of, show
from storage.chats import ChatStore
from storage.group_rules import GroupLimit
from storage.intents import MOST, Changed
from storage.preferences import PreferenceStore
from storage.quotes import QuoteStore

router = Router(name="quote")
router.callback_query.filter(F.data.startswith("q"))
for_buyers(router)


class Muted(Refused):
    text = text(
        "I may not write in this group right now, and you have no private chat with me: nothing was bought. "
        "Start one, or let an administrator allow me to write."
    )


@router.callback_query(Choose.filter())
async def choose(
    callback: CallbackQuery,
    callback_data: Choose,
    t: Texts,
    window: Window,
    offers: Offers,
    balances: Balances,
    providers: Mapping[str, Provider],
    preferences: PreferenceStore,
    purchases: Purchases,
) -> None:
    """An offer that is gone meanwhile leaves no dead button behind: what is sold now takes its place."""
    chat_id, service = chat_of(callback), callback_data.service
    try:
        offer = await offers.find(chat_id, service, callback_data.key, callback_data.country)
    except (NotOffered, UnknownKey) as gone:
        await show_countries(callback, t, window, Countries(service=service), t.plain_error(gone))
        return
    quote = await offers.quote(chat_id, callback.from_user.id, offer)
    await show(callback, await confirmation(quote, t, balances, providers, preferences, purchases))


@router.callback_query(Look.filter())
async def look(
    callback: CallbackQuery,
    callback_data: Look,
    t: Texts,
    quotes: QuoteStore,
    balances: Balances,
    providers: Mapping[str, Provider],
    preferences: PreferenceStore,
    purchases: Purchases,
) -> None:
    quote = await own(callback_data.nonce, callback, quotes)
    await show(callback, await confirmation(quote, t, balances, providers, preferences, purchases))


@router.callback_query(Several.filter())
async def several(
    callback: CallbackQuery,
    callback_data: Several,
    t: Texts,
    quotes: QuoteStore,
    balances: Balances,
    providers: Mapping[str, Provider],
    preferences: PreferenceStore,
    purchases: Purchases,
) -> None:
    quote = await own(callback_data.nonce, callback, quotes)
    changed = still_there(await quotes.change(quote.nonce, count=min(callback_data.count, MOST)))
    await show(callback, await confirmation(changed, t, balances, providers, preferences, purchases))


@router.callback_query(PayMore.filter())
async def pay_more(
    callback: CallbackQuery,
    callback_data: PayMore,
    t: Texts,
    quotes: QuoteStore,
    balances: Balances,
    providers: Mapping[str, Provider],
    preferences: PreferenceStore,
    purchases: Purchases,
) -> None:
    """The price that was shown becomes the one that was chosen: nothing is bought yet."""
    quote = await own(callback_data.nonce, callback, quotes)
    changed = still_there(await quotes.change(quote.nonce, max_price=quote.cost, min_price=None))
    await show(callback, await confirmation(changed, t, balances, providers, preferences, purchases))


@router.callback_query(Spend.filter())
async def spend(
    callback: CallbackQuery,
    callback_data: Spend,
    t: Texts,
    purchases: Purchases,
    chats: ChatStore,
    clock: Clock,
    quotes: QuoteStore,
    balances: Balances,
    providers: Mapping[str, Provider],
    preferences: PreferenceStore,
    groups: Groups,
) -> None:
    """Buy, once, what the button shows. Its message becomes the number's card; the postman draws it.

    A button of what was chosen before, in another message or not redrawn yet, shows what is chosen now.
    """
    nonce, person_id, chat_id = callback_data.nonce, callback.from_user.id, chat_of(callback)
    await wait_for_words(chats, chat_id, clock())
    await _can_be_told(chats, chat_id, person_id)
    place = await counter(callback, groups)
    try:
        await purchases.buy(nonce, person_id, chat_id, place.card_id, callback_data.value, seat=place.seat)
    except Changed as changed:
        quote = await own(nonce, callback, quotes)
        screen = await confirmation(quote, t, balances, providers, preferences, purchases)
        await show(callback, screen, t.plain_error(changed))
    except GroupLimit as full:
        await answer(callback, told(full, t), alert=True)
    else:
        await _ordered(callback, place, t)


async def _can_be_told(chats: ChatStore, chat_id: int, person_id: int) -> None:
    """Before money is spent in a group: `Muted` where its number could be told nowhere."""
    if chat_id < 0 and not await _reached(chats, chat_id) and not await _reached(chats, person_id):
        raise Muted


async def _reached(chats: ChatStore, chat_id: int) -> bool:
    chat = await chats.get(chat_id)
    return chat is not None and chat.unreachable_at is None and bool(chat.kind)


async def _ordered(callback: CallbackQuery, place: Counter, t: Texts) -> None:
    """Where the group chose a topic for its numbers, the menu says so and leads there."""
    if place.topic is None:
        await answer(callback, t.plain("Buying…"))
        return
    there = f"https://t.me/c/{str(chat_of(callback)).removeprefix('-100')}/{place.topic}"
    rows = [[InlineKeyboardButton(text=t.plain("➡ Open the topic"), url=there)]]
    await show(callback, Screen(t("⏳ Buying… The number comes in the topic of this group’s numbers."), rows))
