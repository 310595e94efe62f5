"""The middleware before a handler that notes whom it let in, on a Telegram that takes everything."""

from typing import Any

from aiogram import Bot
from aiogram.client.session.base import BaseSession
from aiogram.exceptions import TelegramForbiddenError
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.fsm.storage.base import StorageKey
from aiogram.methods import TelegramMethod
from aiogram.types import Update

from bot.admission import Admission
from bot.forms import Forms
from bot.i18n import Catalogues, Texts
from bot.middlewares import Welcome
from bot.paces import TELEGRAM
from bot.settings import Access
from bot.switches import Switches
from bot.voices import Voices
from storage.chats import ChatStore
from storage.database import Database
from storage.forms import FormStore
from storage.guests import GuestStore
from storage.invitations import InvitationStore
from storage.outbox import OutboxStore
from storage.preferences import PreferenceStore
from storage.switches import SwitchStore
from storage.vault import Vault
from tests.doubles import FakeClock
from tests.house import telling
from tests.storage.shelf import MASTER

OPERATOR, STRANGER = 1, 2
#: What one person may press at once.
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
            self.voices, self.chats, self._admission(database, access), self.clock, self._nudge
        )
        self.let_in: list[Texts] = []
        self.forms = Forms(FormStore(database), self.clock)

    def _admission(self, database: Database, access: Access) -> Admission:
        settings = telling(access=access, admin_ids=str(OPERATOR))
        switches = Switches(SwitchStore(database), settings, self.clock)
        invitations = InvitationStore(database)
        return Admission(GuestStore(database), invitations, switches, settings, self.clock)

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
