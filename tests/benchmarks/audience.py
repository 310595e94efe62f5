"""How rows for a million recipients are made: how fast, how much memory they take, and who waits for it."""

import sqlite3
import statistics
import time
import tracemalloc
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from storage.copies import AHEAD, CopyStore
from storage.database import Database
from storage.migrations import migrate
from storage.models import Broadcast, BroadcastState
from tests.benchmarks.figures import Figure
from tests.core import put

CHATS = 1_000_000
#: Rows made at the beginning, in the middle and at the end of the audience; and slices whose memory is seen.
ROWS, PEAKS = 20_000, 5
NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)


async def figures(folder: Path) -> list[Figure]:
    file = folder / "million.db"
    database = Database(f"sqlite+aiosqlite:///{file}")
    try:
        await migrate(database)
        await _people_come(database, file)
        return await _made(database, file)
    finally:
        await database.close()


async def _people_come(database: Database, file: Path) -> None:
    then = NOW.timestamp()
    rows = ((each, "private", "", "en", then, then) for each in range(1, CHATS + 1))
    with closing(sqlite3.connect(file)) as connection:
        connection.executemany(
            "INSERT INTO chats (id, kind, title, language, created_at, seen_at) VALUES (?, ?, ?, ?, ?, ?)",
            rows,
        )
        connection.commit()
    going = Broadcast(id="news", admin_id=1, source_id=7, title="We moved", segment="all", total=CHATS)
    going.state, going.created_at, going.started_at = BroadcastState.RUNNING, NOW, NOW
    await put(database, going)


async def _made(database: Database, file: Path) -> list[Figure]:
    copies, slices, peaks = CopyStore(database), list[float](), list[int]()
    for reached in (None, CHATS // 2, ROWS + PEAKS * AHEAD + 1):
        _stand(file, reached)
        slices += [await _slice(copies, file) for _ in range(ROWS // AHEAD)]
        peaks.append(await _peak(copies, file))
    usual = f"{statistics.quantiles(slices, n=20)[-1] * 1000:.0f} ms at p95"
    whole = sum(slices) / len(slices) * CHATS / AHEAD
    return [
        Figure(
            "postage", "rows for a million recipients", whole, "s, over the hours that they take to leave"
        ),
        Figure(
            "postage", f"{AHEAD} of them, one transaction", max(slices) * 1000, "ms at most", usual, goal=50
        ),
        Figure("postage", "memory of Python to make them", max(peaks) / 1e6, "MB at most", goal=5),
    ]


def _stand(file: Path, reached: int | None) -> None:
    """From here on nobody has a copy."""
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("DELETE FROM outbox")
        connection.execute("UPDATE broadcasts SET reached = ?", (reached,))
        connection.commit()


async def _slice(copies: CopyStore, file: Path) -> float:
    """Seconds for the next rows; then they are gone."""
    began = time.perf_counter()
    await copies.feed(NOW)
    took = time.perf_counter() - began
    with closing(sqlite3.connect(file)) as connection:
        changed = connection.execute("UPDATE outbox SET next_try_at = NULL WHERE next_try_at IS NOT NULL")
        assert changed.rowcount == AHEAD
        connection.commit()
    return took


async def _peak(copies: CopyStore, file: Path) -> int:
    """Bytes that are held at most while rows are made."""
    tracemalloc.start()
    try:
        for _ in range(PEAKS):
            await _slice(copies, file)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
