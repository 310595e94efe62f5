"""A backup takes the database's place, once it is proven; the database that was there stays beside it.

What is left when the process dies, line by line of `_put_in_place`: until the last one the database is the
old one, perhaps with a `.restoring` copy and a second name, `.before-restore-…`, beside it; after that it is
the backup, and the old one has the second name. There is no moment without a database, and none in which a
journal lies beside a database it does not belong to. Done again, it begins anew. Where a file system knows no
second names, the old one is copied first.
"""

import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from bot.errors import StorageError
from bot.failpoints import Failpoint, reach
from storage import sqlite
from storage.backup import rows_of
from storage.database import at, parse
from storage.hindsight import mistrust
from storage.lock import only_here
from storage.migrations import migrate, recognise
from storage.vault import Vault


@dataclass(frozen=True, slots=True)
class Restored:
    """The rows of each table of the backup that has any, and where the database before it is kept, if any.

    `older` are the keys under each master key that is not the newest.
    """

    rows: Mapping[str, int]
    kept: Path | None
    older: Mapping[str, int]


async def restore(database_url: str, master_keys: Sequence[bytes], copy: Path, now: datetime) -> Restored:
    """Prove a backup, then let it take the database's place; no bot may run over it.

    StorageError, and nothing was changed, if the backup is not whole, not this bot's, of a newer program, or
    sealed with other master keys.
    """
    target = sqlite.file_of(parse(database_url))
    if target is None:
        raise StorageError("this is done with the database server's own tools")
    _look_at(copy, target)
    with only_here(database_url):
        staged = _staged(target)
        try:
            sqlite.copy_whole(copy, staged)
            rows, older = await _proven(staged, copy, Vault(master_keys), now)
            reach(Failpoint.IN_RESTORE)
            kept = _put_in_place(staged, target, now)
        finally:
            remove_leftovers(target)
    return Restored(rows, kept, older)


def _look_at(copy: Path, target: Path) -> None:
    """Before anything is made: a backup that is not there, or is the database itself, replaces nothing."""
    sqlite.readable(copy)
    if target.exists() and copy.samefile(target):
        raise StorageError(f"{copy} is the database itself, not a backup of it")


async def _proven(
    staged: Path, copy: Path, vault: Vault, now: datetime
) -> tuple[dict[str, int], dict[str, int]]:
    """The rows and the older keys of a copy that this bot can start from, made ready for that."""
    database = at(staged)
    try:
        await recognise(database)
        await vault.prove(database)
        rows = await rows_of(database)
        # The backup itself is the copy from before the migration.
        await migrate(database, copied=True)
        await mistrust(database, now)
        return rows, await vault.older(database)
    except StorageError as error:
        raise StorageError(f"the backup {copy} cannot be used: {error.detail}") from None
    except DBAPIError as error:
        raise sqlite.trouble(copy, error) from None
    finally:
        await database.close()


def _put_in_place(staged: Path, target: Path, now: datetime) -> Path | None:
    kept = _free(target.with_name(f"{target.name}.before-restore-{now:%Y%m%dT%H%M%SZ}"))
    _come_to_rest(target)
    something = target.stat().st_size > 0
    try:
        if something:
            sqlite.name_also(target, kept, _part(target))
        _move_companions(target, kept)
        sqlite.settle(staged, target)
    except OSError as error:
        raise StorageError(f"the database {target} cannot be replaced: {error.strerror}") from None
    return kept if something else None


def _free(path: Path) -> Path:
    """Restored twice within a second, the older one keeps its name."""
    while path.exists():
        path = path.with_name(f"{path.name}.2")
    return path


def _come_to_rest(target: Path) -> None:
    """What a killed bot left in a journal goes into the database it belongs to, and the journal goes.

    A damaged database cannot do that: its journal is kept beside it then.
    """
    try:
        with closing(sqlite3.connect(target)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.Error as error:
        if not sqlite.is_damage(error):
            raise sqlite.trouble(target, error) from None


def _move_companions(target: Path, kept: Path) -> None:
    for ending in sqlite.COMPANIONS:
        beside = target.with_name(target.name + ending)
        if beside.exists():
            beside.rename(kept.with_name(kept.name + ending))


def _staged(target: Path) -> Path:
    """Where the backup lies while it is proven."""
    return target.with_name(f"{target.name}.restoring")


def _part(target: Path) -> Path:
    """Where the database before it is copied to, if it must be."""
    return target.with_name(f"{target.name}.keeping")


def remove_leftovers(target: Path) -> None:
    """What a restore that was killed left beside a database, under the lock of `storage.lock`."""
    for left in (_staged(target), _part(target)):
        try:
            sqlite.discard(left)
        except OSError as error:
            raise StorageError(f"{left} is in the way: {error.strerror}") from None
