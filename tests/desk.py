"""A poller between a Telegram that answers what a test put up and a bot that notes what it is fed."""

import asyncio
from collections import deque
from typing import Any

from aiogram import Bot, exceptions
from aiogram.client.session.base import BaseSession
from aiogram.methods import DeleteWebhook, SendMessage, TelegramMethod
from aiogram.types import Update

from bot.poller import IN_FLIGHT, GetUpdatesRaw, Poller, Signs
from tests.doubles import FakeClock

ANN, BOB = 1, 2
METHOD = SendMessage(chat_id=1, text="-")
UNAUTHORIZED = exceptions.TelegramUnauthorizedError(METHOD, "Unauthorized")


class FakeTelegram(BaseSession):
    """Answers each getUpdates with the next batch or error; then the test is over: the token is revoked."""

    def __init__(self) -> None:
        super().__init__()
        self.answers: deque[list[Any] | Exception] = deque()
        self.asked: list[GetUpdatesRaw] = []
        self.patience: list[int | None] = []
        self.unhooked: list[DeleteWebhook] = []
        #: A poll that brings nothing was held.
        self.clock = FakeClock()

    async def make_request(self, bot: Bot, method: TelegramMethod[Any], timeout: int | None = None) -> Any:
        if isinstance(method, DeleteWebhook):
            self.unhooked.append(method)
            return True
        assert isinstance(method, GetUpdatesRaw)
        self.asked.append(method)
        self.patience.append(timeout)
        answer = self.answers.popleft() if self.answers else UNAUTHORIZED
        if isinstance(answer, Exception):
            raise answer
        self.clock.advance(0 if answer else method.timeout or 0)
        return answer

    async def close(self) -> None:
        """Nothing is open."""

    async def stream_content(self, *args: Any, **kwargs: Any) -> Any:
        raise NotImplementedError
        yield b""


class Desk:
    """A poller whose updates are noted, and may be held back per person."""

    def __init__(self) -> None:
        self.telegram = FakeTelegram()
        self.fed: list[int] = []
        self.beats = 0
        self.slept: list[float] = []
        self.waits: list[float] = []
        self.rivals: list[bool] = []
        self.gates: dict[int, asyncio.Event] = {}
        self.failing: set[int] = set()
        bot = Bot("42:TEST", session=self.telegram)
        signs = Signs(self.beat, self.waits.append, self.rivals.append)
        self.poller = Poller(bot, self.feed, ["message"], signs, self.telegram.clock, self.sleep)

    async def feed(self, update: Update) -> None:
        person = _sender(update)
        if person in self.gates:
            await self.gates[person].wait()
        self.fed.append(update.update_id)
        if update.update_id in self.failing:
            raise ValueError("a mistake of ours")

    def beat(self) -> None:
        self.beats += 1

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.telegram.clock.advance(seconds)

    def answers(self, *answers: list[Any] | Exception) -> None:
        self.telegram.answers.extend(answers)

    def hold_everybody_back(self) -> asyncio.Event:
        """The gate in front of two hundred people."""
        gate = asyncio.Event()
        self.gates = dict.fromkeys(range(2 * IN_FLIGHT), gate)
        return gate

    async def fetch(self, *batches: list[Any]) -> None:
        """Fetch these batches and let their handlers finish."""
        self.answers(*batches)
        for _ in batches:
            await self.poller.fetch(0)
        await self.poller.drain(10)


def _sender(update: Update) -> int:
    """Who is held back by a gate: a person, or below zero what they type after the bot's name."""
    if update.inline_query is not None:
        return -update.inline_query.from_user.id
    return update.message.from_user.id if update.message and update.message.from_user else 0


def said(update_id: int, person: int = ANN) -> dict[str, Any]:
    chat = {"id": person, "type": "private", "first_name": "P"}
    sender = {"id": person, "is_bot": False, "first_name": "P"}
    return {
        "update_id": update_id,
        "message": {"message_id": 1, "date": 0, "chat": chat, "from": sender, "text": "hi"},
    }


def typed(update_id: int, person: int = ANN) -> dict[str, Any]:
    """One more key of somebody who types after the bot's name."""
    sender = {"id": person, "is_bot": False, "first_name": "P"}
    query = {"id": str(update_id), "from": sender, "query": "tele", "offset": ""}
    return {"update_id": update_id, "inline_query": query}
