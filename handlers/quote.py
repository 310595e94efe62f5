"""The confirmation: one offer with its price, the choices its provider allows, and *Buy*.

What is chosen stands in the quote, in the database; the buttons carry its nonce, good for one purchase.
"""

from collections.abc import Mapping

from aiogram import F, Router
from aiogram.filters.callback_data import CallbackData
from aiogram.types import CallbackQuery, InlineKeyboardButton, Message

from bot.balances import Balances
from bot.clock import Clock
from bot.errors import Expired, NotOffered, NotYours, UnknownActivation, UnknownKey
from bot.floods import wait_for_words
from bot.i18n import Texts, flag
from bot.offers import Offers
from bot.providers.base import Capability, Provider
from bot.purchases import Purchases
from handlers.buy import show_countries
from handlers.doors import Again, Choices, Choose, Countries, Country, Type
from handlers.keys import name_of
from handlers.private import NUMBERS, only_in_private
from handlers.screen import Rows, Screen, answer, chat_of, in_rows, press, say, show
from storage.activations import ActivationStore
from storage.chats import ChatStore
from storage.models import Key, Quote
from storage.quotes import QuoteStore

router = Router(name="quote")
router.callback_query.filter(F.data.startswith("q"))
only_in_private(router, NUMBERS)


class Spend(CallbackData, prefix="qb"):
    """Buy what the quote of this nonce says."""

    nonce: str


class Look(CallbackData, prefix="qq"):
    """Back to the confirmation of this nonce."""

    nonce: str


@router.callback_query(Choose.filter())
async def choose(
    callback: CallbackQuery,
    callback_data: Choose,
    t: Texts,
    offers: Offers,
    balances: Balances,
    providers: Mapping[str, Provider],
) -> None:
    """An offer that is gone meanwhile leaves no dead button behind: what is sold now takes its place."""
    chat_id, service = chat_of(callback), callback_data.service
    try:
        offer = await offers.find(chat_id, service, callback_data.key, callback_data.country)
    except (NotOffered, UnknownKey) as gone:
        await show_countries(callback, t, offers, Countries(service=service), t.plain_error(gone))
        return
    quote = await offers.quote(chat_id, callback.from_user.id, offer)
    await show(callback, await confirmation(quote, t, balances, providers))


@router.callback_query(Again.filter())
async def again(
    callback: CallbackQuery,
    callback_data: Again,
    t: Texts,
    offers: Offers,
    balances: Balances,
    numbers: ActivationStore,
    providers: Mapping[str, Provider],
) -> None:
    """The same service and country with the same key, at today's price: a new message, the old one stays."""
    row = await numbers.get(callback_data.id)
    if row is None:
        raise UnknownActivation
    if row.owner_id != callback.from_user.id:
        raise NotYours
    offer = await offers.find(row.chat_id, row.service, row.key_id, row.country_code)
    quote = await offers.quote(row.chat_id, callback.from_user.id, offer)
    await answer(callback)
    await say(callback, await confirmation(quote, t, balances, providers))


@router.callback_query(Look.filter())
async def look(
    callback: CallbackQuery,
    callback_data: Look,
    t: Texts,
    quotes: QuoteStore,
    balances: Balances,
    providers: Mapping[str, Provider],
) -> None:
    quote = await own(callback_data.nonce, callback.from_user.id, quotes)
    await show(callback, await confirmation(quote, t, balances, providers))


@router.callback_query(Spend.filter())
async def spend(
    callback: CallbackQuery,
    callback_data: Spend,
    t: Texts,
    purchases: Purchases,
    chats: ChatStore,
    clock: Clock,
) -> None:
    """Buy, once. The pressed message becomes the number's card; the postman draws it."""
    await wait_for_words(chats, chat_of(callback), clock())
    card = callback.message.message_id if isinstance(callback.message, Message) else None
    await purchases.buy(callback_data.nonce, callback.from_user.id, chat_of(callback), card)
    await answer(callback, t.plain("Buying…"))


async def own(nonce: str, person_id: int, quotes: QuoteStore) -> Quote:
    quote = still_there(await quotes.get(nonce))
    if quote.owner_id != person_id:
        raise NotYours
    return quote


def still_there(quote: Quote | None) -> Quote:
    if quote is None:
        raise Expired
    return quote


async def confirmation(
    quote: Quote, t: Texts, balances: Balances, providers: Mapping[str, Provider]
) -> Screen:
    """Everything that is about to be bought, and what it does to the balance."""
    key = await balances.key(quote.key_id, quote.chat_id)
    provider = providers[key.provider]
    lines = [title(quote, t), _who_and_price(quote, key, name_of(key, providers), t), *_wishes(quote, t)]
    return Screen(
        "\n".join(lines), [[_buy_button(quote, t)], *_option_rows(quote, provider, t), _away(quote, t)]
    )


def title(quote: Quote, t: Texts) -> str:
    country = f"{flag(quote.country)} {t.country(quote.country, quote.country_name)}"
    return t("<b>{service}</b> · {country}", service=quote.service_name, country=country)


def _who_and_price(quote: Quote, key: Key, who: str, t: Texts) -> str:
    price = t.money(quote.cost, quote.currency)
    if key.balance is None:
        return t("{who} · <b>{price}</b>", who=who, price=price)
    balance = t.money(key.balance, key.currency)
    return t("{who} · <b>{price}</b> of your {balance}", who=who, price=price, balance=balance)


def _wishes(quote: Quote, t: Texts) -> list[str]:
    """What was chosen beyond the offer, a line each."""
    lines = []
    if quote.max_price is not None:
        lines.append(t("At most {price}", price=t.money(quote.max_price, quote.currency)))
    if quote.operator:
        lines.append(t("Operator: {operator}", operator=quote.operator))
    if quote.suppliers:
        lines.append(t("Supplier: {supplier}", supplier=quote.suppliers))
    if quote.except_suppliers:
        without = quote.except_suppliers.replace(",", ", ")
        lines.append(t("Without suppliers {suppliers}", suppliers=without))
    if quote.avoid_prefixes:
        lines.append(t("Not starting with {prefixes}", prefixes=quote.avoid_prefixes.replace(",", ", ")))
    return lines


def _buy_button(quote: Quote, t: Texts) -> InlineKeyboardButton:
    if quote.max_price is None:
        label = t.plain("✅ Buy for {price}", price=t.money(quote.cost, quote.currency))
    else:
        label = t.plain("✅ Buy for at most {price}", price=t.money(quote.max_price, quote.currency))
    return press(label, Spend(nonce=quote.nonce))


def _option_rows(quote: Quote, provider: Provider, t: Texts) -> Rows:
    """What this provider lets a person choose; nothing where it lets them choose nothing."""
    options = [
        (Capability.TIERS, t.plain("💲 Price tiers"), Choices(nonce=quote.nonce, what="tiers")),
        (Capability.MAX_PRICE, t.plain("⬆ Maximum price"), Type(nonce=quote.nonce, what="max_price")),
        (Capability.SUPPLIERS, t.plain("🏭 Suppliers"), Choices(nonce=quote.nonce, what="suppliers")),
        (Capability.OPERATOR, t.plain("📶 Operator"), Choices(nonce=quote.nonce, what="operators")),
        (Capability.PREFIXES, t.plain("🚫 Avoid prefixes"), Type(nonce=quote.nonce, what="prefixes")),
    ]
    return in_rows([press(label, data) for needed, label, data in options if provider.can(needed)], 2)


def back(quote: Quote, t: Texts) -> list[InlineKeyboardButton]:
    return [press(t.plain("◀ Back"), Look(nonce=quote.nonce))]


def _away(quote: Quote, t: Texts) -> list[InlineKeyboardButton]:
    return [press(t.plain("◀ Other offers"), Country(service=quote.service, iso2=quote.country))]
