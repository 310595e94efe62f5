"""The queue of updates Telegram keeps for one bot until it confirms them by a higher offset."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from aiogram.types import Update

from bot.sandbox.telegram.limits import CALLBACK_KEPT_SECONDS, INLINE_KEPT_SECONDS, UPDATE_KEPT_SECONDS
from bot.sandbox.telegram.wire import Json

#: Not sent unless they are named in `allowed_updates`.
UNASKED = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
#: Seconds for which what nobody fetched is kept, where that is not a day.
KEPT = {"callback_query": CALLBACK_KEPT_SECONDS, "inline_query": INLINE_KEPT_SECONDS}
#: An arbitrary start: a real bot's ids do not begin at one either.
FIRST_ID = 731_400_001
#: An offset further ahead of the queue than this is taken for none (TDLib, TQueue::get).
FORGIVEN_AHEAD = 10


@dataclass(frozen=True, slots=True)
class Waiting:
    """An update and the moment at which Telegram forgets it."""

    body: Json
    until: float


#: Told True when an update arrives, False when another poll takes its place.
Hook = Callable[[bool], None]


class Updates:
    """Unconfirmed updates, oldest first, and the one poll that may wait for the next."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._next_id = FIRST_ID
        self._waiting: list[Waiting] = []
        self._allowed: frozenset[str] | None = None
        self._hook: Hook | None = None

    def allow(self, kinds: Iterable[str]) -> None:
        """Choose what is queued from now on; an empty choice is the default again."""
        self._allowed = frozenset(kinds) or None

    def put(self, kind: str, body: Json) -> None:
        """Queue one update, checked against aiogram's model: one missing field would stop a poller."""
        if self._wants(kind):
            Update.model_validate({"update_id": self._next_id, kind: body})
            self.put_unchecked(kind, body)

    def put_unchecked(self, kind: str, body: Json) -> None:
        """Queue an update of whatever kind and shape, as a newer Telegram might send it."""
        kept = KEPT.get(kind, UPDATE_KEPT_SECONDS)
        self._waiting.append(Waiting({"update_id": self._next_id, kind: body}, self._clock() + kept))
        self._next_id += 1
        if self._hook is not None:
            self._hook(True)

    def renumber(self, next_id: int) -> None:
        """Number the updates from here on anew, as Telegram does after a quiet week."""
        self._next_id = next_id

    def attend(self, hook: Hook) -> None:
        """Have `hook` told of the next update; a poll that waits already is told that it ends."""
        older, self._hook = self._hook, hook
        if older is not None:
            older(False)

    def dismiss(self, hook: Hook) -> None:
        if self._hook is hook:
            self._hook = None

    def fetch(self, offset: int = 0, limit: int = 100) -> list[Json]:
        """Confirm all below `offset` (a negative one keeps only the last few) and read up to `limit`."""
        self._forget_old()
        if offset > self._next_id + FORGIVEN_AHEAD:
            offset = 0
        if offset < 0:
            self._waiting = self._waiting[offset:]
        elif offset > 0:
            self._waiting = [one for one in self._waiting if one.body["update_id"] >= offset]
        return [one.body for one in self._waiting[:limit]]

    def take(self) -> list[Json]:
        """All that waits, confirmed at once."""
        taken = self.fetch()
        self._waiting.clear()
        return taken

    def clear(self) -> None:
        self._waiting.clear()

    @property
    def pending(self) -> int:
        self._forget_old()
        return len(self._waiting)

    def _wants(self, kind: str) -> bool:
        return kind not in UNASKED if self._allowed is None else kind in self._allowed

    def _forget_old(self) -> None:
        now = self._clock()
        self._waiting = [one for one in self._waiting if one.until > now]
