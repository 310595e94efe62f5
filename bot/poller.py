"""From getUpdates to the handlers: each update on its own, each person's in order, none dropped by another.

Updates are fetched raw and validated one by one, so that one Telegram invented yesterday is skipped and not
the whole batch. At most a hundred are in flight, ten of them one person's; a stop lets them finish and
confirms what was fetched.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from aiogram import Bot
from aiogram.exceptions import (
    AiogramError,
    TelegramConflictError,
    TelegramNotFound,
    TelegramRetryAfter,
    TelegramUnauthorizedError,
)
from aiogram.methods import TelegramMethod
from aiogram.types import Update
from aiogram.types.update import UpdateTypeLookupError
from pydantic import ValidationError

from bot.clock import Clock, Sleep, ended
from bot.failpoints import Failpoint, reach
from bot.verdicts import REVOKED, Stopped

log = logging.getLogger(__name__)

#: Seconds a long poll is held open (Telegram allows 50), and what the request may take beyond that.
HOLD = 30
GRACE = 15
#: A second poller must not go on for ever: after so long a conflict this one stops.
CONFLICT_PATIENCE = timedelta(seconds=60)
#: After so long without a conflict the other one is gone: until then it may only be pausing.
CONFLICT_OVER = timedelta(seconds=45)
IN_FLIGHT = 100
#: Of one person; who presses faster than that is not heard until they are worked off.
EACH = 10
NOBODY = 0
_LONGEST_PAUSE = 30.0

Feed = Callable[[Update], Awaitable[object]]


class GetUpdatesRaw(TelegramMethod[list[dict[str, Any]]]):
    """getUpdates without reading what is in the updates."""

    __returning__ = list[dict[str, Any]]
    __api_method__ = "getUpdates"

    offset: int | None = None
    limit: int | None = None
    timeout: int | None = None
    allowed_updates: list[str] | None = None


@dataclass(frozen=True, slots=True)
class Signs:
    """Who hears how polling goes on."""

    #: Telegram answered.
    answered: Callable[[], None]
    #: It may be silent for so many seconds now, and lives.
    waits: Callable[[float], None]
    #: Whether another process polls with the same token.
    rival: Callable[[bool], None]


class Poller:
    """Fetches updates for one bot and feeds them on."""

    def __init__(
        self,
        bot: Bot,
        feed: Feed,
        allowed: Sequence[str],
        signs: Signs,
        clock: Clock,
        sleep: Sleep = asyncio.sleep,
        grace: int = GRACE,
    ) -> None:
        self._bot = bot
        self._feed = feed
        self._allowed = list(allowed)
        self._signs = signs
        self._sleep = sleep
        self._clock = clock
        self._grace = grace
        self._offset: int | None = None
        self._room = asyncio.Semaphore(IN_FLIGHT)
        self._queues: dict[int, deque[Update]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._trouble = 0
        #: The first and the last conflict with another poller; None while there is none.
        self._conflict: tuple[datetime, datetime] | None = None

    async def run(self) -> None:
        """Poll until cancelled. Raises `Stopped` for a revoked token or a second poller."""
        while True:
            try:
                await self.fetch(HOLD)
            except (AiogramError, TimeoutError) as error:
                await self._sleep_over(error)
            else:
                self._trouble = 0
                self._alone_again()
                self._signs.answered()

    async def fetch(self, hold: int) -> int:
        """One getUpdates; what came is handed on, in order for each person. How many came."""
        request = GetUpdatesRaw(offset=self._offset, timeout=hold, allowed_updates=self._allowed)
        self._signs.waits(hold + self._grace)
        batch = await self._bot(request, request_timeout=hold + self._grace)
        for raw in batch:
            await self._room.acquire()
            # A handler that ends and makes room is a sign of life, however long that took.
            self._signs.waits(0)
            if isinstance(raw.get("update_id"), int):
                self._offset = raw["update_id"] + 1
            self._enqueue(raw)
        return len(batch)

    async def drain(self, seconds: float) -> None:
        """Let the handlers under way finish."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=seconds)

    async def rest(self) -> None:
        """Break off the handlers that go on still."""
        await ended(*self._tasks)

    async def confirm(self) -> None:
        """Tell Telegram what was fetched, so that it is not sent again after a restart."""
        if self._offset is not None:
            with suppress(AiogramError, TimeoutError):
                await self._bot(GetUpdatesRaw(offset=self._offset, timeout=0, limit=1), request_timeout=2)

    def _enqueue(self, raw: dict[str, Any]) -> None:
        update = self._read(raw)
        if update is None:
            self._room.release()
            return
        person = _person(raw)
        if person in self._queues:
            self._line_up(person, update)
            return
        self._queues[person] = deque([update])
        task = asyncio.create_task(self._work_off(person))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _line_up(self, person: int, update: Update) -> None:
        queue = self._queues[person]
        if person < NOBODY:
            self._overtake(queue, update)
        elif person != NOBODY and len(queue) >= EACH:
            log.warning("update %s is dropped: %d of the same person wait", update.update_id, EACH)
            self._room.release()
        else:
            queue.append(update)

    def _overtake(self, queue: deque[Update], update: Update) -> None:
        """What somebody goes on typing: only the newest waits, the answer to the rest nobody would see."""
        while len(queue) > 1:
            queue.pop()
            self._room.release()
        queue.append(update)

    def _read(self, raw: dict[str, Any]) -> Update | None:
        try:
            update = Update.model_validate(raw, context={"bot": self._bot})
            return update if update.event_type else None
        except UpdateTypeLookupError:
            log.warning("update %s is of a kind nobody here knows: skipped", raw.get("update_id"))
        except ValidationError as error:
            mistakes = error.error_count()
            log.error("update %s cannot be read (%d mistakes): skipped", raw.get("update_id"), mistakes)
        return None

    async def _work_off(self, person: int) -> None:
        queue = self._queues[person]
        while queue:
            try:
                reach(Failpoint.BEFORE_HANDLER)
                await self._feed(queue[0])
                reach(Failpoint.AFTER_HANDLER)
            except Exception:
                # The dispatcher's own error handler answers the person; here it only must not end the queue.
                log.exception("handling an update")
            finally:
                queue.popleft()
                self._room.release()
        del self._queues[person]

    async def _sleep_over(self, error: Exception) -> None:
        pause = self._pause_after(error)
        if _is_webhook(error):
            with suppress(AiogramError, TimeoutError):
                await self._bot.delete_webhook(drop_pending_updates=False, request_timeout=self._grace)
        self._signs.waits(pause)
        await self._sleep(pause)

    def _pause_after(self, error: Exception) -> float:
        """Seconds to wait before polling again. Raises `Stopped` when that would be of no use."""
        self._trouble += 1
        pause = float(min(_LONGEST_PAUSE, 0.5 * 2 ** min(self._trouble, 10)))
        match error:
            case TelegramUnauthorizedError() | TelegramNotFound():
                raise Stopped(REVOKED) from None
            case TelegramRetryAfter(retry_after=seconds):
                pause = float(seconds)
            case TelegramConflictError() if _is_webhook(error):
                log.error("a webhook stands in the way of polling: it is taken away")
            case TelegramConflictError():
                pause = self._another_poller(pause)
        log.warning("getUpdates: %s; again in %.1f s", type(error).__name__, pause)
        return pause

    def _another_poller(self, pause: float) -> float:
        """Order nothing beside it. Seconds to wait; raises `Stopped` when it stays too long."""
        now = self._clock()
        began = now if self._conflict is None else self._conflict[0]
        self._conflict = began, now
        self._signs.rival(True)
        log.error("another process polls with this bot's token; only one may. Nothing is ordered meanwhile")
        left = (began + CONFLICT_PATIENCE - now).total_seconds()
        if left <= 0:
            raise Stopped("another process polls with this bot's token") from None
        return min(pause, left)

    def _alone_again(self) -> None:
        """A clock set back keeps nobody from ordering."""
        if (
            self._conflict is not None
            and not timedelta() <= self._clock() - self._conflict[1] <= CONFLICT_OVER
        ):
            log.warning("the other process is gone")
            self._conflict = None
            self._signs.rival(False)


def _person(raw: dict[str, Any]) -> int:
    """Whose update it is, to keep a person's in order; `NOBODY` where that is not told.

    What somebody types after the bot's name comes with every key: it has a line of its own, below `NOBODY`,
    so that no press waits behind it or is dropped for it.
    """
    for kind, part in raw.items():
        match part:
            case {"from": {"id": int(person)}}:
                return -person if kind == "inline_query" else person
    return NOBODY


def _is_webhook(error: Exception) -> bool:
    """Whether it is a webhook that keeps us from polling, and no second poller."""
    return isinstance(error, TelegramConflictError) and "webhook" in error.message.lower()
