"""What a million numbers of a hundred thousand chats cost: statements, transactions, bytes, and who waits."""

import asyncio
import base64
import gc
import logging
import sqlite3
import time
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

from sqlalchemy import event

from bot.exports import Form
from bot.settings import Settings
from storage.vault import Vault
from tests.aloud import Aloud
from tests.benchmarks import errands_of_town as errands
from tests.benchmarks.figures import Figure
from tests.benchmarks.stopped import Stopped
from tests.benchmarks.town import BUSY, MASTER, NOW, NUMBERS, town
from tests.house import TOKEN, House
from tests.quick_sqlite import quick

#: Milliseconds that a statement may take at p95, and a transaction or the loop at most.
STATEMENT, HOLD = 5.0, 50.0
ROUNDS = 5
NAMED = 5
#: Where a goal is missed; what takes so long is named.
_WHY = "known, and not brought down yet"


async def figures(folder: Path) -> list[Figure]:
    logging.disable(logging.ERROR)
    # As at the end of the bot's start.
    gc.collect()
    gc.freeze()
    file = await town(folder)
    found = _sizes(file)
    async with _house(file, quick(file)) as (house, stopped):
        await _ask(house, stopped)
        found += _statements(stopped) + _transactions(stopped)
    async with _house(file, f"sqlite+aiosqlite:///{file}") as (house, _):
        return found + await _holds(house)


@asynccontextmanager
async def _house(file: Path, url: str) -> AsyncIterator[tuple[House, Stopped]]:
    """The whole bot over the town, and what its database is asked for."""
    database, stopped = Aloud(url), Stopped()
    stopped.listen(database.engine.sync_engine)
    event.listen(database.engine.sync_engine, "connect", _wait_for_no_disk)
    key = base64.b64encode(MASTER).decode()
    given = {"bot_token": TOKEN, "master_key": key, "access": "open", "admin_ids": [77]}
    house = House(Settings.model_validate(given), database, Vault([MASTER]))
    house.clock.now = NOW
    try:
        yield house, stopped
    finally:
        house.leave()
        await database.close()


def _wait_for_no_disk(dbapi: Any, _record: object) -> None:
    """Thousands of transactions: how long the disk takes for each is no matter of growth."""
    dbapi.run_async(lambda connection: connection.execute_fetchall("PRAGMA synchronous=OFF"))


async def _ask(house: House, stopped: Stopped) -> None:
    """Screens and ticks some times each; what changes rows for good once, at the end."""
    often = {**errands.of_screens(house), **errands.of_the_operator(house), **errands.of_the_ticks(house)}
    for _ in range(ROUNDS):
        for what, errand in often.items():
            with stopped.at(what):
                await errand()
    for what, errand in {**errands.of_the_start(house), **errands.of_the_house(house)}.items():
        with stopped.at(what):
            await errand()


def _statements(stopped: Stopped) -> list[Figure]:
    worst = stopped.worst()
    over = [(taken, what) for taken, what in worst if taken > STATEMENT]
    why = f"{_WHY}: " + "; ".join(f"{what} {taken:.0f} ms" for taken, what in over[:NAMED])
    about = f"of {len(worst)}"
    found = [Figure("growth", "statements over 5 ms at p95", len(over), about, goal=0.0, why=why)]
    return found + [
        Figure("growth", f"the slowest: {what}", taken, "ms at p95") for taken, what in worst[:NAMED]
    ]


def _transactions(stopped: Stopped) -> list[Figure]:
    wishes = ("forget the busy", "forget the calm")
    chores = [what for what in stopped.transactions if what not in wishes]
    home = max(chores, key=stopped.longest)
    rows = {
        f"longest transaction of screens and chores ({home})": stopped.longest(home),
        "longest transaction of forgetting 20,000 numbers": stopped.longest("forget the busy"),
    }
    return [Figure("growth", name, value, "ms of CPU", goal=HOLD, why=_WHY) for name, value in rows.items()]


def _sizes(file: Path) -> list[Figure]:
    """Of a number alone: its row and those of its steps, its SMS and what is said of it, with all indexes."""
    each = sum(_bytes_a_row(file, table) * many for table, many in _OF_A_NUMBER.items())
    return [
        Figure("growth", "bytes of the file for each number", file.stat().st_size / NUMBERS, "bytes"),
        Figure("growth", "a number with one SMS, three steps and two posts", each, "bytes"),
    ]


_OF_A_NUMBER = {"activations": 1, "sms": 1, "steps": 3, "outbox": 2}


def _bytes_a_row(file: Path, table: str) -> float:
    own = "SELECT name FROM sqlite_master WHERE tbl_name = ?"
    with closing(sqlite3.connect(file)) as connection:
        [[taken]] = connection.execute(f"SELECT sum(pgsize) FROM dbstat WHERE name IN ({own})", (table,))  # noqa: S608
        [[rows]] = connection.execute(f"SELECT count(*) FROM {table}")  # noqa: S608
    return float(taken / rows)


async def _holds(house: House) -> list[Figure]:
    """The longest time in which nobody else had a turn of the loop."""
    forgets = house.codebell.forgetting.forget(BUSY[8], NOW)
    rows = {
        "an export as JSON": errands.exported(house, Form.JSON),
        "an export as CSV": errands.exported(house, Form.CSV),
        "forgetting 20,000 numbers": forgets,
        "retention": house.codebell.retention.sweep(NOW),
    }
    held = {name: await _held(work) for name, work in rows.items()}
    return [
        Figure("growth", f"longest hold of the loop by {name}", value, "ms of CPU", goal=HOLD)
        for name, value in held.items()
    ]


async def _held(work: Awaitable[object]) -> float:
    """Milliseconds of CPU of this thread between two turns, at most, until it is done."""
    longest, task = 0.0, asyncio.ensure_future(work)
    while not task.done():
        began = time.thread_time()
        await asyncio.sleep(0)
        longest = max(longest, (time.thread_time() - began) * 1000)
    await task
    return longest
