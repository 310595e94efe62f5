"""A database whose disk is full, by SQLite's own limit: every page there is, is used up."""

import sqlite3

import aiosqlite

from storage.database import Database

#: A row of the outbox that is never due, and a line of history; the id tells them apart.
_FILLERS = (
    "INSERT INTO outbox (id, dedup, kind, subject, chat_id, priority, created_at, attempts, version, failure)"
    " VALUES (?1, ?1, 'filler', ?1, 1, 3, 0, 0, 1, '')",
    "INSERT INTO steps (id, activation_id, state, at) SELECT ?1, id, state, 0 FROM activations LIMIT 1",
)
_MOST = 1_073_741_823


async def fill(database: Database) -> None:
    """Nothing that needs room can be written from now on."""
    async with database.bare() as connection:
        [[pages]] = await connection.execute_fetchall("PRAGMA page_count")
        await connection.execute_fetchall(f"PRAGMA max_page_count={pages}")
        for filler in _FILLERS:
            await _until_refused(connection, filler)


async def _until_refused(connection: aiosqlite.Connection, filler: str) -> None:
    """More than once: what is refused in one place may fit into another."""
    refused = 0
    for count in range(1000):
        try:
            await connection.execute(filler, (f"filler-{count}",))
        except sqlite3.OperationalError:
            refused += 1
        if refused == 30:
            return


async def make_room(database: Database) -> None:
    async with database.bare() as connection:
        await connection.execute_fetchall(f"PRAGMA max_page_count={_MOST}")
