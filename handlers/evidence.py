"""A receipt: all that is known of a number, a rental or a message, for a dispute with its provider.

Moments are told to the second, in the person's zone; how far it is ahead of UTC stands above them.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from bot.errors import text
from bot.i18n import Texts, flag, international, visible
from bot.providers.base import Provider
from handlers.history_list import outcome
from handlers.message_cards import card
from handlers.numbers import bought_in_words
from handlers.rent import days
from handlers.strangers import quoted
from storage.models import (
    Activation,
    OrderKind,
    OrderState,
    OutgoingMessage,
    Rental,
    RentalOrder,
    RentalText,
    Sms,
    State,
    Step,
)
from storage.receipts import Facts, MessageFacts, NumberFacts, RentalFacts

#: Characters of a word of a provider's own.
_LONGEST = 64


def receipt(facts: Facts, t: Texts, providers: Mapping[str, Provider], kept: int) -> str:
    """The receipt in HTML; words of SMS are kept for so many days."""
    match facts:
        case NumberFacts():
            parts = _of_number(facts, t, providers, kept)
        case RentalFacts():
            parts = _of_rental(facts, t, providers, kept)
        case MessageFacts():
            parts = _of_message(facts.row, t, providers)
    return "\n\n".join("\n".join(part) for part in parts if part)


def moment(at: datetime, base: datetime, t: Texts) -> str:
    """`14:02:07` on the day of `base`, else `21 Nov 2026 14:02:07`; `+03:00` after it once clocks changed."""
    there, first = at.astimezone(t.zone), base.astimezone(t.zone)
    day = [] if there.date() == first.date() else [t.date(at)]
    ahead = [] if there.utcoffset() == first.utcoffset() else [_ahead(at, t)]
    return " ".join([*day, t.time(at), *ahead])


def _ahead(at: datetime, t: Texts) -> str:
    """How far the clock is ahead of UTC: `+02:00`."""
    return at.astimezone(t.zone).isoformat(timespec="seconds")[-6:]


def _known(t: Texts, base: datetime, *times: tuple[str, datetime | None]) -> list[str]:
    """A line for every time that is known, below the day and the zone that times without one are of."""
    lines = [t(words, moment=moment(at, base, t)) for words, at in times if at is not None]
    return [t("<b>Times</b> · {day} · UTC{ahead}", day=t.date(base), ahead=_ahead(base, t)), *lines]


# Numbers


def _of_number(facts: NumberFacts, t: Texts, providers: Mapping[str, Provider], kept: int) -> list[list[str]]:
    row = facts.row
    head = [
        t("🧾 <b>{service}</b> · {country}", service=visible(row.service_name), country=_country(row, t)),
        *_number(row, t),
        outcome(row, t),
    ]
    return [
        head,
        _at_the_provider(row, t, providers),
        _money(row, t),
        _times(row, t),
        _course(facts.steps, row.created_at, t),
        *_all_sms(facts.sms, row.created_at, t, kept),
    ]


def _country(row: Activation | Rental, t: Texts) -> str:
    return f"{flag(row.country)} {t.country(row.country)}" if row.country else ""


def _number(row: Activation | Rental, t: Texts) -> list[str]:
    return [t("Number: <code>{number}</code>", number=international(row.phone))] if row.phone else []


def _at_the_provider(row: Activation, t: Texts, providers: Mapping[str, Provider]) -> list[str]:
    """What names it there, and what it was ordered by."""
    return [
        *_names(row, t, providers),
        t("Service there: <code>{code}</code>", code=visible(row.service_code, _LONGEST)),
        t("Country there: <code>{code}</code>", code=visible(row.country_code, _LONGEST)),
        t("Operator: {operator}", operator=visible(row.operator or "", _LONGEST) or t.plain("any")),
    ]


def _names(
    row: Activation | Rental | OutgoingMessage, t: Texts, providers: Mapping[str, Provider]
) -> list[str]:
    """The provider, and by which ids it is known there and here."""
    title = providers[row.provider].title if row.provider in providers else row.provider
    lines = [t("<b>Provider: {provider}</b>", provider=title)]
    if row.provider_id:
        lines.append(t("Id there: <code>{id}</code>", id=visible(row.provider_id, _LONGEST)))
    lines.append(t("Id here: <code>{id}</code>", id=row.id))
    if not isinstance(row, OutgoingMessage) and row.raw:
        lines.append(t("Number as written there: <code>{number}</code>", number=visible(row.raw, _LONGEST)))
    return lines


def _money(row: Activation, t: Texts) -> list[str]:
    failed = row.state is State.FAILED
    charged = t("Charged: {money}", money=t.money(row.cost, row.currency))
    return [
        t("<b>Money</b>"),
        t("Agreed, at most: {money}", money=t.money(row.agreed, row.currency)),
        t("Not paid.") if failed else charged,
        *_balances(row, row.currency, t),
    ]


def _balances(row: Activation | RentalOrder | OutgoingMessage, currency: str, t: Texts) -> list[str]:
    lines = []
    if row.balance_before is not None:
        lines.append(t("Balance before: {money}", money=t.money(row.balance_before, currency)))
    if row.balance_after is not None:
        lines.append(t("Balance after: {money}", money=t.money(row.balance_after, currency)))
    return lines


def _times(row: Activation, t: Texts) -> list[str]:
    return _known(
        t,
        row.created_at,
        (text("Ordered: {moment}"), row.created_at),
        (text("Provider called: {moment}"), row.called_at),
        (text("Bought: {moment}"), row.bought_at),
        (text("Lives until: {moment}"), row.expires_at),
        (text("Cancel asked: {moment}"), row.cancel_called_at),
        (text("Last asked: {moment}"), row.polled_at),
        (text("Ended: {moment}"), row.ended_at),
    )


def _course(steps: Sequence[Step], base: datetime, t: Texts) -> list[str]:
    """Every state it entered."""
    if not steps:
        return []
    words = [
        t("{moment} · {state}", moment=moment(step.at, base, t), state=bought_in_words(step.state, t))
        for step in steps
    ]
    return [t("<b>Course</b>"), *words]


# SMS


def _all_sms(every: Sequence[Sms | RentalText], base: datetime, t: Texts, kept: int) -> list[list[str]]:
    """Each with its own time, as long as its words are kept."""
    if not every:
        return []
    return [[t("<b>SMS</b>")], *(_sms(each, base, t, kept) for each in every)]


def _sms(sms: Sms | RentalText, base: datetime, t: Texts, kept: int) -> list[str]:
    head = t(
        "<b>{place}.</b> Came here: {moment}", place=sms.position, moment=moment(sms.received_at, base, t)
    )
    lines = [head]
    if sms.written:
        lines.append(t("Provider's time: <code>{time}</code>", time=visible(sms.written, _LONGEST)))
    if isinstance(sms, Sms) and sms.late:
        lines.append(t("It came after the end."))
    return [*lines, *_words(sms, t, kept)]


def _words(sms: Sms | RentalText, t: Texts, kept: int) -> list[str]:
    code = sms.code if isinstance(sms, Sms) else ""
    if not (code or sms.text):
        one = t.many(
            "Erased: codes and texts are kept for {count} day.",
            "Erased: codes and texts are kept for {count} days.",
            kept,
        )
        return [one]
    lines = []
    if sms.sender:
        lines.append(t("From: <code>{sender}</code>", sender=visible(sms.sender, _LONGEST)))
    if code:
        lines.append(t.veiled(t("Code: <code>{code}</code>", code=visible(code))))
    if sms.text and sms.text != code:
        lines.append(t.veiled(quoted(visible(sms.text, 4096), t)))
    return lines


# Rentals


def _of_rental(facts: RentalFacts, t: Texts, providers: Mapping[str, Provider], kept: int) -> list[list[str]]:
    row = facts.row
    head = [t("🧾 <b>Rental</b> · {country}", country=_country(row, t)), *_number(row, t), outcome(row, t)]
    elsewhere = [t("Rented elsewhere, and taken over here.")] if row.taken_over else []
    times = _known(
        t,
        row.created_at,
        (text("Begun: {moment}"), row.created_at),
        (text("Rented: {moment}"), row.rented_at),
        (text("Rented until: {moment}"), row.until),
        (text("Last asked: {moment}"), row.polled_at),
        (text("Ended: {moment}"), row.ended_at),
    )
    orders = [_order(each, row.created_at, t) for each in facts.orders]
    return [
        head,
        [*_names(row, t, providers), *elsewhere],
        times,
        *orders,
        *_all_sms(facts.sms, row.created_at, t, kept),
    ]


def _order(order: RentalOrder, base: datetime, t: Texts) -> list[str]:
    """A rent or a renewal: what it cost and what became of it."""
    span = days(order.days, t)
    rent = order.kind is OrderKind.RENT
    return [
        t("<b>Rent</b> · {days}", days=span) if rent else t("<b>Renewal</b> · {days}", days=span),
        t("Price: {money}", money=t.money(order.cost, order.currency)),
        _became(order, t),
        *_balances(order, order.currency, t),
        t("Id here: <code>{id}</code>", id=order.id),
        *_known(
            t,
            base,
            (text("Ordered: {moment}"), order.ordered_at),
            (text("Provider called: {moment}"), order.called_at),
            (text("Settled: {moment}"), order.settled_at),
        )[1:],
    ]


def _became(order: RentalOrder, t: Texts) -> str:
    match order.state:
        case OrderState.DONE:
            return t("✅ Done and paid.")
        case OrderState.FAILED:
            return t("🚫 Not carried out, not paid.")
        case OrderState.UNKNOWN:
            return t("❓ It is unknown whether it was carried out.")
        case _:
            return t("⏳ Under way.")


# Messages


def _of_message(row: OutgoingMessage, t: Texts, providers: Mapping[str, Provider]) -> list[list[str]]:
    """Its card, and what names it."""
    times = _known(
        t,
        row.confirmed_at or row.created_at,
        (text("Confirmed: {moment}"), row.confirmed_at),
        (text("Provider called: {moment}"), row.called_at),
        (text("Taken by the provider: {moment}"), row.sent_at),
        (text("Arrived: {moment}"), row.arrived_at),
        (text("Ended: {moment}"), row.ended_at),
    )
    return [[card(row, t, providers).html], _names(row, t, providers), _price(row, t), times]


def _price(row: OutgoingMessage, t: Texts) -> list[str]:
    agreed = []
    if row.quoted is not None:
        agreed.append(t("Agreed, at most: {money}", money=t.money(row.quoted, row.currency)))
    lines = [*agreed, *_balances(row, row.currency, t)]
    return [t("<b>Money</b>"), *lines] if lines else []
