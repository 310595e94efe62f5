"""Who may come in: a person or a group found, let in, given limits of their own, or blocked.

Operators see counts and sums of them; never a number, a code or a key.
"""

import re
from decimal import Decimal, InvalidOperation

from aiogram import F, Router
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, Message, MessageOriginUser

from bot.admission import Admission
from bot.clock import Clock
from bot.errors import BadInput, Expired, Refused, text
from bot.i18n import Texts
from handlers import guest_screens as screens
from handlers.guest_screens import Cap, Judge, Limits, OneGuest, SetCap, Verdict
from handlers.operating import only_for_operators
from handlers.operator_doors import Guests
from handlers.screen import show
from storage.people import PeopleStore

router = Router(name="guests")
router.callback_query.filter(F.data.startswith("P"))
only_for_operators(router)

_TYPED = F.text & ~F.text.startswith("/")
_ID = re.compile(r"-?[0-9]{3,16}", re.ASCII)
_COUNT = re.compile(r"[0-9]{1,6}", re.ASCII)
_DEAREST = Decimal(10_000_000)
#: How many are shown of those who are called so.
FOUND = 12


class Asked(StatesGroup):
    """What the operator was asked to type."""

    who = State()
    cap = State()


class ByNoUsername(BadInput):
    text = text(
        "A @username is not proof of anybody: it can be given up and taken by somebody else. Forward me a "
        "message of theirs, or send their id or name."
    )


class Hidden(BadInput):
    text = text(
        "They hide their account in forwarded messages. Ask them for their id: I tell it to strangers."
    )


class NotALimit(BadInput):
    text = text("That is no limit. Send a number like 5; 0 is no limit.")


class AnOperator(Refused):
    text = text("This is an operator: they are named in ADMIN_IDS, and only there it can be changed.")


@router.callback_query(Guests.filter())
async def ask_for_who(callback: CallbackQuery, state: FSMContext, t: Texts) -> None:
    await state.set_state(Asked.who)
    await show(callback, screens.whom(t))


@router.message(Asked.who, F.forward_origin)
async def find_by_message(
    message: Message, t: Texts, admission: Admission, people: PeopleStore, clock: Clock
) -> None:
    """Telegram itself says whose message it was, unless they hide that."""
    origin = message.forward_origin
    if not isinstance(origin, MessageOriginUser):
        raise Hidden
    await _show(message, origin.sender_user.id, t, admission, people, clock)


@router.message(Asked.who, _TYPED)
async def find(message: Message, t: Texts, admission: Admission, people: PeopleStore, clock: Clock) -> None:
    """The question stays open: the next one can be typed at once."""
    words = (message.text or "").strip()
    if words.startswith("@"):
        raise ByNoUsername
    if _ID.fullmatch(words):
        await _show(message, int(words), t, admission, people, clock)
        return
    found = await people.find(words[:64], FOUND)
    if len(found) == 1:
        await _show(message, found[0].id, t, admission, people, clock)
        return
    await show(message, screens.found(found, t))


@router.callback_query(OneGuest.filter())
async def one(
    callback: CallbackQuery,
    callback_data: OneGuest,
    t: Texts,
    admission: Admission,
    people: PeopleStore,
    clock: Clock,
) -> None:
    await _show(callback, _id(callback_data.id), t, admission, people, clock)


@router.callback_query(Judge.filter())
async def judge(
    callback: CallbackQuery,
    callback_data: Judge,
    t: Texts,
    admission: Admission,
    people: PeopleStore,
    clock: Clock,
) -> None:
    """Blocking and shutting out are asked about once more."""
    who, by = _id(callback_data.id), callback.from_user.id
    if admission.is_operator(who):
        raise AnOperator
    name = (await people.names([who])).get(who, "")
    match callback_data.verdict:
        case Verdict.ASK_TO_BLOCK:
            await show(callback, screens.blocking(who, name, t))
            return
        case Verdict.ASK_TO_LET_OUT:
            await show(callback, screens.letting_out(who, name, t))
            return
        case Verdict.BLOCK:
            await admission.block(who, by)
        case Verdict.UNBLOCK:
            await admission.unblock(who, by)
        case Verdict.LET_IN:
            await admission.admit(who, name, by)
        case Verdict.LET_OUT:
            await admission.dismiss(who, by)
    await _show(callback, who, t, admission, people, clock)


@router.callback_query(Limits.filter())
async def limits(callback: CallbackQuery, callback_data: Limits, t: Texts, admission: Admission) -> None:
    who = _person(callback_data.id)
    await show(callback, screens.limits(who, admission.caps(who), admission.guest(who), t))


@router.callback_query(Cap.filter())
async def ask_for_cap(
    callback: CallbackQuery, callback_data: Cap, state: FSMContext, t: Texts, admission: Admission
) -> None:
    who = _person(callback_data.id)
    await state.set_state(Asked.cap)
    await state.set_data({"id": who, "cap": callback_data.cap.value})
    await show(callback, screens.cap(who, callback_data.cap, admission.caps(who), t))


@router.callback_query(SetCap.filter())
async def set_cap(callback: CallbackQuery, callback_data: SetCap, t: Texts, admission: Admission) -> None:
    who, cap = _person(callback_data.id), callback_data.cap
    value = None if callback_data.value == "" else _limit(callback_data.value, cap)
    await admission.cap(who, screens.COLUMN[cap], value, callback.from_user.id)
    await show(callback, screens.limits(who, admission.caps(who), admission.guest(who), t))


@router.message(Asked.cap, _TYPED)
async def take_cap(message: Message, state: FSMContext, t: Texts, admission: Admission) -> None:
    asked = await state.get_data()
    who, cap = int(asked["id"]), screens.Caps(asked["cap"])
    value = _limit((message.text or "").strip(), cap)
    await state.clear()
    await admission.cap(who, screens.COLUMN[cap], value, message.chat.id)
    await show(message, screens.limits(who, admission.caps(who), admission.guest(who), t))


async def _show(
    event: Message | CallbackQuery,
    who: int,
    t: Texts,
    admission: Admission,
    people: PeopleStore,
    clock: Clock,
) -> None:
    profile = await people.profile(who, clock())
    guest = admission.guest(who)
    by = () if guest is None else (guest.admitted_by, guest.brought_by, guest.blocked_by)
    names = await people.names([each for each in by if each is not None])
    await show(event, screens.page(profile, screens.standing(who, admission, names, t), admission, t))


def _limit(words: str, cap: screens.Caps) -> int | Decimal:
    """A limit as it was typed or pressed; 0 is none."""
    if cap is not screens.Caps.MONEY:
        if not _COUNT.fullmatch(words):
            raise NotALimit
        return int(words)
    try:
        amount = Decimal(words.strip("$€₴₽₫ ").replace(",", "."))
    except InvalidOperation:
        raise NotALimit from None
    if not amount.is_finite() or not 0 <= amount < _DEAREST:
        raise NotALimit
    return amount


def _id(value: str) -> int:
    """Whose button it is; one that says something else is none of ours."""
    if not _ID.fullmatch(value):
        raise Expired
    return int(value)


def _person(value: str) -> int:
    """The same of a person: groups have no limits of their own here."""
    if (who := _id(value)) < 0:
        raise Expired
    return who
