"""/numbers: what is rented, what waits and what came lately, with codes. /cancel: what can be cancelled.

A group's list stands in `handlers.group_numbers`; what is cancelled there is one's own.
"""

from collections.abc import Mapping, Sequence

from aiogram import F, Router
from aiogram.filters import Command
from aiogram.filters.callback_data import CallbackData
from aiogram.types import CallbackQuery, InlineKeyboardButton, Message

from bot.activations import Activations
from bot.clock import Clock
from bot.i18n import Texts, flag, international, visible
from bot.providers.base import Capability, Provider
from bot.rentals import Rentals
from bot.shops import Shops
from handlers.activation import cancelling
from handlers.doors import Act, BoughtElsewhere, Buy, Hired, History, Menu, Numbers, OnRental, What
from handlers.group_doors import Usage
from handlers.group_numbers import numbers_of_group
from handlers.holders import AmongThem
from handlers.number_words import FRESH, NUMBERS_A_PAGE, Page, bought_in_words, name_of
from handlers.screen import Rows, Screen, answer, chat_of, page_of, press, show, turn
from handlers.usage import usage_of_group
from storage.activations import ActivationStore
from storage.models import OPEN, Activation, Rental, RentalState, State

router = Router(name="numbers")
router.callback_query.filter(F.data.startswith("n"))
router.callback_query.middleware(AmongThem())

_IN_GROUP = F.message.chat.type != "private"
router.message.register(numbers_of_group, Command("numbers", ignore_case=True), F.chat.type != "private")
router.callback_query.register(numbers_of_group, Numbers.filter(), _IN_GROUP)
router.callback_query.register(numbers_of_group, Page.filter(), _IN_GROUP)
router.callback_query.register(usage_of_group, Usage.filter())

#: Telegram takes a hundred buttons; whoever has more numbers than this begins with the newest.
_TO_CANCEL = 20
_WORTH_SEEING = frozenset(State) - {State.FAILED}
_CANCELLABLE = frozenset({State.WAITING})
_AT_WORK = OPEN | {State.RECEIVED}
_RENTED = frozenset({RentalState.RENTING, RentalState.ACTIVE, RentalState.UNKNOWN})
#: Their cards come in a moment.
_NO_CARD = (State.BUYING, RentalState.RENTING)

AnyNumber = Activation | Rental


class CancelAll(CallbackData, prefix="nc"):
    """Cancel all that wait and were ordered no later than this, in microseconds since 1970."""

    until: int


@router.message(Command("numbers", ignore_case=True))
async def numbers_by_command(
    message: Message,
    t: Texts,
    numbers: ActivationStore,
    rentals: Rentals,
    shops: Shops,
    providers: Mapping[str, Provider],
    clock: Clock,
) -> None:
    person = message.from_user.id if message.from_user is not None else message.chat.id
    every = await _every(person, message.chat.id, numbers, rentals, clock)
    more = await _elsewhere(message.chat.id, shops, t)
    await show(message, _numbers(every, 0, t, providers, more))


@router.callback_query(Numbers.filter())
async def numbers_by_button(
    callback: CallbackQuery,
    t: Texts,
    numbers: ActivationStore,
    rentals: Rentals,
    shops: Shops,
    providers: Mapping[str, Provider],
    clock: Clock,
) -> None:
    every = await _every(callback.from_user.id, chat_of(callback), numbers, rentals, clock)
    more = await _elsewhere(chat_of(callback), shops, t)
    await show(callback, _numbers(every, 0, t, providers, more))


@router.callback_query(Page.filter())
async def page_of_numbers(
    callback: CallbackQuery,
    callback_data: Page,
    t: Texts,
    numbers: ActivationStore,
    rentals: Rentals,
    shops: Shops,
    providers: Mapping[str, Provider],
    clock: Clock,
) -> None:
    every = await _every(callback.from_user.id, chat_of(callback), numbers, rentals, clock)
    more = await _elsewhere(chat_of(callback), shops, t)
    await show(callback, _numbers(every, callback_data.page, t, providers, more))


@router.message(Command("cancel", ignore_case=True))
async def what_to_cancel(message: Message, t: Texts, numbers: ActivationStore, clock: Clock) -> None:
    person = message.from_user.id if message.from_user is not None else message.chat.id
    rows = await numbers.recent(person, message.chat.id, clock() - FRESH, _CANCELLABLE)
    menu = [press(t.plain("◀ Menu"), Menu())]
    if not rows:
        alone = message.chat.type == "private"
        await show(message, Screen(t("There is no number that could be cancelled."), [menu] if alone else []))
        return
    buttons: Rows = [
        [press(t.plain("❌ {number}", number=name_of(row)), Act(what=What.CANCEL, id=row.id))]
        for row in rows[:_TO_CANCEL]
    ]
    lines = [t("Which number shall be cancelled?"), *_more(len(rows) - _TO_CANCEL, t)]
    await show(message, Screen("\n".join(lines), [*buttons, _all_of(rows, t), menu]))


def _all_of(rows: Sequence[Activation], t: Texts) -> list[InlineKeyboardButton]:
    """One press for several; it holds for those on the screen, not for what is bought later."""
    if len(rows) < 2:
        return []
    newest = max(_moment(row) for row in rows)
    return [press(t.plain("❌ Cancel all {count}", count=len(rows)), CancelAll(until=newest))]


def _moment(row: Activation) -> int:
    return int(row.created_at.timestamp() * 1_000_000)


@router.callback_query(CancelAll.filter())
async def cancel_every(
    callback: CallbackQuery,
    callback_data: CancelAll,
    t: Texts,
    numbers: ActivationStore,
    activations: Activations,
    clock: Clock,
) -> None:
    """A cancel is wished for each of one's own here; one that has its code meanwhile stays as it is."""
    person = callback.from_user.id
    rows = await numbers.recent(person, chat_of(callback), clock() - FRESH, _CANCELLABLE)
    there = [row for row in rows if _moment(row) <= callback_data.until]
    if not there:
        await answer(callback, t.plain("There is no number that could be cancelled."), alert=True)
        return
    await answer(callback, cancelling(await activations.cancel_all(there, person), t), alert=True)


async def _every(
    person_id: int, chat_id: int, numbers: ActivationStore, rentals: Rentals, clock: Clock
) -> list[AnyNumber]:
    """What is rented first, then what is still at work, then what has ended, each newest first."""
    bought = await numbers.recent(person_id, chat_id, clock() - FRESH, _WORTH_SEEING)
    every: list[AnyNumber] = [*await rentals.recent(person_id, chat_id), *bought]
    return sorted(every, key=_rank)


async def _elsewhere(chat_id: int, shops: Shops, t: Texts) -> list[InlineKeyboardButton]:
    """Where an account tells what it holds: the way to the numbers nobody watches here."""
    if not await shops.able(chat_id, Capability.ACTIVE):
        return []
    return [press(t.plain("🔎 Numbers bought elsewhere"), BoughtElsewhere())]


def _rank(row: AnyNumber) -> int:
    if isinstance(row, Rental):
        return 0 if row.state in _RENTED else 3
    return 1 if row.state in _AT_WORK else 2


def _numbers(
    rows: Sequence[AnyNumber],
    page: int,
    t: Texts,
    providers: Mapping[str, Provider],
    elsewhere: list[InlineKeyboardButton],
) -> Screen:
    buy = [press(t.plain("📱 Buy a number"), Buy()), press(t.plain("🗂 History"), History())]
    menu = [press(t.plain("◀ Menu"), Menu())]
    if not rows:
        return Screen(t("You have no numbers from the last 24 hours."), [elsewhere, buy, menu])
    shown, pages = page_of(rows, page, NUMBERS_A_PAGE)
    lines = [
        t("<b>Your numbers</b>"),
        *(_line(row, t, providers) for row in shown),
        *_more(len(rows) - (page + 1) * NUMBERS_A_PAGE, t),
    ]
    cards = [[_card_button(row, t)] for row in shown if row.state not in _NO_CARD]
    pager = turn(page, pages, lambda to: Page(page=to))
    return Screen("\n\n".join(lines), [*cards, pager, elsewhere, buy, menu])


def _more(left: int, t: Texts) -> list[str]:
    """How many numbers are not on this screen, below it."""
    return [t.many("… and {count} more number", "… and {count} more numbers", left)] if left > 0 else []


def _line(row: AnyNumber, t: Texts, providers: Mapping[str, Provider]) -> str:
    number = f"<code>{international(row.phone)}</code>\n" if row.phone else ""
    if isinstance(row, Rental):
        return number + t(
            "{flag} <b>Rental</b> · {state}", flag=flag(row.country), state=rented_in_words(row, t)
        )
    about = t(
        "{flag} <b>{service}</b> · {state}",
        flag=flag(row.country),
        service=row.service_name,
        state=bought_in_words(row.state, t) + _where(row, t, providers),
    )
    code = t.veiled(t("Code: <code>{code}</code>", code=visible(row.last_code or "")))
    return f"{number}{about}\n{code}" if row.last_code else f"{number}{about}"


def _where(row: Activation, t: Texts, providers: Mapping[str, Provider]) -> str:
    """Where and when what may have been bought was ordered: it has no number to tell it by."""
    if row.state is not State.UNKNOWN:
        return ""
    title = providers[row.provider].title if row.provider in providers else row.provider
    return f" · {title} · {t.day(row.created_at)}"


def _card_button(row: AnyNumber, t: Texts) -> InlineKeyboardButton:
    if isinstance(row, Rental):
        label = t.plain("🗂 {number}", number=international(row.phone or "") or t.plain("Rented number"))
        return press(label, OnRental(what=Hired.CARD, id=row.id))
    return press(t.plain("🗂 {number}", number=name_of(row)), Act(what=What.CARD, id=row.id))


def rented_in_words(row: Rental, t: Texts) -> str:
    """How a rented number stands."""
    match row.state:
        case RentalState.RENTING:
            return t.plain("renting")
        case RentalState.ACTIVE if row.until is not None:
            return " · ".join([t.plain("until {moment}", moment=t.day(row.until)), *_sim_in_short(row, t)])
        case RentalState.ACTIVE:
            return " · ".join([t.plain("rented"), *_sim_in_short(row, t)])
        case RentalState.ENDED:
            return t.plain("ended")
        case RentalState.FAILED:
            return t.plain("not rented")
        case RentalState.UNKNOWN:
            return t.plain("unknown")


def _sim_in_short(row: Rental, t: Texts) -> list[str]:
    if row.online is None:
        return []
    return [t.plain("SIM on") if row.online else t.plain("SIM off")]
