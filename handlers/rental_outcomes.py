"""What came of the orders for a rented number, as its card tells it."""

from datetime import datetime, timedelta

from bot.errors import named
from bot.i18n import Texts
from bot.rental_errands import LastsLonger
from handlers.rent import days
from storage.models import OrderKind, OrderState, Rental, RentalOrder
from storage.terms import held

#: How long a refused renewal is told.
_FRESH = timedelta(days=1)


def renewal(row: Rental, order: RentalOrder | None, title: str, t: Texts, now: datetime) -> list[str]:
    """How the last renewal stands, where the line of the price does not tell."""
    if order is None or order.kind is not OrderKind.RENEW:
        return []
    price, span = t.money(order.cost, order.currency), days(order.days, t)
    match order.state:
        case OrderState.ORDERED:
            return ["", t("⏳ Renewing for {days} · {price}…", days=span, price=price)]
        case OrderState.FAILED if not _out_of_date(row, order, now):
            return ["", t("🚫 Not renewed, not paid."), why(order.reason, t)]
        case OrderState.UNKNOWN:
            return ["", *_unknown_renewal(order, title, t)]
        case _:
            return []


def unknown(order: RentalOrder | None, title: str, t: Texts) -> list[str]:
    """A rent that may have been paid."""
    return [
        _unknown_rent(order, title, t),
        t("I did not and will not order again for this press."),
        *(_balances(order, t) if order is not None else []),
        t(
            "If it fell, the number is in your account at {provider}: "
            "<b>Numbers rented elsewhere</b> takes it over.",
            provider=title,
        ),
    ]


def why(reason: str, t: Texts) -> str:
    """Why nothing was paid."""
    error = named(reason)
    if error is None:
        return t("I was restarted before the order went out. Press again if you still want it.")
    return t.error(error())


def _out_of_date(row: Rental, order: RentalOrder, now: datetime) -> bool:
    """Whether a refusal is of yesterday, or the number lasts longer since; one is told because it does."""
    if order.settled_at is not None and now - order.settled_at > _FRESH:
        return True
    before = held(order).get(row.provider_id or "")
    longer = before is not None and row.until is not None and row.until > before
    return longer and order.reason != LastsLonger.__name__


def _unknown_renewal(order: RentalOrder, title: str, t: Texts) -> list[str]:
    then = t(
        "If your balance fell, it was: its end above follows as soon as {provider} tells.", provider=title
    )
    return [
        _how_unknown(order, title, t),
        t("I did not and will not order again for this press."),
        *_balances(order, t),
        then,
    ]


def _how_unknown(order: RentalOrder, title: str, t: Texts) -> str:
    """An order without a reason was answered; that the number lasts longer is seen in the list alone."""
    if order.reason:
        return t(
            "❓ The answer of {provider} was lost: it is <b>unknown</b> whether it was renewed.",
            provider=title,
        )
    return t(
        "❓ {provider} answered, but its list has not shown a later end yet: "
        "it is <b>unknown</b> whether it was renewed.",
        provider=title,
    )


def _unknown_rent(order: RentalOrder | None, title: str, t: Texts) -> str:
    """The same for a rent."""
    if order is None or order.reason:
        return t(
            "❓ The answer of {provider} was lost: it is <b>unknown</b> whether a number was rented.",
            provider=title,
        )
    return t(
        "❓ {provider} answered, but its list has not shown a new number yet: "
        "it is <b>unknown</b> whether one was rented.",
        provider=title,
    )


def _balances(order: RentalOrder, t: Texts) -> list[str]:
    lines = []
    if order.balance_before is not None:
        lines.append(t("Balance before: {money}", money=t.money(order.balance_before, order.currency)))
    if order.balance_after is not None:
        lines.append(t("Balance after: {money}", money=t.money(order.balance_after, order.currency)))
    return lines
