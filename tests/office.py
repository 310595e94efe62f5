"""The postman between a real outbox and a Telegram that refuses what a test tells it to."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiogram import Bot, exceptions
from aiogram.client.session.base import BaseSession
from aiogram.methods import EditMessageText, SendMessage, TelegramMethod
from aiogram.types import Chat as TelegramChat
from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup, Message
from sqlalchemy import select, update

from bot.drawing import Drawing
from bot.paces import Paces, Tempo
from bot.postman import SUSPECTS, Postman
from bot.turnstile import Timer
from storage.chats import ChatStore
from storage.models import Post
from storage.outbox import Kind, OutboxStore, arm
from storage.vault import Vault
from tests.core import blank, chat, put
from tests.doubles import FakeClock
from tests.storage.shelf import MASTER

ANN, BOB, TEAM = 1, 2, -100
METHOD = SendMessage(chat_id=1, text="-")
UNHURRIED = Paces(all=(1000, 1.0), private=(1000, 1.0), group=(1000, 1.0))
BUTTON = InlineKeyboardMarkup(inline_keyboard=[[InlineKeyboardButton(text="Go", callback_data="go")]])


def refused(words: str) -> Exception:
    return exceptions.TelegramBadRequest(METHOD, f"Bad Request: {words}")


@dataclass(frozen=True, slots=True)
class Said:
    """One message as it reached Telegram."""

    chat: int
    text: str
    edits: int | None
    thread: int | None
    markup: bool
    buttons: bool


class FakeTelegram(BaseSession):
    """Takes messages, or answers with what a test put up for a chat."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[Said] = []
        #: Seconds each call might take.
        self.patience: list[int | None] = []
        self.answers: dict[int, deque[Exception]] = {}
        self.gates: dict[int, asyncio.Event] = {}

    async def make_request(self, bot: Bot, method: TelegramMethod[Any], timeout: int | None = None) -> Any:
        assert isinstance(method, SendMessage | EditMessageText)
        chat_id = int(str(method.chat_id))
        self.said.append(_said(chat_id, method))
        self.patience.append(timeout)
        if chat_id in self.gates:
            await self.gates[chat_id].wait()
        if self.answers.get(chat_id):
            raise self.answers[chat_id].popleft()
        message_id = len(self.said)
        return Message(message_id=message_id, date=0, chat=TelegramChat(id=chat_id, type="private"))  # type: ignore[arg-type] # Telegram gives seconds

    def hold(self, chat_id: int) -> asyncio.Event:
        """Answer nothing of this chat until the event is set."""
        self.gates[chat_id] = asyncio.Event()
        return self.gates[chat_id]

    async def hears(self, chat_id: int) -> None:
        """Wait until something more is said to a chat."""
        before = len(self.said)
        while not any(said.chat == chat_id for said in self.said[before:]):  # noqa: ASYNC110 - it has no event
            await asyncio.sleep(0)

    async def hears_so_many(self, count: int) -> None:
        """Wait until so much was said in all."""
        while len(self.said) < count:  # noqa: ASYNC110 - it has no event
            await asyncio.sleep(0)

    async def close(self) -> None:
        """Nothing is open."""

    async def stream_content(self, *args: Any, **kwargs: Any) -> Any:
        raise NotImplementedError
        yield b""


def _said(chat_id: int, method: SendMessage | EditMessageText) -> Said:
    return Said(
        chat_id,
        method.text or "",
        method.message_id if isinstance(method, EditMessageText) else None,
        method.message_thread_id if isinstance(method, SendMessage) else None,
        method.parse_mode == "HTML",
        method.reply_markup is not None,
    )


class Office:
    """The postman between a real outbox and a fake Telegram; rows say their own subject, in bold."""

    def __init__(self, database: Any, clock: FakeClock | None = None) -> None:
        self.database, self.clock, self.telegram = database, clock or FakeClock(), FakeTelegram()
        self.outbox, self.chats = OutboxStore(database), ChatStore(database, Vault([MASTER]))
        self.drawings: dict[str, Drawing | BaseException | None] = {}
        self.hangs: list[tuple[str, int]] = []
        self.revoked = self.drawn = 0
        self._hired: list[Postman] = []
        self.postman = self.hire()

    def hire(
        self, paces: Paces = UNHURRIED, suspects: float = SUSPECTS, timer: Timer | None = None
    ) -> Postman:
        self.bot, tempo = Bot("42:TEST", session=self.telegram), Tempo(paces, timer)
        rows = self.outbox, self.chats, self.draw, self.hung
        self._hired.append(Postman(self.bot, *rows, self.clock, self.revoke, tempo, suspects))
        return self._hired[-1]

    async def close(self) -> None:
        """Nobody delivers any more: a row under way would outlive its database."""
        for postman in self._hired:
            await postman.rest()

    async def draw(self, post: Post) -> Drawing | None:
        self.drawn += 1
        drawing = self.drawings.get(post.subject, Drawing(f"<b>{post.subject}</b>", BUTTON))
        if isinstance(drawing, BaseException):
            raise drawing
        return drawing

    async def hung(self, post: Post, message_id: int) -> None:
        self.hangs.append((post.subject, message_id))

    def revoke(self) -> None:
        self.revoked += 1

    def answers(self, *errors: Exception, chat_id: int = ANN) -> None:
        self.telegram.answers[chat_id] = deque(errors)

    async def arm(
        self, subject: str, kind: Kind = Kind.CODE, chat_id: int = ANN, *, anew: bool = False
    ) -> None:
        async with self.database.begin() as session:
            await arm(session, kind, subject, chat_id, self.clock(), anew=anew)

    async def round(self) -> None:
        await self.postman.round()
        await self.postman.settle(10)

    async def deliver(self, subject: str = "code", kind: Kind = Kind.CODE, chat_id: int = ANN) -> Post:
        await self.arm(subject, kind, chat_id)
        await self.round()
        return await self.post(subject)

    async def killed_over(self, *subjects: str) -> None:
        """The process dies while these are being tried."""
        for subject in subjects:
            await self.outbox.trying(await self.post(subject))

    async def post(self, subject: str) -> Post:
        async with self.database.begin() as session:
            found: Post = (await session.scalars(select(Post).where(Post.subject == subject))).one()
            return found

    async def rest_of(self, subject: str) -> float:
        """The seconds until a row is tried again."""
        moment = (await self.post(subject)).next_try_at
        assert moment is not None
        return (moment - self.clock()).total_seconds()

    async def in_thread(self, subject: str, thread_id: int) -> None:
        async with self.database.begin() as session:
            await session.execute(update(Post).where(Post.subject == subject).values(thread_id=thread_id))

    @property
    def texts(self) -> Sequence[str]:
        return [said.text for said in self.telegram.said]


@asynccontextmanager
async def open_office(folder: Path) -> AsyncIterator[Office]:
    """An office over an empty database, which knows Ann, Bob and the team."""
    async with blank(folder) as database:
        office = Office(database)
        await put(database, *(chat(chat_id, office.clock()) for chat_id in (ANN, BOB, TEAM)))
        try:
            yield office
            await office.postman.settle(10)
        finally:
            await office.close()
