"""/numbers: what is waiting and what came lately, codes included. /cancel: what can be cancelled."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated

from aiogram import F, Router
from aiogram.filters import Command
from aiogram.filters.callback_data import CallbackData
from aiogram.types import CallbackQuery, InlineKeyboardButton, Message
from pydantic import Field

from bot.clock import Clock
from bot.i18n import Texts, flag, international, visible
from handlers.doors import Act, Buy, Menu, Numbers, What
from handlers.screen import Rows, Screen, chat_of, page_of, press, show, turn
from storage.activations import ActivationStore
from storage.models import OPEN, Activation, State

router = Router(name="numbers")
router.callback_query.filter(F.data.startswith("n"))

#: How long a number that did its work is still shown here.
FRESH = timedelta(hours=24)
NUMBERS_A_PAGE = 10
#: Telegram takes a hundred buttons; whoever has more numbers than this begins with the newest.
_TO_CANCEL = 20
_WORTH_SEEING = frozenset(State) - {State.FAILED}
_CANCELLABLE = frozenset({State.WAITING})
_AT_WORK = OPEN | {State.RECEIVED}


class Page(CallbackData, prefix="np"):
    """A page of the numbers."""

    page: Annotated[int, Field(ge=0, le=999)]


@router.message(Command("numbers"))
async def numbers_by_command(message: Message, t: Texts, numbers: ActivationStore, clock: Clock) -> None:
    person = message.from_user.id if message.from_user is not None else message.chat.id
    rows = await numbers.recent(person, message.chat.id, clock() - FRESH, _WORTH_SEEING)
    await show(message, _numbers(rows, 0, t))


@router.callback_query(Numbers.filter())
async def numbers_by_button(
    callback: CallbackQuery, t: Texts, numbers: ActivationStore, clock: Clock
) -> None:
    rows = await numbers.recent(callback.from_user.id, chat_of(callback), clock() - FRESH, _WORTH_SEEING)
    await show(callback, _numbers(rows, 0, t))


@router.callback_query(Page.filter())
async def page_of_numbers(
    callback: CallbackQuery, callback_data: Page, t: Texts, numbers: ActivationStore, clock: Clock
) -> None:
    rows = await numbers.recent(callback.from_user.id, chat_of(callback), clock() - FRESH, _WORTH_SEEING)
    await show(callback, _numbers(rows, callback_data.page, t))


@router.message(Command("cancel"))
async def what_to_cancel(message: Message, t: Texts, numbers: ActivationStore, clock: Clock) -> None:
    person = message.from_user.id if message.from_user is not None else message.chat.id
    rows = await numbers.recent(person, message.chat.id, clock() - FRESH, _CANCELLABLE)
    if not rows:
        menu = [press(t.plain("◀ Menu"), Menu())]
        await show(message, Screen(t("There is no number that could be cancelled."), [menu]))
        return
    buttons: Rows = [
        [press(t.plain("❌ {number}", number=_name(row)), Act(what=What.CANCEL, id=row.id))]
        for row in rows[:_TO_CANCEL]
    ]
    lines = [t("Which number shall be cancelled?"), *_more(len(rows) - _TO_CANCEL, t)]
    await show(message, Screen("\n".join(lines), buttons))


def _numbers(rows: Sequence[Activation], page: int, t: Texts) -> Screen:
    """What is still at work first, then what has ended, each newest first."""
    menu = [press(t.plain("📱 Buy a number"), Buy()), press(t.plain("◀ Menu"), Menu())]
    if not rows:
        return Screen(t("You have no numbers from the last 24 hours."), [menu])
    ordered = sorted(rows, key=lambda row: row.state not in _AT_WORK)
    shown, pages = page_of(ordered, page, NUMBERS_A_PAGE)
    lines = [
        t("<b>Your numbers</b>"),
        *(_line(row, t) for row in shown),
        *_more(len(rows) - (page + 1) * NUMBERS_A_PAGE, t),
    ]
    cards = [[_card_button(row, t)] for row in shown if row.state is not State.BUYING]
    pager = turn(page, pages, lambda to: Page(page=to))
    return Screen("\n\n".join(lines), [*cards, pager, menu])


def _more(left: int, t: Texts) -> list[str]:
    """How many numbers are not on this screen, below it."""
    return [t.many("… and {count} more number", "… and {count} more numbers", left)] if left > 0 else []


def _line(row: Activation, t: Texts) -> str:
    number = f"<code>{international(row.phone)}</code>\n" if row.phone else ""
    about = t(
        "{flag} <b>{service}</b> · {state}",
        flag=flag(row.country),
        service=row.service_name,
        state=_state(row, t),
    )
    code = "\n" + t("Code: <code>{code}</code>", code=visible(row.last_code)) if row.last_code else ""
    return f"{number}{about}{code}"


def _card_button(row: Activation, t: Texts) -> InlineKeyboardButton:
    return press(t.plain("🗂 {number}", number=_name(row)), Act(what=What.CARD, id=row.id))


def _name(row: Activation) -> str:
    return f"{international(row.phone or '')} {row.service_name}".strip()


def _state(row: Activation, t: Texts) -> str:
    names = {
        State.BUYING: t.plain("buying"),
        State.WAITING: t.plain("waiting for the SMS"),
        State.RECEIVED: t.plain("code received"),
        State.CANCELLING: t.plain("cancelling"),
        State.CANCELLED: t.plain("cancelled"),
        State.EXPIRED: t.plain("expired"),
        State.FINISHED: t.plain("finished"),
        State.FAILED: t.plain("not bought"),
        State.UNKNOWN: t.plain("unknown"),
    }
    return names[row.state]
