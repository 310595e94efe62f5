"""Every table of a database filled and read back, and a revision of tomorrow's that rebuilds one of them."""

import shutil
from pathlib import Path

from alembic.script import ScriptDirectory
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

from storage.database import Database
from storage.migrations import FOLDER, configuration

#: Today's newest revision.
NEWEST = ScriptDirectory.from_config(configuration()).get_current_head()

#: A revision that rebuilds a table with children, as SQLite must to change a column.
REBUILD = '''"""Rebuild."""

import sqlalchemy as sa
from alembic import op

revision = "tomorrow"
down_revision = "{newest}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("activations", recreate="always") as batch:
        batch.add_column(sa.Column("note", sa.String(8), nullable=True))
    {more}


def downgrade() -> None:
    pass
'''


def revisions_of_tomorrow(folder: Path) -> Path:
    """Today's, and room for one more."""
    return shutil.copytree(FOLDER, folder / "100%s", ignore=shutil.ignore_patterns("__pycache__"))


def add(folder: Path, more: str = "") -> None:
    (folder / "versions" / "9999_rebuild.py").write_text(REBUILD.format(newest=NEWEST, more=more))


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
