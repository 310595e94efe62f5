"""How the bot ends, what it leaves behind, and that there is only one of it."""

import asyncio
import os
import signal
import time
from contextlib import suppress

import httpx
import pytest

from bot.errors import StorageError
from bot.farewell import DRAIN
from bot.sandbox.demo import TOKEN
from tests.faults.harness import PATIENCE, BotProcess, Sandbox, purchases
from tests.faults.person import Person

#: Seconds a stop may take, on a busy machine; a container gives it 45.
GRACE = 40.0
#: Fewer than a stop takes that waits for what does not end.
QUICK = DRAIN
SMSBOWER = "smsbower"


async def _poll_elsewhere(sandbox: Sandbox, bot: BotProcess, times: int = 1) -> None:
    """Another process asks for updates with the same token until the bot has noticed so often."""
    seen = bot.log.count("another process polls")
    async with (
        httpx.AsyncClient(base_url=sandbox.serving.url, trust_env=False) as elsewhere,
        asyncio.timeout(PATIENCE),
    ):
        while bot.log.count("another process polls") < seen + times:
            await elsewhere.get(f"/bot{TOKEN}/getUpdates", params={"timeout": 1})


async def test_34_a_second_bot_on_the_same_database_is_refused(sandbox: Sandbox, bot: BotProcess) -> None:
    with pytest.raises(StorageError, match="already uses the database"):
        await sandbox.run_here()
    assert bot.lives


async def test_b_19_s_15_a_stop_within_a_purchase_waits_for_it_and_the_truth_is_told_at_the_start(
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


async def test_s_15_s_16_a_stop_while_idle_is_quick_and_forgets_nothing(
    sandbox: Sandbox, bot: BotProcess
) -> None:
    dan = Person(sandbox, "Dan")
    await dan.connect(SMSBOWER)
    number = await dan.buy(SMSBOWER)
    asked = time.monotonic()
    assert await bot.stop(signal.SIGTERM, GRACE) == 0
    assert time.monotonic() - asked < QUICK
    dan.say("/help")
    await bot.start()
    await dan.sees("How it works")
    sandbox.sites[SMSBOWER].control("sms", id=number.id, code="777-001")
    await dan.sees("🔔", "777-001")


async def test_s_15_a_stop_while_it_starts_is_a_stop(sandbox: Sandbox, bot: BotProcess) -> None:
    await bot.stop(signal.SIGKILL)
    opened = bot.log.count("storage.opening")
    await bot.launch()
    await sandbox.eventually(lambda: bot.log.count("storage.opening") > opened, "it opens the database")
    assert await bot.stop(signal.SIGTERM, GRACE) == 0


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


async def test_s_15_a_second_signal_does_not_wait_for_what_is_under_way(
    sandbox: Sandbox, bot: BotProcess
) -> None:
    site, fay = sandbox.sites[SMSBOWER], Person(sandbox, "Fay")
    await fay.connect(SMSBOWER)
    await fay.choose(SMSBOWER)
    before = len(purchases(site))
    site.control("fault", kind="hang", method="getNumberV2", after_processing=True)
    await fay.press("Buy for")
    await sandbox.eventually(lambda: len(purchases(site)) > before, "the site sold a number")
    heard = bot.log.count("asked to stop")
    os.kill(bot.pid, signal.SIGTERM)
    await sandbox.eventually(lambda: bot.log.count("asked to stop") > heard, "the signal is heard")
    asked = time.monotonic()
    assert await bot.stop(signal.SIGTERM, GRACE) == 0
    assert time.monotonic() - asked < QUICK
    await bot.start()
    await fay.sees("unknown", "Balance before", "Balance after")
    assert len(purchases(site)) == before + 1


async def test_t_15_beside_another_poller_nothing_is_ordered_and_after_a_minute_it_ends(
    sandbox: Sandbox, bot: BotProcess
) -> None:
    site, ann = sandbox.sites[SMSBOWER], Person(sandbox)
    await ann.connect(SMSBOWER)
    await ann.choose(SMSBOWER)
    before = len(purchases(site))
    await _poll_elsewhere(sandbox, bot)
    assert "Another copy of this bot" in (await ann.press("Buy for"))["text"]
    assert len(purchases(site)) == before
    sandbox.advance(30)
    await _poll_elsewhere(sandbox, bot)
    sandbox.advance(31)
    with suppress(httpx.HTTPError, TimeoutError):
        await _poll_elsewhere(sandbox, bot)
    assert await bot.ended() == 1
    assert "codebell: another process polls with this bot's token" in bot.log
