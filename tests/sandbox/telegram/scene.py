"""A small Telegram to test on: one bot, people as needed, and a clock that only moves when told."""

from typing import Any

from aiogram import Bot
from aiogram.client.default import DefaultBotProperties
from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup

from bot.sandbox.telegram.human import Human
from bot.sandbox.telegram.inprocess import InProcessSession
from bot.sandbox.telegram.wire import Json
from bot.sandbox.telegram.world import World

TOKEN = "424242:sandbox-token"


class Clock:
    """Seconds since 1970, standing still."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now

    def pass_(self, seconds: float) -> None:
        self.now += seconds


class Scene:
    """The world with its two ends: `bot` calls the Bot API, `human` does what people do."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.world = World(self.clock)
        self.world.add_bot(TOKEN)
        self.human = Human(self.world)
        defaults = DefaultBotProperties(parse_mode="HTML")
        self.bot = Bot(TOKEN, session=InProcessSession(self.world), default=defaults)

    def person(self, name: str = "Ann", started: bool = True) -> int:
        """Somebody's id; unless `started` is False they pressed START, and the update is taken."""
        user_id = int(self.human.user(name)["user"]["id"])
        if started:
            self.human.message(user_id, user_id, "/start")
            self.world.take_updates()
        return user_id

    def group(self, *members: int, kind: str = "group", status: str = "member", **more: Any) -> int:
        """The id of a group with the bot in it; the updates about that are taken."""
        chat_id = int(self.human.chat(kind, "Team", list(members), **more)["chat"]["id"])
        self.human.add_bot(chat_id, members[0], status)
        self.world.take_updates()
        return chat_id

    def messages(self, chat_id: int) -> list[Json]:
        return [*self.world.chats[chat_id].messages.values()]

    def last(self, chat_id: int) -> Json:
        return self.messages(chat_id)[-1]


def keyboard(*data: str) -> InlineKeyboardMarkup:
    """One row of callback buttons."""
    row = [InlineKeyboardButton(text=one or "-", callback_data=one) for one in data]
    return InlineKeyboardMarkup(inline_keyboard=[row])
