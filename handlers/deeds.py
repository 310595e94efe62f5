"""The log: what operators did, newest first, page by page; a deed was written in the transaction it is of."""

from collections.abc import Mapping, Sequence

from aiogram import F, Router
from aiogram.types import CallbackQuery

from bot.errors import text
from bot.i18n import Texts, visible
from bot.settings import Access
from handlers.admin_screens import access_name, back
from handlers.broadcast_screens import number, those
from handlers.operating import only_for_operators
from handlers.operator_doors import DeedsOf
from handlers.screen import Screen, press, show
from storage.deeds import DeedStore, What
from storage.models import Deed
from storage.people import PeopleStore

router = Router(name="deeds")
router.callback_query.filter(F.data.startswith("L"))
only_for_operators(router)

_DEEDS_A_PAGE = 12
#: The deeds in words.
WORDS = {
    What.LET_IN: text("let in"),
    What.LET_IN_ALL: text("let in all who were here"),
    What.LET_OUT: text("not let in any more"),
    What.BLOCK: text("blocked"),
    What.UNBLOCK: text("unblocked"),
    What.CAP_PURCHASES: text("own limit: purchases a day"),
    What.CAP_NUMBERS: text("own limit: numbers at once"),
    What.CAP_MESSAGES: text("own limit: messages a day"),
    What.CAP_SPENDING: text("own limit: spending a day"),
    What.SET_PAUSED: text("orders paused"),
    What.SET_ACCESS: text("access"),
    What.SET_MAINTENANCE: text("maintenance text"),
    What.SET_BLOCKED_SERVICES: text("blocked services"),
    What.SET_NOTICES: text("place of notices"),
    What.INVITE: text("invitation made"),
    What.UNINVITE: text("invitations revoked"),
    What.INVITED: text("invitation used"),
    What.BACKUP: text("backup asked for"),
    What.SENT: text("broadcast started"),
    What.PAUSED: text("broadcast paused"),
    What.RESUMED: text("broadcast resumed"),
    What.CANCELLED: text("broadcast ended early"),
    What.DELETED: text("copies deleted"),
    What.EDITED: text("copies edited"),
}
_OF_BROADCASTS = (What.SENT, What.PAUSED, What.RESUMED, What.CANCELLED, What.DELETED, What.EDITED)
#: What puts one back that was set before.
_UNDONE = {What.SET_PAUSED: text("orders resumed"), What.SET_MAINTENANCE: text("maintenance ended")}
#: What begins with the id of whom it was done to.
_TO_SOMEBODY = (
    *(What.LET_IN, What.LET_OUT, What.BLOCK, What.UNBLOCK, What.INVITED),
    *(What.CAP_PURCHASES, What.CAP_NUMBERS, What.CAP_MESSAGES, What.CAP_SPENDING),
)
#: What a deed is about is cut there.
_LONGEST = 60


@router.callback_query(DeedsOf.filter())
async def log_of_deeds(
    callback: CallbackQuery, callback_data: DeedsOf, t: Texts, deeds: DeedStore, people: PeopleStore
) -> None:
    skipped = callback_data.page * _DEEDS_A_PAGE
    found = await deeds.recent(_DEEDS_A_PAGE + 1, skipped)
    names = await people.names(sorted({each.admin_id for each in found} | {*filter(None, map(_whom, found))}))
    await show(callback, _log(found, callback_data.page, names, t))


def _log(found: Sequence[Deed], page: int, names: Mapping[int, str], t: Texts) -> Screen:
    lines = [_line(each, names, t) for each in found[:_DEEDS_A_PAGE]]
    head = t("📜 <b>Log</b> of what operators did\n")
    newer = [press(t.plain("◀ Newer"), DeedsOf(page=page - 1))] if page else []
    more = len(found) > _DEEDS_A_PAGE and page < 999
    older = [press(t.plain("Older ▶"), DeedsOf(page=page + 1))] if more else []
    return Screen("\n".join([head, *(lines or [t("Nothing was done yet.")])]), [[*newer, *older], *back(t)])


def _whom(deed: Deed) -> int | None:
    """To whom it was done, if to somebody."""
    return int(deed.about.partition(" ")[0]) if deed.what in _TO_SOMEBODY else None


def _line(deed: Deed, names: Mapping[int, str], t: Texts) -> str:
    """When, who, what, and about what, with nothing in it that can be pressed."""
    undone = None if deed.about else _UNDONE.get(What(deed.what))
    what = t.plain(undone or WORDS[What(deed.what)])
    who = visible(names.get(deed.admin_id, ""), 24) or str(deed.admin_id)
    values = {"time": t.day(deed.at), "who": who, "what": what}
    about = visible(" ".join(_about(deed, names, t).split()), _LONGEST)
    if deed.what == What.INVITED:
        return t("{time} · {person} came in by the invitation of {who}", **values, person=about)
    if undone or not about:
        return t("{time} · {who}: <b>{what}</b>", **values)
    return t("{time} · {who}: <b>{what}</b> <code>{about}</code>", **values, about=about)


def _about(deed: Deed, names: Mapping[int, str], t: Texts) -> str:
    """What a deed is about: what went to whom, or what was set, in the reader's words."""
    somebody, _, more = deed.about.partition(" ")
    name = visible(names.get(_whom(deed) or 0, ""), 24)
    person = f"{name} ({somebody})" if name else somebody
    match What(deed.what):
        case what if what in _OF_BROADCASTS:
            return _sent_to(deed.about, t)
        case What.SET_ACCESS if deed.about in (*Access,):
            return access_name(Access(deed.about), t)
        case What.SET_PAUSED if deed.about:
            return ""
        case what if what.startswith("set ") and not deed.about:
            return t.plain("as in the settings")
        case what if what.startswith("cap ") and not more:
            return t.plain("{person}: as for everybody", person=person)
        case what if what in _TO_SOMEBODY:
            return f"{person} {more}".rstrip()
    return deed.about


def _sent_to(about: str, t: Texts) -> str:
    """Whom a broadcast is for, how many they are, and how it begins."""
    segment, value, total, title = (*about.split(" ", 3), "")[:4]
    return f"{those(segment, value, t)} · {number(int(total), t)} · {title}"
