"""The real bot process, alone on its processor, and the server that it lives beside; over at the end."""

import base64
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from bot.sandbox.demo import PACKAGES, TOKEN
from tests.benchmarks.cores import measured

#: Seconds for the bot to begin.
START = 90.0


@dataclass(frozen=True, slots=True)
class Beside:
    """The server around the bot, and the bot's process."""

    url: str
    bot: subprocess.Popen[bytes]
    log: Path
    #: The moment by which it has begun.
    deadline: float

    def ask(self, order: str, **given: str) -> Any:
        """What the server answers to who measures."""
        return httpx.get(f"{self.url}/control/{order}", params=given, timeout=60, trust_env=False).json()

    def assert_begins(self) -> None:
        """It lives, and has not been at it for too long."""
        begins = self.bot.poll() is None and time.monotonic() < self.deadline
        assert begins, self.log.read_text()[-2000:]


@contextmanager
def served(server: str, *arguments: str) -> Iterator[str]:
    """The address of a server of `tests.benchmarks`, in a process of its own."""
    program = (sys.executable, "-m", f"tests.benchmarks.{server}", *arguments)
    process = subprocess.Popen(program, cwd=PACKAGES, stdout=subprocess.PIPE)
    assert process.stdout is not None
    try:
        yield f"http://127.0.0.1:{int(process.stdout.readline())}"
    finally:
        process.kill()
        process.communicate()


@contextmanager
def bot_beside(url: str, folder: Path, master: bytes, **settings: str) -> Iterator[Beside]:
    """Over the database in this folder; the server is its one provider, too."""
    site = json.dumps({"smsbower": f"{url}/smsbower"})
    given = environment(url, folder, master, BASE_URLS=site, **settings)
    with (folder / "log").open("wb") as log:
        program = (sys.executable, "-m", "bot")
        bot = subprocess.Popen(program, cwd=folder, env=given, stdout=log, stderr=log)
    measured(bot.pid)
    try:
        yield Beside(url, bot, folder / "log", time.monotonic() + START)
    finally:
        bot.kill()
        bot.wait()


def environment(url: str, folder: Path, master: bytes, **settings: str) -> dict[str, str]:
    """A bot's whole environment: nothing of this machine's settings is in it."""
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG", "TMPDIR")}
    return {
        **kept,
        "ACCESS": "open",
        "BOT_API_URL": url,
        "BOT_TOKEN": TOKEN,
        "DATABASE_URL": f"sqlite+aiosqlite:///{folder / 'codebell.db'}",
        "LOG_LEVEL": "WARNING",
        "MASTER_KEY": base64.b64encode(master).decode(),
        "PYTHONPATH": str(PACKAGES),
        **settings,
    }
