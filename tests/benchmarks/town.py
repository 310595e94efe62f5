"""A database as years leave it: a million numbers of a hundred thousand chats, and all that belongs to them.

Most people have ten numbers, some have twenty thousand, and so has one group; of the rows of the outbox
nearly all were sent. It is written past the bot, in the statements of `tests.benchmarks.townsfolk`, and kept
for the next run: who measures works on a copy.
"""

import hashlib
import json
import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from pydantic import SecretStr

from storage.database import Database
from storage.keys import KeyStore
from storage.migrations import migrate
from storage.vault import Vault
from tests.benchmarks.townsfolk import STATEMENTS

#: It is this late in the town, always.
NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
MASTER = bytes(range(32))
KEPT = Path(".artifacts/bench")
NUMBERS, CHATS, POSTS = 1_000_000, 100_000, 1_000_000
#: People with twenty thousand numbers each, people with ten, and the group with twenty thousand.
BUSY, CALM, GROUP = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10), tuple(range(1000, 1100)), -1
#: Somebody of the group.
MEMBER = 105
_MUCH: dict[str, object] = {"numbers": NUMBERS, "chats": CHATS, "posts": POSTS}
_INDEXES = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
#: Nothing is lost that could not be built anew.
_FAST = ("journal_mode=OFF", "synchronous=OFF", "cache_size=-1000000", "temp_store=MEMORY")


async def town(folder: Path) -> Path:
    """A copy of it to work on."""
    target = folder / "codebell.db"
    shutil.copyfile(await _kept(), target)
    return target


async def _kept() -> Path:
    """As it was built before, where nothing has changed since."""
    await _blank(part := KEPT / "town.part")
    kept = KEPT / f"town-{_mark(part)}.db"
    if _is_to_be_built(kept):
        _fill(part)
        await _keys(part)
        _settle(part, kept)
    return kept


def _is_to_be_built(kept: Path) -> bool:
    """What was built of other tables is of no use any more."""
    for older in {*KEPT.glob("town-*.db")} - {kept}:
        older.unlink()
    return not kept.exists()


def _settle(part: Path, kept: Path) -> None:
    part.rename(kept)


def _emptied(part: Path) -> Path:
    KEPT.mkdir(parents=True, exist_ok=True)
    part.unlink(missing_ok=True)
    return part


async def _blank(part: Path) -> None:
    """The tables without a row."""
    file = _emptied(part)
    database = Database(f"sqlite+aiosqlite:///{file}")
    await migrate(database)
    await Vault([MASTER]).unlock(database)
    await database.close()


def _mark(blank: Path) -> str:
    """Of the tables and of what is written into them."""
    with closing(sqlite3.connect(blank)) as connection:
        tables = connection.execute("SELECT sql FROM sqlite_master ORDER BY name").fetchall()
    return hashlib.sha256(repr((tables, STATEMENTS)).encode()).hexdigest()[:12]


def _fill(file: Path) -> None:
    """Without its indexes first, which are faster made at once."""
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        for pragma in _FAST:
            connection.execute(f"PRAGMA {pragma}")
        indexes = connection.execute(_INDEXES).fetchall()
        for name, _ in indexes:
            connection.execute(f"DROP INDEX {name}")
        values = {"now": NOW.timestamp(), **_MUCH, "looked_at": json.dumps([*BUSY, *CALM, GROUP])}
        for statement in STATEMENTS:
            connection.execute(statement, values)
        for _, made in indexes:
            connection.execute(made)


async def _keys(file: Path) -> None:
    """Keys that can be opened, for those who are looked at."""
    database = Database(f"sqlite+aiosqlite:///{file}")
    keys = KeyStore(database, Vault([MASTER]))
    for chat_id in (*BUSY, *CALM, GROUP):
        for provider in ("alpha", "beta"):
            await keys.add(chat_id, provider, "", SecretStr(f"{provider}-{chat_id}-0000"), None, "USD", NOW)
    await database.close()
