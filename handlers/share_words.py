"""The rules of a group in words: who buys, who sees the codes, and how much each member may."""

from decimal import Decimal

from bot.i18n import Texts
from storage.models import Buyers, Eyes, Sharing


def rule_lines(rules: Sharing, t: Texts) -> list[str]:
    """A line for each rule, as it is now; the last ones are of what each member may have."""
    return [
        t("🛒 Who buys: <b>{who}</b>", who=buyers_name(rules.who_buys, t)),
        t("👁 Who sees a code: <b>{who}</b>", who=eyes_name(rules.who_sees, t)),
        "",
        t("Each member may have:"),
        t("🔢 Numbers a day: <b>{count}</b>", count=count_name(rules.numbers_per_day, t)),
        t("💲 Money a day: <b>{amount}</b>", amount=amount_name(rules.spend_per_day, t)),
        t("⏳ Waiting at once: <b>{count}</b>", count=count_name(rules.active_numbers, t)),
    ]


def buyers_name(who: Buyers, t: Texts) -> str:
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


def amount_name(amount: Decimal, t: Texts) -> str:
    """In no currency: each provider's own counts."""
    return t.money(amount, "") if amount else t.plain("no limit")
