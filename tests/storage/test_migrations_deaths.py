"""A process that dies around a migration leaves the old tables and a backup, and the next start goes on."""

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from bot import failpoints
from bot.failpoints import Failpoint
from storage.database import Database
from storage.migrations import migrate
from tests.mortal import Killed
from tests.storage.shelf import shelf, sql, url
from tests.storage.tables import Contents, add, fill, kept, read, revisions_of_tomorrow


@pytest.fixture
def tomorrow(tmp_path: Path) -> Path:
    return revisions_of_tomorrow(tmp_path)


UPGRADE = """
import asyncio, sys
from pathlib import Path
from bot import failpoints
from storage.database import Database
from storage.migrations import migrate
failpoints.arm("migrate.in_step")
asyncio.run(migrate(Database(sys.argv[1]), Path(sys.argv[2])))
"""


async def test_s_5_a_process_that_dies_inside_a_migration_leaves_the_old_tables_and_a_backup(
    tmp_path: Path, tomorrow: Path
) -> None:
    async with shelf(tmp_path) as database:
        before = await fill(database)
    add(tomorrow)
    command_line = [sys.executable, "-c", UPGRADE, url(tmp_path), str(tomorrow)]
    died = await asyncio.to_thread(subprocess.run, command_line, timeout=60, check=False)
    assert died.returncode == failpoints.KILLED
    await goes_on(tmp_path, tomorrow, before)


async def test_s_5_a_process_that_dies_between_the_copy_and_the_migration_leaves_both(
    tmp_path: Path, tomorrow: Path
) -> None:
    async with shelf(tmp_path) as database:
        before = await fill(database)
        add(tomorrow)
        with pytest.raises(Killed):
            await dies_after_the_copy(database, tomorrow)
    await goes_on(tmp_path, tomorrow, before)


async def dies_after_the_copy(database: Database, folder: Path) -> None:
    def end() -> None:
        raise Killed

    failpoints.arm(Failpoint.AFTER_COPY, end)
    try:
        await migrate(database, folder)
    finally:
        failpoints.arm("")


async def goes_on(folder: Path, revisions: Path, before: Contents) -> None:
    """What the dead process left is whole, and the next start ends the migration."""
    file = folder / "codebell.db"
    for path in (file, folder / "codebell.db.before-tomorrow"):
        assert sql(path, "PRAGMA integrity_check") == [("ok",)]
        assert read(path) == before
    async with shelf(folder) as database:
        await migrate(database, revisions)
    assert sql(file, "SELECT version_num FROM alembic_version") == [("tomorrow",)]
    assert kept(before, read(file))
