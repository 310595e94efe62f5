"""The time of day and waiting, so that tests can bring their own; and the end of what would go on."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

#: Tells the present moment, UTC-aware.
Clock = Callable[[], datetime]
#: Waits so many seconds.
Sleep = Callable[[float], Awaitable[None]]
#: What is left to be done when the first thing is.
Left = Callable[[], Awaitable[None]]


def now() -> datetime:
    """The real one."""
    return datetime.now(UTC)


async def ended(*tasks: asyncio.Task[Any]) -> None:
    """Break tasks off, and wait until they have ended."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
