"""The news of where the bot is: brought into a group, thrown out, muted, blocked, or let in again.

A group is greeted once, when the bot comes in; where it may not stay it says why and leaves. A group that
became a supergroup is no new one: of that this news may be the first. Channels have no use for it.
"""

import logging
from contextlib import suppress

from aiogram import Bot, F, Router
from aiogram.enums import ChatAction
from aiogram.exceptions import AiogramError, TelegramMigrateToChat
from aiogram.types import Chat, ChatMemberRestricted, ChatMemberUpdated, ResultChatMemberUnion

from bot.admission import Admission
from bot.clock import Clock
from bot.errors import Refused
from bot.i18n import Texts
from bot.postman import Postman
from handlers.group_doors import Share
from handlers.nobody import FACELESS
from handlers.screen import Screen, press
from storage.chats import ChatStore
from storage.sharings import SharingStore

log = logging.getLogger(__name__)

router = Router(name="brought")

_GONE = frozenset({"kicked", "left"})


@router.my_chat_member(F.chat.type == "channel")
async def in_a_channel(event: ChatMemberUpdated, bot: Bot) -> None:
    """Nobody talks to a bot there."""
    if _is_there(event.new_chat_member):
        await _leave(bot, event.chat)


@router.my_chat_member()
async def met_or_left(
    event: ChatMemberUpdated,
    bot: Bot,
    t: Texts,
    chats: ChatStore,
    admission: Admission,
    sharings: SharingStore,
    postman: Postman,
    clock: Clock,
) -> None:
    """Blocked, thrown out or muted: what is to be said waits. Back again: it is sent."""
    speaks = _may_speak(event.new_chat_member)
    if speaks:
        await chats.mark_reachable(event.chat.id)
        postman.nudge()
    else:
        await chats.mark_unreachable(event.chat.id, clock())
    if event.chat.type == "private" or not _came(event) or await _moved(event.chat, bot, chats):
        return
    stays = await _stays(event, bot, t, admission)
    if stays and speaks:
        known = await sharings.of(event.chat.id) is not None
        await _say(bot, event.chat, _again(t) if known else _greeting(t))


async def _stays(event: ChatMemberUpdated, bot: Bot, t: Texts, admission: Admission) -> bool:
    """Whether the bot may be where it was brought; else it says why not, once, and goes."""
    by = None if event.from_user.id in FACELESS else event.from_user.id
    try:
        await admission.bring(event.chat.id, event.chat.title or "", by)
    except Refused as why:
        await _say(bot, event.chat, Screen(t.error(why)))
        await _leave(bot, event.chat)
        return False
    return True


async def _moved(chat: Chat, bot: Bot, chats: ChatStore) -> bool:
    """Whether it is a known group under a new id: what it had is the new chat's from now on."""
    if chat.type != "supergroup":
        return False
    for old in await chats.groups_called(chat.title or ""):
        if await _where(bot, old) == chat.id:
            await chats.migrate(old, chat.id)
            return True
    return False


async def _where(bot: Bot, chat_id: int) -> int:
    """The id a group has by now, as Telegram tells whoever wants to speak there under an old one."""
    try:
        await bot.send_chat_action(chat_id, ChatAction.TYPING)
    except TelegramMigrateToChat as moved:
        return moved.migrate_to_chat_id
    except (AiogramError, TimeoutError, OSError) as error:
        log.info("it is not known where a group is now: %s", type(error).__name__)
    return chat_id


def _came(event: ChatMemberUpdated) -> bool:
    """Whether it is news that the bot is there at all; a change of its rights is not."""
    return _is_there(event.new_chat_member) and not _is_there(event.old_chat_member)


def _is_there(member: ResultChatMemberUnion) -> bool:
    if isinstance(member, ChatMemberRestricted):
        return member.is_member
    return member.status not in _GONE


def _may_speak(member: ResultChatMemberUnion) -> bool:
    mute = isinstance(member, ChatMemberRestricted) and not member.can_send_messages
    return _is_there(member) and not mute


async def _say(bot: Bot, chat: Chat, screen: Screen) -> None:
    """Best effort: where nothing may be said, nothing is lost."""
    try:
        await bot.send_message(chat.id, screen.html, reply_markup=screen.keyboard, parse_mode="HTML")
    except AiogramError as error:
        log.info("a group could not be greeted: %s", type(error).__name__)


async def _leave(bot: Bot, chat: Chat) -> None:
    with suppress(AiogramError):
        await bot.leave_chat(chat.id)


def _greeting(t: Texts) -> Screen:
    return Screen(
        t(
            "🔔 <b>Codebell</b> buys temporary phone numbers and rings when the code arrives.\n\n"
            "Here a whole group can buy with one provider key. You decide who may buy, how much, and who "
            "sees the codes.\n\n"
            "One step to begin, for an administrator of this group:"
        ),
        [[press(t.plain("⚙️ Set up sharing"), Share())]],
    )


def _again(t: Texts) -> Screen:
    return Screen(
        t("🔔 I am here again. The keys and rules of this group are as they were: /buy buys a number."),
        [[press(t.plain("⚙️ Sharing"), Share())]],
    )
