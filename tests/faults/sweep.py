"""`make sweep`: every failpoint × provider fault × Telegram fault × once or twice, with real processes.

Each case is a death and what is left of it. It prints what it counted; the exit code is 1 if anything was
lost, bought twice, or left without an answer, and if a failpoint was reached in no case. In many it is not: a
provider that hangs has the bot killed at the call, and of a press that is given up nothing is left to send.
"""

import argparse
import asyncio
import itertools
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path

from tests.faults.lane import Lane, Outcome, lane
from tests.faults.sweep_cases import Case, all_cases
from tests.guard import only_this_machine

#: Processes, and in each so many bots at once: a case mostly waits.
WORKERS, LANES = 2, 5
#: Cases after which a lane begins anew: the journal of its Telegram grows.
FRESH = 25
#: Cases between two words on how far it is.
EVERY = 50


@dataclass(slots=True)
class Count:
    """What the sweep came to."""

    cases: int = 0
    reached: int = 0
    orphans: int = 0
    twice: int = 0
    unanswered: int = 0
    lost: int = 0
    repeated: int = 0
    allowed: int = 0
    wrong: list[str] = field(default_factory=list)
    #: By failpoint: how many cases were to die there, and how many did not.
    planned: Counter[str] = field(default_factory=Counter)
    missed: Counter[str] = field(default_factory=Counter)

    def add(self, outcome: Outcome) -> list[str]:
        """Count it in; what was wrong with it."""
        found = outcome.findings
        self.cases += 1
        self.reached += outcome.reached
        self.planned[outcome.case.point] += 1
        self.missed[outcome.case.point] += not outcome.reached
        self.orphans += len(found.orphans)
        self.twice += len(found.twice)
        self.unanswered += len(found.unanswered)
        self.lost += len(found.lost)
        self.repeated += found.repeated
        self.allowed += min(found.repeated, outcome.allowed)
        wrong = [f"{outcome.case}: {violation}" for violation in outcome.violations()]
        self.wrong += wrong
        return wrong

    def fail(self, case: Case, mishap: Exception) -> str:
        """A case that came to no end counts as one that left somebody without an answer; what it met."""
        self.cases += 1
        self.unanswered += 1
        met = f"{case}: {type(mishap).__name__}: {' '.join(str(mishap).split())[:600]}"
        self.wrong.append(met)
        return met

    def merge(self, other: "Count") -> None:
        for name in ("cases", "reached", "orphans", "twice", "unanswered", "lost", "repeated", "allowed"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.wrong += other.wrong
        self.planned += other.planned
        self.missed += other.missed

    def unreached(self) -> Iterator[tuple[str, int]]:
        """The failpoints no case died at, and how many should have."""
        return ((point, times) for point, times in self.missed.items() if times == self.planned[point])

    def lines(self) -> Iterator[str]:
        yield f"cases {self.cases}, kills {self.cases}: {self.reached} at the failpoint, the others near it"
        yield f"orphans {self.orphans}, double purchases {self.twice}, lost codes {self.lost}"
        yield f"people without an answer {self.unanswered}"
        forbidden = self.repeated - self.allowed
        yield f"codes that came twice {self.repeated}: allowed {self.allowed}, not allowed {forbidden}"
        elsewhere = (f"{point} {times}" for point, times in self.missed.items() if times)
        yield f"killed elsewhere (a provider that hangs keeps it there): {', '.join(elsewhere) or 'none'}"
        yield from (f"{point} was reached in none of its {times} cases" for point, times in self.unreached())
        yield f"violations {len(self.wrong)}"
        yield from sorted(self.wrong)


def main() -> int:
    parser = argparse.ArgumentParser(prog="make sweep", description=__doc__)
    parser.add_argument("--every", type=int, default=1, help="only every so manieth case")
    parser.add_argument("--of", default="", help="only cases with these words in them")
    given = parser.parse_args()
    cases = [case for case in all_cases() if given.of in str(case)][:: given.every]
    began, total = time.monotonic(), Count()
    with ProcessPoolExecutor(WORKERS, mp_context=get_context("spawn")) as pool:
        for count in pool.map(_share, [cases[start::WORKERS] for start in range(WORKERS)]):
            total.merge(count)
    _say(*total.lines(), f"in {time.monotonic() - began:.0f} s")
    # Of a few cases all may hang.
    whole = given.every == 1 and not given.of
    missed = whole and any(total.unreached())
    return 1 if total.wrong or missed or total.cases != len(cases) else 0


def _share(cases: list[Case]) -> Count:
    """One process's share of the cases."""
    only_this_machine()
    return asyncio.run(_go_through(cases))


async def _go_through(cases: list[Case]) -> Count:
    count, left = Count(), iter(cases)
    with tempfile.TemporaryDirectory(prefix="codebell-sweep-") as folder:
        numbers = itertools.count()
        await asyncio.gather(*(_lane(Path(folder), numbers, left, count) for _ in range(LANES)))
    return count


async def _lane(folder: Path, numbers: "itertools.count[int]", left: Iterator[Case], count: Count) -> None:
    """Takes the next case until none is left; begins anew now and then, and after a mishap."""
    more = True
    while more:
        place = folder / str(next(numbers))
        place.mkdir()
        async with lane(place) as made:
            more = await _some(made, left, count)


async def _some(made: Lane, left: Iterator[Case], count: Count) -> bool:
    """A few cases; whether there may be more of them."""
    for _ in range(FRESH):
        if (case := next(left, None)) is None:
            return False
        if not await _one(made, case, count):
            break
        if not count.cases % EVERY:
            _say(f"{count.cases} cases, {len(count.wrong)} violations")
    return True


async def _one(made: Lane, case: Case, count: Count) -> bool:
    """Whether its lane can go on; what is wrong is said at once."""
    try:
        wrong = count.add(await made.run(case))
    except (AssertionError, TimeoutError, OSError, LookupError) as mishap:
        _say(count.fail(case, mishap))
        return False
    _say(*wrong)
    return True


def _say(*lines: str) -> None:
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
