"""Killed and stopped at random moments while people buy, it loses nothing; `make torture` is the long one."""

from pathlib import Path
from random import Random

from tests.faults.harness import opened
from tests.faults.torture import Torture


async def test_s_1_s_15_killed_and_stopped_at_random_under_load_it_loses_nothing(tmp_path: Path) -> None:
    async with opened(tmp_path) as sandbox:
        count = await Torture(sandbox, Random(1)).run(kills=6, stops=2)
    told = "\n".join(count.lines())
    assert count.wrong == [], told
    assert (count.kills, count.stops) == (6, 2)
    assert count.pressed >= count.sold == count.paid + count.unknown_sold >= 6, told
    assert count.codes == count.delivered > 0, told
