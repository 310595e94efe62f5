"""The country ids of sms-activate, which its clones still speak, and its service names for sites without any.

197 countries (the live list of 2026 checked against the list of smshub, 2024) and the service names that kept
their meaning from 2022 to 2025. A site's own list always wins; SMSBower gave several codes another meaning.
"""

import csv
import functools
from collections.abc import Mapping
from importlib import resources

from babel import Locale

from bot.providers.base import Country, Service
from bot.providers.values import identifier, rows
from bot.providers.values import name as clean

#: Names under which sites list a country, where Babel's English name differs and the id alone may not tell.
SPELLINGS = {
    "Papua new gvineya": "Papua New Guinea",
    "Lao People`s": "Laos",
    "Lao People's": "Laos",
    "Argentinas": "Argentina",
    "Syrian Arab Republic": "Syria",
    "Korea (South)": "South Korea",
    "Czech Republic": "Czechia",
    "Ivory Coast": "Côte d’Ivoire",
    "Macao": "Macao SAR China",
    "Hong Kong": "Hong Kong SAR China",
    "England": "United Kingdom",
}


def service(code: str) -> Service:
    """A service by its code alone; the code is the name where the tables have none."""
    return Service(code, _services().get(code, code))


def services(found: object) -> list[Service]:
    """The answer to getServicesList, as a list of rows or as the older map from code to name."""
    if isinstance(found, dict) and not {"services", "status"} & found.keys():
        pairs = list(found.items())
    else:
        listed = found.get("services") if isinstance(found, dict) else found
        listed = listed if isinstance(listed, list) else []
        pairs = [(row.get("code"), row.get("name")) for row in listed if isinstance(row, dict)]
    named = {identifier(code): clean(name) for code, name in pairs if isinstance(name, str)}
    return [Service(code, name or code) for code, name in named.items() if code]


def country(code: str, names: tuple[object, ...] = (), own: Mapping[str, str] = {}) -> Country:
    """A country by a site's id and its names there, best first; the site's `own` ids come before all."""
    given = next((word for word in map(clean, names) if word), "")
    name = SPELLINGS.get(given, given)
    iso2 = own.get(code) or _by_name().get(name.casefold()) or _countries().get(code, "")
    return Country(code, iso2, name or _english().get(iso2, code))


def countries(found: object, own: Mapping[str, str]) -> list[Country]:
    """The answer to getCountries, as a table by id or as a list, without hidden rows and rows of no id."""
    pairs = rows(found) if isinstance(found, dict) else [("", row) for row in _listed(found)]
    return [one for one in (_country(key, row, own) for key, row in pairs) if one is not None]


def _country(key: str, row: object, own: Mapping[str, str]) -> Country | None:
    if not isinstance(row, dict) or str(row.get("visible", 1)) == "0":
        return None
    code = identifier(row.get("id", key))
    names = (row.get("eng"), row.get("name"), row.get("rus"))
    nameless = "id" not in row and not any(names)
    return None if code is None or nameless else country(code, names, own)


def _listed(found: object) -> list[object]:
    return found if isinstance(found, list) else []


@functools.cache
def _services() -> dict[str, str]:
    return {row["code"]: row["name"] for row in _table("services.csv")}


@functools.cache
def _countries() -> dict[str, str]:
    return {row["id"]: row["iso2"] for row in _table("countries.csv")}


@functools.cache
def _english() -> dict[str, str]:
    return {code: str(name) for code, name in Locale("en").territories.items() if len(code) == 2}


@functools.cache
def _by_name() -> dict[str, str]:
    return {name.casefold(): code for code, name in _english().items()}


def _table(file: str) -> list[dict[str, str]]:
    text = resources.files("bot.providers.handler_api").joinpath(file).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))
