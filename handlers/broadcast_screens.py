"""What an operator sees of broadcasts before they go out, and of those that went: each step a screen."""

from collections.abc import Mapping, Sequence
from typing import Annotated

from aiogram.filters.callback_data import CallbackData
from aiogram.types import InlineKeyboardButton
from babel.numbers import format_decimal
from pydantic import Field

from bot.broadcasts import PACE, aim_of
from bot.i18n import Texts, visible
from handlers.choices import language_name
from handlers.operator_doors import Admin, Broadcasts
from handlers.screen import Screen, in_rows, press, turn
from storage.audiences import Segment
from storage.models import Broadcast, BroadcastState

LISTED = 6
#: Languages to choose from, those of most people first.
LANGUAGES = 12


class Draft(CallbackData, prefix="Bd"):
    """Whom a draft is for."""

    id: str


class Languages(CallbackData, prefix="Bl"):
    """Choose by language."""

    id: str


class Aim(CallbackData, prefix="Ba"):
    """It is for these."""

    id: str
    what: Segment
    value: Annotated[str, Field(max_length=32)] = ""


class Try(CallbackData, prefix="Bt"):
    """A copy for the operator alone."""

    id: str


class Send(CallbackData, prefix="Bs"):
    """Ask once more before it goes out."""

    id: str


class Go(CallbackData, prefix="Bg"):
    """Send it; `aim` is the mark of what was shown to go to whom."""

    id: str
    aim: str = ""


class One(CallbackData, prefix="Bo"):
    """How far a broadcast is."""

    id: str


def number(count: int, t: Texts) -> str:
    """`4,812`, as the language writes it."""
    return format_decimal(count, locale=t.locale)


def title(broadcast: Broadcast) -> str:
    """How its message begins."""
    return visible(broadcast.title)


def whom(broadcast: Broadcast, t: Texts) -> str:
    """Whom it is for, in words."""
    return those(broadcast.segment, broadcast.segment_value, t)


def those(segment: str, value: str, t: Texts) -> str:
    """A segment in words."""
    match segment:
        case Segment.ACTIVE:
            return t.plain("active people")
        case Segment.LANGUAGE:
            return t.plain("people who speak {language}", language=tongue(value))
        case Segment.WITH_KEY:
            return t.plain("people with a key")
        case Segment.GROUPS:
            return t.plain("groups")
    return t.plain("all people")


def tongue(language: str) -> str:
    """A language in itself; its code where nobody knows it."""
    try:
        return language_name(language)
    except ValueError:
        return language


def offered(broadcast: Broadcast, t: Texts) -> Screen:
    """A message was written while the broadcasts were open: is it one?"""
    choose = press(t.plain("👥 Choose who"), Draft(id=broadcast.id))
    no = press(t.plain("No"), Broadcasts())
    question = t("<b>Send this to people?</b>")
    return Screen(f"{_head(broadcast, t)}\n\n{question}", [[choose, no]])


def audience(broadcast: Broadcast, sizes: Mapping[Segment, int], t: Texts) -> Screen:
    """The first step: who gets it?"""
    labels = {
        Segment.ALL: t.plain("All people · {count}", count=number(sizes[Segment.ALL], t)),
        Segment.ACTIVE: t.plain("Active people · {count}", count=number(sizes[Segment.ACTIVE], t)),
        Segment.WITH_KEY: t.plain("People with a key · {count}", count=number(sizes[Segment.WITH_KEY], t)),
        Segment.GROUPS: t.plain("Groups · {count}", count=number(sizes[Segment.GROUPS], t)),
    }
    buttons = [press(label, Aim(id=broadcast.id, what=what)) for what, label in labels.items()]
    language = press(t.plain("🌐 By language"), Languages(id=broadcast.id))
    lines = [
        _head(broadcast, t),
        "",
        t("<b>Who gets it?</b>"),
        t("Active: I heard from them in the last 30 days. Blocked and lost chats are left out."),
    ]
    return Screen("\n".join(lines), [buttons[:2], buttons[2:3], [*buttons[3:], language], _to_list(t)])


def languages(broadcast: Broadcast, spoken: Mapping[str, int], t: Texts) -> Screen:
    """People by the language they chose, or their Telegram speaks."""
    most = [*spoken.items()][:LANGUAGES]
    buttons = [
        press(
            f"{tongue(language)} · {number(count, t)}",
            Aim(id=broadcast.id, what=Segment.LANGUAGE, value=language[:16]),
        )
        for language, count in most
    ]
    lines = [_head(broadcast, t), "", t("<b>Who speaks which language?</b>")]
    if not most:
        lines.append(t("Nobody is there to choose from yet."))
    return Screen(
        "\n".join(lines), [*in_rows(buttons, 2), [press(t.plain("◀ Back"), Draft(id=broadcast.id))]]
    )


def summary(broadcast: Broadcast, t: Texts) -> Screen:
    """The second step: try it, then send it."""
    lines = [
        _head(broadcast, t),
        "",
        t("For: <b>{whom}</b>", whom=whom(broadcast, t)),
        _how_long(broadcast, t),
        t("Codes always go first."),
    ]
    count = number(broadcast.total, t)
    rows = [
        [press(t.plain("👁 Try it on me"), Try(id=broadcast.id))],
        [press(t.plain("📣 Send to {count}", count=count), Send(id=broadcast.id))],
        [press(t.plain("◀ Who gets it"), Draft(id=broadcast.id))],
    ]
    return Screen("\n".join(lines), rows)


def confirmation(broadcast: Broadcast, t: Texts) -> Screen:
    """The last step."""
    count = number(broadcast.total, t)
    lines = [
        _head(broadcast, t),
        "",
        t.many(
            "<b>Really send it to {count} chat?</b>",
            "<b>Really send it to {count} chats?</b>",
            broadcast.total,
        ),
        t("For: <b>{whom}</b>", whom=whom(broadcast, t)),
        _how_long(broadcast, t),
        t("What was read cannot be unsaid; copies can be deleted or edited for 48 hours."),
    ]
    yes = press(t.plain("✅ Yes, send to {count}", count=count), Go(id=broadcast.id, aim=aim_of(broadcast)))
    back = Aim(id=broadcast.id, what=Segment(broadcast.segment), value=broadcast.segment_value)
    return Screen("\n".join(lines), [[yes], [press(t.plain("◀ Back"), back)]])


def listed(broadcasts: Sequence[Broadcast], total: int, page: int, t: Texts) -> Screen:
    """How to send one, and those that were sent."""
    lines = [
        t("📣 <b>Broadcasts</b>"),
        t(
            "To send one: write the message to me now as it shall look (a text, a picture, a file). I ask "
            "before anybody gets it. One that stands here already you answer with /broadcast."
        ),
    ]
    if total:
        lines += ["", t("Sent so far, and in how many chats it came:")]
    buttons = [[press(_label(each, t), One(id=each.id))] for each in broadcasts]
    pager = turn(page, max(1, -(-total // LISTED)), lambda to: Broadcasts(page=to))
    return Screen("\n".join(lines), [*buttons, pager, [press(t.plain("◀ Operator"), Admin())]])


def _label(broadcast: Broadcast, t: Texts) -> str:
    signs = {BroadcastState.RUNNING: "▶", BroadcastState.PAUSED: "⏸", BroadcastState.CANCELLED: "⏹"}
    sign, when = signs.get(broadcast.state, "✅"), t.day(broadcast.started_at or broadcast.created_at)
    return f"{sign} {when} · {number(broadcast.sent, t)} · {title(broadcast)}"


def _head(broadcast: Broadcast, t: Texts) -> str:
    return t("📣 <b>Broadcast</b>\n<i>{title}</i>", title=title(broadcast))


def _how_long(broadcast: Broadcast, t: Texts) -> str:
    """To how many, and how long that takes at Telegram's pace."""
    count, span = number(broadcast.total, t), t.span(broadcast.total / PACE)
    return t("Chats: {count}. Takes about {span}.", count=count, span=span)


def _to_list(t: Texts) -> list[InlineKeyboardButton]:
    return [press(t.plain("◀ Broadcasts"), Broadcasts())]
