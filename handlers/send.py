"""Sending: which key and which channels, then the draft and one confirmation.

A draft lives in the database and the buttons carry its id: a restart loses nothing.
"""

from collections.abc import Mapping, Sequence

from aiogram import F, Router
from aiogram.filters import Command
from aiogram.filters.callback_data import CallbackData
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, Message

from bot.balances import Balances
from bot.clock import Clock
from bot.errors import CodebellError, NotOffered, UnknownKey
from bot.floods import wait_for_words
from bot.i18n import Texts
from bot.messages import Messages
from bot.postage import Postage, most
from bot.providers.base import Provider
from handlers.channels import can_send, way
from handlers.compose import go_on, open_draft
from handlers.doors import AddKey, Draft, Menu, Send, SendAgain, SendIt, Sent
from handlers.draft import draft_screen, mark, missing, show_draft
from handlers.key_marks import name_of
from handlers.private import MESSAGES, only_in_private
from handlers.screen import Rows, Screen, answer, chat_of, press, say, show
from handlers.ways import CHANNELS, How, Names, going, require, ways
from storage.chats import ChatStore
from storage.keys import KeyStore
from storage.models import Key, MessageState, OutgoingMessage

router = Router(name="send")
router.callback_query.filter(F.data.startswith("s"))
only_in_private(router, MESSAGES, "send")


class With(CallbackData, prefix="sk"):
    """Send with this key of the chat."""

    key: str


class Begin(CallbackData, prefix="sw"):
    """A new draft, over these channels."""

    key: str
    how: How


@router.message(Command("send", ignore_case=True), F.chat.type == "private")
async def send_by_command(
    message: Message, t: Texts, keys: KeyStore, postage: Postage, providers: Mapping[str, Provider]
) -> None:
    await _show_home(message, t, keys, postage, providers)


@router.callback_query(Send.filter())
async def send_by_button(
    callback: CallbackQuery,
    callback_data: Send,
    t: Texts,
    keys: KeyStore,
    postage: Postage,
    providers: Mapping[str, Provider],
) -> None:
    await _show_home(callback, t, keys, postage, providers, callback_data.id)


@router.callback_query(With.filter())
async def with_key(
    callback: CallbackQuery,
    callback_data: With,
    t: Texts,
    keys: KeyStore,
    postage: Postage,
    providers: Mapping[str, Provider],
) -> None:
    key = await _own(callback, callback_data.key, keys, providers)
    await show(callback, await _ways(key, t, postage, providers))


@router.callback_query(Begin.filter())
async def begin(
    callback: CallbackQuery,
    callback_data: Begin,
    state: FSMContext,
    t: Texts,
    keys: KeyStore,
    messages: Messages,
    postage: Postage,
    balances: Balances,
    providers: Mapping[str, Provider],
) -> None:
    key = await _own(callback, callback_data.key, keys, providers)
    names = await postage.senders(key.id, key.chat_id)
    require(callback_data.how, providers[key.provider], names)
    draft = await messages.draft(key.chat_id, callback.from_user.id, key.id)
    values = going(callback_data.how, names, draft)
    draft = await messages.change(draft.id, draft.owner_id, **values)
    await go_on(callback, draft, state, t, messages, postage, balances, providers)


@router.callback_query(Draft.filter())
async def look(
    callback: CallbackQuery,
    callback_data: Draft,
    t: Texts,
    messages: Messages,
    postage: Postage,
    balances: Balances,
    providers: Mapping[str, Provider],
) -> None:
    draft = await open_draft(callback_data.id, callback.from_user.id, messages)
    await show_draft(callback, draft, t, messages, postage, balances, providers)


@router.callback_query(SendIt.filter())
async def send(
    callback: CallbackQuery,
    callback_data: SendIt,
    t: Texts,
    messages: Messages,
    postage: Postage,
    balances: Balances,
    providers: Mapping[str, Provider],
    chats: ChatStore,
    clock: Clock,
) -> None:
    """Send, once, what the button was drawn for. The pressed message becomes the card."""
    await wait_for_words(chats, chat_of(callback), clock())
    draft = await open_draft(callback_data.id, callback.from_user.id, messages)
    if await _differs(draft, callback_data.value, t, messages, postage):
        changed = t.plain("The draft or its price has changed. Look at it once more, then send it.")
        await show_draft(callback, draft, t, messages, postage, balances, providers, changed)
        return
    card_id = callback.message.message_id if isinstance(callback.message, Message) else None
    await messages.send(draft.id, callback.from_user.id, chat_of(callback), card_id)
    await answer(callback, t.plain("Sending…"))


@router.callback_query(SendAgain.filter())
async def again(
    callback: CallbackQuery,
    callback_data: SendAgain,
    t: Texts,
    messages: Messages,
    postage: Postage,
    balances: Balances,
    providers: Mapping[str, Provider],
) -> None:
    """A draft like that message, at today's price: a new message, the old one stays."""
    before = await messages.mine(callback_data.id, callback.from_user.id)
    draft = await messages.again(before.id, before.owner_id)
    note = _may_be_there(t) if before.state is MessageState.UNKNOWN else ""
    screen = await draft_screen(draft, t, messages, postage, balances, providers, note)
    await answer(callback)
    await say(callback, screen)


def _may_be_there(t: Texts) -> str:
    return t("⚠️ The first one may have been sent: look at your account there before you send this.")


async def _differs(
    draft: OutgoingMessage, drawn: str, t: Texts, messages: Messages, postage: Postage
) -> bool:
    """Whether it is another message, or another price, than when the button was drawn."""
    if missing(draft, messages, t):
        return True
    return mark(draft, most(draft, await postage.costs(draft))) != drawn


async def _own(event: CallbackQuery, key_id: str, keys: KeyStore, providers: Mapping[str, Provider]) -> Key:
    """A key of this chat whose provider is there."""
    for key in await keys.list(chat_of(event)):
        if key.id == key_id and key.provider in providers:
            return key
        if key.id == key_id:
            raise NotOffered
    raise UnknownKey


async def _show_home(
    event: Message | CallbackQuery,
    t: Texts,
    keys: KeyStore,
    postage: Postage,
    providers: Mapping[str, Provider],
    draft_id: str = "",
) -> None:
    """Which key where there are several, else straight to the channels."""
    mine = [key for key in await keys.list(chat_of(event)) if _able(key, providers)]
    match mine:
        case []:
            await show(event, _no_key(t, providers))
        case [key]:
            await show(event, await _ways(key, t, postage, providers, draft_id))
        case _:
            await show(event, _which_key(mine, t, providers, draft_id))


def _able(key: Key, providers: Mapping[str, Provider]) -> bool:
    return key.provider in providers and can_send(providers[key.provider])


def _no_key(t: Texts, providers: Mapping[str, Provider]) -> Screen:
    """Who can send is told by what the providers can do."""
    titles = [provider.title for provider in providers.values() if can_send(provider)]
    lines = [t("<b>Send an SMS or a Viber message</b>")]
    menu = [press(t.plain("◀ Menu"), Menu())]
    if not titles:
        lines.append(t("None of the providers here sends messages."))
        return Screen("\n".join(lines), [menu])
    who = t("It takes your own key of a provider that sends: {providers}.", providers=", ".join(titles))
    lines += [who, t("You have none yet. Add one: it takes a minute.")]
    return Screen("\n".join(lines), [[press(t.plain("🔑 Add a provider key"), AddKey())], menu])


def _which_key(mine: Sequence[Key], t: Texts, providers: Mapping[str, Provider], draft_id: str) -> Screen:
    rows: Rows = [[press(name_of(key, providers), With(key=key.id))] for key in mine]
    text = t("<b>Send an SMS or a Viber message</b>\nTo one recipient at a time. With which key?")
    return Screen(text, [*rows, *_ways_out(t, draft_id)])


async def _ways(
    key: Key, t: Texts, postage: Postage, providers: Mapping[str, Provider], draft_id: str = ""
) -> Screen:
    """The channels, as far as the account has sender names."""
    try:
        names: Names = await postage.senders(key.id, key.chat_id)
    except CodebellError as error:
        problem = t("⚠️ {provider}: {problem}", provider=name_of(key, providers), problem=t.plain_error(error))
        retry = [press(t.plain("🔄 Ask again"), With(key=key.id))]
        return Screen(problem, [retry, *_ways_out(t, draft_id)])
    found = ways(providers[key.provider], names)
    rows: Rows = [[press(way(CHANNELS[how], t), Begin(key=key.id, how=how))] for how in found]
    return Screen(_which_way(name_of(key, providers), bool(found), t), [*rows, *_ways_out(t, draft_id)])


def _which_way(who: str, there: bool, t: Texts) -> str:
    if there:
        return t(
            "<b>Send an SMS or a Viber message</b>\nTo one recipient at a time, from your account at {who}. "
            "Nothing is sent before you confirm it.\n\nWhich way shall it go?",
            who=who,
        )
    return t(
        "<b>Send an SMS or a Viber message</b>\nYour account at {who} has no sender name yet. "
        "Register one on the provider's site, then come back.",
        who=who,
    )


def _ways_out(t: Texts, draft_id: str) -> Rows:
    """Nobody loses the draft they come from."""
    draft = [press(t.plain("📝 Back to the draft"), Draft(id=draft_id))] if draft_id else []
    return [draft, [press(t.plain("🗂 Sent messages"), Sent())], [press(t.plain("◀ Menu"), Menu())]]
