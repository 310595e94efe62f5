"""Adding a provider key: choose the provider, send the key; it leaves the chat before anything else happens.

Keys are taken in private only. In a group a key was seen by others: it is refused, deleted where the bot may,
and its owner is told to replace it.
"""

from collections.abc import Mapping
from datetime import datetime

from aiogram import F, Router
from aiogram.exceptions import AiogramError
from aiogram.filters import Command, CommandObject
from aiogram.filters.callback_data import CallbackData
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, InlineKeyboardButton, Message
from pydantic import SecretStr

from bot.clock import Clock
from bot.errors import AlreadyThere, BadInput, CodebellError, NotOffered, text
from bot.i18n import Texts, flag
from bot.providers.base import Balance, Capability, Provider
from bot.services import nice_name
from handlers.channels import can_send
from handlers.doors import AddKey, Buy, Countries, Country, Keys, Rename, Rent, Send
from handlers.lookalikes import holds_a_key, is_a_key
from handlers.private import KEYS, only_in_private
from handlers.screen import Screen, in_rows, press, show
from storage.keys import KeyStore, checked
from storage.models import Key

router = Router(name="connect")
router.callback_query.filter(F.data.startswith("c"))
only_in_private(router, KEYS)

#: Characters that a phone shows of a service and a country on the button that goes on to them.
_ROOM = 22


class ForProvider(CallbackData, prefix="cp"):
    """Add a key of this provider, then go on to the service that was wanted, if any."""

    name: str
    service: str = ""
    iso2: str = ""


class Asked(StatesGroup):
    """What the person was asked to type."""

    key = State()


class NotAKey(BadInput):
    text = text("A key is one word of 8 to 1024 letters, digits and signs, without blanks.")


@router.message(Command("keys", ignore_case=True), F.chat.type != "private")
async def keys_in_a_group(message: Message, command: CommandObject, t: Texts) -> None:
    if command.args:
        await _seen_by_all(message, t)
    else:
        await message.reply(t.plain(KEYS))


@router.message(F.chat.type != "private", F.text.func(is_a_key))
async def key_in_a_group(message: Message, t: Texts) -> None:
    await _seen_by_all(message, t)


async def _seen_by_all(message: Message, t: Texts) -> None:
    """Refuse a key that everybody in the group could read."""
    gone = await deleted(message)
    warning = t(
        "⚠️ That looked like a provider key, and everybody here could read it. I did not store it. "
        "Please make a new key on the provider's site and add that one in a private chat with me."
    )
    if not gone:
        warning += "\n" + t("I may not delete messages here: please delete it yourself.")
    await message.answer(warning, parse_mode="HTML")


@router.callback_query(AddKey.filter())
async def choose_provider(
    callback: CallbackQuery, callback_data: AddKey, t: Texts, providers: Mapping[str, Provider]
) -> None:
    await show(callback, which_provider(callback_data, t, providers))


def which_provider(wanted: AddKey, t: Texts, providers: Mapping[str, Provider]) -> Screen:
    """What the key is to be of; the buttons carry what it is wanted for."""
    what = wanted.model_dump()
    buttons = [press(provider.title, ForProvider(name=name, **what)) for name, provider in providers.items()]
    rows = [*in_rows(buttons, 2), [press(t.plain("◀ Back"), Keys())]]
    return Screen(t("Which provider is the key from?"), rows)


@router.callback_query(ForProvider.filter())
async def ask_for_key(
    callback: CallbackQuery,
    callback_data: ForProvider,
    state: FSMContext,
    t: Texts,
    providers: Mapping[str, Provider],
) -> None:
    if callback_data.name not in providers:
        raise NotOffered
    await state.set_state(Asked.key)
    wanted = AddKey(service=callback_data.service, iso2=callback_data.iso2)
    await state.set_data({"provider": callback_data.name, **wanted.model_dump()})
    await show(callback, _question(providers[callback_data.name], wanted, t))


@router.message(Asked.key, F.chat.type == "private", F.text, ~F.text.startswith("/"))
async def take_key(
    message: Message,
    state: FSMContext,
    t: Texts,
    keys: KeyStore,
    providers: Mapping[str, Provider],
    clock: Clock,
) -> None:
    """Delete the message, check the key by its balance, store it. The key itself is kept nowhere else."""
    secret = SecretStr((message.text or "").strip())
    gone = await deleted(message)
    asked = await state.get_data()
    provider = providers.get(asked.get("provider", ""))
    wanted = AddKey(service=asked.get("service", ""), iso2=asked.get("iso2", ""))
    if provider is None:
        await state.clear()
        raise NotOffered
    try:
        balance = await tried(provider, secret)
        key = await stored(message.chat.id, provider, secret, balance, keys, clock())
        await state.clear()
        screen = _connected(key, provider, wanted, t)
    except AlreadyThere as there:
        await state.clear()
        screen = _already_there(provider, there, wanted, t)
    except CodebellError as error:
        screen = _not_connected(provider, error, wanted, t)
    await show(message, screen if gone else with_warning(screen, t))


@router.message(F.chat.type == "private", F.text.func(holds_a_key))
async def key_out_of_place(message: Message, t: Texts) -> None:
    """A key nobody asked for must not stay in the chat, nor be taken for the answer to something else."""
    text = t(
        "That looked like a key, so I deleted your message; nothing was stored. Add keys with this button:"
    )
    if not await deleted(message):
        text = t("That looked like a key. Please delete your message, and add keys with this button:")
    await show(message, Screen(text, [[press(t.plain("🔑 Add a provider key"), AddKey())]]))


async def tried(provider: Provider, secret: SecretStr) -> Balance:
    """Whether a key works, by its balance. Raises what its provider says, or `NotAKey`."""
    _check(secret)
    return await provider.balance(secret)


async def stored(
    chat_id: int, provider: Provider, secret: SecretStr, balance: Balance, keys: KeyStore, now: datetime
) -> Key:
    """Seal a key that works for a chat; the second one of a provider gets a label. Raises `AlreadyThere`."""
    currency = balance.currency or provider.currency
    earlier = [key for key in await keys.list(chat_id) if key.provider == provider.name]
    label = str(len(earlier) + 1) if earlier else ""
    return await keys.add(chat_id, provider.name, label, secret, balance.amount, currency, now)


def _check(secret: SecretStr) -> None:
    """Before anybody is asked. Raises `NotAKey`."""
    try:
        checked(secret)
    except BadInput:
        raise NotAKey from None


def _connected(key: Key, provider: Provider, wanted: AddKey, t: Texts) -> Screen:
    return Screen(
        t(
            "✅ <b>{provider}</b> connected · {balance}",
            provider=provider.title,
            balance=t.money(key.balance, key.currency) if key.balance is not None else "?",
        ),
        [
            _go_on(provider, wanted, t),
            _begin(provider, t),
            [
                press(t.plain("✏️ Name this key"), Rename(id=key.id)),
                press(t.plain("🔑 Another key"), AddKey()),
            ],
        ],
    )


def _go_on(provider: Provider, wanted: AddKey, t: Texts) -> list[InlineKeyboardButton]:
    """Back to what was wanted before there was a key."""
    if not wanted.service or not provider.can(Capability.BUY):
        return []
    name = nice_name(wanted.service, wanted.service)
    if not wanted.iso2:
        return [press(t.plain("📱 Go on: {wanted}", wanted=name), Countries(service=wanted.service))]
    label = f"{name} · {flag(wanted.iso2)} {t.country_within(_ROOM - len(name), wanted.iso2)}"
    there = Country(service=wanted.service, iso2=wanted.iso2)
    return [press(t.plain("📱 Go on: {wanted}", wanted=label), there)]


def _begin(provider: Provider, t: Texts) -> list[InlineKeyboardButton]:
    """What the key is good for."""
    buy = [press(t.plain("📱 Buy a number"), Buy())] if provider.can(Capability.BUY) else []
    rent = [press(t.plain("🗓 Rent a number"), Rent())] if provider.can(Capability.RENT) else []
    send = [press(t.plain("✉️ Send a message"), Send())] if can_send(provider) else []
    return [*buy, *rent, *send]


def _question(provider: Provider, wanted: AddKey, t: Texts) -> Screen:
    return Screen(
        t(
            "<b>{provider}</b>\n{where}\n\nSend the key here as a message. I delete that message at once "
            "and store the key encrypted.",
            provider=provider.title,
            where=t.plain(provider.where_key),
        ),
        [[press(t.plain("◀ Back"), wanted)]],
    )


def _already_there(provider: Provider, there: AlreadyThere, wanted: AddKey, t: Texts) -> Screen:
    """It works, and it was added before: nothing is to be done."""
    text = t("<b>{provider}</b>: {problem}", provider=provider.title, problem=t.plain_error(there))
    rows = [_go_on(provider, wanted, t), _begin(provider, t), [press(t.plain("🔑 Keys"), Keys())]]
    return Screen(text, rows)


def _not_connected(provider: Provider, error: CodebellError, wanted: AddKey, t: Texts) -> Screen:
    """What was wrong with it; the question stays open."""
    return Screen(
        t(
            "<b>{provider}</b>: {problem}\nNothing was stored. Check the key and send it again.",
            provider=provider.title,
            problem=t.plain_error(error),
        ),
        [[press(t.plain("◀ Back"), wanted)]],
    )


def with_warning(screen: Screen, t: Texts) -> Screen:
    """The person's message with the key is still there."""
    warning = t("⚠️ I could not delete your message with the key: please delete it yourself.")
    return Screen(f"{screen.html}\n\n{warning}", screen.rows)


async def deleted(message: Message) -> bool:
    """Delete a person's message; False when Telegram does not let us."""
    try:
        return await message.delete()
    except AiogramError:
        return False
