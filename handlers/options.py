"""What can be chosen for a quote: price tiers, suppliers, operators, a maximum price, prefixes to avoid."""

import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

from aiogram import F, Router
from aiogram.filters.callback_data import CallbackData
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, InlineKeyboardButton, Message

from bot.balances import Balances
from bot.errors import BadInput, Expired, text
from bot.i18n import Texts
from bot.offers import Offers
from bot.providers.base import Provider, Supplier, Tier
from handlers.doors import Choices, Type
from handlers.quote import back, confirmation, own, still_there, title
from handlers.screen import Screen, in_rows, press, show
from storage.models import Quote
from storage.quotes import QuoteStore

router = Router(name="options")
router.callback_query.filter(F.data.startswith("o"))

_CHOICES_SHOWN = 24
_PREFIX = re.compile(r"[0-9]{3,10}", re.ASCII)
_PREFIXES = 20


class Set(CallbackData, prefix="os"):
    """Choose one of them; an empty value is "any"."""

    nonce: str
    what: str
    value: str


class Asked(StatesGroup):
    """What the person was asked to type."""

    max_price = State()
    prefixes = State()


class NotAPrice(BadInput):
    text = text("That is not a price. Send a number like 0.50.")


class NotPrefixes(BadInput):
    text = text("Send prefixes like 7918, 7900111: digits with the country code, separated by commas.")


@router.callback_query(Choices.filter())
async def choices(
    callback: CallbackQuery, callback_data: Choices, t: Texts, offers: Offers, quotes: QuoteStore
) -> None:
    quote = await own(callback_data.nonce, callback.from_user.id, quotes)
    buttons = await _choice_buttons(quote, callback_data.what, t, offers)
    rows = in_rows(buttons[:_CHOICES_SHOWN], 2)
    await show(callback, Screen(title(quote, t), [*rows, back(quote, t)]))


@router.callback_query(Set.filter())
async def choose_one(
    callback: CallbackQuery,
    callback_data: Set,
    t: Texts,
    quotes: QuoteStore,
    balances: Balances,
    providers: Mapping[str, Provider],
) -> None:
    await own(callback_data.nonce, callback.from_user.id, quotes)
    quote = await quotes.change(callback_data.nonce, **_changes(callback_data.what, callback_data.value))
    await show(callback, await confirmation(still_there(quote), t, balances, providers))


@router.callback_query(Type.filter())
async def ask(
    callback: CallbackQuery, callback_data: Type, state: FSMContext, t: Texts, quotes: QuoteStore
) -> None:
    quote = await own(callback_data.nonce, callback.from_user.id, quotes)
    price = callback_data.what == "max_price"
    await state.set_state(Asked.max_price if price else Asked.prefixes)
    await state.set_data({"nonce": quote.nonce})
    question = t.plain("Send the most you would pay, like 0.50.") if price else t.plain(NotPrefixes.text)
    await show(callback, Screen(f"{title(quote, t)}\n{t('{question}', question=question)}", [back(quote, t)]))


@router.message(Asked.max_price, F.text, ~F.text.startswith("/"))
async def take_max_price(
    message: Message,
    state: FSMContext,
    t: Texts,
    quotes: QuoteStore,
    balances: Balances,
    providers: Mapping[str, Provider],
) -> None:
    price = _price(message.text or "")
    await _typed(message, state, {"max_price": price}, t, quotes, balances, providers)


@router.message(Asked.prefixes, F.text, ~F.text.startswith("/"))
async def take_prefixes(
    message: Message,
    state: FSMContext,
    t: Texts,
    quotes: QuoteStore,
    balances: Balances,
    providers: Mapping[str, Provider],
) -> None:
    prefixes = [part.strip().lstrip("+") for part in (message.text or "").split(",") if part.strip()]
    if not 0 < len(prefixes) <= _PREFIXES or not all(_PREFIX.fullmatch(prefix) for prefix in prefixes):
        raise NotPrefixes
    changes = {"avoid_prefixes": ",".join(prefixes)}
    await _typed(message, state, changes, t, quotes, balances, providers)


async def _typed(
    message: Message,
    state: FSMContext,
    changes: Mapping[str, object],
    t: Texts,
    quotes: QuoteStore,
    balances: Balances,
    providers: Mapping[str, Provider],
) -> None:
    nonce = (await state.get_data()).get("nonce", "")
    await state.clear()
    quote = await quotes.change(nonce, **changes)
    await show(message, await confirmation(still_there(quote), t, balances, providers))


def _price(typed: str) -> Decimal:
    try:
        price = Decimal(typed.strip().lstrip("$").replace(",", "."))
    except InvalidOperation:
        raise NotAPrice from None
    if not price.is_finite() or not 0 < price < 10_000:
        raise NotAPrice
    return price


async def _choice_buttons(quote: Quote, what: str, t: Texts, offers: Offers) -> list[InlineKeyboardButton]:
    """A button for each thing to choose from, and one for "any"."""
    match what:
        case "tiers":
            found = [(str(tier.cost), _tier(tier, quote, t)) for tier in await offers.tiers(quote)]
        case "suppliers":
            found = [(one.id, _supplier(one, quote, t)) for one in await offers.suppliers(quote)]
        case "operators":
            found = [(name, name) for name in await offers.operators(quote)]
        case _:
            raise Expired
    buttons = [press(label, Set(nonce=quote.nonce, what=what, value=value)) for value, label in found]
    return [press(t.plain("Any"), Set(nonce=quote.nonce, what=what, value="")), *buttons]


def _tier(tier: Tier, quote: Quote, t: Texts) -> str:
    return f"{t.money(tier.cost, quote.currency)} · {t.plain('{stock} left', stock=tier.stock)}"


def _supplier(supplier: Supplier, quote: Quote, t: Texts) -> str:
    price = t.money(supplier.cost, quote.currency)
    return f"{supplier.id} · {price} · {t.plain('{stock} left', stock=supplier.stock)}"


def _changes(what: str, value: str) -> dict[str, object]:
    """A choice as columns of the quote. A tier is one price exactly: minimum and maximum."""
    match what:
        case "tiers":
            price = _price(value) if value else None
            return {"max_price": price, "min_price": price}
        case "suppliers":
            return {"suppliers": value}
        case "operators":
            return {"operator": value or None}
        case _:
            raise Expired
