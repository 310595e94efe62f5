"""The hours of a chat: how far its clock is from UTC, and between which of them it is to be quiet."""

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo

from bot.errors import BadInput, text

#: Minutes east of UTC that clocks of this world may show.
WORLD = range(-12 * 60, 14 * 60 + 1, 15)
_DAY = timedelta(days=1)
_HOUR = r"([01]?[0-9]|2[0-4])(?:[:.]([0-5][0-9]))?"
_HOURS = re.compile(rf"{_HOUR}\s*[-–—]\s*{_HOUR}", re.ASCII)
_OFFSET = re.compile(r"(?:UTC|GMT)?\s*([+−–-])\s*([0-9]{1,2})(?:[:.]?([0-9]{2}))?", re.ASCII | re.IGNORECASE)


class NotHours(BadInput):
    text = text("Send when they begin and when they end, like 22:30-8.")


class NotAnOffset(BadInput):
    text = text("Send how far your clock is from UTC, like +5:30 or -3.")


def zone_of(offset: int | None) -> tzinfo | None:
    """The zone so many minutes east of UTC; None is the one the bot runs in."""
    return None if offset is None else timezone(timedelta(minutes=offset))


def hours_in(typed: str) -> tuple[int, int]:
    """`22:30-8` as minutes since midnight. Raises `NotHours`, also for no time at all between them."""
    found = _HOURS.fullmatch(typed.strip())
    if found is None:
        raise NotHours
    first, last = _minutes(found[1], found[2]), _minutes(found[3], found[4])
    if first == last:
        raise NotHours
    return first, last


def _minutes(hours: str, minutes: str | None) -> int:
    """Since midnight; 24:00 is midnight itself."""
    return (int(hours) * 60 + int(minutes or 0)) % (24 * 60)


def offset_in(typed: str) -> int:
    """`+5:30`, `UTC-3` as minutes east of UTC. Raises `NotAnOffset`."""
    found = _OFFSET.fullmatch(typed.strip())
    if found is None:
        raise NotAnOffset
    minutes = int(found[2]) * 60 + int(found[3] or 0)
    offset = minutes if found[1] == "+" else -minutes
    if offset not in WORLD or int(found[3] or 0) >= 60:
        raise NotAnOffset
    return offset


def quiet_until(now: datetime, first: int, last: int, zone: tzinfo | None) -> datetime | None:
    """When the quiet hours end that this moment lies in; None outside of them.

    From the minute `first` of a day up to the minute `last`, of the next day where that is not later.
    """
    wall = now.astimezone(zone)
    minute = wall.hour * 60 + wall.minute
    over_midnight = first >= last
    inside = minute >= first or minute < last if over_midnight else first <= minute < last
    if not inside:
        return None
    day = wall + _DAY if over_midnight and minute >= first else wall
    end = day.replace(hour=last // 60, minute=last % 60, second=0, microsecond=0, tzinfo=zone)
    # Where clocks go back an hour comes twice: its first time may be over, its second one is meant then.
    moments = (end.replace(fold=fold).astimezone(UTC) for fold in (0, 1))
    return next((moment for moment in moments if moment > now), None)


def offset_name(offset: int) -> str:
    """`UTC+5:30` for minutes east of UTC."""
    hours, minutes = divmod(abs(offset), 60)
    return f"UTC{'−' if offset < 0 else '+'}{hours}" + (f":{minutes:02}" if minutes else "")


def hour_name(minute: int) -> str:
    """`22:30` for minutes since midnight."""
    return f"{minute // 60:02}:{minute % 60:02}"
