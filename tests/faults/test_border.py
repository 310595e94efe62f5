"""A provider that fails for a while: nothing is bought there, and who waits for a code is looked after."""

import asyncio

from bot.providers.fuse import FAILURES
from bot.sandbox.sites import Site
from tests.faults.harness import BotProcess, Sandbox
from tests.faults.person import Person

SMSBOWER, PAGE = "smsbower", "html"
#: No look at a number is put off for longer, in seconds.
SLOWEST = 60.0


def asked(site: Site) -> list[str]:
    return [call.method for call in site.ledger.calls]


async def looked_at(sandbox: Sandbox, site: Site) -> None:
    """A number of the site is asked about once more."""
    before = asked(site).count("getStatus")
    sandbox.advance(SLOWEST)
    await sandbox.eventually(lambda: asked(site).count("getStatus") > before, "a look at a number")


async def test_x_9_while_a_site_fails_nothing_is_bought_there_and_its_numbers_are_asked_about(
    sandbox: Sandbox, bot: BotProcess
) -> None:
    ann, bob, site = Person(sandbox, "Ann"), Person(sandbox, "Bob"), sandbox.sites[SMSBOWER]
    await asyncio.gather(ann.connect(SMSBOWER), bob.connect(SMSBOWER))
    number = await ann.buy(SMSBOWER)
    await bob.choose(SMSBOWER)
    site.control("fault", kind=PAGE, times=None)
    for _ in range(FAILURES):
        await looked_at(sandbox, site)
    await sandbox.eventually(lambda: "is left alone for a while" in bot.log, "the log tells of it")
    before = len(asked(site))
    await bob.press("Buy for")
    await bob.sees("Not bought, not paid", "does not answer right now")
    assert set(asked(site)[before:]) <= {"getStatus"}
    site.control("fault", kind="none")
    site.control("sms", id=number.id, code="271828")
    sandbox.advance(SLOWEST)
    await ann.sees("🔔", "271828")
    await bob.press("Try again")
    await bob.press("Buy for")
    await bob.sees("📱", "Waiting for the SMS")
