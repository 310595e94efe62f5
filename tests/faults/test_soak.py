"""What a soak calls growth, that all have their part in it, and that its people hear when it is over."""

import asyncio
import signal
from pathlib import Path
from random import Random

import pytest

from bot.sandbox.telegram.world import Press
from tests.faults.harness import BotProcess, opened
from tests.faults.person import Person
from tests.faults.soak import Sample, drift, leap, least, wrong
from tests.faults.square import EACH, GROUPS, Square

CALM = Sample(0, 100, 20, 5, 30)


def grown(by: float) -> list[Sample]:
    """Ten minutes in which the memory changes by so many MB, evenly."""
    return [Sample(second, 100 + by * second / 600, 20, 5, 30) for second in range(0, 601, 10)]


@pytest.mark.parametrize("by", [0.0, 3.0, -3.0])
def test_memory_that_stays_is_flat(by: float) -> None:
    assert wrong(grown(by), CALM, CALM) == []


def test_memory_that_grows_after_it_was_warm_is_told() -> None:
    assert drift(grown(10.0)) == pytest.approx(10 / 105)
    assert wrong(grown(10.0), CALM, CALM) == ["memory changed by +6.6% after it was warm"]


def test_what_is_held_at_rest_and_was_not_before_is_told() -> None:
    assert wrong(grown(0), CALM, Sample(900, 100, 40, 5, 30)) == ["40 files at rest, 20 before"]
    assert wrong(grown(0), CALM, Sample(900, 100, 21, 6, 31)) == []


def test_what_comes_and_goes_at_rest_is_not_held() -> None:
    seen = [Sample(at, 100, files, 5, tasks) for at, files, tasks in ((900, 70, 30), (906, 22, 41))]
    assert least(seen) == Sample(906, 100, 22, 5, 30)


@pytest.mark.parametrize("turns", range(4))
async def test_who_is_told_to_stop_while_something_happens_stops(tmp_path: Path, turns: int) -> None:
    async with opened(tmp_path) as sandbox:
        waiting: asyncio.Task[None] = asyncio.create_task(sandbox.eventually(lambda: None, "it happens", 1))
        await asyncio.sleep(0)
        sandbox.world.events.tell("anything")
        for _ in range(turns):
            await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.wait([waiting])
        assert waiting.cancelled()


async def test_what_passes_at_once_is_not_the_time_a_press_was_waited_for(tmp_path: Path) -> None:
    async with opened(tmp_path) as sandbox:
        begun = sandbox.world.clock()
        press = sandbox.world.presses["1"] = Press("1", sandbox.world.bot().id, begun)
        leap(sandbox, 60)
        assert sandbox.world.clock() - begun >= 60
        assert sandbox.world.clock() - press.at < 60


async def test_every_group_buys_on_its_own_key_and_the_news_go_out(tmp_path: Path) -> None:
    async with opened(tmp_path) as sandbox:
        operator, *people = (Person(sandbox, f"Person {number}") for number in range(1 + EACH))
        bot = BotProcess(sandbox, ADMIN_IDS=str(operator.id))
        await bot.start()
        square = Square(sandbox, Random(1), operator)
        await square.gather(people)
        assert square.wrong() == ["no group bought anything", "no broadcast went out"]
        square.go()
        await sandbox.eventually(lambda: square.bought == GROUPS and square.copies, "they buy and are told")
        await square.rest()
        assert square.wrong() == []
        await bot.stop(signal.SIGTERM)
