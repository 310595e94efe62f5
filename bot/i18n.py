"""Every word a person reads: gettext catalogues, and numbers, money, countries and times in their language.

The English sentence is the message id, so a missing translation is shown in English, never as a bare key.
"""

import csv
import html
import re
from collections.abc import Callable, Mapping
from datetime import datetime, tzinfo
from decimal import Decimal
from functools import cache, lru_cache
from importlib import resources
from math import ceil
from pathlib import Path
from typing import Any

import phonenumbers
from aiogram.utils.i18n import I18n
from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_datetime, format_time, format_timedelta
from babel.numbers import (
    NumberPattern,
    format_currency,
    format_decimal,
    format_percent,
    get_currency_symbol,
    parse_pattern,
)

from bot.errors import CodebellError, Unavailable

LOCALES = Path(__file__).parent / "locales"
_REGIONAL_INDICATOR_A = 0x1F1E6
_CONTROL = r"\u0000-\u0008\u000b-\u001f\u007f-\u009f"
_DIRECTION_AND_ZERO_WIDTH = r"\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff"
#: Soft hyphens, letters without a shape, notes between lines, and the tags that can hold a hidden text.
_SHAPELESS = r"\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180e\u2800\u3164\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff"
_INVISIBLE = re.compile(f"[{_CONTROL}{_DIRECTION_AND_ZERO_WIDTH}{_SHAPELESS}]")
_LONGEST_COUNTRY = 17
_PLAIN_AMOUNT = "#,##0.00##"
#: Added to an amount it takes the minus from a zero, which equals one without.
_ZERO = Decimal(0)
_MEGABYTE = 2**20
#: What is found out once of so many currencies and flags, and of phone numbers and amounts of late.
_CURRENCIES, _FLAGS, _PHONES, _AMOUNTS = 500, 1000, 1000, 2000


class Texts:
    """The texts of one language. Call it with an English message: values are escaped, HTML comes out.

    Times are those of `zone`; None is the place the bot runs in. `veils`: codes lie under a spoiler.
    """

    def __init__(
        self, catalogue: I18n, language: str, zone: tzinfo | None = None, *, veils: bool = False
    ) -> None:
        self._catalogue = catalogue
        self.language = language
        self.zone = zone
        self.veils = veils
        self.locale = _locale(language)

    def __call__(self, message: str, /, **values: object) -> str:
        """HTML for a message: the text's own tags stay, every value is escaped."""
        return self._translate(message, _escape, values)

    def plain(self, message: str, /, **values: object) -> str:
        """Text for buttons and alerts, where Telegram knows no markup."""
        return self._translate(message, str, values)

    def many(self, one: str, other: str, count: int, /, **values: object) -> str:
        """HTML in the plural form that `count` (also the variable {count}) asks for."""
        pattern = self._catalogue.gettext(one, other, count, locale=self.language)
        return pattern.format(count=count, **{name: _escape(value) for name, value in values.items()})

    def error(self, error: CodebellError) -> str:
        return self(error.text, **error.values)

    def plain_error(self, error: CodebellError) -> str:
        told = self.plain(error.text, **error.values)
        if not isinstance(error, Unavailable) or error.sent or not error.retry_after:
            return told
        seconds = ceil(error.retry_after)
        return " ".join(
            [told, self.plain("I leave it alone for now; try again in {seconds} s.", seconds=seconds)]
        )

    def _translate(self, message: str, show: Callable[[object], str], values: dict[str, object]) -> str:
        pattern = self._catalogue.gettext(message, locale=self.language)
        return pattern.format(**{name: show(value) for name, value in values.items()})

    def money(self, amount: Decimal, currency: str) -> str:
        """`$0.35` or `0,35 $`, as the language writes it; without a known currency the bare number."""
        return _written(amount + _ZERO, currency, self.language)

    def percent(self, share: float) -> str:
        """`82%` or `82 %`, as the language writes it, of a share from 0 to 1."""
        return str(format_percent(share, locale=self.locale))

    def megabytes(self, size: int) -> str:
        """`12.5 MB`: so many bytes of a file or a disk."""
        amount = format_decimal(Decimal(size) / _MEGABYTE, format="#,##0.0", locale=self.locale)
        return self.plain("{size} MB", size=amount)

    def country(self, iso2: str, otherwise: str = "") -> str:
        """The country's name in this language; `otherwise` for what Babel does not know."""
        return str(self.locale.territories.get(iso2.upper(), otherwise or iso2))

    def country_within(self, room: int, iso2: str, otherwise: str = "") -> str:
        """For buttons: the whole name if it has so many characters, else the one of `short_countries.csv`.

        That has 17 at most, as any name that is not in it; only what a provider calls a country is cut.
        """
        whole = visible(self.country(iso2, otherwise))
        short = whole if len(whole) <= room else short_countries(self.language).get(iso2, whole)
        return visible(short, max(room, _LONGEST_COUNTRY))

    def time(self, moment: datetime) -> str:
        """The wall clock, to the second: minimum waits are short."""
        return format_time(moment.astimezone(self.zone), "HH:mm:ss", locale=self.locale)

    def day(self, moment: datetime) -> str:
        """`20 Nov 14:02`: the day and the minute."""
        return format_datetime(moment.astimezone(self.zone), "d MMM HH:mm", locale=self.locale)

    def date(self, moment: datetime) -> str:
        """`20 Nov 2026`: a day that may be in another year."""
        return format_date(moment.astimezone(self.zone), "d MMM y", locale=self.locale)

    def month(self, moment: datetime) -> str:
        """`November 2026`: a month, as the language names it when no day stands beside it."""
        return format_date(moment.astimezone(self.zone), "LLLL y", locale=self.locale)

    def clock(self, moment: datetime) -> str:
        """`14:02`: the wall clock, to the minute."""
        return format_time(moment.astimezone(self.zone), "HH:mm", locale=self.locale)

    def veiled(self, markup: str) -> str:
        """HTML whose `code` is a secret: where that was chosen, a spoiler. Telegram takes no code in one."""
        if not self.veils:
            return markup
        return markup.replace("<code>", "<tg-spoiler>").replace("</code>", "</tg-spoiler>")

    def masked(self, code: str) -> str:
        """A code on a button, where Telegram has no spoilers: dots where it is to be veiled."""
        return "•" * len(code) if self.veils else code

    def span(self, seconds: float) -> str:
        """`2 minutes`, `110 seconds`: one unit, rounded, the smaller one below two of the larger."""
        return format_timedelta(max(1, round(seconds)), threshold=2, locale=self.locale)


class Catalogues:
    """All languages there are; `texts()` gives the nearest one to what a person's Telegram says."""

    def __init__(self, default: str = "en", path: Path = LOCALES) -> None:
        self._core = _core(path, default)
        self.languages = frozenset({"en", *self._core.available_locales})
        self._default = default if default in self.languages else "en"

    def texts(self, language: str | None, zone: tzinfo | None = None, *, veils: bool = False) -> Texts:
        short = (language or "").split("-")[0].lower()
        return Texts(self._core, short if short in self.languages else self._default, zone, veils=veils)


@cache
def short_countries(language: str) -> Mapping[str, str]:
    """Short names in a language, by iso2, of the countries whose names are too long for a button."""
    text = resources.files("bot").joinpath("short_countries.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines())
    return {row["iso2"]: row[language] for row in rows if row.get(language)}


@lru_cache(_AMOUNTS)
def _written(amount: Decimal, currency: str, language: str) -> str:
    """Prices are the same for many people, and to write one takes 6 µs."""
    locale = _locale(language)
    if not currency:
        return format_decimal(amount, format=_PLAIN_AMOUNT, locale=locale)
    pattern: Any = _priced(locale, currency)
    return format_currency(amount, currency, format=pattern, locale=locale, currency_digits=False)


@lru_cache(_CURRENCIES)
def _priced(locale: Locale, currency: str) -> NumberPattern:
    """How a language writes an amount of a currency: finding that out takes 80 µs, writing one takes 6."""
    pattern = locale.currency_formats["standard"].pattern.replace("0.00", "0.00##")
    return parse_pattern(pattern.replace("¤", f"'{_sign(currency, locale)}'"))


def _sign(currency: str, locale: Locale) -> str:
    """The shortest of what this language, English and Russian write: $, ₽ and ₴ everywhere."""
    return min((get_currency_symbol(currency, each) for each in (locale, "en", "ru")), key=len)


@cache
def _core(path: Path, default: str) -> I18n:
    """The catalogues of a folder, read once: they take 3 ms."""
    return I18n(path=path, default_locale=default, domain="bot")


def _escape(value: object) -> str:
    return html.escape(str(value), quote=False)


@cache
def _locale(language: str) -> Locale:
    try:
        return Locale.parse(language)
    except (UnknownLocaleError, ValueError):
        return Locale.parse("en")


@lru_cache(_FLAGS)
def flag(iso2: str) -> str:
    """The flag emoji of an ISO 3166 alpha-2 code; a white flag when there is none."""
    if not re.fullmatch(r"[A-Z]{2}", iso2):
        return "🏳️"
    return "".join(chr(_REGIONAL_INDICATOR_A + ord(letter) - ord("A")) for letter in iso2)


@lru_cache(_PHONES)
def international(phone: str) -> str:
    """A phone number in international form (`+1 201 555 0123`); as it is when it cannot be parsed."""
    try:
        return phonenumbers.format_number(
            phonenumbers.parse(phone), phonenumbers.PhoneNumberFormat.INTERNATIONAL
        )
    except phonenumbers.NumberParseException:
        return phone


def visible(text: str, limit: int = 1000) -> str:
    """A stranger's text, safe to show: bidi, zero-width and control characters out, at most `limit` long."""
    cleaned = _INVISIBLE.sub("", text)
    return cleaned if len(cleaned) <= limit else cleaned[: limit - 1] + "…"
