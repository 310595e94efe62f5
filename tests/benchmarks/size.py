"""How soon the bot answers after its start, what it holds, and what it costs while nothing happens.

All of it beside `import aiogram` in a fresh interpreter, which no bot of aiogram does without.
"""

import asyncio
import json
import os
import statistics
import sys
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.sandbox.demo import PACKAGES
from storage.opening import opened
from tests.benchmarks.beside import environment
from tests.benchmarks.cores import measured
from tests.benchmarks.figures import Figure
from tests.benchmarks.proc import Memory, busy, busy_exactly, memory

#: Starts of each, in turns: the median is told.
ROUNDS = 5
#: Seconds in which nothing happens, after so many for all to calm down: the first stock is looked at then.
IDLE, CALM = 40.0, 30.0
#: Seconds for the bot to answer.
PATIENCE = 60.0
_BARE = "import aiogram, sys; sys.stdout.write('\\n'); sys.stdout.flush(); sys.stdin.read()"


#: Milliseconds of the longest search for garbage, and of all of them.
Searched = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds by the clock and of a processor since a process was begun, and what it held then."""

    wall: float
    cpu: float
    memory: Memory


async def figures(folder: Path) -> list[Figure]:
    bare, asked, answered = [], [], []
    for number in range(ROUNDS):
        bare.append(await _imported())
        async with bot_at(folder / str(number)) as started:
            asked.append(await started("getupdates"))
            answered.append(await started("sendmessage"))
    async with bot_at(folder / "idle") as started:
        idle = await _idle(started)
    rows = [*_starts(bare, asked, answered), *_sizes(bare, asked, idle[1]), _idling(idle[0])]
    return [*rows, *_stops(await _searched("frugal"), await _searched("as it comes"))]


def _stops(frugal: Searched, plain: Searched) -> list[Figure]:
    beside = "Python as it comes"
    return [
        Figure("garbage", "longest search while updates are read", frugal[0], "ms", beside, plain[0], 0.2),
        Figure("garbage", "all searches, of 10,000 updates", frugal[1], "ms", beside, plain[1]),
    ]


async def _searched(how: str) -> Searched:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.benchmarks.searches", how),
        cwd=PACKAGES,
        stdout=asyncio.subprocess.PIPE,
    )
    longest, every = json.loads((await process.communicate())[0])
    return longest, every


def _starts(bare: Sequence[Cost], asked: Sequence[Cost], answered: Sequence[Cost]) -> list[Figure]:
    cpu, wall = (lambda cost: cost.cpu), (lambda cost: cost.wall)
    return [
        _beside("ready: processor until the first getUpdates", asked, bare, cpu, 1.5),
        _beside("ready: clock until the first getUpdates", asked, bare, wall, 1.5),
        _beside("processor until a /start that waited is answered", answered, bare, cpu),
        _beside("clock until a /start that waited is answered", answered, bare, wall),
    ]


def _beside(
    name: str,
    found: Sequence[Cost],
    bare: Sequence[Cost],
    of: Callable[[Cost], float],
    goal: float | None = None,
) -> Figure:
    value, beside = statistics.median(map(of, found)), statistics.median(map(of, bare))
    return Figure("start", name, value, "s", "import aiogram", beside, goal)


def _sizes(bare: Sequence[Cost], asked: Sequence[Cost], idle: Memory) -> list[Figure]:
    rss = statistics.median(cost.memory.rss for cost in bare)
    own = statistics.median(cost.memory.uss for cost in bare)
    ready = statistics.median(cost.memory.rss for cost in asked)
    return [
        Figure("size", "resident when ready", ready, "MB", "import aiogram", rss),
        Figure("size", "resident when idle", idle.rss, "MB", "import aiogram", rss, 1.35),
        Figure("size", "its own when idle", idle.uss, "MB", "import aiogram", own),
    ]


def _idling(share: float) -> Figure:
    return Figure("idle", "processor with nothing waiting", 100 * share, "% of a core", goal=0.5)


async def _imported() -> Cost:
    begun, pipe = time.monotonic(), asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", _BARE), cwd=PACKAGES, stdin=pipe, stdout=pipe
    )
    measured(process.pid)
    assert process.stdout is not None
    await process.stdout.readline()
    cost = _cost(process.pid, begun)
    process.kill()
    await process.wait()
    return cost


def _cost(process: int, begun: float) -> Cost:
    wall = time.monotonic() - begun
    return Cost(wall, busy(process), memory(process))


@dataclass(frozen=True, slots=True)
class Started:
    """A bot that was begun; call it with a method of the Bot API to wait for its first call."""

    process: int
    begun: float
    told: asyncio.StreamReader

    async def __call__(self, method: str) -> Cost:
        async with asyncio.timeout(PATIENCE):
            while (await self.told.readline()).decode().strip() != method:
                continue
        return _cost(self.process, self.begun)


@asynccontextmanager
async def bot_at(folder: Path) -> AsyncIterator[Started]:
    """A bot over an empty database, between a Telegram of its own and no provider; over at the end."""
    master = await _settled(folder)
    bell = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.benchmarks.doorbell"), cwd=PACKAGES, stdout=asyncio.subprocess.PIPE
    )
    assert bell.stdout is not None
    url = f"http://127.0.0.1:{int(await bell.stdout.readline())}"
    given = environment(url, folder, master, HEARTBEAT_FILE=str(folder / "alive"))
    begun = time.monotonic()
    bot = await asyncio.create_subprocess_exec(*(sys.executable, "-m", "bot"), cwd=folder, env=given)
    measured(bot.pid)
    try:
        yield Started(bot.pid, begun, bell.stdout)
    finally:
        for process in (bot, bell):
            process.kill()
            await process.wait()


async def _settled(folder: Path) -> bytes:
    """A folder where a bot has lived before; its master key."""
    folder.mkdir()  # noqa: ASYNC240  # nothing else goes on
    master = os.urandom(32)
    async with opened(f"sqlite+aiosqlite:///{folder / 'codebell.db'}", [master]):
        return master


async def _idle(started: Started) -> tuple[float, Memory]:
    """The share of a processor, and the memory, of a bot that has answered and waits."""
    await started("sendmessage")
    await asyncio.sleep(CALM)
    before, since = busy_exactly(started.process), time.monotonic()
    await asyncio.sleep(IDLE)
    share = (busy_exactly(started.process) - before) / (time.monotonic() - since)
    return share, memory(started.process)
