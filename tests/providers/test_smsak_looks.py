"""SMSAK: looks at a number, the codes told beside its SMS, and what both remember."""

from dataclasses import replace

import httpx
import pytest

from bot.errors import BadInput, TooLate
from bot.providers.base import ENDED, WAITING, Held, Timing
from bot.providers.http import Net
from bot.providers.renting import Rented
from bot.providers.smsak import SmsAk
from tests.providers.over import over
from tests.providers.site import KEY, Said, Site, Time, net
from tests.providers.smsak_answers import AT, NO, PHONE, received, sms

HELD = Held("707", PHONE, age=100.0)
HELLO = sms("null", '"Hello"')


async def test_a_code_told_beside_its_sms_is_the_same_wherever_the_sms_is_met() -> None:
    hello = sms("null", '"Hello"')
    site = Site((Said(hello), Said("04983"), Said(f"[{hello}]"), Said(hello)))
    smsak = SmsAk(net=net(site))
    found = await smsak.poll(KEY, HELD)
    assert found == received("04983", "Hello")
    assert await smsak.all_sms(KEY, HELD) == [found]
    assert await smsak.poll(KEY, Held("707", PHONE, 100.0, last_code="04983", asked_again=True)) == WAITING
    assert len(site.requests) == 4


async def test_a_number_is_looked_at_no_sooner_than_a_second_after_the_last_look() -> None:
    site, time = Site((Said("null"), Said(NO), Said("null"), Said("STATUS_WAIT_CODE"))), Time()
    smsak = SmsAk(net=net(site, time))
    await smsak.poll(KEY, HELD)
    with pytest.raises(TooLate):
        await smsak.cancel(KEY, HELD)
    assert time.slept == [1.25]


async def test_codes_beside_the_sms_of_many_numbers_are_remembered() -> None:
    site = Site((Said(HELLO), Said("04983"), Said(HELLO), Said("1234"), Said(f"[{HELLO}]")))
    smsak = SmsAk(net=net(site))
    await smsak.poll(KEY, HELD)
    await smsak.poll(KEY, replace(HELD, id="708"))
    assert await smsak.all_sms(KEY, HELD) == [received("04983", "Hello")]


async def test_the_last_sms_is_known_again_by_the_next_process() -> None:
    """Its code stood beside it, and the newest code may be another by now."""
    again = Held("707", PHONE, 100.0, last_code="04983", last_written=AT, asked_again=True)
    smsak = SmsAk(net=net(Site((Said(HELLO), Said(f"[{HELLO}]")))))
    assert await smsak.poll(KEY, again) == WAITING
    assert await smsak.all_sms(KEY, again) == [received("04983", "Hello")]
    newer = sms("null", '"Bye"', "2017-08-06 12:50:00")
    smsak = SmsAk(net=net(Site((Said(newer),))))
    assert await smsak.poll(KEY, again) == received("Bye", "Bye", "2017-08-06 12:50:00")


async def test_a_long_look_is_followed_by_a_pause_from_its_end() -> None:
    site, time = Site((Said("null"),)), Time()

    def slowly(request: httpx.Request) -> httpx.Response:
        time.moment += 1
        return site.answer(request)

    slow = Net(over(httpx.MockTransport(slowly)), sleep=time.sleep, clock=time.now, now=time.now)
    smsak = SmsAk(net=slow)
    await smsak.poll(KEY, HELD)
    await smsak.poll(KEY, HELD)
    assert time.slept == [1.25]


async def test_the_life_of_a_number_is_as_long_as_the_settings_say() -> None:
    site = Site((Said("null"), Said("null"), Said("STATUS_CANCEL")))
    smsak = SmsAk(timing=Timing(min_poll=5, min_cancel=30, lifetime=60), net=net(site))
    assert await smsak.poll(KEY, replace(HELD, age=59.0)) == WAITING
    assert await smsak.poll(KEY, replace(HELD, age=60.0)) == ENDED
    site = Site((Said("null"), Said("STATUS_CANCEL")))
    smsak = SmsAk(timing=Timing(min_poll=5, min_cancel=30, lifetime=3600), net=net(site))
    assert await smsak.poll(KEY, replace(HELD, age=3599.0)) == WAITING


@pytest.mark.parametrize("raw", ["", "?", "12", "7 977 <b>?"])
async def test_the_sms_of_a_rented_number_nobody_can_read_are_not_asked_for(raw: str) -> None:
    site = Site((Said("[]"),))
    for last in (None, 5):
        with pytest.raises(BadInput):
            await SmsAk(net=net(site)).rental_sms(KEY, Rented("5", "", raw, None, None), last)
    assert site.requests == []
