"""Writing a draft: each part is chosen or typed by itself; what cannot be used is asked for again."""

from collections.abc import Mapping

from aiogram import F, Router
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, Message

from bot.balances import Balances
from bot.errors import AlreadyDone, BadInput, NotOffered, Refused
from bot.i18n import Texts
from bot.messages import Messages
from bot.postage import Postage
from bot.providers.base import Provider
from handlers.connect import deleted
from handlers.doors import Part, Write
from handlers.draft import next_part, show_draft
from handlers.lookalikes import holds_a_key, is_a_key, is_a_voucher
from handlers.private import MESSAGES, only_in_private
from handlers.questions import (
    Last,
    Without,
    a_caption,
    asked_again,
    changes,
    lasting,
    looked_like_a_key,
    question,
    without,
)
from handlers.screen import show
from handlers.ways import (
    NAME_OF,
    Name,
    NamePage,
    Over,
    going,
    name_mark,
    names_screen,
    require,
    require_part,
    ways_screen,
)
from storage.models import MessageState, OutgoingMessage

router = Router(name="compose")
router.callback_query.filter(F.data.startswith("w"))
only_in_private(router, MESSAGES)

_TEXTS = (Part.TEXT, Part.VIBER_TEXT, Part.SMS_TEXT)


class Asked(StatesGroup):
    """What the person was asked to type."""

    part = State()


@router.callback_query(Write.filter(F.part == Part.FLASH))
async def flash(
    callback: CallbackQuery,
    callback_data: Write,
    t: Texts,
    messages: Messages,
    postage: Postage,
    balances: Balances,
    providers: Mapping[str, Provider],
) -> None:
    draft = await open_draft(callback_data.id, callback.from_user.id, messages)
    require_part(Part.FLASH, _provider(draft, providers))
    draft = await messages.change(draft.id, draft.owner_id, flash=not draft.flash)
    await show_draft(callback, draft, t, messages, postage, balances, providers)


@router.callback_query(Write.filter())
async def ask_for_part(
    callback: CallbackQuery,
    callback_data: Write,
    state: FSMContext,
    t: Texts,
    messages: Messages,
    postage: Postage,
    providers: Mapping[str, Provider],
) -> None:
    draft = await open_draft(callback_data.id, callback.from_user.id, messages)
    await ask(callback, draft, callback_data.part, state, t, postage, providers)


@router.callback_query(NamePage.filter())
async def page_of_names(
    callback: CallbackQuery, callback_data: NamePage, t: Texts, messages: Messages, postage: Postage
) -> None:
    draft = await open_draft(callback_data.id, callback.from_user.id, messages)
    names = await postage.senders(draft.key_id, draft.chat_id)
    await show(callback, names_screen(draft, callback_data.part, names, t, callback_data.page))


@router.callback_query(Over.filter())
async def over(
    callback: CallbackQuery,
    callback_data: Over,
    state: FSMContext,
    t: Texts,
    messages: Messages,
    postage: Postage,
    balances: Balances,
    providers: Mapping[str, Provider],
) -> None:
    draft = await open_draft(callback_data.id, callback.from_user.id, messages)
    names = await postage.senders(draft.key_id, draft.chat_id)
    require(callback_data.how, _provider(draft, providers), names)
    values = going(callback_data.how, names, draft)
    draft = await messages.change(draft.id, draft.owner_id, **values)
    await go_on(callback, draft, state, t, messages, postage, balances, providers)


@router.callback_query(Name.filter())
async def name(
    callback: CallbackQuery,
    callback_data: Name,
    state: FSMContext,
    t: Texts,
    messages: Messages,
    postage: Postage,
    balances: Balances,
    providers: Mapping[str, Provider],
) -> None:
    """The account's names are asked for again: one that is gone meanwhile is not sent from."""
    draft = await open_draft(callback_data.id, callback.from_user.id, messages)
    channel = NAME_OF[callback_data.part]
    names = await postage.senders(draft.key_id, draft.chat_id)
    chosen = next((each for each in names.get(channel, ()) if name_mark(each) == callback_data.value), None)
    if chosen is None:
        raise NotOffered
    draft = await messages.change(draft.id, draft.owner_id, **{f"{channel}_source": chosen})
    await go_on(callback, draft, state, t, messages, postage, balances, providers)


@router.callback_query(Last.filter())
async def last(
    callback: CallbackQuery,
    callback_data: Last,
    t: Texts,
    messages: Messages,
    postage: Postage,
    balances: Balances,
    providers: Mapping[str, Provider],
) -> None:
    values = lasting(callback_data.part, callback_data.minutes)
    draft = await messages.change(callback_data.id, callback.from_user.id, **values)
    await show_draft(callback, draft, t, messages, postage, balances, providers)


@router.callback_query(Without.filter())
async def leave_out(
    callback: CallbackQuery,
    callback_data: Without,
    state: FSMContext,
    t: Texts,
    messages: Messages,
    postage: Postage,
    balances: Balances,
    providers: Mapping[str, Provider],
) -> None:
    draft = await messages.change(callback_data.id, callback.from_user.id, **without(callback_data.part))
    await go_on(callback, draft, state, t, messages, postage, balances, providers)


async def is_an_answer(message: Message, state: FSMContext) -> bool:
    """A key is none, alone or among words; a message's text may hold what looks like one, as parcels have."""
    part, text = (await state.get_data()).get("part"), message.text or ""
    if part in _TEXTS:
        return is_a_voucher(text) or not is_a_key(text)
    return not holds_a_key(text)


@router.message(Asked.part, F.text, ~F.text.startswith("/"), is_an_answer)
async def take(
    message: Message,
    state: FSMContext,
    t: Texts,
    messages: Messages,
    postage: Postage,
    balances: Balances,
    providers: Mapping[str, Provider],
) -> None:
    """What cannot be used is asked for again."""
    draft = await _asked_about(message, state, messages)
    try:
        draft, done = await _taken(message, draft, state, messages)
    except BadInput as wrong:
        await show(message, asked_again(draft, wrong, t))
        return
    if done:
        await go_on(message, draft, state, t, messages, postage, balances, providers)
    else:
        await show(message, question(draft, Part.ADDRESS, t))


@router.message(Asked.part, F.text, ~F.text.startswith("/"))
async def a_key_instead(message: Message, state: FSMContext, t: Texts, messages: Messages) -> None:
    """What looks like a key does not stay in the chat, nor goes to anybody; the question stays open."""
    gone = await deleted(message)
    draft = await _asked_about(message, state, messages)
    part = (await state.get_data())["part"]
    await show(message, looked_like_a_key(draft, t, gone=gone, text=part in _TEXTS))


async def go_on(
    event: Message | CallbackQuery,
    draft: OutgoingMessage,
    state: FSMContext,
    t: Texts,
    messages: Messages,
    postage: Postage,
    balances: Balances,
    providers: Mapping[str, Provider],
) -> None:
    """Ask for what is missing next, or show the whole draft."""
    await state.clear()
    part = next_part(draft)
    if part is None:
        await show_draft(event, draft, t, messages, postage, balances, providers)
    else:
        await ask(event, draft, part, state, t, postage, providers)


async def ask(
    event: Message | CallbackQuery,
    draft: OutgoingMessage,
    part: Part,
    state: FSMContext,
    t: Texts,
    postage: Postage,
    providers: Mapping[str, Provider],
) -> None:
    require_part(part, _provider(draft, providers))
    if part is Part.CHANNELS:
        names = await postage.senders(draft.key_id, draft.chat_id)
        await show(event, ways_screen(draft, _provider(draft, providers), names, t))
    elif part in NAME_OF:
        await show(event, names_screen(draft, part, await postage.senders(draft.key_id, draft.chat_id), t))
    else:
        await state.set_state(Asked.part)
        await state.set_data({"id": draft.id, "part": part})
        await show(event, question(draft, part, t))


async def open_draft(message_id: str, person_id: int, messages: Messages) -> OutgoingMessage:
    """A draft of this person's. Raises `AlreadyDone` when it was sent, or as `Messages.mine`."""
    draft = await messages.mine(message_id, person_id)
    if draft.state is not MessageState.DRAFT:
        raise AlreadyDone
    return draft


async def _asked_about(message: Message, state: FSMContext, messages: Messages) -> OutgoingMessage:
    """The draft of the open question; one about a draft that is gone is not left open."""
    try:
        return await open_draft((await state.get_data()).get("id", ""), message.chat.id, messages)
    except Refused:
        await state.clear()
        raise


async def _taken(
    message: Message, draft: OutgoingMessage, state: FSMContext, messages: Messages
) -> tuple[OutgoingMessage, bool]:
    """The draft with what was typed. A button is written whole: its caption waits for its address."""
    asked, words = await state.get_data(), message.text or ""
    part = Part(asked["part"])
    if part is Part.CAPTION:
        await state.set_data({"id": draft.id, "part": Part.ADDRESS, "caption": a_caption(words)})
        return draft, False
    values = changes(draft, part, words, asked.get("caption", ""))
    return await messages.change(draft.id, draft.owner_id, **values), True


def _provider(draft: OutgoingMessage, providers: Mapping[str, Provider]) -> Provider:
    if draft.provider not in providers:
        raise NotOffered
    return providers[draft.provider]
