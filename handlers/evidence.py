"""What all receipts have in common: moments, names, balances and SMS.

Moments are told to the second, in the person's zone; how far it is ahead of UTC stands above them.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from bot.i18n import Texts, flag, international, visible
from bot.providers.base import Provider
from handlers.strangers import quoted
from storage.models import Activation, OutgoingMessage, Rental, RentalOrder, RentalText, Sms

#: Characters of a word of a provider's own.
_LONGEST = 64


def moment(at: datetime, base: datetime, t: Texts) -> str:
    """`14:02:07` on the day of `base`, else `21 Nov 2026 14:02:07`; `+03:00` after it once clocks changed."""
    there, first = at.astimezone(t.zone), base.astimezone(t.zone)
    day = [] if there.date() == first.date() else [t.date(at)]
    ahead = [] if there.utcoffset() == first.utcoffset() else [_ahead(at, t)]
    return " ".join([*day, t.time(at), *ahead])


def _ahead(at: datetime, t: Texts) -> str:
    """How far the clock is ahead of UTC: `+02:00`."""
    return at.astimezone(t.zone).isoformat(timespec="seconds")[-6:]


def known(t: Texts, base: datetime, *times: tuple[str, datetime | None]) -> list[str]:
    """A line for every time that is known, below the day and the zone that times without one are of."""
    lines = [t(words, moment=moment(at, base, t)) for words, at in times if at is not None]
    return [t("<b>Times</b> · {day} · UTC{ahead}", day=t.date(base), ahead=_ahead(base, t)), *lines]


def country_of(row: Activation | Rental, t: Texts) -> str:
    """`🇺🇸 United States`, or nothing where it could not be told."""
    return f"{flag(row.country)} {t.country(row.country)}" if row.country else ""


def number_of(row: Activation | Rental, t: Texts) -> list[str]:
    """The number in international form, if there is one."""
    return [t("Number: <code>{number}</code>", number=international(row.phone))] if row.phone else []


def names(
    row: Activation | Rental | OutgoingMessage, t: Texts, providers: Mapping[str, Provider]
) -> list[str]:
    """The provider, and by which ids it is known there and here."""
    lines = [t("<b>Provider: {provider}</b>", provider=title_of(row, providers))]
    if row.provider_id:
        lines.append(t("Id there: <code>{id}</code>", id=visible(row.provider_id, _LONGEST)))
    lines.append(t("Id here: <code>{id}</code>", id=row.id))
    if not isinstance(row, OutgoingMessage) and row.raw:
        lines.append(t("Number as written there: <code>{number}</code>", number=visible(row.raw, _LONGEST)))
    return lines


def title_of(row: Activation | Rental | OutgoingMessage, providers: Mapping[str, Provider]) -> str:
    """What its provider is called, also one that is set up no more."""
    return providers[row.provider].title if row.provider in providers else row.provider


def balances(row: Activation | RentalOrder | OutgoingMessage, currency: str, t: Texts) -> list[str]:
    """What was on the account before it was paid, and after it, as far as that was read."""
    lines = []
    if row.balance_before is not None:
        lines.append(t("Balance before: {money}", money=t.money(row.balance_before, currency)))
    if row.balance_after is not None:
        lines.append(t("Balance after: {money}", money=t.money(row.balance_after, currency)))
    return lines


def all_sms(every: Sequence[Sms | RentalText], base: datetime, t: Texts, kept: int) -> list[list[str]]:
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
