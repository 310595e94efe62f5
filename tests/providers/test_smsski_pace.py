"""sms.ski: how often a number is asked about; who polls faster than every five seconds loses the account."""

from contextlib import suppress
from dataclasses import replace

import httpx
import pytest
from pydantic import SecretStr

from bot.errors import Unavailable
from bot.providers.base import Held
from bot.providers.http import Net
from bot.providers.smsski import SPACING, SmsSki
from tests.providers.over import over
from tests.providers.site import KEY, Said, Site, Time, net

HELD = Held("79050513150", "79050513150", age=100.0)
LOST = Said(failure=httpx.ReadTimeout)


async def test_a_number_is_never_asked_about_twice_in_five_seconds() -> None:
    site, time = Site((Said("", 404),)), Time()
    provider = SmsSki(net=net(site, time))
    await provider.poll(KEY, HELD)
    time.moment += 2
    await provider.poll(KEY, HELD)
    await provider.poll(KEY, Held("79050513151", "79050513151", age=1))
    assert time.slept == [pytest.approx(5 * SPACING - 2)]


@pytest.mark.parametrize("answer", [Said("", 404), LOST])
async def test_the_five_seconds_are_counted_from_the_answer(answer: Said) -> None:
    site, time = Site((answer,)), Time()

    def slowly(request: httpx.Request) -> httpx.Response:
        time.moment += 4
        return site.answer(request)

    provider = SmsSki(net=replace(net(site, time), lines=over(httpx.MockTransport(slowly))))
    with suppress(Unavailable):
        await provider.poll(KEY, HELD)
    with suppress(Unavailable):
        await provider.poll(KEY, HELD)
    assert time.slept == [pytest.approx(5 * SPACING)]


async def test_a_key_s_next_turn_is_told_key_by_key() -> None:
    site, time = Site((Said('{"status":"success","message":"1.00"}'),)), Time()
    provider = SmsSki(net=Net(net(site).lines, sleep=_at_once, clock=time.now))
    for _ in range(5):
        assert provider.wait(KEY) == 0
        await provider.balance(KEY)
    assert provider.wait(KEY) == pytest.approx(1)
    assert provider.wait(SecretStr("another-key")) == 0
    assert len(site.requests) == 5


async def test_whoever_asks_much_too_often_is_sent_away_before_the_site_is_asked() -> None:
    site, time = Site((Said("", 404),)), Time()
    provider = SmsSki(net=Net(net(site).lines, sleep=_at_once, clock=time.now))
    for _ in range(2):
        await provider.poll(KEY, HELD)
    with pytest.raises(Unavailable) as error:
        await provider.poll(KEY, HELD)
    assert error.value.retry_after == pytest.approx(2 * 5 * SPACING)
    assert not error.value.sent
    assert len(site.requests) == 2


async def test_a_lost_cancel_stays_lost_when_the_number_was_asked_about_too_often() -> None:
    site, time = Site((*[Said("", 404)] * 2, LOST)), Time()
    provider = SmsSki(net=Net(net(site).lines, sleep=_at_once, clock=time.now))
    for _ in range(2):
        await provider.poll(KEY, HELD)
    with pytest.raises(Unavailable) as error:
        await provider.cancel(KEY, HELD)
    assert error.value.sent
    assert len(site.requests) == 3


async def _at_once(seconds: float) -> None:
    """Nobody waits here, so the line grows."""
