"""/settings: what people choose for themselves, all on one screen. Whatever is chosen counts at once.

A group has a few of them, which its administrators choose.
"""

from collections.abc import Mapping

from aiogram import F, Router
from aiogram.filters import Command
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, Message

from bot.clock import Clock
from bot.errors import BadInput, Expired, text
from bot.hours import WORLD, hours_in, offset_in
from bot.i18n import Texts
from bot.providers.base import Provider
from bot.purses import purse_of
from bot.voices import Voices
from handlers import choices
from handlers.amounts import amount_in
from handlers.choices import Ceiling, Choice, Hush, Live, LiveHere, NoCeiling, Open, Order, Speak, Veil
from handlers.doors import Menu, Privacy, Settings
from handlers.group_settings import group_settings, is_a_persons, zone_question
from handlers.leading import led
from handlers.private import SETTINGS
from handlers.screen import Rows, Screen, answer, chat_of, in_rows, press, show
from storage.keys import KeyStore
from storage.models import Preferences
from storage.preferences import PreferenceStore

router = Router(name="settings")
router.callback_query.filter(F.data.startswith("y"), led)

_TYPED = F.text & ~F.text.startswith("/")


class Asked(StatesGroup):
    """What the person may type instead of pressing."""

    time_zone = State()
    quiet_hours = State()
    ceiling = State()


class WhichPurse(BadInput):
    text = text("There are several limits: press one of them first, then send the amount.")


@router.callback_query(is_a_persons)
async def setting_of_people(callback: CallbackQuery, t: Texts) -> None:
    await answer(callback, t.plain(SETTINGS), alert=True)


@router.message(Command("settings", ignore_case=True), led)
async def settings_by_command(message: Message, t: Texts, preferences: PreferenceStore, clock: Clock) -> None:
    await show(message, await _settings(message.chat.id, t, preferences, clock))


@router.callback_query(Settings.filter())
async def settings(callback: CallbackQuery, t: Texts, preferences: PreferenceStore, clock: Clock) -> None:
    await show(callback, await _settings(chat_of(callback), t, preferences, clock))


@router.callback_query(Open.filter(F.what == Choice.LANGUAGE))
async def ask_for_language(
    callback: CallbackQuery, t: Texts, voices: Voices, preferences: PreferenceStore
) -> None:
    chat_id = chat_of(callback)
    chosen = await preferences.of(chat_id)
    spoken = voices.foreign(callback.from_user.language_code) if chat_id > 0 else None
    await show(callback, choices.languages(chosen, spoken, voices.languages, t))


@router.callback_query(Open.filter(F.what.in_({Choice.ZONE, Choice.BETWEEN})))
async def ask_for_zone(
    callback: CallbackQuery,
    callback_data: Open,
    state: FSMContext,
    t: Texts,
    preferences: PreferenceStore,
    clock: Clock,
) -> None:
    chat_id = chat_of(callback)
    draw = choices.zones if callback_data.what is Choice.ZONE else choices.zones_between
    screen = draw(await preferences.of(chat_id), clock(), t)
    if chat_id < 0:
        screen = Screen(zone_question(t), screen.rows)
    else:
        await state.set_state(Asked.time_zone)
    await show(callback, screen)


@router.callback_query(Open.filter(F.what == Choice.QUIET))
async def ask_for_quiet_hours(
    callback: CallbackQuery, state: FSMContext, t: Texts, preferences: PreferenceStore, clock: Clock
) -> None:
    await state.set_state(Asked.quiet_hours)
    await show(callback, choices.nights(await preferences.of(chat_of(callback)), clock(), t))


@router.callback_query(Open.filter(F.what == Choice.SORT))
async def ask_for_sort(callback: CallbackQuery, t: Texts, preferences: PreferenceStore) -> None:
    await show(callback, choices.sorts(await preferences.of(chat_of(callback)), t))


@router.callback_query(Open.filter(F.what == Choice.CEILINGS))
async def ask_for_purse(
    callback: CallbackQuery,
    state: FSMContext,
    t: Texts,
    preferences: PreferenceStore,
    keys: KeyStore,
    providers: Mapping[str, Provider],
) -> None:
    """Where there is one only, an amount may be sent at once."""
    chat_id = chat_of(callback)
    purses, now = await _purses(chat_id, keys, providers), await preferences.ceilings(chat_id)
    if known := {*purses, *now}:
        await state.set_state(Asked.ceiling)
        await state.set_data({"purse": known.pop() if len(known) == 1 else ""})
    await show(callback, choices.ceilings(purses, now, providers, t))


@router.callback_query(Ceiling.filter())
async def ask_for_ceiling(
    callback: CallbackQuery,
    callback_data: Ceiling,
    state: FSMContext,
    t: Texts,
    preferences: PreferenceStore,
    keys: KeyStore,
    providers: Mapping[str, Provider],
) -> None:
    chat_id, purse = chat_of(callback), callback_data.value
    now = await preferences.ceilings(chat_id)
    if purse not in {*now, *await _purses(chat_id, keys, providers)}:
        raise Expired
    await state.set_state(Asked.ceiling)
    await state.set_data({"purse": purse})
    await show(callback, choices.ceiling_question(purse, now.get(purse), providers, t))


@router.callback_query(Speak.filter())
async def speak(
    callback: CallbackQuery,
    callback_data: Speak,
    voices: Voices,
    preferences: PreferenceStore,
    clock: Clock,
) -> None:
    """The answer comes in the new language already."""
    chat_id, language = chat_of(callback), callback_data.value
    if language and language not in voices.languages:
        raise Expired
    t = await voices.speak(chat_id, language, callback.from_user.language_code or "")
    await show(callback, await _settings(chat_id, t, preferences, clock))


@router.callback_query(Live.filter())
async def live(
    callback: CallbackQuery, callback_data: Live, voices: Voices, preferences: PreferenceStore, clock: Clock
) -> None:
    if callback_data.offset not in WORLD:
        raise Expired
    t = await voices.choose(chat_of(callback), utc_offset=callback_data.offset)
    await show(callback, await _settings(chat_of(callback), t, preferences, clock))


@router.callback_query(LiveHere.filter())
async def live_here(
    callback: CallbackQuery, voices: Voices, preferences: PreferenceStore, clock: Clock
) -> None:
    t = await voices.choose(chat_of(callback), utc_offset=None)
    await show(callback, await _settings(chat_of(callback), t, preferences, clock))


@router.callback_query(Hush.filter())
async def hush(
    callback: CallbackQuery, callback_data: Hush, voices: Voices, preferences: PreferenceStore, clock: Clock
) -> None:
    first, last = callback_data.first, callback_data.last
    t = await voices.choose(chat_of(callback), **_quiet(None if first == last else (first, last)))
    await show(callback, await _settings(chat_of(callback), t, preferences, clock))


@router.callback_query(Order.filter())
async def order(
    callback: CallbackQuery, callback_data: Order, voices: Voices, preferences: PreferenceStore, clock: Clock
) -> None:
    t = await voices.choose(chat_of(callback), sort=callback_data.sort)
    await show(callback, await _settings(chat_of(callback), t, preferences, clock))


@router.callback_query(NoCeiling.filter())
async def no_ceiling(
    callback: CallbackQuery, callback_data: NoCeiling, t: Texts, preferences: PreferenceStore, clock: Clock
) -> None:
    await preferences.cap(chat_of(callback), callback_data.value, None)
    await show(callback, await _settings(chat_of(callback), t, preferences, clock))


@router.callback_query(Veil.filter())
async def veil(
    callback: CallbackQuery, callback_data: Veil, voices: Voices, preferences: PreferenceStore, clock: Clock
) -> None:
    t = await voices.choose(chat_of(callback), hide_codes=callback_data.on)
    await show(callback, await _settings(chat_of(callback), t, preferences, clock))


@router.message(Asked.time_zone, _TYPED)
async def take_zone(
    message: Message, state: FSMContext, voices: Voices, preferences: PreferenceStore, clock: Clock
) -> None:
    offset = offset_in(message.text or "")
    await state.clear()
    t = await voices.choose(message.chat.id, utc_offset=offset)
    await show(message, await _settings(message.chat.id, t, preferences, clock))


@router.message(Asked.quiet_hours, _TYPED)
async def take_quiet_hours(
    message: Message, state: FSMContext, voices: Voices, preferences: PreferenceStore, clock: Clock
) -> None:
    hours = hours_in(message.text or "")
    await state.clear()
    t = await voices.choose(message.chat.id, **_quiet(hours))
    await show(message, await _settings(message.chat.id, t, preferences, clock))


@router.message(Asked.ceiling, _TYPED)
async def take_ceiling(
    message: Message, state: FSMContext, t: Texts, preferences: PreferenceStore, clock: Clock
) -> None:
    amount = amount_in(message.text or "")
    purse = str((await state.get_data()).get("purse", ""))
    if not purse:
        raise WhichPurse
    await state.clear()
    await preferences.cap(message.chat.id, purse, amount)
    await show(message, await _settings(message.chat.id, t, preferences, clock))


async def _purses(chat_id: int, keys: KeyStore, providers: Mapping[str, Provider]) -> set[str]:
    """Within what the prices of the chat's keys are compared."""
    names = {key.provider for key in await keys.list(chat_id)} & providers.keys()
    return {purse_of(providers[name].currency, name) for name in names}


def _quiet(hours: tuple[int, int] | None) -> dict[str, object]:
    """Quiet hours as columns of the preferences."""
    first, last = hours or (None, None)
    return {"quiet_from": first, "quiet_to": last}


async def _settings(chat_id: int, t: Texts, preferences: PreferenceStore, clock: Clock) -> Screen:
    chosen, ceilings = await preferences.of(chat_id), await preferences.ceilings(chat_id)
    if chat_id < 0:
        return group_settings(chosen, clock(), t)
    language = choices.language_name(t.language)
    lines = [
        t("⚙️ <b>Settings</b>\n"),
        t("🌐 Language: <b>{language}</b>", language=language)
        if chosen.language
        else t("🌐 Language: <b>{language}</b>, as in Telegram", language=language),
        t("🕑 Clock: <b>{time}</b>", time=choices.clock_name(chosen, clock(), t)),
        t("🌙 Quiet hours: <b>{hours}</b>", hours=choices.quiet_name(chosen, t)),
        t("↕️ Countries: <b>{sort}</b>", sort=choices.sort_name(chosen.sort, t)),
        t("💲 Price limit: <b>{amount}</b>", amount=choices.ceilings_name(ceilings, t)),
        t("🙈 Codes: <b>under a spoiler</b>") if chosen.hide_codes else t("👁 Codes: <b>shown at once</b>"),
    ]
    return Screen("\n".join(lines), _rows(chosen, t))


def _rows(chosen: Preferences, t: Texts) -> Rows:
    veil = t.plain("👁 Show codes") if chosen.hide_codes else t.plain("🙈 Hide codes")
    buttons = [
        press(t.plain("🌐 Language"), Open(what=Choice.LANGUAGE)),
        press(t.plain("🕑 Time zone"), Open(what=Choice.ZONE)),
        press(t.plain("🌙 Quiet hours"), Open(what=Choice.QUIET)),
        press(t.plain("↕️ Sorting"), Open(what=Choice.SORT)),
        press(t.plain("💲 Price limit"), Open(what=Choice.CEILINGS)),
        press(veil, Veil(on=not chosen.hide_codes)),
    ]
    return [*in_rows(buttons, 2), [press(t.plain("🔒 Privacy"), Privacy()), press(t.plain("◀ Menu"), Menu())]]
