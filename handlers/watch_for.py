"""/watch, up to what is waited for: a service, a country and perhaps a price, typed at once or one by one."""

from collections.abc import Mapping, Sequence

from aiogram import F, Router
from aiogram.filters import Command, CommandObject
from aiogram.filters.callback_data import CallbackData
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, InlineKeyboardButton, Message

from bot.clock import Clock
from bot.errors import BadInput, NoKeys
from bot.goods import Place
from bot.i18n import Texts, flag
from bot.offers import Offers
from bot.providers.base import Provider
from bot.search import Listed, Meant, understand
from bot.watches import Watches
from handlers import doors
from handlers.doors import WatchFor
from handlers.listings import no_keys, said_again
from handlers.screen import Rows, Screen, chat_of, in_rows, press, show
from handlers.watch_list import draw_list
from handlers.watch_prices import typed_currency, typed_price
from handlers.watch_terms import Typed, tell_or_buy

router = Router(name="watch_for")

#: So many buttons beside what can be typed.
_MOST = 8
#: Characters of a country on one of two buttons in a row.
_ROOM = 14


class Asked(StatesGroup):
    """What the person was asked to type."""

    watch_words = State()


class Where(CallbackData, prefix="vc"):
    """Wait for a service: in which country?"""

    service: str


@router.message(Command("watch", ignore_case=True), F.chat.type == "private")
async def watch_by_command(
    message: Message,
    command: CommandObject,
    state: FSMContext,
    t: Texts,
    watches: Watches,
    offers: Offers,
    clock: Clock,
    providers: Mapping[str, Provider],
) -> None:
    """/watch, /watch telegram us, /watch telegram us 0.30."""
    if command.args:
        await _go_to(message, command.args, "", state, t, watches, offers, providers)
    else:
        mine = await watches.listed(message.chat.id, message.chat.id)
        await show(message, draw_list(mine, t, clock()))


@router.message(Asked.watch_words, F.text, ~F.text.startswith("/"))
async def take_words(
    message: Message,
    state: FSMContext,
    t: Texts,
    watches: Watches,
    offers: Offers,
    providers: Mapping[str, Provider],
) -> None:
    """All of it, or what was missing."""
    before = str((await state.get_data()).get("words", ""))
    await state.clear()
    await _go_to(message, message.text or "", before, state, t, watches, offers, providers)


async def _go_to(
    message: Message,
    words: str,
    before: str,
    state: FSMContext,
    t: Texts,
    watches: Watches,
    offers: Offers,
    providers: Mapping[str, Provider],
) -> None:
    """As far as the typed words lead; `before` is what was understood already."""
    try:
        sold = (await offers.services(message.chat.id)).items
    except NoKeys:
        await show(message, no_keys(t))
        return
    meant, price = _read(words, sold)
    if before and not _is_all(meant):
        more, price = _read(f"{before} {words}", sold)
        meant = more if _is_all(more) else meant
    if _is_all(meant):
        wish = WatchFor(service=meant.services[0].slug, iso2=meant.iso2)
        await ask_which(message, wish, price, t, watches, providers)
    elif meant.sure:
        await ask_where(message, meant.services[0], state, t, offers)
    else:
        await _ask(state, meant.iso2)
        await show(message, _ask_for_what(words, meant, sold, t))


def _read(words: str, sold: Sequence[Listed]) -> tuple[Meant, Typed | None]:
    """What is meant; its price stands last ("0.30", "5 usd"), where all of it is named before."""
    typed = words.split()
    for count in (1, 2):
        amount = " ".join(typed[-count:])
        try:
            price = Typed(typed_price(amount), typed_currency(amount))
        except BadInput:
            continue
        if _is_all(meant := understand(" ".join(typed[:-count]), sold)):
            return meant, price
    return understand(words, sold), None


def _is_all(meant: Meant) -> bool:
    return meant.sure and bool(meant.iso2)


async def _ask(state: FSMContext, before: str) -> None:
    await state.set_state(Asked.watch_words)
    await state.set_data({"words": before})


async def ask_where(
    event: Message | CallbackQuery, service: Listed, state: FSMContext, t: Texts, offers: Offers
) -> None:
    """The service is known, and its country is not: that one is asked for."""
    places = (await offers.places(chat_of(event), service.slug, remembered=True)).items
    await _ask(state, service.name)
    question = t("<b>{service}</b>\nWhich country do you wait for? Send its name.", service=service.name)
    buttons = [press(_label(place, t), WatchFor(service=service.slug, iso2=place.iso2)) for place in places]
    await show(event, Screen(question, [*in_rows(buttons[:_MOST], 2), _back(t)]))


def _label(place: Place, t: Texts) -> str:
    return f"{flag(place.iso2)} {t.country_within(_ROOM, place.iso2, place.name)}"


def _ask_for_what(words: str, meant: Meant, sold: Sequence[Listed], t: Texts) -> Screen:
    """The service is not clear, or there is none."""
    if meant.services:
        text, shown = t("Services like “{typed}”:", typed=said_again(words)), meant.services
    elif meant.iso2:
        country = f"{flag(meant.iso2)} {t.country(meant.iso2)}"
        text = t("<b>{country}</b>\nWhich service do you wait for? Send its name.", country=country)
        shown = sold
    else:
        text, shown = _unknown(words, t), ()
    rows: Rows = in_rows([press(one.name, _way(one, meant.iso2)) for one in shown[:_MOST]], 2)
    return Screen(text, [*rows, _back(t)])


def _unknown(words: str, t: Texts) -> str:
    return t(
        "I know no service like “{typed}”. Which service do you wait for, and in which country? "
        "Send it like this: <i>telegram us</i>",
        typed=said_again(words),
    )


def _way(service: Listed, iso2: str) -> CallbackData:
    return WatchFor(service=service.slug, iso2=iso2) if iso2 else Where(service=service.slug)


def _back(t: Texts) -> list[InlineKeyboardButton]:
    return [press(t.plain("◀ Watches"), doors.Watches())]


async def ask_which(
    event: Message | CallbackQuery,
    wish: WatchFor,
    price: Typed | None,
    t: Texts,
    watches: Watches,
    providers: Mapping[str, Provider],
) -> None:
    """Tell or buy."""
    chat_id = chat_of(event)
    try:
        payers = await watches.payers(chat_id)
    except NoKeys:
        await show(event, no_keys(t, wish.service, wish.iso2))
        return
    sight = await watches.look(chat_id, wish.service, wish.iso2)
    await show(event, tell_or_buy(wish.service, wish.iso2, sight, payers, price, t, providers))
