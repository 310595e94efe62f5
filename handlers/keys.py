"""Looking after provider keys: /keys lists, names and removes them."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from aiogram import F, Router
from aiogram.filters import Command
from aiogram.filters.callback_data import CallbackData
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, InlineKeyboardButton, Message

from bot.clock import Clock
from bot.errors import BrokenKey, UnknownKey
from bot.i18n import Texts, visible
from bot.providers.base import Provider
from handlers.doors import AddKey, Keys, Menu, Rename
from handlers.private import KEYS, only_in_private
from handlers.screen import Screen, in_rows, press, show
from storage.keys import KeyStore
from storage.models import Key

router = Router(name="keys")
router.callback_query.filter(F.data.startswith("k"))
only_in_private(router, KEYS)

_LABEL_LENGTH = 32
#: A key that ends sooner is warned of.
_SOON = timedelta(days=14)


class OneKey(CallbackData, prefix="ko"):
    """Look at one key."""

    id: str


class Remove(CallbackData, prefix="kr"):
    """Remove a key; asks first unless `sure`."""

    id: str
    sure: bool = False


class Asked(StatesGroup):
    """What the person was asked to type."""

    label = State()


@router.message(Command("keys"), F.chat.type == "private")
async def keys_by_command(
    message: Message, t: Texts, keys: KeyStore, providers: Mapping[str, Provider]
) -> None:
    await show(message, await _list(message.chat.id, t, keys, providers))


@router.callback_query(Keys.filter())
async def keys_by_button(
    callback: CallbackQuery, t: Texts, keys: KeyStore, providers: Mapping[str, Provider]
) -> None:
    await show(callback, await _list(callback.from_user.id, t, keys, providers))


@router.callback_query(OneKey.filter())
async def one_key(
    callback: CallbackQuery,
    callback_data: OneKey,
    t: Texts,
    keys: KeyStore,
    providers: Mapping[str, Provider],
    clock: Clock,
) -> None:
    key = await _own(callback_data.id, callback, keys)
    rows = [
        [press(t.plain("✏️ Name"), Rename(id=key.id)), press(t.plain("🗑 Remove"), Remove(id=key.id))],
        [press(t.plain("◀ Back"), Keys())],
    ]
    lines = [_line(key, t, providers), *await _end(key, t, keys, providers, clock())]
    await show(callback, Screen("\n".join(lines), rows))


@router.callback_query(Rename.filter())
async def ask_for_label(
    callback: CallbackQuery, callback_data: Rename, state: FSMContext, t: Texts, keys: KeyStore
) -> None:
    key = await _own(callback_data.id, callback, keys)
    await state.set_state(Asked.label)
    await state.set_data({"key": key.id})
    await show(
        callback,
        Screen(t("Send a short name for this key, like “work”."), [[press(t.plain("◀ Back"), Keys())]]),
    )


@router.message(Asked.label, F.text, ~F.text.startswith("/"))
async def take_label(
    message: Message, state: FSMContext, t: Texts, keys: KeyStore, providers: Mapping[str, Provider]
) -> None:
    label = visible(" ".join((message.text or "").split()), _LABEL_LENGTH)
    await keys.rename((await state.get_data()).get("key", ""), message.chat.id, label)
    await state.clear()
    await show(message, await _list(message.chat.id, t, keys, providers))


@router.callback_query(Remove.filter())
async def remove(
    callback: CallbackQuery,
    callback_data: Remove,
    t: Texts,
    keys: KeyStore,
    providers: Mapping[str, Provider],
    clock: Clock,
) -> None:
    key = await _own(callback_data.id, callback, keys)
    if not callback_data.sure:
        await show(callback, _are_you_sure(key, t, providers))
        return
    await keys.remove(key.id, key.chat_id, clock())
    await show(callback, await _list(key.chat_id, t, keys, providers))


def _are_you_sure(key: Key, t: Texts, providers: Mapping[str, Provider]) -> Screen:
    text = t("Remove this key? Numbers that are still open are watched to their end.")
    rows = [
        [
            press(t.plain("🗑 Yes, remove it"), Remove(id=key.id, sure=True)),
            press(t.plain("◀ No"), Keys()),
        ]
    ]
    return Screen(f"{_line(key, t, providers)}\n\n{text}", rows)


async def _own(key_id: str, callback: CallbackQuery, keys: KeyStore) -> Key:
    """A key of this chat; whose button it was does not matter, whose key it is does."""
    for key in await keys.list(callback.message.chat.id if callback.message else callback.from_user.id):
        if key.id == key_id:
            return key
    raise UnknownKey


async def _list(chat_id: int, t: Texts, keys: KeyStore, providers: Mapping[str, Provider]) -> Screen:
    mine = await keys.list(chat_id)
    add = [press(t.plain("🔑 Add a provider key"), AddKey())]
    if not mine:
        return Screen(t("You have no provider keys yet."), [add, [press(t.plain("◀ Menu"), Menu())]])
    lines = "\n".join(_line(key, t, providers) + _mark(key, t, keys) for key in mine)
    buttons: list[InlineKeyboardButton] = [press(name_of(key, providers), OneKey(id=key.id)) for key in mine]
    text = "\n".join([t("<b>Your keys</b>"), lines])
    return Screen(text, [*in_rows(buttons, 2), add, [press(t.plain("◀ Menu"), Menu())]])


def _line(key: Key, t: Texts, providers: Mapping[str, Provider]) -> str:
    used = t.plain("last used {when}", when=t.day(key.used_at)) if key.used_at else t.plain("not used yet")
    return t(
        "<b>{name}</b> …{tail} · {balance} · {used}",
        name=name_of(key, providers),
        tail=key.tail,
        balance=_money(key, t),
        used=used,
    )


def _mark(key: Key, t: Texts, keys: KeyStore) -> str:
    return "\n" + t("⚠️ {problem}", problem=t.plain_error(BrokenKey())) if keys.is_broken(key) else ""


async def _end(
    key: Key, t: Texts, keys: KeyStore, providers: Mapping[str, Provider], now: datetime
) -> list[str]:
    """When the key ends, where it says so itself; that it can no longer be read, where that is so."""
    provider = providers.get(key.provider)
    try:
        ends = provider.expires_at(await keys.open(key.id, key.chat_id)) if provider is not None else None
    except BrokenKey as broken:
        return [t("⚠️ {problem}", problem=t.plain_error(broken))]
    return [] if ends is None else [_valid(ends, t, now)]


def _valid(ends: datetime, t: Texts, now: datetime) -> str:
    if ends <= now:
        return t("⚠️ It expired on {day}: add a new one.", day=t.date(ends))
    if ends - now <= _SOON:
        return t("⚠️ It expires on {day}: add a new one soon.", day=t.date(ends))
    return t("It expires on {day}.", day=t.date(ends))


def name_of(key: Key, providers: Mapping[str, Provider]) -> str:
    """How a key is called on every screen: its provider and the label it was given."""
    title = providers[key.provider].title if key.provider in providers else key.provider
    return f"{title} {key.label}".strip()


def _money(key: Key, t: Texts) -> str:
    return t.money(key.balance, key.currency) if key.balance is not None else "?"
