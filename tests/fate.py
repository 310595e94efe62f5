"""A house whose bot can be killed at any moment: nothing of it outlives the kill but what it committed.

A moment is a transaction that begins, one that is about to be committed, a call to a provider, or one to
Telegram; between two of them nothing happens that anybody could tell. A bot that was killed begins, commits
and says nothing any more, whatever its tasks and their `finally` blocks still try.
"""

import asyncio
import base64
import sqlite3
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from aiogram import Bot
from aiogram.methods import TelegramMethod
from aiogram.methods.base import TelegramType
from sqlalchemy.ext.asyncio import AsyncSession

from bot.sandbox.telegram.world import World
from bot.settings import Settings
from storage.database import Database
from storage.vault import Vault
from tests.doubles import Wire
from tests.house import DATABASE, MASTER, PATIENCE, TOKEN, House, blank
from tests.ledger import Ledger
from tests.mortal import Killed
from tests.quick_sqlite import quick


class Fate:
    """Whether the process lives, and how many moments it has left, if anybody decided on that."""

    def __init__(self) -> None:
        self.dead = False
        self.left: int | None = None

    def passes(self) -> None:
        """A moment of this life. Raises `Killed` when it is the last, or over already."""
        if self.left is not None:
            self.left -= 1
            self.dead = self.dead or self.left <= 0
        if self.dead:
            raise Killed

    def begins_anew(self) -> None:
        self.dead, self.left = False, None


class FatedDatabase(Database):
    """A database that a killed process neither reads nor writes."""

    def __init__(self, url: str, fate: Fate) -> None:
        super().__init__(url)
        self._fate = fate

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[AsyncSession]:
        self._fate.passes()
        async with super().begin() as session:
            yield session
            self._fate.passes()


class FatedWire(Wire):
    """A way to Telegram that a killed process cannot use."""

    def __init__(self, world: World, fate: Fate) -> None:
        super().__init__(world)
        self._fate = fate

    async def make_request(
        self, bot: Bot, method: TelegramMethod[TelegramType], timeout: int | None = None
    ) -> TelegramType:
        self._fate.passes()
        return await super().make_request(bot, method, timeout)


class FatedHouse(House):
    """A house with a provider that keeps a ledger, and a bot that may die."""

    def __init__(self, settings: Settings, database: FatedDatabase, vault: Vault, fate: Fate) -> None:
        super().__init__(settings, database, vault)
        assert database.path is not None
        self.folder = database.path.parent
        self.fate, self.kills = fate, 0
        #: How many of Telegram's answers to a message may have been lost.
        self.unsure = 0
        self.alpha = self.ledger = Ledger("alpha", self.clock, fate.passes)
        self.file = sqlite3.connect(f"file:{database.path}?mode=ro", uri=True)
        self.ledger.intents = lambda: self.ask("SELECT count(*) FROM activations WHERE called_at IS NOT NULL")
        self._bot = Bot(TOKEN, session=FatedWire(self.world, fate))
        self.codebell = self._built()

    def ask(self, query: str) -> Any:
        """The one value of a query, read past the bot."""
        return self.file.execute(query).fetchone()[0]

    def leave(self) -> None:
        super().leave()
        self.file.close()

    def fail(self, method: str, *, after_processing: bool, times: int, **how: Any) -> None:
        """Break the next calls of a method of the Bot API, before or after they did their work."""
        self.unsure += times * after_processing
        self.human.fault(method, after_processing=after_processing, times=times, **how)

    async def settle_while_looking(self) -> None:
        """Let everything happen that is due, the presses and the looks in between each other."""
        await asyncio.gather(self.settle(), self.codebell.watcher.tick())
        await self.codebell.watcher.settle(PATIENCE)
        await self.settle()

    async def live(self, doing: Awaitable[object]) -> None:
        """Let something happen; should the bot die of it, another one starts over the same file."""
        with suppress(Killed):
            await doing
        if self.fate.dead:
            await self.die()

    async def die(self) -> None:
        """The bot is killed, and another one starts over the same file."""
        self.fate.dead = True
        await _bury()
        self.fate.begins_anew()
        self.ledger.life = self.kills = self.kills + 1
        self.codebell = self._built()
        await self.codebell.take_over()
        await self.codebell.watcher.settle(PATIENCE)
        await self._turn()
        await self.settle()


async def _bury() -> None:
    """End every task of a killed bot; none of them gets anything done."""
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)


#: An empty database, made by the first test of a process.
_blank: list[bytes] = []


@asynccontextmanager
async def open_fated_house(folder: Path) -> AsyncIterator[FatedHouse]:
    """A house over a database of its own; everything is closed at the end."""
    path, fate = folder / DATABASE, Fate()
    if not _blank:
        await blank(path)
        _blank.append(path.read_bytes())
    path.write_bytes(_blank[0])
    database, vault = FatedDatabase(quick(path), fate), Vault([MASTER])
    try:
        await vault.unlock(database)
        house = FatedHouse(_settings(), database, vault, fate)
        yield house
        await house.codebell.stop()
        house.leave()
    finally:
        await database.close()


def _settings() -> Settings:
    key = base64.b64encode(MASTER).decode()
    return Settings.model_validate({"bot_token": TOKEN, "master_key": key, "access": "open"})
