"""`make torture`: the bot is killed and stopped at random moments while many people buy; then all is counted.

Codes come and cancels are pressed all the while, whether a bot lives or not. The exit code is 1 if anything
was lost, bought twice, or left without an answer.
"""

import argparse
import asyncio
import signal
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from random import Random, SystemRandom

from bot.sandbox.sites.activation import Activation
from tests.faults.books import Books
from tests.faults.crowd import SITES, Crowd, rings
from tests.faults.harness import START, BotProcess, Sandbox, opened
from tests.faults.quiet import quiesce
from tests.faults.reckoning import Count, Reckoning
from tests.guard import only_this_machine

WORKERS = 2
#: A life goes on for at most so many seconds after a purchase, every other one for hardly any.
LONGEST, AT_ONCE = 1.5, 0.05
#: It may take so many seconds to stop; that share ends while it starts.
GRACE, EARLY = 25.0, 0.25
#: So many people have so many offers before the first death.
PEOPLE, OFFERS = 8, 2
#: What holds no life back: everybody may have many numbers.
UNLIMITED = {"LIMITS__ACTIVE_NUMBERS": "0", "LIMITS__PURCHASES_PER_DAY": "0"}
#: Seconds between two looks at a number.
LOOKS = {f"PROVIDERS__{site.upper()}__MIN_POLL": "0.5" for site in SITES}


@dataclass(slots=True)
class Torture:
    """So many deaths of the bots of one sandbox, in any order."""

    sandbox: Sandbox
    random: Random
    count: Count = field(default_factory=Count)
    _bot: BotProcess = field(init=False)
    _crowd: Crowd = field(init=False)

    def __post_init__(self) -> None:
        self._bot = BotProcess(self.sandbox, **UNLIMITED, **LOOKS)
        self._crowd = Crowd(self.sandbox, Random(self.random.random()), PEOPLE)

    async def run(self, kills: int, stops: int) -> Count:
        """Let it all happen, then count."""
        ends = [signal.SIGKILL] * kills + [signal.SIGTERM] * stops
        self.random.shuffle(ends)
        await self._bot.start()
        await self._crowd.gather()
        await self._crowd.choose(OFFERS)
        self._crowd.go()
        for number in ends:
            await self._live_and_end(number)
        await self._crowd.rest()
        await self._settle()
        Reckoning(self._crowd, Books(self.sandbox.database), self.count).compare()
        return self.count

    # Dying

    async def _live_and_end(self, number: signal.Signals) -> None:
        """One life: some end while it starts, the others soon after somebody bought something."""
        sold = self._sold()
        if not self._bot.lives:
            await self._bot.launch()
        if self.random.random() >= EARLY:
            over = lambda: self._sold() > sold or not self._bot.lives  # noqa: E731
            await self.sandbox.eventually(over, "somebody buys", START)
        with suppress(TimeoutError):
            code = await self._bot.ended(self.random.uniform(0, self.random.choice((AT_ONCE, LONGEST))))
            self.count.wrong.append(f"it ended by itself with {code}: {self._bot.log[-500:]}")
        await self._end(number)

    def _sold(self) -> int:
        return sum(len(self.sandbox.sites[site].shop.sold) for site in SITES)

    async def _end(self, number: signal.Signals) -> None:
        asked = time.monotonic()
        code = await self._bot.stop(number, GRACE)
        self._crowd.dies()
        self.count.peak = max(self.count.peak, (await self._bot.end()).peak)
        if number is signal.SIGKILL:
            self.count.kills += 1
            return
        self.count.stops += 1
        self.count.slowest = max(self.count.slowest, time.monotonic() - asked)
        # Before it hears of signals it dies of them.
        if code not in (0, -signal.SIGTERM):
            self.count.wrong.append(f"a stop ended with {code}: {self._bot.log[-500:]}")

    # Counting

    async def _settle(self) -> None:
        """A last life, in which everything finds its end."""
        await self._bot.start()
        for site in SITES:
            self.sandbox.sites[site].control("auto")
        await quiesce(self.sandbox, self._bot, self._known, self._rang)
        await self._end(signal.SIGTERM)
        self.count.stops -= 1

    def _known(self) -> set[str]:
        """The ids the bot knows its numbers by."""
        books = Books(self.sandbox.database)
        rows = (row for person in self._crowd.people for row in books.numbers(person.id))
        return {row.provider_id for row in rows if row.provider_id}

    def _rang(self, number: Activation) -> bool:
        """Whether its newest code rang for who bought it."""
        return bool(rings(self._crowd.owners()[number.id], number, number.code))


def main() -> int:
    parser = argparse.ArgumentParser(prog="make torture", description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--stops", type=int, default=50)
    parser.add_argument("--seed", type=int, default=SystemRandom().randrange(1_000_000))
    given = parser.parse_args()
    _say(f"seed {given.seed}")
    began, total = time.monotonic(), Count()
    shares = [(given.seed + each, given.kills // WORKERS, given.stops // WORKERS) for each in range(WORKERS)]
    with ProcessPoolExecutor(WORKERS, mp_context=get_context("spawn")) as pool:
        for count in pool.map(_share, *zip(*shares, strict=True)):
            total.merge(count)
    _say(*total.lines(), f"in {time.monotonic() - began:.0f} s")
    return 1 if total.wrong else 0


def _share(seed: int, kills: int, stops: int) -> Count:
    """One process's share."""
    only_this_machine()

    async def torture() -> Count:
        with tempfile.TemporaryDirectory(prefix="codebell-torture-") as folder:
            async with opened(Path(folder)) as sandbox:
                return await Torture(sandbox, Random(seed)).run(kills, stops)

    return asyncio.run(torture())


def _say(*lines: str) -> None:
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
