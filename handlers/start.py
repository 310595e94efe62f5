"""The first minute: /start, /help, the menu, and the news that somebody blocked or unblocked the bot."""

import re

from aiogram import F, Router
from aiogram.filters import Command, CommandObject, CommandStart
from aiogram.types import CallbackQuery, ChatMemberUpdated, InlineKeyboardButton, Message

from bot.clock import Clock
from bot.i18n import Texts
from bot.offers import Offers
from bot.parts import NEEDS
from bot.postman import Postman
from bot.providers.base import Capability
from bot.services import slug
from bot.shops import Shops
from handlers.buy import no_keys, show_countries, show_offers
from handlers.doors import AddKey, Balance, Buy, Countries, Help, Keys, Menu, Numbers, Rent, Send
from handlers.screen import Screen, press, show
from storage.chats import ChatStore
from storage.keys import KeyStore

router = Router(name="start")
router.callback_query.filter(F.data.startswith("m"))

_BUY_LINK = re.compile(r"buy_([a-z0-9]{1,24})(?:_([A-Za-z]{2}))?", re.ASCII)
_GONE = frozenset({"kicked", "left"})


@router.message(CommandStart(deep_link=True, magic=F.args.regexp(_BUY_LINK)), F.chat.type == "private")
async def start_buying(
    message: Message, command: CommandObject, t: Texts, offers: Offers, shops: Shops
) -> None:
    """`?start=buy_<service>_<country>`: straight to the offers."""
    link = _BUY_LINK.match(command.args or "")
    if link is None or not await shops.able(message.chat.id, Capability.BUY):
        await show(message, no_keys(t))
    elif link[2]:
        await show_offers(message, t, offers, slug(link[1]), link[2].upper())
    else:
        await show_countries(message, t, offers, Countries(service=slug(link[1])))


@router.message(CommandStart())
async def start(message: Message, t: Texts, keys: KeyStore, shops: Shops) -> None:
    await show(message, await _menu(message.chat.id, t, keys, shops))


@router.callback_query(Menu.filter())
async def menu(callback: CallbackQuery, t: Texts, keys: KeyStore, shops: Shops) -> None:
    chat_id = callback.message.chat.id if callback.message else callback.from_user.id
    await show(callback, await _menu(chat_id, t, keys, shops))


@router.message(Command("help"))
async def help_by_command(message: Message, t: Texts) -> None:
    await show(message, _help(t))


@router.callback_query(Help.filter())
async def help_by_button(callback: CallbackQuery, t: Texts) -> None:
    await show(callback, _help(t))


@router.my_chat_member()
async def met_or_left(event: ChatMemberUpdated, chats: ChatStore, postman: Postman, clock: Clock) -> None:
    """Blocked or thrown out: what is to be said waits. Back again: it is sent."""
    if event.new_chat_member.status in _GONE:
        await chats.mark_unreachable(event.chat.id, clock())
    else:
        await chats.mark_reachable(event.chat.id)
        postman.nudge()


async def _menu(chat_id: int, t: Texts, keys: KeyStore, shops: Shops) -> Screen:
    return _home(await _more(chat_id, t, shops), t) if await keys.list(chat_id) else _welcome(t)


async def _more(chat_id: int, t: Texts, shops: Shops) -> list[InlineKeyboardButton]:
    """What only some of the providers can do: shown to who has a key of one."""
    buttons = []
    if await shops.able(chat_id, Capability.RENT):
        buttons.append(press(t.plain("🗓 Rent a number"), Rent()))
    if any([await shops.able(chat_id, need) for need in NEEDS.values()]):
        buttons.append(press(t.plain("✉️ Send a message"), Send()))
    return buttons


def _welcome(t: Texts) -> Screen:
    return Screen(
        t(
            "🔔 <b>Codebell</b> buys a temporary phone number and rings here when the code arrives.\n\n"
            "Numbers are bought with <b>your own key</b> of a provider (SMSBower, SMS3T, sms.ski …) and "
            "paid from your account there; Codebell holds no money.\n\n"
            "One step to begin:"
        ),
        [
            [press(t.plain("🔑 Add a provider key"), AddKey())],
            [press(t.plain("❔ How it works"), Help())],
        ],
    )


def _home(more: list[InlineKeyboardButton], t: Texts) -> Screen:
    return Screen(
        t("🔔 <b>Codebell</b>\n\nWhat shall it be? You can also just type the name of a service."),
        [
            [press(t.plain("📱 Buy a number"), Buy())],
            more,
            [
                press(t.plain("📋 My numbers"), Numbers()),
                press(t.plain("💰 Balance"), Balance()),
            ],
            [press(t.plain("🔑 Keys"), Keys()), press(t.plain("❔ Help"), Help())],
        ],
    )


def _help(t: Texts) -> Screen:
    return Screen(
        t(
            "<b>How it works</b>\n"
            "1. Add a key of an SMS-number provider; it is checked, stored encrypted, and your message "
            "with it is deleted.\n"
            "2. Pick a service, a country and an offer, and buy. One press buys at most one number.\n"
            "3. Enter the number where you need it. The code comes here as a new message.\n"
            "4. No code? Cancel: the provider pays back once its minimum wait is over.\n\n"
            "<b>Commands</b>\n"
            "/buy – a number; /buy telegram us goes straight there\n"
            "/rent – a number for days; every SMS to it comes here\n"
            "/send – an SMS or a Viber message, to one recipient at a time\n"
            "/numbers – what is waiting, and the codes that came; rented numbers, too\n"
            "/cancel – numbers that can be cancelled\n"
            "/balance – what is left on your accounts\n"
            "/keys – add, name and remove provider keys\n"
            "/start – the menu"
        ),
        [[press(t.plain("◀ Menu"), Menu())]],
    )
