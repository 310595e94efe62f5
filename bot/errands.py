"""Errands: work that moves money, which must be lost neither with its caller nor with a database that fails.

What an errand found out is stored however long that takes: nobody else knows it.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from itertools import chain, repeat
from typing import Any, TypeVar

from sqlalchemy.exc import DataError, IntegrityError, SQLAlchemyError

from bot.clock import ended
from bot.errors import Refused, text

log = logging.getLogger(__name__)

#: Seconds between tries to store an outcome; the last one again and again.
SAVES = (1.0, 2.0, 5.0, 10.0, 30.0)

T = TypeVar("T")
Sleep = Callable[[float], Awaitable[None]]


class NeverCalled(Refused):
    text = text("The bot was stopped before it could order this.")


class Paused(Refused):
    text = text("What was just ordered cannot be stored yet. Until it is, nothing more is ordered.")


class Rivalled(Refused):
    text = text(
        "Another copy of this bot is running, so nothing is ordered here: it could be ordered twice. "
        "Try again in a few minutes."
    )


class Errands:
    """The errands of this process, by the id of the row each is about."""

    def __init__(self, sleep: Sleep = asyncio.sleep) -> None:
        self._sleep = sleep
        self._under_way: set[asyncio.Task[None]] = set()
        self._rows: set[str] = set()
        #: Rows whose outcome the database does not take at the moment.
        self._unsaved: set[str] = set()
        self._halted = False
        self._rivalled = False

    def __contains__(self, row_id: str) -> bool:
        """Whether somebody is on an errand for this row."""
        return row_id in self._rows

    def run(self, row_id: str, work: Coroutine[Any, Any, None]) -> None:
        """Start; not the caller's task: a cancelled handler must not lose what is being bought."""
        self._rows.add(row_id)
        task = asyncio.create_task(self._run(row_id, work))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    @property
    def holding(self) -> bool:
        """Whether an outcome is kept here alone, as the database does not take it."""
        return bool(self._unsaved)

    def admit(self) -> None:
        """Raise `Paused` while an earlier errand's outcome cannot be stored, `Rivalled` beside a rival."""
        if self._unsaved:
            raise Paused
        if self._rivalled:
            raise Rivalled

    def rival(self, seen: bool) -> None:
        """Whether another process answers the same people: two of them could order the same."""
        self._rivalled = seen

    def still_wanted(self) -> None:
        """Right before the call that spends: raise `NeverCalled` when the stop began, or as `admit` does."""
        if self._halted:
            raise NeverCalled
        self.admit()

    async def insist(self, row_id: str, work: Callable[[], Awaitable[T]]) -> T:
        """Do it when the database works again, at once if it does."""
        pauses = chain(SAVES, repeat(SAVES[-1]))
        try:
            while True:
                try:
                    return await work()
                except (DataError, IntegrityError):
                    # What it does not take now, it never will.
                    raise
                except SQLAlchemyError:
                    log.exception("%s: the database fails, it is tried again", row_id)
                    self._unsaved.add(row_id)
                    await self._sleep(next(pauses))
        finally:
            self._unsaved.discard(row_id)

    def halt(self) -> None:
        """The stop began: what waits in line is not ordered any more."""
        self._halted = True

    async def drain(self, seconds: float) -> None:
        """At the stop: let errands under way find their end, and those that follow from them."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while self._under_way:
                    await asyncio.wait(self._under_way)

    async def rest(self) -> None:
        """Break off what goes on still: the next process finds its row and settles it."""
        await ended(*self._under_way)

    async def _run(self, row_id: str, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        finally:
            self._rows.discard(row_id)
