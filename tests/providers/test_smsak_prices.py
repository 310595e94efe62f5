"""SMSAK: a price list is one call per country, so they are remembered, and one may be missing."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import replace
from decimal import Decimal

import httpx
import pytest

from bot.errors import BadKey, Unavailable
from bot.providers.base import Price, Timing
from bot.providers.http import Net
from bot.providers.smsak import SmsAk
from bot.providers.smsak.price_lists import AT_ONCE, QUIET
from tests.providers.over import over
from tests.providers.site import KEY, Site, Time, net
from tests.providers.smsak_answers import error

RUSSIA = [Price("2", "RU", Decimal(15), 108), Price("3", "RU", Decimal(6), 6)]
BELARUS = [Price("2", "BL", Decimal(15), 108), Price("3", "BL", Decimal(6), 6)]

Answer = Callable[[str], Awaitable[httpx.Response]]


async def selling(country: str) -> httpx.Response:
    """The price list of a country, all of them alike."""
    rows = '[{"id":"2","name":"VK","count":"108","cost":"15"},{"id":"3","name":"OK","count":"6","cost":"6"}]'
    return httpx.Response(200, text=rows)


class Shop:
    """SMSAK's site as its price lists need it; it counts what it was asked, a country by its code."""

    def __init__(self, *countries: str, answer: Answer = selling) -> None:
        self.asked: Counter[str] = Counter()
        self._countries = countries
        self._answer = answer

    async def reply(self, request: httpx.Request) -> httpx.Response:
        if request.url.path.startswith("/api/countries/"):
            self.asked["countries"] += 1
            return httpx.Response(200, json=[{"name": code, "code": code} for code in self._countries])
        country = request.url.params["code"]
        self.asked[country] += 1
        return await self._answer(country)

    def net(self, time: Time | None = None) -> Net:
        return replace(net(Site(()), time), lines=over(httpx.MockTransport(self.reply)))


async def test_another_service_within_half_a_minute_costs_no_call() -> None:
    shop, time = Shop("RU", "BL"), Time()
    smsak = SmsAk(net=shop.net(time))
    assert await smsak.prices(KEY, "2") == [RUSSIA[0], BELARUS[0]]
    time.moment += 30
    assert await smsak.prices(KEY, "3") == [RUSSIA[1], BELARUS[1]]
    assert await smsak.prices(KEY) == RUSSIA + BELARUS
    assert shop.asked == {"countries": 1, "RU": 1, "BL": 1}


async def test_after_half_a_minute_prices_are_asked_for_anew_and_after_ten_the_countries_too() -> None:
    shop, time = Shop("RU"), Time()
    smsak = SmsAk(net=shop.net(time))
    await smsak.prices(KEY)
    time.moment += 31
    await smsak.prices(KEY)
    assert shop.asked == {"countries": 1, "RU": 2}
    time.moment += 600
    await smsak.prices(KEY)
    assert shop.asked == {"countries": 2, "RU": 3}


async def test_one_country_is_always_asked_for_today_s_price() -> None:
    shop = Shop("RU")
    smsak = SmsAk(net=shop.net())
    for _ in range(2):
        assert await smsak.prices(KEY, "2", "RU") == [RUSSIA[0]]
    assert shop.asked == {"RU": 2}
    await smsak.prices(KEY)
    assert shop.asked == {"countries": 1, "RU": 2}


async def test_a_country_that_fails_does_not_lose_the_others() -> None:
    async def broken(country: str) -> httpx.Response:
        return await selling(country) if country == "BL" else httpx.Response(500)

    shop = Shop("XX", "BL", answer=broken)
    smsak = SmsAk(net=shop.net())
    assert await smsak.prices(KEY) == BELARUS
    with pytest.raises(Unavailable):
        await smsak.prices(KEY, country="XX")


async def test_a_country_that_hangs_does_not_hold_up_the_others() -> None:
    async def hanging(country: str) -> httpx.Response:
        if country == "RU":
            await asyncio.Event().wait()
        return await selling(country)

    shop = Shop("RU", "BL", answer=hanging)
    smsak = SmsAk(timing=Timing(min_poll=0.05, min_cancel=30, lifetime=1200), net=shop.net())
    assert await smsak.prices(KEY) == BELARUS
    assert shop.asked["RU"] == 1


async def test_a_country_that_hung_is_waited_for_again_only_after_a_while() -> None:
    silent = True

    async def hanging(country: str) -> httpx.Response:
        if country == "RU" and silent:
            await asyncio.Event().wait()
        return await selling(country)

    shop, time = Shop("RU", "BL", answer=hanging), Time()
    smsak = SmsAk(timing=Timing(min_poll=0.05, min_cancel=30, lifetime=1200), net=shop.net(time))
    assert await smsak.prices(KEY, "2") == BELARUS[:1]
    silent = False
    assert await smsak.prices(KEY, "3") == BELARUS[1:]
    assert shop.asked["RU"] == 1
    time.moment += QUIET
    assert await smsak.prices(KEY) == RUSSIA + BELARUS


async def test_a_country_that_said_no_is_asked_again_at_once() -> None:
    async def refused(country: str) -> httpx.Response:
        return httpx.Response(200, text=error(101)[0]) if country == "RU" else await selling(country)

    shop = Shop("RU", "BL", answer=refused)
    smsak = SmsAk(net=shop.net())
    for _ in range(2):
        assert await smsak.prices(KEY) == BELARUS
    assert shop.asked["RU"] == 2


async def test_where_no_country_answered_all_are_asked_again_at_once() -> None:
    async def broken(country: str) -> httpx.Response:
        return httpx.Response(500)

    shop = Shop("RU", "BL", answer=broken)
    smsak = SmsAk(net=shop.net())
    for _ in range(2):
        with pytest.raises(Unavailable):
            await smsak.prices(KEY)
    assert shop.asked["RU"] == shop.asked["BL"] == 6


async def test_where_no_country_answers_the_first_error_is_raised() -> None:
    async def refused(country: str) -> httpx.Response:
        return httpx.Response(200, text=error(202)[0])

    with pytest.raises(BadKey):
        await SmsAk(net=Shop("RU", "BL", answer=refused).net()).prices(KEY)


async def test_only_a_few_countries_are_asked_at_once() -> None:
    under_way, most = 0, 0

    async def counting(country: str) -> httpx.Response:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        for _ in range(3):
            await asyncio.sleep(0)
        under_way -= 1
        return await selling(country)

    countries = [f"C{number}" for number in range(18)]
    shop = Shop(*countries, answer=counting)
    await SmsAk(net=shop.net()).prices(KEY)
    assert most == AT_ONCE
    assert shop.asked == {"countries": 1, **dict.fromkeys(countries, 1)}


async def test_two_services_browsed_at_the_same_time_ask_each_country_once() -> None:
    shop = Shop("RU", "BL")
    smsak = SmsAk(net=shop.net())
    await asyncio.gather(smsak.prices(KEY, "2"), smsak.prices(KEY, "3"))
    assert (shop.asked["RU"], shop.asked["BL"]) == (1, 1)
