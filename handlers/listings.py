"""What every list of things to buy says alike: its marks, shares and orders, what is left, who is silent."""

from collections.abc import Sequence
from decimal import Decimal

from aiogram.types import CallbackQuery, Message

from bot.errors import NoKeys
from bot.i18n import Texts, visible
from bot.search import understand
from bot.shops import Trouble
from bot.statistics import ENOUGH
from bot.window import Region, Regions, Ware
from handlers.doors import AddKey, Menu
from handlers.screen import Screen, chat_of, press
from storage.models import Sort

#: Of a key that its provider refused; what was so some time ago; what is above somebody's own limit.
STOPPED, OLD, OVER = "⛔", "⚠️", "🔺"
#: Of a figure that rests on few numbers.
FEW = "≈"
_CENT, _DEAR = Decimal("0.01"), Decimal("0.20")
_TYPED = 64
#: A longer word is not said again: it may be a secret.
_WORD = 20


def no_keys(t: Texts, service: str = "", iso2: str = "") -> Screen:
    """Without a key of a provider that sells there is nothing to buy with."""
    wanted = AddKey(service=service, iso2=iso2)
    return Screen(
        t(NoKeys.text),
        [[press(t.plain("🔑 Add a provider key"), wanted)], [press(t.plain("◀ Menu"), Menu())]],
    )


def key_for(words: str) -> AddKey:
    """Add a key, and come back to what was typed, as far as that is clear."""
    meant = understand(words, ())
    return AddKey(service=meant.services[0].slug if meant.sure else "", iso2=meant.iso2)


def stock_left(stock: int | None, t: Texts) -> str:
    """How much is left, as the end of a button's label."""
    match stock:
        case None:
            return ""
        case 0:
            return t.plain("out of stock")
        case _:
            return t.plain("{stock} left", stock=stock)


def marks(ware: Ware) -> str:
    """What is to be minded of an offer, as the beginning of a label."""
    offer = ware.offer
    signs = ((STOPPED, offer.stopped), (OLD, offer.as_of), (OVER, ware.limit))
    return "".join(sign for sign, there in signs if there)


def price(ware: Ware, sort: Sort, t: Texts) -> str:
    """What an order by price goes by: what a number costs, or what a received code does."""
    if sort is not Sort.EXPECTED or ware.expected is None:
        return t.money(ware.offer.cost, ware.offer.currency)
    told = t.plain("{price} a code", price=t.money(rounded(ware.expected), ware.offer.currency))
    return f"{FEW} {told}" if ware.few else told


def rounded(expected: Decimal) -> Decimal:
    """What a code costs is an estimate: no fractions of a cent where cents tell enough."""
    return expected.quantize(_CENT) if expected >= _DEAR else expected


def share(ware: Ware, sort: Sort, t: Texts) -> str:
    """How often a code came to this offer, at least where that is the order; "" where little is known."""
    if ware.low is None or ware.record is None:
        return ""
    if sort is Sort.SUCCESS:
        return f"≥ {t.percent(ware.low)}"
    return "" if ware.few else t.percent(ware.record.rate)


def about_order(regions: Regions, shown: Sequence[Region], t: Texts) -> list[str]:
    """What the order of these countries goes by, where that is not plain."""
    if regions.items and regions.wanted is not regions.sort:
        return [t("No codes counted yet: by price.")]
    match regions.sort:
        case Sort.SUCCESS:
            return [t("Sorted by what is sure: how often a code comes at least, by our own records.")]
        case Sort.EXPECTED:
            lines = [t("Per code: the price, with what was paid for numbers without a code.")]
            return [*lines, *_about_few([region.shown_by(Sort.EXPECTED) for region in shown], t)]
        case _:
            return []


def _about_few(wares: Sequence[Ware], t: Texts) -> list[str]:
    few = any(ware.few and ware.expected is not None for ware in wares)
    return [t("≈ few data: fewer than {count} numbers.", count=ENOUGH)] if few else []


def troubles(missing: Sequence[Trouble], t: Texts) -> str:
    """One line for each provider that is missing, and why."""
    lines = [_trouble(trouble, t) for trouble in missing]
    return "\n\n" + "\n".join(lines) if lines else ""


def _trouble(trouble: Trouble, t: Texts) -> str:
    if trouble.as_of is None:
        return t("⚠️ {provider}: {problem}", provider=trouble.title, problem=t.plain_error(trouble.error))
    return t(
        "⚠️ {provider} does not answer right now; what it sells is shown as of {time}.",
        provider=trouble.title,
        time=t.clock(trouble.as_of),
    )


def said_again(words: str) -> str:
    """What was typed, fit to be quoted."""
    short = (word if len(word) <= _WORD else "…" for word in words.split())
    return visible(" ".join(short), _TYPED)


def person_of(event: Message | CallbackQuery) -> int:
    """Who typed or pressed; in a private chat that is the chat."""
    return event.from_user.id if event.from_user else chat_of(event)
