"""The database as a file: lost and restored, its keys typed and rotated, whatever kills the process then."""

import base64
import os
import signal
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest
import pytest_asyncio

from bot.__main__ import UNUSABLE
from bot.failpoints import KILLED, Failpoint
from storage.vault import fingerprint
from tests.faults.harness import BotProcess, Sandbox, opened
from tests.faults.leaks import leaks
from tests.faults.person import Person, new_key

HEROSMS, SMSBOWER = "herosms", "smsbower"


@pytest_asyncio.fixture(loop_scope="module")
async def fresh(tmp_path: Path) -> AsyncIterator[Sandbox]:
    """A sandbox no bot has lived in."""
    async with opened(tmp_path) as sandbox:
        yield sandbox


@pytest_asyncio.fixture(loop_scope="module")
async def living(fresh: Sandbox) -> AsyncIterator[BotProcess]:
    """A bot that lives there; it is dead at the end."""
    bot = BotProcess(fresh)
    await bot.start()
    yield bot
    if bot.lives:
        await bot.stop(signal.SIGKILL)


async def does(sandbox: Sandbox, *command: str, **changes: str) -> tuple[int, str]:
    """Another command over the same database: its exit code, and what it said."""
    process = BotProcess(sandbox, *command, **changes)
    await process.launch()
    return await process.ended(), process.log


def rows(path: Path, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as database:
        return database.execute(query).fetchall()


def spoil(path: Path) -> None:
    """What a broken disk leaves of a database: every page but the first two."""
    content = bytearray(path.read_bytes())
    content[8192:] = os.urandom(len(content) - 8192)
    path.write_bytes(content)


async def test_s_7_s_20_a_lost_database_is_restored_from_its_backup_and_goes_on(
    fresh: Sandbox, living: BotProcess
) -> None:
    ann, copy = Person(fresh), fresh.folder / "backups" / "monday.db"
    await ann.connect(HEROSMS)
    before = await ann.buy(HEROSMS)
    code, said = await does(fresh, "backup", str(copy))
    assert (code, "keep the master key apart" in said) == (0, True)
    await ann.choose(HEROSMS, "telegram gb")
    await ann.press("Buy for")
    after = ann.number(HEROSMS, await ann.sees("📱", "United Kingdom", "Waiting for the SMS"))
    await living.stop(signal.SIGKILL)
    spoil(fresh.database)

    code, said = await does(fresh)
    assert code == UNUSABLE
    assert "codebell.db is damaged" in said
    assert "restore the last backup" in said

    damaged = fresh.database.read_bytes()
    code, _ = await does(fresh, "restore", str(copy), FAILPOINT=Failpoint.IN_RESTORE)
    assert code == KILLED
    assert fresh.database.read_bytes() == damaged
    code, said = await does(fresh, "restore", str(copy))
    assert (code, "next: start the bot" in said) == (0, True), said
    [kept] = fresh.folder.glob("codebell.db.before-restore-*Z")
    assert kept.read_bytes() == damaged

    await living.start()
    fresh.sites[HEROSMS].control("sms", id=before.id, code="731904")
    await ann.sees("🔔", "731904")
    await ann.sees("restored from a backup")
    await ann.press("Numbers bought elsewhere")
    assert (await ann.press("· Telegram"))["text"].startswith("Taken over")
    fresh.sites[HEROSMS].control("sms", id=after.id, code="840215")
    await ann.sees("🔔", "840215")
    await ann.choose(HEROSMS, "telegram de")
    await ann.press("Buy for")
    await ann.sees("📱", "Germany", "Waiting for the SMS")


async def test_s_7_nothing_is_restored_under_a_running_bot(fresh: Sandbox, living: BotProcess) -> None:
    copy = fresh.folder / "copy.db"
    assert (await does(fresh, "backup", str(copy)))[0] == 0
    code, said = await does(fresh, "restore", str(copy))
    assert code == UNUSABLE
    assert f"another Codebell (process {living.pid}) already uses the database" in said
    assert living.lives


async def test_s_10_a_rotation_that_is_killed_leaves_a_bot_that_starts_and_is_done_by_the_next_one(
    fresh: Sandbox, living: BotProcess
) -> None:
    ann, newer = Person(fresh), base64.b64encode(os.urandom(32)).decode()
    await ann.connect(HEROSMS, SMSBOWER)
    await living.stop(signal.SIGTERM)
    ring = f"{newer} {fresh.master_key}"
    kids = [fingerprint(base64.b64decode(key)) for key in (newer, fresh.master_key)]
    code, _ = await does(fresh, "rotate-keys", MASTER_KEY=ring, FAILPOINT=Failpoint.IN_ROTATION)
    assert code == KILLED
    code, said = await does(fresh, MASTER_KEY=newer)
    assert (code, f"sealed with master key {kids[1]}" in said) == (UNUSABLE, True)
    code, said = await does(fresh, "rotate-keys", MASTER_KEY=ring)
    assert code == 0
    assert f"sealed anew with master key {kids[0]}: 2" in said
    assert f"master key {kids[1]} holds nothing in this database any more: take it out of MASTER_KEY" in said
    fresh.master_key = newer
    bot = BotProcess(fresh)
    await bot.start()
    await ann.buy(SMSBOWER)
    await bot.stop(signal.SIGKILL)


@pytest.mark.parametrize("moment", ["while it is checked", "once it is stored"])
async def test_x_11_x_1_a_key_that_was_typed_lies_in_no_file_whenever_the_process_dies(
    fresh: Sandbox, living: BotProcess, moment: str
) -> None:
    ann, site = Person(fresh), fresh.sites[SMSBOWER]
    key = new_key(site)
    ann.say("/keys")
    await ann.press("Add a")
    await ann.press("SMSBower")
    await ann.sees("Send the key")
    if moment == "while it is checked":
        site.control("fault", kind="hang", method="getBalance")
        asked = len(site.ledger.calls)
        ann.say(key)
        await fresh.eventually(lambda: len(site.ledger.calls) > asked, "the site is asked about the key")
    else:
        ann.say(key)
        await ann.sees("connected")
    copy = fresh.folder / "copy.db"
    assert (await does(fresh, "backup", str(copy)))[0] == 0
    assert leaks(fresh) == []
    await living.stop(signal.SIGKILL)
    assert leaks(fresh) == []
    assert {key.encode() in path.read_bytes() for path in fresh.folder.glob("*.db*")} == {False}
