"""What is kept and who can read it (/privacy), and how to be forgotten (/forget), which is asked twice."""

from datetime import datetime, timedelta
from enum import StrEnum

from aiogram import F, Router
from aiogram.filters import Command
from aiogram.filters.callback_data import CallbackData
from aiogram.types import CallbackQuery, Message

from bot.clock import Clock
from bot.i18n import Texts
from bot.voices import Voices
from handlers.doors import Export, Menu, Privacy
from handlers.open_ends import told, ways
from handlers.private import PRIVACY, only_in_private
from handlers.screen import Screen, press, show
from storage.forgetting import Forgetting
from storage.open_ends import OpenEnds
from storage.retention import Retention

router = Router(name="privacy")
router.callback_query.filter(F.data.startswith("z"))
only_in_private(router, PRIVACY, "privacy", "forget")

#: Minutes in which a question is answered: an old button forgets nobody.
_PATIENCE = 15


class Step(StrEnum):
    """How far somebody is on the way to be forgotten."""

    EXPLAIN = "e"
    ASK = "a"
    DO = "d"


class Forget(CallbackData, prefix="zf"):
    """A step on that way; `at` is the minute its button was drawn in, since 1970."""

    step: Step = Step.EXPLAIN
    at: int = 0


@router.message(Command("privacy", ignore_case=True))
async def privacy_by_command(message: Message, t: Texts, retention: Retention) -> None:
    await show(message, _privacy(retention.days, t))


@router.callback_query(Privacy.filter())
async def privacy_by_button(callback: CallbackQuery, t: Texts, retention: Retention) -> None:
    await show(callback, _privacy(retention.days, t))


@router.message(Command("forget", ignore_case=True))
async def forget_by_command(message: Message, t: Texts, forgetting: Forgetting, clock: Clock) -> None:
    # In a private chat, which has its person's id; elsewhere it was refused before.
    await show(message, _explained(await forgetting.hindrance(message.chat.id), t, clock()))


@router.callback_query(Forget.filter(F.step == Step.EXPLAIN))
async def explain(callback: CallbackQuery, t: Texts, forgetting: Forgetting, clock: Clock) -> None:
    await show(callback, _explained(await forgetting.hindrance(callback.from_user.id), t, clock()))


@router.callback_query(Forget.filter(F.step == Step.ASK))
async def ask_again(callback: CallbackQuery, t: Texts, forgetting: Forgetting, clock: Clock) -> None:
    hindrance = await forgetting.hindrance(callback.from_user.id)
    await show(callback, _hindered(hindrance, t) if hindrance else _sure(t, clock()))


@router.callback_query(Forget.filter(F.step == Step.DO))
async def forget(
    callback: CallbackQuery,
    callback_data: Forget,
    t: Texts,
    forgetting: Forgetting,
    voices: Voices,
    clock: Clock,
) -> None:
    person_id, now = callback.from_user.id, clock()
    if not 0 <= _minute(now) - callback_data.at <= _PATIENCE:
        await show(callback, _explained(await forgetting.hindrance(person_id), t, now))
        return
    hindrance = await forgetting.forget(person_id, now)
    voices.forget(person_id)
    await show(callback, _hindered(hindrance, t) if hindrance else _forgotten(t))


def _privacy(days: int, t: Texts) -> Screen:
    lines = [
        t("🔒 <b>Privacy</b>"),
        t(
            "<b>Kept until you have it forgotten:</b> your Telegram id and name, your provider keys and "
            "settings, and what you bought, rented and sent."
        ),
        t.many(
            "<b>Erased {count} day after the end</b> of a number or message: codes, SMS, texts, recipients.",
            "<b>Erased {count} days after the end</b> of a number or message: codes, SMS, texts, recipients.",
            days,
        ),
        t("<b>Keys</b> lie encrypted: a copy of the database gives none away."),
        t(
            "<b>Who can read it:</b> whoever runs this bot, who can use the keys as well. Telegram carries "
            "this chat, and a provider knows what you order there. Nobody else."
        ),
        t(
            "<b>In a group</b> its members see who holds which number and what each used. <b>Operators</b> "
            "see names and figures, never a code, a phone number or a key."
        ),
        t("<b>Backups</b> keep what they held until whoever runs this bot deletes them."),
    ]
    rows = [
        [press(t.plain("⬇️ Export my data"), Export()), press(t.plain("🗑 Forget me"), Forget())],
        [press(t.plain("◀ Menu"), Menu())],
    ]
    return Screen("\n\n".join(lines), rows)


def _explained(hindrance: OpenEnds, t: Texts, now: datetime) -> Screen:
    """What goes and what stays; or what has to end before."""
    if hindrance:
        return _hindered(hindrance, t)
    lines = [
        t("🗑 <b>Forget me</b>"),
        t(
            "<b>Goes for good:</b> your provider keys, settings, favourites and watches, every number with "
            "its SMS, and every message. Numbers that got their code are not looked at any more."
        ),
        t(
            "<b>Stays:</b> figures that lead to nobody: what was bought, rented or sent, where and when, for "
            "how much, and how it ended."
        ),
        _counts_on(t),
        t(
            "<b>Not in my hands:</b> your accounts at the providers, the messages in this chat, and backups "
            "made before."
        ),
    ]
    go = press(t.plain("🗑 Forget me"), Forget(step=Step.ASK, at=_minute(now)))
    export = press(t.plain("⬇️ Export first"), Export())
    return Screen("\n\n".join(lines), [[export, go], [press(t.plain("◀ Keep it all"), Privacy())]])


def _counts_on(t: Texts) -> str:
    return t(
        "<b>After you are forgotten</b>, what you bought and sent in the last 24 hours counts towards limits "
        "for one more day, under a mark without your name."
    )


def _hindered(hindrance: OpenEnds, t: Texts) -> Screen:
    lines = [
        t("🗑 <b>Not yet</b>"),
        t("This is still under way, and may cost money or bring a code. Let it end, or end it:"),
        *told(hindrance, t),
    ]
    again = [press(t.plain("🔄 Look again"), Forget()), press(t.plain("◀ Back"), Privacy())]
    return Screen("\n".join(lines), [*ways(hindrance, t), again])


def _sure(t: Texts, now: datetime) -> Screen:
    text = t("<b>Forget everything now?</b>\nThis cannot be undone, and nobody can bring it back to you.")
    yes = press(t.plain("🗑 Yes, for good"), Forget(step=Step.DO, at=_minute(now)))
    return Screen(text, [[yes, press(t.plain("◀ No"), Privacy())]])


def _forgotten(t: Texts) -> Screen:
    text = t(
        "✅ <b>You are forgotten.</b>\nNothing here leads to you any more. To be rid of the messages as "
        "well, delete this chat in Telegram. If you ever write again, we begin anew."
    )
    return Screen(text, [[press(t.plain("🔔 Begin anew"), Menu())]])


def _minute(moment: datetime) -> int:
    return int(moment.timestamp() // timedelta(minutes=1).total_seconds())
