"""An amount of money as people type it."""

from decimal import Decimal, InvalidOperation

from bot.errors import BadInput, text

#: No price of a number has more digits, whatever its currency.
_DEAREST = Decimal(10_000_000)


class NotAnAmount(BadInput):
    text = text("That is not an amount. Send a number like 0.50.")


def amount_in(typed: str) -> Decimal:
    """Raises `NotAnAmount`. A sign of a currency before or after it is left out."""
    try:
        amount = Decimal(typed.strip().strip("$€₴₽₫").strip().replace(",", "."))
    except InvalidOperation:
        raise NotAnAmount from None
    if not amount.is_finite() or not 0 < amount < _DEAREST:
        raise NotAnAmount
    return amount
