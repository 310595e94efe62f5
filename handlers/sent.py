"""What was sent: pages of it, newest first; each message opens its card."""

from collections.abc import Mapping, Sequence
from typing import Annotated

from aiogram import F, Router
from aiogram.filters.callback_data import CallbackData
from aiogram.types import CallbackQuery
from pydantic import Field

from bot.i18n import Texts, international
from bot.messages import Messages
from bot.providers.base import Provider
from handlers.channels import recipient
from handlers.doors import Menu, Send, Sent
from handlers.message_cards import card, standing
from handlers.private import MESSAGES, only_in_private
from handlers.screen import Rows, Screen, answer, chat_of, page_of, press, say, show, turn
from storage.models import MessageState, OutgoingMessage

router = Router(name="sent")
router.callback_query.filter(F.data.startswith("d"))
only_in_private(router, MESSAGES)

_SENT_A_PAGE = 8


class OneSent(CallbackData, prefix="do"):
    """Look at a message from the list; back leads to that page of it."""

    id: str
    page: Annotated[int, Field(ge=0, le=999)]


@router.callback_query(Sent.filter())
async def sent(callback: CallbackQuery, callback_data: Sent, t: Texts, messages: Messages) -> None:
    rows = await messages.history(callback.from_user.id, chat_of(callback))
    screen = _sent(rows, callback_data.page, t)
    if not callback_data.anew:
        await show(callback, screen)
        return
    await answer(callback)
    await say(callback, screen)


@router.callback_query(OneSent.filter())
async def one_sent(
    callback: CallbackQuery,
    callback_data: OneSent,
    t: Texts,
    messages: Messages,
    providers: Mapping[str, Provider],
) -> None:
    """The card as it is now; the one that hangs in the chat goes on being the one that is kept up to date."""
    row = await messages.mine(callback_data.id, callback.from_user.id)
    drawn = card(row, t, providers)
    moving = row.state in (MessageState.SENDING, MessageState.ACCEPTED)
    again = [press(t.plain("🔄 Look again"), callback_data)] if moving else []
    back = [press(t.plain("◀ Sent messages"), Sent(page=callback_data.page))]
    await show(callback, Screen(drawn.html, [*drawn.rows[:-1], again, back]))


def _sent(rows: Sequence[OutgoingMessage], page: int, t: Texts) -> Screen:
    """Newest first; each opens its card."""
    ways_out = [[press(t.plain("✉️ Send a message"), Send())], [press(t.plain("◀ Menu"), Menu())]]
    if not rows:
        return Screen(t("You have sent no messages yet."), ways_out)
    shown, pages = page_of(rows, page, _SENT_A_PAGE)
    lines = [t("<b>Sent messages</b>"), *(_line(row, t) for row in shown)]
    buttons: Rows = [[press(_label(row, t), OneSent(id=row.id, page=page))] for row in shown]
    return Screen("\n\n".join(lines), [*buttons, turn(page, pages, lambda to: Sent(page=to)), *ways_out])


def _line(row: OutgoingMessage, t: Texts) -> str:
    when = t.day(row.confirmed_at or row.created_at)
    return t("{recipient}\n{when} · {state}", recipient=recipient(row, t), when=when, state=standing(row, t))


def _label(row: OutgoingMessage, t: Texts) -> str:
    phone = international(row.recipient) or "…"
    return t.plain("🗂 {phone} · {state}", phone=phone, state=standing(row, t))
