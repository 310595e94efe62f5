"""Opening what survives a restart, in the one order that never harms it."""

import logging
import sqlite3
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from storage.database import Database
from storage.lock import only_here
from storage.migrations import migrate
from storage.restore import remove_leftovers
from storage.vault import Vault

log = logging.getLogger(__name__)


@asynccontextmanager
async def opened(database_url: str, master_keys: Sequence[bytes]) -> AsyncIterator[tuple[Database, Vault]]:
    """Lock, read the whole file once, prove the master key, back up and migrate; closed at the end.

    SettingsError or StorageError say in one line why not; until the migration nothing is written.
    """
    vault = Vault(master_keys)
    with only_here(database_url):
        database = Database(database_url)
        try:
            log.info("SQLite %s", sqlite3.sqlite_version)
            if database.path is not None:
                remove_leftovers(database.path)
            await database.check()
            await vault.unlock(database)
            await migrate(database)
            await vault.unlock(database)
            yield database, vault
        finally:
            await database.close()
