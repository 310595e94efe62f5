"""A backup on demand: only of a database that is there and is this bot's, and told by what it holds."""

from collections.abc import Mapping
from pathlib import Path

from sqlalchemy import Connection, func, inspect, select
from sqlalchemy.exc import DBAPIError

from bot.errors import StorageError
from storage import sqlite
from storage.database import Database
from storage.models import Canary, Row


async def back_up(database_url: str, target: Path) -> Mapping[str, int]:
    """Write a whole, verified copy; the rows of each table that has any.

    StorageError if there is no such database, or nothing of ours in it; then no copy was made.
    """
    database = Database(database_url, new=False)
    try:
        rows = await rows_of(database)
        await database.backup(target)
    finally:
        await database.close()
    return rows


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
