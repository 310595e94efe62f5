"""What is typed for a quote: the most to pay for it, and prefixes to avoid.

In a group that is typed as an answer to the bot: what else people say there is none of its business.
"""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

from aiogram import F, Router
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, Message

from bot.balances import Balances
from bot.errors import BadInput, text
from bot.i18n import Texts
from bot.providers.base import Provider
from bot.purchases import Purchases
from handlers.buyers import for_buyers
from handlers.confirmation import Look, back, confirmation, limit_row, own, still_there, title
from handlers.doors import Type
from handlers.prefixes import NotPrefixes, typed_prefixes
from handlers.replies import ask_for_reply, is_answer
from handlers.screen import Screen, press, show
from storage.keys import KeyStore
from storage.models import Quote
from storage.preferences import PreferenceStore
from storage.quotes import QuoteStore

router = Router(name="wishes")
router.callback_query.filter(F.data.startswith("C"))
for_buyers(router)

#: What the field shows in which a group's member types.
_EXAMPLE, _EXAMPLES = "0.50", "7918, 7900111"


class Asked(StatesGroup):
    """What the person was asked to type."""

    max_price = State()
    prefixes = State()


class NotAPrice(BadInput):
    text = text("That is not a price. Send a number like 0.50.")


@router.callback_query(Type.filter())
async def ask(
    callback: CallbackQuery,
    callback_data: Type,
    state: FSMContext,
    t: Texts,
    quotes: QuoteStore,
    keys: KeyStore,
    preferences: PreferenceStore,
) -> None:
    quote = await own(callback_data.nonce, callback, quotes)
    price = callback_data.what == "max_price"
    await state.set_state(Asked.max_price if price else Asked.prefixes)
    await state.set_data({"nonce": quote.nonce})
    question = _price_asked(quote, t) if price else _prefixes_asked(t)
    limit = await limit_row(quote, t, keys, preferences) if price else []
    await show(callback, Screen(f"{title(quote, t)}\n{question}", [limit, back(quote, t)]))
    await ask_for_reply(callback, t, _EXAMPLE if price else _EXAMPLES)


def _price_asked(quote: Quote, t: Texts) -> str:
    today = t.money(quote.cost, quote.currency)
    return t("Send the most you would pay, like 0.50. Today it costs {price}.", price=today)


def _prefixes_asked(t: Texts) -> str:
    return t(
        "How shall the number not begin? Send prefixes like 7918, 7900111: digits with the country code, "
        "separated by commas."
    )


@router.message(Asked.max_price, F.text, ~F.text.startswith("/"), is_answer)
async def take_max_price(
    message: Message,
    state: FSMContext,
    t: Texts,
    quotes: QuoteStore,
    balances: Balances,
    providers: Mapping[str, Provider],
    preferences: PreferenceStore,
    purchases: Purchases,
) -> None:
    """A typed maximum takes the place of a tier, which is a minimum, too."""
    try:
        changes = {"max_price": typed_price(message.text or ""), "min_price": None}
    except NotAPrice as wrong:
        await _ask_again(message, state, wrong, t)
        return
    quote = await _typed(state, quotes, changes)
    await show(message, await confirmation(quote, t, balances, providers, preferences, purchases))


@router.message(Asked.prefixes, F.text, ~F.text.startswith("/"), is_answer)
async def take_prefixes(
    message: Message,
    state: FSMContext,
    t: Texts,
    quotes: QuoteStore,
    balances: Balances,
    providers: Mapping[str, Provider],
    preferences: PreferenceStore,
    purchases: Purchases,
) -> None:
    try:
        prefixes = typed_prefixes(message.text or "")
    except NotPrefixes as wrong:
        await _ask_again(message, state, wrong, t)
        return
    quote = await _typed(state, quotes, {"avoid_prefixes": ",".join(prefixes)})
    await show(message, await confirmation(quote, t, balances, providers, preferences, purchases))


async def _ask_again(message: Message, state: FSMContext, wrong: BadInput, t: Texts) -> None:
    """The question stays open; back leads to the confirmation."""
    nonce = (await state.get_data()).get("nonce", "")
    await show(message, Screen(t.error(wrong), [[press(t.plain("◀ Back"), Look(nonce=nonce))]]))
    await ask_for_reply(message, t, _EXAMPLE if isinstance(wrong, NotAPrice) else _EXAMPLES)


async def _typed(state: FSMContext, quotes: QuoteStore, changes: Mapping[str, object]) -> Quote:
    nonce = (await state.get_data()).get("nonce", "")
    await state.clear()
    return still_there(await quotes.change(nonce, **changes))


def typed_price(typed: str) -> Decimal:
    try:
        price = Decimal(typed.strip().lstrip("$").replace(",", "."))
    except InvalidOperation:
        raise NotAPrice from None
    if not price.is_finite() or not 0 < price < 10_000:
        raise NotAPrice
    return price
