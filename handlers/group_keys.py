"""The keys of a group: they are added in private by a link for one administrator, and removed here."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from aiogram import Bot, F, Router
from aiogram.filters.callback_data import CallbackData
from aiogram.types import CallbackQuery, InlineKeyboardButton

from bot.clock import Clock
from bot.errors import UnknownKey
from bot.i18n import Texts
from bot.providers.base import Provider
from handlers.group_doors import AddGroupKey, GroupKeys
from handlers.key_marks import line, marks, name_of
from handlers.leading import in_a_group, led
from handlers.open_ends import told
from handlers.screen import Screen, chat_of, in_rows, page_of, press, show, turn
from handlers.share_screens import back
from storage.keys import KeyStore
from storage.links import LinkStore
from storage.models import Key, Purpose
from storage.open_ends import OpenEnds, OpenEndStore

router = Router(name="group_keys")
router.callback_query.filter(F.data.startswith("K"), in_a_group, led)

#: How long a link to add a key works.
LASTS = timedelta(minutes=15)
_KEYS_A_PAGE = 8


class RemoveGroupKey(CallbackData, prefix="Kr"):
    """group_keys: remove a key; asks first unless `sure`."""

    id: str
    sure: bool = False


@router.callback_query(GroupKeys.filter())
async def keys_of_the_group(
    callback: CallbackQuery,
    callback_data: GroupKeys,
    t: Texts,
    keys: KeyStore,
    providers: Mapping[str, Provider],
) -> None:
    mine = await keys.list(chat_of(callback))
    await show(callback, _list(mine, callback_data.page, t, keys, providers))


@router.callback_query(AddGroupKey.filter())
async def link_to_add(callback: CallbackQuery, bot: Bot, t: Texts, links: LinkStore, clock: Clock) -> None:
    """A new link at every press, for who pressed: another's opens nothing."""
    who, chat_id, me = callback.from_user, chat_of(callback), await bot.me()
    word = await links.make(Purpose.GROUP_KEY, who.id, clock(), LASTS, person_id=who.id, chat_id=chat_id)
    await show(callback, _link(f"https://t.me/{me.username}?start={word}", t))


@router.callback_query(RemoveGroupKey.filter())
async def remove(
    callback: CallbackQuery,
    callback_data: RemoveGroupKey,
    t: Texts,
    keys: KeyStore,
    open_ends: OpenEndStore,
    providers: Mapping[str, Provider],
    clock: Clock,
) -> None:
    mine = await keys.list(chat_of(callback))
    key = next((one for one in mine if one.id == callback_data.id), None)
    if key is None:
        raise UnknownKey
    if not callback_data.sure:
        await show(callback, _removal(key, await open_ends.of_key(key.id), t, providers))
        return
    await keys.remove(key.id, key.chat_id, clock())
    await show(callback, _list(await keys.list(key.chat_id), 0, t, keys, providers))


def _link(address: str, t: Texts) -> Screen:
    text = t(
        "🔑 <b>A key for this group</b>\n\n"
        "Keys are added in a private chat with me, never here. This button works only for who asked for it, "
        "once, within {count} minutes.",
        count=int(LASTS / timedelta(minutes=1)),
    )
    button = InlineKeyboardButton(text=t.plain("🔑 Add it in private"), url=address)
    return Screen(text, [[button], back(t)])


def _list(
    mine: Sequence[Key], page: int, t: Texts, keys: KeyStore, providers: Mapping[str, Provider]
) -> Screen:
    add = [press(t.plain("🔑 Add a key"), AddGroupKey())]
    if not mine:
        return Screen(t("This group has no keys. Nothing can be bought here."), [add, back(t)])
    shown, pages = page_of(mine, page, _KEYS_A_PAGE)
    lines = [each for key in shown for each in (line(key, t, providers), *marks(key, t, keys))]
    each = [
        press(
            t.plain("🗑 {name} …{tail}", name=name_of(key, providers), tail=key.tail),
            RemoveGroupKey(id=key.id),
        )
        for key in shown
    ]
    turning = turn(page, pages, lambda to: GroupKeys(page=to))
    title = t("<b>The keys of this group</b>")
    return Screen("\n".join([title, *lines]), [*in_rows(each, 1), turning, add, back(t)])


def _removal(key: Key, ends: OpenEnds, t: Texts, providers: Mapping[str, Provider]) -> Screen:
    """What happens to what is under way with it."""
    lines = [line(key, t, providers), "", t("Remove this key? Nothing more is bought with it here.")]
    if any((ends.numbers, ends.lost)):
        lines += [*told(ends, t), t("I look after these to their end; then the key is erased.")]
    else:
        lines.append(t("It is erased at once."))
    sure = press(t.plain("🗑 Yes, remove it"), RemoveGroupKey(id=key.id, sure=True))
    return Screen("\n".join(lines), [[sure, press(t.plain("◀ No"), GroupKeys())]])
