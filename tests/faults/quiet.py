"""Time passes until everything has found its end: what is undecided, what is unsaid, what is waited for."""

import asyncio
import secrets
from collections.abc import Callable
from contextlib import suppress

from bot.sandbox.sites.activation import Activation
from tests.faults.books import Books
from tests.faults.harness import BotProcess, Sandbox

#: Real seconds until a bot that has nothing to wait for must be quiet; a tick comes every second.
QUIET, TICK = 40.0, 1.3
#: Seconds after which the provider and we have nothing to do with a number any more.
OVER = 3600.0


def deliver(sandbox: Sandbox, number: Activation) -> None:
    """Let a code come to a number, a new one each time; where its own came in this moment, that one is it."""
    (site,) = (site for site in sandbox.sites.values() if site.shop.sold.get(number.id) is number)
    site.shop.settle()
    if not number.listening:
        return
    site.control("sms", id=number.id, code=f"{secrets.randbelow(900_000) + 100_000}")


async def quiesce(
    sandbox: Sandbox, bot: BotProcess, ours: Callable[[], set[str]], rang: Callable[[Activation], object]
) -> None:
    """Let everything find its end: what is undecided, then a code for what waits, then the end of time.

    `ours` are the ids of the numbers the bot has by then, `rang` whether a number's newest code rang.
    """
    books = Books(sandbox.database)
    # Cards are drawn anew when a number's time is over: not waited for, or no number would be left.
    await _until_none(sandbox, bot, lambda: books.undecided() + books.unsaid(sandbox.clock.time()))
    waiting = [number for number in _listening(sandbox) if number.id in ours()]
    for number in waiting:
        deliver(sandbox, number)
    await sandbox.eventually(lambda: all(map(rang, waiting)), "the codes ring")
    sandbox.advance(OVER)
    await _until_none(sandbox, bot, lambda: books.looks() + books.unsaid())


def _listening(sandbox: Sandbox) -> list[Activation]:
    """The numbers of all sites that take an SMS."""
    sold = [number for site in sandbox.sites.values() for number in site.shop.sold.values()]
    return [number for number in sold if number.listening]


async def _until_none(sandbox: Sandbox, bot: BotProcess, due: Callable[[], list[float]]) -> None:
    """Put the clock forward to what is due next, until nothing is."""
    deadline = asyncio.get_running_loop().time() + QUIET
    while moments := due():
        assert asyncio.get_running_loop().time() < deadline, f"not quiet: {moments}; {bot.log[-2000:]}"
        await _let_pass(sandbox, moments, due)


async def _let_pass(sandbox: Sandbox, moments: list[float], due: Callable[[], list[float]]) -> None:
    """The time until the first of these moments, and a little until something is done about it."""
    if (ahead := min(moments) - sandbox.clock.time()) > 0:
        sandbox.advance(ahead)
    with suppress(AssertionError):
        await sandbox.eventually(lambda: due() != moments, "something is done", TICK)
