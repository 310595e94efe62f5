"""How the bot ends, what it leaves behind, and that there is only one of it."""

import asyncio
import signal
import time

import httpx
import pytest

from bot.errors import StorageError
from bot.sandbox.demo import TOKEN
from tests.faults.harness import PATIENCE, BotProcess, Sandbox, purchases
from tests.faults.person import Person

#: Seconds a stop may take; a container gives it 45.
GRACE = 25.0
SMSBOWER = "smsbower"


async def test_34_a_second_bot_on_the_same_database_is_refused(sandbox: Sandbox, bot: BotProcess) -> None:
    with pytest.raises(StorageError, match="already uses the database"):
        await sandbox.run_here()
    assert bot.lives


async def test_t_15_a_second_poller_elsewhere_is_logged_and_lived_through(
    sandbox: Sandbox, bot: BotProcess
) -> None:
    async with (
        httpx.AsyncClient(base_url=sandbox.serving.url, trust_env=False) as elsewhere,
        asyncio.timeout(PATIENCE),
    ):
        while "another process polls with this bot's token" not in bot.log:
            await elsewhere.get(f"/bot{TOKEN}/getUpdates", params={"timeout": 1})
    ann = Person(sandbox)
    ann.say("/help")
    await ann.sees("How it works")


async def test_b_19_a_stop_within_a_purchase_waits_for_it_and_the_truth_is_told_at_the_start(
    sandbox: Sandbox, bot: BotProcess
) -> None:
    site, bob, cat = sandbox.sites[SMSBOWER], Person(sandbox, "Bob"), Person(sandbox, "Cat")
    await bob.connect(SMSBOWER)
    await cat.connect(SMSBOWER)
    waiting = await cat.buy(SMSBOWER)
    await bob.choose(SMSBOWER)
    before = len(purchases(site))
    site.control("fault", kind="hang", method="getNumberV2", after_processing=True)
    await bob.press("Buy for")
    await sandbox.eventually(lambda: len(purchases(site)) > before, "the site sold a number")
    asked = time.monotonic()
    assert await bot.stop(signal.SIGTERM, GRACE) == 0
    assert time.monotonic() - asked < GRACE
    site.control("sms", id=waiting.id, code="60661")
    await bot.start()
    await bob.sees("unknown", "Balance before", "Balance after")
    await cat.sees("🔔", "60661")
    assert len(purchases(site)) == before + 1


async def test_s_15_a_stop_while_idle_is_quick_and_forgets_nothing(sandbox: Sandbox, bot: BotProcess) -> None:
    dan = Person(sandbox, "Dan")
    await dan.connect(SMSBOWER)
    number = await dan.buy(SMSBOWER)
    asked = time.monotonic()
    assert await bot.stop(signal.SIGTERM, GRACE) == 0
    assert time.monotonic() - asked < GRACE / 2
    dan.say("/help")
    await bot.start()
    await dan.sees("How it works")
    sandbox.sites[SMSBOWER].control("sms", id=number.id, code="777-001")
    await dan.sees("🔔", "777-001")


async def test_t_14_a_revoked_token_ends_it_with_one_line(sandbox: Sandbox, bot: BotProcess) -> None:
    account = sandbox.world.accounts[TOKEN]
    Person(sandbox, "Eve").say("/help")
    del sandbox.world.accounts[TOKEN]
    try:
        assert await bot.ended() == 1
    finally:
        sandbox.world.accounts[TOKEN] = account
    said = [line for line in bot.log.splitlines() if line.startswith("codebell: ")]
    assert len(said) == 1
    assert said[0].startswith("codebell: Telegram does not accept")
    assert said[0].endswith("was it revoked?")
