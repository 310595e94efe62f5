"""Numbers rented elsewhere with the chat's keys: what the accounts list and nobody watches here yet."""

from collections.abc import Mapping

from aiogram import F, Router
from aiogram.filters.callback_data import CallbackData
from aiogram.types import CallbackQuery

from bot.errors import NoKeys
from bot.i18n import Texts, flag, international
from bot.mobile import country_of
from bot.providers.base import Provider
from bot.rentals import Elsewhere, Rentals
from bot.shops import Listing
from handlers.doors import Rent, RentedElsewhere
from handlers.key_marks import name_of
from handlers.listings import troubles
from handlers.private import RENTS, only_in_private
from handlers.screen import Rows, Screen, answer, chat_of, page_of, press, say, show, turn

router = Router(name="elsewhere")
router.callback_query.filter(F.data.startswith("e"))
only_in_private(router, RENTS)

NUMBERS_A_PAGE = 8
#: What is left of a button's 64 bytes beside the id of a key.
_LONGEST_ID = 32


class TakeOver(CallbackData, prefix="et"):
    """Watch a number of a key's account from now on; the value is the provider's id of it."""

    key: str
    value: str


@router.callback_query(RentedElsewhere.filter())
async def elsewhere(
    callback: CallbackQuery,
    callback_data: RentedElsewhere,
    t: Texts,
    rentals: Rentals,
    providers: Mapping[str, Provider],
) -> None:
    screen = await _screen(callback, t, rentals, providers, callback_data.page)
    if not callback_data.anew:
        await show(callback, screen)
        return
    await answer(callback)
    await say(callback, screen)


@router.callback_query(TakeOver.filter())
async def take_over(
    callback: CallbackQuery,
    callback_data: TakeOver,
    t: Texts,
    rentals: Rentals,
    providers: Mapping[str, Provider],
) -> None:
    chat_id, person_id = chat_of(callback), callback.from_user.id
    await rentals.take_over(chat_id, person_id, callback_data.key, callback_data.value)
    told = t.plain("Taken over: its new SMS come here from now on. Its card is below.")
    await show(callback, await _screen(callback, t, rentals, providers), told)


async def _screen(
    callback: CallbackQuery, t: Texts, rentals: Rentals, providers: Mapping[str, Provider], page: int = 0
) -> Screen:
    try:
        listing = await rentals.elsewhere(chat_of(callback))
    except NoKeys:
        none = t("None of your providers tells what an account rents: look at your account on its site.")
        text = "\n".join([t("<b>Numbers rented elsewhere</b>"), none])
        return Screen(text, [[press(t.plain("◀ Back"), Rent())]])
    return _listed(listing, page, t, providers)


def _listed(listing: Listing[Elsewhere], page: int, t: Texts, providers: Mapping[str, Provider]) -> Screen:
    numbers = [one for one in listing.items if _fits(one.rented.id)]
    shown, pages = page_of(numbers, page, NUMBERS_A_PAGE)
    text = t(
        "<b>Numbers rented elsewhere</b>\n"
        "Your keys rent these, and I do not watch them yet. Press one to get its SMS here."
    )
    if not numbers:
        text = t(
            "<b>Numbers rented elsewhere</b>\nNone: every number that your keys rent is watched already."
        )
    several = len({one.key.id for one in numbers}) > 1
    rows: Rows = [
        [press(_label(one, name_of(one.key, providers) if several else "", t), _take(one))] for one in shown
    ]
    pager = turn(page, pages, lambda to: RentedElsewhere(page=to))
    back = [press(t.plain("◀ Back"), Rent())]
    return Screen(text + troubles(listing.troubles, t), [*rows, pager, back])


def _take(one: Elsewhere) -> TakeOver:
    return TakeOver(key=one.key.id, value=one.rented.id)


def _label(one: Elsewhere, who: str, t: Texts) -> str:
    until = one.rented.until
    number = f"{flag(country_of(one.rented.phone))} {international(one.rented.phone)}"
    end = t.plain("until {moment}", moment=t.day(until)) if until is not None else ""
    return " · ".join(part for part in (number, who, end) if part)


def _fits(value: str) -> bool:
    """Whether a button can carry it: colons part its fields."""
    return bool(value) and ":" not in value and len(value.encode()) <= _LONGEST_ID
