"""A receipt: all that is known of a number, a rental or a message, for a dispute with its provider."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from bot.errors import text
from bot.i18n import Texts, visible
from bot.providers.base import Provider
from handlers.endings import after_cancel, cancelled, expired
from handlers.evidence import all_sms, balances, country_of, known, moment, names, number_of, title_of
from handlers.history_list import outcome
from handlers.message_cards import card
from handlers.number_words import bought_in_words
from handlers.purchase_outcomes import not_bought
from handlers.rent import days
from storage.models import Activation, OrderKind, OrderState, OutgoingMessage, RentalOrder, State, Step
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


# Numbers


def _of_number(facts: NumberFacts, t: Texts, providers: Mapping[str, Provider], kept: int) -> list[list[str]]:
    row = facts.row
    head = [
        t("🧾 <b>{service}</b> · {country}", service=visible(row.service_name), country=country_of(row, t)),
        *number_of(row, t),
        *_outcome(row, title_of(row, providers), t),
    ]
    return [
        head,
        _at_the_provider(row, t, providers),
        _money(row, t),
        _times(row, t),
        _course(facts.steps, row.created_at, t),
        *all_sms(facts.sms, row.created_at, t, kept),
    ]


def _outcome(row: Activation, title: str, t: Texts) -> list[str]:
    """How it ended, and what is known of the money then."""
    match row.state:
        case State.CANCELLED:
            return [cancelled(row, title, t)]
        case State.EXPIRED:
            return [expired(row, title, t)]
        case State.FAILED:
            return not_bought(row, title, t)
        case _ if row.given_back is not None:
            return [outcome(row, t), after_cancel(row, title, t)]
        case _:
            return [outcome(row, t)]


def _at_the_provider(row: Activation, t: Texts, providers: Mapping[str, Provider]) -> list[str]:
    """What names it there, and what it was ordered by."""
    return [
        *names(row, t, providers),
        t("Service there: <code>{code}</code>", code=visible(row.service_code, _LONGEST)),
        t("Country there: <code>{code}</code>", code=visible(row.country_code, _LONGEST)),
        t("Operator: {operator}", operator=visible(row.operator or "", _LONGEST) or t.plain("any")),
    ]


def _money(row: Activation, t: Texts) -> list[str]:
    failed = row.state is State.FAILED
    charged = t("Charged: {money}", money=t.money(row.cost, row.currency))
    return [
        t("<b>Money</b>"),
        t("Agreed, at most: {money}", money=t.money(row.agreed, row.currency)),
        t("Not paid.") if failed else charged,
        *_given_back(row, t),
        *balances(row, row.currency, t),
    ]


def _given_back(row: Activation, t: Texts) -> list[str]:
    """What the answer to its cancel was; a code that came later takes it back no more."""
    if row.given_back is None or row.ended_at is None:
        return []
    at = moment(row.ended_at, row.created_at, t)
    if row.given_back:
        return [t("Cancelled at {moment}: paid back.", moment=at)]
    return [t("Cancelled at {moment}: whether it was paid back is unknown.", moment=at)]


def _times(row: Activation, t: Texts) -> list[str]:
    return known(
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


# Rentals


def _of_rental(facts: RentalFacts, t: Texts, providers: Mapping[str, Provider], kept: int) -> list[list[str]]:
    row = facts.row
    head = [
        t("🧾 <b>Rental</b> · {country}", country=country_of(row, t)),
        *number_of(row, t),
        outcome(row, t),
    ]
    elsewhere = [t("Rented elsewhere, and taken over here.")] if row.taken_over else []
    times = known(
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
        [*names(row, t, providers), *elsewhere],
        times,
        *orders,
        *all_sms(facts.sms, row.created_at, t, kept),
    ]


def _order(order: RentalOrder, base: datetime, t: Texts) -> list[str]:
    """A rent or a renewal: what it cost and what became of it."""
    span = days(order.days, t)
    rent = order.kind is OrderKind.RENT
    return [
        t("<b>Rent</b> · {days}", days=span) if rent else t("<b>Renewal</b> · {days}", days=span),
        t("Price: {money}", money=t.money(order.cost, order.currency)),
        _became(order, t),
        *balances(order, order.currency, t),
        t("Id here: <code>{id}</code>", id=order.id),
        *known(
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
    times = known(
        t,
        row.confirmed_at or row.created_at,
        (text("Confirmed: {moment}"), row.confirmed_at),
        (text("Provider called: {moment}"), row.called_at),
        (text("Taken by the provider: {moment}"), row.sent_at),
        (text("Arrived: {moment}"), row.arrived_at),
        (text("Ended: {moment}"), row.ended_at),
    )
    return [[card(row, t, providers).html], names(row, t, providers), _price(row, t), times]


def _price(row: OutgoingMessage, t: Texts) -> list[str]:
    agreed = []
    if row.quoted is not None:
        agreed.append(t("Agreed, at most: {money}", money=t.money(row.quoted, row.currency)))
    lines = [*agreed, *balances(row, row.currency, t)]
    return [t("<b>Money</b>"), *lines] if lines else []
