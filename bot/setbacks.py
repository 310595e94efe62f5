"""What becomes of a row that could not be said: it waits, it moves with its chat, or it is given up.

What Telegram tells us to wait for is stored and never slept.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from bot.clock import Clock
from bot.marks import Marks, Said
from bot.verdicts import Moved, Stop, Unreachable, Unsure, Verdict, Wait
from storage.chats import ChatStore
from storage.models import Post
from storage.outbox import CRASHED, TRYING, OutboxStore, Priority

log = logging.getLogger(__name__)

_LONGEST_PAUSE = 300.0
#: How long that rests first over which the process died, and at most.
_ASIDE, _LONGEST_ASIDE = timedelta(minutes=10), timedelta(days=1)
#: Yes in a way nobody can read: once more, then it is taken for delivered.
_UNREADABLE_TRIES = 2


@dataclass(frozen=True, slots=True)
class Setbacks:
    """`nudge` is called when something else may be said now, `revoked` when nothing can be any more."""

    outbox: OutboxStore
    chats: ChatStore
    marks: Marks
    clock: Clock
    nudge: Callable[[], None]
    revoked: Callable[[], None]

    async def put_off(self, post: Post, verdict: Verdict, error: Exception) -> bool:
        """Not delivered now. False: this chat takes nothing more for the moment."""
        match verdict:
            case Wait():
                # How long is stored already, as for whatever else was refused so.
                await self.outbox.unburnt(post)
            case Moved(chat_id=new):
                await self.outbox.unburnt(post)
                await self.chats.migrate(post.chat_id, new)
                self.nudge()
            case Unreachable():
                await self._lost(post)
            case Unsure(unreadable=True) if post.attempts + 1 >= _UNREADABLE_TRIES:
                await self.marks.note(Said(post, 0, self.clock()))
            case Unsure():
                await self.try_later(post, error)
            case Stop():
                await self.outbox.unburnt(post)
                self.revoked()
            case _:
                log.error("%s cannot be delivered: %s", post.dedup, type(error).__name__)
                await self.outbox.dead(post, type(error).__name__)
                return True
        return False

    async def _lost(self, post: Post) -> None:
        await self.outbox.unburnt(post)
        if not self.chats.heard(post.chat_id):
            await self.chats.mark_unreachable(post.chat_id, self.clock())
        self.nudge()

    async def try_later(self, post: Post, error: Exception) -> None:
        pause = timedelta(seconds=min(_LONGEST_PAUSE, 2.0 ** min(post.attempts, 10)))
        await self.outbox.later(post, self.clock() + pause, type(error).__name__)

    async def put_aside(self, post: Post) -> None:
        """Perhaps it only was there when the process was killed: it is not lost, and stops no start."""
        pause = min(_LONGEST_ASIDE, _ASIDE * 6 ** max(0, post.attempts - len(TRYING)))
        log.critical(
            "%s is put aside for %s: the process died over it %d times", post.dedup, pause, post.attempts
        )
        await self.outbox.later(post, self.clock() + pause, CRASHED)

    async def wait_for_room(self, post: Post, seconds: float) -> None:
        """Its chat had all it may have for now: what is no more urgent waits with it, as one."""
        least = Priority(min(post.priority, Priority.CARD))
        now = self.clock()
        await self.outbox.put_off(post.chat_id, now, now + timedelta(seconds=seconds), least)
