"""/numbers in a group: who holds what, how it stands, and when it was bought.

Everybody there may look: what is bought together is no secret among them. Codes stand here only where
everyone may read them, and only a number's holder has a button for it.
"""

from collections.abc import Sequence

from aiogram.types import CallbackQuery, InlineKeyboardButton, Message

from bot.clock import Clock
from bot.groups import Groups
from bot.i18n import Texts, flag, international, visible
from handlers.buyers import buys_here
from handlers.doors import Act, Buy, Menu, Numbers, What
from handlers.group_doors import Usage
from handlers.holders import Held, held_by, held_there
from handlers.listings import person_of
from handlers.number_words import FRESH, NUMBERS_A_PAGE, Page, bought_in_words, name_of
from handlers.screen import Rows, Screen, chat_of, page_of, press, show, turn
from storage.holders import HolderStore
from storage.models import OPEN, Activation, State

_AT_WORK = OPEN | {State.RECEIVED}


async def numbers_of_group(
    event: Message | CallbackQuery,
    t: Texts,
    holders: HolderStore,
    groups: Groups,
    clock: Clock,
    callback_data: Numbers | Page | None = None,
) -> None:
    rows = sorted(await holders.there(chat_of(event), clock() - FRESH), key=_rank)
    page = callback_data.page if isinstance(callback_data, Page) else 0
    shown, pages = page_of(rows, page, NUMBERS_A_PAGE)
    held = await held_there(chat_of(event), shown, groups)
    lines = [_line(row, held[row.id], t) for row in shown]
    mine = [[_card(row, t)] for row in shown if row.owner_id == person_of(event) and row.phone]
    pager = turn(page, pages, lambda to: Page(page=to))
    ways = _ways(t, buys=await buys_here(groups, chat_of(event), person_of(event)))
    await show(event, Screen(_text(lines, t), [*mine, pager, *ways]))


def _rank(row: Activation) -> bool:
    return row.state not in _AT_WORK


def _text(lines: Sequence[str], t: Texts) -> str:
    if not lines:
        return t("This group has no numbers from the last 24 hours.")
    return "\n\n".join([t("<b>Numbers of this group</b>"), *lines])


def _line(row: Activation, held: Held, t: Texts) -> str:
    number = f"<code>{international(row.phone)}</code>\n" if row.phone else ""
    about = t(
        "{flag} <b>{service}</b> · {state} · {moment}",
        flag=flag(row.country),
        service=row.service_name,
        state=bought_in_words(row.state, t),
        moment=t.day(row.bought_at or row.created_at),
    )
    code = t.veiled(t("Code: <code>{code}</code>", code=visible(row.last_code or "")))
    told = [code] if held.open and row.last_code else []
    return number + "\n".join([about, held_by(held, t), *told])


def _card(row: Activation, t: Texts) -> InlineKeyboardButton:
    return press(t.plain("🗂 {number}", number=name_of(row)), Act(what=What.CARD, id=row.id))


def _ways(t: Texts, *, buys: bool) -> Rows:
    """`buys` is whether who asks may buy there."""
    buy, usage = press(t.plain("📱 Buy a number"), Buy()), press(t.plain("📊 Usage"), Usage())
    return [[buy, usage] if buys else [usage], [press(t.plain("◀ Menu"), Menu())]]
