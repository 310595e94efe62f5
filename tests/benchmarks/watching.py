"""How many numbers one core watches, how late, and how soon a code rings."""

import asyncio
import itertools
import random
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.benchmarks.bare import bare_rate
from tests.benchmarks.beside import Beside, served
from tests.benchmarks.cores import measured_here
from tests.benchmarks.crowd import crowd
from tests.benchmarks.figures import Figure
from tests.benchmarks.proc import busy
from tests.benchmarks.provider import ANSWERS

#: Numbers that wait, and seconds between two looks at one of them.
FEW, MANY = 1_000, 10_000
SPACING = 5.0
#: Seconds from the bot's start to the first that is measured, and those measured.
WARM, WATCHED = 15.0, 25.0
#: Codes that come meanwhile, of which p99 is one and not the slowest; seconds until the last has rung.
CODES, RUNG = 240, 8.0
#: How many ask at once as the bare client, and for how many seconds.
AT_ONCE, BARE = 50, 5.0


@dataclass(frozen=True, slots=True)
class Watch:
    """What was seen of the looks at some numbers; seconds. `late` and `ringing` are the halfway and p99.

    `earliest` is the least between two looks at one number, of so many `gaps`. Of `rung` codes, `silent` ones
    did not ring at all.
    """

    rate: float
    #: The share of the core, and its seconds for each look.
    core: float
    cost: float
    earliest: float
    gaps: int
    late: tuple[float, float]
    ringing: tuple[float, float]
    rung: int
    silent: int

    @property
    def why(self) -> str:
        """What was measured beside a goal that was missed."""
        return f"{self.core:.0%} of the core was busy, {self.cost * 1000:.2f} ms a look, codes and all"


async def figures(folder: Path) -> list[Figure]:
    """The bare client is measured first, in this process, on the processor that is the bot's afterwards."""
    with served("provider") as url, measured_here():
        bare = await bare_rate(f"{url}/smsbower?action=getStatus&id=0", AT_ONCE, BARE)
    few = await watched(folder / "few", FEW)
    many = await watched(folder / "many", MANY)
    asked = Figure(
        *(f"watching {MANY:,}", "looks", many.rate, "/s", "the bare client", bare, 0.7),
        more=True,
        why=many.why,
    )
    return [*rows(FEW, few, 0.05), asked, *rows(MANY, many, 0.25)]


def rows(numbers: int, seen: Watch, rings_within: float) -> list[Figure]:
    """The rows of so many numbers."""
    about = f"watching {numbers:,}"
    rings, due = seen.ringing, "after the look that was due, less the site's two answers"
    core = f"{seen.core:.0%} of the core, {seen.rate:.0f} looks/s and {CODES / WATCHED:.1f} codes/s"
    late, again = seen.late, "between two looks at one, least"
    halfway = f"{rings[0]:.3f} s halfway, of {seen.rung}, {seen.silent} of them never"
    return [
        Figure(about, "processor for each look, codes and all", seen.cost * 1000, "ms", limit=core),
        Figure(about, "late, p99", late[1], "s", limit=f"{late[0]:.3f} s halfway", goal=0.5, why=seen.why),
        Figure(about, again, seen.earliest, "s", f"of {seen.gaps}", goal=SPACING, more=True, why=seen.why),
        Figure(about, f"a code rings {due}, p99", rings[1], "s", halfway, goal=rings_within, why=seen.why),
    ]


async def watched(folder: Path, numbers: int) -> Watch:
    """A bot with so many numbers, at work for a while."""
    async with crowd(folder, numbers) as here:
        await asyncio.sleep(WARM)
        here.ask("forget")
        used, begun = busy(here.bot.pid), time.monotonic()
        await _codes_come(here, numbers)
        used, took = busy(here.bot.pid) - used, time.monotonic() - begun
        told = here.ask("told")
        await asyncio.sleep(RUNG)
        return found(told, here.ask("told"), numbers, used, took)


async def _codes_come(here: Beside, numbers: int) -> None:
    """To numbers of many people, one after the other over all the time that is measured."""
    begun = time.monotonic()
    for place, one in enumerate(random.sample(range(numbers), CODES)):
        await asyncio.sleep(max(0.0, begun + place * WATCHED / CODES - time.monotonic()))
        here.ask("code", id=str(one), code=f"{random.randrange(10**7, 10**8)}")


def found(told: dict[str, Any], later: dict[str, Any], numbers: int, used: float, took: float) -> Watch:
    """`used` are seconds of the processor."""
    asked, since, until = told["asked"], told["since"], told["since"] + took
    gaps = [after - before for moments in asked.values() for before, after in itertools.pairwise(moments)]
    waiting = [asked.get(str(one), []) for one in range(numbers) if str(one) not in told["codes"]]
    # Before the first question and after the last one somebody waited too, if it was one more spacing.
    edges = [gap for moments in waiting for gap in _edges(since, moments, until) if gap > SPACING]
    late = _halfway_and_p99([gap - SPACING for gap in gaps + edges])
    rings, looks = _rings(later), sum(map(len, asked.values()))
    silent, cost = len(later["codes"]) - len(later["rung"]), used / max(looks, 1)
    # Where none was asked twice nothing is known of that, and no goal reached.
    apart = min(gaps, default=0.0), len(gaps)
    ringing = _halfway_and_p99(rings)
    return Watch(looks / took, used / took, cost, *apart, late, ringing, len(rings), silent)


def _edges(since: float, moments: Sequence[float], until: float) -> tuple[float, ...]:
    return (moments[0] - since, until - moments[-1]) if moments else (until - since,)


def _rings(told: dict[str, Any]) -> list[float]:
    """Seconds from the moment that a code could be told, as far as site and spacing go, to its message.

    The spacing counts from the answer to the question before, and the code comes with the next answer: the
    site takes its time for both.
    """
    rings = []
    for number, (code, came) in told["codes"].items():
        before = max((moment for moment in told["asked"].get(number, ()) if moment < came), default=came)
        due = max(came, before + ANSWERS + SPACING) + ANSWERS
        rings.append(told["rung"].get(code, due + SPACING) - due)
    return rings


def _halfway_and_p99(seconds: Sequence[float]) -> tuple[float, float]:
    return statistics.median(seconds), statistics.quantiles(seconds, n=100)[-1]
