"""Messages from the operator to many chats: in slices, at most once each, behind everything else.

What is decided here is stored and carried out by the herald; how fast that goes is noted here.
"""

import base64
import hashlib
from collections import defaultdict, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.clock import Clock
from bot.drawing import bare
from bot.errors import Expired, Refused, text
from bot.i18n import visible
from storage.audiences import Audiences, Segment
from storage.broadcasts import BroadcastStore, Change
from storage.models import Broadcast
from storage.outbox import new_id

#: Copies a second to reckon with, as long as nothing else is said: what Telegram lets through, nearly.
PACE = 29
#: How fast it goes is told by those of the last seconds.
_LATELY = timedelta(seconds=15)
#: Characters of how its message begins.
_TITLE = 48


class NobodyThere(Refused):
    text = text("Nobody is there to get it: choose others.")


class NotGoing(Refused):
    text = text("That cannot be done any more: this broadcast stands otherwise now.")


class NotChangeable(Refused):
    text = text("Copies can be changed for 48 hours after a broadcast has ended, and one thing at a time.")


def mark(*shown: object) -> str:
    """Eight characters that tell what was shown from what stands there now."""
    said = "\0".join(map(str, shown)).encode()
    return base64.urlsafe_b64encode(hashlib.blake2b(said, digest_size=6).digest()).decode()


def aim_of(broadcast: Broadcast) -> str:
    """The mark of what goes to whom."""
    return mark(broadcast.segment, broadcast.segment_value, broadcast.source_id)


@dataclass(frozen=True, slots=True)
class Source:
    """The message to copy: its id in the operator's chat, its buttons as JSON, and how it begins.

    `wording`: where its words stand, "text", "caption" or nowhere ("").
    """

    message_id: int
    keyboard: str
    title: str
    wording: str


class Speed:
    """How many copies a second left lately, by broadcast."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._left: defaultdict[str, deque[datetime]] = defaultdict(deque)

    def count(self, broadcast_id: str) -> None:
        """One more has left."""
        self._left[broadcast_id].append(self._clock())
        self._forget(broadcast_id)

    def rate(self, broadcast_id: str) -> float | None:
        """Copies a second; None while too few have left to tell."""
        self._forget(broadcast_id)
        left = self._left.get(broadcast_id, ())
        span = (left[-1] - left[0]).total_seconds() if left else 0.0
        return (len(left) - 1) / span if span >= 1 else None

    def _forget(self, broadcast_id: str) -> None:
        left, before = self._left[broadcast_id], self._clock() - _LATELY
        while left and left[0] < before:
            left.popleft()
        if not left:
            del self._left[broadcast_id]


class Broadcasts:
    """What an operator does with them."""

    def __init__(
        self,
        store: BroadcastStore,
        audiences: Audiences,
        speed: Speed,
        clock: Clock,
        nudge: Callable[[], None],
    ) -> None:
        self._store = store
        self._audiences = audiences
        self._speed = speed
        self._clock = clock
        self._nudge = nudge

    async def sizes(self) -> Mapping[Segment, int]:
        """How many chats there are to choose from, by segment; languages have a list of their own."""
        return await self._audiences.sizes(self._clock())

    async def languages(self) -> Mapping[str, int]:
        """How many people speak which language, most of them first."""
        return await self._audiences.languages(self._clock())

    async def draft(self, admin_id: int, source: Source) -> Broadcast:
        """A broadcast of this message that has no aim yet."""
        draft = Broadcast(
            id=new_id(),
            admin_id=admin_id,
            source_id=source.message_id,
            keyboard=source.keyboard,
            title=visible(" ".join(source.title.split()), _TITLE),
            wording=source.wording,
            created_at=self._clock(),
        )
        await self._store.draft(draft)
        return draft

    async def get(self, broadcast_id: str) -> Broadcast:
        """Raises `Expired` where there is none any more."""
        broadcast = await self._store.get(broadcast_id)
        if broadcast is None:
            raise Expired
        return broadcast

    async def find(self, broadcast_id: str) -> Broadcast | None:
        return await self._store.get(broadcast_id)

    async def recent(self, limit: int, skipped: int = 0) -> tuple[Sequence[Broadcast], int]:
        """Those that were started, newest first, and how many there are in all."""
        return await self._store.recent(limit, skipped), await self._store.how_many()

    def rate(self, broadcast_id: str) -> float | None:
        """Copies a second, lately."""
        return self._speed.rate(broadcast_id)

    async def aim(self, broadcast_id: str, segment: str, value: str) -> Broadcast:
        """Choose whom it is for. Raises `Expired`, and `NobodyThere`."""
        broadcast = await self._store.aim(broadcast_id, segment, value, self._clock())
        if broadcast is None:
            raise Expired
        if not broadcast.total:
            raise NobodyThere
        return broadcast

    async def start(self, broadcast: Broadcast, by: int, card: int | None) -> None:
        """Send it, once. Raises `NotGoing` where that was done before, or it has another aim by now."""
        self._done(await self._store.start(broadcast, by, self._clock(), card) is not None)

    async def pause(self, broadcast_id: str, by: int) -> None:
        self._done(await self._store.pause(broadcast_id, by, self._clock()))

    async def resume(self, broadcast_id: str, by: int) -> None:
        self._done(await self._store.resume(broadcast_id, by, self._clock()))

    async def cancel(self, broadcast_id: str, by: int) -> None:
        self._done(await self._store.cancel(broadcast_id, by, self._clock()))

    async def word(self, broadcast_id: str, words: str) -> Broadcast:
        """Keep other words for its copies, as HTML, until `edit`. Raises `NotChangeable`."""
        broadcast = await self._store.word(broadcast_id, words, self._clock())
        if broadcast is None:
            raise NotChangeable
        return broadcast

    async def delete(self, broadcast_id: str, by: int, card: int | None) -> None:
        """Delete its copies everywhere. Raises `NotChangeable`."""
        await self._change(await self.get(broadcast_id), Change.DELETE, by, card)

    async def edit(self, broadcast: Broadcast, by: int, card: int | None) -> None:
        """Give its copies these words. Raises `NotChangeable`, also where others were kept since."""
        first = bare(broadcast.words).strip().partition("\n")[0]
        await self._change(broadcast, Change.EDIT, by, card, visible(first, _TITLE))

    async def show(self, broadcast: Broadcast, by: int, card: int) -> None:
        """From now on this message shows how far it is, if it is in the chat of who drafted it."""
        if by == broadcast.admin_id:
            await self._store.look(broadcast.id, by, card, self._clock())
            self._nudge()

    async def _change(
        self, broadcast: Broadcast, what: Change, by: int, card: int | None, told: str = ""
    ) -> None:
        if not await self._store.change(broadcast, what, by, self._clock(), card, told):
            raise NotChangeable
        self._nudge()

    def _done(self, done: bool) -> None:
        if not done:
            raise NotGoing
        self._nudge()
