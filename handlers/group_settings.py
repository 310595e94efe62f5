"""What a group can set of /settings: its language, its clock, and whether its codes lie under a spoiler."""

from datetime import datetime

from aiogram.types import CallbackQuery

from bot.i18n import Texts
from handlers.choices import Choice, LiveHere, Open, Speak, Veil, clock_name, language_name
from handlers.choices import Live as LiveAt
from handlers.doors import Menu, Settings
from handlers.screen import Screen, chat_of, in_rows, press
from storage.models import Preferences

_OPEN = frozenset({Choice.LANGUAGE, Choice.ZONE, Choice.BETWEEN})
#: The buttons that do something in a group.
_PRESSED = frozenset(each.__prefix__ for each in (Settings, Speak, LiveAt, LiveHere, Veil))
_OPENED = frozenset(Open(what=what).pack() for what in _OPEN)


async def is_a_persons(callback: CallbackQuery) -> bool:
    """A filter: whether a press in a group is on a setting that only people have, in private."""
    data = callback.data or ""
    return chat_of(callback) < 0 and data not in _OPENED and data.partition(":")[0] not in _PRESSED


def group_settings(chosen: Preferences, now: datetime, t: Texts) -> Screen:
    """What counts in the group, and the buttons that change it."""
    lines = [
        t("⚙️ <b>Settings of this group</b>\n"),
        t("🌐 Language: <b>{language}</b>", language=language_name(t.language)),
        t("🕑 Clock: <b>{time}</b>", time=clock_name(chosen, now, t)),
        t("🙈 Spoiler over codes: <b>on</b>")
        if chosen.hide_codes
        else t("🙈 Spoiler over codes: <b>off</b>"),
        "",
        t("Who buys and who sees codes is set with /share."),
    ]
    veil = t.plain("🙈 Spoiler off") if chosen.hide_codes else t.plain("🙈 Spoiler on")
    buttons = [
        press(t.plain("🌐 Language"), Open(what=Choice.LANGUAGE)),
        press(t.plain("🕑 Time zone"), Open(what=Choice.ZONE)),
        press(veil, Veil(on=not chosen.hide_codes)),
        press(t.plain("◀ Menu"), Menu()),
    ]
    return Screen("\n".join(lines), in_rows(buttons, 2))


def zone_question(t: Texts) -> str:
    """There is nothing to be typed in a group: who answers there would be anybody."""
    return t("🕑 <b>What time is it where this group is?</b>\nPress it. When clocks change, choose again.")
