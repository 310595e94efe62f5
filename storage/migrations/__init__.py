"""Migrations: the tables grow in one transaction, after a backup, or stay exactly as they were.

What is left when the process dies: before the copy has its name, the old tables and perhaps a `.part` file;
after it, the old tables and the copy; inside the transaction, the same, as SQLite rolls back when the file is
opened next; after it, the new tables and the copy. The next start goes on from there.

alembic is loaded for what there is to change: a start over tables that are up to date does without.
"""

import filecmp
import itertools
import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Select, column, inspect, select, table
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.errors import StorageError
from bot.failpoints import Failpoint, reach
from storage.database import Database

if TYPE_CHECKING:
    from alembic.config import Config
    from alembic.script import ScriptDirectory

log = logging.getLogger(__name__)

FOLDER = Path(__file__).parent
#: Where alembic keeps the revision of the tables.
_VERSION = "alembic_version"
_AT: Select[Any] = select(column("version_num")).select_from(table(_VERSION))


def configuration(folder: Path = FOLDER, connection: Connection | None = None) -> "Config":
    """Alembic's settings, without a file: where the revisions are and what to work on."""
    from alembic.config import Config

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    return config


async def migrate(database: Database, folder: Path = FOLDER, *, copied: bool = False) -> None:
    """Bring the tables up to date, under the lock of `storage.lock`; `copied` when a backup of them is there.

    StorageError, and nothing changed, if the database is newer than this program or not Codebell's at all.
    """
    current = await _current(database)
    if current == newest(folder):
        return
    script = _script(folder)
    _known(script, current)
    target = script.get_current_head()
    if current == target:
        return
    if current is not None and not copied:
        await _backup(database, str(target))
        reach(Failpoint.AFTER_COPY)
    if current is not None:
        log.info("the tables are brought to revision %s; a million rows take some seconds", target)
    await _upgrade(database, folder)


async def recognise(database: Database) -> None:
    """StorageError if the database is newer than this program or not Codebell's at all; nothing is written.

    Ask before any of its tables is read: a newer one may have other columns.
    """
    current = await _current(database)
    if current != newest():
        _known(_script(FOLDER), current)


def newest(folder: Path = FOLDER) -> str:
    """The last revision, by its file's name."""
    return max(file.name.partition("_")[0] for file in (folder / "versions").glob("[0-9]*_*.py"))


def _script(folder: Path) -> "ScriptDirectory":
    from alembic.script import ScriptDirectory

    return ScriptDirectory.from_config(configuration(folder))


async def _current(database: Database) -> str | None:
    async with database.engine.begin() as connection:
        return await connection.run_sync(_revision)


def _revision(connection: Connection) -> str | None:
    tables = set(inspect(connection).get_table_names())
    revision: str | None = None
    if _VERSION in tables:
        revision = connection.scalars(_AT).one_or_none()
    if revision is None and tables - {_VERSION}:
        raise StorageError("the database holds tables that are not Codebell's")
    return revision


def _known(script: "ScriptDirectory", revision: str | None) -> None:
    if revision not in {None, *(known.revision for known in script.walk_revisions())}:
        raise StorageError(
            f"the database has revision {revision}, newer than this program: use the newer one, or a backup"
        )


async def _backup(database: Database, target: str) -> None:
    """A copy beside the database, under a name of its own; a start that fails again and again leaves one."""
    if database.path is None:
        return
    first = database.path.with_name(f"{database.path.name}.before-{target}")
    later = (first.with_name(f"{first.name}.{count}") for count in itertools.count(2))
    before = [*itertools.takewhile(Path.exists, itertools.chain([first], later))]
    copy = first.with_name(f"{first.name}.{len(before) + 1}") if before else first
    await database.backup(copy)
    if before and filecmp.cmp(before[-1], copy, shallow=False):
        copy.unlink()
        copy = before[-1]
    log.info("the database before revision %s is kept as %s", target, copy)


async def _upgrade(database: Database, folder: Path) -> None:
    """All or nothing. Foreign keys are off meanwhile: replacing a table would delete its children."""
    async with database.engine.connect() as connection:
        await _foreign_keys(connection, database, "OFF")
        try:
            async with connection.begin():
                await connection.run_sync(_run, folder)
        finally:
            await _foreign_keys(connection, database, "ON")


async def _foreign_keys(connection: AsyncConnection, database: Database, state: str) -> None:
    """Outside a transaction on purpose: inside one SQLite ignores it."""
    if database.is_sqlite:
        driver = (await connection.get_raw_connection()).driver_connection
        assert driver is not None  # noqa: S101
        await driver.execute(f"PRAGMA foreign_keys={state}")


def _run(connection: Connection, folder: Path) -> None:
    from alembic import command

    command.upgrade(configuration(folder, connection), "head")
    if connection.dialect.name == "sqlite" and connection.exec_driver_sql("PRAGMA foreign_key_check").first():
        raise StorageError("the migration would leave rows that point nowhere: nothing was changed")
