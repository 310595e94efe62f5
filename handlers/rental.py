"""The buttons of a rented number: its SMS, a look now, the SIM on and off, renewing it, its card again."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Annotated

from aiogram import F, Router
from aiogram.filters.callback_data import CallbackData
from aiogram.types import CallbackQuery, InlineKeyboardButton
from pydantic import Field

from bot.balances import Balances
from bot.errors import Unclear, Unsupported
from bot.i18n import Texts, international, visible
from bot.providers.base import Capability, Provider
from bot.providers.codes import codes_in
from bot.providers.renting import SimAnswer, Tariff
from bot.rental_orders import RentalOrders
from bot.rentals import Rentals
from handlers.doors import Hired, OnRental, PayRent
from handlers.private import RENTS, only_in_private
from handlers.rent import carried, paying, tariff_label, the_one
from handlers.screen import Rows, Screen, answer, copies, in_rows, page_of, press, say, show, turn
from handlers.strangers import cut, quoted, warnings
from storage.models import Key, Rental, RentalOrder, RentalState, RentalText

router = Router(name="rental")
router.callback_query.filter(F.data.startswith("t"))
only_in_private(router, RENTS)

#: Five SMS of this length (UTF-16 units, as Telegram counts) and their headings fill a message of Telegram's.
SMS_A_PAGE = 5
_LONGEST_SMS = 650


class Received(CallbackData, prefix="ts"):
    """A page of the SMS of a rented number."""

    id: str
    page: Annotated[int, Field(ge=0, le=999)]


class Renewals(CallbackData, prefix="tr"):
    """The tariffs a number can be renewed by."""

    id: str


class RenewBy(CallbackData, prefix="tb"):
    """One of them, to be confirmed."""

    id: str
    tariff: str


@router.callback_query(OnRental.filter(F.what == Hired.CARD))
async def card(callback: CallbackQuery, callback_data: OnRental, rentals: Rentals) -> None:
    """Hang the card anew, at the end of the chat."""
    await rentals.hang_anew(callback_data.id, callback.from_user.id)
    await answer(callback)


@router.callback_query(OnRental.filter(F.what == Hired.LOOK))
async def look(
    callback: CallbackQuery,
    callback_data: OnRental,
    t: Texts,
    rentals: Rentals,
    providers: Mapping[str, Provider],
) -> None:
    row = await rentals.mine(callback_data.id, callback.from_user.id)
    _able(row, providers, Capability.RENTAL_SMS)
    await rentals.read_now(row.id, callback.from_user.id)
    await answer(callback, t.plain("I am looking. Whatever is new comes as a message."))


@router.callback_query(OnRental.filter(F.what == Hired.SMS))
async def sms(callback: CallbackQuery, callback_data: OnRental, t: Texts, rentals: Rentals) -> None:
    """A message of its own: the card stays a card."""
    screen = await _sms(callback_data.id, callback.from_user.id, 0, t, rentals)
    await answer(callback)
    await say(callback, screen)


@router.callback_query(Received.filter())
async def page_of_sms(callback: CallbackQuery, callback_data: Received, t: Texts, rentals: Rentals) -> None:
    await show(callback, await _sms(callback_data.id, callback.from_user.id, callback_data.page, t, rentals))


@router.callback_query(OnRental.filter(F.what.in_({Hired.SIM_ON, Hired.SIM_OFF})))
async def switch_sim(
    callback: CallbackQuery,
    callback_data: OnRental,
    t: Texts,
    rentals: Rentals,
    providers: Mapping[str, Provider],
) -> None:
    """A lost answer does no harm: asking twice is allowed."""
    row, on = await rentals.mine(callback_data.id, callback.from_user.id), callback_data.what is Hired.SIM_ON
    provider = _able(row, providers, Capability.SIM)
    try:
        told = _switched(
            await rentals.switch_sim(row.id, callback.from_user.id, on=on), on, provider.title, t
        )
    except Unclear as unclear:
        told = _unanswered(unclear, provider.title, t)
    await answer(callback, told, alert=True)


@router.callback_query(OnRental.filter(F.what == Hired.RENEW))
async def renew(
    callback: CallbackQuery,
    callback_data: OnRental,
    t: Texts,
    rentals: Rentals,
    providers: Mapping[str, Provider],
) -> None:
    """A message of its own: the card stays a card."""
    row = await rentals.mine(callback_data.id, callback.from_user.id)
    screen = await _renewals(row, t, rentals, providers)
    await answer(callback)
    await say(callback, screen)


@router.callback_query(Renewals.filter())
async def back_to_renewals(
    callback: CallbackQuery,
    callback_data: Renewals,
    t: Texts,
    rentals: Rentals,
    providers: Mapping[str, Provider],
) -> None:
    row = await rentals.mine(callback_data.id, callback.from_user.id)
    await show(callback, await _renewals(row, t, rentals, providers))


@router.callback_query(RenewBy.filter())
async def confirm_renewal(
    callback: CallbackQuery,
    callback_data: RenewBy,
    t: Texts,
    rentals: Rentals,
    rental_orders: RentalOrders,
    balances: Balances,
    providers: Mapping[str, Provider],
) -> None:
    person_id = callback.from_user.id
    row = await rentals.mine(callback_data.id, person_id)
    _able(row, providers, Capability.RENEW)
    tariff = the_one(await rentals.renewals(row.id, person_id), callback_data.tariff)
    order = await rental_orders.offer_renewal(row.id, person_id, tariff)
    await show(callback, _confirmation(row, order, await balances.key(row.key_id, row.chat_id), t, providers))


def _able(row: Rental, providers: Mapping[str, Provider], to: Capability) -> Provider:
    """The provider of a number. Raises `Unsupported` where it cannot do that, or is configured no more."""
    provider = providers.get(row.provider)
    if provider is None or not provider.can(to):
        raise Unsupported
    return provider


def _switched(came: SimAnswer, on: bool, title: str, t: Texts) -> str:
    match came:
        case SimAnswer.SENT if on:
            return t.plain("Asked: the SIM goes into the network. It takes a minute; the card tells when.")
        case SimAnswer.SENT:
            return t.plain("Asked: the SIM leaves the network. It takes a minute; the card tells when.")
        case SimAnswer.UNDER_WAY:
            return t.plain("That is under way already: {provider} was asked before.", provider=title)
        case SimAnswer.REFUSED:
            return t.plain("{provider} refused; nothing was changed. Try again in a while.", provider=title)


def _unanswered(unclear: Unclear, title: str, t: Texts) -> str:
    if not unclear.sent:
        return t.plain(
            "{provider} cannot be reached: nothing was sent. Please try again in a minute.", provider=title
        )
    return t.plain(
        "The answer of {provider} was lost: it may be under way. You can press again, that does no harm.",
        provider=title,
    )


async def _sms(rental_id: str, person_id: int, page: int, t: Texts, rentals: Rentals) -> Screen:
    """Newest first."""
    row, every = await rentals.mine(rental_id, person_id), await rentals.texts(rental_id, person_id)
    shown, pages = page_of(every, page, SMS_A_PAGE)
    head = [t("✉️ <b>SMS of {number}</b>", number=international(row.phone or "")), *_none(row, every, t)]
    codes = [copies(t.plain("📋 {code}", code=t.masked(code)), code) for code in _codes(shown)]
    pager = turn(page, pages, lambda to: Received(id=row.id, page=to))
    back = [press(t.plain("🗂 Card"), OnRental(what=Hired.CARD, id=row.id))]
    lines = ["\n".join(head), *(_one(one, t) for one in shown)]
    return Screen("\n\n".join(lines), [*in_rows(codes, 3), pager, back])


def _none(row: Rental, every: Sequence[RentalText], t: Texts) -> list[str]:
    """Where there are no SMS, whether one may still come."""
    if every:
        return []
    if row.state is not RentalState.ACTIVE:
        return [t("None came.")]
    return [t("None so far. Each one comes as a new message.")]


def _codes(shown: Sequence[RentalText]) -> list[str]:
    """The codes of a page, for the clipboard; where a text holds several, the first."""
    return [*dict.fromkeys(found[0] for one in shown if (found := codes_in(one.text)))]


def _one(one: RentalText, t: Texts) -> str:
    text, sender = cut(visible(one.text), _LONGEST_SMS), visible(one.sender or "", 64) or "?"
    head = t("{moment} · <code>{sender}</code>", moment=t.day(one.received_at), sender=sender)
    return "\n".join([head, quoted(text, t), *warnings(text, t)])


async def _renewals(row: Rental, t: Texts, rentals: Rentals, providers: Mapping[str, Provider]) -> Screen:
    provider = _able(row, providers, Capability.RENEW)
    found = carried(await rentals.renewals(row.id, row.owner_id))
    rows: Rows = [[_tariff_button(row, tariff, provider.currency, t)] for tariff in found]
    back = [press(t.plain("🗂 Card"), OnRental(what=Hired.CARD, id=row.id))]
    return Screen("\n".join([*_title(row, t), t("For how much longer?")]), [*rows, back])


def _tariff_button(row: Rental, tariff: Tariff, currency: str, t: Texts) -> InlineKeyboardButton:
    return press(tariff_label(tariff, currency, t), RenewBy(id=row.id, tariff=tariff.id))


def _title(row: Rental, t: Texts) -> list[str]:
    lines = [t("<b>Renew</b> {number}", number=international(row.phone or ""))]
    if row.until is not None:
        lines.append(t("Rented until {moment}.", moment=t.day(row.until)))
    return lines


def _confirmation(
    row: Rental, order: RentalOrder, key: Key, t: Texts, providers: Mapping[str, Provider]
) -> Screen:
    lines = [*_title(row, t), *paying(order, key, t, providers), *_new_end(row, order, t)]
    label = t.plain("✅ Renew for {price}", price=t.money(order.cost, order.currency))
    back = [press(t.plain("◀ Other tariffs"), Renewals(id=row.id))]
    return Screen("\n".join(lines), [[press(label, PayRent(nonce=order.id))], back])


def _new_end(row: Rental, order: RentalOrder, t: Texts) -> list[str]:
    """What is bought; from where it counts once the end is over, nobody tells."""
    if row.until is None or row.until <= order.created_at:
        return []
    old, new = t.day(row.until), t.day(row.until + timedelta(days=order.days))
    return [t("Until {new} instead of {old}.", new=new, old=old)]
