"""What is typed in a group: only as an answer to a message of the bot, all that its privacy mode shows.

Who is asked gets the answer field opened; nobody else's does.
"""

from aiogram import Bot
from aiogram.types import CallbackQuery, ForceReply, Message

from bot.i18n import Texts
from bot.menus import Menus
from bot.room import answers
from handlers.screen import chat_of, read, topic_of
from handlers.service_lists import which_service


async def is_answer(message: Message, bot: Bot) -> bool:
    """Whether it is said to the bot: everything in a private chat, in a group what answers its messages."""
    return message.chat.type == "private" or answers(message, bot)


async def is_named(message: Message, menus: Menus, t: Texts) -> bool:
    """Whether it answers one's own list of services in a group."""
    replied, person = message.reply_to_message, message.from_user
    if message.chat.type == "private" or replied is None or person is None:
        return False
    asked = (replied.text or "").startswith(read(which_service(t)))
    return asked and await menus.owner(message.chat.id, replied.message_id) == person.id


async def ask_for_reply(event: Message | CallbackQuery, t: Texts, example: str) -> None:
    """In a group the field opens in which whoever is asked types; nothing where they are alone."""
    person, chat_id = event.from_user, chat_of(event)
    if chat_id > 0 or person is None or event.bot is None:
        return
    message = event if isinstance(event, Message) else event.message
    await event.bot.send_message(
        chat_id,
        t(
            '<a href="tg://user?id={id}">{name}</a>, please answer this message.',
            id=person.id,
            name=person.full_name,
        ),
        message_thread_id=topic_of(message),
        reply_markup=ForceReply(selective=True, input_field_placeholder=example),
        parse_mode="HTML",
    )
