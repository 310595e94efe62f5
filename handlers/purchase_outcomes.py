"""What came of a purchase that did not end with a number at once, as its card tells it, and the ways on."""

from bot.errors import (
    BadKey,
    Banned,
    BrokenKey,
    LimitReached,
    NoMoney,
    NoNumbers,
    NotOffered,
    PriceChanged,
    UnknownKey,
    named,
)
from bot.i18n import Texts
from handlers.doors import Again, Balance, Countries, Keys, NextOffer, Numbers, WatchFor
from handlers.screen import Rows, press
from storage.caps import SpentEnough, TooManyNumbers, TooManyToday
from storage.group_rules import SpentEnoughHere, TooManyHere, TooManyHereToday
from storage.models import Activation
from storage.reasons import Reason

#: After these, one's own numbers tell what can be done.
_FULL = (TooManyNumbers, TooManyToday, TooManyHere, TooManyHereToday, LimitReached)
_LIMITS = frozenset(each.__name__ for each in (*_FULL, SpentEnough, SpentEnoughHere))


def why(row: Activation, t: Texts) -> str:
    """Why it was not bought; a limit is told without its number, which may be another one today."""
    match row.reason:
        case name if name in _LIMITS:
            return _which_limit(name, t)
        case Reason.AFTER_UNCLEAR | Reason.OVERCHARGED | Reason.STOPPED:
            return _why_left_out(row, t)
        case PriceChanged.__name__ if row.cost > row.agreed:
            now, then = t.money(row.cost, row.currency), t.money(row.agreed, row.currency)
            return t("It costs {now} now, you agreed to {then}. Nothing was bought.", now=now, then=then)
    error = named(row.reason)
    if error is None:
        return t("I was restarted before the order went out. Press again if you still want it.")
    return t.error(error())


def _which_limit(name: str, t: Texts) -> str:
    match name:
        case TooManyNumbers.__name__:
            return t("As many numbers wait for a code as you may have: cancel one, or let its code come.")
        case TooManyToday.__name__:
            return t("That is the limit of purchases a day; try again later.")
        case SpentEnough.__name__:
            return t("That would pass the daily spending limit at this provider.")
        case TooManyHere.__name__:
            return t("As many of your numbers wait for a code as this group allows.")
        case TooManyHereToday.__name__:
            return t("That is the limit of this group for a member’s numbers a day; try again later.")
        case SpentEnoughHere.__name__:
            return t("That would pass what this group lets a member spend a day at this provider.")
        case _:
            return t(LimitReached.text)


def _why_left_out(row: Activation, t: Texts) -> str:
    """Why it was not ordered, though nothing refused it."""
    match row.reason:
        case Reason.OVERCHARGED:
            return t("More was charged for the one before it than you agreed to: this one was not ordered.")
        case Reason.STOPPED:
            return t("You stopped the rest.")
        case _:
            return t("The answer about the one before it was lost, so this one was not ordered.")


def not_bought(row: Activation, title: str, t: Texts) -> list[str]:
    """That nothing was paid, why, when to try again, and what became of the others it was ordered with."""
    lines = [t("🚫 Not bought, not paid."), why(row, t)]
    if row.try_from is not None:
        lines.append(
            t("{provider} can be asked again from {time}.", provider=title, time=t.time(row.try_from))
        )
    return [*lines, *_of_several(row, t)]


def _of_several(row: Activation, t: Texts) -> list[str]:
    """How many of them were bought: all before this one, and none after it."""
    if row.batch is None:
        return []
    if row.reason in (Reason.AFTER_UNCLEAR, Reason.STOPPED):
        return [t("The rest was not ordered.")]
    bought = row.position - 1
    if row.position == row.count:
        return [t("Bought: {bought} of {count}.", bought=bought, count=row.count)]
    return [t("Bought: {bought} of {count}. The rest was not ordered.", bought=bought, count=row.count)]


def ways_on(row: Activation, t: Texts) -> Rows:
    """What makes sense after this refusal; nothing of it buys."""
    once_more = press(_once_more(row, t), Again(id=row.id))
    other = press(t.plain("➡ Next cheapest"), NextOffer(id=row.id))
    match row.reason:
        case NoNumbers.__name__ | NotOffered.__name__:
            countries = press(t.plain("🌍 Other countries"), Countries(service=row.service))
            watch = press(t.plain("👀 Watch for it"), WatchFor(service=row.service, iso2=row.country))
            return [[other, countries], [watch, once_more]]
        case NoMoney.__name__:
            return [[press(t.plain("💰 Balance"), Balance()), other], [once_more]]
        case BadKey.__name__ | Banned.__name__ | UnknownKey.__name__ | BrokenKey.__name__:
            return [[press(t.plain("🔑 Keys"), Keys()), other]]
        case name if name in {each.__name__ for each in _FULL}:
            label = t.plain("📋 Numbers") if row.chat_id < 0 else t.plain("📋 My numbers")
            return [[press(label, Numbers()), once_more]]
        case _:
            return [[once_more, other]]


def _once_more(row: Activation, t: Texts) -> str:
    rest = row.position < row.count and row.reason != Reason.NOT_LISTED
    return t.plain("🔁 Order the rest") if rest else t.plain("🔁 Try again")


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
    if row.reason == Reason.RESTORED:
        return _since_the_backup(title, t)
    lines = [_how_unknown(row, title, t), t("I did not and will not order again for this press.")]
    return [*lines, *_balances(row, t), _then(row, title, t)]


def _since_the_backup(title: str, t: Texts) -> list[str]:
    return [
        t(
            "❓ This bot was restored from a backup in which this one is not ordered yet. It <b>may have "
            "been bought</b> since: your account at {provider} shows it.",
            provider=title,
        ),
        t("I will not order it for this press any more."),
    ]


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
