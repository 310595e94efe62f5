"""Where commands are typed: a folder with the bot's database, and the two secrets in the environment."""

import asyncio
import base64
from pathlib import Path

import pytest
from pydantic import SecretStr

from storage.opening import opened
from tests.storage.shelf import stored

TOKEN = "123456:ABC-secret-token-0123456789"
MASTER = base64.b64encode(b"m" * 32).decode()
NEWER = base64.b64encode(b"n" * 32).decode()


def go_to(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Be in a folder, with the two secrets and a database of its own that is not made yet."""
    monkeypatch.chdir(folder)
    for name in ("BOT_TOKEN_FILE", "MASTER_KEY_FILE", "HEARTBEAT_FILE", "FAILPOINT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("BOT_TOKEN", TOKEN)
    monkeypatch.setenv("MASTER_KEY", MASTER)
    monkeypatch.setenv("DATABASE_URL", address(folder))


def address(folder: Path) -> str:
    return f"sqlite+aiosqlite:///{folder / 'codebell.db'}"


def make(folder: Path, *secrets: str) -> list[str]:
    """The database, as the bot leaves it that was started once and given these keys; their ids."""

    async def start() -> list[str]:
        async with opened(address(folder), [b"m" * 32]) as (database, vault):
            return [(await stored(database, SecretStr(each), vault=vault)).id for each in secrets]

    return asyncio.run(start())
