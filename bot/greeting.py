"""What is settled with Telegram when the bot comes up: nobody else gets its updates; its menus and words."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import chain, product, repeat

from aiogram import Bot
from aiogram.exceptions import AiogramError, TelegramBadRequest
from aiogram.types import (
    BotCommand,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
    BotCommandScopeUnion,
)

from bot.clock import Sleep
from bot.errors import text
from bot.i18n import Catalogues, Texts
from bot.verdicts import REVOKED, Stop, Stopped, Wait, judge

log = logging.getLogger(__name__)

#: Every command, in the order of the menu.
COMMANDS = {
    "start": text("the menu"),
    "buy": text("buy a number"),
    "numbers": text("your numbers and codes"),
    "cancel": text("cancel a number"),
    "watch": text("wait for numbers to be in stock"),
    "rent": text("rent a number for days"),
    "send": text("send an SMS or a Viber message"),
    "history": text("what was bought and sent"),
    "stats": text("spending, success, speed"),
    "balance": text("what is left on your accounts"),
    "share": text("share numbers in a group"),
    "prices": text("what numbers cost now"),
    "keys": text("provider keys"),
    "settings": text("language, clock, limits"),
    "export": text("your history as files"),
    "privacy": text("what is kept of you"),
    "forget": text("have it all deleted"),
    "help": text("how it works"),
}
#: What does something in a group; everything else is said in private.
IN_GROUPS = ("start", "buy", "numbers", "cancel", "balance", "share", "settings", "help")

DESCRIPTION = text(
    "I buy temporary phone numbers and ring here the moment the code arrives.\n\n"
    "Numbers are bought with your own key of a provider and paid from your account there. Prices of all your "
    "providers stand side by side, nothing is bought twice, and every code reaches you."
)
SHORT_DESCRIPTION = text("Temporary phone numbers with your own provider keys: the code rings in the chat.")


@dataclass(frozen=True, slots=True)
class Menu:
    """The "/" menu of some chats: commands, and what each is for, in English."""

    scope: BotCommandScopeUnion
    commands: Mapping[str, str]


MENUS = (
    Menu(BotCommandScopeAllPrivateChats(), COMMANDS),
    Menu(BotCommandScopeAllGroupChats(), {name: COMMANDS[name] for name in IN_GROUPS}),
)
#: What operators have beside that, in their own chats.
OPERATING = {
    "admin": text("run this bot: figures, access, people"),
    "broadcast": text("write to many at once"),
}


def menus_with(operators: Iterable[int]) -> list[Menu]:
    """Everybody's menus, and one for each operator's own chat."""
    theirs = {**COMMANDS, **OPERATING}
    return [*MENUS, *(Menu(BotCommandScopeChat(chat_id=each), theirs) for each in operators)]


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


async def name_commands(
    bot: Bot, catalogues: Catalogues, menus: Iterable[Menu] = MENUS, sleep: Sleep = asyncio.sleep
) -> None:
    """The "/" menus: in every language there is, and the default one for everybody else.

    Best effort, beside everything else: commands work without it. What is there already is left alone.
    """
    for menu, language in product(menus, (None, *sorted(catalogues.languages))):
        t = catalogues.texts(language)
        wanted = [
            BotCommand(command=name, description=t.plain(about)) for name, about in menu.commands.items()
        ]
        await _settled(partial(_name, bot, wanted, menu.scope, language), "its menu of commands", sleep)


async def _name(
    bot: Bot, wanted: list[BotCommand], scope: BotCommandScopeUnion, language: str | None
) -> bool:
    there = await bot.get_my_commands(scope=scope, language_code=language)
    if _words(there) == _words(wanted):
        return False
    return await bot.set_my_commands(wanted, scope=scope, language_code=language)


def _words(menu: Iterable[BotCommand]) -> list[tuple[str, str]]:
    return [(each.command, each.description) for each in menu]


async def describe(bot: Bot, catalogues: Catalogues, sleep: Sleep = asyncio.sleep) -> None:
    """What people read before they press START and on the bot's profile, where its operator wrote nothing."""
    for about in (_described, _described_shortly):
        for language in (None, *sorted(catalogues.languages)):
            t = catalogues.texts(language)
            if not await _settled(partial(about, bot, t, language), "its description", sleep):
                break


async def _described(bot: Bot, t: Texts, language: str | None) -> bool:
    words, there = t.plain(DESCRIPTION), (await bot.get_my_description(language_code=language)).description
    return there == words or (not there and await bot.set_my_description(words, language_code=language))


async def _described_shortly(bot: Bot, t: Texts, language: str | None) -> bool:
    words = t.plain(SHORT_DESCRIPTION)
    there = (await bot.get_my_short_description(language_code=language)).short_description
    return there == words or (not there and await bot.set_my_short_description(words, language_code=language))


async def _settled(step: Callable[[], Awaitable[bool]], what: str, sleep: Sleep) -> bool:
    """What the step said; False where Telegram took it at no try."""
    for pause in _PAUSES:
        try:
            return await step()
        except TelegramBadRequest as error:
            log.info("Telegram does not take %s: %s", what, error.message)
            return False
        except (AiogramError, TimeoutError) as error:
            verdict = judge(error)
            log.info("%s is not set yet: %s", what, type(error).__name__)
            await sleep(verdict.seconds if isinstance(verdict, Wait) else pause)
    log.warning("Telegram does not take %s", what)
    return False
