"""Numbers bought elsewhere with the chat's keys: what the accounts hold and nobody watches here yet."""

from collections.abc import Mapping, Sequence
from typing import Annotated

from aiogram import F, Router
from aiogram.filters.callback_data import CallbackData
from aiogram.types import CallbackQuery
from pydantic import Field

from bot.drawing import Drawing
from bot.errors import NoKeys
from bot.i18n import Texts, flag, international
from bot.providers.base import Capability, Provider
from bot.shops import Listing
from bot.strays import Stray, Strays
from handlers.doors import BoughtElsewhere, Numbers, RentedElsewhere
from handlers.key_marks import name_of
from handlers.listings import troubles
from handlers.private import NUMBERS, only_in_private
from handlers.screen import Rows, Screen, answer, chat_of, page_of, press, say, show, turn

router = Router(name="strays")
router.callback_query.filter(F.data.startswith("x"))
only_in_private(router, NUMBERS)

NUMBERS_A_PAGE = 8
#: What is left of a button's 64 bytes beside the id of a key.
_LONGEST_ID = 32


class TakeOver(CallbackData, prefix="xt"):
    """Watch a number of a key's account from now on; the value is the provider's id of it."""

    key: str
    value: Annotated[str, Field(max_length=_LONGEST_ID)]


@router.callback_query(BoughtElsewhere.filter())
async def elsewhere(
    callback: CallbackQuery,
    callback_data: BoughtElsewhere,
    t: Texts,
    strays: Strays,
    providers: Mapping[str, Provider],
) -> None:
    screen = await _screen(callback, t, strays, providers, callback_data.page)
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
    strays: Strays,
    providers: Mapping[str, Provider],
) -> None:
    chat_id, person_id = chat_of(callback), callback.from_user.id
    await strays.take_over(chat_id, person_id, callback_data.key, callback_data.value)
    told = t.plain("Taken over: its code comes here from now on. Its card is below.")
    await show(callback, await _screen(callback, t, strays, providers), told)


def draw_restored(t: Texts, providers: Sequence[Provider]) -> Drawing:
    """What the bot does not know after it went on from a backup, and how these providers help to find it."""
    lines = [
        t("⚠️ <b>I was restored from a backup.</b>"),
        t("What you bought, rented or sent since it was made is missing here; your accounts have it."),
        *_where_to_look(t, providers),
    ]
    rows: Rows = []
    if any(provider.can(Capability.ACTIVE) for provider in providers):
        rows.append([press(t.plain("🔎 Numbers bought elsewhere"), BoughtElsewhere(anew=True))])
    if any(provider.can(Capability.RENTED) for provider in providers):
        rows.append([press(t.plain("🔎 Numbers rented elsewhere"), RentedElsewhere(anew=True))])
    screen = Screen("\n".join(lines), rows)
    return Drawing(screen.html, screen.keyboard)


def _where_to_look(t: Texts, providers: Sequence[Provider]) -> list[str]:
    lines = []
    if any(provider.can(Capability.ACTIVE) or provider.can(Capability.RENTED) for provider in providers):
        lines.append(t("Numbers that are still open can be taken over."))
    silent = [
        each.title for each in providers if each.can(Capability.BUY) and not each.can(Capability.ACTIVE)
    ]
    if silent:
        told = t(
            "These do not tell me what was bought: look at your account at {providers}.",
            providers=", ".join(silent),
        )
        lines.append(told)
    return lines


async def _screen(
    callback: CallbackQuery, t: Texts, strays: Strays, providers: Mapping[str, Provider], page: int = 0
) -> Screen:
    back = [press(t.plain("◀ Back"), Numbers())]
    try:
        listing = await strays.listed(chat_of(callback))
    except NoKeys:
        none = t("None of your providers tells what an account holds: look at your account on its site.")
        return Screen("\n".join([t("<b>Numbers bought elsewhere</b>"), none]), [back])
    return _listed(listing, page, t, providers)


def _listed(listing: Listing[Stray], page: int, t: Texts, providers: Mapping[str, Provider]) -> Screen:
    numbers = [one for one in listing.items if _fits(one.number.id)]
    shown, pages = page_of(numbers, page, NUMBERS_A_PAGE)
    told = t("Your accounts hold these, and I do not watch them. Press one to get its code here.")
    if not numbers:
        told = t("None: every number that your accounts tell of is watched already.")
    several = len({one.key.id for one in numbers}) > 1
    rows: Rows = [
        [press(_label(one, name_of(one.key, providers) if several else ""), _take(one))] for one in shown
    ]
    pager = turn(page, pages, lambda to: BoughtElsewhere(page=to))
    text = "\n".join([t("<b>Numbers bought elsewhere</b>"), told]) + troubles(listing.troubles, t)
    return Screen(text, [*rows, pager, [press(t.plain("◀ Back"), Numbers())]])


def _take(one: Stray) -> TakeOver:
    return TakeOver(key=one.key.id, value=one.number.id)


def _label(one: Stray, who: str) -> str:
    number = f"{flag(one.country.iso2)} {international(one.number.phone)}".strip()
    return " · ".join(part for part in (number, one.service_name, who) if part)


def _fits(value: str) -> bool:
    """Whether a button can carry it: colons part its fields."""
    return bool(value) and ":" not in value and len(value.encode()) <= _LONGEST_ID
