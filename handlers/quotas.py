"""How much each member of a group may: numbers a day, money a day, and numbers that wait at once."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

from aiogram import Bot, F, Router
from aiogram.filters.callback_data import CallbackData
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, Message

from bot.clock import Clock
from bot.errors import Expired
from bot.i18n import Texts
from bot.providers.base import Provider
from handlers.amounts import amount_in
from handlers.group_doors import LimitOf, Quota
from handlers.leading import in_a_group, led
from handlers.screen import Screen, chat_of, in_rows, press, show
from handlers.share import share
from handlers.share_screens import back, marked
from handlers.share_words import amount_name, currency_of
from storage.keys import KeyStore
from storage.models import Sharing
from storage.sharings import SharingStore, unset

router = Router(name="quotas")
router.callback_query.filter(F.data.startswith("Q"), in_a_group, led)

#: The columns of the rules.
_COLUMNS = {
    Quota.NUMBERS: "numbers_per_day",
    Quota.MONEY: "spend_per_day",
    Quota.AT_ONCE: "active_numbers",
}
_COUNTS = {Quota.NUMBERS: (1, 2, 3, 5, 10, 20, 50, 100), Quota.AT_ONCE: (1, 2, 3, 5, 10, 20)}
_AMOUNTS = (1, 2, 5, 10, 20, 50, 100, 500)
_MOST = Decimal(10_000_000)


class Limit(CallbackData, prefix="Qs"):
    """quotas: each member may have so much from now on; "0" is no limit."""

    what: Quota
    value: str


class Asked(StatesGroup):
    """What an administrator may type instead of pressing."""

    money = State()


async def _to_the_bot(message: Message, bot: Bot) -> bool:
    """Only what answers the bot is meant for it: where it leads the group, it reads all that is said."""
    asked = message.reply_to_message
    return asked is not None and asked.from_user is not None and asked.from_user.id == bot.id


@router.callback_query(LimitOf.filter())
async def ask_for_limit(
    callback: CallbackQuery,
    callback_data: LimitOf,
    state: FSMContext,
    t: Texts,
    sharings: SharingStore,
    keys: KeyStore,
) -> None:
    chat_id = chat_of(callback)
    if callback_data.what is Quota.MONEY:
        await state.set_state(Asked.money)
    rules, currency = await sharings.of(chat_id) or unset(chat_id), currency_of(await keys.list(chat_id))
    await show(callback, _question(callback_data.what, rules, currency, t))


@router.callback_query(Limit.filter())
async def choose_limit(
    callback: CallbackQuery,
    callback_data: Limit,
    t: Texts,
    sharings: SharingStore,
    keys: KeyStore,
    providers: Mapping[str, Provider],
    clock: Clock,
) -> None:
    what = callback_data.what
    limit = _limit(callback_data)
    await sharings.set(chat_of(callback), clock(), **{_COLUMNS[what]: limit})
    currency = currency_of(await keys.list(chat_of(callback)))
    await share(callback, t, sharings, keys, providers, _said(what, limit, currency, t))


@router.message(Asked.money, F.text, ~F.text.startswith("/"), F.chat.type != "private", _to_the_bot, led)
async def take_money(
    message: Message,
    state: FSMContext,
    t: Texts,
    sharings: SharingStore,
    keys: KeyStore,
    providers: Mapping[str, Provider],
    clock: Clock,
) -> None:
    """What is not an amount leaves the question open."""
    limit = amount_in(message.text or "")
    await state.clear()
    await sharings.set(message.chat.id, clock(), spend_per_day=limit)
    currency = currency_of(await keys.list(message.chat.id))
    await share(message, t, sharings, keys, providers, _said(Quota.MONEY, limit, currency, t))


def _limit(chosen: Limit) -> int | Decimal:
    """What a button says. A changed client may send anything: raises `Expired`."""
    try:
        amount = Decimal(chosen.value)
    except InvalidOperation:
        raise Expired from None
    if not amount.is_finite() or not 0 <= amount < _MOST:
        raise Expired
    return amount if chosen.what is Quota.MONEY else int(amount)


def _question(what: Quota, rules: Sharing, currency: str, t: Texts) -> Screen:
    now = Decimal(getattr(rules, _COLUMNS[what]))
    amounts = _COUNTS.get(what, _AMOUNTS)
    each = [
        press(marked(str(amount), amount == now), Limit(what=what, value=str(amount))) for amount in amounts
    ]
    none = press(marked(t.plain("No limit"), not now), Limit(what=what, value="0"))
    return Screen(_asked(what, now, currency, t), [*in_rows(each, 4), [none], back(t)])


def _asked(what: Quota, now: Decimal, currency: str, t: Texts) -> str:
    match what:
        case Quota.NUMBERS:
            return t(
                "🔢 <b>How many numbers may each member buy a day?</b>\n\n"
                "That is within 24 hours. Cancelled numbers count, too."
            )
        case Quota.AT_ONCE:
            return t("⏳ <b>How many numbers of each member may wait for a code at once?</b>")
        case Quota.MONEY:
            return t(
                "💲 <b>How much may each member spend a day?</b>\n\n"
                "That is within 24 hours, at each provider by itself, in its currency. What was paid "
                "back does not count.\n\n"
                "Press an amount, or reply to this message with one, like 7.50.\nNow: {amount}",
                amount=amount_name(now, currency, t),
            )


def _said(what: Quota, limit: int | Decimal, currency: str, t: Texts) -> str:
    """What is true from now on."""
    match what:
        case Quota.NUMBERS if not limit:
            return t("✅ Members may buy as many numbers a day as they like.")
        case Quota.NUMBERS:
            return t.many(
                "✅ Each member may buy {count} number a day.",
                "✅ Each member may buy {count} numbers a day.",
                int(limit),
            )
        case Quota.AT_ONCE if not limit:
            return t("✅ Any count of a member's numbers may wait at once.")
        case Quota.AT_ONCE:
            return t.many(
                "✅ Of each member, {count} number may wait for a code at once.",
                "✅ Of each member, {count} numbers may wait for a code at once.",
                int(limit),
            )
        case Quota.MONEY if not limit:
            return t("✅ Members may spend a day as much as the account holds.")
    amount = t.money(Decimal(limit), currency)
    return t("✅ Each member may spend {amount} a day at each provider.", amount=amount)
