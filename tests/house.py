"""The whole bot over a real database file, between a Telegram in this process and fake providers.

A person talks to it through `Chat`: whatever they say or press, everything that is due at this moment has
happened when the call returns.
"""

import base64
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from aiogram import Bot
from pydantic import SecretStr

from bot.app import Codebell
from bot.disk import Room
from bot.paces import Paces
from bot.sandbox.telegram.human import Human
from bot.sandbox.telegram.wire import Json
from bot.sandbox.telegram.world import World
from bot.settings import Settings
from storage.database import Database
from storage.opening import opened
from storage.vault import Vault
from tests.chat import Chat, keyboard, labels
from tests.doubles import KEY, FakeClock, FakeProvider, Wire
from tests.moments import Moments
from tests.quick_sqlite import quick
from tests.stopwatch import Jump

__all__ = [
    "DATABASE",
    "MASTER",
    "PATIENCE",
    "PLENTY",
    "TOKEN",
    "Chat",
    "House",
    "blank",
    "keyboard",
    "labels",
    "open_house",
    "telling",
]

TOKEN = "424242:sandbox-token"
DATABASE = "codebell.db"
MASTER = os.urandom(32)
#: Real seconds until a test hangs.
PATIENCE = 20.0
#: A watcher's tick claims what falls due before the next one.
TICK = timedelta(seconds=1)
#: Seconds of a wait that is not lived through second by second, and how much of it is.
LONG = 300.0
MOMENTS = 20
PLENTY = Room(50 * 2**30, 100 * 2**30)
UNHURRIED = Paces(all=(1000, 1.0), private=(1000, 1.0), group=(1000, 1.0), heard=(1000, 1.0))


class House:
    """One bot, its database, its Telegram, its providers `alpha` and `beta`, and its clock."""

    def __init__(self, settings: Settings, database: Database, vault: Vault) -> None:
        self.clock = FakeClock()
        self.world = World(lambda: self.clock().timestamp())
        self.world.add_bot(TOKEN)
        self.human = Human(self.world)
        self.alpha, self.beta = FakeProvider("alpha", self.clock), FakeProvider("beta", self.clock)
        self._settings, self.database, self._vault = settings, database, vault
        #: Telegram's own where a test is about them, from the next start on.
        self.paces = UNHURRIED
        #: What is free on its disk.
        self.disk: Room | None = PLENTY
        self._moments = Moments(database.path)
        self.codebell = self._built()

    def _built(self) -> Codebell:
        return Codebell(
            self._settings,
            self.database,
            self._vault,
            Bot(TOKEN, session=Wire(self.world)),
            {"alpha": self.alpha, "beta": self.beta},
            self.clock,
            self.clock.sleep,
            self.paces,
            None if self.paces is UNHURRIED else Jump(self.clock),
            lambda: self.disk,
        )

    async def restart(self) -> None:
        """The bot ends, and another one starts over the same file."""
        await self.codebell.stop()
        self.codebell = self._built()
        await self.codebell.take_over()
        await self.codebell.watcher.settle(PATIENCE)
        await self._turn()
        await self.settle()

    def leave(self) -> None:
        """Nobody reads its file any more."""
        self._moments.close()

    async def settle(self) -> None:
        """Let everything happen that is due at this moment."""
        for _ in range(50):
            if not await self._heard() and not await self._something_due():
                return
            await self._turn()
        raise AssertionError("the bot does not come to rest")

    async def wait(self, seconds: float) -> None:
        """Let time pass; whatever falls due meanwhile happens at its own moment.

        Of a long time so many moments are lived through; what falls due between two of them happens late.
        """
        end = self.clock() + timedelta(seconds=seconds)
        nap = timedelta(seconds=seconds / MOMENTS if seconds > LONG else 0)
        while (moment := self._moments.next(self.clock())) is not None:
            if (now := max(moment, self.clock() + nap)) >= end:
                break
            self.clock.now = now
            await self.settle()
        self.clock.now = max(end, self.clock.now)
        await self.settle()

    async def _heard(self) -> bool:
        """Whether Telegram had something new; nothing is asked while nothing waits there."""
        return bool(self.world.bot().updates.pending and await self.codebell.poller.fetch(0))

    async def _turn(self) -> None:
        """What the loops of a running bot do, once; a tick or a round that would find nothing is left out."""
        bell = self.codebell
        await bell.poller.drain(PATIENCE)
        await bell.errands.drain(PATIENCE)
        if self._moments.any_look(self.clock() + TICK):
            await bell.watcher.tick()
            await bell.watcher.settle(PATIENCE)
        if self._moments.any_post(self.clock()):
            await bell.postman.round()
            await bell.postman.settle(PATIENCE)
        if self._moments.any_broadcast():
            await bell.herald.round()
            await bell.herald.settle(PATIENCE)

    async def _something_due(self) -> bool:
        if self._moments.any_look(self.clock() + TICK):
            return True
        if not self._moments.any_post(self.clock()):
            return False
        return bool(await self.codebell.outbox.due(self.clock())) or await self._a_copy_is_due()

    async def _a_copy_is_due(self) -> bool:
        bell = self.codebell
        if not self._moments.any_broadcast() or not bell.herald.may_speak:
            return False
        return bool(await bell.copies.next(self.clock(), 1))

    def sent(self, method: str) -> list[Json]:
        """The calls of a Bot API method so far."""
        return [call for call in self.human.calls()["calls"] if call["method"] == method]

    # People

    def person(self, name: str = "Ann", language: str = "en") -> "Chat":
        """Somebody new and their private chat with the bot."""
        person_id = int(self.human.user(name, language)["user"]["id"])
        return Chat(self, person_id, person_id)

    def group(self, *people: "Chat", status: str = "member") -> "Chat":
        """A group with the bot in it, as its first member sees it."""
        members = [one.person_id for one in people]
        chat_id = int(self.human.chat("supergroup", "Team", members)["chat"]["id"])
        self.human.add_bot(chat_id, members[0], status)
        return Chat(self, chat_id, members[0])

    async def connect(self, chat: "Chat", provider: FakeProvider, key: str = KEY, label: str = "") -> None:
        """Store a key for a chat, past the flow that asks for one."""
        secret, balance = SecretStr(key), provider.accounts.setdefault(key, Decimal("18.74"))
        keys = self.codebell.keys
        await keys.add(chat.chat_id, provider.name, label, secret, balance, provider.currency, self.clock())


async def blank(path: Path) -> None:
    """Make an empty database, ready for use. To be copied: it takes longer than most tests."""
    async with opened(f"sqlite+aiosqlite:///{path}", [MASTER]):
        """Migrated, and closed again."""


@asynccontextmanager
async def open_house(folder: Path, **settings: object) -> AsyncIterator[House]:
    """A house over the database of this folder, a new one if need be; everything is closed at the end."""
    path = folder / DATABASE
    if not path.exists():
        await blank(path)
    database, vault = Database(quick(path)), Vault([MASTER])
    try:
        house = House(telling(**settings), database, vault)
        yield house
        await house.codebell.stop()
        house.leave()
    finally:
        await database.close()


def telling(**more: object) -> Settings:
    """Settings of a bot for everybody, but with these changed."""
    given = {"bot_token": TOKEN, "master_key": base64.b64encode(MASTER).decode(), "access": "open"}
    return Settings.model_validate({**given, **more})
