"""What is wished at the same time is carried out together: in one transaction, all that came meanwhile.

While a transaction is under way, the next one gathers; where one follows the other, it may gather for a
pause more, so that a crowd leaves the database to others. Where one fails, each of its wishes is tried alone,
so that nobody meets the mistake of another; what nobody waits for is broken off.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from bot.clock import ended

#: So many at once: a transaction stays short.
MOST = 200

Wish = TypeVar("Wish")
Told = TypeVar("Told")

#: Carries out wishes of one kind with what a transaction gives, and tells each its own, in their order.
Kind = Callable[[Any, Sequence[Wish]], Awaitable[Sequence[Told]]]


@dataclass(frozen=True, slots=True)
class _Asked:
    kind: Kind[Any, Any]
    wish: Any
    told: asyncio.Future[Any]

    def tell(self, answer: object) -> None:
        if not self.told.done():
            self.told.set_result(answer)

    def fail(self, error: Exception) -> None:
        if not self.told.done():
            self.told.set_exception(error)


class Together:
    """Wishes of all kinds, in the transactions that `begin` gives, or whatever else has an end.

    What is told is told after the end.
    """

    def __init__(
        self,
        begin: Callable[[], AbstractAsyncContextManager[Any]],
        most: int = MOST,
        pause: float = 0.0,
    ) -> None:
        """`pause` are the seconds between two transactions for which somebody waits."""
        self._transaction = begin
        self._most = most
        self._pause = pause
        self._waiting: list[_Asked] = []
        self._under_way: list[_Asked] = []
        self._working: asyncio.Task[None] | None = None

    async def ask(self, kind: Kind[Wish, Told], wish: Wish) -> Told:
        """What this one is told, or its error."""
        mine = _Asked(kind, wish, asyncio.get_running_loop().create_future())
        self._waiting.append(mine)
        self._begin()
        try:
            return cast("Told", await mine.told)
        except asyncio.CancelledError:
            await self._leave()
            raise

    def _begin(self) -> None:
        if self._working is None:
            self._working = asyncio.create_task(self._work())
            # Not in the task: one that is broken off before its first step runs none of its lines.
            self._working.add_done_callback(self._over)

    def _over(self, _: asyncio.Task[None]) -> None:
        """Who came meanwhile is next."""
        for asked in self._under_way:
            asked.told.cancel()
        self._under_way, self._working = [], None
        self._waiting = [asked for asked in self._waiting if not asked.told.done()]
        if self._waiting:
            self._begin()

    async def _leave(self) -> None:
        """The last one breaks off what is under way for nobody, and sees it to its end."""
        waits = any(not asked.told.done() for asked in self._waiting + self._under_way)
        if self._working is not None and not waits:
            await ended(self._working)

    async def _work(self) -> None:
        while self._waiting:
            some, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
            self._under_way = [asked for asked in some if not asked.told.done()]
            await self._grant(self._under_way)
            # Who was told something and has another wish is in time for the next transaction.
            await asyncio.sleep(0)
            if self._waiting:
                await asyncio.sleep(self._pause)

    async def _grant(self, some: Sequence[_Asked]) -> None:
        if len(some) < 2 or not await self._grant_all(some):
            for asked in some:
                await self._grant_alone(asked)

    async def _grant_all(self, some: Sequence[_Asked]) -> bool:
        """Whether that could be done."""
        try:
            answers = await self._transact(some)
        except Exception:  # noqa: BLE001  # told to whom it concerns
            return False
        for asked, answer in answers:
            asked.tell(answer)
        return True

    async def _grant_alone(self, asked: _Asked) -> None:
        try:
            [(_, answer)] = await self._transact([asked])
        except Exception as error:  # noqa: BLE001  # told to whom it concerns
            asked.fail(error)
        else:
            asked.tell(answer)

    async def _transact(self, some: Sequence[_Asked]) -> list[tuple[_Asked, object]]:
        kinds: dict[Kind[Any, Any], list[_Asked]] = {}
        for asked in some:
            kinds.setdefault(asked.kind, []).append(asked)
        answers: list[tuple[_Asked, object]] = []
        async with self._transaction() as session:
            for kind, alike in kinds.items():
                told = await kind(session, [asked.wish for asked in alike])
                answers += zip(alike, told, strict=True)
        return answers
