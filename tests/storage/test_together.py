"""What is wished at the same time goes together, and nobody meets what is another's."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import pytest

from storage.activations import ActivationStore
from storage.database import Database
from storage.models import State
from storage.together import Together
from tests.storage.shelf import NOW, number, put, stored

LATER = NOW + timedelta(seconds=5)


class Counter:
    """Doubles numbers; those it does not like are a mistake. `gate` holds it up."""

    def __init__(self, most: int = 100) -> None:
        self.rounds: list[list[int]] = []
        self.hated: set[int] = set()
        self.broken_off = 0
        self.gate = asyncio.Event()
        self.gate.set()
        self.together: Together[int, int] = Together(self.double, most)

    async def double(self, numbers: Sequence[int]) -> list[int]:
        self.rounds.append([*numbers])
        try:
            await self.gate.wait()
        except asyncio.CancelledError:
            self.broken_off += 1
            raise
        if self.hated.intersection(numbers):
            raise ValueError(f"{numbers}")
        return [2 * each for each in numbers]

    async def asked(self, *numbers: int) -> list[asyncio.Task[int]]:
        """So many wishes that wait by now."""
        asking = [asyncio.create_task(self.together.ask(each)) for each in numbers]
        for _ in range(3):
            await asyncio.sleep(0)
        return asking


async def test_each_is_told_its_own_and_what_came_meanwhile_goes_together() -> None:
    counter = Counter()
    counter.gate.clear()
    first = await counter.asked(1, 2)
    second = await counter.asked(3, 4, 5)
    counter.gate.set()
    assert await asyncio.gather(*first, *second) == [2, 4, 6, 8, 10]
    assert counter.rounds == [[1, 2], [3, 4, 5]]


async def test_one_alone_waits_for_nobody() -> None:
    counter = Counter()
    assert [await counter.together.ask(each) for each in (1, 2)] == [2, 4]
    assert counter.rounds == [[1], [2]]


async def test_a_mistake_in_one_is_its_own_alone() -> None:
    counter = Counter()
    counter.hated = {2}
    asking = await counter.asked(1, 2, 3)
    found = await asyncio.gather(*asking, return_exceptions=True)
    assert [found[0], str(found[1]), found[2]] == [2, "[2]", 6]
    assert counter.rounds == [[1, 2, 3], [1], [2], [3]]


async def test_no_more_than_so_many_go_at_once() -> None:
    counter = Counter(most=2)
    assert await asyncio.gather(*await counter.asked(1, 2, 3)) == [2, 4, 6]
    assert counter.rounds == [[1, 2], [3]]


async def test_who_leaves_holds_up_nobody_else() -> None:
    counter = Counter()
    counter.gate.clear()
    first, second = await counter.asked(1, 2)
    third, fourth = await counter.asked(3, 4)
    for one in (first, third):
        one.cancel()
    await asyncio.wait([first, third])
    counter.gate.set()
    assert await asyncio.gather(second, fourth) == [4, 8]
    assert counter.rounds == [[1, 2], [4]]
    assert not counter.broken_off


async def test_what_nobody_waits_for_is_broken_off_before_the_last_one_is_gone() -> None:
    counter = Counter()
    counter.gate.clear()
    asking = await counter.asked(1, 2)
    for one in asking:
        one.cancel()
    await asyncio.wait(asking)
    assert counter.broken_off == 1
    counter.gate.set()
    assert await counter.together.ask(3) == 6


async def test_nothing_is_asked_together_from_inside_a_transaction(database: Database) -> None:
    store = ActivationStore(database)
    async with database.begin():
        with pytest.raises(RuntimeError):
            await store.get("n")


async def test_answers_are_noted_together_each_by_its_own_row(database: Database) -> None:
    key, store = await stored(database), ActivationStore(database)
    rows = [
        number(key, name, state, failures=2, reason=reason)
        for name, state, reason in (
            ("plain", State.WAITING, ""),
            ("told", State.WAITING, "Unavailable"),
            ("kept", State.WAITING, "NotCancelled:BadKey"),
            ("over", State.EXPIRED, "EndedEarly"),
        )
    ]
    await put(database, *rows)
    at = {row.id: LATER + timedelta(seconds=place) for place, row in enumerate(rows)}
    answers = (store.answered(row.id, NOW, lambda each: at[each.id]) for row in rows)
    assert await asyncio.gather(*answers) == [False, True, False, False]
    found = [await store.get(row.id) for row in rows]
    assert [each and each.reason for each in found] == ["", "", "NotCancelled:BadKey", "EndedEarly"]
    for each in found:
        assert each is not None
        assert (each.failures, each.polled_at, each.next_poll_at) == (0, NOW, at[each.id])


async def test_an_answer_about_a_number_that_is_gone_spoils_no_other(database: Database) -> None:
    key, store = await stored(database), ActivationStore(database)
    await put(database, number(key, "n", State.WAITING))
    asked = (store.answered(name, NOW, lambda _: LATER) for name in ("n", "gone"))
    noted, error = await asyncio.gather(*asked, return_exceptions=True)
    row = await store.get("n")
    assert (noted, isinstance(error, Exception)) == (False, True)
    assert row is not None
    assert row.next_poll_at == LATER
