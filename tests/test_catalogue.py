"""How long what a provider said is given again: long for names, a minute for prices."""

import asyncio
from decimal import Decimal

import pytest
from pydantic import SecretStr

from bot.catalogue import Catalogue
from tests.doubles import KEY, FakeClock, FakeProvider

SECRET = SecretStr(KEY)


@pytest.mark.parametrize(("age", "given"), [(0, "0.50"), (30, "0.50"), (60, "0.50"), (61, "0.80")])
async def test_a_price_older_than_a_minute_is_never_shown(age: float, given: str) -> None:
    clock = FakeClock()
    alpha, catalogue = FakeProvider("alpha", clock), Catalogue(clock)
    await catalogue.prices(alpha, SECRET, "tg")
    alpha.prices_of = {("tg", "1"): ("0.80", 10)}
    clock.advance(age)
    prices = await catalogue.prices(alpha, SECRET, "tg")
    assert prices[0].cost == Decimal(given)


async def test_a_price_past_its_freshness_is_shown_once_more_while_it_is_asked_anew() -> None:
    clock = FakeClock()
    alpha, catalogue = FakeProvider("alpha", clock), Catalogue(clock)
    await catalogue.prices(alpha, SECRET, "tg")
    alpha.prices_of = {("tg", "1"): ("0.80", 10)}
    clock.advance(31)
    old = await catalogue.prices(alpha, SECRET, "tg")
    for _ in range(3):
        await asyncio.sleep(0)
    new = await catalogue.prices(alpha, SECRET, "tg")
    assert (old[0].cost, new[0].cost) == (Decimal("0.50"), Decimal("0.80"))


async def test_of_many_that_ask_at_once_the_provider_hears_one() -> None:
    clock = FakeClock()
    alpha, catalogue = FakeProvider("alpha", clock), Catalogue(clock)
    await asyncio.gather(*(catalogue.prices(alpha, SECRET, "tg") for _ in range(20)))
    assert len(alpha.called("prices")) == 1
