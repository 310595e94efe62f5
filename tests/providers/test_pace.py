"""How often a key, or a number, may be asked about."""

import pytest

from bot.errors import Unavailable
from bot.providers.pace import Pace
from tests.providers.site import Time


async def test_nobody_waits_for_a_turn_longer_than_ten_seconds() -> None:
    time = Time()
    pace = Pace(4, 2, lambda: 0.0, time.sleep)
    for _ in range(4):
        await pace.turn("key")
    assert time.slept == [4, 8]
    with pytest.raises(Unavailable) as error:
        await pace.turn("key")
    assert (error.value.retry_after, error.value.sent) == (12, False)
    await pace.turn("another key")


async def test_what_must_not_wait_is_counted_all_the_same() -> None:
    time = Time()
    pace = Pace(1, 1, time.now, time.sleep)
    pace.count("key")
    await pace.turn("key")
    assert time.slept == [1]


async def test_the_next_turn_is_told_and_not_taken() -> None:
    time = Time()
    pace = Pace(2, 2, time.now, time.sleep)
    assert pace.wait("key") == 0
    await pace.turn("key")
    assert pace.wait("key") == 0
    await pace.turn("key")
    time.moment += 0.5
    assert (pace.wait("key"), pace.wait("key"), pace.wait("another key")) == (1.5, 1.5, 0)
    time.moment += 1.5
    assert pace.wait("key") == 0


async def test_an_interval_may_be_counted_from_the_end_of_a_call() -> None:
    time = Time()
    pace = Pace(5, 1, time.now, time.sleep)
    await pace.turn("key")
    time.moment += 4
    pace.rest("key")
    await pace.turn("key")
    pace.rest("key")
    assert time.slept == [5]


async def test_a_rest_never_shortens_a_line() -> None:
    time = Time()
    pace = Pace(5, 1, time.now, time.sleep)
    pace.count("key")
    pace.count("key")
    pace.rest("key")
    await pace.turn("key")
    assert time.slept == [10]


async def test_subjects_at_rest_are_forgotten() -> None:
    time = Time()
    pace = Pace(1, 1, time.now, time.sleep)
    for number in range(5_000):
        pace.count(number)
        time.moment += 1
    assert len(pace) < 5_000
