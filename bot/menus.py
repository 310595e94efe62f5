"""Whose buttons hang in a group: who asked for a screen there is the only one who presses on it."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime

from bot.clock import Clock
from storage.menus import MenuStore


@dataclass(frozen=True, slots=True)
class _Asker:
    """Who is being answered in a group; `anew`: what they pressed is not theirs, so it stays as it is."""

    person_id: int
    menus: "Menus"
    anew: bool


_asker: ContextVar[_Asker | None] = ContextVar("asker", default=None)


class Menus:
    """Remembers whose each menu is, also after a restart."""

    def __init__(self, store: MenuStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def owner(self, chat_id: int, message_id: int) -> int | None:
        """Whose buttons hang there; None where that is not known."""
        return await self._store.owner(chat_id, message_id)

    @contextmanager
    def answering(self, person_id: int, *, anew: bool = False) -> Iterator[None]:
        """What is sent within, with buttons, is this person's; `anew` leaves what was pressed as it is."""
        before = _asker.set(_Asker(person_id, self, anew))
        try:
            yield
        finally:
            _asker.reset(before)

    async def hang(self, chat_id: int, message_id: int, person_id: int) -> None:
        await self._store.hang(chat_id, message_id, person_id, self._clock())

    async def sweep(self, now: datetime) -> None:
        await self._store.sweep(now)


def is_anew() -> bool:
    """Whether the answer must be a message of its own, as the pressed one is not the person's."""
    asker = _asker.get()
    return asker is not None and asker.anew


async def hung(chat_id: int, message_id: int) -> None:
    """A message with buttons was sent: in a group they belong to who is being answered."""
    asker = _asker.get()
    if asker is not None and chat_id < 0:
        await asker.menus.hang(chat_id, message_id, asker.person_id)
