"""Adding a provider key: choose the provider, send the key; it leaves the chat before anything else happens.

Keys are taken in private only. In a group a key was seen by others: it is refused, deleted where the bot may,
and its owner is told to replace it.
"""

from collections.abc import Mapping

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
from bot.i18n import Texts
from bot.providers.base import Capability, Provider
from handlers.channels import can_send
from handlers.doors import AddKey, Buy, Keys, Rename, Rent, Send
from handlers.lookalikes import holds_a_key, is_a_key
from handlers.private import KEYS, only_in_private
from handlers.screen import Screen, in_rows, press, show
from storage.keys import KeyStore, checked
from storage.models import Key

router = Router(name="connect")
router.callback_query.filter(F.data.startswith("c"))
only_in_private(router, KEYS)


class ForProvider(CallbackData, prefix="cp"):
    """Add a key of this provider."""

    name: str


class Asked(StatesGroup):
    """What the person was asked to type."""

    key = State()


class NotAKey(BadInput):
    text = text("A key is one word of 8 to 1024 letters, digits and signs, without blanks.")


@router.message(Command("keys"), F.chat.type != "private")
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
async def choose_provider(callback: CallbackQuery, t: Texts, providers: Mapping[str, Provider]) -> None:
    buttons = [press(provider.title, ForProvider(name=name)) for name, provider in providers.items()]
    rows = [*in_rows(buttons, 2), [press(t.plain("◀ Back"), Keys())]]
    await show(callback, Screen(t("Which provider is the key from?"), rows))


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
    await state.set_data({"provider": callback_data.name})
    await show(callback, _question(providers[callback_data.name], t))


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
    provider = providers.get((await state.get_data()).get("provider", ""))
    if provider is None:
        await state.clear()
        raise NotOffered
    try:
        screen = await _connect(message.chat.id, provider, secret, t, keys, clock)
        await state.clear()
    except AlreadyThere as there:
        await state.clear()
        screen = _already_there(provider, there, t)
    except CodebellError as error:
        screen = _not_connected(provider, error, t)
    await show(message, screen if gone else _with_warning(screen, t))


@router.message(F.chat.type == "private", F.text.func(holds_a_key))
async def key_out_of_place(message: Message, t: Texts) -> None:
    """A key nobody asked for must not stay in the chat, nor be taken for the answer to something else."""
    text = t(
        "That looked like a key, so I deleted your message; nothing was stored. Add keys with this button:"
    )
    if not await deleted(message):
        text = t("That looked like a key. Please delete your message, and add keys with this button:")
    await show(message, Screen(text, [[press(t.plain("🔑 Add a provider key"), AddKey())]]))


async def _connect(
    chat_id: int, provider: Provider, secret: SecretStr, t: Texts, keys: KeyStore, clock: Clock
) -> Screen:
    _check(secret)
    balance = await provider.balance(secret)
    currency = balance.currency or provider.currency
    earlier = [key for key in await keys.list(chat_id) if key.provider == provider.name]
    label = str(len(earlier) + 1) if earlier else ""
    key = await keys.add(chat_id, provider.name, label, secret, balance.amount, currency, clock())
    return _connected(key, provider, t)


def _check(secret: SecretStr) -> None:
    """Before anybody is asked. Raises `NotAKey`."""
    try:
        checked(secret)
    except BadInput:
        raise NotAKey from None


def _connected(key: Key, provider: Provider, t: Texts) -> Screen:
    return Screen(
        t(
            "✅ <b>{provider}</b> connected · {balance}",
            provider=provider.title,
            balance=t.money(key.balance, key.currency) if key.balance is not None else "?",
        ),
        [
            _begin(provider, t),
            [
                press(t.plain("✏️ Name this key"), Rename(id=key.id)),
                press(t.plain("🔑 Another key"), AddKey()),
            ],
        ],
    )


def _begin(provider: Provider, t: Texts) -> list[InlineKeyboardButton]:
    """What the key is good for."""
    buy = [press(t.plain("📱 Buy a number"), Buy())] if provider.can(Capability.BUY) else []
    rent = [press(t.plain("🗓 Rent a number"), Rent())] if provider.can(Capability.RENT) else []
    send = [press(t.plain("✉️ Send a message"), Send())] if can_send(provider) else []
    return [*buy, *rent, *send]


def _question(provider: Provider, t: Texts) -> Screen:
    return Screen(
        t(
            "<b>{provider}</b>\n{where}\n\nSend the key here as a message. I delete that message at once "
            "and store the key encrypted.",
            provider=provider.title,
            where=t.plain(provider.where_key),
        ),
        [[press(t.plain("◀ Back"), AddKey())]],
    )


def _already_there(provider: Provider, there: AlreadyThere, t: Texts) -> Screen:
    """It works, and it was added before: nothing is to be done."""
    text = t("<b>{provider}</b>: {problem}", provider=provider.title, problem=t.plain_error(there))
    return Screen(text, [_begin(provider, t), [press(t.plain("🔑 Keys"), Keys())]])


def _not_connected(provider: Provider, error: CodebellError, t: Texts) -> Screen:
    """What was wrong with it; the question stays open."""
    return Screen(
        t(
            "<b>{provider}</b>: {problem}\nNothing was stored. Check the key and send it again.",
            provider=provider.title,
            problem=t.plain_error(error),
        ),
        [[press(t.plain("◀ Back"), AddKey())]],
    )


def _with_warning(screen: Screen, t: Texts) -> Screen:
    warning = t("⚠️ I could not delete your message with the key: please delete it yourself.")
    return Screen(f"{screen.html}\n\n{warning}", screen.rows)


async def deleted(message: Message) -> bool:
    """Delete a person's message; False when Telegram does not let us."""
    try:
        return await message.delete()
    except AiogramError:
        return False
