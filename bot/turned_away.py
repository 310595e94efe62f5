"""Who may come in and who is turned away, at the door: one true answer, then silence.

A button is answered always, or it would go on spinning. In a group that was let in everybody may come, but
for who is blocked. With a link that works once a stranger comes as far as the link leads: it is judged there.
What somebody has goes on, whether they may still come in or not: its buttons, /numbers, /cancel and /forget.
Each of these asks whose row it is, and none of them begins anything new.
"""

import re
from contextlib import suppress
from typing import Any

from aiogram.exceptions import AiogramError
from aiogram.filters import Command
from aiogram.types import (
    CallbackQuery,
    Chat,
    ChatMemberUpdated,
    InlineQuery,
    Message,
    TelegramObject,
    Update,
    User,
)

from bot.admission import Admission
from bot.errors import text
from bot.greeting import IN_GROUPS
from bot.i18n import Texts

#: People who were told once why they may not come in.
_REMEMBERED = 10_000
_INVITATION, _GROUP_KEY = re.compile(r"/start in_\S+", re.I), re.compile(r"/start gk_\S+", re.I)
#: The buttons under which a group's administrator adds its key in private; each is checked where it leads.
_GROUP_KEYS = "I"
#: What a stranger is asked there.
GROUP_KEY_ASKED = "Asked:group_key"
#: What goes on: the buttons of numbers, rentals, their lists and the way to be forgotten, by their prefixes.
GO_ON = frozenset({"a", "f", "fr", "t", "ts", "n", "np", "nc", "d", "z", "zf"})
#: But not this one of them: a renewal is new.
RENEWAL = "t:r:"
_COMMANDS_GO_ON = re.compile(r"/(numbers|cancel|forget)(@\w+)?(\s|$)", re.I)
_START = re.compile(r"/start(@\w+)?\s*", re.I)
#: What is asked on the way: where calls to a number shall ring.
PHONE_ASKED = "Asked:phone"

BLOCKED = text(
    "The operator of this bot has blocked you. I do nothing new for you; codes of the numbers you have still "
    "come."
)
PRIVATE = text("This bot is private. Your Telegram id is <code>{id}</code>; its operator can let you in.")
INVITED_ONLY = text(
    "This bot works by invitation: open the link that its operator gives you, once. They can also let you in "
    "by your Telegram id, <code>{id}</code>."
)
BESIDE = text(
    "Codes that you alone may see in a group come here as well from now on. For anything else here the "
    "operator of this bot has to let you in."
)
UNSERVED = text(
    "The operator of this bot has not let this group in. Codes of numbers you have here still come."
)
BRIEFLY = text("This bot is private.")


class Doorkeeper:
    """Knows who may come in, and whom it has told that they may not."""

    def __init__(self, admission: Admission) -> None:
        self._admission = admission
        self._told: dict[tuple[int, str], None] = {}

    def lets_in(self, person: User, chat: Chat | None) -> bool:
        """Whether somebody may use the bot in this chat."""
        if self._admission.is_blocked(person.id) or (
            chat is not None and self._admission.is_blocked(chat.id)
        ):
            return False
        there = chat is not None and chat.id < 0 and self._admission.serves(chat.id)
        return there or self._admission.serves(person.id)

    async def goes_on(self, event: TelegramObject, person: User, data: dict[str, Any]) -> bool:
        """Whether somebody who may not come in looks after what they have, and may have something."""
        match event:
            case Update(callback_query=CallbackQuery(data=str(pressed))):
                wanted = pressed.partition(":")[0] in GO_ON and not pressed.startswith(RENEWAL)
            case Update(message=Message(text=str(words))):
                answers = data.get("raw_state") == PHONE_ASKED and not words.startswith("/")
                wanted = answers or _COMMANDS_GO_ON.match(words) is not None
            case _:
                wanted = False
        return wanted and await self._admission.knows(person.id)

    async def waits_for_codes(self, event: TelegramObject, person: User) -> bool:
        """Whether somebody of a group in which the bot works opens a private chat, for its codes."""
        match event:
            case Update(message=Message(chat=Chat(type="private"), text=str(words))) if _START.fullmatch(
                words
            ):
                blocked = self._admission.is_blocked(person.id)
                return not blocked and await self._admission.works_beside(person.id)
        return False

    def hears_out(self, event: TelegramObject, person: User, data: dict[str, Any]) -> bool:
        """Whether somebody who may not come in is let through with this alone.

        That the bot was brought into a group or thrown out is heard whoever did it.
        """
        match event:
            case Update(my_chat_member=ChatMemberUpdated(chat=Chat(id=chat_id))):
                return chat_id < 0
            case _ if self._admission.is_blocked(person.id):
                return False
            case Update(message=Message(chat=Chat(type="private"), text=str(words))):
                return self._has_a_link(words) or self._answers(words, data)
            case Update(callback_query=CallbackQuery(data=str(pressed))):
                return pressed.startswith(_GROUP_KEYS)
        return False

    def _has_a_link(self, words: str) -> bool:
        invited = self._admission.invites and _INVITATION.fullmatch(words)
        return bool(invited or _GROUP_KEY.fullmatch(words))

    def _answers(self, words: str, data: dict[str, Any]) -> bool:
        """Whether it is the answer to the one question that a stranger is asked, after such a link."""
        return data.get("raw_state") == GROUP_KEY_ASKED and not words.startswith("/")

    async def turn_away(self, event: TelegramObject, person: User, t: Texts) -> None:
        blocked = self._admission.is_blocked(person.id)
        with suppress(AiogramError):
            match event:
                case Update(callback_query=CallbackQuery() as press):
                    await press.answer(t.plain(BLOCKED if blocked else BRIEFLY), show_alert=True)
                case Update(inline_query=InlineQuery() as query):
                    await query.answer([], is_personal=True)
                case Update(message=Message(chat=Chat(type="private")) as message):
                    why = BLOCKED if blocked else INVITED_ONLY if self._admission.invites else PRIVATE
                    if self._is_new(person.id, why):
                        await message.answer(t(why, id=person.id), parse_mode="HTML")
                case Update(message=Message() as message) if await self._is_meant(message):
                    why, whom = (BLOCKED, person.id) if blocked else (UNSERVED, message.chat.id)
                    if self._is_new(whom, why):
                        await message.reply(t(why), parse_mode="HTML")

    async def _is_meant(self, message: Message) -> bool:
        """Whether it is a command to this bot in a group; one that an operator blocked hears nothing."""
        if message.bot is None or self._admission.is_blocked(message.chat.id):
            return False
        return bool(await Command(*IN_GROUPS, ignore_case=True)(message, message.bot))

    def _is_new(self, whom: int, why: str) -> bool:
        """Whether they were not told that yet."""
        new = (whom, why) not in self._told
        self._told[whom, why] = None
        if len(self._told) > _REMEMBERED:
            del self._told[next(iter(self._told))]
        return new
