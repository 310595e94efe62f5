"""What only the administrators of a group may do there: Telegram is asked at every press and command."""

from aiogram.types import CallbackQuery, Message

from bot.errors import Refused, text
from bot.groups import Untold
from bot.members import Members, Standing
from handlers.screen import chat_of


class NotALeader(Refused):
    text = text("Only an administrator of this group may do that. Please ask one of them.")


class OnlyThere(Refused):
    text = text("This is set in the group itself: send /share there.")


async def led(event: Message | CallbackQuery, members: Members) -> bool:
    """A filter: in a group it raises `NotALeader` for who does not lead it right now, or `Untold`."""
    chat_id, person = chat_of(event), event.from_user
    if chat_id > 0:
        return True
    if person is None:
        raise NotALeader
    await leading(chat_id, person.id, members)
    return True


async def in_a_group(event: Message | CallbackQuery) -> bool:
    """A filter: raises `OnlyThere` in a private chat."""
    if chat_of(event) > 0:
        raise OnlyThere
    return True


async def leading(chat_id: int, person_id: int, members: Members) -> None:
    """Raises `NotALeader` for who does not lead a group right now, or `Untold`."""
    match await members.now(chat_id, person_id):
        case Standing.UNTOLD:
            raise Untold
        case Standing.MEMBER | Standing.GONE:
            raise NotALeader
