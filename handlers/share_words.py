"""The rules of a group in words: who buys, who sees the codes, and how much each member may."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from bot.i18n import Texts
from bot.providers.base import Capability, Provider
from storage.models import Buyers, Eyes, Key, Sharing


def rule_lines(rules: Sharing, named: Sequence[str], currency: str, t: Texts) -> list[str]:
    """A line for each rule, as it is now; the last ones are of what each member may have.

    `named` are those who were named as buyers; `currency` is the one that all of its keys are in, else "".
    """
    return [
        t("🛒 Who buys: <b>{who}</b>", who=buyers_name(rules.who_buys, named, t)),
        t("👁 Who sees a code: <b>{who}</b>", who=eyes_name(rules.who_sees, t)),
        "",
        t("Limits for each member:"),
        t("🔢 Numbers a day: <b>{count}</b>", count=count_name(rules.numbers_per_day, t)),
        t(
            "💲 Spending a day at a provider: <b>{amount}</b>",
            amount=amount_name(rules.spend_per_day, currency, t),
        ),
        t("⏳ Waiting at once: <b>{count}</b>", count=count_name(rules.active_numbers, t)),
    ]


def buyers_name(who: Buyers, named: Sequence[str], t: Texts) -> str:
    """In words; the only one who was named by name, several by how many they are."""
    if who is Buyers.NAMED and len(named) == 1:
        return t.plain("{name} and administrators", name=named[0])
    if who is Buyers.NAMED and named:
        return t.many("{count} named member", "{count} named members", len(named))
    names = {
        Buyers.ADMINS: t.plain("administrators"),
        Buyers.EVERYONE: t.plain("everyone here"),
        Buyers.NAMED: t.plain("named members"),
    }
    return names[who]


def eyes_name(who: Eyes, t: Texts) -> str:
    return t.plain("its buyer alone") if who is Eyes.BUYER else t.plain("everyone here")


def count_name(count: int, t: Texts) -> str:
    return str(count) if count else t.plain("no limit")


def amount_name(amount: Decimal, currency: str, t: Texts) -> str:
    """Without a `currency` each provider's own counts."""
    return t.money(amount, currency) if amount else t.plain("no limit")


def currency_of(keys: Sequence[Key]) -> str:
    """The currency that all of a group's keys are in; "" where they have several."""
    currencies = {key.currency for key in keys}
    return currencies.pop() if len(currencies) == 1 else ""


def sells(keys: Sequence[Key], providers: Mapping[str, Provider]) -> bool:
    """Whether one of the keys is of a provider that sells numbers: others are of no use in a group."""
    return any(key.provider in providers and providers[key.provider].can(Capability.BUY) for key in keys)
