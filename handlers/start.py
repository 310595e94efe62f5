"""The first minute: /start and the menu, in a private chat and in a group."""

from collections.abc import Mapping, Sequence

from aiogram import F, Router
from aiogram.filters import CommandStart
from aiogram.filters.callback_data import CallbackData
from aiogram.types import CallbackQuery, InlineKeyboardButton, Message

from bot.admission import Admission
from bot.clock import Clock
from bot.groups import Groups
from bot.i18n import Texts
from bot.members import Members, Standing
from bot.offers import Offers
from bot.parts import NEEDS
from bot.providers.base import Capability, Provider
from bot.purchases import Purchases
from bot.shops import Shops
from handlers.again import last_bought_row
from handlers.buyers import buys_here
from handlers.doors import (
    AddKey,
    Balance,
    Buy,
    Help,
    History,
    Keys,
    Menu,
    Numbers,
    Prices,
    Privacy,
    Rent,
    Send,
    Settings,
    Stats,
    Watches,
)
from handlers.group_menu import group_menu
from handlers.leading import NotALeader, leading
from handlers.listings import person_of
from handlers.number_words import FRESH
from handlers.operator_doors import Admin
from handlers.screen import Screen, chat_of, press, show
from handlers.share import STARTGROUP, share
from handlers.share_screens import called
from handlers.share_words import buyers_name, sells
from storage.activations import ActivationStore
from storage.keys import KeyStore
from storage.models import State
from storage.sharings import SharingStore

router = Router(name="start")
router.callback_query.filter(F.data.startswith("m"))

_WAITING = frozenset({State.WAITING})


class More(CallbackData, prefix="mm"):
    """The rest of the menu."""


@router.message(
    CommandStart(ignore_case=True, deep_link=True, magic=F.args == STARTGROUP), F.chat.type != "private"
)
async def start_sharing(
    message: Message,
    t: Texts,
    keys: KeyStore,
    sharings: SharingStore,
    members: Members,
    groups: Groups,
    numbers: ActivationStore,
    providers: Mapping[str, Provider],
    clock: Clock,
) -> None:
    """`?startgroup=share`: straight to the rules, for who may set them."""
    try:
        await leading(chat_of(message), person_of(message), members)
    except NotALeader:
        await menu_of_a_group(message, t, keys, sharings, members, groups, numbers, providers, clock)
    else:
        await share(message, t, sharings, keys, providers)


@router.message(CommandStart(ignore_case=True), F.chat.type != "private")
@router.callback_query(Menu.filter(), F.message.chat.type != "private")
async def menu_of_a_group(
    event: Message | CallbackQuery,
    t: Texts,
    keys: KeyStore,
    sharings: SharingStore,
    members: Members,
    groups: Groups,
    numbers: ActivationStore,
    providers: Mapping[str, Provider],
    clock: Clock,
) -> None:
    """What can be done in a group; who has no rules there yet is shown who sets them."""
    chat_id, person_id = chat_of(event), person_of(event)
    rules = await sharings.of(chat_id)
    ready = rules is not None and sells(await keys.list(chat_id), providers)
    waiting = await numbers.recent(person_id, chat_id, clock() - FRESH, _WAITING)
    leads = await members.standing(chat_id, person_id) is Standing.ADMIN
    others = ""
    if rules is not None and not await buys_here(groups, chat_id, person_id):
        named = [called(one) for one in await sharings.members(chat_id) if one.may_buy]
        others = buyers_name(rules.who_buys, named, t)
    await show(event, group_menu(t, ready=ready, leads=leads, waiting=len(waiting), others=others))


@router.message(CommandStart(ignore_case=True))
@router.callback_query(Menu.filter())
async def menu(
    event: Message | CallbackQuery,
    t: Texts,
    keys: KeyStore,
    shops: Shops,
    numbers: ActivationStore,
    clock: Clock,
    purchases: Purchases,
    offers: Offers,
    admission: Admission,
) -> None:
    """What can be done here; who has no key yet is shown the one step to begin with."""
    chat_id, person_id = chat_of(event), person_of(event)
    operating = admission.is_operator(person_id)
    if not (mine := await keys.list(chat_id)):
        await show(event, _with_more(welcome(t), operating, t))
        return
    waiting = await numbers.recent(person_id, chat_id, clock() - FRESH, _WAITING)
    last = await last_bought_row(chat_id, person_id, t, purchases, offers, mine)
    home = _home(last, len(waiting), _special(shops.behind(mine), t), t)
    await show(event, _with_more(home, operating, t))


@router.callback_query(More.filter())
async def more(callback: CallbackQuery, t: Texts) -> None:
    await show(callback, _rest(t))


def _special(providers: Sequence[Provider], t: Texts) -> list[InlineKeyboardButton]:
    """What only some of the providers can do: shown to who has a key of one."""
    buttons = []
    if any(one.can(Capability.RENT) for one in providers):
        buttons.append(press(t.plain("🗓 Rent a number"), Rent()))
    if any(one.can(need) for one in providers for need in NEEDS.values()):
        buttons.append(press(t.plain("✉️ Send message"), Send()))
    return buttons


def _with_more(screen: Screen, operating: bool, t: Texts) -> Screen:
    """The same with the way to what operators have beside it."""
    more = [[press(t.plain("🛠 Operator"), Admin())]] if operating else []
    return Screen(screen.html, [*screen.rows, *more])


def welcome(t: Texts) -> Screen:
    """What it is, and the one step to begin with."""
    return Screen(
        t(
            "🔔 <b>Codebell</b> buys a temporary phone number and rings here when the code arrives.\n\n"
            "Numbers are bought with <b>your own key</b> of a provider (SMSBower, SMS3T, sms.ski …) and "
            "paid from your account there; Codebell holds no money.\n\n"
            "One step to begin:"
        ),
        [
            [press(t.plain("🔑 Add a provider key"), AddKey())],
            [press(t.plain("❔ How it works"), Help())],
        ],
    )


def _home(
    last: list[InlineKeyboardButton], waiting: int, special: list[InlineKeyboardButton], t: Texts
) -> Screen:
    rows = [
        last,
        [press(t.plain("📱 Buy a number"), Buy())],
        [press(t.plain("📋 My numbers"), Numbers()), press(t.plain("💰 Balance"), Balance())],
        special,
        [press(t.plain("🏷 Prices"), Prices()), press(t.plain("👀 Watches"), Watches())],
        [press(t.plain("More ▾"), More()), press(t.plain("❔ Help"), Help())],
    ]
    return Screen("\n".join([t("🔔 <b>Codebell</b>"), "", *_state(waiting, t)]), rows)


def _state(waiting: int, t: Texts) -> list[str]:
    """What is going on, and what can be done."""
    asked = t("What shall it be? You can also just type it, like <i>telegram usa</i>.")
    if not waiting:
        return [asked]
    one = t.many("{count} number is waiting for an SMS.", "{count} numbers are waiting for an SMS.", waiting)
    return [one, asked]


def _rest(t: Texts) -> Screen:
    return Screen(
        t("🔔 <b>Codebell</b>\n\nWhat was bought so far, your keys, and how I work for you."),
        [
            [press(t.plain("🗂 History"), History()), press(t.plain("📊 Statistics"), Stats())],
            [press(t.plain("🔑 Keys"), Keys()), press(t.plain("⚙️ Settings"), Settings())],
            [press(t.plain("🔒 Privacy"), Privacy()), press(t.plain("❔ Help"), Help())],
            [press(t.plain("◀ Menu"), Menu())],
        ],
    )
