"""What can be chosen for a quote: price tiers, suppliers, operators. What is typed is taken in `wishes`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aiogram import F, Router
from aiogram.types import CallbackQuery, InlineKeyboardButton

from bot.balances import Balances
from bot.errors import Expired, LimitReached, NotOffered
from bot.i18n import Texts
from bot.offers import Offers
from bot.providers.base import Provider, Supplier, Tier
from bot.purchases import Purchases
from handlers.buyers import for_buyers
from handlers.confirmation import Set, back, confirmation, own, still_there, title
from handlers.doors import Choices
from handlers.screen import Screen, in_rows, page_of, press, show, turn
from handlers.wishes import typed_price
from storage.models import Quote
from storage.preferences import PreferenceStore
from storage.quotes import QuoteStore

router = Router(name="options")
router.callback_query.filter(F.data.startswith("o"))
for_buyers(router)

_ROWS_A_PAGE = 8
_NOT = "-"
#: What is left of a button's 64 bytes beside the nonce and the longest name of a choice.
_LONGEST_VALUE = 38
#: The columns of a quote that hold suppliers are no wider.
_LONGEST_LIST = 256


@router.callback_query(Choices.filter())
async def choices(
    callback: CallbackQuery, callback_data: Choices, t: Texts, offers: Offers, quotes: QuoteStore
) -> None:
    quote = await own(callback_data.nonce, callback, quotes)
    choice = await _choice(quote, callback_data.what, t, offers)
    shown, pages = page_of(choice, callback_data.page, _ROWS_A_PAGE)
    pager = turn(callback_data.page, pages, lambda to: callback_data.model_copy(update={"page": to}))
    question = _question(callback_data.what, t) if choice else t("There is nothing to choose from right now.")
    whatever = [_set(quote, callback_data.what, "", t.plain("Any"))]
    html = "\n".join([title(quote, t), question, *(line.told for line in shown if line.told)])
    await show(callback, Screen(html, [whatever, *([*line.row] for line in shown), pager, back(quote, t)]))


@router.callback_query(Set.filter())
async def choose_one(
    callback: CallbackQuery,
    callback_data: Set,
    t: Texts,
    offers: Offers,
    quotes: QuoteStore,
    balances: Balances,
    providers: Mapping[str, Provider],
    preferences: PreferenceStore,
    purchases: Purchases,
) -> None:
    quote = await own(callback_data.nonce, callback, quotes)
    changes = await _changes(quote, callback_data.what, callback_data.value, offers)
    changed = still_there(await quotes.change(quote.nonce, **changes))
    await show(callback, await confirmation(changed, t, balances, providers, preferences, purchases))


def _question(what: str, t: Texts) -> str:
    match what:
        case "tiers":
            return t("Which price? Numbers of that price only are bought.")
        case "suppliers":
            return t("Which suppliers? One or more of them, or all but some.")
        case _:
            return t("Which operator should the number be of?")


@dataclass(frozen=True, slots=True)
class _Line:
    """A row of buttons, and what the text tells of it."""

    row: Sequence[InlineKeyboardButton]
    told: str = ""


async def _choice(quote: Quote, what: str, t: Texts, offers: Offers) -> list[_Line]:
    """A button for each thing to choose; a supplier can also be left out. What is chosen is ticked."""
    match what:
        case "tiers":
            tiers = await offers.tiers(quote)
            return _pairs([_tier(tier, quote, t) for tier in tiers])
        case "suppliers":
            found = [one for one in await offers.suppliers(quote) if _fits(_NOT + one.id)]
            return [_supplier(one, quote, t) for one in found]
        case "operators":
            names = [name for name in await offers.operators(quote) if name != "any" and _fits(name)]
            ticked = [(name, _ticked(name, name == quote.operator)) for name in names]
            return _pairs([_set(quote, what, name, label) for name, label in ticked])
        case _:
            raise Expired


def _pairs(buttons: list[InlineKeyboardButton]) -> list[_Line]:
    return [_Line(row) for row in in_rows(buttons, 2)]


def _fits(value: str) -> bool:
    """Whether a button can carry it: colons part its fields, and Telegram gives it 64 bytes in all."""
    return bool(value) and ":" not in value and len(value.encode()) <= _LONGEST_VALUE


def _ticked(label: str, chosen: bool) -> str:
    return f"✓ {label}" if chosen else label


def _set(quote: Quote, what: str, value: str, label: str) -> InlineKeyboardButton:
    return press(label, Set(nonce=quote.nonce, what=what, value=value))


def _tier(tier: Tier, quote: Quote, t: Texts) -> InlineKeyboardButton:
    label = f"{t.money(tier.cost, quote.currency)} · {t.plain('{stock} left', stock=tier.stock)}"
    return _set(quote, "tiers", str(tier.cost), _ticked(label, tier.cost == quote.min_price))


def _supplier(one: Supplier, quote: Quote, t: Texts) -> _Line:
    """Its stock stands in the text: on a phone a button has no room for it."""
    price = t.money(one.cost, quote.currency)
    label, told = f"{one.id} · {price}", t("{supplier}: {stock} left", supplier=one.id, stock=one.stock)
    without = t.plain("🚫 not {supplier}", supplier=one.id)
    left_out, chosen = one.id in _listed(quote.except_suppliers), one.id in _listed(quote.suppliers)
    only = _set(quote, "suppliers", one.id, _ticked(label, chosen))
    return _Line([only, _set(quote, "suppliers", _NOT + one.id, _ticked(without, left_out))], told)


async def _changes(quote: Quote, what: str, value: str, offers: Offers) -> dict[str, object]:
    """A choice as columns of the quote. A tier is one price exactly: minimum and maximum."""
    match what:
        case "tiers" | "max_price" if not value:
            return {"max_price": None, "min_price": None}
        case "max_price":
            return {"max_price": typed_price(value), "min_price": None}
        case "tiers":
            return {"max_price": typed_price(value), "min_price": typed_price(value)}
        case "suppliers":
            return await _supplier_changes(quote, value, offers)
        case "operators":
            return {"operator": value or None}
        case "prefixes" if not value:
            return {"avoid_prefixes": ""}
        case _:
            raise Expired


async def _supplier_changes(quote: Quote, value: str, offers: Offers) -> dict[str, object]:
    """One more supplier to buy from at their prices, or one more to leave out, or all of them again.

    What was chosen is taken back by choosing it again; a price that came with suppliers goes with them.
    """
    theirs: dict[str, object] = {"max_price": None, "min_price": None} if quote.suppliers else {}
    if not value:
        return {"suppliers": "", "except_suppliers": "", **theirs}
    if value.startswith(_NOT):
        out = _listed(quote.except_suppliers) ^ {value.removeprefix(_NOT)}
        return {"suppliers": "", "except_suppliers": _joined(out), **theirs}
    costs = {one.id: one.cost for one in await offers.suppliers(quote)}
    if value not in costs:
        raise NotOffered
    chosen = (_listed(quote.suppliers) ^ {value}) & costs.keys()
    if not chosen:
        return {"suppliers": "", **theirs}
    most = max(costs[one] for one in chosen)
    return {"suppliers": _joined(chosen), "except_suppliers": "", "max_price": most, "min_price": None}


def _listed(ids: str) -> set[str]:
    return set(filter(None, ids.split(",")))


def _joined(ids: set[str]) -> str:
    """As a quote holds them. Raises `LimitReached` where they are too many for it."""
    joined = ",".join(sorted(ids))
    if len(joined) > _LONGEST_LIST:
        raise LimitReached
    return joined
