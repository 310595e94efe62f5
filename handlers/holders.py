"""A number among the people of a group: who holds it, who bought it, and whether all may read its SMS.

Codes are for all only where the number was bought under that rule and it holds still: the stricter counts.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aiogram import BaseMiddleware
from aiogram.types import CallbackQuery, TelegramObject

from bot.errors import NotYours, text
from bot.groups import Groups, NotHere
from bot.i18n import Texts
from bot.members import Members, Standing
from handlers.leading import NotALeader, leading
from handlers.screen import chat_of
from storage.activations import ActivationStore
from storage.models import Activation

Handler = Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]]


class OnlyTheirs(NotYours):
    text = text("Only {name} may do this.")


@dataclass(frozen=True, slots=True)
class Held:
    """Names as they are known in the group, "" where somebody was never met; `buyer` where it is another."""

    holder: str
    buyer: str | None = None
    #: Whether everyone there may read what comes.
    open: bool = False
    #: Whether its holder can be told in private.
    known: bool = True
    #: Whether its card was hung anew, below what rang.
    anew: bool = False


async def held_in(row: Activation, groups: Groups) -> Held | None:
    """None for a number that is nobody else's business."""
    return None if row.chat_id > 0 else (await held_there(row.chat_id, [row], groups))[row.id]


async def held_there(chat_id: int, rows: Sequence[Activation], groups: Groups) -> Mapping[str, Held]:
    """The same of some of a group's numbers, by their ids."""
    people = {who for row in rows for who in (row.owner_id, row.bought_by) if who is not None}
    names = await groups.names(chat_id, people)
    for_all = any(row.for_all for row in rows) and await groups.everyone_sees(chat_id)
    return {row.id: _held(row, names, open_=row.for_all and for_all) for row in rows}


def _held(row: Activation, names: Mapping[int, str], *, open_: bool) -> Held:
    buyer = None if row.bought_by is None else names.get(row.bought_by, "")
    return Held(names.get(row.owner_id, ""), buyer, open_)


def called(name: str, t: Texts) -> str:
    """A name for a sentence."""
    return name or t.plain("somebody")


def held_by(held: Held, t: Texts) -> str:
    """A line that names who holds a number, and who bought it where that is another."""
    holder = called(held.holder, t)
    if held.buyer is None:
        return t("👤 Bought by: {buyer}", buyer=holder)
    return t("👤 Held by: {holder} · bought by: {buyer}", holder=holder, buyer=called(held.buyer, t))


async def in_whose_name(row: Activation | None, callback: CallbackQuery, members: Members) -> int:
    """The holder's, who presses, or who left and an administrator presses. Raises `NotYours` or `Untold`."""
    person = callback.from_user.id
    if row is None or person == row.owner_id:
        return person
    if row.chat_id > 0:
        raise NotYours
    try:
        await leading(row.chat_id, person, members)
    except NotALeader:
        raise NotYours from None
    if await members.standing(row.chat_id, row.owner_id) is not Standing.GONE:
        raise NotYours
    return row.owner_id


class AmongThem(BaseMiddleware):
    """Around presses in a group: who left it may do nothing there, and another's number names its holder."""

    async def __call__(self, handler: Handler, event: TelegramObject, data: dict[str, Any]) -> Any:
        if not isinstance(event, CallbackQuery) or not _in_group(event):
            return await handler(event, data)
        await _be_there(event, data["members"])
        row = await _meant(data)
        if row is not None and row.chat_id != chat_of(event):
            raise NotYours
        try:
            return await handler(event, data)
        except NotYours:
            raise await _whose(row, data["groups"], data["t"]) from None


def _in_group(callback: CallbackQuery) -> bool:
    return callback.message is not None and callback.message.chat.type != "private"


async def _be_there(callback: CallbackQuery, members: Members) -> None:
    """Where Telegram does not tell, nobody is kept from what is theirs."""
    if await members.standing(chat_of(callback), callback.from_user.id) is Standing.GONE:
        raise NotHere


async def _meant(data: dict[str, Any]) -> Activation | None:
    """The number that a button names, if it names one."""
    numbers: ActivationStore = data["numbers"]
    activation_id = getattr(data.get("callback_data"), "id", "")
    return await numbers.get(activation_id) if activation_id else None


async def _whose(row: Activation | None, groups: Groups, t: Texts) -> NotYours:
    if row is None:
        return NotYours()
    return OnlyTheirs(name=called(await groups.name(row.chat_id, row.owner_id), t))
