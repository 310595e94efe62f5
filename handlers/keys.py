"""Looking after provider keys: /keys lists, tests, names and removes them, each with its limit."""

import re
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from aiogram import F, Router
from aiogram.filters import Command
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, Message

from bot.balances import Balances
from bot.clock import Clock
from bot.errors import BadInput, BrokenKey, Expired, UnknownKey, text
from bot.i18n import Texts, visible
from bot.providers.base import Provider
from handlers.doors import Keys, Rename
from handlers.key_marks import line, marks, money, name_of, usage
from handlers.key_screens import (
    KeyPage,
    Limit,
    OneKey,
    Remove,
    TryKey,
    key_buttons,
    limit_line,
    limit_screen,
    list_screen,
    removal_screen,
    valid,
)
from handlers.private import KEYS, only_in_private
from handlers.screen import Screen, chat_of, press, show
from storage.keys import KeyStore
from storage.models import Key
from storage.open_ends import OpenEndStore

router = Router(name="keys")
router.callback_query.filter(F.data.startswith("k"))
only_in_private(router, KEYS)

#: What the buttons of a phone have room for, beside the name of the provider.
_LONGEST_LABEL = 16
_TYPED = F.text & ~F.text.startswith("/")
_AMOUNT = re.compile(r"[0-9]{1,7}(?:[.,][0-9]{1,4})?", re.ASCII)
_AUTOMATIC = "auto"


class Asked(StatesGroup):
    """What the person was asked to type."""

    label = State()
    limit = State()


class NotALimit(BadInput):
    text = text("That is not an amount. Send a number like 7.50.")


class TooLongALabel(BadInput):
    text = text("That is too long for a button: at most {most} characters.")


@router.message(Command("keys", ignore_case=True), F.chat.type == "private")
async def keys_by_command(
    message: Message, t: Texts, keys: KeyStore, providers: Mapping[str, Provider]
) -> None:
    mine = await keys.list(message.chat.id)
    await show(message, list_screen(mine, 0, t, keys, providers))


@router.callback_query(Keys.filter())
async def keys_by_button(
    callback: CallbackQuery, t: Texts, keys: KeyStore, providers: Mapping[str, Provider]
) -> None:
    mine = await keys.list(chat_of(callback))
    await show(callback, list_screen(mine, 0, t, keys, providers))


@router.callback_query(KeyPage.filter())
async def keys_on_a_page(
    callback: CallbackQuery,
    callback_data: KeyPage,
    t: Texts,
    keys: KeyStore,
    providers: Mapping[str, Provider],
) -> None:
    mine = await keys.list(chat_of(callback))
    await show(callback, list_screen(mine, callback_data.page, t, keys, providers))


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
    await show(callback, await _key(key, t, keys, providers, clock))


@router.callback_query(TryKey.filter())
async def try_key(
    callback: CallbackQuery,
    callback_data: TryKey,
    t: Texts,
    keys: KeyStore,
    balances: Balances,
    providers: Mapping[str, Provider],
    clock: Clock,
) -> None:
    """Whether it works is asked of its balance, which costs nothing."""
    trouble = await balances.ask(await _own(callback_data.id, callback, keys), shown=True)
    key = await _own(callback_data.id, callback, keys)
    if trouble is None:
        alert = t.plain("✅ {name} works: {money}.", name=name_of(key, providers), money=money(key, t))
    else:
        alert = t.plain("⚠️ {name}: {problem}", name=name_of(key, providers), problem=t.plain_error(trouble))
    await show(callback, await _key(key, t, keys, providers, clock), alert)


@router.callback_query(Limit.filter(F.value == ""))
async def ask_for_limit(
    callback: CallbackQuery,
    callback_data: Limit,
    state: FSMContext,
    t: Texts,
    keys: KeyStore,
    providers: Mapping[str, Provider],
    clock: Clock,
) -> None:
    key = await _own(callback_data.id, callback, keys)
    await state.set_state(Asked.limit)
    await state.set_data({"key": key.id})
    await show(callback, limit_screen(key, await keys.limit_of(key, clock()), t, providers))


@router.callback_query(Limit.filter())
async def choose_limit(
    callback: CallbackQuery,
    callback_data: Limit,
    t: Texts,
    keys: KeyStore,
    providers: Mapping[str, Provider],
    clock: Clock,
) -> None:
    key = await _own(callback_data.id, callback, keys)
    await keys.set_limit(key.id, key.chat_id, _limit(callback_data.value), clock())
    key = await _own(callback_data.id, callback, keys)
    await show(callback, await _key(key, t, keys, providers, clock))


@router.message(Asked.limit, _TYPED)
async def take_limit(
    message: Message,
    state: FSMContext,
    t: Texts,
    keys: KeyStore,
    providers: Mapping[str, Provider],
    clock: Clock,
) -> None:
    """What is not an amount leaves the question open."""
    key = await _mine((await state.get_data()).get("key", ""), message.chat.id, keys)
    try:
        limit = _amount(message.text or "")
    except NotALimit as wrong:
        await show(message, Screen(t.error(wrong), [[press(t.plain("◀ Back"), OneKey(id=key.id))]]))
        return
    await state.clear()
    await keys.set_limit(key.id, key.chat_id, limit, clock())
    key = await _mine(key.id, message.chat.id, keys)
    await show(message, await _key(key, t, keys, providers, clock))


@router.callback_query(Rename.filter())
async def ask_for_label(
    callback: CallbackQuery, callback_data: Rename, state: FSMContext, t: Texts, keys: KeyStore
) -> None:
    key = await _own(callback_data.id, callback, keys)
    await state.set_state(Asked.label)
    await state.set_data({"key": key.id})
    back = [press(t.plain("◀ Back"), OneKey(id=key.id))]
    await show(callback, Screen(t("Send a short name for this key, like “work”."), [back]))


@router.message(Asked.label, _TYPED)
async def take_label(
    message: Message, state: FSMContext, t: Texts, keys: KeyStore, providers: Mapping[str, Provider]
) -> None:
    """A name no button has room for leaves the question open."""
    key_id = (await state.get_data()).get("key", "")
    try:
        label = _label(message.text or "")
    except TooLongALabel as wrong:
        await show(message, Screen(t.error(wrong), [[press(t.plain("◀ Back"), OneKey(id=key_id))]]))
        return
    await keys.rename(key_id, message.chat.id, label)
    await state.clear()
    mine = await keys.list(message.chat.id)
    await show(message, list_screen(mine, 0, t, keys, providers))


@router.callback_query(Remove.filter())
async def remove(
    callback: CallbackQuery,
    callback_data: Remove,
    t: Texts,
    keys: KeyStore,
    open_ends: OpenEndStore,
    providers: Mapping[str, Provider],
    clock: Clock,
) -> None:
    key = await _own(callback_data.id, callback, keys)
    if not callback_data.sure:
        await show(callback, removal_screen(key, await open_ends.of_key(key.id), t, providers))
        return
    await keys.remove(key.id, key.chat_id, clock())
    await show(callback, list_screen(await keys.list(key.chat_id), 0, t, keys, providers))


async def _own(key_id: str, callback: CallbackQuery, keys: KeyStore) -> Key:
    """A key of this chat; whose button it was does not matter, whose key it is does."""
    return await _mine(key_id, chat_of(callback), keys)


async def _mine(key_id: str, chat_id: int, keys: KeyStore) -> Key:
    for key in await keys.list(chat_id):
        if key.id == key_id:
            return key
    raise UnknownKey


async def _key(key: Key, t: Texts, keys: KeyStore, providers: Mapping[str, Provider], clock: Clock) -> Screen:
    now, ends = clock(), _end(key, keys, providers)
    told = limit_line(key, await keys.limit_of(key, now), t, providers)
    lines = [line(key, t, providers), *marks(key, t, keys), *valid(ends, t, now), usage(key, t), told]
    return Screen("\n".join(lines), key_buttons(key, t))


def _end(key: Key, keys: KeyStore, providers: Mapping[str, Provider]) -> datetime | None:
    """When the key ends, where it says so itself; one that can no longer be read does not."""
    provider = providers.get(key.provider)
    try:
        return provider.expires_at(keys.unseal(key)) if provider is not None else None
    except BrokenKey:
        return None


def _limit(chosen: str) -> Decimal | None:
    """What a button says. A changed client may send anything: raises `Expired`."""
    if chosen == _AUTOMATIC:
        return None
    if _AMOUNT.fullmatch(chosen) is None:
        raise Expired
    return Decimal(chosen)


def _label(typed: str) -> str:
    """Raises `TooLongALabel`. What nobody can see is left out."""
    label = visible(" ".join(typed.split()))
    if len(label) > _LONGEST_LABEL:
        raise TooLongALabel(most=_LONGEST_LABEL)
    return label


def _amount(typed: str) -> Decimal:
    """Raises `NotALimit`. A sign of a currency before or after it is left out."""
    bare = typed.strip().strip("$€₽₴£₫ ")
    if _AMOUNT.fullmatch(bare) is None:
        raise NotALimit
    return Decimal(bare.replace(",", "."))
