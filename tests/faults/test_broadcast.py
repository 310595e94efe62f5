"""One message to many: the bot is killed in the middle, nobody gets it twice; `make broadcast` is longer."""

from pathlib import Path

from tests.faults.broadcast import Announcement
from tests.faults.harness import opened


async def test_t_21_killed_in_the_middle_a_broadcast_goes_on_and_nobody_gets_two_copies(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as sandbox:
        count = await Announcement(sandbox, size=150, blocked=10, floods=2, kills=2).run()
    told = "\n".join(count.lines())
    assert count.wrong == [], told
    assert count.reached >= count.living - count.unsure, told
    assert (count.kills, count.twice) == (2, 0), told
    assert count.shown >= 2, told
