"""The message that shows how far a broadcast is, from its first copy to the report; what can be done then."""

from enum import StrEnum

from aiogram.filters.callback_data import CallbackData
from aiogram.types import InlineKeyboardButton
from babel.numbers import format_decimal

from bot.broadcasts import PACE, Broadcasts, mark
from bot.clock import Clock
from bot.drawing import Drawing
from bot.errors import text
from bot.i18n import Texts
from handlers.broadcast_screens import One, number, title, whom
from handlers.operator_doors import Broadcasts as All
from handlers.screen import Rows, Screen, press
from storage.broadcasts import CHANGEABLE, ENDED, Change
from storage.models import Broadcast, BroadcastState, Post

_CELLS = 12
#: Why it paused, or was ended, by itself.
_REASONS = {
    "gone": text("I paused it: the message to copy is gone, or cannot be copied."),
    "refused": text("I paused it: Telegram refused several copies in a row."),
    "restored": text("Ended: I was restored from a backup, and do not know who has a copy since."),
}


class Do(StrEnum):
    """What a button does with a broadcast."""

    PAUSE = "p"
    RESUME = "r"
    CANCEL = "c"
    CANCEL_NOW = "C"
    DELETE = "d"
    DELETE_NOW = "D"
    EDIT = "e"
    EDIT_NOW = "E"


class Steer(CallbackData, prefix="Bp"):
    """Do something with a broadcast that was started; `words` is the mark of the new ones that were shown."""

    what: Do
    id: str
    words: str = ""


class BroadcastNotices:
    """Draws the outbox row of a broadcast's progress."""

    def __init__(self, broadcasts: Broadcasts, clock: Clock) -> None:
        self._broadcasts = broadcasts
        self._clock = clock

    async def draw(self, post: Post, t: Texts) -> Drawing | None:
        """None where it is gone."""
        broadcast = await self._broadcasts.find(post.subject)
        if broadcast is None:
            return None
        screen = progress(broadcast, self._broadcasts.rate(broadcast.id), t, self._clock)
        return Drawing(screen.html, screen.keyboard, edits=post.message_id)


def progress(broadcast: Broadcast, rate: float | None, t: Texts, clock: Clock) -> Screen:
    """How far it is now; `rate` in copies a second, None where nobody can tell."""
    lines = [
        t(
            "📣 <b>Broadcast</b> · {state}\n<i>{title}</i>",
            state=_state(broadcast, t),
            title=title(broadcast),
        ),
        "",
        *(_going(broadcast, rate, t) if broadcast.state not in ENDED or broadcast.changing else []),
        t("For: <b>{whom}</b>", whom=whom(broadcast, t)),
        *_figures(broadcast, t),
        *_what_became(broadcast, t),
    ]
    return Screen("\n".join(lines), _buttons(broadcast, t, clock))


def really(broadcast: Broadcast, what: Do, t: Texts) -> Screen:
    """What cannot be taken back is asked once more."""
    count, words = number(broadcast.sent, t), ""
    match what:
        case Do.CANCEL_NOW:
            left = number(max(0, broadcast.total - handled(broadcast)), t)
            asked = t("<b>End it here?</b>\nChats that would not get it: {count}", count=left)
            yes = t.plain("⏹ Yes, end it")
        case Do.DELETE_NOW:
            asked = t(
                "<b>Delete all copies?</b>\nChats: {count}. Who read it has read it, and Telegram deletes "
                "nothing that is older than 48 hours.",
                count=count,
            )
            yes = t.plain("🗑 Yes, delete them")
        case _:
            asked = t("☝️ <b>Shall all copies read so?</b>\nChats: {count}", count=count)
            yes, words = t.plain("✏️ Yes, edit them"), mark(broadcast.words)
    return Screen(
        asked, [[press(yes, Steer(what=what, id=broadcast.id, words=words))], [_back(broadcast, t)]]
    )


def question(broadcast: Broadcast, t: Texts) -> Screen:
    """What the copies shall say instead is typed."""
    lines = [
        t("<b>What shall the copies say instead?</b>"),
        t("Send me the new text. Pictures, files and buttons stay as they are."),
    ]
    return Screen("\n".join(lines), [[_back(broadcast, t)]])


def handled(broadcast: Broadcast) -> int:
    """Of how many chats it is known what became of their copy."""
    return broadcast.sent + broadcast.blocked + broadcast.failed + broadcast.unsure


def _back(broadcast: Broadcast, t: Texts) -> InlineKeyboardButton:
    return press(t.plain("◀ Back"), One(id=broadcast.id))


def _state(broadcast: Broadcast, t: Texts) -> str:
    match broadcast.changing:
        case Change.DELETE:
            return t.plain("being deleted")
        case Change.EDIT:
            return t.plain("being edited")
    names = {
        BroadcastState.RUNNING: t.plain("going out"),
        BroadcastState.PAUSED: t.plain("paused"),
        BroadcastState.CANCELLED: t.plain("ended early"),
        BroadcastState.DONE: t.plain("sent"),
    }
    return names.get(broadcast.state, "")


def _going(broadcast: Broadcast, rate: float | None, t: Texts) -> list[str]:
    """A bar, how many of how many, and how long it takes still."""
    done, of = (
        (broadcast.changed, broadcast.sent) if broadcast.changing else (handled(broadcast), broadcast.total)
    )
    share = min(1.0, done / of) if of else 1.0
    full = round(share * _CELLS)
    bar = t("{bar} {share}", bar="▓" * full + "░" * (_CELLS - full), share=t.percent(share))
    count = t("{done} of {total}", done=number(done, t), total=number(of, t))
    if broadcast.state is BroadcastState.PAUSED:
        return [bar, count]
    left = t.span(max(0, of - done) / (rate or PACE))
    if rate is None:
        return [bar, t("{count} · about {span} left", count=count, span=left)]
    speed = format_decimal(round(rate, 1), locale=t.locale)
    return [bar, t("{count} · {rate} a second · about {span} left", count=count, rate=speed, span=left)]


def _figures(broadcast: Broadcast, t: Texts) -> list[str]:
    """What became of the copies; what did not happen is not told."""
    lines = [t("✅ Sent: {count}", count=number(broadcast.sent, t))]
    if broadcast.blocked:
        lines.append(t("🚫 Blocked me or gone: {count}", count=number(broadcast.blocked, t)))
    if broadcast.failed:
        lines.append(t("⚠️ Refused by Telegram: {count}", count=number(broadcast.failed, t)))
    if broadcast.unsure:
        count = number(broadcast.unsure, t)
        lines.append(t("❔ Unsure whether it came: {count}. They are not sent it again.", count=count))
    return lines


def _what_became(broadcast: Broadcast, t: Texts) -> list[str]:
    """How it ended, why it stopped, and what was done to it since."""
    done = {"count": number(broadcast.changed, t), "total": number(broadcast.sent, t)}
    match broadcast.reason:
        case "after delete":
            return [t("🗑 Deleted in {count} of {total} chats.", **done)]
        case "after edit":
            return [t("✏️ Edited in {count} of {total} chats.", **done)]
        case str(reason) if reason in _REASONS:
            return ["", t(_REASONS[reason])]
    if broadcast.state is BroadcastState.DONE and broadcast.started_at and broadcast.ended_at:
        return [
            t("It took {span}.", span=t.span((broadcast.ended_at - broadcast.started_at).total_seconds()))
        ]
    return []


def _buttons(broadcast: Broadcast, t: Texts, clock: Clock) -> Rows:
    everything = [press(t.plain("◀ Broadcasts"), All())]
    labels: dict[Do, str] = {}
    match broadcast.state:
        case BroadcastState.RUNNING:
            labels = {Do.PAUSE: t.plain("⏸ Pause"), Do.CANCEL: t.plain("⏹ Cancel")}
        case BroadcastState.PAUSED:
            labels = {Do.RESUME: t.plain("▶ Resume"), Do.CANCEL: t.plain("⏹ Cancel")}
        case _ if changeable(broadcast, clock):
            labels = {Do.EDIT: t.plain("✏️ Edit all"), Do.DELETE: t.plain("🗑 Delete all")}
            labels = labels if broadcast.wording else {Do.DELETE: labels[Do.DELETE]}
    return [[press(label, Steer(what=what, id=broadcast.id)) for what, label in labels.items()], everything]


def changeable(broadcast: Broadcast, clock: Clock) -> bool:
    """Whether there are copies that can be deleted or edited now."""
    ended = broadcast.ended_at if broadcast.state in ENDED else None
    lately = ended is not None and ended > clock() - CHANGEABLE
    return lately and not broadcast.changing and bool(broadcast.sent) and broadcast.reason != "after delete"
