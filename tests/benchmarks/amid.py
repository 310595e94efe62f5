"""How long one press takes in the real bot while it watches a thousand numbers and a broadcast goes out."""

import asyncio
import random
import statistics
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from handlers import doors
from storage.database import Database
from storage.models import Broadcast, BroadcastState
from tests.benchmarks.crowd import EACH
from tests.benchmarks.figures import Figure
from tests.benchmarks.mailing import Mailing, mailing
from tests.core import chat, put

WATCHED, CHATS = 1_000, 5_000
#: Seconds before the first press that counts, how many there are, and seconds between two on average.
WARM, PRESSES, BETWEEN = 8.0, 240, 0.1
PEOPLE = WATCHED // EACH
#: Seconds until the last press is over: what is not by then has taken so long at least.
OVER = 3.0
#: 2026-11, each step traced, with the looks spread: 685 ms, all of it menus that waited for a price in a line
#: with the looks of the same key; 35 without menus. Half of these were first presses, with 2.5 transactions
#: each. Since then a menu does not wait in a line, and a first press has one transaction less.
WHY = "a first press within an hour writes down that somebody was seen: 40 ms where all others had 27"


async def figures(folder: Path) -> list[Figure]:
    async with mailing(folder, _announced, numbers=WATCHED, server="doorway") as here:
        await asyncio.sleep(WARM)
        await _presses(here, 30)
        before = {*await _took(here)}
        await _presses(here, PRESSES)
        took = [seconds * 1000 for press, seconds in (await _took(here)).items() if press not in before]
    took += [OVER * 1000] * (PRESSES - len(took))
    halfway, p99 = statistics.median(took), statistics.quantiles(took, n=100)[-1]
    name = f"a press amid {WATCHED:,} watched numbers and a broadcast, p99"
    limit = f"{halfway:.1f} ms halfway, of {len(took)}"
    return [Figure("pressing", name, p99, "ms", limit, goal=30, why=WHY)]


async def _presses(here: Mailing, number: int) -> None:
    """By many people, at any moment."""
    data = _screens()
    for _ in range(number):
        await asyncio.sleep(random.uniform(0, 2 * BETWEEN))
        person = random.randint(1, PEOPLE)
        here.ask("press", person=str(person), data=next(data).format((person - 1) * EACH))


def _screens() -> Iterator[str]:
    """What is pressed, over and over; `{}` is the id of the person's first number."""
    every = (doors.Menu(), doors.Help(), doors.Numbers(), doors.Settings(), doors.History(), doors.Stats())
    while True:
        yield from (each.pack() for each in every)
        yield doors.Act(what=doors.What.CARD, id="{}").pack()


async def _took(here: Mailing) -> dict[str, float]:
    await asyncio.sleep(OVER)
    told: dict[str, float] = here.ask("took")
    return told


async def _announced(database: Database) -> None:
    """To many people besides those who press."""
    now = datetime.now(UTC)
    await put(database, *(chat(each, now) for each in range(PEOPLE + 1, CHATS)))
    going = Broadcast(id="news", admin_id=1, source_id=7, title="We moved", segment="all", total=CHATS)
    going.state, going.created_at, going.started_at = BroadcastState.RUNNING, now, now
    await put(database, going)
