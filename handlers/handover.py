"""A number that somebody in a group hands over to somebody else there: picked, confirmed, and said to all.

An administrator may do it for a holder who has left, as long as no SMS came: those are nobody else's. If the
process dies

    before `hand_over` is committed    nothing happened; the button is still there
    after it                           the number, its card and what is to be said are the new holder's; the
                                       line that names both may be missing: the card does, too
"""

from collections.abc import Sequence
from typing import Annotated

from aiogram import F, Router
from aiogram.filters.callback_data import CallbackData
from aiogram.types import CallbackQuery, InlineKeyboardButton
from pydantic import Field

from bot.clock import Clock
from bot.errors import AlreadyDone, Refused, TooLate, UnknownActivation, text
from bot.groups import Groups, Untold
from bot.i18n import Texts, international
from bot.members import Members, Standing
from bot.postman import Postman
from handlers.group_doors import HandOver
from handlers.holders import AmongThem, called, in_whose_name
from handlers.screen import Rows, Screen, answer, chat_of, in_rows, page_of, press, say, show, turn
from storage.activations import ActivationStore
from storage.holders import GIVEABLE, HolderStore
from storage.models import Activation, Member, State
from storage.sharings import SharingStore

router = Router(name="handover")
router.callback_query.filter(F.data.startswith("D"))
router.callback_query.middleware(AmongThem())

MEMBERS_A_PAGE = 8


class NobodyElse(Refused):
    text = text(
        "I have met nobody else in this group yet. Whoever shall get the number sends /numbers here once."
    )


class OnlyInItsGroup(Refused):
    text = text("A number is handed over in the group it was bought in.")


class HasLeft(Refused):
    text = text("They are not in this group any more. Nothing was handed over.")


class NotUnread(Refused):
    text = text(
        "An SMS came to this number already, and it is its holder’s alone: "
        "for somebody who left, only a number without one is handed over."
    )


class To(CallbackData, prefix="Dt"):
    """Ask whether this member shall have it; `sure` once that was confirmed."""

    id: str
    to: int
    sure: bool = False


class Takers(CallbackData, prefix="Dp"):
    """The members it can be handed over to."""

    id: str
    page: Annotated[int, Field(ge=0, le=999)] = 0


class Keep(CallbackData, prefix="Dk"):
    """Hand nothing over."""

    id: str


@router.callback_query(HandOver.filter())
async def choose_who(
    callback: CallbackQuery,
    callback_data: HandOver,
    t: Texts,
    numbers: ActivationStore,
    members: Members,
    sharings: SharingStore,
) -> None:
    """A new message: the card stays."""
    row = await _own(callback_data.id, callback, numbers, members)
    others = await _others(row, sharings)
    if not others:
        raise NobodyElse
    await answer(callback)
    await say(callback, await _takers(row, others, 0, t, members))


@router.callback_query(Takers.filter())
async def page_of_takers(
    callback: CallbackQuery,
    callback_data: Takers,
    t: Texts,
    numbers: ActivationStore,
    members: Members,
    sharings: SharingStore,
) -> None:
    row = await _own(callback_data.id, callback, numbers, members)
    others = await _others(row, sharings)
    await show(callback, await _takers(row, others, callback_data.page, t, members))


@router.callback_query(To.filter(~F.sure))
async def ask(
    callback: CallbackQuery,
    callback_data: To,
    t: Texts,
    numbers: ActivationStore,
    members: Members,
    groups: Groups,
) -> None:
    row = await _own(callback_data.id, callback, numbers, members)
    name = called(await groups.name(row.chat_id, callback_data.to), t)
    await show(callback, _confirmation(row, callback_data.to, name, t))


@router.callback_query(To.filter(F.sure))
async def hand_over(
    callback: CallbackQuery,
    callback_data: To,
    t: Texts,
    numbers: ActivationStore,
    members: Members,
    groups: Groups,
    holders: HolderStore,
    clock: Clock,
    postman: Postman,
) -> None:
    """Once: whoever was faster has it. Somebody who was never met there, or left, gets nothing."""
    row, taker = await _own(callback_data.id, callback, numbers, members), callback_data.to
    name = await groups.name(row.chat_id, taker)
    if taker == row.owner_id:
        raise AlreadyDone
    if not name:
        raise HasLeft
    await _be_there(row, taker, members)
    instead = callback.from_user.id != row.owner_id
    if await holders.hand_over(row.id, row.owner_id, taker, clock(), unread=instead) is None:
        raise TooLate
    postman.nudge()
    giver = called(await groups.name(row.chat_id, row.owner_id), t)
    leader = called(await groups.name(row.chat_id, callback.from_user.id), t) if instead else ""
    await show(callback, _told(row, giver, name, leader, t))


@router.callback_query(Keep.filter())
async def keep(
    callback: CallbackQuery,
    callback_data: Keep,
    t: Texts,
    numbers: ActivationStore,
    members: Members,
    groups: Groups,
) -> None:
    """Also where the number has ended meanwhile: nothing was to be done."""
    row = await numbers.get(callback_data.id)
    await in_whose_name(row, callback, members)
    if row is None:
        raise UnknownActivation
    name = called(await groups.name(row.chat_id, row.owner_id), t)
    kept = t("{number}: nothing changed, {name} keeps it.", number=_number(row), name=name)
    await show(callback, Screen(kept))


async def _own(
    activation_id: str, callback: CallbackQuery, numbers: ActivationStore, members: Members
) -> Activation:
    """A number of this group that may be handed over by who presses. Raises `Refused`."""
    row = await numbers.get(activation_id)
    if row is None:
        raise UnknownActivation
    await in_whose_name(row, callback, members)
    if row.chat_id != chat_of(callback) or row.chat_id > 0:
        raise OnlyInItsGroup
    if row.state not in GIVEABLE or row.given_back is not None:
        raise TooLate
    if row.state is not State.WAITING and callback.from_user.id != row.owner_id:
        raise NotUnread
    return row


async def _others(row: Activation, sharings: SharingStore) -> Sequence[Member]:
    return [one for one in await sharings.members(row.chat_id) if one.user_id != row.owner_id]


async def _be_there(row: Activation, taker: int, members: Members) -> None:
    match await members.standing(row.chat_id, taker):
        case Standing.GONE:
            raise HasLeft
        case Standing.UNTOLD:
            raise Untold


async def _takers(row: Activation, others: Sequence[Member], page: int, t: Texts, members: Members) -> Screen:
    """Who left is not shown: asked for the few on the page alone."""
    shown, pages = page_of(others, page, MEMBERS_A_PAGE)
    there = [one for one in shown if await members.standing(row.chat_id, one.user_id) is not Standing.GONE]
    asked = t("🤝 Who shall get {number}? Its codes will be theirs alone.", number=_number(row))
    if row.for_all:
        asked = t("🤝 Who shall get {number}? Its buttons will be theirs alone.", number=_number(row))
    people = [press(t.plain("👤 {name}", name=one.name), To(id=row.id, to=one.user_id)) for one in there]
    pager = turn(page, pages, lambda to: Takers(id=row.id, page=to))
    return Screen(asked, [*in_rows(people, 2), pager, [_keep(row, t)]])


def _confirmation(row: Activation, taker: int, name: str, t: Texts) -> Screen:
    sure = press(t.plain("✅ Hand it over"), To(id=row.id, to=taker, sure=True))
    other = press(t.plain("◀ Somebody else"), Takers(id=row.id))
    rows: Rows = [[sure], [other, _keep(row, t)]]
    return Screen(_asked(row, name, t), rows)


def _asked(row: Activation, name: str, t: Texts) -> str:
    """Codes of what was bought where everyone reads them are nobody's alone."""
    if row.for_all:
        return t(
            "🤝 {number} goes to <b>{name}</b>: the buttons are theirs from then on. "
            "What it cost stays counted for who bought it.",
            number=_number(row),
            name=name,
        )
    return t(
        "🤝 {number} goes to <b>{name}</b>: the codes and the buttons are theirs from then on. What it cost "
        "stays counted for who bought it.",
        number=_number(row),
        name=name,
    )


def _told(row: Activation, giver: str, taker: str, leader: str, t: Texts) -> Screen:
    """`leader` is who did it for a holder who left; "" where they did it themselves."""
    if leader:
        return _told_of_another(row, giver, taker, leader, t)
    told = t(
        "🤝 {number}: <b>{giver}</b> handed it over to <b>{taker}</b>.",
        number=_number(row),
        giver=giver,
        taker=taker,
    )
    return Screen(told)


def _told_of_another(row: Activation, giver: str, taker: str, leader: str, t: Texts) -> Screen:
    told = t(
        "🤝 {number}: <b>{giver}</b> left the group. Handed over by: {leader}. It goes to <b>{taker}</b>.",
        number=_number(row),
        giver=giver,
        leader=leader,
        taker=taker,
    )
    return Screen(told)


def _keep(row: Activation, t: Texts) -> InlineKeyboardButton:
    return press(t.plain("✖️ Keep it"), Keep(id=row.id))


def _number(row: Activation) -> str:
    return f"{international(row.phone or '')} {row.service_name}".strip()
