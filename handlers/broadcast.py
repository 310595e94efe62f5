"""/broadcast: one message to many chats, tried out first, and followed to its end. For operators alone.

It goes out after two presses that both say to how many; what stands in between is a draft in the database.
"""

from aiogram import Bot, F, Router
from aiogram.exceptions import TelegramBadRequest
from aiogram.filters import Command
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, Message

from bot.broadcasts import Broadcasts, NotGoing, aim_of, mark
from bot.clock import Clock
from bot.drawing import Copy, buttons, copy
from bot.errors import BadInput, NotYours, Refused, text
from bot.i18n import Texts
from handlers import broadcast_screens
from handlers.broadcast_progress import Do, Steer, progress, question, really
from handlers.broadcast_screens import LISTED, Aim, Draft, Go, Languages, One, Send, Try
from handlers.broadcast_sources import source
from handlers.operating import only_for_operators
from handlers.operator_doors import Broadcasts as All
from handlers.screen import LONGEST_SCREEN, Screen, answer, fits, say, show
from storage.models import Broadcast, BroadcastState

router = Router(name="broadcast")
router.callback_query.filter(F.data.startswith("B"))
only_for_operators(router)

_LONGEST_CAPTION = 1024


class Unreadable(Refused):
    text = text("Telegram does not copy this message: was it deleted, or is it protected?")


class TooLong(BadInput):
    text = text("That is too long: a text has at most 4096 characters, words under a picture 1024.")


class Asked(StatesGroup):
    """What the operator may type instead of pressing."""

    words = State()
    message = State()


@router.message(Command("broadcast", ignore_case=True), F.reply_to_message)
async def draft(message: Message, t: Texts, broadcasts: Broadcasts) -> None:
    """Of the message this one answers."""
    original = message.reply_to_message
    if original is None or message.from_user is None:
        return
    made = await broadcasts.draft(message.from_user.id, source(original))
    await show(message, broadcast_screens.audience(made, await broadcasts.sizes(), t))


@router.message(Command("broadcast", ignore_case=True))
async def broadcasts_by_command(
    message: Message, state: FSMContext, t: Texts, broadcasts: Broadcasts
) -> None:
    await state.set_state(Asked.message)
    await show(message, await _listed(0, t, broadcasts))


@router.callback_query(All.filter())
async def broadcasts_by_button(
    callback: CallbackQuery, callback_data: All, state: FSMContext, t: Texts, broadcasts: Broadcasts
) -> None:
    await state.set_state(Asked.message)
    await show(callback, await _listed(callback_data.page, t, broadcasts))


@router.message(Asked.message, ~F.text.startswith("/"))
async def offer(message: Message, state: FSMContext, t: Texts, broadcasts: Broadcasts) -> None:
    """What is written while they are open may be meant for people: nobody gets it before it is asked."""
    if message.from_user is None:
        return
    made = await broadcasts.draft(message.from_user.id, source(message))
    await state.clear()
    await show(message, broadcast_screens.offered(made, t))


@router.callback_query(Draft.filter())
async def choose_audience(
    callback: CallbackQuery, callback_data: Draft, t: Texts, broadcasts: Broadcasts
) -> None:
    mine = await _mine(callback_data.id, callback, broadcasts)
    await show(callback, broadcast_screens.audience(mine, await broadcasts.sizes(), t))


@router.callback_query(Languages.filter())
async def choose_language(
    callback: CallbackQuery, callback_data: Languages, t: Texts, broadcasts: Broadcasts
) -> None:
    mine = await _mine(callback_data.id, callback, broadcasts)
    await show(callback, broadcast_screens.languages(mine, await broadcasts.languages(), t))


@router.callback_query(Aim.filter())
async def aim(callback: CallbackQuery, callback_data: Aim, t: Texts, broadcasts: Broadcasts) -> None:
    await _mine(callback_data.id, callback, broadcasts)
    aimed = await broadcasts.aim(callback_data.id, callback_data.what, callback_data.value)
    await show(callback, broadcast_screens.summary(aimed, t))


@router.callback_query(Try.filter())
async def try_on_me(
    callback: CallbackQuery, callback_data: Try, t: Texts, broadcasts: Broadcasts, bot: Bot
) -> None:
    """The same call as for everybody. Raises `Unreadable`."""
    mine = await _mine(callback_data.id, callback, broadcasts)
    original = Copy(mine.admin_id, mine.source_id, buttons(mine.keyboard))
    try:
        await copy(bot, mine.admin_id, original)
    except TelegramBadRequest:
        raise Unreadable from None
    await answer(callback, t.plain("So it looks. It went to you alone."))


@router.callback_query(Send.filter())
async def ask_once_more(
    callback: CallbackQuery, callback_data: Send, t: Texts, broadcasts: Broadcasts
) -> None:
    """With the count of this moment."""
    mine = await _mine(callback_data.id, callback, broadcasts)
    await _confirm(mine, callback, t, broadcasts)


@router.callback_query(Go.filter())
async def go(
    callback: CallbackQuery, callback_data: Go, t: Texts, broadcasts: Broadcasts, clock: Clock
) -> None:
    """The pressed message shows how far it is from now on; where it has another aim by now, it asks again."""
    mine = await _mine(callback_data.id, callback, broadcasts)
    if callback_data.aim != aim_of(mine) and mine.state is BroadcastState.DRAFT:
        await _confirm(mine, callback, t, broadcasts)
        return
    await broadcasts.start(mine, callback.from_user.id, _card(callback))
    await _show(callback, mine.id, t, broadcasts, clock)


@router.callback_query(One.filter())
async def one(
    callback: CallbackQuery, callback_data: One, t: Texts, broadcasts: Broadcasts, clock: Clock
) -> None:
    await _show(callback, callback_data.id, t, broadcasts, clock)
    if (card := _card(callback)) is not None:
        await broadcasts.show(await broadcasts.get(callback_data.id), callback.from_user.id, card)


@router.callback_query(Steer.filter())
async def steer(
    callback: CallbackQuery,
    callback_data: Steer,
    state: FSMContext,
    t: Texts,
    broadcasts: Broadcasts,
    clock: Clock,
) -> None:
    """Every operator may; what cannot be taken back is asked once more."""
    broadcast = await broadcasts.get(callback_data.id)
    match callback_data.what:
        case Do.CANCEL:
            # A message of its own: the pressed one goes on showing how far it is.
            await answer(callback)
            await say(callback, really(broadcast, Do.CANCEL_NOW, t))
        case Do.DELETE:
            await show(callback, really(broadcast, Do.DELETE_NOW, t))
        case Do.EDIT:
            await state.set_state(Asked.words)
            await state.set_data({"id": broadcast.id})
            await show(callback, question(broadcast, t))
        case Do.EDIT_NOW if callback_data.words != mark(broadcast.words):
            await answer(callback)
            await _ask_about_words(broadcast, callback, t)
        case what:
            await _do(what, broadcast, callback, broadcasts)
            await _show(callback, broadcast.id, t, broadcasts, clock)


@router.message(Asked.words, F.text & ~F.text.startswith("/"))
async def take_words(message: Message, state: FSMContext, t: Texts, broadcasts: Broadcasts) -> None:
    """They are shown as the copies would, then asked about."""
    broadcast = await broadcasts.get(str((await state.get_data()).get("id", "")))
    words = Screen(message.html_text)
    if not fits(words, _LONGEST_CAPTION if broadcast.wording == "caption" else LONGEST_SCREEN):
        raise TooLong
    await state.clear()
    broadcast = await broadcasts.word(broadcast.id, words.html)
    await _ask_about_words(broadcast, message, t)


async def _ask_about_words(broadcast: Broadcast, event: Message | CallbackQuery, t: Texts) -> None:
    """As the copies would read, and whether they shall. Raises `NotGoing` where there are no other words."""
    if not broadcast.words:
        raise NotGoing
    await say(event, Screen(broadcast.words))
    await say(event, really(broadcast, Do.EDIT_NOW, t))


async def _confirm(mine: Broadcast, callback: CallbackQuery, t: Texts, broadcasts: Broadcasts) -> None:
    aimed = await broadcasts.aim(mine.id, mine.segment, mine.segment_value)
    await show(callback, broadcast_screens.confirmation(aimed, t))


async def _do(what: Do, broadcast: Broadcast, callback: CallbackQuery, broadcasts: Broadcasts) -> None:
    by, card = callback.from_user.id, _card(callback)
    match what:
        case Do.PAUSE:
            await broadcasts.pause(broadcast.id, by)
        case Do.RESUME:
            await broadcasts.resume(broadcast.id, by)
        case Do.CANCEL_NOW:
            await broadcasts.cancel(broadcast.id, by)
        case Do.DELETE_NOW:
            await broadcasts.delete(broadcast.id, by, card)
        case Do.EDIT_NOW:
            await broadcasts.edit(broadcast, by, card)


async def _show(
    callback: CallbackQuery, broadcast_id: str, t: Texts, broadcasts: Broadcasts, clock: Clock
) -> None:
    broadcast = await broadcasts.get(broadcast_id)
    await show(callback, progress(broadcast, broadcasts.rate(broadcast_id), t, clock))


async def _mine(broadcast_id: str, callback: CallbackQuery, broadcasts: Broadcasts) -> Broadcast:
    """A draft belongs to who wrote its message."""
    broadcast = await broadcasts.get(broadcast_id)
    if broadcast.admin_id != callback.from_user.id:
        raise NotYours
    return broadcast


async def _listed(page: int, t: Texts, broadcasts: Broadcasts) -> Screen:
    shown, total = await broadcasts.recent(LISTED, page * LISTED)
    return broadcast_screens.listed(shown, total, page, t)


def _card(callback: CallbackQuery) -> int | None:
    """The pressed message, where it can be edited."""
    return callback.message.message_id if isinstance(callback.message, Message) else None
