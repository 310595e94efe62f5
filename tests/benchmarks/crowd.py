"""Many people with open numbers in a database, and the real bot process over it, alone on its processor."""

import asyncio
import base64
import json
import os
import secrets
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Self

import httpx

from bot.sandbox.demo import PACKAGES, TOKEN
from storage.models import Activation, Key
from storage.opening import opened
from storage.vault import Vault
from tests.benchmarks.cores import measured
from tests.benchmarks.proc import busy
from tests.benchmarks.street import LIFETIME
from tests.core import chat, put
from tests.wares import VIET_NAM, waiting

#: Numbers of a key, each asked about every five seconds. A key is asked once a second (`bot.providers.pace`):
#: with five it would be busy all the time, and whatever came late once would be late ever after.
EACH = 4
#: Seconds for the bot to begin.
START = 90.0


@dataclass(frozen=True, slots=True)
class Crowd:
    """The server around the bot, and the bot's process."""

    url: str
    bot: subprocess.Popen[bytes]
    log: Path

    def ask(self, order: str, **given: str) -> dict[str, Any]:
        """What the server answers to who measures."""
        found = httpx.get(f"{self.url}/control/{order}", params=given, timeout=60, trust_env=False)
        told: dict[str, Any] = found.json()
        return told

    def busy(self) -> float:
        """Seconds of a processor that the bot has used."""
        return busy(self.bot.pid)


@asynccontextmanager
async def crowd(folder: Path, numbers: int) -> AsyncIterator[Crowd]:
    """So many waiting numbers, four a person, and the bot that watches them; over at the end."""
    file, master = _made(folder) / "codebell.db", os.urandom(32)
    await filled(file, master, numbers)
    with Served() as server, _bot(server.url, folder, master) as here:
        await _listens(here)
        yield here


@contextmanager
def _bot(url: str, folder: Path, master: bytes) -> Iterator[Crowd]:
    environment, program = _environment(url, folder, master), (sys.executable, "-m", "bot")
    with (folder / "log").open("wb") as log:
        bot = subprocess.Popen(program, cwd=folder, env=environment, stdout=log, stderr=log)
    measured(bot.pid)
    try:
        yield Crowd(url, bot, folder / "log")
    finally:
        bot.kill()
        bot.wait()


class Served:
    """The server's process, and its address while it runs."""

    def __enter__(self) -> Self:
        program = (sys.executable, "-m", "tests.benchmarks.provider")
        self._process = subprocess.Popen(program, cwd=PACKAGES, stdout=subprocess.PIPE)
        assert self._process.stdout is not None
        self.url = f"http://127.0.0.1:{int(self._process.stdout.readline())}"
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


async def filled(file: Path, master: bytes, numbers: int) -> None:
    """A database in which so many numbers wait, all of them just bought."""
    now, people = datetime.now(UTC), range(1, numbers // EACH + 1)
    async with opened(_url(file), [master]) as (database, vault):
        keys = [_key(vault, person, now) for person in people]
        for rows in ([chat(person, now) for person in people], keys, _waiting(keys, now)):
            await put(database, *rows)


def _key(vault: Vault, person: int, now: datetime) -> Key:
    plain = secrets.token_hex(16)
    row = Key(id=f"k{person}", chat_id=person, provider="smsbower", label="", tail=plain[-4:], currency="USD")
    row.created_at, row.balance, row.balance_at = now, Decimal(9), now
    vault.reseal(row, plain)
    return row


def _waiting(keys: list[Key], now: datetime) -> list[Activation]:
    """Their ids count from 0, the same at the provider's."""
    return [_number(key, place * EACH + one, now) for place, key in enumerate(keys) for one in range(EACH)]


def _number(key: Key, place: int, now: datetime) -> Activation:
    return waiting(key, str(place), f"8490{place:07}", now, VIET_NAM, expires_at=now + LIFETIME)


def _url(file: Path) -> str:
    return f"sqlite+aiosqlite:///{file}"


def _environment(url: str, folder: Path, master: bytes) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG", "TMPDIR")}
    return {
        **kept,
        "ACCESS": "open",
        "BASE_URLS": json.dumps({"smsbower": f"{url}/smsbower"}),
        "BOT_API_URL": url,
        "BOT_TOKEN": TOKEN,
        "DATABASE_URL": _url(folder / "codebell.db"),
        "LOG_LEVEL": "WARNING",
        "MASTER_KEY": base64.b64encode(master).decode(),
        "PYTHONPATH": str(PACKAGES),
    }


async def _listens(here: Crowd) -> None:
    deadline = time.monotonic() + START
    while "getupdates" not in here.ask("told")["methods"]:
        lives = here.bot.poll() is None and time.monotonic() < deadline
        assert lives, here.log.read_text()[-2000:]
        await asyncio.sleep(0.2)
