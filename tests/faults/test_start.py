"""What the bot refuses to start with: one line that names it, exit code 2, and nothing touched."""

import asyncio
import base64
import gc
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from bot.__main__ import UNUSABLE, main
from bot.errors import StorageError
from bot.frugal import SEARCHES
from bot.sandbox.demo import TOKEN
from storage.opening import opened as database_opened
from tests.faults.harness import START, BotProcess, Sandbox, opened

OTHER_KEY = base64.b64encode(os.urandom(32)).decode()


@pytest_asyncio.fixture(loop_scope="module")
async def fresh(tmp_path: Path) -> AsyncIterator[Sandbox]:
    """A sandbox no bot has lived in."""
    async with opened(tmp_path) as sandbox:
        yield sandbox


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("BOT_TOKEN", ""),
        ("BOT_TOKEN", "not-a-token"),
        ("BOT_TOKEN_FILE", "/nowhere/token"),
        ("MASTER_KEY", ""),
        ("MASTER_KEY", "c2hvcnQ="),
        ("ACCESS", "everybody"),
        ("ADMIN_IDS", "12,me"),
        ("LIMITS__ACTIVE_NUMBERS", "-1"),
        ("PROVIDERS__SMSBOWER__MIN_POLL", "soon"),
        ("BASE_URLS", "{"),
        ("HANDLER_API_SITES", '{"herosms": "ftp://example.org"}'),
        ("LOG_LEVEL", "LOUD"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named_in_one_line(
    setting: str,
    value: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BOT_TOKEN", TOKEN)
    monkeypatch.setenv("MASTER_KEY", OTHER_KEY)
    monkeypatch.setenv(setting, value)
    assert main([]) == UNUSABLE
    said = capsys.readouterr()
    assert (said.out, said.err.count("\n")) == ("", 1)
    assert said.err.startswith(f"codebell: {setting}")
    assert [*tmp_path.iterdir()] == []


async def test_without_a_token_nothing_starts(fresh: Sandbox) -> None:
    refusal = await _refused(BotProcess(fresh, BOT_TOKEN=""))
    assert refusal == "codebell: BOT_TOKEN: is missing; set BOT_TOKEN or BOT_TOKEN_FILE"
    assert not fresh.database.exists()
    assert fresh.human.calls()["calls"] == []


async def test_s_8_a_wrong_master_key_is_refused_and_the_database_stays_as_it_is(fresh: Sandbox) -> None:
    async with database_opened(f"sqlite+aiosqlite:///{fresh.database}", [base64.b64decode(fresh.master_key)]):
        before = fresh.database.read_bytes()
    with pytest.raises(StorageError, match="master key") as refusal:
        await fresh.run_here(MASTER_KEY=OTHER_KEY)
    assert OTHER_KEY not in refusal.value.detail
    assert fresh.database.read_bytes() == before
    assert fresh.human.calls()["calls"] == []


async def test_once_it_is_ready_no_search_for_garbage_walks_through_what_is_loaded(fresh: Sandbox) -> None:
    often, kept = gc.get_threshold(), gc.get_freeze_count()
    bot = asyncio.create_task(fresh.run_here())
    try:
        await fresh.eventually(lambda: fresh.calls("getMyCommands"), "it listens")
        assert (gc.get_freeze_count() > kept, gc.get_threshold()) == (True, SEARCHES)
        os.kill(os.getpid(), signal.SIGTERM)
        assert await bot == ""
    finally:
        gc.set_threshold(*often)


async def _refused(bot: BotProcess) -> str:
    """The one line a bot ends with that never started."""
    await bot.launch()
    assert await bot.ended(START) == UNUSABLE
    lines = [line for line in bot.log.splitlines() if " INFO " not in line and " DEBUG " not in line]
    assert len(lines) == 1, bot.log
    return lines[0]
