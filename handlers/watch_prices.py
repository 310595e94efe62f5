"""Prices somebody may wait for: typed ones, those around today's, and how a button carries one."""

import re
from collections.abc import Iterator
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

from bot.errors import BadInput, text
from bot.i18n import Texts
from bot.lookout import Find
from handlers.wishes import NotAPrice

#: Of today's price, in hundredths: where it can be had that was too dear, where it cannot it may be dearer.
_LESS, _MORE = (-10, -25, -50), (0, 10, 25)
#: A number, perhaps with a sign or name of a currency before or behind it.
_PRICE = re.compile(r"[^0-9.,−–-]*([0-9]{1,7}(?:[.,][0-9]{1,4})?)[^0-9.,−–-]*", re.ASCII)
_SIGNS = {"$": "USD", "€": "EUR", "₴": "UAH", "₽": "RUB", "₫": "VND", "£": "GBP"}
#: Cheaper numbers than this are told apart by fractions of a cent.
_DEAR = Decimal("0.20")
_CENT, _SMALLEST = Decimal("0.01"), Decimal("0.0001")
#: A button has no room for more digits.
_TOO_MUCH = Decimal(10**7)


class OtherCurrency(BadInput):
    text = text("This price is in {currency}. Send the number alone, like 0.50.")


def typed_price(words: str, currency: str = "") -> Decimal:
    """What was typed, with or without a sign of its currency. Raises `NotAPrice`, or `OtherCurrency`."""
    if currency and typed_currency(words) not in ("", currency) and _PRICE.fullmatch(words.strip()):
        raise OtherCurrency(currency=currency)
    found = _PRICE.fullmatch(words.strip())
    price = Decimal(found[1].replace(",", ".")) if found else Decimal(0)
    if not price:
        raise NotAPrice
    return price


def typed_currency(words: str) -> str:
    """The currency that stands beside a typed price, as its sign or its code; "" where none does."""
    beside = words.strip(" 0123456789.,").upper()
    return _SIGNS.get(beside, beside)


def packed(price: Decimal) -> str:
    """A price as a button carries it."""
    return format(price.normalize(), "f")


def suggested(
    best: Find | None, currency: str, ceiling: Decimal | None, t: Texts
) -> list[tuple[str, Decimal]]:
    """Labels and prices: some around today's, and the chat's own limit."""
    found = dict[Decimal, str]()
    for price, step in _around(best):
        sign = f" · {step:+d} %".replace("-", "−") if step else ""
        found.setdefault(price, f"{t.money(price, currency)}{sign}")
    if ceiling is not None:
        limit = ceiling.quantize(_SMALLEST, ROUND_DOWN)
        found[limit] = t.plain("{price} · your limit", price=t.money(limit, currency))
    return [(label, price) for price, label in found.items() if 0 < price < _TOO_MUCH]


def _around(best: Find | None) -> Iterator[tuple[Decimal, int]]:
    """Prices, and how far each is from today's in hundredths of it."""
    if best is None:
        return
    for step in _LESS if best.there else _MORE:
        price = best.cost * (100 + step) / 100
        yield price.quantize(_CENT if price >= _DEAR else _SMALLEST, ROUND_HALF_UP), step
