"""What SMSAK sells: services, countries, the price list of a country, and the number that was bought."""

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from babel import Locale

from bot.errors import BadReply
from bot.providers import values
from bot.providers.base import Country, Number, Price, Service
from bot.providers.smsak.replies import Reply, listed

T = TypeVar("T")
Row = Mapping[str, object]

#: Its country codes that are not those of ISO 3166: Belarus, where ISO has Saint Barthélemy.
OWN_COUNTRIES = {"BL": "BY", "UK": "GB"}


def services(reply: Reply) -> list[Service]:
    return legible(listed(reply), _service)


def countries(reply: Reply) -> list[Country]:
    """The countries with their names as the site writes them, in Russian."""
    return legible(listed(reply), _country)


def prices(reply: Reply, country: str) -> list[Price]:
    """What the services cost in a country, and how many numbers there are."""
    return legible(listed(reply), lambda row: _price(row, country))


def bought(reply: Reply) -> Number:
    """The number that was bought. An id is enough: it can be polled and given back."""
    found = reply.document if isinstance(reply.document, dict) else {}
    name, raw = values.identifier(found.get("id")), values.as_written(found.get("number"))
    if name is None:
        raise BadReply("no number")
    return Number(name, e164(raw), raw)


def e164(raw: str) -> str:
    """A phone with its plus, or what can be shown of it."""
    return values.phone(raw) or values.showable(raw)


def legible(rows: Sequence[object], read: Callable[[Row], T | None]) -> list[T]:
    """The rows that can be read. None of many is no empty list but an answer nobody understands."""
    found = [one for row in rows if isinstance(row, dict) and (one := read(row)) is not None]
    if rows and not found:
        raise BadReply("no row can be read")
    return found


def iso2(code: str) -> str:
    """The country code of ISO 3166, "" for one that is none."""
    word = OWN_COUNTRIES.get(code.upper(), code.upper())
    return word if word in _known() else ""


def _service(row: Row) -> Service | None:
    code = values.identifier(row.get("id"))
    return None if code is None else Service(code, values.name(row.get("name")) or code)


def _country(row: Row) -> Country | None:
    code = values.identifier(row.get("code"))
    return None if code is None else Country(code, iso2(code), values.name(row.get("name")) or code)


def _price(row: Row, country: str) -> Price | None:
    service, cost = values.identifier(row.get("id")), values.money(row.get("cost"))
    if service is None or cost is None:
        return None
    return Price(service, country, cost, values.count(row.get("count")))


@functools.cache
def _known() -> frozenset[str]:
    return frozenset(str(code) for code in Locale("en").territories if str(code).isalpha() and code != "ZZ")
