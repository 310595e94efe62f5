"""What each member of a group used in a month: numbers, codes and money, for all members to see."""

import html
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from aiogram.types import CallbackQuery, InlineKeyboardButton

from bot.clock import Clock
from bot.i18n import Texts, visible
from handlers.doors import Numbers
from handlers.group_doors import Month, Usage
from handlers.screen import Screen, chat_of, page_of, press, show, turn
from storage.sharings import SharingStore
from storage.usage import UsageStore, Used

MEMBERS_A_PAGE = 20
#: Characters of a name in the table: a phone shows some thirty of even width in a line.
_NAME = 10
_MORE_THAN_A_MONTH = timedelta(days=32)


async def usage_of_group(
    callback: CallbackQuery,
    callback_data: Usage,
    t: Texts,
    usage: UsageStore,
    sharings: SharingStore,
    clock: Clock,
) -> None:
    since, until = months(clock(), t)[callback_data.month]
    every = await usage.of(chat_of(callback), since, until)
    names = {member.user_id: member.name for member in await sharings.members(chat_of(callback))}
    await show(callback, _usage(every, names, callback_data, since, t))


def months(now: datetime, t: Texts) -> Mapping[Month, tuple[datetime, datetime]]:
    """This month and the last one by the group's clock: from, until."""
    first = _first_day(now.astimezone(t.zone))
    return {
        Month.THIS: (first, _first_day(first + _MORE_THAN_A_MONTH)),
        Month.LAST: (_first_day(first - timedelta(days=1)), first),
    }


def _first_day(moment: datetime) -> datetime:
    return moment.replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def _usage(
    every: Sequence[Used], names: Mapping[int, str], asked: Usage, since: datetime, t: Texts
) -> Screen:
    shown, pages = page_of(every, asked.page, MEMBERS_A_PAGE)
    lines = [t("📊 <b>Usage of the members</b> · {month}", month=t.month(since))]
    if every:
        heads = _heads(t)
        table = "\n".join([_head(heads), *(_row(used, names, heads, t) for used in shown)])
        lines.append(f"<pre>{html.escape(table)}</pre>")
        if any(used.doubtful for used in shown):
            lines.append(t("With + and ?: money that still waits for its code, or may have come back."))
    else:
        lines.append(t("Nothing was bought in this month."))
    pager = turn(asked.page, pages, lambda to: Usage(month=asked.month, page=to))
    back = press(t.plain("◀ Numbers"), Numbers())
    return Screen("\n".join(lines), [pager, [_other_month(asked.month, t), back]])


def _heads(t: Texts) -> Sequence[str]:
    """What stands above the columns: those of counts are as wide."""
    return t.plain("name"), t.plain("numbers"), t.plain("codes"), t.plain("paid")


def _head(heads: Sequence[str]) -> str:
    name, numbers, codes, paid = heads
    return f"{name:<{_NAME}} {numbers} {codes}  {paid}"


def _row(used: Used, names: Mapping[int, str], heads: Sequence[str], t: Texts) -> str:
    """A line of the table, and one more for each further currency, and for what is not sure."""
    name = visible(" ".join((names.get(used.person_id) or "–").split()), _NAME)
    money = [t.money(amount, currency) for currency, amount in sorted(used.money.items())]
    money += [f"+{t.money(amount, currency)}?" for currency, amount in sorted(used.doubtful.items())]
    money = money or ["–"]
    head = f"{name:<{_NAME}} {used.numbers:>{len(heads[1])}} {used.codes:>{len(heads[2])}}  "
    return "\n".join([head + money[0], *(" " * len(head) + each for each in money[1:])])


def _other_month(month: Month, t: Texts) -> InlineKeyboardButton:
    if month is Month.THIS:
        return press(t.plain("Last month"), Usage(month=Month.LAST))
    return press(t.plain("This month"), Usage())
