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
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field, fields
from multiprocessing import get_context
from pathlib import Path
from random import Random, SystemRandom

from bot.sandbox.sites import Site
from storage.models import State
from tests.faults.books import Books, Number
from tests.faults.crowd import SITES, Crowd
from tests.faults.harness import BotProcess, Sandbox, opened, purchases
from tests.faults.leaks import Search
from tests.faults.quiet import quiesce
from tests.guard import only_this_machine

WORKERS = 2
#: A bot works for at most so many seconds, and may take so many to stop; that share never gets to work.
LONGEST, GRACE, EARLY = 2.0, 25.0, 0.25
#: On a busy machine it works for as long as so many of its starts take.
STARTS = 4
#: So many people have so many offers before each round of so many deaths.
PEOPLE, OFFERS, ROUND = 8, 4, 16
#: What holds no life back: everybody may have many numbers.
UNLIMITED = {"LIMITS__ACTIVE_NUMBERS": "0", "LIMITS__PURCHASES_PER_DAY": "0"}
#: Seconds between two looks at a number.
LOOKS = {f"PROVIDERS__{site.upper()}__MIN_POLL": "0.5" for site in SITES}


@dataclass(slots=True)
class Count:
    """What the torture came to; the numbers of several are added up, of `peak` (KiB) the highest is kept."""

    kills: int = 0
    stops: int = 0
    sold: int = 0
    paid: int = 0
    unknown: int = 0
    unknown_sold: int = 0
    codes: int = 0
    delivered: int = 0
    repeated: int = 0
    peak: int = 0
    slowest: float = 0.0
    wrong: list[str] = field(default_factory=list)

    def merge(self, other: "Count") -> None:
        for name in (each.name for each in fields(self)):
            mine, its = getattr(self, name), getattr(other, name)
            setattr(self, name, max(mine, its) if name in ("peak", "slowest") else mine + its)

    def lines(self) -> Iterator[str]:
        yield f"kill -9 {self.kills}, SIGTERM {self.stops} (the slowest stop took {self.slowest:.1f} s)"
        yield f"purchases in the ledgers {self.sold}"
        kept = f"paid {self.paid}, unknown and told so {self.unknown}, of which {self.unknown_sold} were sold"
        yield f"purchases in the database {self.paid + self.unknown_sold}: {kept}"
        yield f"codes sent by the sites {self.codes}, delivered {self.delivered}, again {self.repeated}"
        yield f"peak memory of a bot {self.peak / 1024:.0f} MiB"
        yield f"integrity_check and everything else: {len(self.wrong)} violations"
        yield from self.wrong


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
        self._crowd = Crowd(self.sandbox, self.random, PEOPLE)

    async def run(self, kills: int, stops: int) -> Count:
        """Let it all happen, then count."""
        ends = [signal.SIGKILL] * kills + [signal.SIGTERM] * stops
        self.random.shuffle(ends)
        while ends:
            await self._calm()
            for number in (ends.pop() for _ in range(min(ROUND, len(ends)))):
                await self._live_and_end(number)
            await self._crowd.rest()
        await self._settle()
        self._compare()
        return self.count

    async def _calm(self) -> None:
        """A life in which everybody chooses what to buy, and begins to."""
        await self._bot.start()
        if not self._crowd.people:
            await self._crowd.gather()
        await self._crowd.choose(OFFERS)
        self._crowd.go()

    # Dying

    async def _live_and_end(self, number: signal.Signals) -> None:
        """One life: some end while it starts, most of them while it works."""
        longest = LONGEST if self._bot.lives else await self._begin()
        with suppress(TimeoutError):
            code = await self._bot.ended(self.random.uniform(0, longest))
            self.count.wrong.append(f"it ended by itself with {code}: {self._bot.log[-500:]}")
        await self._end(number)

    async def _begin(self) -> float:
        """Start it; the most seconds it is left alive."""
        if self.random.random() < EARLY:
            await self._bot.launch()
            return LONGEST
        began = time.monotonic()
        await self._bot.start()
        return max(LONGEST, STARTS * (time.monotonic() - began))

    async def _end(self, number: signal.Signals) -> None:
        asked = time.monotonic()
        code = await self._bot.stop(number, GRACE)
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
        rang = lambda number: self._crowd.rings(number, number.code)  # noqa: E731
        await quiesce(self.sandbox, self._bot, self._numbers, rang)
        await self._end(signal.SIGTERM)
        self.count.stops -= 1

    def _numbers(self) -> set[str]:
        """The ids the bot knows its numbers by."""
        return {row.provider_id for row in Books(self.sandbox.database).all_numbers() if row.provider_id}

    def _compare(self) -> None:
        books = Books(self.sandbox.database)
        self.count.wrong += books.wrong() + Search(self.sandbox).found()
        self.count.wrong += [f"said nothing until {moment:.0f}" for moment in books.unsaid()]
        for site in SITES:
            self._compare_purchases(site, books)
            self._compare_codes(site)
        if self.count.repeated > (deaths := self.count.kills + self.count.stops):
            self.count.wrong.append(f"{self.count.repeated} codes rang again in {deaths} deaths")

    def _compare_purchases(self, name: str, books: Books) -> None:
        rows = [row for row in books.all_numbers() if row.provider == name]
        mine, sold = {row.provider_id for row in rows}, self.sandbox.sites[name].shop.sold.keys()
        unknown = sum(row.state is State.UNKNOWN for row in rows)
        self.count.sold += len(sold)
        self.count.paid += len(mine & sold)
        self.count.unknown += unknown
        self.count.unknown_sold += min(len(sold - mine), unknown)
        self.count.wrong += [f"{name} {wrong}" for wrong in _mismatches(self.sandbox.sites[name], rows)]

    def _compare_codes(self, name: str) -> None:
        mine = self._numbers()
        for number in self.sandbox.sites[name].shop.sold.values():
            for sms in number.sms if number.id in mine else ():
                rings = self._crowd.rings(number, sms.code)
                self.count.codes += 1
                self.count.delivered += rings > 0
                self.count.repeated += max(0, rings - 1)
                if not rings:
                    self.count.wrong.append(f"a code of {name}'s {number.id} never rang")


def _mismatches(site: Site, rows: list[Number]) -> Iterator[str]:
    """Where a ledger and the books do not tell the same."""
    mine, sold = {row.provider_id for row in rows if row.provider_id}, site.shop.sold.keys()
    unknown = sum(row.state is State.UNKNOWN for row in rows)
    called = sum(row.called_at is not None for row in rows)
    if len(sold - mine) > unknown:
        yield f"sold {len(sold - mine)} numbers nobody has, {unknown} are unknown"
    if len(purchases(site)) > called:
        yield f"saw {len(purchases(site))} orders, {called} were meant"
    if mine - sold:
        yield f"never sold {mine - sold}"


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
