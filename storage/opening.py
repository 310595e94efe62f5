"""Opening what survives a restart, in the one order that never harms it."""

import logging
import sqlite3
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from sqlalchemy.exc import DBAPIError

from bot.errors import SettingsError
from storage import sqlite
from storage.database import Database
from storage.lock import only_here
from storage.migrations import migrate, recognise
from storage.restore import remove_leftovers
from storage.vault import Vault

log = logging.getLogger(__name__)


@asynccontextmanager
async def opened(
    database_url: str, master_keys: Sequence[bytes], *, new: bool = True
) -> AsyncIterator[tuple[Database, Vault]]:
    """Lock, read the whole file once, prove the master key, back up and migrate; closed at the end.

    SettingsError or StorageError say in one line why not; until the migration nothing is written. Without
    `new` a database that is missing or holds nothing is an error, too, and nothing is made.
    """
    vault = Vault(master_keys)
    with only_here(database_url, new=new):
        database = Database(database_url, new=new)
        try:
            await _ready(database, vault, new)
            yield database, vault
        finally:
            await database.close()


async def _ready(database: Database, vault: Vault, new: bool) -> None:
    log.info("SQLite %s", sqlite3.sqlite_version)
    if database.path is not None:
        remove_leftovers(database.path)
    elif database.is_sqlite:
        raise SettingsError("DATABASE_URL: names no file, so everything would be lost with the process")
    await database.check()
    try:
        await recognise(database)
        await (vault.unlock if new else vault.prove)(database)
        await migrate(database)
        await vault.unlock(database)
    except (sqlite3.Error, DBAPIError) as error:
        raise sqlite.trouble(database.path, error) from None
