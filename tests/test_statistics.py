"""Success figures: exact bounds, what a code costs, and one query at a time."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from scipy.stats import binomtest

from bot.statistics import Record, Statistics, record, wilson
from storage.figures import FigureStore, Tally
from tests.doubles import FakeClock
from tests.house import Chat, House


@pytest.mark.parametrize("ended", [*range(1, 40), 99, 1000, 123_456])
def test_the_bounds_are_those_of_a_statistics_library(ended: int) -> None:
    for received in {0, 1, ended // 3, ended // 2, ended - 1, ended} & set(range(ended + 1)):
        bounds = binomtest(received, ended).proportion_ci(confidence_level=0.95, method="wilson")
        assert wilson(received, ended) == pytest.approx((bounds.low, bounds.high), abs=1e-12)


def test_of_nothing_nothing_is_known() -> None:
    assert wilson(0, 0) == (0.0, 1.0)
    assert Record("alpha", "US", received=0, ended=0).rate == 0.0


def test_none_and_all_are_bounds_themselves() -> None:
    assert wilson(0, 7)[0] == 0.0
    assert wilson(7, 7)[1] == 1.0


def test_below_ten_the_data_are_few() -> None:
    assert Record("alpha", "US", received=9, ended=9).few
    assert not Record("alpha", "US", received=0, ended=10).few


def test_what_was_paid_in_vain_makes_a_code_dearer_and_what_was_given_back_does_not() -> None:
    price = Decimal("0.40")
    assert Record("alpha", "US", received=4, ended=10, paid=4).expected(price) == Decimal("0.40")
    assert Record("alpha", "US", received=4, ended=10, paid=7).expected(price) == Decimal("0.70")
    assert Record("alpha", "US", received=3, ended=10, paid=4).expected(Decimal("0.10")) == Decimal("0.1333")


def test_where_no_code_came_nobody_knows_what_one_costs() -> None:
    assert Record("alpha", "US", received=0, ended=10, paid=2).expected(Decimal("0.40")) is None


class Slow(FigureStore):
    """Counts how often it is asked, and answers when it is let."""

    def __init__(self, tallies: Sequence[Tally]) -> None:
        self.tallies, self.asked, self.open = tallies, 0, asyncio.Event()

    async def of_service(self, service: str, since: datetime) -> Sequence[Tally]:
        self.asked += 1
        await self.open.wait()
        return self.tallies


async def test_many_who_ask_at_once_are_served_by_one_query() -> None:
    figures = Slow([Tally("alpha", "US", 12, 9, 10, 14.0)])
    statistics = Statistics(figures, FakeClock())
    waiting = asyncio.gather(*(statistics.records("telegram") for _ in range(5)))
    await asyncio.sleep(0)
    figures.open.set()
    assert await waiting == [{("alpha", "US"): record(figures.tallies[0])}] * 5
    assert figures.asked == 1


async def test_records_are_remembered_for_five_minutes_and_an_old_one_is_given_while_it_is_renewed() -> None:
    figures, clock = Slow([]), FakeClock()
    figures.open.set()
    statistics = Statistics(figures, clock)
    await statistics.records("telegram")
    clock.advance(timedelta(minutes=5).total_seconds())
    await statistics.records("telegram")
    assert figures.asked == 1
    clock.advance(1)
    await statistics.records("telegram")
    await asyncio.sleep(0)
    assert figures.asked == 2


async def test_what_was_bought_here_is_what_is_told(house: House, chat: Chat) -> None:
    await chat.buys()
    await chat.wait(20)
    house.alpha.delivers("12345")
    await chat.wait(5)
    records = await house.codebell.statistics.records("telegram")
    told = records["alpha", "US"]
    assert (told.received, told.ended, told.paid, told.few) == (1, 1, 1, True)
    assert told.seconds is not None
    assert 20 <= told.seconds <= 26
