"""What handlers get per update: `t`, the texts in the person's language, if they may come in at all.

Who comes faster than anybody can read is not heard until it calms; what the bot sends by itself comes all the
same, and a press that was not heard has done nothing and can be pressed again.

Where somebody writes or presses can be written to again, and a command or a press ends an open question. A
group that becomes a supergroup is followed, whoever made it one.

Typed input is kept by aiogram's FSM, in our database and for a limited time.
"""

import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import Any

from aiogram import BaseMiddleware
from aiogram.exceptions import AiogramError
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State
from aiogram.fsm.storage.base import BaseStorage, StateType, StorageKey
from aiogram.types import CallbackQuery, Chat, Message, TelegramObject, Update, User

from bot.clock import Clock
from bot.i18n import Catalogues, Texts
from bot.paces import TELEGRAM
from bot.settings import Access
from storage.chats import ChatStore
from storage.forms import FormStore

log = logging.getLogger(__name__)

Handler = Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]]

#: A question that was not answered in this time is forgotten.
PATIENCE = timedelta(minutes=15)
#: How often a chat's row is brought up to date.
_SEEN_AGAIN = timedelta(hours=1)
#: Chats whose language is kept at hand, and people who were told once that the bot is private.
_REMEMBERED = 10_000


class Pace(Enum):
    """How somebody comes."""

    FINE = auto()
    #: Too fast since this moment.
    HASTY = auto()
    STILL_HASTY = auto()


class Haste:
    """How fast each person comes; of many, those who came lately are remembered.

    After too much of them they are heard again when it has calmed down to half of what they may.
    """

    def __init__(self, clock: Clock, pace: tuple[float, float]) -> None:
        self._clock = clock
        self._most, self._within = pace
        self._levels: dict[int, tuple[float, datetime]] = {}
        self._unheard: set[int] = set()

    def of(self, person_id: int) -> Pace:
        """How this one more of theirs comes."""
        level = min(self._level(person_id) + 1, self._most + 1)
        self._note(person_id, level)
        if level > self._most and person_id not in self._unheard:
            self._unheard.add(person_id)
            return Pace.HASTY
        if person_id in self._unheard and level > self._most / 2:
            return Pace.STILL_HASTY
        self._unheard.discard(person_id)
        return Pace.FINE

    def _level(self, person_id: int) -> float:
        now = self._clock()
        level, since = self._levels.get(person_id, (0.0, now))
        calmed = max(0.0, (now - since).total_seconds()) * self._most / self._within
        return max(0.0, level - calmed)

    def _note(self, person_id: int, level: float) -> None:
        self._levels.pop(person_id, None)
        self._levels[person_id] = level, self._clock()
        if len(self._levels) > _REMEMBERED:
            quiet = next(iter(self._levels))
            del self._levels[quiet]
            self._unheard.discard(quiet)

    def __len__(self) -> int:
        """How many people are remembered."""
        return len(self._levels)


class Welcome(BaseMiddleware):
    """Runs once per update, before any handler: who is this, in which language, and may they come in."""

    def __init__(
        self,
        catalogues: Catalogues,
        chats: ChatStore,
        access: Access,
        admins: frozenset[int],
        clock: Clock,
        back: Callable[[], None],
        heard: tuple[float, float] = TELEGRAM.heard,
    ) -> None:
        """`back` is called when a chat that nothing could be delivered to is heard again, or moved."""
        self._catalogues = catalogues
        self._chats = chats
        self._access = access
        self._admins = admins
        self._clock = clock
        self._back = back
        self._seen: dict[int, datetime] = {}
        self._languages: dict[int, str] = {}
        self._told: dict[int, None] = {}
        self._haste = Haste(clock, heard)

    async def __call__(self, handler: Handler, event: TelegramObject, data: dict[str, Any]) -> Any:
        if isinstance(event, Update) and await self._followed(event):
            return None
        person: User | None = data.get("event_from_user")
        chat: Chat | None = data.get("event_chat")
        # First from what Telegram says: whatever fails below, the person can be told in words.
        data["t"] = t = self._catalogues.texts(person.language_code if person is not None else "")
        if isinstance(event, Update) and (pace := self._pace(event)) is not Pace.FINE:
            return await _slow_down(event, pace, t)
        if person is not None and not self._may_enter(person):
            return await self._turn_away(event, person, t)
        data["t"] = self._catalogues.texts(await self._language(person, chat))
        if isinstance(event, Update):
            await self._hear(event)
            await _end_question(event, data)
        return await handler(event, data)

    async def _followed(self, update: Update) -> bool:
        """Whether it is the news of a move: it comes in the old chat, in the new one, or in both."""
        move = _move(update.message)
        if move is None:
            return False
        await self._chats.migrate(*move)
        self._back()
        return True

    async def _hear(self, update: Update) -> None:
        """Where somebody writes can be written to: the news of that may have been lost."""
        chat = _heard_in(update)
        if chat is not None and await self._chats.mark_reachable(chat.id):
            self._back()

    def _pace(self, update: Update) -> Pace:
        who = _whose(update)
        return Pace.FINE if who is None else self._haste.of(who)

    def _may_enter(self, person: User) -> bool:
        return self._access is Access.OPEN or person.id in self._admins

    async def _language(self, person: User | None, chat: Chat | None) -> str:
        """The chat's language once it is known, the person's Telegram's before."""
        spoken = (person.language_code or "") if person is not None else ""
        if chat is None:
            return spoken
        now = self._clock()
        if self._seen.get(chat.id, datetime.min.replace(tzinfo=now.tzinfo)) < now - _SEEN_AGAIN:
            title = chat.title or chat.full_name
            row = await self._chats.see(chat.id, chat.type, title, spoken, now)
            self._note(chat.id, now, row.language)
        return self._languages[chat.id] or spoken

    def _note(self, chat_id: int, now: datetime, language: str) -> None:
        if len(self._seen) >= _REMEMBERED:
            self._seen.clear()
            self._languages.clear()
        self._seen[chat_id], self._languages[chat_id] = now, language

    async def _turn_away(self, event: TelegramObject, person: User, t: Texts) -> None:
        """One true answer, then silence; a button is answered always, or it would go on spinning."""
        private = t(
            "This bot is private. Your Telegram id is <code>{id}</code>; its operator can let you in.",
            id=person.id,
        )
        with suppress(AiogramError):
            match event:
                case Update(callback_query=CallbackQuery() as press):
                    await press.answer(t.plain("This bot is private."), show_alert=True)
                case Update(message=Message(chat=Chat(type="private")) as message) if self._is_new(person):
                    await message.answer(private, parse_mode="HTML")

    def _is_new(self, person: User) -> bool:
        """Whether they were not told yet."""
        new = person.id not in self._told
        self._told[person.id] = None
        if len(self._told) > _REMEMBERED:
            del self._told[next(iter(self._told))]
        return new


def _move(message: Message | None) -> tuple[int, int] | None:
    """The old and the new chat, if a message tells of a move."""
    match message:
        case Message(migrate_to_chat_id=int(new)):
            return message.chat.id, new
        case Message(migrate_from_chat_id=int(old)):
            return old, message.chat.id
    return None


def _heard_in(update: Update) -> Chat | None:
    """The chat of a press or a text; what else happens in a group may be the bot's own leave."""
    press = update.callback_query
    message = update.message if press is None else press.message
    if message is None or (message is update.message and message.chat.id < 0 and message.text is None):
        return None
    return message.chat


def _whose(update: Update) -> int | None:
    """Who presses, commands or writes in private; talk in a group is none of the bot's business.

    Many share the account that anonymous administrators write from: they are told apart by their group.
    """
    match update:
        case Update(callback_query=CallbackQuery() as press):
            return press.from_user.id
        case Update(message=Message(sender_chat=Chat(id=chat_id), text=str(text))) if text.startswith("/"):
            return chat_id
        case Update(message=Message(from_user=User(id=person_id)) as message):
            command = (message.text or "").startswith("/")
            return person_id if command or message.chat.type == "private" else None
    return None


async def _slow_down(update: Update, pace: Pace, t: Texts) -> None:
    """Said once; a button is answered always, or it would go on spinning."""
    first = pace is Pace.HASTY
    with suppress(AiogramError):
        match update:
            case Update(callback_query=CallbackQuery() as press):
                told = t.plain(
                    "That was too fast for me: nothing was done. Wait ten seconds, then press again."
                )
                await press.answer(told if first else None, show_alert=first)
            case Update(message=Message() as message) if first:
                told = t("That was too fast for me: I read on in ten seconds. Codes come all the same.")
                await message.answer(told, parse_mode="HTML")


async def _end_question(update: Update, data: dict[str, Any]) -> None:
    """Whoever presses or commands something else answers no open question any more; `ended` is which."""
    text = update.message.text or "" if update.message is not None else ""
    state: FSMContext | None = data.get("state")
    if state is None or data.get("raw_state") is None:
        return
    if update.callback_query is not None or text.startswith("/"):
        await state.clear()
        data["ended"], data["raw_state"] = data["raw_state"], None


class Forms(BaseStorage):
    """aiogram's FSM storage on our database: what a person was asked to type survives a restart."""

    def __init__(self, forms: FormStore, clock: Clock) -> None:
        self._forms = forms
        self._clock = clock

    async def set_state(self, key: StorageKey, state: StateType = None) -> None:
        name = state.state if isinstance(state, State) else state
        if name is None:
            await self._forms.drop(key.chat_id, key.user_id)
        else:
            await self._put(key, name, await self.get_data(key))

    async def get_state(self, key: StorageKey) -> str | None:
        form = await self._forms.get(key.chat_id, key.user_id, self._clock())
        return None if form is None else form[0]

    async def set_data(self, key: StorageKey, data: Any) -> None:
        state = await self.get_state(key)
        if data or state:
            await self._put(key, state, dict(data))
        else:
            await self._forms.drop(key.chat_id, key.user_id)

    async def get_data(self, key: StorageKey) -> dict[str, Any]:
        form = await self._forms.get(key.chat_id, key.user_id, self._clock())
        return {} if form is None else form[1]

    async def close(self) -> None:
        """The database is closed by who opened it."""

    async def _put(self, key: StorageKey, state: str | None, data: dict[str, Any]) -> None:
        await self._forms.put(key.chat_id, key.user_id, state, data, self._clock() + PATIENCE)
