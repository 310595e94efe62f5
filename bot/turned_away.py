"""Who may come in and who is turned away, at the door: one true answer, then silence.

A button is answered always, or it would go on spinning. In a group that was let in everybody may come, but
for who is blocked. With a link that works once a stranger comes as far as the link leads: it is judged there.
"""

import re
from contextlib import suppress
from typing import Any

from aiogram.exceptions import AiogramError
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
from bot.i18n import Texts

#: People who were told once why they may not come in.
_REMEMBERED = 10_000
_INVITATION, _GROUP_KEY = re.compile(r"/start in_\S+", re.I), re.compile(r"/start gk_\S+", re.I)
#: The buttons under which a group's administrator adds its key in private; each is checked where it leads.
_GROUP_KEYS = "I"

BLOCKED = text(
    "The operator of this bot has blocked you. I do nothing new for you; codes of the numbers you have still "
    "come."
)
PRIVATE = text("This bot is private. Your Telegram id is <code>{id}</code>; its operator can let you in.")
INVITED_ONLY = text(
    "This bot works by invitation: open the link that its operator gives you, once. They can also let you in "
    "by your Telegram id, <code>{id}</code>."
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
        """Whether it is the answer to a question: a stranger is asked one only after such a link."""
        return data.get("raw_state") is not None and not words.startswith("/")

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
                    if self._is_new(person, why):
                        await message.answer(t(why, id=person.id), parse_mode="HTML")

    def _is_new(self, person: User, why: str) -> bool:
        """Whether they were not told that yet."""
        new = (person.id, why) not in self._told
        self._told[person.id, why] = None
        if len(self._told) > _REMEMBERED:
            del self._told[next(iter(self._told))]
        return new
