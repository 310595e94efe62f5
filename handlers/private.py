"""What is nobody else's business: screens for private chats alone, and commands that say so in groups."""

from aiogram import F, Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery, Message

from bot.errors import text
from bot.i18n import Texts
from handlers.screen import answer

KEYS = text("Keys are added in a private chat with me, never in a group.")
MESSAGES = text("Messages are sent in a private chat with me: they are nobody else's business.")
NUMBERS = text("Numbers are bought in a private chat with me: their codes are nobody else's business.")
RENTS = text("Numbers are rented in a private chat with me: their SMS are nobody else's business.")
HISTORY = text("What was bought is shown in a private chat with me: it is nobody else's business.")
PRICES = text("Prices are shown in a private chat with me: they come with your own keys.")
SETTINGS = text("Settings are yours alone: open them in a private chat with me.")
STATISTICS = text("Statistics are nobody else's business: ask for yours in a private chat with me.")
WATCHES = text("Watches are started in a private chat with me: what they find is nobody else's business.")
PRIVACY = text("What I know of you is nobody else's business: ask me in a private chat.")


def only_in_private(router: Router, why: str, *commands: str) -> None:
    """Let a router refuse these commands in groups, and its presses, whatever they are.

    Its own handlers come after that. A press on a message of no chat is refused as well.
    """

    async def refuse_press(callback: CallbackQuery, t: Texts) -> None:
        await answer(callback, t.plain(why), alert=True)

    async def refuse_command(message: Message, t: Texts) -> None:
        await message.reply(t.plain(why))

    router.callback_query.register(refuse_press, F.message.chat.type != "private")
    if commands:
        router.message.register(
            refuse_command, Command(*commands, ignore_case=True), F.chat.type != "private"
        )
