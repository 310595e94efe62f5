"""In a group: people are met by their names, and a menu answers only to who asked for it.

A press on somebody else's menu does nothing. What needs no owner goes on: a number's buttons, whose handlers
ask its row, and doors that lead to a screen of one's own, which then is a new message.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

from aiogram import BaseMiddleware, Bot
from aiogram.types import CallbackQuery, Message, TelegramObject, Update, User

from bot.clock import Clock
from bot.groups import Groups
from bot.i18n import Texts
from bot.menus import Menus
from bot.room import answers
from handlers.buyers import buys_here
from handlers.doors import Balance, Buy, Countries, Help, Menu, Numbers, Settings
from handlers.nobody import FACELESS
from handlers.screen import IN_PRIVATE, answer, chat_of
from storage.group_rules import NotABuyer

Handler = Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]]

#: How long a name holds.
KNOWN = timedelta(hours=1)
#: People remembered at most.
_MOST = 10_000
#: First letters of buttons whose handlers ask the row that they name.
_BY_ROW = frozenset("auDf")
#: Buttons that lead to a screen of one's own from a message that is nobody's; the rules of a group are opened
#: by whoever leads it.
_DOORS = frozenset(each.pack() for each in (Menu(), Help(), Buy(), Numbers(), Balance(), Settings()))
_COUNTRIES, _SHARE = Countries.__prefix__ + ":", frozenset("GKQ")
#: What opens a menu of one's own, by the first letter of what was pressed.
_COMMANDS = {
    **dict.fromkeys(_SHARE, "/share"),
    "y": "/settings",
    "n": "/numbers",
    "l": "/balance",
    "m": "/start",
    "H": "/help",
}


class InGroups(BaseMiddleware):
    """Around every update; only what a person does in a group is any of its business."""

    def __init__(self, groups: Groups, menus: Menus, clock: Clock) -> None:
        self._groups = groups
        self._menus = menus
        self._clock = clock
        self._met: dict[tuple[int, int], tuple[datetime, str]] = {}

    async def __call__(self, handler: Handler, event: TelegramObject, data: dict[str, Any]) -> Any:
        match event:
            case Update(callback_query=CallbackQuery() as press) if _is_pressed(press):
                return await self._pressed(handler, event, press, data)
            case Update(message=Message(from_user=User() as person) as message) if _is_asked(
                message, data["bot"]
            ):
                await self._meet(message.chat.id, person)
                with self._menus.answering(person.id):
                    return await handler(event, data)
        return await handler(event, data)

    async def _pressed(
        self, handler: Handler, event: TelegramObject, press: CallbackQuery, data: dict[str, Any]
    ) -> Any:
        chat_id, person, pressed = chat_of(press), press.from_user, press.message
        await self._meet(chat_id, person)
        owner = await self._menus.owner(chat_id, pressed.message_id) if pressed is not None else None
        anothers = owner != person.id
        if anothers and (why := await self._refusal(press.data or "", chat_id, person.id, owner, data["t"])):
            await answer(press, why, alert=True)
            return None
        with self._menus.answering(person.id, anew=anothers):
            return await handler(event, data)

    async def _refusal(self, pressed: str, chat_id: int, person_id: int, owner: int | None, t: Texts) -> str:
        """Why a press on what is not theirs does nothing; "" where it may go on."""
        command = _COMMANDS.get(pressed[:1], "/buy")
        if pressed[:1] in _BY_ROW or (owner is None and _is_a_door(pressed)):
            return ""
        if command == "/buy" and not await buys_here(self._groups, chat_id, person_id):
            return t.plain(NotABuyer.text)
        if owner is None:
            return t.plain("This menu is too old. Send {command} for a new one.", command=command)
        name = await self._groups.name(chat_id, owner)
        if not name:
            return t.plain("These buttons are not yours. Send {command} for your own.", command=command)
        return t.plain(
            "Only {name} may use these buttons. Send {command} for your own.", name=name, command=command
        )

    async def _meet(self, chat_id: int, person: User) -> None:
        """At most once an hour, unless they took another name."""
        who, now = (chat_id, person.id), self._clock()
        met_at, name = self._met.get(who, (None, ""))
        if met_at is not None and now - met_at < KNOWN and name == person.full_name:
            return
        if len(self._met) >= _MOST:
            self._met.clear()
        await self._groups.meet(chat_id, person.id, person.full_name)
        self._met[who] = now, person.full_name


def _is_pressed(press: CallbackQuery) -> bool:
    """Whether somebody in particular presses in a group; of a lost message its chat is told all the same."""
    return press.message is not None and press.message.chat.id < 0 and press.from_user.id not in FACELESS


def _is_asked(message: Message, bot: Bot) -> bool:
    """Whether somebody in particular asks in a group, or answers the bot; other talk is not its business."""
    person = message.from_user
    if message.chat.id > 0 or message.sender_chat is not None or person is None or person.id in FACELESS:
        return False
    return (message.text or "").startswith("/") or answers(message, bot)


def _is_a_door(pressed: str) -> bool:
    """Whether it opens a screen of one's own, or says why it does not."""
    opens = pressed in _DOORS or pressed.startswith(_COUNTRIES)
    return opens or pressed[:1] in _SHARE | IN_PRIVATE
