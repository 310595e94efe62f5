"""The time of day and waiting, so that tests can bring their own."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

#: Tells the present moment, UTC-aware.
Clock = Callable[[], datetime]
#: Waits so many seconds.
Sleep = Callable[[float], Awaitable[None]]


def now() -> datetime:
    """The real one."""
    return datetime.now(UTC)
