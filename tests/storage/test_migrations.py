"""Migrations: they end in the models' tables, keep every row, and refuse what they do not know."""

import asyncio
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import Script, ScriptDirectory
from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Float,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    create_engine,
)

from bot import failpoints
from bot.errors import StorageError
from bot.failpoints import Failpoint
from storage.database import Database
from storage.migrations import FOLDER, configuration, migrate
from storage.models import Row
from tests.mortal import Killed
from tests.storage.shelf import chat, put, shelf, sql, url

#: A revision that rebuilds a table with children, as SQLite must to change a column.
REBUILD = '''"""Rebuild."""

import sqlalchemy as sa
from alembic import op

revision = "tomorrow"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("activations", recreate="always") as batch:
        batch.add_column(sa.Column("note", sa.String(8), nullable=True))
    {more}


def downgrade() -> None:
    pass
'''


@pytest.fixture
def tomorrow(tmp_path: Path) -> Path:
    """The revisions of tomorrow's program: today's, and room for one more."""
    return shutil.copytree(FOLDER, tmp_path / "100%s", ignore=shutil.ignore_patterns("__pycache__"))


def add(folder: Path, more: str = "") -> None:
    (folder / "versions" / "9999_rebuild.py").write_text(REBUILD.format(more=more))


def content(folder: Path) -> bytes:
    return (folder / "codebell.db").read_bytes()


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir() if path.is_file()}


def differences(connection: Connection) -> object:
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return compare_metadata(context, Row.metadata)


async def test_the_migrated_tables_are_the_models_tables(database: Database) -> None:
    async with database.engine.begin() as connection:
        assert await connection.run_sync(differences) == []


async def test_a_second_start_changes_nothing(tmp_path: Path) -> None:
    async with shelf(tmp_path) as database:
        await database.close()
        before = content(tmp_path)
        await migrate(database)
    assert content(tmp_path) == before
    assert names(tmp_path) == {"codebell.db"}


async def test_there_is_one_line_of_revisions() -> None:
    script = ScriptDirectory.from_config(configuration())
    assert len(script.get_heads()) == 1
    assert script.get_base() == "0001"


#: A value of each type, short enough for every column; a row that holds them points to another one of them.
VALUES = {"String": "x", "LargeBinary": b"x", "Float": 1.5, "Boolean": True, "Integer": 1, "BigInteger": 1}

Contents = dict[str, list[dict[str, object]]]


async def fill(database: Database) -> Contents:
    """A row in every table there is, children too; what is in them then."""
    async with database.engine.begin() as connection:
        return await connection.run_sync(_fill)


def _fill(connection: Connection) -> Contents:
    for table in _tables(connection):
        values = {column.name: VALUES[_kind(column)] for column in table.columns}
        connection.execute(table.insert().values(values))
    return contents_of(connection)


def _tables(connection: Connection) -> list[Table]:
    metadata = MetaData()
    metadata.reflect(connection)
    return [table for table in metadata.sorted_tables if table.name != "alembic_version"]


def _kind(column: Column[object]) -> str:
    families = (Boolean, Float, Integer, LargeBinary, String)
    return next(family.__name__ for family in families if isinstance(column.type, family))


def contents_of(connection: Connection) -> Contents:
    return {
        table.name: [dict(row) for row in connection.execute(table.select()).mappings()]
        for table in _tables(connection)
    }


def kept(before: Contents, after: Contents) -> bool:
    """Whether every row is still there, with every value it had."""
    return all(
        len(rows) == len(after[name])
        and all(row.items() <= now.items() for row, now in zip(rows, after[name], strict=True))
        for name, rows in before.items()
    )


def read(path: Path) -> Contents:
    engine = create_engine(f"sqlite:///{path}")
    try:
        with engine.connect() as connection:
            return contents_of(connection)
    finally:
        engine.dispose()


REVISIONS = [*reversed([*ScriptDirectory.from_config(configuration()).walk_revisions()])]


@pytest.mark.parametrize("older", REVISIONS[:-1], ids=lambda revision: f"from {revision.revision}")
async def test_s_4_a_revision_keeps_every_row_of_every_table(tmp_path: Path, older: Script) -> None:
    database, file = Database(url(tmp_path)), tmp_path / "codebell.db"
    async with database.engine.begin() as connection:
        upgrade = lambda sync: command.upgrade(configuration(connection=sync), older.revision)  # noqa: E731
        await connection.run_sync(upgrade)
    before = await fill(database)
    assert min(len(rows) for rows in before.values()) == 1
    await migrate(database)
    await database.close()
    assert kept(before, read(file))
    assert read(tmp_path / f"codebell.db.before-{REVISIONS[-1].revision}") == before
    assert sql(file, "PRAGMA foreign_key_check") == []
    assert sql(file, "PRAGMA integrity_check") == [("ok",)]


async def test_s_4_rebuilding_a_table_keeps_its_children_and_leaves_a_backup(
    tmp_path: Path, tomorrow: Path
) -> None:
    async with shelf(tmp_path) as database:
        before = await fill(database)
        add(tomorrow)
        await migrate(database, tomorrow)
        async with database.bare() as connection:
            assert list(await connection.execute_fetchall("PRAGMA foreign_keys")) == [(1,)]
    new, old = tmp_path / "codebell.db", tmp_path / "codebell.db.before-tomorrow"
    assert kept(before, read(new))
    assert read(old) == before
    assert sql(new, "PRAGMA foreign_key_check") == []
    assert sql(new, "SELECT version_num FROM alembic_version") == [("tomorrow",)]
    assert sql(old, "SELECT version_num FROM alembic_version") == [("0002",)]


@pytest.mark.parametrize(
    ("more", "problem"),
    [
        ("raise LookupError", LookupError),
        ("op.execute('DELETE FROM provider_keys')", StorageError),
    ],
)
async def test_s_5_a_migration_that_fails_leaves_everything_as_it_was(
    tmp_path: Path, tomorrow: Path, more: str, problem: type[Exception]
) -> None:
    async with shelf(tmp_path) as database:
        before = await fill(database)
        add(tomorrow, more)
        for _ in range(2):
            with pytest.raises(problem):
                await migrate(database, tomorrow)
    file = tmp_path / "codebell.db"
    assert sql(file, "SELECT version_num FROM alembic_version") == [("0002",)]
    assert read(file) == before
    assert sql(file, "SELECT name FROM sqlite_master WHERE name LIKE '_alembic_tmp%'") == []
    assert names(tmp_path) == {"codebell.db", "codebell.db.before-tomorrow"}


async def test_another_copy_is_kept_where_the_database_changed_since_the_last_one(
    tmp_path: Path, tomorrow: Path
) -> None:
    async with shelf(tmp_path) as database:
        add(tomorrow, "raise LookupError")
        for chat_id in (1, 2):
            await put(database, chat(chat_id))
            with pytest.raises(LookupError):
                await migrate(database, tomorrow)
    assert names(tmp_path) == {"codebell.db", "codebell.db.before-tomorrow", "codebell.db.before-tomorrow.2"}


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
    died = await asyncio.to_thread(subprocess.run, command_line, timeout=30, check=False)
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


async def test_s_19_a_database_of_a_newer_program_is_refused_untouched(tmp_path: Path) -> None:
    async with shelf(tmp_path) as database:
        await database.close()
        sql(tmp_path / "codebell.db", "UPDATE alembic_version SET version_num = '9999'")
        before = content(tmp_path)
        with pytest.raises(StorageError, match="revision 9999, newer than this program"):
            await migrate(database)
    assert content(tmp_path) == before


async def test_somebody_elses_database_is_refused(tmp_path: Path) -> None:
    sql(tmp_path / "codebell.db", "CREATE TABLE recipes (x)")
    database = Database(url(tmp_path))
    with pytest.raises(StorageError, match="not Codebell's"):
        await migrate(database)
    await database.close()
    assert sql(tmp_path / "codebell.db", "SELECT name FROM sqlite_master") == [("recipes",)]
