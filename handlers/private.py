"""Messages are nobody else's business: their screens open in private chats alone."""

from aiogram import F, Router
from aiogram.types import CallbackQuery, Message

from bot.i18n import Texts
from handlers.screen import answer


def only_in_private(router: Router) -> None:
    """Let a router refuse presses in groups, whatever they are; its own handlers come after that."""
    router.callback_query.register(refuse_press, F.message.chat.type != "private")


async def refuse_press(callback: CallbackQuery, t: Texts) -> None:
    await answer(callback, _why(t), alert=True)


async def refuse_command(message: Message, t: Texts) -> None:
    await message.reply(_why(t))


def _why(t: Texts) -> str:
    return t.plain("Messages are sent in a private chat with me: they are nobody else's business.")
