"""Who is turned away first: whoever writes in the name of a group or a channel, and presses of no button.

Who writes so is nobody in particular: nothing is theirs, and nothing is done. Only /share is answered with a
button, as a press tells who it is.

Anonymous administrators and channels write from accounts that many share: what one of them began, another
could end. A key that they post is deleted as anybody's.
"""

from aiogram import F, Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery, Message

from bot.greeting import COMMANDS
from bot.i18n import Texts
from handlers.errors import unknown_button
from handlers.group_doors import Share
from handlers.lookalikes import is_a_key
from handlers.screen import Screen, answer, press, show

router = Router(name="nobody")

#: GroupAnonymousBot: an administrator who writes as the group.
ANONYMOUS = 1087968824
#: And Telegram's own account for posts of a linked channel, and "Channel".
FACELESS = frozenset({ANONYMOUS, 777000, 136817688})
#: Bytes a button of Telegram's can hold.
_LONGEST = 64
_NOBODY = F.sender_chat | F.from_user.id.in_(FACELESS)


@router.message(
    F.from_user.id == ANONYMOUS,
    F.sender_chat.id == F.chat.id,
    Command("share", ignore_case=True),
    ~F.text.func(is_a_key),
)
async def share_of_nobody(message: Message, t: Texts) -> None:
    """An administrator who hides behind the group: whoever presses the button is somebody."""
    text = t(
        "I cannot tell who you are: this comes in the name of the group. Press this button, then I see you. "
        "Your name may then be read in this group: I say whose menu it is."
    )
    await show(message, Screen(text, [[press(t.plain("⚙️ Set up sharing"), Share())]]))


@router.message(_NOBODY, Command(*COMMANDS, ignore_case=True), ~F.text.func(is_a_key))
async def command_of_nobody(message: Message, t: Texts) -> None:
    await message.reply(_why(t))


@router.message(_NOBODY, ~F.text.func(is_a_key))
async def talk_of_nobody(message: Message) -> None:
    """None of the bot's business, and no answer to a question it asked."""


@router.callback_query(F.from_user.id.in_(FACELESS))
async def press_of_nobody(callback: CallbackQuery, t: Texts) -> None:
    await answer(callback, _why(t), alert=True)


def _of_no_button(data: str) -> bool:
    """Telegram gives no button so much to say, and what the handlers read of a press is short."""
    return len(data.encode(errors="replace")) > _LONGEST


router.callback_query.register(unknown_button, F.data.func(_of_no_button))


def _why(t: Texts) -> str:
    return t.plain(
        "I cannot tell who you are: this comes in the name of a group or a channel. "
        "Please write to me under your own name."
    )
