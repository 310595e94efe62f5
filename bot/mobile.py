"""Phone numbers people type, the country of one, and its mobile country codes (MCC).

`mobile_countries.csv` holds what ITU-T E.212 assigns, the code most used first; an island without one of its
own has that of the networks there.
"""

import csv
import functools
import re
from importlib import resources

import phonenumbers

from bot.errors import BadInput, text

#: Dashes of all lengths are among them: a contact's number is copied as it was printed.
_SEPARATORS = re.compile(r"[\s().\u2010-\u2015\u2212/-]")
#: Marks of direction and of no width, which are copied along and seen by nobody.
_UNSEEN = re.compile(r"[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
_LINK = re.compile(r"^\s*tel:", re.IGNORECASE)
#: Characters; whatever is longer holds more than a number.
_LONGEST = 64


class NotAPhone(BadInput):
    text = text(
        "That is not a phone number in international form, with its country code, like +44 20 7946 0958."
    )


class OneAtATime(BadInput):
    text = text("One number at a time, please: send just one.")


def typed(words: str) -> str:
    """The phone number a person typed, in E.164 with a plus, from `+44 20 …`, `0044 20 …` or `4420…`.

    It may be copied from a contact or a link. Raises `NotAPhone`, or `OneAtATime` for several.
    """
    seen = _LINK.sub("", _UNSEEN.sub("", words)).strip(" \n,;")
    if len([part for part in re.split(r"[,;\n]|\+(?=[0-9])", seen) if re.search("[0-9]", part)]) > 1:
        raise OneAtATime
    digits = re.sub(r"^(\+|00)", "", _SEPARATORS.sub("", seen))
    if len(seen) > _LONGEST or not (digits.isascii() and digits.isdigit()):
        raise NotAPhone
    return _possible(f"+{digits}")


def _possible(phone: str) -> str:
    try:
        parsed = phonenumbers.parse(phone)
    except phonenumbers.NumberParseException:
        raise NotAPhone from None
    if not phonenumbers.is_possible_number(parsed):
        raise NotAPhone
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def mccs(iso2: str) -> tuple[str, ...]:
    """The mobile country codes of a country, the most used first; () where none is known."""
    return _codes().get(iso2.upper(), ())


def country_of(phone: str) -> str:
    """The ISO2 code of the country of a number in E.164 with a plus; "" where it cannot be told."""
    try:
        region = phonenumbers.region_code_for_number(phonenumbers.parse(phone))
    except phonenumbers.NumberParseException:
        return ""
    return region if region in phonenumbers.SUPPORTED_REGIONS else ""


@functools.cache
def _codes() -> dict[str, tuple[str, ...]]:
    table = resources.files("bot").joinpath("mobile_countries.csv").read_text(encoding="utf-8")
    return {row["iso2"]: tuple(row["mcc"].split(";")) for row in csv.DictReader(table.splitlines())}
