"""A backup on demand: only of a database that is there and is this bot's, and told by what it holds itself.

Killed at any moment, it leaves the whole backup, or none but perhaps a `.part` file, which the next replaces.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, func, inspect, select
from sqlalchemy.exc import DBAPIError

from bot.errors import StorageError
from storage import sqlite
from storage.database import Database, at
from storage.migrations import recognise
from storage.models import Canary, Row
from storage.vault import Vault


@dataclass(frozen=True, slots=True)
class BackedUp:
    """The rows of each table of a backup that has any, and why no bot starts from it with these master keys.

    `doubt` is "" where one does.
    """

    rows: Mapping[str, int]
    doubt: str


async def back_up(database_url: str, master_keys: Sequence[bytes], target: Path) -> BackedUp:
    """Write a whole, verified copy, and look at what it holds.

    StorageError if there is no such database, or nothing of ours in it; then no copy was made.
    """
    database = Database(database_url, new=False)
    try:
        await rows_of(database)
        await database.backup(target)
    finally:
        await database.close()
    return await look_at(target, master_keys)


async def look_at(copy: Path, master_keys: Sequence[bytes]) -> BackedUp:
    """What a copy holds, and whether a bot would start from it. StorageError where it is not this bot's."""
    database = at(copy)
    try:
        return BackedUp(await rows_of(database), await _doubt(database, Vault(master_keys)))
    finally:
        await database.close()


async def _doubt(database: Database, vault: Vault) -> str:
    try:
        await recognise(database)
        await vault.prove(database)
    except StorageError as error:
        return error.detail
    except DBAPIError as error:
        return str(error.orig)
    return ""


async def rows_of(database: Database) -> dict[str, int]:
    """The rows of each table that has any. StorageError where the database is not this bot's."""
    try:
        async with database.engine.connect() as connection:
            rows = await connection.run_sync(_count)
    except DBAPIError as error:
        raise sqlite.trouble(database.path, error) from None
    # Every revision has it; tables that came later may be missing in an older database.
    if Canary.__tablename__ not in rows:
        raise StorageError(f"the database {database.path} holds nothing of this bot")
    return {table: count for table, count in rows.items() if count}


def _count(connection: Connection) -> dict[str, int]:
    there = set(inspect(connection).get_table_names())
    tables = [table for table in Row.metadata.sorted_tables if table.name in there]
    return {
        table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
        for table in tables
    }
