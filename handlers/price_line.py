"""What a quote costs, as the line of its confirmation: each, together, and of whose balance."""

from decimal import Decimal

from bot.i18n import Texts
from storage.models import Key, Quote


def each(quote: Quote) -> Decimal:
    """What one number costs as far as is known: a tier is one price exactly."""
    return quote.min_price or quote.cost


def at_most(quote: Quote) -> Decimal:
    return quote.max_price or quote.cost


def who_and_price(quote: Quote, key: Key | None, who: str, t: Texts) -> str:
    """Of its key's balance, where there is one whose balance is that of now."""
    if key is None or key.balance is None:
        return _alone(quote, who, t)
    balance = t.money(key.balance, key.currency)
    return _of_yours(quote, who, balance, t) if quote.chat_id > 0 else _of_a_group(quote, who, balance, t)


def _alone(quote: Quote, who: str, t: Texts) -> str:
    price, total = _sums(quote, t)
    if quote.count == 1:
        return t("{who} · <b>{price}</b>", who=who, price=price)
    return t(
        "{who} · {count} × {price} = <b>{total}</b>", who=who, count=quote.count, price=price, total=total
    )


def _of_yours(quote: Quote, who: str, balance: str, t: Texts) -> str:
    price, total = _sums(quote, t)
    if quote.count == 1:
        return t("{who} · <b>{price}</b> of your {balance}", who=who, price=price, balance=balance)
    return t(
        "{who} · {count} × {price} = <b>{total}</b> of your {balance}",
        who=who,
        count=quote.count,
        price=price,
        total=total,
        balance=balance,
    )


def _of_a_group(quote: Quote, who: str, balance: str, t: Texts) -> str:
    price, total = _sums(quote, t)
    if quote.count == 1:
        return t("{who} · <b>{price}</b> of the group’s {balance}", who=who, price=price, balance=balance)
    return t(
        "{who} · {count} × {price} = <b>{total}</b> of the group’s {balance}",
        who=who,
        count=quote.count,
        price=price,
        total=total,
        balance=balance,
    )


def _sums(quote: Quote, t: Texts) -> tuple[str, str]:
    """What one costs, and all of them."""
    return t.money(each(quote), quote.currency), t.money(each(quote) * quote.count, quote.currency)
