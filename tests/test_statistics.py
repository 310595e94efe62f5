"""Success figures: exact bounds, what a code costs, and one query at a time."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from bot.statistics import Record, Speed, Statistics, record, wilson
from storage.figures import FigureStore, Tally
from storage.payments import Payment, Ware
from tests.doubles import FakeClock
from tests.house import Chat, House


@pytest.mark.parametrize("ended", [*range(1, 40), 99, 1000, 123_456])
def test_the_bounds_are_those_of_a_statistics_library(ended: int) -> None:
    # Read here: it takes most of a second, in each worker.
    from scipy.stats import binomtest

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
    records = await Statistics(FigureStore(house.database), house.clock).records("telegram")
    told = records["alpha", "US"]
    assert (told.received, told.ended, told.paid, told.few) == (1, 1, 1, True)
    assert told.seconds is not None
    assert 20 <= told.seconds <= 26


class Paid(FigureStore):
    """Payments of one person, and codes after these seconds."""

    def __init__(self, payments: Sequence[Payment], seconds: Mapping[str, Sequence[float]]) -> None:
        self._paid, self._waits = payments, seconds
        self.since: list[datetime] = []

    async def of_person(
        self, owner_id: int, chat_id: int, since: datetime
    ) -> tuple[Sequence[Tally], Mapping[str, Sequence[float]]]:
        self.since.append(since)
        return [Tally("alpha", "DE", 2, 1, 1, 40.0), Tally("alpha", "US", 22, 18, 18, 14.0)], self._waits

    async def payments(self, owner_id: int, chat_id: int, since: datetime) -> Sequence[Payment]:
        return self._paid


def paid(
    at: str, amount: str, ware: Ware = Ware.NUMBER, currency: str = "USD", *, sure: bool = True
) -> Payment:
    return Payment(datetime.fromisoformat(at), ware, Decimal(amount), currency, sure)


async def test_a_day_is_one_of_the_persons_own_calendar() -> None:
    """At noon in Greenwich the next day has begun in the east."""
    east, store = timezone(timedelta(hours=13)), Paid([paid("2026-05-01T11:30:00+00:00", "0.50")], {})
    figures = await Statistics(store, FakeClock()).of_person(1, 1, 7, east)
    assert (figures.days[0], figures.days[-1]) == (date(2026, 4, 26), date(2026, 5, 2))
    assert store.since == [datetime(2026, 4, 25, 11, tzinfo=UTC)]
    assert figures.spending[0].by_day == {(date(2026, 5, 2), Ware.NUMBER): Decimal("0.50")}


async def test_money_is_summed_by_currency_day_and_ware_and_what_is_in_doubt_apart() -> None:
    day = "2026-05-01T08:00:00+00:00"
    payments = [
        paid(day, "99.5", Ware.RENT, "RUB"),
        paid(day, "0.10"),
        paid(day, "0.2034"),
        paid("2026-04-30T08:00:00+00:00", "1", Ware.MESSAGE),
        paid(day, "0.30", sure=False),
    ]
    figures = await Statistics(Paid(payments, {}), FakeClock()).of_person(1, 1, 7, UTC)
    dollars, roubles = figures.spending
    assert (dollars.currency, dollars.total, dollars.doubtful) == ("USD", Decimal("1.3034"), Decimal("0.30"))
    assert (dollars.on(Ware.NUMBER), dollars.on(Ware.MESSAGE)) == (Decimal("0.3034"), Decimal(1))
    assert dollars.payments == 3
    assert roubles.by_day == {(date(2026, 5, 1), Ware.RENT): Decimal("99.5")}


async def test_places_and_providers_come_with_what_was_used_most_first() -> None:
    waits = {"alpha": [40.0], "beta": [float(second) for second in range(10, 31)]}
    figures = await Statistics(Paid([], waits), FakeClock()).of_person(1, 1, 7, UTC)
    assert [record.country for record in figures.records] == ["US", "DE"]
    assert (figures.received, figures.ended) == (19, 24)
    assert figures.speeds == [
        Speed("beta", 21, tenth=12, quarter=15, median=20, three_quarters=25, nine_tenths=28),
        Speed("alpha", 1, *[40.0] * 5),
    ]
