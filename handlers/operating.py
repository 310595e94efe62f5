"""Whose flows these are: operators', in their private chats. For everybody else they do not exist."""

from aiogram import Router
from aiogram.types import CallbackQuery, Message

from bot.admission import Admission
from handlers.screen import chat_of


async def operates(event: Message | CallbackQuery, admission: Admission) -> bool:
    """Whether an operator writes or presses in their own chat with the bot."""
    person = event.from_user
    return person is not None and admission.is_operator(person.id) and chat_of(event) == person.id


def only_for_operators(router: Router) -> None:
    """Let a router answer operators alone: whatever others send goes on to who understands nothing."""
    router.message.filter(operates)
    router.callback_query.filter(operates)
