"""A database in a folder of its own, and rows to put on it."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from pydantic import SecretStr

from storage.database import Database
from storage.keys import KeyStore
from storage.migrations import migrate
from storage.models import Activation, Chat, Key, State
from storage.vault import Vault

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
MASTER, OLDER, OTHER = bytes(range(32)), b"o" * 32, b"x" * 32
SECRET = SecretStr("sk-Pepper-and-salt-81")


def url(folder: Path) -> str:
    return f"sqlite+aiosqlite:///{folder / 'codebell.db'}"


#: A migrated database without rows, made by the first test of a process: it takes longer than most tests.
_blank: list[bytes] = []


@asynccontextmanager
async def shelf(folder: Path, patience: float = 30.0) -> AsyncIterator[Database]:
    """A migrated database, closed at the end."""
    database = Database(url(folder), patience=patience)
    try:
        await _prepare(database, folder / "codebell.db")
        yield database
    finally:
        await database.close()


async def _prepare(database: Database, file: Path) -> None:
    """A new file is a copy; one with something in it is migrated."""
    empty = _is_empty(file)
    if empty and _blank:
        _copy(file)
        return
    await migrate(database)
    if empty:
        await database.close()
        _keep(file)


def _is_empty(file: Path) -> bool:
    return file.stat().st_size == 0


def _copy(file: Path) -> None:
    """In place: the file keeps the permissions `Database` gave it."""
    file.write_bytes(_blank[0])


def _keep(file: Path) -> None:
    _blank.append(file.read_bytes())


async def stored(
    database: Database, secret: SecretStr = SECRET, chat_id: int = 1, vault: Vault | None = None
) -> Key:
    keys = KeyStore(database, vault or Vault([MASTER]))
    return await keys.add(chat_id, "smsbower", "work", secret, Decimal("18.74"), "USD", NOW)


def chat(chat_id: int) -> Chat:
    return Chat(id=chat_id, kind="private", created_at=NOW, seen_at=NOW)


def number(key: Key, name: str, state: State, **more: object) -> Activation:
    """A bought number of a key's chat; `name` is unique among its numbers."""
    values: dict[str, object] = {
        "id": name,
        "nonce": name,
        "chat_id": key.chat_id,
        "owner_id": key.chat_id,
        "key_id": key.id,
        "provider": key.provider,
        "provider_id": name,
        "cost": Decimal("0.10"),
        "agreed": Decimal("0.10"),
        "currency": "USD",
        "state": state,
        "created_at": NOW,
        "expires_at": NOW + timedelta(minutes=20),
    }
    words = ("service", "service_name", "service_code", "country", "country_name", "country_code")
    return Activation(**(dict.fromkeys(words, "tg") | values | more))


async def put(database: Database, *rows: object) -> None:
    async with database.begin() as session:
        session.add_all(rows)


def sql(path: Path, statement: str, *values: object) -> list[tuple[object, ...]]:
    """What somebody else with the file could do: one statement, committed."""
    connection = sqlite3.connect(path)
    try:
        rows = connection.execute(statement, values).fetchall()
        connection.commit()
    finally:
        connection.close()
    return rows
