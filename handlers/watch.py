"""A watch: to be told of what is out of stock or too dear, or to have one number bought."""

from collections.abc import Mapping
from datetime import timedelta

from aiogram import F, Router
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, Message

from bot.clock import Clock
from bot.errors import AlreadyDone, BadInput, CodebellError, Expired
from bot.i18n import Texts
from bot.lookout import several
from bot.offers import Offers
from bot.providers.base import Provider
from bot.search import Listed
from bot.watches import TOLD_WITHIN, Wanted, Watches
from handlers import doors
from handlers.doors import WatchFor
from handlers.private import WATCHES, only_in_private
from handlers.screen import chat_of, show
from handlers.watch_for import Where, ask_where, ask_which
from handlers.watch_list import One, Stop, draw_list, draw_one, draw_twin
from handlers.watch_prices import packed, typed_price
from handlers.watch_terms import (
    Limit,
    Pick,
    Start,
    StartAnother,
    Type,
    With,
    Within,
    asked_again,
    confirmation,
    keys,
    name_of_payer,
    prices,
    question,
    times,
)
from storage.models import Watch
from storage.preferences import PreferenceStore
from storage.watches import AlreadyWatched

router = Router(name="watch")
router.callback_query.filter(F.data.startswith("v"))
only_in_private(router, WATCHES, "watch")


class Asked(StatesGroup):
    """What the person was asked to type."""

    watch_price = State()


# What is waited for


@router.callback_query(doors.Watches.filter())
async def watches_by_button(callback: CallbackQuery, t: Texts, watches: Watches, clock: Clock) -> None:
    mine = await watches.listed(callback.from_user.id, chat_of(callback))
    await show(callback, draw_list(mine, t, clock()))


@router.callback_query(One.filter())
async def one(
    callback: CallbackQuery,
    callback_data: One,
    t: Texts,
    watches: Watches,
    clock: Clock,
    providers: Mapping[str, Provider],
) -> None:
    watch = await watches.mine(callback_data.id, callback.from_user.id, chat_of(callback))
    await _show_one(callback, watch, t, watches, clock, providers)


@router.callback_query(Stop.filter())
async def stop(
    callback: CallbackQuery, callback_data: Stop, t: Texts, watches: Watches, clock: Clock
) -> None:
    await watches.stop(callback_data.id, callback.from_user.id, chat_of(callback))
    mine = await watches.listed(callback.from_user.id, chat_of(callback))
    await show(callback, draw_list(mine, t, clock()))


# A new one


@router.callback_query(WatchFor.filter())
async def watch_for(
    callback: CallbackQuery,
    callback_data: WatchFor,
    t: Texts,
    watches: Watches,
    providers: Mapping[str, Provider],
) -> None:
    await ask_which(callback, callback_data, None, t, watches, providers)


@router.callback_query(Where.filter())
async def where(
    callback: CallbackQuery, callback_data: Where, state: FSMContext, t: Texts, offers: Offers
) -> None:
    sold = (await offers.services(chat_of(callback))).items
    named = next((one for one in sold if one.slug == callback_data.service), None)
    service = named or Listed(callback_data.service, callback_data.service)
    await ask_where(callback, service, state, t, offers)


@router.callback_query(Pick.filter())
async def pick_price(
    callback: CallbackQuery,
    callback_data: Pick,
    state: FSMContext,
    t: Texts,
    watches: Watches,
    preferences: PreferenceStore,
    providers: Mapping[str, Provider],
) -> None:
    chat_id, wish = chat_of(callback), callback_data
    payers = await watches.payers(chat_id)
    payer = next((payer for payer in payers if payer.by == wish.by), payers[0])
    sight = await watches.look(chat_id, wish.service, wish.iso2)
    ceiling = (await preferences.ceilings(chat_id)).get(payer.purse)
    wish = wish.model_copy(update={"by": payer.by})
    await state.set_state(Asked.watch_price)
    await state.set_data(wish.model_dump())
    await show(callback, prices(wish, sight, payers, payer, ceiling, t, providers))


@router.callback_query(With.filter())
async def pick_key(
    callback: CallbackQuery,
    callback_data: With,
    t: Texts,
    watches: Watches,
    providers: Mapping[str, Provider],
) -> None:
    payers = await watches.payers(chat_of(callback))
    sight = await watches.look(chat_of(callback), callback_data.service, callback_data.iso2)
    await show(callback, keys(callback_data, sight.service_name, payers, t, providers))


@router.callback_query(Type.filter())
async def ask_for_price(
    callback: CallbackQuery, callback_data: Type, state: FSMContext, t: Texts, watches: Watches
) -> None:
    payer = await watches.payer(chat_of(callback), callback_data.by)
    await state.set_state(Asked.watch_price)
    await state.set_data(callback_data.model_dump())
    sight = await watches.look(chat_of(callback), callback_data.service, callback_data.iso2)
    await show(callback, question(callback_data, sight, payer, t))


@router.message(Asked.watch_price, F.text, ~F.text.startswith("/"))
async def take_price(
    message: Message,
    state: FSMContext,
    t: Texts,
    watches: Watches,
    clock: Clock,
    providers: Mapping[str, Provider],
) -> None:
    """What cannot be read is asked for again."""
    wish = Type(**await state.get_data())
    payer = await watches.payer(message.chat.id, wish.by)
    try:
        price = typed_price(message.text or "", payer.currency)
    except BadInput as wrong:
        await show(message, asked_again(wish, wrong, t))
        return
    await state.clear()
    await _limited(message, Limit(**wish.model_dump(), price=packed(price)), t, watches, clock, providers)


@router.callback_query(Limit.filter())
async def take_limit(
    callback: CallbackQuery,
    callback_data: Limit,
    t: Texts,
    watches: Watches,
    clock: Clock,
    providers: Mapping[str, Provider],
) -> None:
    await _limited(callback, callback_data, t, watches, clock, providers)


@router.callback_query(Within.filter())
async def confirm(
    callback: CallbackQuery,
    callback_data: Within,
    t: Texts,
    watches: Watches,
    providers: Mapping[str, Provider],
) -> None:
    """Nothing is watched before its button is pressed."""
    wish, chat_id = callback_data, chat_of(callback)
    lasts, price = timedelta(minutes=wish.minutes), typed_price(wish.price)
    wanted = Wanted(wish.service, wish.iso2, buys=True, max_price=price, by=wish.by, lasts=lasts)
    watch = await watches.offer(chat_id, callback.from_user.id, wanted)
    await show(callback, confirmation(watch, wish, await _who(watch, chat_id, t, watches, providers), t))


@router.callback_query(Start.filter())
async def start(
    callback: CallbackQuery,
    callback_data: Start,
    t: Texts,
    watches: Watches,
    clock: Clock,
    providers: Mapping[str, Provider],
) -> None:
    """Once: a second press shows what the first one started."""
    try:
        await _start(callback, callback_data.id, t, watches, clock, providers)
    except AlreadyWatched as found:
        await show(callback, draw_twin(found.watch, callback_data.id, t, clock()))


@router.callback_query(StartAnother.filter())
async def start_another(
    callback: CallbackQuery,
    callback_data: StartAnother,
    t: Texts,
    watches: Watches,
    clock: Clock,
    providers: Mapping[str, Provider],
) -> None:
    await _start(callback, callback_data.id, t, watches, clock, providers, another=True)


async def _start(
    callback: CallbackQuery,
    watch_id: str,
    t: Texts,
    watches: Watches,
    clock: Clock,
    providers: Mapping[str, Provider],
    *,
    another: bool = False,
) -> None:
    chat_id, person_id = chat_of(callback), callback.from_user.id
    try:
        watch = await watches.start(watch_id, person_id, chat_id, another=another)
    except AlreadyDone:
        watch = await watches.mine(watch_id, person_id, chat_id)
    await _show_one(callback, watch, t, watches, clock, providers)


async def _limited(
    event: Message | CallbackQuery,
    wish: Limit,
    t: Texts,
    watches: Watches,
    clock: Clock,
    providers: Mapping[str, Provider],
) -> None:
    """The price is known: what buys is asked for its time, what tells is started."""
    chat_id = chat_of(event)
    price = typed_price(wish.price) if wish.price else None
    if wish.buys and price is not None:
        payer = await watches.payer(chat_id, wish.by)
        sight = await watches.look(chat_id, wish.service, wish.iso2)
        await show(event, times(wish, sight.service_name, payer.currency, t))
        return
    if wish.buys or event.from_user is None:
        raise Expired
    wanted = Wanted(wish.service, wish.iso2, buys=False, max_price=price, by=wish.by, lasts=TOLD_WITHIN)
    watch = await watches.tell(chat_id, event.from_user.id, wanted)
    await _show_one(event, watch, t, watches, clock, providers)


async def _show_one(
    event: Message | CallbackQuery,
    watch: Watch,
    t: Texts,
    watches: Watches,
    clock: Clock,
    providers: Mapping[str, Provider],
) -> None:
    who = await _who(watch, chat_of(event), t, watches, providers)
    await show(event, draw_one(watch, who, t, clock()))


async def _who(
    watch: Watch, chat_id: int, t: Texts, watches: Watches, providers: Mapping[str, Provider]
) -> str:
    """Who pays; "" where there is one key only, or none left."""
    try:
        payers = await watches.payers(chat_id)
    except CodebellError:
        return ""
    by = watch.key_id or watch.currency
    found = [payer for payer in payers if payer.by == by] if several(payers) else []
    return name_of_payer(found[0], payers, t, providers) if found else ""
