"""What is wished at the same time is carried out together: in one transaction, all that came meanwhile.

Nothing waits for a set time: while a transaction is under way, the next one gathers. Where one fails, each of
its wishes is tried alone, so that nobody meets the mistake of another; what nobody waits for is broken off.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from bot.clock import ended
from storage.database import in_transaction

#: So many at once: a transaction stays short.
MOST = 100

Wish = TypeVar("Wish")
Told = TypeVar("Told")

#: Carries out some wishes in a transaction, and tells each its own, in their order.
CarryOut = Callable[[Sequence[Wish]], Awaitable[Sequence[Told]]]


class Together(Generic[Wish, Told]):
    """One kind of wish, for all who have one. What is told is told after the commit."""

    def __init__(self, carry_out: CarryOut[Wish, Told], most: int = MOST) -> None:
        self._carry_out = carry_out
        self._most = most
        self._waiting: list[_Asked[Wish, Told]] = []
        self._under_way: list[_Asked[Wish, Told]] = []
        self._working: asyncio.Task[None] | None = None

    async def ask(self, wish: Wish) -> Told:
        """What this one is told, or its error. Not from inside a transaction."""
        if in_transaction():
            raise RuntimeError("a transaction inside a transaction would wait for itself")
        mine: _Asked[Wish, Told] = _Asked(wish, asyncio.get_running_loop().create_future())
        self._waiting.append(mine)
        self._begin()
        try:
            return await mine.told
        except asyncio.CancelledError:
            await self._leave()
            raise

    def _begin(self) -> None:
        if self._working is None:
            self._working = asyncio.create_task(self._work())

    async def _leave(self) -> None:
        """The last one breaks off what is under way for nobody, and sees it to its end."""
        waits = any(not asked.told.done() for asked in self._waiting + self._under_way)
        if self._working is not None and not waits:
            await ended(self._working)

    async def _work(self) -> None:
        try:
            while self._waiting:
                some, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
                self._under_way = [asked for asked in some if not asked.told.done()]
                await self._grant(self._under_way)
        finally:
            for asked in self._under_way:
                asked.told.cancel()
            self._under_way, self._working = [], None
            if self._waiting:
                self._begin()

    async def _grant(self, some: list["_Asked[Wish, Told]"]) -> None:
        if len(some) < 2 or not await self._grant_all(some):
            for asked in some:
                await self._grant_alone(asked)

    async def _grant_all(self, some: list["_Asked[Wish, Told]"]) -> bool:
        """Whether that could be done."""
        try:
            found = await self._carry_out([asked.wish for asked in some])
        except Exception:  # noqa: BLE001  # told to whom it concerns
            return False
        for asked, told in zip(some, found, strict=True):
            asked.tell(told)
        return True

    async def _grant_alone(self, asked: "_Asked[Wish, Told]") -> None:
        try:
            [told] = await self._carry_out([asked.wish])
        except Exception as error:  # noqa: BLE001  # told to whom it concerns
            asked.fail(error)
        else:
            asked.tell(told)


@dataclass(frozen=True, slots=True)
class _Asked(Generic[Wish, Told]):
    wish: Wish
    told: asyncio.Future[Told]

    def tell(self, answer: Told) -> None:
        if not self.told.done():
            self.told.set_result(answer)

    def fail(self, error: Exception) -> None:
        if not self.told.done():
            self.told.set_exception(error)
