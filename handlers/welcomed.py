"""A stranger who opens an invitation: its link lets them in, once, while the bot works by invitation."""

from aiogram import F, Router
from aiogram.filters import CommandObject, CommandStart
from aiogram.types import Message

from bot.admission import Admission
from bot.i18n import Texts, visible
from handlers.doors import Menu
from handlers.screen import Screen, press, show
from handlers.start import welcome
from storage.keys import KeyStore
from storage.links import BEGINNING, LinkOver
from storage.models import Purpose

router = Router(name="welcomed")


@router.message(
    CommandStart(ignore_case=True, deep_link=True, magic=F.args.startswith(BEGINNING[Purpose.INVITE])),
    F.chat.type == "private",
)
async def come_in(
    message: Message, command: CommandObject, t: Texts, admission: Admission, keys: KeyStore
) -> None:
    """Who may come in anyway uses no link up. A private chat is its person's."""
    person = message.chat
    menu = [press(t.plain("◀ Menu"), Menu())]
    if admission.serves(person.id):
        await show(message, Screen(t("You need no invitation: you may use this bot already."), [menu]))
        return
    try:
        await admission.accept(command.args or "", person.id, visible(person.full_name, 128))
    except LinkOver as over:
        await show(message, Screen(t.error(over)))
        return
    hello = t("👋 Welcome! You may use this bot from now on.")
    first = Screen("", [menu]) if await keys.list(person.id) else welcome(t)
    await show(message, Screen(f"{hello}\n\n{first.html}".rstrip(), first.rows))
