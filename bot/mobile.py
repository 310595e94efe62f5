"""Mobile country codes (MCC) of the International Telecommunication Union, and the country of a number.

`mobile_countries.csv` holds what ITU-T E.212 assigns, the code most used first; an island without one of its
own has that of the networks there.
"""

import csv
import functools
from importlib import resources

import phonenumbers


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
