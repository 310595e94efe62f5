"""While operators work on something: whoever begins anything new reads their text instead.

What somebody has goes on: its buttons, /numbers and /cancel, and the answer to a question that is open. Talk
in a group is nobody's business. Operators are not stopped.
"""

from aiogram import Bot, F, Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery, InlineQuery, Message

from bot.admission import Admission
from bot.greeting import COMMANDS
from bot.i18n import Texts
from bot.switches import Switches
from handlers.lookalikes import is_a_key
from handlers.screen import Screen, answer, show

router = Router(name="maintenance")

#: The commands that go on, and the first letters of the buttons under numbers, rentals and their lists.
_GO_ON = Command("numbers", "cancel", ignore_case=True)
BUTTONS = "aftnD"
#: Characters of an alert.
_ALERT = 190


async def closed(
    event: Message | CallbackQuery | InlineQuery, admission: Admission, switches: Switches
) -> bool:
    """A filter: whether this person reads the text instead."""
    person = event.from_user
    return bool(switches.maintenance) and person is not None and not admission.is_operator(person.id)


async def new_words(message: Message, bot: Bot, raw_state: str | None = None) -> bool:
    """A filter: whether somebody begins something, by words that are no answer."""
    if (message.text or "").startswith("/"):
        return not await _GO_ON(message, bot)
    return raw_state is None


@router.inline_query(closed)
async def nothing_found(query: InlineQuery) -> None:
    await query.answer([], is_personal=True, cache_time=1)


@router.callback_query(closed, ~F.data.func(lambda data: data[:1] in BUTTONS))
async def instead_of_a_press(callback: CallbackQuery, switches: Switches) -> None:
    """An alert shows the beginning of a long text; a command shows it whole."""
    words = switches.maintenance
    await answer(callback, words if len(words) <= _ALERT else words[: _ALERT - 1] + "…", alert=True)


@router.message(F.chat.type == "private", closed, new_words, ~F.text.func(is_a_key))
async def instead_of_words(message: Message, t: Texts, switches: Switches) -> None:
    await show(message, Screen(t("🛠 {text}", text=switches.maintenance)))


@router.message(F.chat.type != "private", Command(*COMMANDS, ignore_case=True), closed, new_words)
async def instead_of_a_command(message: Message, t: Texts, switches: Switches) -> None:
    await message.reply(t.plain("🛠 {text}", text=switches.maintenance))
