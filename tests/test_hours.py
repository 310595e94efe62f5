"""Hours of a day as people write them, and when quiet ones end: over midnight, and where clocks change."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.hours import (
    WORLD,
    NotAnOffset,
    NotHours,
    hour_name,
    hours_in,
    offset_in,
    offset_name,
    quiet_until,
    zone_of,
)

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
MINUTES = st.integers(0, 1439)


@pytest.fixture
def berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The bot runs where clocks change."""
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@given(MINUTES, MINUTES)
def test_what_is_shown_can_be_typed(first: int, last: int) -> None:
    if first != last:
        assert hours_in(f"{hour_name(first)}–{hour_name(last)}") == (first, last)


@given(st.sampled_from(WORLD))
def test_a_zone_that_is_shown_can_be_typed(offset: int) -> None:
    assert offset_in(offset_name(offset)) == offset


@pytest.mark.parametrize(
    ("typed", "hours"), [("0-6.15", (0, 375)), ("9 – 7:05", (540, 425)), ("23-24", (1380, 0))]
)
def test_hours_are_read_as_people_write_them(typed: str, hours: tuple[int, int]) -> None:
    assert hours_in(typed) == hours


@pytest.mark.parametrize("typed", ["22", "25-7", "7-7", "0-24", "22:60-7", "night", "-3"])
def test_what_are_no_hours_is_refused(typed: str) -> None:
    with pytest.raises(NotHours):
        hours_in(typed)


@pytest.mark.parametrize(("typed", "offset"), [("utc +14", 840), ("−0930", -570), ("gmt-3", -180)])
def test_the_distance_from_utc_is_read_as_people_write_it(typed: str, offset: int) -> None:
    assert offset_in(typed) == offset


@pytest.mark.parametrize("typed", ["5", "+15", "-12:15", "+5:20", "+5:75", "Kyiv", "22-7"])
def test_what_no_clock_shows_is_refused(typed: str) -> None:
    with pytest.raises(NotAnOffset):
        offset_in(typed)


@given(MINUTES, MINUTES, st.sampled_from(WORLD), st.integers(0, 2 * 1440))
def test_quiet_hours_end_at_their_minute_within_a_day(
    first: int, last: int, offset: int, minutes: int
) -> None:
    now, zone = NOON + timedelta(minutes=minutes), zone_of(offset)
    end = quiet_until(now, first, last, zone)
    wall = now.astimezone(zone)
    into = (wall.hour * 60 + wall.minute - first) % 1440
    assert (end is not None) == (into < ((last - first) % 1440 or 1440))
    if end is not None:
        assert timedelta() < end - now <= timedelta(days=1)
        assert hour_name(last) == f"{end.astimezone(zone):%H:%M}"


@pytest.mark.parametrize(
    ("hour", "end"), [("21:59", None), ("22:00", 6), ("23:59", 6), ("05:59", 6), ("06:00", None)]
)
def test_a_night_goes_over_midnight(hour: str, end: int | None) -> None:
    now = datetime.fromisoformat(f"2026-05-01T{hour}:00+02:00")
    found = quiet_until(now, 22 * 60, 6 * 60, zone_of(120))
    assert (found and found.astimezone(zone_of(120)).hour) == end


@pytest.mark.usefixtures("berlin")
@pytest.mark.parametrize(("night", "hours"), [("2026-03-28", 7), ("2026-10-24", 9), ("2026-05-01", 8)])
def test_a_night_in_which_clocks_change_ends_by_the_clock_on_the_wall(night: str, hours: int) -> None:
    begins = datetime.fromisoformat(f"{night}T23:00:00").astimezone(UTC)
    assert quiet_until(begins, 23 * 60, 7 * 60, None) == begins + timedelta(hours=hours)


@pytest.mark.usefixtures("berlin")
@pytest.mark.parametrize("minute", range(0, 150, 10))
def test_in_the_hour_that_comes_twice_an_end_is_never_over(minute: int) -> None:
    now = datetime(2026, 10, 24, 23, tzinfo=UTC) + timedelta(minutes=minute)
    end = quiet_until(now, 22 * 60, 2 * 60 + 30, None)
    assert end is None or end > now
    assert end is not None or minute >= 90
