"""`make soak`: many people use the real bot for twenty minutes; providers and Telegram fail now and then.

Groups talk and buy with keys of their own meanwhile, and every minute all people are told some news.

Time goes faster than it does: numbers live and end, a minute for every ten seconds. The exit code is 1 if the
bot's memory grew or shrank by more than 5 % after it had warmed up, if it holds more open files, threads or
tasks at rest than before, or if no group bought anything or no news went out.
"""

import argparse
import asyncio
import signal
import socket
import statistics
import sys
import tempfile
import time
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random, SystemRandom

from tests.benchmarks.proc import memory
from tests.faults.crowd import SITES, Crowd
from tests.faults.harness import BotProcess, Sandbox, opened
from tests.faults.person import Person
from tests.faults.square import Square
from tests.guard import only_this_machine

MINUTES, PEOPLE = 20.0, 60
#: Seconds between two looks at the bot, and how many pass for everybody meanwhile.
LOOK, LEAP = 10.0, 60.0
#: Nothing dies here. Who begins anew before a busy machine has answered makes it busier yet: with three
#: seconds 639 updates stood before a bot that had a quarter of a processor.
PATIENCE = 10.0
#: Seconds between two purchases of one person: answers go before news, and without a pause 60 people are
#: answered 28 times a second, which leaves none of Telegram's 30 for news.
PAUSE = 20.0
#: That share of the time it warms up; its memory may then change by so much until the end.
WARM, FLAT = 0.3, 0.05
#: Files, threads and tasks that may be open at rest beside those that were: a connection kept for the next
#: call, a thread of a pool.
SPARE = 6
#: Seconds in which what goes on comes to rest; then it is looked at so often, and seconds between two looks.
#: The bot counts its tasks every fifteen.
REST, TIMES, BETWEEN = 40.0, 6, 6.0
UNLIMITED = {"LIMITS__ACTIVE_NUMBERS": "0", "LIMITS__PURCHASES_PER_DAY": "0"}
LOOKS = {f"PROVIDERS__{site.upper()}__MIN_POLL": "0.5" for site in SITES}
KINDS = ("502", "empty", "drop")


@dataclass(frozen=True, slots=True)
class Sample:
    """Seconds since the start; MB; open files, threads and tasks."""

    at: float
    rss: float
    files: int
    threads: int
    tasks: int

    def __str__(self) -> str:
        held = f"{self.files} files, {self.threads} threads, {self.tasks} tasks"
        return f"{self.at:5.0f} s  {self.rss:6.1f} MB  {held}"


@dataclass(slots=True)
class Soak:
    """One bot between a Telegram and its providers, and all that was seen of it."""

    sandbox: Sandbox
    random: Random
    port: int
    samples: list[Sample] = field(default_factory=list)
    _begun: float = field(default_factory=time.monotonic)
    _bot: BotProcess = field(init=False)
    _crowd: Crowd = field(init=False)
    square: Square = field(init=False)

    def __post_init__(self) -> None:
        operator = Person(self.sandbox, "Olga")
        settings = {"METRICS_PORT": str(self.port), "LOG_LEVEL": "ERROR", "ADMIN_IDS": str(operator.id)}
        self._bot = BotProcess(self.sandbox, **UNLIMITED, **LOOKS, **settings)
        self._crowd = Crowd(self.sandbox, Random(self.random.random()), PEOPLE, PATIENCE, PAUSE)
        self.square = Square(self.sandbox, Random(self.random.random()), operator)

    async def run(self, seconds: float) -> list[str]:
        """What is wrong, in sentences."""
        await self._bot.start()
        await self._crowd.gather()
        await self.square.gather(self._crowd.people)
        calm = await self._at_rest()
        self._crowd.go()
        self.square.go()
        await self._live(seconds)
        await asyncio.gather(self._crowd.rest(), self.square.rest())
        self._heal()
        rested = await self._at_rest(calm)
        code = await self._bot.stop(signal.SIGTERM)
        ended = [f"it ended with {code}"] if code else []
        return [*wrong(self.samples, calm, rested), *self.square.wrong(), *ended]

    async def _live(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            await asyncio.sleep(LOOK)
            self._trouble()
            leap(self.sandbox, LEAP)
            self.samples.append(await self._seen())
            _say(str(self.samples[-1]))

    def _trouble(self) -> None:
        """A provider fails a few times, or Telegram does."""
        if self.random.random() < 0.5:
            site = self.sandbox.sites[self.random.choice(SITES)]
            site.control("fault", kind=self.random.choice(KINDS), times=3)
        elif self.random.random() < 0.5:
            self.sandbox.human.fault(code=502, description="Bad Gateway", times=3)
        else:
            chat_id = self.random.choice(self._crowd.people).id
            self.sandbox.human.fault(chat_id=chat_id, retry_after=2, times=1)

    def _heal(self) -> None:
        """All numbers live to their end."""
        self.sandbox.advance(3600)

    async def _at_rest(self, before: Sample | None = None) -> Sample:
        """What is held in each look; where that is more than before, there are twice as many."""
        await asyncio.sleep(REST)
        seen = [await self._seen()]
        while len(seen) < TIMES or (before and held_more(before, least(seen)) and len(seen) < 2 * TIMES):
            await asyncio.sleep(BETWEEN)
            seen.append(await self._seen())
        _say(f"at rest: {(held := least(seen))}")
        return held

    async def _seen(self) -> Sample:
        told = await asyncio.to_thread(figures, self.port)
        return Sample(
            time.monotonic() - self._begun,
            memory(self._bot.pid).rss,
            *(int(told[name]) for name in ("process_open_fds", "codebell_threads", "codebell_tasks")),
        )


def leap(sandbox: Sandbox, seconds: float) -> None:
    """So much has passed for everybody, but for who waits for the answer to a press: Telegram gives it 15."""
    sandbox.advance(seconds)
    for press in sandbox.world.presses.values():
        press.at += seconds


def least(samples: Sequence[Sample]) -> Sample:
    """What is held all the time: connections come and go, also at rest; what was lost is there each time."""
    files, threads, tasks = (
        min(getattr(each, name) for each in samples) for name in ("files", "threads", "tasks")
    )
    return replace(samples[-1], files=files, threads=threads, tasks=tasks)


def figures(port: int) -> dict[str, float]:
    """Those of a bot that have no labels, by name."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=30) as answer:
        lines = answer.read().decode().splitlines()
    plain = (line.split() for line in lines if not line.startswith("#") and "{" not in line)
    return {name: float(value) for name, value in plain}


def wrong(samples: Sequence[Sample], calm: Sample, rested: Sample) -> list[str]:
    """What grew, in sentences."""
    more = drift(samples[int(len(samples) * WARM) :])
    found = [f"memory changed by {more:+.1%} after it was warm"] if abs(more) > FLAT else []
    return [*found, *held_more(calm, rested)]


def held_more(calm: Sample, rested: Sample) -> list[str]:
    """What is held at rest and was not before, in sentences."""
    held = [(name, getattr(calm, name), getattr(rested, name)) for name in ("files", "threads", "tasks")]
    return [
        f"{after} {name} at rest, {before} before" for name, before, after in held if after > before + SPARE
    ]


def drift(samples: Sequence[Sample]) -> float:
    """By which share the memory changed from the first to the last, along the line through all of them."""
    line = statistics.linear_regression([each.at for each in samples], [each.rss for each in samples])
    return line.slope * (samples[-1].at - samples[0].at) / statistics.mean(each.rss for each in samples)


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def main() -> int:
    parser = argparse.ArgumentParser(prog="make soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=MINUTES)
    parser.add_argument("--seed", type=int, default=SystemRandom().randrange(1_000_000))
    given = parser.parse_args()
    only_this_machine()
    _say(f"seed {given.seed}")
    found, soak = asyncio.run(_soaked(given.minutes * 60, given.seed))
    warm = soak.samples[int(len(soak.samples) * WARM) :]
    _say(f"{soak.square.bought} purchases in groups, {soak.square.copies} copies of news")
    _say(f"memory {statistics.mean(each.rss for each in warm):.0f} MB, {drift(warm):+.1%}", *found)
    return 1 if found else 0


async def _soaked(seconds: float, seed: int) -> tuple[list[str], Soak]:
    with tempfile.TemporaryDirectory(prefix="codebell-soak-") as folder:
        async with opened(Path(folder)) as sandbox:
            soak = Soak(sandbox, Random(seed), free_port())
            return await soak.run(seconds), soak


def _say(*lines: str) -> None:
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
