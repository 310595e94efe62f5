"""/share: how a group shares numbers, set by its administrators, one decision a press.

Nothing is remembered between presses: every screen is drawn from the group's rules as they are.
"""

import asyncio
from collections.abc import Mapping

from aiogram import Bot, F, Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery, InlineKeyboardButton, Message

from bot.clock import Clock
from bot.errors import Expired
from bot.i18n import Texts
from bot.members import Members, Standing
from bot.providers.base import Provider
from handlers import share_screens
from handlers.doors import Menu
from handlers.group_doors import Share
from handlers.key_marks import line
from handlers.leading import in_a_group, led
from handlers.screen import Screen, answer, chat_of, press, show, topic_of
from handlers.share_screens import Decide, Decided, Decision, LetBuy, Name, Named, Settle, ShowCodes
from handlers.share_words import currency_of, sells
from storage.keys import KeyStore
from storage.models import Buyers, Eyes
from storage.sharings import SharingStore, unset

router = Router(name="share")
router.callback_query.filter(F.data.startswith("G"), in_a_group, led)

#: What `?startgroup=` says where somebody is to set sharing up at once.
STARTGROUP = "share"


@router.message(Command("share", ignore_case=True), F.chat.type == "private")
async def share_in_private(message: Message, bot: Bot, t: Texts) -> None:
    """What it is for, and the way into a group."""
    me = await bot.me()
    there = f"https://t.me/{me.username}?startgroup={STARTGROUP}"
    text = t(
        "👥 <b>Share numbers in a group</b>\n\n"
        "A team can buy with one provider key. You add me to a group, connect a key for it here in private, "
        "and set who may buy, how much, and who sees the codes.\n\n"
        "Begin with the group:"
    )
    add = InlineKeyboardButton(text=t.plain("➕ Add me to a group"), url=there)
    await show(message, Screen(text, [[add], [press(t.plain("◀ Menu"), Menu())]]))


@router.message(Command("share", ignore_case=True), led)
@router.callback_query(Share.filter())
async def share(
    event: Message | CallbackQuery,
    t: Texts,
    sharings: SharingStore,
    keys: KeyStore,
    providers: Mapping[str, Provider],
    said: str = "",
) -> None:
    """`said` is what was just decided."""
    await show(event, share_screens.home(await _decided(event, t, sharings, keys, providers), t, said))


@router.callback_query(Decide.filter(F.what == Decision.BUYERS))
async def ask_who_buys(callback: CallbackQuery, t: Texts, sharings: SharingStore) -> None:
    chat_id = chat_of(callback)
    await show(callback, share_screens.buyers(await sharings.of(chat_id) or unset(chat_id), t))


@router.callback_query(LetBuy.filter())
async def let_buy(
    callback: CallbackQuery,
    callback_data: LetBuy,
    t: Texts,
    sharings: SharingStore,
    members: Members,
    keys: KeyStore,
    providers: Mapping[str, Provider],
    clock: Clock,
) -> None:
    """Where only named ones may, they are named next."""
    chat_id = chat_of(callback)
    await sharings.set(chat_id, clock(), who_buys=callback_data.who)
    if callback_data.who is Buyers.NAMED:
        await show(callback, await _members(chat_id, 0, t, sharings, members))
        return
    said = t("✅ Now everyone in this group may buy.")
    if callback_data.who is Buyers.ADMINS:
        said = t("✅ Now only administrators may buy.")
    await share(callback, t, sharings, keys, providers, said)


@router.callback_query(Named.filter())
async def who_was_met(
    callback: CallbackQuery, callback_data: Named, t: Texts, sharings: SharingStore, members: Members
) -> None:
    await show(callback, await _members(chat_of(callback), callback_data.page, t, sharings, members))


@router.callback_query(Name.filter())
async def name(
    callback: CallbackQuery,
    callback_data: Name,
    t: Texts,
    sharings: SharingStore,
    members: Members,
    clock: Clock,
) -> None:
    chat_id = chat_of(callback)
    if await members.standing(chat_id, callback_data.person) is Standing.ADMIN:
        await answer(callback, t.plain("Administrators may always buy: nothing is to be set."), alert=True)
        return
    await sharings.let_buy(chat_id, callback_data.person, callback_data.may, clock())
    await show(callback, await _members(chat_id, callback_data.page, t, sharings, members))


@router.callback_query(Decide.filter(F.what == Decision.EYES))
async def ask_who_sees(callback: CallbackQuery, t: Texts, sharings: SharingStore) -> None:
    chat_id = chat_of(callback)
    await show(callback, share_screens.eyes(await sharings.of(chat_id) or unset(chat_id), t))


@router.callback_query(ShowCodes.filter((F.to == Eyes.EVERYONE) & ~F.sure))
async def warn_of_eyes(callback: CallbackQuery, t: Texts) -> None:
    await show(callback, share_screens.eyes_warning(t))


@router.callback_query(ShowCodes.filter())
async def show_codes(
    callback: CallbackQuery,
    callback_data: ShowCodes,
    t: Texts,
    sharings: SharingStore,
    keys: KeyStore,
    providers: Mapping[str, Provider],
    clock: Clock,
) -> None:
    await sharings.set(chat_of(callback), clock(), who_sees=callback_data.to)
    said = t("✅ Codes of numbers bought from now on are posted here, for everyone.")
    if callback_data.to is Eyes.BUYER:
        said = t("✅ Codes are now for their buyers alone.")
    await share(callback, t, sharings, keys, providers, said)


@router.callback_query(Decide.filter(F.what == Decision.TOPIC))
async def ask_where(callback: CallbackQuery, t: Texts, sharings: SharingStore) -> None:
    chat_id, thread_id = chat_of(callback), topic_of(callback.message)
    rules = await sharings.of(chat_id) or unset(chat_id)
    inside = thread_id is not None
    here = inside and thread_id == rules.thread_id
    await show(callback, share_screens.topic(rules, t, inside=inside, here=here))


@router.callback_query(Settle.filter())
async def settle(
    callback: CallbackQuery,
    callback_data: Settle,
    t: Texts,
    sharings: SharingStore,
    keys: KeyStore,
    providers: Mapping[str, Provider],
    clock: Clock,
) -> None:
    thread_id = topic_of(callback.message) if callback_data.here else None
    if callback_data.here and thread_id is None:
        raise Expired
    await sharings.set(chat_of(callback), clock(), thread_id=thread_id)
    said = t("✅ Cards and codes now come into this topic.")
    if thread_id is None:
        said = t("✅ Cards and codes now come where a number is asked for.")
    await share(callback, t, sharings, keys, providers, said)


async def _decided(
    event: Message | CallbackQuery,
    t: Texts,
    sharings: SharingStore,
    keys: KeyStore,
    providers: Mapping[str, Provider],
) -> Decided:
    chat_id = chat_of(event)
    mine, rules = await keys.list(chat_id), await sharings.of(chat_id) or unset(chat_id)
    may_buy = [share_screens.called(one) for one in await sharings.members(chat_id) if one.may_buy]
    message = event if isinstance(event, Message) else event.message
    topics = message is not None and bool(message.chat.is_forum)
    lines = [line(key, t, providers) for key in mine]
    return Decided(rules, lines, may_buy, topics, sells(mine, providers), currency_of(mine))


async def _members(chat_id: int, page: int, t: Texts, sharings: SharingStore, members: Members) -> Screen:
    """Of those on the page it is asked who leads the group, and who has left it."""
    known = await sharings.members(chat_id)
    shown = [one.user_id for one in share_screens.on_page(known, page)]
    stand = await asyncio.gather(*(members.standing(chat_id, one) for one in shown))
    return share_screens.named(known, page, dict(zip(shown, stand, strict=True)), t)
