"""What becomes of copies that were tried: noted in order, and again where the database failed.

A refusal is of one chat, or of all of them and then pauses the broadcast: what says nothing plain about its
chat is believed when another chat has taken its copy, or nobody is left to ask.
"""

import asyncio
import logging
from collections import Counter, defaultdict, deque
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial
from itertools import takewhile

from bot.clock import Clock
from storage.broadcasts import BroadcastStore
from storage.chats import ChatStore
from storage.copies import CopyStore, Due, Ended, Fate

log = logging.getLogger(__name__)

#: So many refusals in a row are not about the chats.
TOO_MANY = 5
#: A chat that may be lost is not asked again so soon.
_LATER = timedelta(minutes=10)


class Aftermath:
    """`counted` hears of each copy that ended, by its broadcast."""

    def __init__(
        self,
        copies: CopyStore,
        store: BroadcastStore,
        chats: ChatStore,
        clock: Clock,
        nudge: Callable[[], None],
        counted: Callable[[str], None],
    ) -> None:
        self._copies, self._store, self._chats = copies, store, chats
        self._clock, self._nudge, self._counted = clock, nudge, counted
        #: What is not noted yet, oldest first; ends that stand together are noted together.
        self._open: deque[Ended | Callable[[], Awaitable[object]]] = deque()
        self._noting = asyncio.Lock()
        #: By broadcast, in a row: how many were refused, and whose chats may be lost.
        self._refused: Counter[str] = Counter()
        self._perhaps: defaultdict[str, dict[int, Due]] = defaultdict(dict)
        #: Over whose chats a broadcast was paused: said once more, it is believed.
        self._doubted: set[tuple[str, int]] = set()

    async def catch_up(self) -> None:
        """Note what is open. Raises what the database does; it is noted at the next round then."""
        async with self._noting:
            while self._open:
                for _ in range(await self._note_first()):
                    self._open.popleft()

    async def _note_first(self) -> int:
        """How many were noted."""
        first = self._open[0]
        if not isinstance(first, Ended):
            await first()
            return 1
        together = takewhile(lambda each: isinstance(each, Ended), self._open)
        ends = [each for each in together if isinstance(each, Ended)]
        await self._copies.ended(ends, self._clock())
        return len(ends)

    async def taken(self, due: Due, message_id: int | None) -> None:
        """Telegram has done it: what was refused before was about those chats.

        Unless there were such, that is noted with the next one's beginning: see `bot.hand`.
        """
        self._refused.pop(due.broadcast.id, None)
        self._perhaps[due.broadcast.id].pop(due.post.chat_id, None)
        self._end(due, Fate.SENT if due.is_new else Fate.CHANGED, message_id)
        if self._perhaps[due.broadcast.id]:
            await self.believe(due.broadcast.id)

    async def ended(self, due: Due, fate: Fate, message_id: int | None = None) -> None:
        self._end(due, fate, message_id)
        await self.catch_up()

    async def later(self, due: Due, at: datetime | None = None, burnt: int = 0) -> None:
        """It is certain that it was not sent; at once unless told otherwise."""
        self._put_off(due, at or self._clock(), burnt)
        await self.catch_up()

    async def move(self, due: Due, to: int) -> None:
        """The group is a supergroup now."""
        self._open.append(partial(self._chats.migrate, due.post.chat_id, to))
        await self.later(due)
        self._nudge()

    async def lost(self, due: Due) -> None:
        """Its chat cannot be reached any more."""
        self._lose(due)
        await self.catch_up()

    async def perhaps_lost(self, due: Due) -> None:
        """So it is said; but that may be about the chat where the message stands."""
        if (due.broadcast.id, due.post.chat_id) in self._doubted:
            await self.lost(due)
            return
        perhaps = self._perhaps[due.broadcast.id]
        perhaps[due.post.chat_id] = due
        self._put_off(due, self._clock() + _LATER)
        if len(perhaps) >= TOO_MANY:
            self._doubted |= {(due.broadcast.id, chat_id) for chat_id in perhaps}
            await self.pause(due, "refused")
        await self.catch_up()

    async def believe(self, broadcast_id: str | None = None) -> None:
        """Whose chats may be lost are: of one broadcast, or of all as nothing else is due."""
        for each in (*self._perhaps,) if broadcast_id is None else (broadcast_id,):
            for due in self._perhaps.pop(each, {}).values():
                self._lose(due)
        await self.catch_up()

    async def refused(self, due: Due, *, alone: bool) -> None:
        """A definite no; `alone`: it is about that chat beyond doubt."""
        self._refused[due.broadcast.id] += not alone
        if self._refused[due.broadcast.id] >= TOO_MANY:
            await self.pause(due, "refused")
            return
        log.warning("a copy was refused")
        await self.ended(due, Fate.FAILED)

    async def pause(self, due: Due, reason: str) -> None:
        """What stands in the way stands in the way of all: the operator decides, and nobody is given up."""
        self._refused.pop(due.broadcast.id, None)
        self._open.append(partial(self._store.pause, due.broadcast.id, None, self._clock(), reason))
        for each in (due, *self._perhaps.pop(due.broadcast.id, {}).values()):
            self._put_off(each, self._clock())
        await self.catch_up()
        self._nudge()

    def _lose(self, due: Due) -> None:
        if not self._chats.heard(due.post.chat_id):
            self._open.append(partial(self._chats.mark_unreachable, due.post.chat_id, self._clock()))
            self._nudge()
        self._end(due, Fate.BLOCKED if due.is_new else Fate.UNCHANGED, due.post.message_id)

    def _put_off(self, due: Due, at: datetime, burnt: int = 0) -> None:
        self._open.append(partial(self._copies.later, due, at, burnt))

    def _end(self, due: Due, fate: Fate, message_id: int | None) -> None:
        self._open.append(Ended(due, fate, message_id))
        self._counted(due.broadcast.id)
