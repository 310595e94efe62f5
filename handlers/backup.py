"""*Back up now*: a sealed copy of the database, sent to the operator who asked for it, and to nobody else.

It is made and sent while they go on. What is too large for Telegram stays beside the database, and where that
is is said.
"""

import logging
from contextlib import suppress

from aiogram import F, Router
from aiogram.exceptions import AiogramError
from aiogram.types import CallbackQuery, FSInputFile

from bot.alarms import Alarms
from bot.clock import Clock
from bot.errands import Errands
from bot.errors import StorageError
from bot.i18n import Texts
from bot.sealed import Copy, Seals, StillBackingUp
from handlers.files import coming
from handlers.operating import only_for_operators
from handlers.operator_doors import Admin, BackUp
from handlers.screen import Rows, Screen, chat_of, press, say, show
from storage.deeds import DeedStore

log = logging.getLogger(__name__)

router = Router(name="backup")
router.callback_query.filter(F.data.startswith("O"))
only_for_operators(router)

#: The errand's name: one backup at a time.
_ERRAND = "backup"


@router.callback_query(BackUp.filter(F.sure.is_(False)))
async def ask(callback: CallbackQuery, t: Texts) -> None:
    lines = [
        t("<b>💾 Back up now</b>"),
        t("You get the whole database as one file: encrypted, but with everything in it."),
        t("Only who has the master key can open it. Keep the two apart."),
        t("To bring it back, stop the bot and run <code>python -m bot restore FILE</code>."),
    ]
    rows = [[press(t.plain("💾 Back up"), BackUp(sure=True)), press(t.plain("◀ Operator"), Admin())]]
    await show(callback, Screen("\n".join(lines), rows))


@router.callback_query(BackUp.filter(F.sure))
async def back_up(
    callback: CallbackQuery,
    t: Texts,
    seals: Seals,
    alarms: Alarms,
    deeds: DeedStore,
    errands: Errands,
    clock: Clock,
) -> None:
    """Raises `StillBackingUp`."""
    if _ERRAND in errands:
        raise StillBackingUp
    await deeds.done(callback.from_user.id, "backup", "", clock())
    errands.run(_ERRAND, _carry_out(callback, t, seals, alarms))
    await show(
        callback, Screen(t("💾 The backup is being made. It comes as a file, in this chat."), _rows(t))
    )


async def _carry_out(callback: CallbackQuery, t: Texts, seals: Seals, alarms: Alarms) -> None:
    """Whatever goes wrong is told: nobody else waits for this."""
    await coming(callback)
    try:
        copy = await seals.make()
    except StorageError as error:
        await _failed(callback, t, alarms, error.detail)
    except Exception as error:
        log.exception("a backup could not be made")
        await _failed(callback, t, alarms, type(error).__name__)
    else:
        await alarms.backup_made()
        await _hand_over(callback, t, copy)


async def _failed(callback: CallbackQuery, t: Texts, alarms: Alarms, why: str) -> None:
    await alarms.backup_failed(why)
    lines = [t("No backup was made."), t("{problem}", problem=why)]
    rows = [[press(t.plain("💾 Try again"), BackUp()), press(t.plain("◀ Operator"), Admin())]]
    with suppress(AiogramError):
        await say(callback, Screen("\n".join(lines), rows))


async def _hand_over(callback: CallbackQuery, t: Texts, copy: Copy) -> None:
    """The file goes when Telegram has it; until then it is the only copy."""
    if not copy.can_be_sent:
        await _told_where(callback, t, copy)
        return
    try:
        await _send(callback, t, copy)
    except AiogramError as error:
        log.warning("a backup could not be sent: %s", type(error).__name__)
        with suppress(AiogramError):
            await _told_where(callback, t, copy)
        return
    copy.discard()


async def _send(callback: CallbackQuery, t: Texts, copy: Copy) -> None:
    if callback.bot is None:
        return
    screen = Screen("\n".join(_told(copy, t)), _rows(t))
    await callback.bot.send_document(
        chat_of(callback),
        FSInputFile(copy.file, copy.name),
        caption=screen.html,
        parse_mode="HTML",
        reply_markup=screen.keyboard,
    )


async def _told_where(callback: CallbackQuery, t: Texts, copy: Copy) -> None:
    """The name alone: the folder is the database's."""
    lines = [
        t("The backup is made, but it could not be sent. Telegram takes 50 MB at most."),
        t("It lies beside the database: <code>{name}</code>", name=copy.keep().name),
        *_told(copy, t),
    ]
    await say(callback, Screen("\n".join(lines), _rows(t)))


def _told(copy: Copy, t: Texts) -> list[str]:
    size = t.plain("{size} MB", size=f"{copy.size / 1e6:.1f}")
    lines = [
        t("💾 A sealed backup: {size}, rows: {count}", size=size, count=copy.rows),
        t("Keep it apart from the master key: without that nobody can open it, you included."),
    ]
    return [*lines, t("⚠️ No bot starts from it: {problem}", problem=copy.doubt)] if copy.doubt else lines


def _rows(t: Texts) -> Rows:
    return [[press(t.plain("◀ Operator"), Admin())]]
