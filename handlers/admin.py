"""/admin: what the operator sees at a glance, and the ways to everything they can do."""

from collections.abc import Mapping

from aiogram import F, Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery, Message

from bot.admission import Admission
from bot.clock import Clock
from bot.health import Health
from bot.i18n import Texts
from bot.overview import Overview
from bot.providers.base import Provider
from bot.switches import Switches
from handlers import admin_screens as screens
from handlers.operating import only_for_operators
from handlers.operator_doors import Admin, Page, Show
from handlers.screen import Screen, show

router = Router(name="admin")
router.callback_query.filter(F.data.startswith("A"))
only_for_operators(router)


@router.message(Command("admin", ignore_case=True))
@router.callback_query(Admin.filter())
async def home(
    event: Message | CallbackQuery,
    t: Texts,
    overview: Overview,
    health: Health,
    switches: Switches,
    providers: Mapping[str, Provider],
) -> None:
    await show(event, await at_a_glance(t, overview, health, switches, providers))


async def at_a_glance(
    t: Texts, overview: Overview, health: Health, switches: Switches, providers: Mapping[str, Provider]
) -> Screen:
    """The home of all this."""
    figures = await overview.today(t.zone), await overview.week()
    news = await screens.news(overview, health.report(), switches, providers, t)
    return screens.home(figures, news, switches.paused, t)


@router.callback_query(Show.filter(F.page == Page.HEALTH))
async def how_providers_are(
    callback: CallbackQuery, t: Texts, health: Health, providers: Mapping[str, Provider]
) -> None:
    await show(callback, screens.health(health.report(), providers, t))


@router.callback_query(Show.filter(F.page == Page.QUEUES))
async def what_waits(callback: CallbackQuery, t: Texts, overview: Overview, clock: Clock) -> None:
    await show(callback, screens.queues(await overview.queues(), clock(), t))


@router.callback_query(Show.filter(F.page == Page.ERRORS))
async def what_went_wrong(
    callback: CallbackQuery, t: Texts, overview: Overview, providers: Mapping[str, Provider]
) -> None:
    await show(callback, screens.errors(await overview.week(), providers, t))


@router.callback_query(Show.filter(F.page == Page.SETTINGS))
async def what_is_set(callback: CallbackQuery, t: Texts, admission: Admission, switches: Switches) -> None:
    await show(callback, screens.settings(admission.settings, switches, t))
