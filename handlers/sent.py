"""What was sent: the messages of the history."""

from collections.abc import Mapping

from aiogram import F, Router
from aiogram.types import CallbackQuery

from bot.clock import Clock
from bot.i18n import Texts
from bot.providers.base import Provider
from handlers.doors import Sent
from handlers.filters import Filters
from handlers.history import history_screen
from handlers.private import MESSAGES, only_in_private
from handlers.screen import answer, say, show
from storage.history import HistoryStore
from storage.wanted import Kind

router = Router(name="sent")
router.callback_query.filter(F.data.startswith("d"))
only_in_private(router, MESSAGES)


@router.callback_query(Sent.filter())
async def sent(
    callback: CallbackQuery,
    callback_data: Sent,
    t: Texts,
    history: HistoryStore,
    providers: Mapping[str, Provider],
    clock: Clock,
) -> None:
    filters = Filters(kind=Kind.MESSAGE)
    screen = await history_screen(callback, filters, callback_data.page, t, history, providers, clock)
    if not callback_data.anew:
        await show(callback, screen)
        return
    await answer(callback)
    await say(callback, screen)
