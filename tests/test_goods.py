"""Offers side by side: which one stands first, and how a country is told by its offers."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.core import OWNER
from tests.doubles import FakeProvider
from tests.market import Market, open_market, told


@pytest.fixture
async def market(tmp_path: Path) -> AsyncIterator[Market]:
    async with open_market(tmp_path) as made:
        yield made


async def test_two_unknown_currencies_are_not_one(market: Market) -> None:
    market.alpha.currency = market.beta.currency = ""
    market.alpha.prices_of = {("tg", "1"): ("18.00", 5), ("tg", "2"): ("17.00", 5)}
    market.beta.prices_of = {("tg", "1"): ("0.10", 5)}
    assert await told(market.offers()) == [("alpha", "18.00"), ("beta", "0.10")]


async def test_the_currency_of_most_providers_comes_first_whatever_its_letters(market: Market) -> None:
    market.alpha.currency = "UAH"
    market.alpha.prices_of = {("tg", "1"): ("18.50", 5), ("tg", "2"): ("12.00", 5)}
    market.beta.prices_of = {("tg", "1"): ("0.60", 5)}
    market.providers["gamma"] = gamma = FakeProvider("gamma", market.core.clock)
    gamma.prices_of = {("tg", "1"): ("0.70", 5)}
    await market.key("gamma")
    assert await told(market.offers()) == [("beta", "0.60"), ("gamma", "0.70"), ("alpha", "18.50")]
    places = (await market.offers().places(OWNER, "telegram")).items
    assert [(place.iso2, place.currency) for place in places] == [("US", "USD"), ("GB", "UAH")]


async def test_of_as_many_providers_the_currency_of_most_offers_comes_first(market: Market) -> None:
    market.alpha.currency = "UAH"
    market.alpha.prices_of = {("tg", "1"): ("18.50", 5)}
    market.beta.prices_of = {("tg", "1"): ("0.60", 5), ("tg", "3"): ("0.70", 5)}
    assert await told(market.offers()) == [("beta", "0.60"), ("alpha", "18.50")]


async def test_a_key_that_stopped_is_offered_after_all_that_work_but_before_what_is_sold_out(
    market: Market,
) -> None:
    market.alpha.prices_of = {("tg", "1"): ("0.70", 5)}
    market.beta.prices_of = {("tg", "1"): ("0.60", 5)}
    await market.stops("beta")
    assert await told(market.offers()) == [("alpha", "0.70"), ("beta", "0.60")]
    market.alpha.prices_of = {("tg", "1"): ("0.70", 0)}
    assert await told(market.offers()) == [("beta", "0.60"), ("alpha", "0.70")]


async def test_a_place_where_somebody_does_not_tell_the_stock_is_not_sold_out(market: Market) -> None:
    market.alpha.prices_of = {("tg", "1"): ("0.50", 0)}
    market.beta.prices_of = {("tg", "1"): ("0.60", None)}
    [place] = (await market.offers().places(OWNER, "telegram")).items
    assert (str(place.cost), place.stock) == ("0.60", None)


async def test_offers_stand_side_by_side_cheapest_first_and_empty_shelves_last(market: Market) -> None:
    market.alpha.prices_of = {("tg", "1"): ("0.50", 10)}
    market.beta.prices_of = {("tg", "1"): ("0.45", 1)}
    assert await told(market.offers()) == [("beta", "0.45"), ("alpha", "0.50")]
    market.beta.prices_of = {("tg", "1"): ("0.45", 0)}
    assert await told(market.offers()) == [("alpha", "0.50"), ("beta", "0.45")]


async def test_a_country_has_its_best_price_and_the_stock_of_all(market: Market) -> None:
    market.alpha.prices_of = {
        ("tg", "1"): ("0.50", 10),
        ("tg", "2"): ("0.10", 0),
        ("tg", "3"): ("0.20", None),
    }
    market.beta.prices_of = {("tg", "1"): ("0.45", 1)}
    await market.key("beta", "another-account-9999")
    places = (await market.offers().places(OWNER, "telegram")).items
    assert [(place.iso2, str(place.cost), place.stock) for place in places] == [
        ("DE", "0.20", None),
        ("US", "0.45", 11),
        ("GB", "0.10", 0),
    ]


async def test_prices_are_compared_within_a_currency_and_unknown_ones_stand_last(market: Market) -> None:
    market.alpha.prices_of = {("tg", "1"): ("0.50", 10), ("tg", "2"): ("0.90", 1)}
    market.beta.currency = ""
    market.beta.prices_of = {("tg", "1"): ("0.10", 1), ("tg", "3"): ("0.20", 1)}
    offers = market.offers()
    assert await told(offers) == [("alpha", "0.50"), ("beta", "0.10")]
    places = (await offers.places(OWNER, "telegram")).items
    assert [(place.iso2, str(place.cost), place.currency) for place in places] == [
        ("US", "0.50", "USD"),
        ("GB", "0.90", "USD"),
        ("DE", "0.20", ""),
    ]
