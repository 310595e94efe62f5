"""What came of a purchase that did not end with a number at once, as its card tells it."""

from bot.errors import named
from bot.i18n import Texts
from storage.models import Activation
from storage.reasons import Reason


def why(row: Activation, t: Texts) -> str:
    error = named(row.reason)
    if error is None:
        return t("I was restarted before the order went out. Press again if you still want it.")
    return t.error(error())


def late(title: str, t: Texts) -> str:
    return t(
        "⚠️ {provider} listed this number late: it was bought after all, unless you bought it there yourself.",
        provider=title,
    )


def not_listed(row: Activation, title: str, t: Texts) -> list[str]:
    lines = [
        t("🚫 Not bought: the answer of {provider} was lost, but it lists no such number.", provider=title),
        *_balances(row, t),
    ]
    if row.next_poll_at is not None:
        lines.append(t("Should it be listed late, I take it over and tell you."))
    return lines


def unknown(row: Activation, title: str, t: Texts) -> list[str]:
    lines = [_how_unknown(row, title, t), t("I did not and will not order again for this press.")]
    return [*lines, *_balances(row, t), _then(row, title, t)]


def _then(row: Activation, title: str, t: Texts) -> str:
    """What the two balances say, where both could be read."""
    before, after = row.balance_before, row.balance_after
    if before is None or after is None:
        return t("If it fell, the number is in your account at {provider}.", provider=title)
    if after >= before:
        return t(
            "It did not fall, so probably nothing was bought; your account at {provider} shows it.",
            provider=title,
        )
    return t(
        "It fell by {money}: unless you paid for something else there, the number is in your account at "
        "{provider}.",
        money=t.money(before - after, row.currency),
        provider=title,
    )


def _how_unknown(row: Activation, title: str, t: Texts) -> str:
    if row.next_poll_at is not None:
        return t(
            "⏳ Checking… The answer of {provider} was lost, so it is <b>unknown</b> whether a number was "
            "bought; I look for it in your account.",
            provider=title,
        )
    if row.reason == Reason.SEVERAL:
        return t(
            "❓ The answer of {provider} was lost, and several new numbers in your account may be the one "
            "that was bought: it is <b>unknown</b> which.",
            provider=title,
        )
    if row.reason == Reason.CLAIMED:
        return t(
            "❓ The answer of {provider} was lost, and a new number in your account may be the one that was "
            "bought here or another purchase's: it is <b>unknown</b> whose.",
            provider=title,
        )
    return t(
        "❓ The answer of {provider} was lost: it is <b>unknown</b> whether a number was bought.",
        provider=title,
    )


def _balances(row: Activation, t: Texts) -> list[str]:
    lines = []
    if row.balance_before is not None:
        lines.append(t("Balance before: {money}", money=t.money(row.balance_before, row.currency)))
    if row.balance_after is not None:
        lines.append(t("Balance after: {money}", money=t.money(row.balance_after, row.currency)))
    return lines
