"""Where operators are told of trouble: in their own chats, or where one of them says `/admin here`."""

from aiogram import F, Router
from aiogram.filters import Command
from aiogram.filters.callback_data import CallbackData
from aiogram.types import CallbackQuery, Message

from bot.admission import Admission
from bot.alarms import Alarms
from bot.i18n import Texts
from handlers.operating import operates
from handlers.operator_doors import Admin, Notices
from handlers.screen import Screen, press, show, topic_of
from storage.chats import ChatStore
from storage.notice_board import Place

router = Router(name="alerts")
router.callback_query.filter(F.data.startswith("N"), operates)


class Home(CallbackData, prefix="Nh"):
    """Let notices come to every operator's own chat again."""


def _from_operator(message: Message, admission: Admission) -> bool:
    """In any chat: a place is chosen from within. Who writes as the group is nobody."""
    person = message.from_user
    return person is not None and message.sender_chat is None and admission.is_operator(person.id)


@router.message(Command("admin", ignore_case=True), F.text.regexp(r"(?i)^\S+\s+here\s*$"), _from_operator)
async def here(message: Message, t: Texts, alarms: Alarms) -> None:
    """A topic is chosen by saying it there."""
    person = message.from_user
    if person is None:
        return
    await alarms.send_to(Place(message.chat.id, topic_of(message)), person.id)
    lines = [
        t("🔔 Operators are told here from now on: of trouble, its end, and each morning of the day before."),
        t("For another place say <code>/admin here</code> there. For your own chats open Notices in /admin."),
    ]
    await show(message, Screen("\n".join(lines)))


@router.callback_query(Notices.filter())
async def notices(callback: CallbackQuery, t: Texts, alarms: Alarms, chats: ChatStore) -> None:
    await show(callback, await _where(t, alarms, chats))


@router.callback_query(Home.filter())
async def home(callback: CallbackQuery, t: Texts, alarms: Alarms, chats: ChatStore) -> None:
    await alarms.send_to(None, callback.from_user.id)
    await show(callback, await _where(t, alarms, chats))


async def _where(t: Texts, alarms: Alarms, chats: ChatStore) -> Screen:
    chosen = alarms.chosen
    lines = [t("<b>🔔 Notices</b>"), await _told_in(chosen, t, chats), ""]
    lines += [
        t("You are told of a provider that is down, a full disk, a failed backup, and an unknown purchase."),
        t("And each morning at 8 the figures of the day before."),
        "",
        t("To be told elsewhere, say <code>/admin here</code> in that group or topic."),
    ]
    back = [press(t.plain("👤 To our own chats"), Home())] if chosen is not None else []
    return Screen("\n".join(lines), [back, [press(t.plain("◀ Operator"), Admin())]])


async def _told_in(chosen: Place | None, t: Texts, chats: ChatStore) -> str:
    if chosen is None:
        return t("They come to every operator's own chat with me.")
    chat = await chats.get(chosen.chat_id)
    if chat is not None and chat.unreachable_at is not None:
        return t("The chosen chat cannot be reached, so they come to every operator's own chat with me.")
    name = chat.title if chat is not None and chat.title else str(chosen.chat_id)
    return t("They come to this chat: {name}", name=name)
