"""What typed words mean: a service, a country, or both, in any order, language and layout, with mistakes.

The names are data: `services.csv`, `countries.csv`, and countries' names, long and short, in every language.
"""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import chain, combinations

from babel import Locale
from rapidfuzz import fuzz, process, utils

from bot.catalogue import Derived
from bot.i18n import short_countries
from bot.names import EXACT, Found, Names
from bot.services import known, nice_name
from bot.words import is_silent, parted, telling

#: The languages countries are understood in.
LANGUAGES = ("en", "ru", "uk", "vi")
#: So sure a find has to be to be followed at once, and so much surer than the next one.
_SURE, _CLEARLY = 78, 6
#: A country with a mistake in it is taken for one from here on.
_COUNTRY = 80
#: Looser finds below this likeness (of 100) are not shown.
_LIKENESS = 80
#: A beginning leads on at once only with so many letters.
_TELLING = 4
#: More than this is not looked at; a country's name has so many words at most.
_LONGEST, _MOST_WORDS, _COUNTRY_WORDS = 64, 8, 4
#: Territories of Unicode's list that are no countries.
_NO_COUNTRIES = frozenset({"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"})


@dataclass(frozen=True, slots=True)
class Listed:
    """A service that some provider of the chat sells."""

    slug: str
    name: str


@dataclass(frozen=True, slots=True)
class Meant:
    """What was understood: services, the likeliest first, `sure` if that one is meant; a country, or "".

    A service that is meant for sure may be one that nobody sells.
    """

    services: Sequence[Listed] = ()
    sure: bool = False
    iso2: str = ""


@dataclass(frozen=True, slots=True)
class _Reading:
    """One way to part the words: what the service's words may be, and the country's."""

    services: Sequence[Found]
    country: Found | None
    words: str

    @property
    def rank(self) -> int:
        """The weaker of the two; what understands one thing only must do it better than what parts it."""
        parts = [found[0].sure for found in (self.services,) if found]
        return min([*parts, *([self.country.sure] if self.country else [])], default=0)


def understand(words: str, sold: Sequence[Listed]) -> Meant:
    """What is meant by words, where these services are sold."""
    typed = parted(words[:_LONGEST])
    plain, names = telling(typed), _NAMES.of(sold)
    ways = [typed, *([plain] if plain != typed else [])]
    readings = chain.from_iterable(_readings(way[:_MOST_WORDS], names) for way in ways)
    best = max(readings, key=lambda reading: reading.rank, default=None)
    listed = {service.slug: service for service in sold}
    return _meant(best, listed) if best is not None and best.rank else _guessed(plain or typed, listed)


def country_named(words: str) -> str:
    """The ISO code of the country that is called so, "" where none or more than one is."""
    found = _country(words)
    return "" if found is None else found.id


def _meant(reading: _Reading, listed: Mapping[str, Listed]) -> Meant:
    iso2 = reading.country.id if reading.country else ""
    if not reading.services:
        return Meant(iso2=iso2)
    sure = _is_clear(reading)
    hits = [listed[found.id] for found in reading.services if found.id in listed]
    if sure and reading.services[0].id not in listed:
        hits = [Listed(reading.services[0].id, nice_name(reading.services[0].id, ""))]
    return Meant(hits, sure and bool(hits), iso2)


def _guessed(words: Sequence[str], listed: Mapping[str, Listed]) -> Meant:
    """Where not all is understood: what looks like a service, and the country that stands beside it."""
    spans = combinations(range(min(len(words), _MOST_WORDS) + 1), 2)
    for first, last in sorted(spans, key=lambda span: span[0] - span[1]):
        where = _country(" ".join(words[first:last]))
        alike = _alike(" ".join([*words[:first], *words[last:]]), listed) if where else []
        if where is not None and where.sure == EXACT and alike:
            return Meant(alike, iso2=where.id)
    return Meant(_alike(" ".join(words), listed))


def _is_clear(reading: _Reading) -> bool:
    """Whether the first find is what is meant: sure by itself, and no other one comes near."""
    first, *others = reading.services
    if first.sure == EXACT:
        return not others or others[0].sure < EXACT
    near = others and first.sure - others[0].sure < _CLEARLY
    return first.sure >= _SURE and not near and len(reading.words) >= _TELLING


def _readings(typed: Sequence[str], names: Names) -> Iterator[_Reading]:
    """Every way to part the words, the likelier order first: all the service's, a country behind, before."""
    if not typed:
        return
    whole = " ".join(typed)
    yield _Reading(names.like(whole), None, whole)
    yield _Reading((), _country(whole), whole)
    for count in range(1, min(len(typed), _COUNTRY_WORDS + 1)):
        yield from _parted(typed[:-count], typed[-count:], names)
    for count in range(1, min(len(typed), _COUNTRY_WORDS + 1)):
        yield from _parted(typed[count:], typed[:count], names)


def _parted(service: Sequence[str], country: Sequence[str], names: Names) -> Iterator[_Reading]:
    words = " ".join(word for word in service if not is_silent(word))
    where = _country(" ".join(country))
    if words and where is not None and (found := names.like(words)):
        yield _Reading(found, where, words)


def _country(words: str) -> Found | None:
    """The one country that is meant for sure by these words."""
    kept = " ".join(word for word in words.split() if not is_silent(word)) or words
    if kept.upper() in _codes():
        return Found(kept.upper(), EXACT)
    first, second, *_ = [*_countries().like(kept), Found("", 0), Found("", 0)]
    clear = first.sure > second.sure and first.sure >= _COUNTRY
    return first if clear and (first.sure == EXACT or len(kept) >= _TELLING) else None


def _alike(words: str, listed: Mapping[str, Listed]) -> list[Listed]:
    """Where nothing is called so: what looks like it at all."""
    names = {service.slug: service.name for service in listed.values()}
    hits = process.extract(
        *(words, names), scorer=fuzz.WRatio, processor=utils.default_process, score_cutoff=_LIKENESS
    )
    return [listed[found] for _, _, found in hits]


def _named(sold: Sequence[Listed]) -> Names:
    """Every name of what is sold, and of what is well known."""
    also = [(name, service.slug) for service in known().values() for name in _called(service.slug)]
    return Names([*((service.name, service.slug) for service in sold), *also])


_NAMES = Derived(_named, most=16)


def _called(slug_: str) -> Iterator[str]:
    service = known()[slug_]
    yield from (service.name, service.slug, *service.same, *service.also)


@cache
def _codes() -> frozenset[str]:
    english = map(str, Locale.parse("en").territories)
    return frozenset(code for code in english if len(code) == len("US") and code.isalpha()) - _NO_COUNTRIES


@cache
def _countries() -> Names:
    """Every name of every country."""
    text = resources.files("bot").joinpath("countries.csv").read_text(encoding="utf-8")
    others = [
        (name, row["iso2"]) for row in csv.DictReader(text.splitlines()) for name in row["names"].split("|")
    ]
    locales = [Locale.parse(language) for language in LANGUAGES]
    babel = [(str(locale.territories.get(code, "")), code) for locale in locales for code in _codes()]
    short = [(name, code) for each in LANGUAGES for code, name in short_countries(each).items()]
    return Names([*babel, *short, *others])
