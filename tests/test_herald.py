"""The herald at the moment of a turn: a copy is sent, or it comes again, never both and never neither."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from aiogram import Bot
from aiogram.methods import CopyMessage, TelegramMethod
from aiogram.types import MessageId

from bot.broadcasts import Speed
from bot.herald import Herald, Turn
from bot.paces import NoRoom
from storage.chats import ChatStore
from storage.copies import CopyStore, Due
from storage.database import Database
from storage.vault import Vault
from tests.core import blank
from tests.house import TOKEN
from tests.office import FakeTelegram
from tests.stopwatch import settled
from tests.storage.shelf import MASTER
from tests.test_hand import NEWS, Desk

PEOPLE = list(range(1, 51))


class Copier(FakeTelegram):
    """Takes copies; the first one is under way until all the others came."""

    def __init__(self) -> None:
        super().__init__()
        self.got: list[int] = []
        self._all = asyncio.Event()

    async def make_request(self, bot: Bot, method: TelegramMethod[Any], timeout: int | None = None) -> Any:
        assert isinstance(method, CopyMessage)
        self.got.append(int(str(method.chat_id)))
        if len(self.got) >= len(PEOPLE):
            self._all.set()
        if len(self.got) == 1:
            await self._all.wait()
        return MessageId(message_id=9)


class Hold(CopyStore):
    """Telegram wants a pause, which is over while a copy is put off for it."""

    left = 0.0

    async def later(self, due: Due, at: datetime, burnt: int = 0) -> None:
        await super().later(due, at, burnt)
        self.left = 0.0


class Slow(CopyStore):
    """Some are marked, and nobody hears of it until a test lets them."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.marked, self.heard = asyncio.Event(), asyncio.Event()

    async def begin(self, due: Sequence[Due], now: datetime) -> list[Due]:
        begun = await super().begin(due, now)
        self.marked.set()
        await self.heard.wait()
        return begun


class Queue:
    """Whoever stands here waits, until it ends in an error where a test says so."""

    def __init__(self, error: Exception | None = None) -> None:
        self.stands = asyncio.Event()
        self._error = error

    @asynccontextmanager
    async def __call__(self, chat_id: int, /, *, last: bool) -> AsyncIterator[None]:
        self.stands.set()
        if self._error is not None:
            raise self._error
        await asyncio.Event().wait()
        yield


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with blank(tmp_path) as database:
        made = Desk(database)
        await made.open()
        yield made


def herald(desk: Desk, copies: CopyStore, turn: Turn, copier: Copier, hold: Hold | None = None) -> Herald:
    speed, chats = Speed(desk.clock), ChatStore(desk.database, Vault([MASTER]))
    return Herald(
        *(Bot(TOKEN, session=copier), copies, desk.store, chats, turn, speed, desk.clock),
        *(lambda: None, lambda: None, lambda: 0.0 if hold is None else hold.left),
    )


async def test_a_copy_that_is_put_off_for_a_pause_is_not_sent_when_that_ends_meanwhile(desk: Desk) -> None:
    hold, copier = Hold(desk.database), Copier()
    begins = iter([1.0])

    @asynccontextmanager
    async def turn(chat_id: int, /, *, last: bool) -> AsyncIterator[None]:
        hold.left = next(begins, hold.left)
        yield

    made = herald(desk, hold, turn, copier, hold)
    for _ in range(3):
        await made.round()
        await made.settle(10)
    assert sorted(copier.got) == PEOPLE
    told = await desk.store.get(NEWS)
    assert told is not None
    assert told.sent == len(PEOPLE)


async def test_a_turn_in_which_nothing_may_be_said_is_not_used(desk: Desk) -> None:
    hold, copier, unused = Hold(desk.database), Copier(), list[int]()
    begins = iter([1.0])

    @asynccontextmanager
    async def turn(chat_id: int, /, *, last: bool) -> AsyncIterator[None]:
        hold.left = next(begins, hold.left)
        try:
            yield
        except NoRoom:
            unused.append(chat_id)
            raise

    made = herald(desk, hold, turn, copier, hold)
    for _ in range(3):
        await made.round()
        await made.settle(10)
    assert unused == [50]
    assert sorted(copier.got) == PEOPLE


async def test_copies_that_are_being_marked_at_a_stop_are_due_as_before(desk: Desk) -> None:
    copies = Slow(desk.database)
    made = herald(desk, copies, Queue(), Copier())
    await made.round()
    await copies.marked.wait()
    resting = asyncio.create_task(made.rest())
    await settled()
    copies.heard.set()
    await resting
    assert await desk.in_doubt() == 0
    assert len(await desk.copies.next(desk.clock(), len(PEOPLE))) == len(PEOPLE)


async def test_a_copy_that_stands_in_line_at_a_stop_is_due_as_before(desk: Desk) -> None:
    queue = Queue()
    made = herald(desk, desk.copies, queue, Copier())
    await made.round()
    await queue.stands.wait()
    await made.rest()
    assert await desk.in_doubt() == 0
    assert len(await desk.copies.next(desk.clock(), len(PEOPLE))) == len(PEOPLE)


async def test_a_copy_whose_turn_fails_is_due_as_before(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    made = herald(desk, desk.copies, Queue(KeyError("a mistake of somebody's")), Copier())
    await made.round()
    await made.settle(10)
    assert await desk.in_doubt() == 0
    assert "a round of the herald" in caplog.text
