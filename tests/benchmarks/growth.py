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
NAMED = 3
#: Why these may take longer.
_WHY = {
    "a group that moves": "all it has moves in one transaction, once in its life, mostly with few numbers",
}
_COLD = "each is carried out for the first time here: SQLAlchemy makes its statements"


async def figures(folder: Path) -> list[Figure]:
    logging.disable(logging.ERROR)
    # As at the end of the bot's start.
    gc.collect()
    gc.freeze()
    file = await town(folder)
    found = _sizes(file)
    async with _house(file, quick(file)) as (house, stopped):
        await _ask(house, stopped)
        found += _statements(house, stopped) + _transactions(stopped)
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
    often = {**_presses(house), **errands.of_the_ticks(house)}
    for _ in range(ROUNDS):
        for what, errand in often.items():
            with stopped.at(what):
                await errand()
    once = (errands.of_the_start, errands.of_wishes, errands.of_the_house, errands.of_groups)
    for what, errand in [each for some in once for each in some(house).items()]:
        with stopped.at(what):
            await errand()


def _presses(house: House) -> dict[str, errands.Errand]:
    return {**errands.of_screens(house), **errands.of_the_operator(house)}


def _statements(house: House, stopped: Stopped) -> list[Figure]:
    """Those that somebody waits for who pressed a button, and those of chores and of what happens seldom."""
    waited_for = {*_presses(house), *errands.of_wishes(house)}
    pressed = [each for each in stopped.worst() if each[1] in waited_for]
    others = [each for each in stopped.worst() if each[1] not in waited_for]
    return [*_over("on a press", pressed), *_over("in chores", others)]


def _over(when: str, worst: list[tuple[float, str]]) -> list[Figure]:
    over = [(taken, what) for taken, what in worst if taken > STATEMENT]
    why = "; ".join(f"{what} {taken:.0f} ms ({_WHY.get(what, 'no reason known')})" for taken, what in over)
    name = f"statements over 5 ms at p95, {when}"
    slowest = {what: taken for taken, what in reversed(worst)}
    named = sorted(slowest.items(), key=lambda each: -each[1])[:NAMED]
    return [
        Figure("growth", name, len(over), f"of {len(worst)}", goal=0.0, why=why),
        *(Figure("growth", f"the slowest {when}: {what}", taken, "ms at p95") for what, taken in named),
    ]


def _transactions(stopped: Stopped) -> list[Figure]:
    seldom = {
        "forgetting 20,000 numbers": "forget the busy",
        "a lost group of 20,000 numbers": "a group is lost",
        "a group of 20,000 numbers that moves": "a group that moves",
    }
    chores = [what for what in stopped.transactions if what not in {"forget the calm", *seldom.values()}]
    home = max(chores, key=stopped.longest)
    rows = {f"screens and chores ({home})": home, **seldom}
    return [
        Figure(
            "growth",
            f"longest transaction of {name}",
            stopped.longest(what),
            "ms of CPU",
            goal=HOLD,
            why=_WHY.get(what, _COLD),
        )
        for name, what in rows.items()
    ]


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
