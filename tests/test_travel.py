"""What leaves evenly and travels for any time is never heard thirty-one times in a second."""

import asyncio
import random
from collections.abc import Callable

import pytest

from bot.paces import FOR_CODES, TELEGRAM, NoRoom, Tempo
from bot.travel import LONGEST, Travel
from bot.turnstile import Window
from tests.stopwatch import Stopwatch
from tests.test_paces import TEAM, most_within

Journey = Callable[[random.Random], float]


class Ear:
    """A Telegram that writes down when it hears; the answer takes as long again as the shortest way there."""

    def __init__(self, tempo: Tempo, watch: Stopwatch, journey: Journey) -> None:
        self.heard: list[float] = []
        self._tempo, self._watch, self._journey = tempo, watch, journey
        self._chance = random.Random(31)

    def send(self, chat_id: int) -> None:
        """Now, and without waiting for the answer."""
        answered, way = self._tempo.leave(chat_id), self._journey(self._chance)
        self._watch.call_later(way, lambda: self.heard.append(self._watch.now))
        self._watch.call_later(way + 0.02, answered)

    async def copy(self, chat_id: int) -> None:
        async with self._tempo.turn(chat_id, last=True):
            self.send(chat_id)


def steady(_: random.Random) -> float:
    return 0.02


def shaken(chance: random.Random) -> float:
    """Up to a tenth of a second more."""
    return 0.02 + chance.uniform(0, 0.1)


def stuck(chance: random.Random) -> float:
    """Now and then for most of a second."""
    return 0.02 + (0.9 if chance.random() < 0.05 else 0.0)


@pytest.mark.parametrize(
    ("journey", "least"), [(steady, 29.0), (shaken, 27.5), (stuck, 27.5)], ids=["steady", "shaken", "stuck"]
)
async def test_never_thirty_one_are_heard_in_a_second_however_long_they_travel(
    journey: Journey, least: float
) -> None:
    watch = Stopwatch()
    ear = Ear(Tempo(TELEGRAM, watch), watch, journey)
    tasks = [asyncio.create_task(ear.copy(chat_id)) for chat_id in range(1, 1501)]
    await watch.run(40)
    assert most_within(ear.heard, 0.999) == 30
    assert sum(20 <= moment < 40 for moment in ear.heard) / 20 > least
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def test_what_has_no_answer_counts_until_nobody_expects_it_to_be_heard_any_more() -> None:
    watch = Stopwatch()
    window = Window(1, 1.0, watch)
    window.count()
    Travel(window, watch).leave(window.last)
    watch.now = LONGEST + 0.9
    assert window.pause()
    watch.now = LONGEST + 1.1
    assert not window.pause()


async def test_an_answer_that_comes_after_all_that_time_takes_no_room() -> None:
    watch = Stopwatch()
    window = Window(1, 1.0, watch)
    window.count()
    travel = Travel(window, watch)
    travel.leave(window.last)
    watch.now = 20.0
    travel.answered(0.0)
    assert window.left == 1


async def test_until_the_quickest_way_is_known_a_message_counts_from_its_answer() -> None:
    watch = Stopwatch()
    window = Window(1, 1.0, watch)
    travel = Travel(window, watch)
    for _ in range(99):
        window.count()
        travel.leave(window.last)
        watch.now += 0.3
        travel.answered(window.last)
    watch.now += 0.8
    assert window.left == 0
    watch.now += 0.3
    assert window.left == 1


async def test_a_way_that_grew_longer_for_good_is_known_after_a_while() -> None:
    watch = Stopwatch()
    window = Window(1, 1.0, watch)
    travel = Travel(window, watch)
    for way in (0.02, *[0.2] * 6000):
        window.count()
        travel.leave(window.last)
        watch.now += way
        travel.answered(window.last)
    assert travel.least == pytest.approx(0.2)


async def test_while_people_press_copies_leave_room_for_the_answers() -> None:
    watch = Stopwatch()
    ear = Ear(Tempo(TELEGRAM, watch), watch, steady)
    tasks = [asyncio.create_task(ear.copy(chat_id)) for chat_id in range(1, 1501)]
    chance = random.Random(5)
    for _ in range(80):
        await watch.run(chance.uniform(0.2, 0.6))
        ear.send(5000)
    later = [moment for moment in ear.heard if moment > 5]
    assert most_within(later, 0.999) <= 30
    assert len(later) / (watch.now - 5) > 24
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def test_a_turn_in_which_nothing_was_said_takes_no_room() -> None:
    watch = Stopwatch()
    tempo = Tempo(TELEGRAM, watch)
    for _ in range(29):
        with pytest.raises(NoRoom):
            async with tempo.turn(TEAM, urgent=True):
                raise NoRoom(5.0)
    assert not tempo.pause(TEAM, besides=20 - 1 - FOR_CODES)
    with tempo.answering(TEAM, tempo.part(9)):
        tempo.speak(TEAM)
    assert tempo.pause(TEAM, besides=20 - 1 - FOR_CODES)
