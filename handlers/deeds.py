"""The log: what operators did, newest first, page by page; a deed was written in the transaction it is of."""

from collections.abc import Mapping, Sequence

from aiogram import F, Router
from aiogram.types import CallbackQuery

from bot.errors import text
from bot.i18n import Texts, visible
from handlers.admin_screens import back
from handlers.operating import only_for_operators
from handlers.operator_doors import DeedsOf
from handlers.screen import Screen, press, show
from storage.deeds import DeedStore
from storage.models import Deed
from storage.people import PeopleStore

router = Router(name="deeds")
router.callback_query.filter(F.data.startswith("L"))
only_for_operators(router)

_DEEDS_A_PAGE = 12
#: The deeds by the words of the log; one that is not here is shown in those.
WORDS = {
    "let in": text("let in"),
    "let out": text("not let in any more"),
    "block": text("blocked"),
    "unblock": text("unblocked"),
    "cap purchases_per_day": text("own limit: purchases a day"),
    "cap active_numbers": text("own limit: numbers at once"),
    "cap messages_per_day": text("own limit: messages a day"),
    "cap spend_per_day": text("own limit: spending a day"),
    "set paused": text("orders paused"),
    "set access": text("access"),
    "set maintenance": text("maintenance text"),
    "set blocked_services": text("blocked services"),
    "set notices": text("place of notices"),
    "invite": text("invitation made"),
    "uninvite": text("invitations revoked"),
    "invited": text("invitation used"),
    "backup": text("backup asked for"),
}


@router.callback_query(DeedsOf.filter())
async def log_of_deeds(
    callback: CallbackQuery, callback_data: DeedsOf, t: Texts, deeds: DeedStore, people: PeopleStore
) -> None:
    skipped = callback_data.page * _DEEDS_A_PAGE
    found = await deeds.recent(_DEEDS_A_PAGE + 1, skipped)
    names = await people.names(sorted({each.admin_id for each in found}))
    await show(callback, _log(found, callback_data.page, names, t))


def _log(found: Sequence[Deed], page: int, names: Mapping[int, str], t: Texts) -> Screen:
    lines = [_line(each, names, t) for each in found[:_DEEDS_A_PAGE]]
    head = t("📜 <b>Log</b> of what operators did\n")
    newer = [press(t.plain("◀ Newer"), DeedsOf(page=page - 1))] if page else []
    more = len(found) > _DEEDS_A_PAGE and page < 999
    older = [press(t.plain("Older ▶"), DeedsOf(page=page + 1))] if more else []
    return Screen("\n".join([head, *(lines or [t("Nothing was done yet.")])]), [[*newer, *older], *back(t)])


def _line(deed: Deed, names: Mapping[int, str], t: Texts) -> str:
    """When, who, what, and about what, with nothing in it that can be pressed."""
    what = t.plain(WORDS[deed.what]) if deed.what in WORDS else deed.what
    who = visible(names.get(deed.admin_id, ""), 24) or str(deed.admin_id)
    values = {"time": t.day(deed.at), "who": who, "what": what}
    about = visible(" ".join(deed.about.split()), 60)
    if not about:
        return t("{time} · {who}: <b>{what}</b>", **values)
    return t("{time} · {who}: <b>{what}</b> <code>{about}</code>", **values, about=about)
