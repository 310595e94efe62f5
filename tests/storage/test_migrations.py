"""Migrations: they end in the models' tables, keep every row, and refuse what they do not know."""

from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import Script, ScriptDirectory
from sqlalchemy import (
    Connection,
)

from bot.errors import StorageError
from storage.database import Database
from storage.migrations import configuration, migrate
from storage.models import Row
from tests.storage.shelf import chat, put, shelf, sql, url
from tests.storage.tables import NEWEST, add, fill, kept, read, revisions_of_tomorrow


@pytest.fixture
def tomorrow(tmp_path: Path) -> Path:
    return revisions_of_tomorrow(tmp_path)


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


@pytest.mark.parametrize(
    ("before", "given_back"),
    [
        ("UPDATE activations SET state = 'cancelled', reason = ''", 1),
        ("UPDATE activations SET state = 'cancelled', reason = 'Unconfirmed'", 0),
        ("UPDATE activations SET state = 'received', reason = ''", None),
    ],
)
async def test_what_was_cancelled_before_0003_is_given_back_as_far_as_its_provider_said(
    tmp_path: Path, before: str, given_back: int | None
) -> None:
    database, file = Database(url(tmp_path)), tmp_path / "codebell.db"
    async with database.engine.begin() as connection:
        upgrade = lambda sync: command.upgrade(configuration(connection=sync), "0002")  # noqa: E731
        await connection.run_sync(upgrade)
    await fill(database)
    await database.close()
    sql(file, before)
    await migrate(database)
    await database.close()
    assert sql(file, "SELECT given_back FROM activations") == [(given_back,)]


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
    assert sql(old, "SELECT version_num FROM alembic_version") == [(NEWEST,)]


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
    assert sql(file, "SELECT version_num FROM alembic_version") == [(NEWEST,)]
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
