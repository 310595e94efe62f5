"""What is settled with Telegram when the bot comes up: nobody else gets its updates, and its "/" menu."""

import asyncio
import logging
from collections.abc import Callable
from itertools import chain, repeat

from aiogram import Bot
from aiogram.exceptions import AiogramError
from aiogram.types import BotCommand

from bot.clock import Sleep
from bot.errors import text
from bot.i18n import Catalogues
from bot.verdicts import REVOKED, Stop, Stopped, Wait, judge

log = logging.getLogger(__name__)

COMMANDS = {
    "start": text("the menu"),
    "buy": text("buy a number"),
    "rent": text("rent a number for days"),
    "send": text("send an SMS or a Viber message"),
    "numbers": text("your numbers and their codes"),
    "cancel": text("cancel a number"),
    "balance": text("what is left on your accounts"),
    "keys": text("provider keys"),
    "help": text("how it works"),
}
_PAUSES = (1.0, 2.0, 5.0, 10.0, 30.0)
#: A longer flood limit keeps nobody from being heard: polling begins without what it is for.
_LONGEST_FLOOD = 30.0


async def greet(bot: Bot, waits: Callable[[float], None], sleep: Sleep = asyncio.sleep) -> None:
    """What polling needs, asked for until Telegram answers. Raises `Stopped` for a revoked token.

    `waits` hears that it lives and may be silent for so many seconds.
    """
    for pause in chain(_PAUSES, repeat(_PAUSES[-1])):
        try:
            await bot.delete_webhook(drop_pending_updates=False)
            me = await bot.me()
        except (AiogramError, TimeoutError) as error:
            wait = _pause_after(error, pause)
            if wait > _LONGEST_FLOOD:
                return
            waits(wait)
            await sleep(wait)
        else:
            log.info("this is @%s", me.username)
            return


def _pause_after(error: Exception, usual: float) -> float:
    match judge(error):
        case Stop():
            raise Stopped(REVOKED) from None
        case Wait(seconds=seconds):
            usual = seconds
    log.warning("Telegram does not answer yet: %s; again in %.0f s", type(error).__name__, usual)
    return usual


async def name_commands(bot: Bot, catalogues: Catalogues, sleep: Sleep = asyncio.sleep) -> None:
    """The "/" menu: in every language there is, and the default one for everybody else.

    Best effort, beside everything else: commands work without it.
    """
    for language in (None, *sorted(catalogues.languages)):
        t = catalogues.texts(language)
        menu = [BotCommand(command=name, description=t.plain(about)) for name, about in COMMANDS.items()]
        await _name(bot, menu, language, sleep)


async def _name(bot: Bot, menu: list[BotCommand], language: str | None, sleep: Sleep) -> None:
    for pause in _PAUSES:
        try:
            await bot.set_my_commands(menu, language_code=language)
        except (AiogramError, TimeoutError) as error:
            verdict = judge(error)
            log.info("the menu of commands is not set yet: %s", type(error).__name__)
            await sleep(verdict.seconds if isinstance(verdict, Wait) else pause)
        else:
            return
    log.warning("Telegram does not take the menu of commands (language: %s)", language or "any")
