"""The real bot process, alone on its processor, with much to say, before a Telegram that writes down when."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from storage.database import Database
from storage.opening import opened
from tests.benchmarks.beside import Beside, bot_beside, served
from tests.benchmarks.crowd import EACH, filled

#: Seconds that are not counted, until it speaks as it goes on to.
WARM = 3.0
#: Ann's numbers, of one key.
NUMBERS = EACH
LETTERBOX = "letterbox"

Fill = Callable[[Database], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Mailing(Beside):
    """It has much to say."""

    def heard(self) -> list[float]:
        """When each message was heard, by the monotonic clock."""
        moments: list[float] = self.ask("heard")
        return moments


@asynccontextmanager
async def mailing(
    folder: Path, fill: Fill, late: float = 0.0, numbers: int = NUMBERS, server: str = LETTERBOX
) -> AsyncIterator[Mailing]:
    """What `fill` puts into the database goes out, from a few seconds ago; over at the end."""
    file, master = _made(folder) / "codebell.db", os.urandom(32)
    await filled(file, master, numbers)
    async with opened(f"sqlite+aiosqlite:///{file}", [master]) as (database, _):
        await fill(database)
    slowly = ("--late", str(late)) if late else ()
    with served(server, *slowly) as url, bot_beside(url, folder, master, ADMIN_IDS="1") as bot:
        here = Mailing(bot.url, bot.bot, bot.log, bot.deadline)
        await _speaks(here)
        yield here


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


async def _speaks(here: Mailing) -> None:
    while len(here.heard()) < 2:
        here.assert_begins()
        await asyncio.sleep(0.1)
    await asyncio.sleep(WARM)
