"""How fast Telegram lets us speak: in all, to one person, to one group; edits count as messages."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass

from aiolimiter import AsyncLimiter


@dataclass(frozen=True, slots=True)
class Paces:
    """Messages per seconds, edits included: in all, to one person, to one group.

    `heard`: what one person may press, command and write; after more they are not heard until it calms.
    `typed`: the same for what they type after the bot's name, which is counted by itself.
    """

    all: tuple[float, float]
    private: tuple[float, float]
    group: tuple[float, float]
    heard: tuple[float, float] = (30, 15.0)
    typed: tuple[float, float] = (20, 10.0)


#: What Telegram asks for; short bursts pass.
#: https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this
TELEGRAM = Paces(all=(30, 1.0), private=(3, 3.0), group=(20, 60.0))


class Tempo:
    """Keeps these paces."""

    def __init__(self, paces: Paces) -> None:
        self._paces = paces
        self._all = AsyncLimiter(*paces.all)
        #: Only the first of the others stands at the limit; whoever is urgent comes right after it.
        self._line = asyncio.Lock()
        self._chats: dict[int, AsyncLimiter] = {}

    @asynccontextmanager
    async def turn(self, chat_id: int, *, urgent: bool = False) -> AsyncIterator[None]:
        """Wait until something may be said in a chat; what is urgent overtakes other chats."""
        if chat_id not in self._chats:
            pace = self._paces.private if chat_id > 0 else self._paces.group
            self._chats[chat_id] = AsyncLimiter(*pace)
        async with self._chats[chat_id]:
            async with nullcontext() if urgent else self._line:
                await self._all.acquire()
            yield

    @property
    def remembered(self) -> set[int]:
        """The chats whose pace is remembered, as something was said there lately."""
        return set(self._chats)

    def tidy(self) -> None:
        """Forget the chats that are quiet."""
        quiet = [chat_id for chat_id, pace in self._chats.items() if pace.has_capacity(pace.max_rate)]
        for chat_id in quiet:
            del self._chats[chat_id]
