"""Who may come in, what they are handed, and the questions that wait for their answer."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiogram import Bot
from aiogram.client.session.base import BaseSession
from aiogram.exceptions import TelegramForbiddenError
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.fsm.storage.base import StorageKey
from aiogram.methods import AnswerCallbackQuery, SendMessage, TelegramMethod
from aiogram.types import Update

from bot.forms import Forms
from bot.haste import Haste, Pace
from bot.i18n import Catalogues, Texts
from bot.middlewares import Welcome
from bot.paces import TELEGRAM
from bot.settings import Access
from bot.voices import Voices
from storage.chats import ChatStore
from storage.database import Database
from storage.forms import FormStore
from storage.outbox import OutboxStore
from storage.preferences import PreferenceStore
from storage.vault import Vault
from tests.core import blank
from tests.doubles import FakeClock
from tests.storage.shelf import MASTER

OPERATOR, STRANGER = 1, 2

BURST = int(TELEGRAM.heard[0])


class Asked(StatesGroup):
    price = State()


class FakeTelegram(BaseSession):
    """Notes what the bot says."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[TelegramMethod[Any]] = []
        self.blocked = False

    async def make_request(self, bot: Bot, method: TelegramMethod[Any], timeout: int | None = None) -> Any:
        self.said.append(method)
        if self.blocked:
            raise TelegramForbiddenError(method, "Forbidden: bot was blocked by the user")
        return True

    async def close(self) -> None:
        """Nothing is open."""

    async def stream_content(self, *args: Any, **kwargs: Any) -> Any:
        raise NotImplementedError
        yield b""


class Door:
    """The middleware before a handler that notes whom it let in."""

    def __init__(self, database: Database, access: Access) -> None:
        self.clock, self.telegram = FakeClock(), FakeTelegram()
        self.bot = Bot("42:TEST", session=self.telegram)
        self.chats = ChatStore(database, Vault([MASTER]))
        self.nudges = 0
        self.preferences = PreferenceStore(database)
        outbox = OutboxStore(database)
        self.voices = Voices(Catalogues(), self.chats, self.preferences, outbox, self.clock)
        self.welcome = Welcome(
            self.voices, self.chats, access, frozenset({OPERATOR}), self.clock, self._nudge
        )
        self.let_in: list[Texts] = []
        self.forms = Forms(FormStore(database), self.clock)

    def _nudge(self) -> None:
        self.nudges += 1

    async def handle(self, event: object, data: dict[str, Any]) -> str:
        self.let_in.append(data["t"])
        return "handled"

    async def come(self, update: Update) -> Any:
        event = update.message or update.callback_query
        assert event is not None
        message = update.message or (update.callback_query and update.callback_query.message)
        place = message.chat if message else None
        data: dict[str, Any] = {"event_from_user": event.from_user, "event_chat": place}
        if place is not None and event.from_user is not None:
            key = StorageKey(bot_id=42, chat_id=place.id, user_id=event.from_user.id)
            data["state"] = FSMContext(self.forms, key)
            data["raw_state"] = await data["state"].get_state()
        return await self.welcome(self.handle, update, data)

    async def asks(self, person: int) -> FSMContext:
        """A question to somebody in their private chat."""
        state = FSMContext(self.forms, StorageKey(bot_id=42, chat_id=person, user_id=person))
        await state.set_state(Asked.price)
        return state

    def says(self, person: int, kind: str = "private", language: str = "en", text: str = "hi") -> Update:
        return self._update({"message": {**_message(person, kind, language), "text": text}})

    def presses(self, person: int, kind: str = "private") -> Update:
        sender = {"id": person, "is_bot": False, "first_name": "P"}
        press = {"id": "1", "chat_instance": "1", "data": "x", "from": sender}
        return self._update({"callback_query": {**press, "message": _message(person, kind, "en")}})

    def _update(self, what: dict[str, Any]) -> Update:
        return Update.model_validate({"update_id": 1, **what}, context={"bot": self.bot})


def _message(person: int, kind: str, language: str) -> dict[str, Any]:
    sender = {"id": person, "is_bot": False, "first_name": "P", "language_code": language}
    place = {"id": person if kind == "private" else -100, "type": kind, "first_name": "P", "title": "T"}
    return {"message_id": 1, "date": 0, "text": "hi", "chat": place, "from": sender}


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    async with blank(tmp_path) as made:
        yield made


async def test_an_open_bot_lets_everybody_in_with_texts(database: Database) -> None:
    door = Door(database, Access.OPEN)
    assert await door.come(door.says(STRANGER)) == "handled"
    assert door.let_in[0].language == "en"


@pytest.mark.parametrize("access", [Access.INVITE, Access.ALLOWLIST])
async def test_a_private_bot_lets_its_operator_in(database: Database, access: Access) -> None:
    door = Door(database, access)
    assert await door.come(door.says(OPERATOR)) == "handled"


async def test_a_stranger_is_told_once_with_their_id_then_not_again(database: Database) -> None:
    door = Door(database, Access.ALLOWLIST)
    for _ in range(3):
        await door.come(door.says(STRANGER))
    (said,) = door.telegram.said
    assert isinstance(said, SendMessage)
    assert f"<code>{STRANGER}</code>" in said.text
    assert door.let_in == []


async def test_a_strangers_press_is_answered_by_an_alert(database: Database) -> None:
    door = Door(database, Access.ALLOWLIST)
    await door.come(door.presses(STRANGER))
    (said,) = door.telegram.said
    assert isinstance(said, AnswerCallbackQuery)
    assert (said.show_alert, said.text) == (True, "This bot is private.")


async def test_a_stranger_in_a_group_is_met_with_silence(database: Database) -> None:
    door = Door(database, Access.ALLOWLIST)
    await door.come(door.says(STRANGER, "supergroup"))
    assert (door.telegram.said, door.let_in) == ([], [])


async def test_a_stranger_who_blocked_the_bot_is_no_trouble(database: Database) -> None:
    door = Door(database, Access.ALLOWLIST)
    door.telegram.blocked = True
    await door.come(door.says(STRANGER))


async def test_a_chat_is_remembered_with_its_language_and_seen_again_an_hour_later(
    database: Database,
) -> None:
    door = Door(database, Access.OPEN)
    first = door.clock()
    await door.come(door.says(STRANGER, language="uk"))
    door.clock.advance(3600)
    await door.come(door.says(STRANGER, language="uk"))
    chat = await door.chats.get(STRANGER)
    assert chat is not None
    assert (chat.language, chat.seen_at) == ("uk", first)
    door.clock.advance(1)
    await door.come(door.says(STRANGER, language="uk"))
    chat = await door.chats.get(STRANGER)
    assert chat is not None
    assert (chat.language, chat.seen_at) == ("uk", door.clock())


async def test_who_writes_faster_than_anybody_reads_is_told_once_and_heard_when_it_calms(
    database: Database,
) -> None:
    door = Door(database, Access.OPEN)
    for _ in range(270):
        await door.come(door.says(STRANGER, text="/help"))
    assert len(door.let_in) == BURST
    (said,) = door.telegram.said
    assert isinstance(said, SendMessage)
    assert "too fast" in said.text
    assert await door.come(door.says(OPERATOR)) == "handled"
    door.clock.advance(10)
    assert await door.come(door.says(STRANGER)) == "handled"


async def test_a_press_that_comes_too_fast_does_nothing_and_stops_spinning(database: Database) -> None:
    door = Door(database, Access.OPEN)
    for _ in range(BURST + 3):
        await door.come(door.presses(STRANGER))
    assert len(door.let_in) == BURST
    said = [one for one in door.telegram.said if isinstance(one, AnswerCallbackQuery)]
    assert [bool(one.text) for one in said] == [True, False, False]
    door.clock.advance(10)
    assert await door.come(door.presses(STRANGER)) == "handled"


async def test_who_stays_as_fast_is_not_heard(database: Database) -> None:
    door = Door(database, Access.OPEN)
    for _ in range(300):
        await door.come(door.says(STRANGER))
        door.clock.advance(0.2)
    assert len(door.let_in) < 2 * BURST
    assert len(door.telegram.said) == 1


async def test_a_person_in_a_hurry_is_heard(database: Database) -> None:
    door = Door(database, Access.OPEN)
    for _ in range(100):
        await door.come(door.presses(STRANGER))
        door.clock.advance(0.5)
    assert len(door.let_in) == 100


async def test_talk_in_a_group_is_nobodys_haste(database: Database) -> None:
    door = Door(database, Access.OPEN)
    for _ in range(2 * BURST):
        assert await door.come(door.says(STRANGER, "supergroup")) == "handled"


async def test_of_many_people_the_pace_of_those_is_remembered_who_came_last() -> None:
    haste = Haste(FakeClock(), TELEGRAM.heard)
    for person in range(10_100):
        assert haste.of(person) is Pace.FINE
    assert len(haste) == 10_000


async def test_a_stranger_of_a_private_bot_leaves_nothing_behind(database: Database) -> None:
    door = Door(database, Access.ALLOWLIST)
    for stranger in range(100, 105):
        await door.come(door.says(stranger))
        assert await door.chats.get(stranger) is None


@pytest.mark.parametrize("way", ["says", "presses"])
async def test_who_is_heard_in_private_can_be_reached_again(database: Database, way: str) -> None:
    door = Door(database, Access.OPEN)
    update = door.says(STRANGER) if way == "says" else door.presses(STRANGER)
    await door.come(update)
    await door.chats.mark_unreachable(STRANGER, door.clock())
    await door.come(update)
    chat = await door.chats.get(STRANGER)
    assert chat is not None
    assert chat.unreachable_at is None
    assert door.nudges == 1
    await door.come(update)
    assert door.nudges == 1


@pytest.mark.parametrize("way", ["says", "presses"])
async def test_who_is_heard_in_a_group_may_still_have_blocked_the_bot(database: Database, way: str) -> None:
    door = Door(database, Access.OPEN)
    await door.come(door.says(STRANGER))
    await door.chats.mark_unreachable(STRANGER, door.clock())
    await door.come(door.says(STRANGER, "group") if way == "says" else door.presses(STRANGER, "group"))
    chat = await door.chats.get(STRANGER)
    assert chat is not None
    assert chat.unreachable_at is not None
    assert door.nudges == 0


async def test_a_command_or_a_press_ends_an_open_question(database: Database) -> None:
    door = Door(database, Access.OPEN)
    for update in (door.says(STRANGER, text="/numbers"), door.presses(STRANGER)):
        state = await door.asks(STRANGER)
        await door.come(update)
        assert await state.get_state() is None


async def test_what_is_typed_leaves_the_question_to_its_handler(database: Database) -> None:
    door = Door(database, Access.OPEN)
    state = await door.asks(STRANGER)
    await door.come(door.says(STRANGER, text="0.50"))
    assert await state.get_state() == "Asked:price"
