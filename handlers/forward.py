"""Call forwarding: after a number's first SMS, let calls to it ring at a phone that the person types."""

from aiogram import F, Router
from aiogram.filters.callback_data import CallbackData
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, InlineKeyboardButton, Message

from bot.activations import Activations
from bot.errors import BadInput, Refused, Unclear
from bot.i18n import Texts, flag, international
from bot.mobile import country_of, typed
from handlers.doors import Act, Forward, What
from handlers.private import NUMBERS, only_in_private
from handlers.screen import Screen, answer, press, say, show
from storage.models import Activation

router = Router(name="forward")
router.callback_query.filter(F.data.startswith("f"))
only_in_private(router, NUMBERS)


class Ring(CallbackData, prefix="fr"):
    """Let calls to a number ring at this phone (digits only)."""

    id: str
    phone: str


class Asked(StatesGroup):
    """What the person was asked to type."""

    phone = State()


@router.callback_query(Forward.filter())
async def ask_for_phone(
    callback: CallbackQuery, callback_data: Forward, state: FSMContext, t: Texts, activations: Activations
) -> None:
    """A new message: the code that was pressed stays."""
    row, _provider = await activations.forwardable(callback_data.id, callback.from_user.id)
    await state.set_state(Asked.phone)
    await state.set_data({"id": row.id})
    await answer(callback)
    await say(callback, _question(row, t))


@router.message(Asked.phone, F.text, ~F.text.startswith("/"))
async def take_phone(message: Message, state: FSMContext, t: Texts, activations: Activations) -> None:
    """What cannot be read is asked for again; what can is shown before anything happens."""
    row = await _asked_about(message, state, activations)
    try:
        phone = typed(message.text or "")
    except BadInput as wrong:
        await show(message, Screen(t.error(wrong), [_never_mind(row.id, t)]))
        return
    await state.clear()
    await show(message, _confirmation(row, phone, t))


async def _asked_about(message: Message, state: FSMContext, activations: Activations) -> Activation:
    """The number of the question, which ends with it. Raises what `forwardable` does."""
    person = message.from_user.id if message.from_user is not None else message.chat.id
    try:
        row, _provider = await activations.forwardable((await state.get_data()).get("id", ""), person)
    except Refused:
        await state.clear()
        raise
    return row


@router.callback_query(Ring.filter())
async def ring(callback: CallbackQuery, callback_data: Ring, t: Texts, activations: Activations) -> None:
    """Setting it twice does no harm, so without an answer it may be tried again."""
    phone = f"+{callback_data.phone}"
    row, _provider = await activations.forwardable(callback_data.id, callback.from_user.id)
    try:
        await activations.forward(row.id, row.owner_id, phone)
    except Unclear as failure:
        await show(callback, _unanswered(failure, callback_data, t))
        return
    number = international(row.phone or "")
    done = t("📞 Calls to {number} ring at {phone} now.", number=number, phone=international(phone))
    card = press(t.plain("🗂 The number"), Act(what=What.CARD, id=callback_data.id))
    await show(callback, Screen(done, [[card]]))


def _unanswered(failure: Unclear, wish: Ring, t: Texts) -> Screen:
    """Whether it may have happened, and another try."""
    if failure.changed_nothing:
        told = t("The provider could not be reached: nothing was changed. You may try again.")
    else:
        told = t("The answer was lost: calls may be forwarded or not. Trying again does no harm.")
    return Screen(told, [[press(t.plain("🔁 Try again"), wish)], _never_mind(wish.id, t)])


def _question(row: Activation, t: Texts) -> Screen:
    text = t(
        "📞 Where shall calls to {phone} ring?\nSend that number in international form, like +442079460958.",
        phone=international(row.phone or ""),
    )
    return Screen(text, [_never_mind(row.id, t)])


def _confirmation(row: Activation, phone: str, t: Texts) -> Screen:
    text = t(
        "📞 Calls to {number} shall ring at <b>{phone}</b>{country}.",
        number=international(row.phone or ""),
        phone=international(phone),
        country=_country(phone, t),
    )
    sure = press(t.plain("✅ Forward calls"), Ring(id=row.id, phone=phone.removeprefix("+")))
    other = press(t.plain("✏️ Another phone"), Forward(id=row.id))
    return Screen(text, [[sure], [other], _never_mind(row.id, t)])


def _country(phone: str, t: Texts) -> str:
    """Behind the phone, in brackets; "" for one of no country, as of a satellite."""
    country = country_of(phone)
    return f" ({flag(country)} {t.country(country)})" if country else ""


def _never_mind(activation_id: str, t: Texts) -> list[InlineKeyboardButton]:
    return [press(t.plain("◀ Never mind"), Act(what=What.CARD, id=activation_id))]
