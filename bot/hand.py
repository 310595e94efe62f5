"""What the herald holds: copies that are marked as being tried, a few at once, and not noted again yet.

If the process dies now, nobody knows which of these were sent. So no more are marked than may be in doubt:
there is room for others when the ends of some were noted. The line is not kept waiting for that, as the next
ones are marked while others travel.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence

from bot.aftermath import Aftermath
from bot.clock import Clock
from storage.copies import CopyStore, Due, Fate

#: Reads what is due next, once the last of it is taken.
Read = Callable[[], Awaitable[Sequence[Due]]]


class Hand:
    """One at a time takes from it; what was taken and found its end is let go."""

    def __init__(self, copies: CopyStore, after: Aftermath, clock: Clock, read: Read) -> None:
        self._copies, self._after, self._clock, self._read = copies, after, clock, read
        self._due: deque[Due] = deque()
        self._marked: deque[Due] = deque()
        self._out = 0
        self._let_go = asyncio.Event()

    async def take(self, most: int) -> Due | None:
        """The next one to send, None when there is none; no more than `most` are in doubt at once then."""
        while not self._marked:
            if not await self._mark(most):
                return None
        self._out += 1
        return self._marked.popleft()

    def let_go(self) -> None:
        """What was taken found its end, and that is noted or stands to be."""
        self._out -= 1
        self._let_go.set()

    def give_back(self, due: Due) -> None:
        """What was taken was not sent, that is sure, and is the next one again; to be let go all the same."""
        self._marked.appendleft(due)

    async def put_back(self) -> None:
        """What was not taken, or was given back, is due as before."""
        self._due.clear()
        while self._marked:
            await self._after.later(self._marked.popleft())

    async def _mark(self, most: int) -> bool:
        """False when nothing is due."""
        while self._out >= most:
            self._let_go.clear()
            await self._let_go.wait()
        room = most - self._out
        await self._after.catch_up()
        if not self._due:
            self._due.extend(await self._read())
        few = [self._due.popleft() for _ in range(min(room, len(self._due)))]
        await self._begin(await self._reachable(few))
        return bool(few)

    async def _begin(self, few: Sequence[Due]) -> None:
        """Whoever is broken off meanwhile sees it to its end: else nobody knew which of them are marked."""
        marking = asyncio.create_task(self._copies.begin(few, self._clock()))
        try:
            await asyncio.shield(marking)
        finally:
            self._marked.extend(await marking)

    async def _reachable(self, few: Sequence[Due]) -> list[Due]:
        """Those of chats that are not lost."""
        for due in few:
            if due.lost:
                await self._after.ended(due, Fate.BLOCKED if due.is_new else Fate.UNCHANGED)
        return [due for due in few if not due.lost]
