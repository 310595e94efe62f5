"""What operators switch while the bot runs: the pause, the maintenance text, access, blocked services.

Each change stands in the log of deeds with it, and counts from the next press or look on.
"""

from difflib import get_close_matches

from aiogram import F, Router
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, Message

from bot.admission import Admission
from bot.clock import Clock
from bot.errors import BadInput, Expired, text
from bot.i18n import Texts, visible
from bot.overview import Overview
from bot.search import Listed, understand
from bot.services import known, nice_name, slug
from bot.settings import Access
from bot.switches import Switches
from handlers import switch_screens as screens
from handlers.operating import only_for_operators
from handlers.operator_doors import Lever, Switching
from handlers.screen import Screen, show
from handlers.switch_screens import Allow, Block, Close, Enter, Narrow, Pause, Reopen, Services
from storage.outsiders import OutsiderStore

router = Router(name="switching")
router.callback_query.filter(F.data.startswith("S"))
only_for_operators(router)

_TYPED = F.text & ~F.text.startswith("/")
#: Characters of a maintenance text: people read it on a phone, and an alert shows its beginning.
_LONGEST = 1000
#: Names less alike than that (of 1) are not offered.
_LIKE = 0.5
#: Blocked services are kept in one text.
_MOST_SERVICES = 200


class Asked(StatesGroup):
    """What the operator was asked to type."""

    maintenance = State()
    service = State()


class TooLong(BadInput):
    text = text("That is too long: {limit} characters are the most. Send a shorter one.")


class TooManyServices(BadInput):
    text = text("No more services can be blocked here: {limit} is the most.")


@router.callback_query(Switching.filter(F.what == Lever.PAUSE))
async def pausing(callback: CallbackQuery, t: Texts, switches: Switches) -> None:
    await show(callback, screens.pausing(switches.paused, t))


@router.callback_query(Pause.filter())
async def pause(callback: CallbackQuery, callback_data: Pause, t: Texts, switches: Switches) -> None:
    await switches.set("paused", "yes" if callback_data.on else None, callback.from_user.id)
    await show(callback, screens.pausing(switches.paused, t))


@router.callback_query(Switching.filter(F.what == Lever.MAINTENANCE))
async def maintenance(callback: CallbackQuery, state: FSMContext, t: Texts, switches: Switches) -> None:
    await state.set_state(Asked.maintenance)
    await show(callback, screens.maintenance(switches.maintenance, t))


@router.message(Asked.maintenance, _TYPED)
async def preview(message: Message, t: Texts) -> None:
    """Nobody reads it before a press; the question stays open: another text can be typed at once."""
    words = (message.text or "").strip()
    if len(words) > _LONGEST:
        raise TooLong(limit=_LONGEST)
    await show(message, screens.closing(words, t))


@router.callback_query(Close.filter())
async def close(callback: CallbackQuery, t: Texts, switches: Switches) -> None:
    """The text is read off the pressed message itself: it is what was shown. Raises `Expired`."""
    await switches.set("maintenance", _quoted(callback), callback.from_user.id)
    await show(callback, screens.maintenance(switches.maintenance, t))


@router.callback_query(Reopen.filter())
async def reopen(callback: CallbackQuery, t: Texts, switches: Switches) -> None:
    await switches.set("maintenance", None, callback.from_user.id)
    await show(callback, screens.maintenance("", t))


@router.callback_query(Switching.filter(F.what == Lever.ACCESS))
async def access(callback: CallbackQuery, t: Texts, switches: Switches, overview: Overview) -> None:
    await show(callback, await _access(t, switches, overview))


@router.callback_query(Enter.filter())
async def choose_access(
    callback: CallbackQuery,
    callback_data: Enter,
    t: Texts,
    switches: Switches,
    overview: Overview,
    admission: Admission,
    outsiders: OutsiderStore,
    clock: Clock,
) -> None:
    """Where that shuts people out it is asked first."""
    if switches.access is Access.OPEN and callback_data.access is not Access.OPEN:
        outside = await outsiders.count(admission.settings.admin_ids, clock())
        if outside:
            await show(callback, screens.shutting(callback_data.access, outside, t))
            return
    await switches.let_in(callback_data.access, callback.from_user.id)
    await show(callback, await _access(t, switches, overview))


@router.callback_query(Narrow.filter())
async def narrow(
    callback: CallbackQuery,
    callback_data: Narrow,
    t: Texts,
    switches: Switches,
    overview: Overview,
    admission: Admission,
    outsiders: OutsiderStore,
    clock: Clock,
) -> None:
    """Who is to be let in is let in first: nobody is outside for a moment."""
    by = callback.from_user.id
    if callback_data.all_in:
        await outsiders.let_in(admission.settings.admin_ids, by, clock())
        await admission.load()
    await switches.let_in(callback_data.access, by)
    await show(callback, await _access(t, switches, overview))


@router.callback_query(Switching.filter(F.what == Lever.SERVICES))
@router.callback_query(Services.filter())
async def services(
    callback: CallbackQuery,
    callback_data: Switching | Services,
    state: FSMContext,
    t: Texts,
    switches: Switches,
) -> None:
    page = callback_data.page if isinstance(callback_data, Services) else 0
    await state.set_state(Asked.service)
    await show(callback, screens.services(switches, page, t))


@router.message(Asked.service, _TYPED)
async def find_service(message: Message, t: Texts, switches: Switches) -> None:
    """The question stays open: the next one can be typed at once."""
    words = " ".join((message.text or "").split())
    found, sure = _named(words)
    typed = Listed(slug(words), visible(words, 32))
    named = sure or any(each.slug == typed.slug for each in found)
    await show(message, screens.which(found, None if named else typed, switches, t))


@router.callback_query(Block.filter())
async def block(
    callback: CallbackQuery, callback_data: Block, state: FSMContext, t: Texts, switches: Switches
) -> None:
    own = switches.own_services | {service := _slug(callback_data.service)}
    if len(own) > _MOST_SERVICES:
        raise TooManyServices(limit=_MOST_SERVICES)
    await _keep(own, f"+ {service}", callback, switches)
    await state.set_state(Asked.service)
    await show(callback, screens.services(switches, 0, t))


@router.callback_query(Allow.filter())
async def allow(
    callback: CallbackQuery, callback_data: Allow, state: FSMContext, t: Texts, switches: Switches
) -> None:
    service = callback_data.service
    await _keep(switches.own_services - {service}, f"- {service}", callback, switches)
    await state.set_state(Asked.service)
    await show(callback, screens.services(switches, 0, t))


async def _keep(own: frozenset[str], change: str, callback: CallbackQuery, switches: Switches) -> None:
    listed = ",".join(sorted(own)) or None
    await switches.set("blocked_services", listed, callback.from_user.id, about=change)


async def _access(t: Texts, switches: Switches, overview: Overview) -> Screen:
    return screens.access(switches, await overview.guests(), t)


def _named(words: str) -> tuple[list[Listed], bool]:
    """Well-known services that may be meant, and whether the first is for sure; else those nearest to it."""
    every = tuple(Listed(each, nice_name(each, "")) for each in known())
    meant = understand(words, every)
    if meant.services:
        return list(meant.services[:1] if meant.sure else meant.services[: screens.CHOICES]), meant.sure
    by_name = {each.name.casefold(): each for each in every}
    return [by_name[name] for name in get_close_matches(words.casefold(), by_name, 3, _LIKE)], False


def _slug(service: str) -> str:
    """As it stands in a button; anything else was pressed on none of ours."""
    if not service or slug(service) != service:
        raise Expired
    return service


def _quoted(callback: CallbackQuery) -> str:
    """What the pressed message quotes."""
    message = callback.message
    if not isinstance(message, Message) or message.text is None:
        raise Expired
    quotes = [each for each in message.entities or () if each.type.endswith("blockquote")]
    if len(quotes) != 1:
        raise Expired
    return quotes[0].extract_from(message.text)
