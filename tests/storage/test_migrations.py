"""Migrations: they end in the models' tables, keep every row, and refuse what they do not know."""

import asyncio
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from bot.errors import StorageError
from storage.database import Database
from storage.migrations import FOLDER, configuration, migrate
from storage.models import Row, Sms, State, Step
from tests.storage.shelf import NOW, number, put, shelf, sql, stored, url

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


async def fill(database: Database) -> None:
    """A row in a parent table and in each of its children."""
    key = await stored(database)
    await put(database, number(key, "n", State.WAITING))
    await put(
        database,
        Sms(id="s", activation_id="n", position=1, code="0123", received_at=NOW),
        Step(id="t", activation_id="n", state=State.WAITING, at=NOW),
    )


def counts(path: Path) -> list[object]:
    return [sql(path, f"SELECT count(*) FROM {table}")[0][0] for table in ("activations", "sms", "steps")]  # noqa: S608


async def test_s_4_rebuilding_a_table_keeps_its_children_and_leaves_a_backup(
    tmp_path: Path, tomorrow: Path
) -> None:
    async with shelf(tmp_path) as database:
        await fill(database)
        add(tomorrow)
        await migrate(database, tomorrow)
        async with database.bare() as connection:
            assert list(await connection.execute_fetchall("PRAGMA foreign_keys")) == [(1,)]
    new, old = tmp_path / "codebell.db", tmp_path / "codebell.db.before-tomorrow"
    assert counts(new) == counts(old) == [1, 1, 1]
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
        await fill(database)
        add(tomorrow, more)
        for _ in range(2):
            with pytest.raises(problem):
                await migrate(database, tomorrow)
    file = tmp_path / "codebell.db"
    assert sql(file, "SELECT version_num FROM alembic_version") == [("0002",)]
    assert counts(file) == [1, 1, 1]
    assert sql(file, "SELECT name FROM sqlite_master WHERE name LIKE '_alembic_tmp%'") == []
    assert names(tmp_path) == {"codebell.db", "codebell.db.before-tomorrow", "codebell.db.before-tomorrow.2"}


UPGRADE = """
import asyncio, sys
from pathlib import Path
from storage.database import Database
from storage.migrations import migrate
asyncio.run(migrate(Database(sys.argv[1]), Path(sys.argv[2])))
"""


async def test_a_process_that_dies_inside_a_migration_leaves_the_old_tables(
    tmp_path: Path, tomorrow: Path
) -> None:
    async with shelf(tmp_path) as database:
        await fill(database)
    add(tomorrow, "__import__('os')._exit(137)")
    command = [sys.executable, "-c", UPGRADE, url(tmp_path), str(tomorrow)]
    died = await asyncio.to_thread(subprocess.run, command, timeout=30, check=False)
    assert died.returncode == 137
    for file in (tmp_path / "codebell.db", tmp_path / "codebell.db.before-tomorrow"):
        assert sql(file, "PRAGMA integrity_check") == [("ok",)]
        assert sql(file, "SELECT version_num FROM alembic_version") == [("0002",)]
        assert counts(file) == [1, 1, 1]
    add(tomorrow)
    async with shelf(tmp_path) as database:
        await migrate(database, tomorrow)
    assert sql(tmp_path / "codebell.db", "SELECT version_num FROM alembic_version") == [("tomorrow",)]
    assert counts(tmp_path / "codebell.db") == [1, 1, 1]


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
