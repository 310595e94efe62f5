"""The real bot process, alone on its processor, with much to say, before a Telegram that writes down when."""

import asyncio
import base64
import json
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from bot.sandbox.demo import PACKAGES, TOKEN
from storage.database import Database
from storage.opening import opened
from tests.benchmarks.cores import measured
from tests.benchmarks.crowd import EACH, filled

#: Seconds for the bot to begin, and those that are not counted, until it speaks as it goes on to.
START, WARM = 90.0, 3.0
#: Ann's numbers, of one key.
NUMBERS = EACH
LETTERBOX = "tests.benchmarks.letterbox"

Fill = Callable[[Database], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Mailing:
    """The Telegram around the bot, and the bot's process."""

    url: str
    bot: subprocess.Popen[bytes]
    log: Path

    def ask(self, order: str, **given: str) -> Any:
        """What the server answers to who measures."""
        return httpx.get(f"{self.url}/control/{order}", params=given, timeout=60, trust_env=False).json()

    def heard(self) -> list[float]:
        """When each message was heard, by the monotonic clock."""
        moments: list[float] = self.ask("heard")
        return moments


@asynccontextmanager
async def mailing(
    folder: Path, fill: Fill, late: float = 0.0, numbers: int = NUMBERS, server: str = LETTERBOX
) -> AsyncIterator[Mailing]:
    """What `fill` puts into the database goes out, from a few seconds ago; over at the end."""
    file, master = _made(folder) / "codebell.db", os.urandom(32)
    await filled(file, master, numbers)
    async with opened(f"sqlite+aiosqlite:///{file}", [master]) as (database, _):
        await fill(database)
    with _served(server, late) as url, _bot(url, folder, master) as here:
        await _speaks(here)
        yield here


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


@contextmanager
def _served(server: str, late: float) -> Iterator[str]:
    program = (sys.executable, "-m", server, *(("--late", str(late)) if late else ()))
    process = subprocess.Popen(program, cwd=PACKAGES, stdout=subprocess.PIPE)
    assert process.stdout is not None
    try:
        yield f"http://127.0.0.1:{int(process.stdout.readline())}"
    finally:
        process.kill()
        process.communicate()


@contextmanager
def _bot(url: str, folder: Path, master: bytes) -> Iterator[Mailing]:
    with (folder / "log").open("wb") as log:
        bot = subprocess.Popen(
            (sys.executable, "-m", "bot"),
            cwd=folder,
            env=_environment(url, folder, master),
            stdout=log,
            stderr=log,
        )
    measured(bot.pid)
    try:
        yield Mailing(url, bot, folder / "log")
    finally:
        bot.kill()
        bot.wait()


def _environment(url: str, folder: Path, master: bytes) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG", "TMPDIR")}
    return {
        **kept,
        "ACCESS": "open",
        "ADMIN_IDS": "1",
        "BASE_URLS": json.dumps({"smsbower": f"{url}/smsbower"}),
        "BOT_API_URL": url,
        "BOT_TOKEN": TOKEN,
        "DATABASE_URL": f"sqlite+aiosqlite:///{folder / 'codebell.db'}",
        "LOG_LEVEL": "WARNING",
        "MASTER_KEY": base64.b64encode(master).decode(),
        "PYTHONPATH": str(PACKAGES),
    }


async def _speaks(here: Mailing) -> None:
    deadline = time.monotonic() + START
    while len(here.heard()) < 2:
        lives = here.bot.poll() is None and time.monotonic() < deadline
        assert lives, here.log.read_text()[-2000:]
        await asyncio.sleep(0.1)
    await asyncio.sleep(WARM)
