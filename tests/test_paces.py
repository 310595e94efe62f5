"""Never more in any span of time than Telegram takes, whoever speaks; a code overtakes all that waits."""

import asyncio
import itertools
import random
from collections.abc import AsyncIterator, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.paces import FOR_CODES, TELEGRAM, NoRoom, Paces, Tempo
from bot.turnstile import Line, Steady, Window
from tests.stopwatch import Stopwatch

ANN, BOB, TEAM = 1, 2, -100
WIDE = Paces(all=(1000, 1.0), private=(1000, 1.0), group=(20, 61.0))


class Talk:
    """Speaks as a postman does, and writes down when."""

    def __init__(self, tempo: Tempo, watch: Stopwatch) -> None:
        self.tempo, self._watch = tempo, watch
        self.said: list[tuple[float, str]] = []
        self.refused = 0
        self._tasks: list[asyncio.Task[None]] = []

    def begin(self, chat_id: int, words: str = "", *, urgent: bool = False) -> asyncio.Task[None]:
        self._tasks.append(task := asyncio.create_task(self.say(chat_id, words, urgent=urgent)))
        return task

    async def say(self, chat_id: int, words: str = "", *, urgent: bool = False) -> None:
        try:
            async with self.tempo.turn(chat_id, urgent=urgent):
                self.tempo.speak(chat_id)
                self.said.append((self._watch.now, words))
        except NoRoom:
            self.refused += 1

    def answer(self, chat_id: int) -> None:
        """As a handler does: at once."""
        self.tempo.speak(chat_id)
        self.said.append((self._watch.now, "answer"))

    @property
    def moments(self) -> list[float]:
        return [moment for moment, _ in self.said]

    @property
    def words(self) -> list[str]:
        return [words for _, words in self.said]

    async def end(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


@pytest.fixture
def watch() -> Stopwatch:
    return Stopwatch()


@pytest.fixture
async def talk(watch: Stopwatch) -> AsyncIterator[Talk]:
    made = Talk(Tempo(TELEGRAM, watch), watch)
    yield made
    await made.end()


def most_within(moments: Sequence[float], span: float) -> int:
    """The most of these in any span of so many seconds, its ends included."""
    times, first, most = sorted(moments), 0, 0
    for last, moment in enumerate(times):
        while moment - times[first] > span:
            first += 1
        most = max(most, last - first + 1)
    return most


# In all


@pytest.mark.parametrize("late", [0.0, 0.002])
async def test_never_more_than_thirty_in_any_second_and_hardly_fewer(late: float) -> None:
    watch = Stopwatch(late)
    talk = Talk(Tempo(TELEGRAM, watch), watch)
    for chat_id in range(1, 601):
        talk.begin(chat_id)
    await watch.run(20)
    assert most_within(talk.moments, 1.0) == 30
    assert len(talk.said) / 20 > 29
    await talk.end()


async def test_who_comes_at_any_time_makes_no_second_fuller(watch: Stopwatch, talk: Talk) -> None:
    chance = random.Random(30)
    for chat_id in range(1, 301):
        talk.begin(chat_id, urgent=chance.random() < 0.2)
        await watch.run(chance.choice((0.0, 0.0, 0.01, 0.05, 0.3)))
    await watch.run(10)
    assert len(talk.said) == 300
    assert most_within(talk.moments, 1.0) <= 30


async def test_what_handlers_say_is_counted_and_waits_for_nothing(watch: Stopwatch, talk: Talk) -> None:
    for chat_id in range(1, 26):
        talk.answer(chat_id)
    for chat_id in range(101, 121):
        talk.begin(chat_id)
    await watch.run(1.0)
    assert len(talk.said) == 30
    await watch.run(1.1)
    assert len(talk.said) == 45
    assert most_within(talk.moments, 1.0) == 30


async def test_a_code_waits_behind_one_message_at_most(watch: Stopwatch, talk: Talk) -> None:
    for chat_id in range(1, 201):
        talk.begin(chat_id, "broadcast")
    await watch.run(3.01)
    before = len(talk.said)
    talk.begin(1001, "code", urgent=True)
    await watch.run(0.06)
    assert "code" in talk.words[before : before + 2]


async def test_a_card_that_stands_in_line_goes_at_once_when_a_code_waits_behind_it(
    watch: Stopwatch, talk: Talk
) -> None:
    for chat_id in range(1, 201):
        talk.begin(chat_id, f"card {chat_id}")
    await watch.run(1.5)
    before = len(talk.said)
    talk.tempo.hurry(200)
    await watch.run(0.06)
    assert talk.words[before] == "card 200"


async def test_who_gives_up_leaves_the_line_and_takes_no_room(watch: Stopwatch, talk: Talk) -> None:
    tasks = [talk.begin(chat_id, str(chat_id)) for chat_id in range(1, 101)]
    await watch.run(1.0)
    for task in tasks[40:60]:
        task.cancel()
    await watch.run(1.7)
    assert len(talk.said) == 80
    assert not {str(chat_id) for chat_id in range(41, 61)} & set(talk.words)


async def test_who_is_called_and_broken_off_at_that_moment_takes_no_room(watch: Stopwatch) -> None:
    window = Window(1, 10.0, watch)
    window.count()
    line = Line(window, Steady(1.0, 2, watch), watch)
    standing = asyncio.create_task(line.stand(ANN, urgent=False))
    await watch.run(0)
    watch.now = 11
    line.hurry(ANN)
    assert window.left == 0
    standing.cancel()
    await watch.run(0)
    assert window.left == 1


# One person


async def test_a_person_is_told_three_things_at_once_and_then_one_a_second(
    watch: Stopwatch, talk: Talk
) -> None:
    for _ in range(6):
        await asyncio.gather(talk.begin(ANN), watch.run(2))
    gaps = [round(after - before, 2) for before, after in itertools.pairwise(talk.moments)]
    assert len(talk.said) == 6
    assert most_within(talk.moments, 1.0) <= 3
    assert all(gap <= 2 for gap in gaps)


async def test_however_much_was_answered_a_code_waits_a_second_at_most(watch: Stopwatch, talk: Talk) -> None:
    for _ in range(20):
        talk.answer(ANN)
    talk.begin(ANN, "code", urgent=True)
    await watch.run(1.0)
    assert "code" not in talk.words[:20]
    await watch.run(0.1)
    assert talk.words[20] == "code"


@given(st.lists(st.floats(0, 4), max_size=40), st.integers(1, 5), st.floats(0.1, 3))
@settings(max_examples=60, deadline=None)
def test_one_in_so_many_seconds_on_average_and_so_many_at_once(
    waits: list[float], burst: int, every: float
) -> None:
    watch, passed = Stopwatch(), []
    steady = Steady(every, burst, watch)
    for wait in waits:
        watch.now += max(wait, steady.pause())
        steady.count()
        passed.append(watch.now)
    for first, last in itertools.combinations(range(len(passed)), 2):
        assert last - first + 1 <= burst + (passed[last] - passed[first]) / every + 0.01


# One group


@given(st.lists(st.floats(0, 30), max_size=80), st.integers(1, 20), st.floats(0.5, 60))
@settings(max_examples=60, deadline=None)
def test_never_more_in_any_span_however_they_come(waits: list[float], most: int, span: float) -> None:
    watch, passed = Stopwatch(), []
    window = Window(most, span, watch)
    for wait in waits:
        watch.now += wait
        while pause := window.pause():
            watch.now += pause
        window.count()
        passed.append(watch.now)
    assert most_within(passed, span * 0.999) <= most


async def test_never_more_than_twenty_in_any_minute_in_a_group_whoever_speaks(watch: Stopwatch) -> None:
    talk, chance = Talk(Tempo(WIDE, watch), watch), random.Random(20)
    for _ in range(600):
        urgent = chance.random() < 0.3
        if not talk.tempo.pause(TEAM, urgent=True) and chance.random() < 0.3:
            talk.answer(TEAM)
        await talk.say(TEAM, urgent=urgent)
        await watch.run(chance.choice((0.0, 0.1, 1.0, 4.0)))
    assert most_within(talk.moments, 60.0) == 20
    assert len(talk.said) > 20 * watch.now / 61 * 0.9
    assert talk.refused


async def test_the_last_three_of_a_groups_minute_are_for_codes(watch: Stopwatch, talk: Talk) -> None:
    for number in range(20):
        await watch.run(1)
        await asyncio.gather(talk.begin(TEAM, f"card {number}"), watch.run(0))
    assert len(talk.said) == 20 - FOR_CODES
    for number in range(5):
        await asyncio.gather(talk.begin(TEAM, f"code {number}", urgent=True), watch.run(1))
    assert talk.words[-3:] == ["code 0", "code 1", "code 2"]


async def test_a_full_group_holds_up_nobody_and_tells_when_it_has_room(watch: Stopwatch, talk: Talk) -> None:
    for _ in range(20):
        talk.answer(TEAM)
    with pytest.raises(NoRoom) as full:
        async with talk.tempo.turn(TEAM, urgent=True):
            raise AssertionError("there is no room")
    assert full.value.seconds == pytest.approx(61)
    with pytest.raises(NoRoom):
        talk.answer(TEAM)
    await watch.run(full.value.seconds)
    await asyncio.gather(talk.begin(TEAM, "card"), watch.run(0))
    assert talk.words[-1] == "card"


async def test_room_kept_for_an_answer_is_taken_by_nobody_else_and_given_back(talk: Talk) -> None:
    tempo = talk.tempo
    for _ in range(14):
        talk.answer(TEAM)
    with tempo.answering(TEAM, tempo.part(9)):
        assert not tempo.pause(TEAM, urgent=True, besides=4)
        with tempo.answering(TEAM, tempo.part(9)):
            assert tempo.pause(TEAM, urgent=True, besides=4)
        assert not tempo.pause(TEAM, urgent=True, besides=4)
        talk.answer(TEAM)
        assert not tempo.pause(TEAM, urgent=True, besides=4)
    assert not tempo.pause(TEAM, urgent=True, besides=4)
    assert tempo.pause(TEAM, urgent=True, besides=5)


async def test_of_a_crowd_only_those_are_remembered_who_were_told_something_lately(
    watch: Stopwatch, talk: Talk
) -> None:
    for chat_id in range(1, 10_001):
        talk.answer(chat_id)
        watch.now += 0.03
        assert len(talk.tempo.remembered) <= 1000


async def test_quiet_chats_are_forgotten_and_those_with_kept_room_are_not(
    watch: Stopwatch, talk: Talk
) -> None:
    for chat_id in (ANN, BOB, TEAM):
        talk.answer(chat_id)
    await watch.run(2)
    talk.answer(BOB)
    talk.tempo.tidy()
    assert talk.tempo.remembered == {BOB, TEAM}
    await watch.run(61)
    with talk.tempo.answering(TEAM, talk.tempo.part(9)):
        talk.tempo.tidy()
        assert talk.tempo.remembered == {TEAM}
