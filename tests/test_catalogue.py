"""How long what a provider said is given again: long for names, a minute for prices."""

import asyncio
from decimal import Decimal

import pytest
from pydantic import SecretStr

from bot.catalogue import Catalogue, Derived
from bot.errors import BadKey
from bot.providers.base import Price
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


class Particular(FakeProvider):
    """Tells its prices only to whom it knows."""

    async def prices(
        self, key: SecretStr, service: str | None = None, country: str | None = None
    ) -> list[Price]:
        await asyncio.sleep(0)
        self._account(key)
        return await super().prices(key, service, country)


async def test_who_is_refused_is_refused_alone() -> None:
    clock = FakeClock()
    alpha, catalogue = Particular("alpha", clock), Catalogue(clock)
    asked = [asyncio.create_task(catalogue.prices(alpha, SecretStr(key), "tg")) for key in ("wrong", KEY)]
    theirs, mine = await asyncio.gather(*asked, return_exceptions=True)
    assert isinstance(theirs, BadKey)
    assert not isinstance(mine, BaseException)
    assert mine[0].cost == Decimal("0.50")


async def test_what_was_said_last_is_worth_showing_for_half_an_hour() -> None:
    clock = FakeClock()
    alpha, catalogue = FakeProvider("alpha", clock), Catalogue(clock)
    assert catalogue.last_prices(alpha, "tg") is None
    assert catalogue.last_names(alpha) == ([], {})
    await catalogue.prices(alpha, SECRET, "tg")
    said_at = clock()
    clock.advance(30 * 60)
    kept = catalogue.last_prices(alpha, "tg")
    assert kept is not None
    assert (kept.fetched_at, kept.value[0].cost) == (said_at, Decimal("0.50"))
    clock.advance(1)
    assert catalogue.last_prices(alpha, "tg") is None
    assert len(alpha.called("prices")) == 1


async def test_so_many_values_are_kept_and_the_oldest_make_room() -> None:
    clock = FakeClock()
    alpha, catalogue = FakeProvider("alpha", clock), Catalogue(clock)
    for number in range(501):
        await catalogue.prices(alpha, SECRET, f"s{number}")
    kept = [catalogue.last_prices(alpha, f"s{number}") is not None for number in (0, 1, 500)]
    assert kept == [False, True, True]


@pytest.mark.parametrize(("age", "given"), [(30, "0.50"), (31, "0.80")])
async def test_who_waits_for_stock_is_given_no_price_older_than_half_a_minute(age: float, given: str) -> None:
    clock = FakeClock()
    alpha, catalogue = FakeProvider("alpha", clock), Catalogue(clock)
    await catalogue.prices(alpha, SECRET, "tg")
    alpha.prices_of = {("tg", "1"): ("0.80", 10)}
    clock.advance(age)
    prices = await catalogue.prices_now(alpha, SECRET, "tg")
    assert prices[0].cost == Decimal(given)


async def test_a_doubted_price_is_asked_anew_and_still_known_as_the_last() -> None:
    clock = FakeClock()
    alpha, catalogue = FakeProvider("alpha", clock), Catalogue(clock)
    await catalogue.prices(alpha, SECRET, "tg")
    alpha.prices_of = {("tg", "1"): ("0.80", 10)}
    catalogue.doubt_prices("alpha", "tg")
    assert catalogue.last_prices(alpha, "tg") is not None
    for prices in (
        await catalogue.prices(alpha, SECRET, "tg"),
        await catalogue.prices_now(alpha, SECRET, "tg"),
    ):
        assert prices[0].cost == Decimal("0.80")
    assert len(alpha.called("prices")) == 2


async def test_prices_on_their_way_while_they_were_doubted_are_not_kept() -> None:
    clock = FakeClock()
    alpha, catalogue = FakeProvider("alpha", clock), Catalogue(clock)
    on_the_way = asyncio.create_task(catalogue.prices(alpha, SECRET, "tg"))
    for _ in range(2):
        await asyncio.sleep(0)
    assert len(alpha.called("prices")) == 1
    catalogue.doubt_prices("alpha", "tg")
    await on_the_way
    await catalogue.prices(alpha, SECRET, "tg")
    assert len(alpha.called("prices")) == 2


def test_what_is_made_of_lists_is_made_once_for_them_and_anew_for_others() -> None:
    made: list[int] = []

    def add_up(*lists: list[int]) -> int:
        made.append(sum(map(sum, lists)))
        return made[-1]

    sums, ones, twos = Derived(add_up), [1, 1], [2, 2]
    assert [sums.of(ones, twos) for _ in range(3)] == [6, 6, 6]
    assert (sums.of(ones), sums.of([1, 1]), sums.of()) == (2, 2, 0)
    assert made == [6, 2, 2, 0]


def test_of_what_was_made_the_oldest_is_forgotten_and_its_list_with_it() -> None:
    made: list[list[int]] = []

    def note(one: list[int]) -> None:
        made.append(one)

    noted, [first, second, third] = Derived(note, most=2), ([1], [2], [3])
    for each in (first, second, third, second, third, first):
        noted.of(each)
    assert made == [first, second, third, first]


def test_what_is_made_of_services_that_nobody_told_is_made_once() -> None:
    clock = FakeClock()
    catalogue, counts = Catalogue(clock), Derived(lambda services: [len(services)])
    names = [FakeProvider(name, clock) for name in ("alpha", "beta", "alpha")]
    made = [counts.of(catalogue.last_names(each)[0]) for each in names]
    assert made[0] is made[1] is made[2]
