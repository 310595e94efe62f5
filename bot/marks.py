"""What was said is noted: at once, or when the database takes it again. It is not said again for that.

If the process dies before it is noted, it is said again after the start: a code comes at least once.
"""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.exc import SQLAlchemyError

from bot.failpoints import Failpoint, reach
from storage.models import Post
from storage.outbox import OutboxStore

log = logging.getLogger(__name__)

#: Hears where a row's message hangs now: (row, message id).
Hung = Callable[[Post, int], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Said:
    """A row as it was taken by Telegram; `again_at` is when it will look different, `anew` a new message."""

    post: Post
    message_id: int
    at: datetime
    again_at: datetime | None = None
    anew: bool = False


class Marks:
    """Keeps what could not be noted: one row of a chat at most, as the chat is told nothing more before."""

    def __init__(self, outbox: OutboxStore, hung: Hung) -> None:
        self._outbox = outbox
        self._hung = hung
        self._open: dict[int, Said] = {}

    @property
    def chats(self) -> set[int]:
        """The chats in which something was said that is not noted yet."""
        return set(self._open)

    async def note(self, said: Said) -> None:
        """Raises what the database does; `catch_up` with its chat then."""
        self._open[said.post.chat_id] = said
        await self._outbox.sent(said.post, said.message_id, said.at, said.again_at)
        reach(Failpoint.AFTER_MARK)
        if said.anew:
            await self._hang(said)
        del self._open[said.post.chat_id]

    async def catch_up(self, chat_id: int) -> None:
        """Note what was said there, if something is left. Raises what the database does."""
        if chat_id in self._open:
            await self.note(self._open[chat_id])

    async def _hang(self, said: Said) -> None:
        try:
            await self._hung(said.post, said.message_id)
        except SQLAlchemyError:
            raise
        except Exception:
            log.exception("where %s hangs", said.post.dedup)
