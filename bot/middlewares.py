"""What handlers get per update: `t`, the texts in the person's language, if they may come in at all.

Who comes faster than anybody can read is not heard until it calms; what the bot sends by itself comes all the
same, and a press that was not heard has done nothing and can be pressed again.

Where somebody writes or presses can be written to again, and a command or a press ends an open question. A
group that becomes a supergroup is followed, whoever made it one.
"""

import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from aiogram import BaseMiddleware
from aiogram.exceptions import AiogramError
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, Chat, Message, TelegramObject, Update, User

from bot.admission import Admission
from bot.clock import Clock
from bot.haste import Haste, Pace
from bot.i18n import Texts
from bot.paces import TELEGRAM
from bot.turned_away import BESIDE, Doorkeeper
from bot.voices import Voices
from storage.chats import ChatStore

log = logging.getLogger(__name__)

Handler = Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]]


class Welcome(BaseMiddleware):
    """Runs once per update, before any handler: who is this, in which language, and may they come in."""

    def __init__(
        self,
        voices: Voices,
        chats: ChatStore,
        admission: Admission,
        clock: Clock,
        back: Callable[[], None],
        heard: tuple[float, float] = TELEGRAM.heard,
        typed: tuple[float, float] = TELEGRAM.typed,
    ) -> None:
        """`back` is called when a chat that nothing could be delivered to is heard again, or moved."""
        self._voices = voices
        self._chats = chats
        self._door = Doorkeeper(admission)
        self._back = back
        self._haste = Haste(clock, heard)
        self._typing = Haste(clock, typed)

    async def __call__(self, handler: Handler, event: TelegramObject, data: dict[str, Any]) -> Any:
        if isinstance(event, Update) and await self._followed(event):
            return None
        person: User | None = data.get("event_from_user")
        chat: Chat | None = data.get("event_chat")
        # First from what Telegram says: whatever fails below, the person can be told in words.
        data["t"] = t = self._voices.foreign(person.language_code if person is not None else "")
        if isinstance(event, Update) and (pace := self._pace(event)) is not Pace.FINE:
            return await _slow_down(event, pace, t)
        if person is not None and not await self._may_come(event, person, chat, data):
            if self._door.hears_out(event, person, data):
                return await handler(event, data)
            if await self._door.waits_for_codes(event, person):
                return await self._open_for_codes(event, person, chat)
            return await self._door.turn_away(event, person, t)
        data["t"] = await self._texts(person, chat)
        if isinstance(event, Update):
            await self._hear(event)
            await _end_question(event, data)
        return await handler(event, data)

    async def _may_come(
        self, event: TelegramObject, person: User, chat: Chat | None, data: dict[str, Any]
    ) -> bool:
        return self._door.lets_in(person, chat) or await self._door.goes_on(event, person, data)

    async def _open_for_codes(self, event: TelegramObject, person: User, chat: Chat | None) -> None:
        """Their private chat is known from now on; nothing else is open to them."""
        t = await self._texts(person, chat)
        if isinstance(event, Update) and event.message is not None:
            await self._hear(event)
            with suppress(AiogramError):
                await event.message.answer(t(BESIDE), parse_mode="HTML")

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
        """What is typed after the bot's name comes with every key: it is no reason not to hear a press."""
        if update.inline_query is not None:
            return self._typing.of(update.inline_query.from_user.id)
        who = _whose(update)
        return Pace.FINE if who is None else self._haste.of(who)

    async def _texts(self, person: User | None, chat: Chat | None) -> Texts:
        """As the chat chose; where there is none, as the person did in their own."""
        spoken = (person.language_code or "") if person is not None else ""
        if chat is not None:
            return await self._voices.meet(chat.id, chat.type, chat.title or chat.full_name, spoken)
        return self._voices.foreign(spoken) if person is None else await self._voices.of(person.id, spoken)


def _move(message: Message | None) -> tuple[int, int] | None:
    """The old and the new chat, if a message tells of a move."""
    match message:
        case Message(migrate_to_chat_id=int(new)):
            return message.chat.id, new
        case Message(migrate_from_chat_id=int(old)):
            return old, message.chat.id
    return None


def _heard_in(update: Update) -> Chat | None:
    """The chat of a press or a text; what else happens in a group may be the bot's own leave.

    A press in a group tells nothing: it comes also where the bot may not write.
    """
    if update.callback_query is not None:
        pressed = update.callback_query.message
        return pressed.chat if pressed is not None and pressed.chat.id > 0 else None
    said = update.message
    return said.chat if said is not None and (said.chat.id > 0 or said.text is not None) else None


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
