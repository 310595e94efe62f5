"""The confirmation as a screen: what is about to be bought, for how much, what can be chosen, and *Buy*.

At most the price shown is paid, unless a maximum above it was chosen by hand. The chat's limit for one number
raises nothing: an offer above it is bought only after a press that says so.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated

from aiogram.filters.callback_data import CallbackData
from aiogram.types import CallbackQuery, InlineKeyboardButton
from pydantic import Field

from bot.balances import Balances
from bot.errors import Expired, NotYours
from bot.i18n import Texts, flag
from bot.providers.base import Capability, Provider
from bot.purchases import Purchases
from bot.purses import purse_of
from handlers.buyers import told
from handlers.doors import Choices, Country, Keys, Settings, Type
from handlers.key_marks import name_of, refusal
from handlers.price_line import at_most, each, who_and_price
from handlers.screen import Rows, Screen, chat_of, in_rows, press
from storage.intents import MOST
from storage.keys import KeyStore
from storage.models import Key, Quote
from storage.outlook import Outlook
from storage.preferences import PreferenceStore
from storage.quotes import QuoteStore, mark


class Spend(CallbackData, prefix="qb"):
    """Buy what the quote of this nonce says; `value` tells what it said when the button was drawn."""

    nonce: str
    value: str


class Look(CallbackData, prefix="qq"):
    """Back to the confirmation of this nonce."""

    nonce: str


class Several(CallbackData, prefix="qs"):
    """So many numbers of it; of more than can be had at once, as many as can be."""

    nonce: str
    count: Annotated[int, Field(ge=1, le=999)]


class PayMore(CallbackData, prefix="qm"):
    """Its price is fine this time, although it is above the limit."""

    nonce: str


class Set(CallbackData, prefix="os"):
    """Choose one of them; an empty value takes the choice back."""

    nonce: str
    what: str
    value: str


async def own(nonce: str, callback: CallbackQuery, quotes: QuoteStore) -> Quote:
    """A quote of who presses, made in this chat."""
    quote = still_there(await quotes.get(nonce))
    if (quote.owner_id, quote.chat_id) != (callback.from_user.id, chat_of(callback)):
        raise NotYours
    return quote


def still_there(quote: Quote | None) -> Quote:
    if quote is None:
        raise Expired
    return quote


async def confirmation(
    quote: Quote,
    t: Texts,
    balances: Balances,
    providers: Mapping[str, Provider],
    preferences: PreferenceStore,
    purchases: Purchases,
) -> Screen:
    """Everything that is about to be bought, and what it does to the balance."""
    key = await balances.key(quote.key_id, quote.chat_id)
    ceiling = (await preferences.ceilings(quote.chat_id)).get(purse_of(quote.currency, key.provider))
    outlook = await purchases.outlook(quote, key.provider)
    lines = [
        title(quote, t),
        who_and_price(quote, key if balances.is_fresh(key) else None, name_of(key, providers), t),
        *_state_of(key, balances, t),
        *_wishes(quote, ceiling, t),
        *_warnings(quote, key if balances.is_fresh(key) else None, ceiling, t),
        *(_full(outlook, t) or _room_warning(await purchases.room(quote.owner_id, quote.chat_id), quote, t)),
        *([t("👁 Everyone here will see the code.")] if outlook.for_all else []),
    ]
    rows = [
        *_buy_rows(quote, ceiling, outlook, t),
        *_option_rows(quote, providers[key.provider], t),
        *_taken_back(quote, t),
        [press(t.plain("🔑 Keys"), Keys())] if key.stopped_at is not None else [],
        [press(t.plain("◀ Other offers"), Country(service=quote.service, iso2=quote.country))],
    ]
    return Screen("\n".join(lines), rows)


def title(quote: Quote, t: Texts) -> str:
    country = f"{flag(quote.country)} {t.country(quote.country, quote.country_name)}"
    return t("<b>{service}</b> · {country}", service=quote.service_name, country=country)


def back(quote: Quote, t: Texts) -> list[InlineKeyboardButton]:
    return [press(t.plain("◀ Back"), Look(nonce=quote.nonce))]


async def limit_row(
    quote: Quote, t: Texts, keys: KeyStore, preferences: PreferenceStore
) -> list[InlineKeyboardButton]:
    """The chat's limit for one number as the maximum, by one press, where it is above the price."""
    key = await keys.get(quote.key_id)
    purse = purse_of(quote.currency, key.provider if key is not None else "")
    limit = (await preferences.ceilings(quote.chat_id)).get(purse)
    if limit is None or limit <= quote.cost:
        return []
    label = t.plain("Up to my limit: {price}", price=t.money(limit, quote.currency))
    return [press(label, Set(nonce=quote.nonce, what="max_price", value=format(limit, "f")))]


def _state_of(key: Key, balances: Balances, t: Texts) -> list[str]:
    """That its provider takes it no more, and what was on its account where that cannot be told now."""
    lines = []
    if key.stopped_at is not None:
        problem, when = t.plain_error(refusal(key)), t.day(key.stopped_at)
        lines.append(t("⛔ This key stopped on {when}. {problem}", when=when, problem=problem))
    if key.balance is not None and not balances.is_fresh(key):
        lines.append(_last_known(key, t.money(key.balance, key.currency), t))
    return lines


def _last_known(key: Key, money: str, t: Texts) -> str:
    if key.balance_at is None:
        return t("Last known balance: {money}", money=money)
    return t("Last known balance: {money}, as of {when}", money=money, when=t.day(key.balance_at))


def _wishes(quote: Quote, ceiling: Decimal | None, t: Texts) -> list[str]:
    """What was chosen beyond the offer, a line each."""
    lines = [_price_line(quote, ceiling, t)] if quote.max_price is not None else []
    if quote.operator:
        lines.append(t("Operator: {operator}", operator=quote.operator))
    if "," in quote.suppliers:
        lines.append(t("Only suppliers {suppliers}", suppliers=quote.suppliers.replace(",", ", ")))
    elif quote.suppliers:
        lines.append(t("Supplier: {supplier}", supplier=quote.suppliers))
    if quote.except_suppliers:
        without = quote.except_suppliers.replace(",", ", ")
        lines.append(t("Without suppliers {suppliers}", suppliers=without))
    if quote.avoid_prefixes:
        lines.append(t("Not starting with {prefixes}", prefixes=quote.avoid_prefixes.replace(",", ", ")))
    return lines


def _price_line(quote: Quote, ceiling: Decimal | None, t: Texts) -> str:
    most = t.money(at_most(quote), quote.currency)
    if quote.min_price is not None:
        return t("Only at {price}", price=most)
    if quote.max_price == ceiling:
        return t("At most {price} each: your limit", price=most)
    return t("At most {price} each", price=most)


def _warnings(quote: Quote, key: Key | None, ceiling: Decimal | None, t: Texts) -> list[str]:
    """What would go otherwise than one thinks."""
    lines = []
    if ceiling is not None and at_most(quote) > ceiling:
        limit = t.money(ceiling, quote.currency)
        lines.append(t("⚠️ Above your limit of {limit} for one number.", limit=limit))
    if quote.min_price is None and at_most(quote) < quote.cost:
        lines.append(t("⚠️ That is below the price of today: probably nothing will be found."))
    if key is not None and key.balance is not None and key.currency == quote.currency:
        lines += _balance_warning(int(key.balance // each(quote)) if each(quote) else MOST, quote, t)
    return lines


def _balance_warning(enough_for: int, quote: Quote, t: Texts) -> list[str]:
    if enough_for >= quote.count:
        return []
    if not enough_for:
        return [t("⚠️ Your balance does not reach: top it up at the provider first.")]
    return [t("⚠️ Your balance reaches for {count} of them.", count=enough_for)]


def _room_warning(room: int | None, quote: Quote, t: Texts) -> list[str]:
    """Of several as many are bought as may wait for a code."""
    if room is None or room >= quote.count:
        return []
    if not room:
        full = t.plain("As many numbers wait for a code as you may have: cancel one, or let its code come.")
        return [t("⚠️ {problem}", problem=full)]
    return [
        t.many(
            "⚠️ Only {count} more number may wait for a code at once: the rest would not be ordered.",
            "⚠️ Only {count} more numbers may wait for a code at once: the rest would not be ordered.",
            room,
        )
    ]


def _full(outlook: Outlook, t: Texts) -> list[str]:
    """A limit of the group that is reached."""
    return [] if outlook.full is None else [t("⚠️ {problem}", problem=told(outlook.full, t))]


def _buy_rows(quote: Quote, ceiling: Decimal | None, outlook: Outlook, t: Texts) -> Rows:
    if outlook.full is not None:
        return [[press(t.plain("🔄 Try again"), Look(nonce=quote.nonce))]]
    if ceiling is not None and quote.max_price is None and quote.cost > ceiling:
        price = t.money(quote.cost, quote.currency)
        return [
            [press(t.plain("💸 Pay {price} this time", price=price), PayMore(nonce=quote.nonce))],
            [press(t.plain("⚙️ Change the limit"), Settings())],
        ]
    said = mark(quote, for_all=outlook.for_all)
    return [[press(_buy_label(quote, t), Spend(nonce=quote.nonce, value=said))], _counts(quote)]


def _buy_label(quote: Quote, t: Texts) -> str:
    price = t.money(at_most(quote) * quote.count, quote.currency)
    exact = at_most(quote) == each(quote)
    if quote.count == 1 and exact:
        return t.plain("✅ Buy for {price}", price=price)
    if quote.count == 1:
        return t.plain("✅ Buy for at most {price}", price=price)
    if exact:
        return t.plain("✅ Buy {count} for {price}", count=quote.count, price=price)
    return t.plain("✅ Buy {count} for at most {price}", count=quote.count, price=price)


def _counts(quote: Quote) -> list[InlineKeyboardButton]:
    """How many: one row of tiny buttons, the chosen one ticked."""
    labels = {count: f"✓ ×{count}" if count == quote.count else f"×{count}" for count in range(1, MOST + 1)}
    return [press(label, Several(nonce=quote.nonce, count=count)) for count, label in labels.items()]


def _taken_back(quote: Quote, t: Texts) -> Rows:
    """A press each that takes a choice back."""
    chosen = [
        (quote.max_price is not None, t.plain("✖ Price"), "max_price"),
        (quote.suppliers or quote.except_suppliers, t.plain("✖ Suppliers"), "suppliers"),
        (quote.operator, t.plain("✖ Operator"), "operators"),
        (quote.avoid_prefixes, t.plain("✖ Prefixes"), "prefixes"),
    ]
    buttons = [
        press(label, Set(nonce=quote.nonce, what=what, value="")) for is_, label, what in chosen if is_
    ]
    return in_rows(buttons, 2)


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
