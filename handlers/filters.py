"""Which part of the history is listed: filters that travel in a button, and the words that name them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated
from zlib import crc32

from aiogram.filters.callback_data import CallbackData
from pydantic import Field

from bot.i18n import Texts, flag, visible
from bot.providers.base import Provider
from storage.history import Seen
from storage.wanted import STATES, Kind, Outcome, Wanted

_PACKED = re.compile(
    r"([nrm-])([ocxeufq-])([dwmqy-])([A-Z]{2}|--)([0-9a-f]{4}|----)([a-z0-9]{0,20})", re.ASCII
)


class Period(StrEnum):
    """How far back the list goes."""

    DAY = "d"
    WEEK = "w"
    MONTH = "m"
    QUARTER = "q"
    YEAR = "y"


_DAYS = {Period.DAY: 1, Period.WEEK: 7, Period.MONTH: 30, Period.QUARTER: 90, Period.YEAR: 365}


class By(StrEnum):
    """What things can be chosen by."""

    KIND = "k"
    OUTCOME = "o"
    SERVICE = "s"
    COUNTRY = "c"
    PROVIDER = "v"
    PERIOD = "p"


#: Characters of a country's name on a button, of which two may stand in a row.
_ROOM = 17
#: The last page there is: filters find what lies behind it.
LAST = 999

Packed = Annotated[str, Field(max_length=32)]
Page = Annotated[int, Field(ge=0, le=LAST)]


class Listed(CallbackData, prefix="hp"):
    """A page of what these filters let through."""

    value: Packed = ""
    page: Page = 0


class Filter(CallbackData, prefix="hf"):
    """Look at the filters, and change them."""

    value: Packed = ""


class Choose(CallbackData, prefix="hl"):
    """Choose by one of them; the page is one of its values."""

    by: By
    value: Packed = ""
    page: Page = 0


@dataclass(frozen=True, slots=True)
class Filters:
    """What was chosen; what is left empty filters nothing. `provider` is a mark, see `mark`."""

    kind: Kind | None = None
    outcome: Outcome | None = None
    period: Period | None = None
    country: str = ""
    provider: str = ""
    service: str = ""

    def __str__(self) -> str:
        """As a button carries it, at most 29 characters; "" where nothing is chosen."""
        if self == Filters():
            return ""
        few = f"{self.kind or '-'}{self.outcome or '-'}{self.period or '-'}"
        return f"{few}{self.country or '--'}{self.provider or '----'}{self.service}"

    def wanted(self, now: datetime, names: Mapping[str, str]) -> Wanted:
        """The same for the database; `names` are the providers' by their marks."""
        since = now - timedelta(days=_DAYS[self.period]) if self.period is not None else None
        provider = names.get(self.provider, self.provider)
        return Wanted(self.kind, self.outcome, since, self.service, self.country, provider)

    def without(self, by: By) -> "Filters":
        match by:
            case By.KIND:
                return replace(self, kind=None)
            case By.OUTCOME:
                return replace(self, outcome=None)
            case By.SERVICE:
                return replace(self, service="")
            case By.COUNTRY:
                return replace(self, country="")
            case By.PROVIDER:
                return replace(self, provider="")
            case By.PERIOD:
                return replace(self, period=None)


def read(packed: str) -> Filters:
    """What a button carried; everything where that is none of ours."""
    found = _PACKED.fullmatch(packed)
    if found is None:
        return Filters()
    kind, outcome, period, country, provider, service = (part.strip("-") for part in found.groups())
    return Filters(
        Kind(kind) if kind else None,
        Outcome(outcome) if outcome else None,
        Period(period) if period else None,
        country,
        provider,
        service,
    )


def mark(provider: str) -> str:
    """Four characters that stand for a provider's name in a button."""
    return f"{crc32(provider.encode()) & 0xFFFF:04x}"


def by_marks(providers: Mapping[str, Provider], seen: Seen) -> dict[str, str]:
    """The names of the providers there are, and of those there were, by their marks."""
    return {mark(name): name for name in (*seen.providers, *providers)}


@dataclass(frozen=True, slots=True)
class Choice:
    """A value to choose: what it is called, and the filters it leads to."""

    label: str
    filters: Filters


def choices(
    by: By, filters: Filters, seen: Seen, providers: Mapping[str, Provider], t: Texts
) -> Sequence[Choice]:
    """Everything that can be chosen there."""
    match by:
        case By.KIND:
            return [Choice(_kind(kind, t), _of_kind(filters, kind)) for kind in Kind]
        case By.OUTCOME:
            there = [outcome for outcome in Outcome if _possible(outcome, filters.kind)]
            return [Choice(_outcome(each, filters.kind, t), replace(filters, outcome=each)) for each in there]
        case By.SERVICE:
            return [
                Choice(visible(name, 32), replace(_of_numbers(filters), service=service))
                for service, name in seen.services.items()
            ]
        case By.COUNTRY:
            return [Choice(_country(each, t), replace(filters, country=each)) for each in seen.countries]
        case By.PROVIDER:
            return [
                Choice(_title(each, providers), replace(filters, provider=mark(each)))
                for each in seen.providers
            ]
        case By.PERIOD:
            return [Choice(_period(each, t), replace(filters, period=each)) for each in Period]


def named(filters: Filters, seen: Seen, providers: Mapping[str, Provider], t: Texts) -> dict[By, str]:
    """What was chosen, in words; only what was."""
    provider = by_marks(providers, seen).get(filters.provider, "…")
    every = {
        By.KIND: _kind(filters.kind, t) if filters.kind else "",
        By.OUTCOME: _outcome(filters.outcome, filters.kind, t) if filters.outcome else "",
        By.SERVICE: visible(seen.services.get(filters.service, filters.service), 32),
        By.COUNTRY: _country(filters.country, t) if filters.country else "",
        By.PROVIDER: _title(provider, providers) if filters.provider else "",
        By.PERIOD: _period(filters.period, t) if filters.period else "",
    }
    return {by: words for by, words in every.items() if words}


def _of_kind(filters: Filters, kind: Kind) -> Filters:
    """What another kind does not have is not asked for any more."""
    service = filters.service if kind is Kind.NUMBER else ""
    possible = filters.outcome is None or _possible(filters.outcome, kind)
    return replace(filters, kind=kind, service=service, outcome=filters.outcome if possible else None)


def _of_numbers(filters: Filters) -> Filters:
    """Services are what numbers are bought for."""
    return filters if filters.kind in (None, Kind.NUMBER) else _of_kind(filters, Kind.NUMBER)


def _possible(outcome: Outcome, kind: Kind | None) -> bool:
    return any(outcome in STATES[each] for each in Kind if kind in (None, each))


def _kind(kind: Kind, t: Texts) -> str:
    match kind:
        case Kind.NUMBER:
            return t.plain("📱 Numbers")
        case Kind.RENTAL:
            return t.plain("🗓 Rentals")
        case Kind.MESSAGE:
            return t.plain("✉️ Messages")


def _outcome(outcome: Outcome, kind: Kind | None, t: Texts) -> str:
    if outcome is Outcome.CAME and kind is not None:
        return t.plain("✅ Code came") if kind is Kind.NUMBER else t.plain("✅ Delivered")
    names = {
        Outcome.OPEN: t.plain("⏳ Still open"),
        Outcome.CAME: t.plain("✅ Succeeded"),
        Outcome.CANCELLED: t.plain("❌ Cancelled"),
        Outcome.EXPIRED: t.plain("⌛ Expired"),
        Outcome.UNDELIVERED: t.plain("❌ Not delivered"),
        Outcome.FAILED: t.plain("🚫 Failed"),
        Outcome.UNKNOWN: t.plain("❓ Unknown"),
    }
    return names[outcome]


def _period(period: Period, t: Texts) -> str:
    match period:
        case Period.DAY:
            return t.plain("Last 24 hours")
        case Period.WEEK:
            return t.plain("Last 7 days")
        case Period.MONTH:
            return t.plain("Last 30 days")
        case Period.QUARTER:
            return t.plain("Last 90 days")
        case Period.YEAR:
            return t.plain("Last 12 months")


def _country(iso2: str, t: Texts) -> str:
    return f"{flag(iso2)} {t.country_within(_ROOM, iso2)}"


def _title(name: str, providers: Mapping[str, Provider]) -> str:
    return providers[name].title if name in providers else name
