"""The time of day, so that tests can bring their own."""

from collections.abc import Callable
from datetime import UTC, datetime

#: Tells the present moment, UTC-aware.
Clock = Callable[[], datetime]


def now() -> datetime:
    """The real one."""
    return datetime.now(UTC)
