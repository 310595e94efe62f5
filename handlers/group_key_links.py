"""A group's key, added in private by a link that works once.

If the process dies: before the link is used up nothing is stored, and the same link works again. After that,
without the key: a new link is needed. With the key: it is the group's, which then was perhaps not told of it.
The key itself is kept nowhere but sealed, and its message is deleted first.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from aiogram import F, Router
from aiogram.filters import CommandObject, CommandStart
from aiogram.filters.callback_data import CallbackData
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, Message
from pydantic import SecretStr

from bot.clock import Clock
from bot.errors import AlreadyThere, CodebellError, NotOffered, text
from bot.i18n import Texts
from bot.members import Members
from bot.providers.base import Balance, Capability, Provider
from handlers.connect import deleted, stored, tried, with_warning
from handlers.doors import Menu
from handlers.key_marks import money
from handlers.leading import NotALeader, leading
from handlers.screen import Screen, in_rows, press, show
from storage.chats import ChatStore
from storage.keys import KeyStore
from storage.links import BEGINNING, LinkNotYours, LinkOver, LinkStore
from storage.models import Key, Purpose
from storage.sharings import SharingStore

router = Router(name="group_key_links")
router.callback_query.filter(F.data.startswith("I"), F.message.chat.type == "private")


class OfProvider(CallbackData, prefix="I"):
    """The provider that a group's key is of; "" chooses one. `word` is the link's."""

    word: str
    name: str = ""


class Asked(StatesGroup):
    """What the person was asked to type."""

    group_key = State()


class LeadsNoMore(NotALeader):
    text = text("Only an administrator of that group may add a key to it. Nothing was stored.")


@dataclass(frozen=True, slots=True)
class Way:
    """How a key comes to a group: by whose link, and who is asked on the way."""

    links: LinkStore
    chats: ChatStore
    members: Members
    clock: Clock

    async def group(self, word: str, person_id: int) -> tuple[int, str]:
        """The id and the title of the link's group. Raises `LinkOver`, `LinkNotYours` or `LeadsNoMore`."""
        link = await self.links.look(word, person_id, self.clock())
        if link.purpose is not Purpose.GROUP_KEY or link.chat_id is None:
            raise LinkOver
        try:
            await leading(link.chat_id, person_id, self.members)
        except NotALeader:
            raise LeadsNoMore from None
        chat = await self.chats.get(link.chat_id)
        return link.chat_id, chat.title if chat is not None else ""


@router.message(
    CommandStart(ignore_case=True, deep_link=True, magic=F.args.startswith(BEGINNING[Purpose.GROUP_KEY])),
    F.chat.type == "private",
)
async def come_with_a_link(
    message: Message,
    command: CommandObject,
    t: Texts,
    links: LinkStore,
    chats: ChatStore,
    members: Members,
    providers: Mapping[str, Provider],
    clock: Clock,
) -> None:
    """The link is only looked at: it is used up by the key that is stored."""
    word = command.args or ""
    _, title = await Way(links, chats, members, clock).group(word, message.chat.id)
    await show(message, _which_provider(word, title, t, providers))


@router.callback_query(OfProvider.filter())
async def ask_for_group_key(
    callback: CallbackQuery,
    callback_data: OfProvider,
    state: FSMContext,
    t: Texts,
    links: LinkStore,
    chats: ChatStore,
    members: Members,
    providers: Mapping[str, Provider],
    clock: Clock,
) -> None:
    word, provider = callback_data.word, providers.get(callback_data.name)
    _, title = await Way(links, chats, members, clock).group(word, callback.from_user.id)
    if provider is None or not provider.can(Capability.BUY):
        await show(callback, _which_provider(word, title, t, providers))
        return
    await state.set_state(Asked.group_key)
    await state.set_data({"word": word, "provider": provider.name})
    await show(callback, _question(provider, word, title, t))


@router.message(Asked.group_key, F.chat.type == "private", F.text, ~F.text.startswith("/"))
async def take_group_key(
    message: Message,
    state: FSMContext,
    t: Texts,
    links: LinkStore,
    chats: ChatStore,
    members: Members,
    keys: KeyStore,
    sharings: SharingStore,
    providers: Mapping[str, Provider],
    clock: Clock,
) -> None:
    """Delete the message, check the key by its balance, store it for the group. A wrong one is corrected."""
    secret = SecretStr((message.text or "").strip())
    gone = await deleted(message)
    asked = await state.get_data()
    way, provider = Way(links, chats, members, clock), providers.get(asked.get("provider", ""))
    if provider is None:
        await state.clear()
        raise NotOffered
    try:
        screen = await _taken(asked["word"], message.chat.id, provider, secret, way, keys, sharings, t)
        await state.clear()
    except (LinkOver, LinkNotYours, NotALeader) as over:
        await state.clear()
        screen = _ended(over, t)
    except CodebellError as error:
        screen = _not_connected(provider, error, asked["word"], t)
    await show(message, screen if gone else with_warning(screen, t))


async def _taken(
    word: str,
    person_id: int,
    provider: Provider,
    secret: SecretStr,
    way: Way,
    keys: KeyStore,
    sharings: SharingStore,
    t: Texts,
) -> Screen:
    """Who sends the key must lead the group at the moment it is stored, whatever they did before."""
    await way.links.look(word, person_id, way.clock())
    balance = await tried(provider, secret)
    _, title = await way.group(word, person_id)
    link = await way.links.use(word, person_id, way.clock())
    try:
        key = await _shared(link.chat_id or 0, provider, secret, balance, keys, sharings, way.clock)
    except AlreadyThere:
        return _already_there(provider, title, t)
    return _connected(key, provider, title, t)


async def _shared(
    chat_id: int,
    provider: Provider,
    secret: SecretStr,
    balance: Balance,
    keys: KeyStore,
    sharings: SharingStore,
    clock: Clock,
) -> Key:
    """The group has rules before it has a key, and is told of it after that."""
    await sharings.set(chat_id, clock())
    key = await stored(chat_id, provider, secret, balance, keys, clock())
    await sharings.key_came(chat_id, key.id, clock())
    return key


def _which_provider(word: str, title: str, t: Texts, providers: Mapping[str, Provider]) -> Screen:
    """Of those that sell numbers: nothing else is done with a group's key."""
    lines = [
        t("🔑 <b>A key for {group}</b>", group=title),
        t("Numbers of that group are paid from the account behind it. Which provider is the key from?"),
    ]
    selling = {name: each for name, each in providers.items() if each.can(Capability.BUY)}
    buttons = [press(each.title, OfProvider(word=word, name=name)) for name, each in selling.items()]
    return Screen("\n\n".join(lines), [*in_rows(buttons, 2), [press(t.plain("◀ Menu"), Menu())]])


def _question(provider: Provider, word: str, title: str, t: Texts) -> Screen:
    text = t(
        "<b>{provider}</b>, for {group}\n{where}\n\nSend the key here as a message. I delete that message at "
        "once and store the key encrypted, for that group alone.",
        provider=provider.title,
        group=title,
        where=t.plain(provider.where_key),
    )
    return Screen(text, [[press(t.plain("◀ Back"), OfProvider(word=word))]])


def _connected(key: Key, provider: Provider, title: str, t: Texts) -> Screen:
    done = t(
        "✅ <b>{provider}</b> connected for {group} · {balance}",
        provider=provider.title,
        group=title,
        balance=money(key, t),
    )
    more = t(
        "I have told the group. Now go back to {group} and send /share there: who may buy, and who sees "
        "the codes.",
        group=title,
    )
    return Screen(f"{done}\n\n{more}", [[press(t.plain("◀ Menu"), Menu())]])


def _already_there(provider: Provider, title: str, t: Texts) -> Screen:
    there = t("<b>{provider}</b>: {group} has this key already.", provider=provider.title, group=title)
    return Screen(there, [[press(t.plain("◀ Menu"), Menu())]])


def _not_connected(provider: Provider, error: CodebellError, word: str, t: Texts) -> Screen:
    """What was wrong with it; the question stays open."""
    problem = t(
        "<b>{provider}</b>: {problem}\nNothing was stored. Check the key and send it again.",
        provider=provider.title,
        problem=t.plain_error(error),
    )
    return Screen(problem, [[press(t.plain("◀ Back"), OfProvider(word=word))]])


def _ended(why: CodebellError, t: Texts) -> Screen:
    return Screen(t.error(why), [[press(t.plain("◀ Menu"), Menu())]])
