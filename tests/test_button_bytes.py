"""No service, country and provider of the tables makes a button of more than Telegram's 64 bytes."""

import csv
from collections.abc import Iterator
from importlib import resources

import pytest
from aiogram.filters.callback_data import CallbackData

from bot.sandbox.sites import all_sites
from bot.services import known, slug
from handlers.country_lists import SortBy, Sorted, Star
from handlers.doors import AddKey, Choose, Countries, Country, WatchFor
from handlers.offer_lists import OffersOn
from handlers.service_lists import ServicesIn
from storage.models import Sort
from storage.outbox import new_id

LONGEST_BUTTON, LONGEST_SLUG, LONGEST_CODE = 64, 20, 16
SITES = all_sites(seed=1)
PAGE, KEY = 999, new_id()


def slugs() -> set[str]:
    """Of every service any table knows."""
    sold = {service.name for site in SITES.values() for service in site.shop.goods.services.values()}
    table = resources.files("bot.providers.handler_api").joinpath("services.csv").read_text("utf-8")
    clones = {row["name"] for row in csv.DictReader(table.splitlines())}
    return {slug(name) for name in sold | clones} | set(known())


def buttons(service: str, code: str, iso2: str) -> Iterator[CallbackData]:
    """Everything on the way from a service to its offer."""
    yield from (Countries(service=service, page=PAGE, by_stock=True), ServicesIn(iso2=iso2, page=PAGE))
    yield from (SortBy(service=service, sort=sort) for sort in Sort)
    yield from (Sorted(service=service, sort=sort, page=PAGE) for sort in Sort)
    yield from (Star(service=service, sort=sort, page=PAGE) for sort in Sort)
    yield from (Country(service=service, iso2=iso2), OffersOn(service=service, iso2=iso2, page=PAGE))
    yield from (WatchFor(service=service, iso2=iso2), AddKey(service=service, iso2=iso2))
    yield Choose(service=service, key=KEY, country=code)


def packed(service: str, code: str, iso2: str) -> int:
    return max(len(each.pack().encode()) for each in buttons(service, code, iso2))


def test_every_service_of_the_tables_is_named_shortly_in_every_button() -> None:
    found = slugs()
    assert len(found) > 1000
    assert {
        one for one in found if len(one) > LONGEST_SLUG or not one.isalnum() or not one.isascii()
    } == set()
    assert {one for one in found if packed(one, "x" * LONGEST_CODE, "US") > LONGEST_BUTTON} == set()


@pytest.mark.parametrize("site", SITES)
def test_every_service_in_every_country_of_a_site_fits_its_button(site: str) -> None:
    goods = SITES[site].shop.goods
    longest = max((slug(service.name) for service in goods.services.values()), key=len, default="x")
    for country in goods.countries.values():
        assert ":" not in country.code
        assert len(country.code.encode()) <= LONGEST_CODE
        assert packed(longest, country.code, country.iso2) <= LONGEST_BUTTON
    pairs = {
        Choose(service=slug(service.name), key=KEY, country=country).pack()
        for service in goods.services.values()
        for country in goods.countries
    }
    assert max((len(data.encode()) for data in pairs), default=0) <= LONGEST_BUTTON


def test_two_services_of_one_site_are_never_one_in_a_button() -> None:
    """But for those that are one service under two codes."""
    for site in SITES.values():
        names = {service.name for service in site.shop.goods.services.values()}
        assert len({slug(name) for name in names}) == len({name.casefold() for name in names}), site.name
