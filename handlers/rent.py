"""Renting a number for days: the country, the tariff, one confirmation.

The keyboard carries the choice. What is about to be paid stands in an order, whose id is good once.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated

from aiogram import F, Router
from aiogram.filters import Command
from aiogram.filters.callback_data import CallbackData
from aiogram.types import CallbackQuery, InlineKeyboardButton, Message
from pydantic import Field

from bot.balances import Balances
from bot.clock import Clock
from bot.errors import CodebellError, NoKeys, NoNumbers, NotOffered, UnknownKey
from bot.floods import wait_for_words
from bot.i18n import Texts, flag
from bot.providers.base import Capability, Provider
from bot.providers.renting import Tariff
from bot.rental_orders import RentalOrders
from bot.shops import Listing
from bot.tariffs import RentalPlace, Tariffs
from handlers.doors import AddKey, Menu, PayRent, Rent, RentedElsewhere, TariffsOf
from handlers.key_marks import name_of
from handlers.listings import stock_left, troubles
from handlers.private import RENTS, only_in_private
from handlers.screen import Rows, Screen, answer, chat_of, page_of, press, say, show, turn
from storage.chats import ChatStore
from storage.models import Key, RentalOrder, RentalState

router = Router(name="rent")
router.callback_query.filter(F.data.startswith("r"))
only_in_private(router, RENTS, "rent")

COUNTRIES_A_PAGE = 8
#: A phone shows about so many characters beside the flag.
_LABEL = 35
#: What is left of a button's 64 bytes beside the id of a key and a country.
_LONGEST_TARIFF = 24


class Places(CallbackData, prefix="rp"):
    """A page of the countries."""

    page: Annotated[int, Field(ge=0, le=999)]


class RentBy(CallbackData, prefix="rf"):
    """A tariff of a country, to be confirmed."""

    key: str
    country: str
    tariff: str


@router.message(Command("rent", ignore_case=True), F.chat.type == "private")
async def rent_by_command(
    message: Message, t: Texts, tariffs: Tariffs, providers: Mapping[str, Provider]
) -> None:
    await show_places(message, t, tariffs, providers)


@router.callback_query(Rent.filter())
async def rent_by_button(
    callback: CallbackQuery,
    callback_data: Rent,
    t: Texts,
    tariffs: Tariffs,
    providers: Mapping[str, Provider],
) -> None:
    """The card of a number that has ended stays: it goes on there when it is renewed elsewhere."""
    if not callback_data.anew:
        await show_places(callback, t, tariffs, providers)
        return
    await answer(callback)
    await say(callback, await _countries(callback, t, tariffs, providers))


@router.callback_query(Places.filter())
async def page_of_places(
    callback: CallbackQuery,
    callback_data: Places,
    t: Texts,
    tariffs: Tariffs,
    providers: Mapping[str, Provider],
) -> None:
    await show_places(callback, t, tariffs, providers, callback_data.page)


@router.callback_query(TariffsOf.filter())
async def tariffs_of(
    callback: CallbackQuery,
    callback_data: TariffsOf,
    t: Texts,
    tariffs: Tariffs,
    providers: Mapping[str, Provider],
) -> None:
    """A country that is sold out, or gone, meanwhile leads to the others."""
    place = await _place(callback, callback_data, tariffs)
    if isinstance(place, CodebellError):
        await show_places(callback, t, tariffs, providers, alert=t.plain_error(place))
        return
    found = await tariffs.of(chat_of(callback), place.key.id, place.country)
    await show(callback, _tariffs(place, found, t))


@router.callback_query(RentBy.filter())
async def confirm(
    callback: CallbackQuery,
    callback_data: RentBy,
    t: Texts,
    tariffs: Tariffs,
    rental_orders: RentalOrders,
    balances: Balances,
    providers: Mapping[str, Provider],
) -> None:
    """A tariff that is gone meanwhile leaves no dead button behind."""
    chat_id, key_id = chat_of(callback), callback_data.key
    try:
        tariff = the_one(await tariffs.of(chat_id, key_id, callback_data.country), callback_data.tariff)
    except (NotOffered, UnknownKey) as gone:
        await show_places(callback, t, tariffs, providers, alert=t.plain_error(gone))
        return
    order = await rental_orders.offer(chat_id, callback.from_user.id, key_id, tariff)
    await show(callback, _confirmation(order, await balances.key(key_id, chat_id), t, providers))


@router.callback_query(PayRent.filter())
async def pay(
    callback: CallbackQuery,
    callback_data: PayRent,
    t: Texts,
    rental_orders: RentalOrders,
    chats: ChatStore,
    clock: Clock,
) -> None:
    """Rent or renew, once. The pressed message becomes the number's card; the postman draws it."""
    await wait_for_words(chats, chat_of(callback), clock())
    card = callback.message.message_id if isinstance(callback.message, Message) else None
    rental = await rental_orders.order(callback_data.nonce, callback.from_user.id, chat_of(callback), card)
    renting = rental.state is RentalState.RENTING
    await answer(callback, t.plain("Renting…") if renting else t.plain("Renewing…"))


async def show_places(
    event: Message | CallbackQuery,
    t: Texts,
    tariffs: Tariffs,
    providers: Mapping[str, Provider],
    page: int = 0,
    alert: str = "",
) -> None:
    """The countries numbers can be rented in; `alert` says why they are shown, where that is a surprise."""
    await show(event, await _countries(event, t, tariffs, providers, page), alert)


def the_one(tariffs: Sequence[Tariff], tariff_id: str) -> Tariff:
    """The tariff of that id. Raises `NotOffered` when it is gone meanwhile."""
    for tariff in tariffs:
        if tariff.id == tariff_id:
            return tariff
    raise NotOffered


def tariff_label(tariff: Tariff, currency: str, t: Texts) -> str:
    return f"{days(tariff.days, t)} · {t.money(tariff.cost, currency)}"


def days(count: int, t: Texts) -> str:
    return t.many("{count} day", "{count} days", count)


def carried(tariffs: Sequence[Tariff]) -> list[Tariff]:
    """The tariffs whose ids a button can carry; colons part its fields."""
    return [one for one in tariffs if ":" not in one.id and len(one.id.encode()) <= _LONGEST_TARIFF]


def paying(order: RentalOrder, key: Key, t: Texts, providers: Mapping[str, Provider]) -> list[str]:
    """With which key, for how long, and what it does to the balance."""
    price = t.money(order.cost, order.currency)
    who, span = name_of(key, providers), days(order.days, t)
    if key.balance is None:
        return [t("{who} · {days} · <b>{price}</b>", who=who, days=span, price=price)]
    balance = t.money(key.balance, key.currency)
    line = t(
        "{who} · {days} · <b>{price}</b> of your {balance}", who=who, days=span, price=price, balance=balance
    )
    short = [t("⚠️ That is more than your balance there.")] if key.balance < order.cost else []
    return [line, *short]


async def _countries(
    event: Message | CallbackQuery,
    t: Texts,
    tariffs: Tariffs,
    providers: Mapping[str, Provider],
    page: int = 0,
) -> Screen:
    try:
        listing = await tariffs.places(chat_of(event))
    except NoKeys:
        return _no_key(t, providers)
    return _places(listing, page, t, providers)


async def _place(
    callback: CallbackQuery, wanted: TariffsOf, tariffs: Tariffs
) -> RentalPlace | NoNumbers | NotOffered:
    """The country that was pressed, or why there is nothing to rent."""
    listing = await tariffs.places(chat_of(callback))
    for place in listing.items:
        if (place.key.id, place.country) == (wanted.key, wanted.country):
            return place if place.stock else NoNumbers()
    return NotOffered()


def _no_key(t: Texts, providers: Mapping[str, Provider]) -> Screen:
    """Who can rent is told by what the providers can do."""
    titles = [provider.title for provider in providers.values() if provider.can(Capability.RENT)]
    lines = [t("<b>Rent a number for days</b>"), t("Every SMS to it comes here as a new message.")]
    menu = [press(t.plain("◀ Menu"), Menu())]
    if not titles:
        lines += ["", t("None of the providers here rents numbers.")]
        return Screen("\n".join(lines), [menu])
    who = t(
        "It takes your own key of a provider that rents numbers: {providers}.", providers=", ".join(titles)
    )
    lines += ["", who, t("You have none yet. Add one: it takes a minute.")]
    return Screen("\n".join(lines), [[press(t.plain("🔑 Add a provider key"), AddKey())], menu])


def _places(listing: Listing[RentalPlace], page: int, t: Texts, providers: Mapping[str, Provider]) -> Screen:
    places = listing.items
    shown, pages = page_of(places, page, COUNTRIES_A_PAGE)
    text = t("<b>Rent a number for days</b>\nEvery SMS to it comes here. Which country should it be from?")
    if not places:
        text = t("<b>Rent a number for days</b>\nThere is nothing to rent right now.")
    several = len({place.key.id for place in places}) > 1
    rows: Rows = [
        [press(_place_label(place, name_of(place.key, providers) if several else "", t), _open(place))]
        for place in shown
    ]
    pager = turn(page, pages, lambda to: Places(page=to))
    return Screen(text + troubles(listing.troubles, t), [*rows, pager, *_ways_out(t, providers)])


def _ways_out(t: Texts, providers: Mapping[str, Provider]) -> Rows:
    listed = any(provider.can(Capability.RENTED) for provider in providers.values())
    elsewhere = [press(t.plain("🔎 Numbers rented elsewhere"), RentedElsewhere())] if listed else []
    return [elsewhere, [press(t.plain("◀ Menu"), Menu())]]


def _open(place: RentalPlace) -> TariffsOf:
    return TariffsOf(key=place.key.id, country=place.country)


def _place_label(place: RentalPlace, who: str, t: Texts) -> str:
    price = t.plain("from {price}", price=t.money(place.cost, place.currency))
    told = " · ".join(part for part in (who, price, stock_left(place.stock, t)) if part)
    name = t.country_within(_LABEL - len(told), place.iso2, place.country)
    return f"{flag(place.iso2)} {name} · {told}"


def _country(iso2: str, otherwise: str, t: Texts) -> str:
    return f"{flag(iso2)} {t.country(iso2, otherwise)}"


def _tariffs(place: RentalPlace, found: Sequence[Tariff], t: Texts) -> Screen:
    title = t(
        "<b>Rent a number</b> · {country}\nFor how long?", country=_country(place.iso2, place.country, t)
    )
    rows: Rows = [[_tariff_button(place, tariff, t)] for tariff in carried(found)]
    return Screen(title, [*rows, [press(t.plain("◀ Countries"), Rent())]])


def _tariff_button(place: RentalPlace, tariff: Tariff, t: Texts) -> InlineKeyboardButton:
    data = RentBy(key=place.key.id, country=place.country, tariff=tariff.id)
    return press(tariff_label(tariff, place.currency, t), data)


def _confirmation(order: RentalOrder, key: Key, t: Texts, providers: Mapping[str, Provider]) -> Screen:
    """Everything that is about to be paid, and what one gets for it."""
    country = _country(order.country, order.country_code, t)
    lines = [
        t("<b>Rent a number</b> · {country}", country=country),
        *paying(order, key, t, providers),
        "",
        t("Every SMS to it is pushed here. I remind you a day before it ends, and an hour before."),
        t("A rented number cannot be given back early."),
    ]
    label = t.plain("✅ Rent for {price}", price=t.money(order.cost, order.currency))
    back = TariffsOf(key=order.key_id, country=order.country_code)
    rows = [[press(label, PayRent(nonce=order.id))], [press(t.plain("◀ Other tariffs"), back)]]
    return Screen("\n".join(lines), rows)
