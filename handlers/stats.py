"""/stats: what was spent, how many codes came and how soon, as a text and, below it, as pictures.

The text comes first and says it all, as pictures take a moment; it goes over another time in its place.
"""

from collections.abc import Mapping

from aiogram import Bot, F, Router
from aiogram.filters import Command
from aiogram.filters.callback_data import CallbackData
from aiogram.types import CallbackQuery, Message

from bot.i18n import Texts
from bot.pictures import Pictures
from bot.providers.base import Provider
from bot.statistics import Figures, Statistics
from handlers.doors import Buy, Menu, Stats
from handlers.easel import Easel, Period, Redraw, periods
from handlers.figures import nothing, told, too_few
from handlers.private import STATISTICS, only_in_private
from handlers.screen import Screen, answer, chat_of, press, show

router = Router(name="stats")
router.callback_query.filter(F.data.startswith("j"))
only_in_private(router, STATISTICS, "stats")


class Over(CallbackData, prefix="jo"):
    """The text, over another time."""

    period: Period


class Draw(CallbackData, prefix="jd"):
    """The pictures, below."""

    period: Period


@router.message(Command("stats", ignore_case=True))
async def stats_by_command(
    message: Message,
    bot: Bot,
    t: Texts,
    statistics: Statistics,
    pictures: Pictures,
    providers: Mapping[str, Provider],
) -> None:
    figures = await _figures(message, Period.MONTH, t, statistics)
    await show(message, await _screen(message, figures, Period.MONTH, t, statistics, providers))
    await Easel(bot, message.chat.id, t, pictures, figures, Period.MONTH).send_all()


@router.callback_query(Stats.filter())
async def stats_by_button(
    callback: CallbackQuery,
    bot: Bot,
    t: Texts,
    statistics: Statistics,
    pictures: Pictures,
    providers: Mapping[str, Provider],
) -> None:
    figures = await _figures(callback, Period.MONTH, t, statistics)
    await show(callback, await _screen(callback, figures, Period.MONTH, t, statistics, providers))
    await Easel(bot, chat_of(callback), t, pictures, figures, Period.MONTH).send_all()


@router.callback_query(Over.filter())
async def over_another_time(
    callback: CallbackQuery,
    callback_data: Over,
    t: Texts,
    statistics: Statistics,
    providers: Mapping[str, Provider],
) -> None:
    period = callback_data.period
    figures = await _figures(callback, period, t, statistics)
    await show(callback, await _screen(callback, figures, period, t, statistics, providers))


@router.callback_query(Draw.filter())
async def draw_below(
    callback: CallbackQuery,
    callback_data: Draw,
    bot: Bot,
    t: Texts,
    statistics: Statistics,
    pictures: Pictures,
) -> None:
    period = callback_data.period
    figures = await _figures(callback, period, t, statistics)
    easel = Easel(bot, chat_of(callback), t, pictures, figures, period)
    why = "" if easel.worth() else too_few(None, t)
    await answer(callback, why, alert=bool(why))
    await easel.send_all()


@router.callback_query(Redraw.filter())
async def draw_anew(
    callback: CallbackQuery,
    callback_data: Redraw,
    bot: Bot,
    t: Texts,
    statistics: Statistics,
    pictures: Pictures,
) -> None:
    """Where there is too little to see, the picture stays as it is."""
    picture, period = callback_data.picture, callback_data.period
    figures = await _figures(callback, period, t, statistics)
    easel = Easel(bot, chat_of(callback), t, pictures, figures, period)
    if picture not in easel.worth():
        await answer(callback, too_few(picture, t), alert=True)
        return
    await easel.hang(picture, callback.message)
    await answer(callback)


async def _figures(
    event: Message | CallbackQuery, period: Period, t: Texts, statistics: Statistics
) -> Figures:
    chat_id = chat_of(event)
    person = event.from_user.id if event.from_user is not None else chat_id
    return await statistics.of_person(person, chat_id, period.days, t.zone)


async def _screen(
    event: Message | CallbackQuery,
    figures: Figures,
    period: Period,
    t: Texts,
    statistics: Statistics,
    providers: Mapping[str, Provider],
) -> Screen:
    """Who has done nothing in all the time there is gets no buttons for parts of it."""
    menu = press(t.plain("◀ Menu"), Menu())
    if not figures and not await _figures(event, Period.QUARTER, t, statistics):
        return Screen(nothing(t), [[press(t.plain("📱 Buy a number"), Buy())], [menu]])
    draw = press(t.plain("📈 Pictures"), Draw(period=period))
    rows = [periods(period, t, lambda other: Over(period=other)), [draw, menu]]
    return Screen(told(figures, t, providers), rows)
