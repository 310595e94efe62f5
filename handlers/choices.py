"""What can be chosen in the settings: each on a small screen of its own, with what is chosen now marked."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from aiogram.filters.callback_data import CallbackData
from aiogram.types import InlineKeyboardButton
from babel import Locale
from pydantic import Field

from bot.hours import hour_name, offset_name, zone_of
from bot.i18n import Texts
from bot.providers.base import Provider
from bot.purses import currency_of
from handlers.doors import AddKey, Settings
from handlers.screen import Rows, Screen, in_rows, press
from storage.models import Preferences, Sort

#: Quiet hours most people want, in hours of the day.
_NIGHTS = ((22, 7), (23, 7), (23, 8), (0, 8))
#: Every full hour a clock can show now, each once; where two days share one, where more people live.
_FULL_HOURS = tuple(hour * 60 for hour in range(-10, 14))
#: The other clocks of this world, minutes east of UTC.
_BETWEEN = (-570, -210, 210, 270, 330, 345, 390, 525, 570, 630, 765)

_Minute = Annotated[int, Field(ge=0, le=1439)]


class Choice(StrEnum):
    """What has a screen of its own."""

    LANGUAGE = "l"
    ZONE = "z"
    BETWEEN = "b"
    QUIET = "q"
    SORT = "s"
    CEILINGS = "m"


class Open(CallbackData, prefix="ys"):
    """settings: show what can be chosen."""

    what: Choice


class Speak(CallbackData, prefix="yl"):
    """settings: speak this language; "" is as the person's Telegram."""

    value: str


class Live(CallbackData, prefix="yz"):
    """settings: the person's clock is so many minutes east of UTC."""

    offset: int


class LiveHere(CallbackData, prefix="yb"):
    """settings: times are those of the place the bot runs in."""


class Hush(CallbackData, prefix="yq"):
    """settings: no notices between these minutes of the day; none at all where both are the same."""

    first: _Minute
    last: _Minute


class Order(CallbackData, prefix="yo"):
    """settings: what comes first in lists."""

    sort: Sort


class Ceiling(CallbackData, prefix="ym"):
    """settings: ask for the most to pay from a purse."""

    value: str


class NoCeiling(CallbackData, prefix="yn"):
    """settings: pay whatever is confirmed."""

    value: str


class Veil(CallbackData, prefix="yh"):
    """settings: whether codes lie under a spoiler."""

    on: bool


def language_name(language: str) -> str:
    """A language in itself: `Українська`."""
    name = Locale.parse(language).get_display_name(language) or language
    return name[:1].upper() + name[1:]


def sort_name(sort: Sort, t: Texts) -> str:
    names = {
        Sort.PRICE: t.plain("Cheapest first"),
        Sort.STOCK: t.plain("Most in stock first"),
        Sort.SUCCESS: t.plain("Best success first"),
        Sort.EXPECTED: t.plain("Cheapest per code first"),
    }
    return names[sort]


def ceilings_name(ceilings: Mapping[str, Decimal], t: Texts) -> str:
    """`$0.50 · 20.00 ₴ · smsski: 5.00`; in words where there is none."""
    amounts = [_limit(purse, amount, t) for purse, amount in sorted(ceilings.items())]
    return " · ".join(amounts) or t.plain("no limit")


def _limit(purse: str, amount: Decimal, t: Texts) -> str:
    """An amount that its currency tells apart from others, or else its provider."""
    money = _most(purse, amount, t)
    return money if currency_of(purse) else t.plain("{currency}: {amount}", currency=purse, amount=money)


def _purse_name(purse: str, providers: Mapping[str, Provider]) -> str:
    """A currency, or the title of the provider that tells none."""
    return providers[purse].title if purse in providers else purse


def quiet_name(chosen: Preferences, t: Texts) -> str:
    if chosen.quiet_from is None or chosen.quiet_to is None:
        return t.plain("off")
    return f"{hour_name(chosen.quiet_from)}–{hour_name(chosen.quiet_to)}"


def clock_name(chosen: Preferences, now: datetime, t: Texts) -> str:
    """`14:05 (UTC+2)`."""
    if chosen.utc_offset is None:
        return t.plain("{time} (the bot’s clock)", time=t.clock(now))
    return f"{t.clock(now)} ({offset_name(chosen.utc_offset)})"


def languages(chosen: Preferences, spoken: Texts | None, there: Iterable[str], t: Texts) -> Screen:
    """`spoken` is what the person's Telegram would choose; None in a group, where many speak."""
    now = chosen.language if spoken is not None else t.language
    each = [press(_marked(language_name(one), one == now), Speak(value=one)) for one in sorted(there)]
    rows = [*in_rows(each, 2), _as_in_telegram(chosen, spoken, t), _back(t)]
    return Screen(t("🌐 <b>Which language shall I speak?</b>"), rows)


def _as_in_telegram(chosen: Preferences, spoken: Texts | None, t: Texts) -> list[InlineKeyboardButton]:
    if spoken is None:
        return []
    follow = t.plain("As in Telegram: {language}", language=language_name(spoken.language))
    return [press(_marked(follow, not chosen.language), Speak(value=""))]


def zones(chosen: Preferences, now: datetime, t: Texts) -> Screen:
    """Telegram tells nobody's time zone, and everybody knows what time it is."""
    between = press(t.plain("Other minutes ▶"), Open(what=Choice.BETWEEN))
    own = press(_marked(t.plain("The bot’s clock"), chosen.utc_offset is None), LiveHere())
    return Screen(_zone_question(t), [*_clocks(_FULL_HOURS, chosen, now), [between, own], _back(t)])


def zones_between(chosen: Preferences, now: datetime, t: Texts) -> Screen:
    """Clocks that are half an hour or a quarter off the others."""
    back = press(t.plain("◀ Back"), Open(what=Choice.ZONE))
    return Screen(_zone_question(t), [*_clocks(_BETWEEN, chosen, now), [back]])


def _zone_question(t: Texts) -> str:
    return t(
        "🕑 <b>What time is it where you are?</b>\n"
        "Press it, or send how far you are from UTC, like +5:30. When clocks change, choose again."
    )


def _clocks(offsets: Iterable[int], chosen: Preferences, now: datetime) -> Rows:
    """In the order of what they show now, from midnight on."""
    shown = sorted((f"{now.astimezone(zone_of(offset)):%H:%M}", offset) for offset in offsets)
    mine = chosen.utc_offset
    return in_rows([press(_marked(time, one == mine), Live(offset=one)) for time, one in shown], 4)


def nights(chosen: Preferences, now: datetime, t: Texts) -> Screen:
    lines = [
        t("🌙 <b>When shall I be quiet?</b>"),
        t("Notices, like that of a low balance, wait until these hours are over. Codes never wait."),
        t("Your clock: {time}", time=clock_name(chosen, now, t)),
        t("Or send your own: 22:30-8"),
    ]
    each = [_night(first * 60, last * 60, chosen) for first, last in _NIGHTS]
    off = press(_marked(t.plain("Off"), chosen.quiet_from is None), Hush(first=0, last=0))
    zone = press(t.plain("🕑 Time zone"), Open(what=Choice.ZONE))
    return Screen("\n".join(lines), [*in_rows(each, 2), [off, zone], _back(t)])


def _night(first: int, last: int, chosen: Preferences) -> InlineKeyboardButton:
    now = (first, last) == (chosen.quiet_from, chosen.quiet_to)
    return press(_marked(f"{hour_name(first)}–{hour_name(last)}", now), Hush(first=first, last=last))


def sorts(chosen: Preferences, t: Texts) -> Screen:
    lines = [
        t("↕️ <b>Which countries shall come first?</b>"),
        t("Per code: the price, with what was paid for numbers without a code."),
    ]
    each = [[press(_marked(sort_name(sort, t), sort is chosen.sort), Order(sort=sort))] for sort in Sort]
    return Screen("\n".join(lines), [*each, _back(t)])


def ceilings(
    purses: Iterable[str], now: Mapping[str, Decimal], providers: Mapping[str, Provider], t: Texts
) -> Screen:
    """A limit for each purse of the chat's keys, and for those that have one."""
    known = sorted({*purses, *now})
    if not known:
        line = t("💲 A price limit is in the currency of your account. First add a provider key.")
        return Screen(line, [[press(t.plain("🔑 Add a provider key"), AddKey())], _back(t)])
    lines = [
        t("💲 <b>The most you pay for one number</b>"),
        t("A number that costs more is bought only when you agree once more."),
        *([t("Send an amount like 0.50.")] if len(known) == 1 else []),
    ]
    each = [press(_ceiling(one, now.get(one), providers, t), Ceiling(value=one)) for one in known]
    return Screen("\n".join(lines), [*in_rows(each, 1), _back(t)])


def _ceiling(purse: str, amount: Decimal | None, providers: Mapping[str, Provider], t: Texts) -> str:
    most = _most(purse, amount, t)
    return t.plain("{currency}: {amount}", currency=_purse_name(purse, providers), amount=most)


def _most(purse: str, amount: Decimal | None, t: Texts) -> str:
    return t.plain("no limit") if amount is None else t.money(amount, currency_of(purse))


def ceiling_question(
    purse: str, amount: Decimal | None, providers: Mapping[str, Provider], t: Texts
) -> Screen:
    name = _purse_name(purse, providers)
    title = t("💲 <b>{provider}: the most you pay for one number</b>", provider=name)
    if currency_of(purse):
        title = t("💲 <b>The most you pay for one number, in {currency}</b>", currency=name)
    lines = [title, t("Send an amount like 0.50."), t("Now: {amount}", amount=_most(purse, amount, t))]
    none = [] if amount is None else [press(t.plain("🗑 No limit"), NoCeiling(value=purse))]
    return Screen("\n".join(lines), [none, [press(t.plain("◀ Back"), Open(what=Choice.CEILINGS))]])


def _marked(label: str, chosen: bool) -> str:
    return f"✓ {label}" if chosen else label


def _back(t: Texts) -> list[InlineKeyboardButton]:
    return [press(t.plain("◀ Settings"), Settings())]
