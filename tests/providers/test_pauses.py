"""How long a site is left alone that asks for it, and by whom."""

from dataclasses import replace

import pytest

from bot.errors import Unavailable
from bot.providers import http
from bot.providers.fuse import LONGEST_FOR_PAID, Fuse
from bot.providers.pace import Pace
from tests.providers.asked import OTHER, POLL, Asked, never_sent
from tests.providers.site import Said, Time


async def test_x_8_a_key_that_asks_too_often_stays_away_as_long_as_it_was_told() -> None:
    asked = Asked(Said("", 429, {"retry-after": "120"}))
    await asked.buy()
    asked.says(Said("ok"))
    asked.later(20)
    error = await asked.read()
    assert isinstance(error, Unavailable)
    assert (error.retry_after, error.sent) == (100, False)
    assert never_sent(await asked.buy())
    assert await asked.read(key=OTHER) is None
    asked.later(100)
    assert await asked.buy() is None


async def test_x_8_a_429_without_a_time_keeps_away_for_five_seconds() -> None:
    asked = Asked(Said("", 429))
    await asked.buy()
    asked.says(Said("ok"))
    assert never_sent(await asked.buy())
    asked.later(http.BACK_OFF)
    assert await asked.buy() is None


async def test_x_8_a_server_in_trouble_keeps_everybody_away() -> None:
    asked = Asked(Said("", 503, {"retry-after": "90"}))
    await asked.buy()
    asked.says(Said("ok"))
    assert never_sent(await asked.buy(OTHER))
    asked.later(90)
    assert await asked.buy(OTHER) is None


async def test_x_8_what_is_paid_for_waits_seconds_and_everything_else_as_long_as_it_was_told() -> None:
    asked = Asked(Said("", 429, {"retry-after": "Fri, 20 Nov 2099 12:00:00 GMT"}))
    await asked.read(POLL)
    asked.says(Said("STATUS_OK:12345"))
    before = asked.time.moment
    assert await asked.read(POLL) is None
    assert asked.time.moment - before == LONGEST_FOR_PAID
    assert never_sent(await asked.buy())
    asked.later(http.LONGEST_PAUSE)
    assert await asked.buy() is None


async def test_x_8_a_server_in_trouble_about_one_number_holds_up_no_other_that_is_paid_for() -> None:
    asked = Asked(Said("", 503, {"retry-after": "3600"}))
    await asked.read(POLL)
    asked.says(Said("STATUS_OK:12345"))
    before = asked.time.moment
    assert await asked.read(POLL, OTHER) is None
    assert asked.time.moment == before
    assert never_sent(await asked.buy(OTHER))


async def test_x_8_a_number_that_asks_too_often_again_and_again_starves_no_other_of_its_key() -> None:
    asked = Asked(Said("", 429, {"retry-after": "60"}))
    for _ in range(5):
        asked.says(Said("", 429, {"retry-after": "60"}))
        assert isinstance(await asked.read(POLL), Unavailable)
        asked.says(Said("STATUS_OK:12345"))
        assert await asked.read(replace(POLL, query={"action": "getStatus", "id": "2"})) is None


async def test_x_8_a_shorter_pause_does_not_end_a_longer_one() -> None:
    time = Time()
    fuse = Fuse("x.example", time.now)
    fuse.pause("key", 100)
    fuse.pause("key", 1)
    time.moment += 50
    with pytest.raises(Unavailable) as raised:
        fuse.admit("key")
    assert raised.value.retry_after == 50


async def test_x_8_what_stood_in_line_when_a_pause_began_stays_away() -> None:
    async def meanwhile(seconds: float) -> None:
        asked.says(Said("", 429, {"retry-after": "120"}))
        await asked.buy()

    asked = Asked(Said("ok"))
    asked.site = asked.behind(Pace(8, 1, asked.time.now, meanwhile))
    await asked.read()
    assert never_sent(await asked.read())
    assert asked.count == 1


async def test_x_8_pauses_that_are_over_are_forgotten() -> None:
    time = Time()
    fuse = Fuse("x.example", time.now)
    for key in range(5_000):
        fuse.pause(key, 1)
        time.moment += 1
    assert len(fuse) < 5_000
