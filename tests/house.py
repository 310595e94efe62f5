"""The whole bot over a real database file, between a Telegram in this process and fake providers.

A person talks to it through `Chat`: whatever they say or press, everything that is due at this moment has
happened when the call returns.
"""

import base64
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from aiogram import Bot
from pydantic import SecretStr

from bot.app import Codebell
from bot.paces import Paces
from bot.sandbox.telegram.human import Human
from bot.sandbox.telegram.wire import Json
from bot.sandbox.telegram.world import Press, World
from bot.settings import Settings
from storage.database import Database
from storage.opening import opened
from storage.vault import Vault
from tests.doubles import KEY, FakeClock, FakeProvider, Wire
from tests.moments import Moments
from tests.quick_sqlite import quick

TOKEN = "424242:sandbox-token"
DATABASE = "codebell.db"
MASTER = os.urandom(32)
#: Real seconds until a test is taken to hang.
PATIENCE = 20.0
#: A watcher's tick claims what falls due before the next one.
TICK = timedelta(seconds=1)
#: Seconds of a wait that is not lived through second by second, and how much of it is.
LONG = 300.0
MOMENTS = 20
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
        self._moments = Moments(database.path)
        self._bot = Bot(TOKEN, session=Wire(self.world))
        self.codebell = self._built()

    def _built(self) -> Codebell:
        return Codebell(
            self._settings,
            self.database,
            self._vault,
            self._bot,
            {"alpha": self.alpha, "beta": self.beta},
            self.clock,
            self.clock.sleep,
            UNHURRIED,
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

    async def _something_due(self) -> bool:
        if self._moments.any_look(self.clock() + TICK):
            return True
        return self._moments.any_post(self.clock()) and bool(await self.codebell.outbox.due(self.clock()))

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


class Chat:
    """A chat as one person sees it."""

    def __init__(self, house: House, chat_id: int, person_id: int) -> None:
        self.house, self.chat_id, self.person_id = house, chat_id, person_id
        #: What the last press was answered with; None when it was not.
        self.alert: str | None = None
        self._mark = 0

    def seat(self, other: "Chat") -> "Chat":
        """The same chat as somebody else sees it."""
        return Chat(self.house, self.chat_id, other.person_id)

    # What the person does

    async def say(self, text: str) -> int:
        """Send a text; its message id."""
        self._listen()
        said = self.house.human.message(self.chat_id, self.person_id, text)
        await self.house.settle()
        return int(said["message"]["message_id"])

    async def press(self, label: str, *, on: Json | None = None, inaccessible: bool = False) -> None:
        """Press the button whose label holds these words, on the newest message that has one."""
        self._listen()
        click = self.click(label, on, inaccessible=inaccessible)
        await self.house.settle()
        self.alert = self.answer(click)

    def click(self, label: str, on: Json | None = None, *, inaccessible: bool = False) -> str:
        """The press alone, which the bot has not heard of yet; its id."""
        message_id, data = self._button(label, [on] if on is not None else self.messages)
        click = self.house.human.click(self.chat_id, message_id, self.person_id, data, inaccessible)
        return str(click["callback_query_id"])

    def answer(self, click: str) -> str | None:
        answer = self.house.human.answer(click)
        return None if answer is None else str(answer["text"])

    async def forge(self, data: str) -> None:
        """Send callback data that is on none of one's messages, as a changed client can."""
        self._listen()
        world = self.house.world
        press = Press(f"forged-{next(world.numbers)}", world.bot().id, world.clock())
        world.presses[press.id] = press
        query = {"id": press.id, "from": world.user(self.person_id), "chat_instance": "1", "data": data}
        self.house.human.strange_update("callback_query", {**query, "message": self.last})
        await self.house.settle()
        self.alert = self.answer(press.id)

    async def buys(self, where: str = "telegram us", provider: str = "Alpha") -> None:
        """Straight to an offer, and buy it."""
        await self.say(f"/buy {where}")
        await self.press(provider)
        await self.press("Buy for")

    async def wait(self, seconds: float) -> None:
        self._listen()
        await self.house.wait(seconds)

    def delete(self, message: Json) -> None:
        self.house.human.delete(self.chat_id, [message["message_id"]], self.person_id)

    # What the person sees

    @property
    def messages(self) -> list[Json]:
        """What the bot said here and is still to be seen, oldest first."""
        bot_id = self.house.world.bot().id
        said = self.house.world.chats[self.chat_id].messages.values()
        return [message for message in said if message["from"]["id"] == bot_id]

    @property
    def news(self) -> list[Json]:
        """The bot's new messages since the person last did something."""
        return [message for message in self.messages if message["message_id"] > self._mark]

    @property
    def last(self) -> Json:
        return self.messages[-1]

    @property
    def screen(self) -> str:
        """The text of the bot's last message."""
        return str(self.last["text"])

    @property
    def buttons(self) -> list[str]:
        """The labels under the bot's last message."""
        return labels(self.last)

    def has(self, message_id: int) -> bool:
        """Whether a message is still in the chat."""
        return message_id in self.house.world.chats[self.chat_id].messages

    def find(self, words: str) -> Json:
        """The bot's newest message with these words."""
        return next(message for message in reversed(self.messages) if words in message.get("text", ""))

    def data(self, label: str) -> str:
        """What a button sends when it is pressed."""
        return self._button(label, self.messages)[1]

    def _listen(self) -> None:
        self._mark = self.house.world.chats[self.chat_id].last_message_id

    def _button(self, label: str, messages: list[Json]) -> tuple[int, str]:
        for message in reversed(messages):
            for button in keyboard(message):
                if label in button["text"] and "callback_data" in button:
                    return int(message["message_id"]), str(button["callback_data"])
        raise AssertionError(f"no button {label!r}; there are {[labels(one) for one in messages]}")


def keyboard(message: Json) -> list[Json]:
    """The buttons of a message, row after row."""
    rows = message.get("reply_markup", {}).get("inline_keyboard", [])
    return [button for row in rows for button in row]


def labels(message: Json) -> list[str]:
    return [str(button["text"]) for button in keyboard(message)]


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
        house = House(_settings(settings), database, vault)
        yield house
        await house.codebell.stop()
        house.leave()
    finally:
        await database.close()


def _settings(more: Mapping[str, object]) -> Settings:
    given = {"bot_token": TOKEN, "master_key": base64.b64encode(MASTER).decode(), "access": "open"}
    return Settings.model_validate({**given, **more})
