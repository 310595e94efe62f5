"""What is wished at the same time goes together, and nobody meets what is another's."""

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from contextvars import copy_context
from datetime import timedelta

import pytest
from sqlalchemy import literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.activations import ActivationStore
from storage.database import Database
from storage.models import Activation, Key, State
from storage.together import Together
from tests.storage.shelf import NOW, number, put, stored
from tests.storage.test_hops import counted

LATER = NOW + timedelta(seconds=5)


class Counter:
    """Doubles numbers; those it does not like are a mistake. `gate` holds it up."""

    def __init__(self, database: Database, most: int = 100, pause: float = 0.0) -> None:
        self.rounds: list[list[int]] = []
        self.begun = asyncio.Event()
        self.hated: set[int] = set()
        self.broken_off = 0
        self.gate = asyncio.Event()
        self.gate.set()
        self.together = Together(database.begin, most, pause)

    async def double(self, _: AsyncSession, numbers: Sequence[int]) -> list[int]:
        self.rounds.append([*numbers])
        self.begun.set()
        try:
            await self.gate.wait()
        except asyncio.CancelledError:
            self.broken_off += 1
            raise
        if self.hated.intersection(numbers):
            raise ValueError(f"{numbers}")
        return [2 * each for each in numbers]

    async def ask(self, wish: int) -> int:
        return await self.together.ask(self.double, wish)

    async def asked(self, *numbers: int) -> list[asyncio.Task[int]]:
        """So many wishes that wait by now."""
        asking = [asyncio.create_task(self.ask(each)) for each in numbers]
        await self.begun.wait()
        return asking


async def test_each_is_told_its_own_and_what_came_meanwhile_goes_together(database: Database) -> None:
    counter = Counter(database)
    counter.gate.clear()
    first = await counter.asked(1, 2)
    second = await counter.asked(3, 4, 5)
    counter.gate.set()
    assert await asyncio.gather(*first, *second) == [2, 4, 6, 8, 10]
    assert counter.rounds == [[1, 2], [3, 4, 5]]


async def test_one_alone_waits_for_nobody(database: Database) -> None:
    counter = Counter(database)
    assert [await counter.ask(each) for each in (1, 2)] == [2, 4]
    assert counter.rounds == [[1], [2]]


async def gathering(database: Database) -> tuple[Counter, asyncio.Task[int]]:
    """A wish that waits for the pause after the transaction before it."""
    counter = Counter(database, pause=0.05)
    counter.gate.clear()
    first = await counter.asked(1, 2)
    [third] = await counter.asked(3)
    counter.gate.set()
    await asyncio.gather(*first)
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert counter.rounds == [[1, 2]]
    return counter, third


async def test_where_one_transaction_follows_the_other_it_gathers_a_while(database: Database) -> None:
    counter, third = await gathering(database)
    assert [await counter.ask(4), await third] == [8, 6]
    assert counter.rounds == [[1, 2], [3, 4]]


async def test_who_leaves_while_it_gathers_is_asked_for_no_more(database: Database) -> None:
    counter, third = await gathering(database)
    third.cancel()
    await asyncio.wait([third])
    assert await counter.ask(4) == 8
    assert counter.rounds == [[1, 2], [4]]


async def test_a_mistake_in_one_is_its_own_alone(database: Database) -> None:
    counter = Counter(database)
    counter.hated = {2}
    asking = await counter.asked(1, 2, 3)
    found = await asyncio.gather(*asking, return_exceptions=True)
    assert [found[0], str(found[1]), found[2]] == [2, "[2]", 6]
    assert counter.rounds == [[1, 2, 3], [1], [2], [3]]


async def test_no_more_than_so_many_go_at_once(database: Database) -> None:
    counter = Counter(database, most=2)
    assert await asyncio.gather(*await counter.asked(1, 2, 3)) == [2, 4, 6]
    assert counter.rounds == [[1, 2], [3]]


async def test_who_leaves_holds_up_nobody_else(database: Database) -> None:
    counter = Counter(database)
    counter.gate.clear()
    first, second = await counter.asked(1, 2)
    third, fourth = await counter.asked(3, 4)
    for one in (first, third):
        one.cancel()
    await asyncio.wait([first, third])
    counter.gate.set()
    assert (await second, await fourth) == (4, 8)
    assert counter.rounds == [[1, 2], [4]]
    assert not counter.broken_off


async def test_what_nobody_waits_for_is_broken_off_before_the_last_one_is_gone(database: Database) -> None:
    counter = Counter(database)
    counter.gate.clear()
    asking = await counter.asked(1, 2)
    for one in asking:
        one.cancel()
    await asyncio.wait(asking)
    assert counter.broken_off == 1
    counter.gate.set()
    assert await counter.ask(3) == 6


async def test_whoever_comes_after_many_have_left_is_told_all_the_same() -> None:
    """Some leave before the task that works for them has made its first step."""
    for seed in range(200):
        dice, together = random.Random(seed), Together(_nothing, most=2)
        asking: dict[int, asyncio.Task[int]] = {}
        leaving: set[int] = set()
        for wish in range(12):
            asking[wish] = asyncio.create_task(together.ask(_same, wish))
            for _ in range(dice.randrange(3)):
                await asyncio.sleep(0)
            if dice.random() < 0.6:
                leaving.add(leaver := dice.choice([*asking]))
                asking[leaver].cancel()
        _, untold = await asyncio.wait(asking.values(), timeout=20)
        assert not untold, seed
        assert all(asking[wish].result() == wish for wish in asking if wish not in leaving)


@asynccontextmanager
async def _nothing() -> AsyncIterator[AsyncSession]:
    await asyncio.sleep(0)
    yield AsyncSession()
    await asyncio.sleep(0)


async def _same(_: AsyncSession, wishes: Sequence[int]) -> Sequence[int]:
    return wishes


async def _written(session: AsyncSession, wishes: Sequence[int]) -> list[str]:
    return [str(await session.scalar(select(literal(each)))) for each in wishes]


async def test_wishes_of_different_kinds_go_in_one_transaction(database: Database) -> None:
    counter, hops = Counter(database), await counted(database)
    ask = counter.together.ask
    told = await asyncio.gather(counter.ask(1), ask(_written, 2), counter.ask(3), ask(_written, 4))
    assert [*told] == [2, "2", 6, "4"]
    # Two statements, the first with its begin, and one end.
    assert (counter.rounds, hops.calls) == ([[1, 3]], 3)


async def test_rows_that_are_wanted_at_the_same_time_are_read_together_each_by_its_id(
    database: Database,
) -> None:
    key = await stored(database)
    await put(database, number(key, "n", State.WAITING), number(key, "m", State.WAITING))
    hops = await counted(database)
    wanted = (database.row(Activation, each) for each in ("m", "gone", "n", "m"))
    found = await asyncio.gather(*wanted, database.row(Key, key.id))
    assert [getattr(row, "id", None) for row in found] == ["m", None, "n", "m", key.id]
    assert hops.calls == 2


async def test_a_row_is_read_as_it_is_when_the_transaction_before_is_over(database: Database) -> None:
    key, store = await stored(database), ActivationStore(database)
    await put(database, number(key, "n", State.WAITING))
    outside = copy_context()
    async with database.begin() as session:
        row = await session.get_one(Activation, "n")
        reading = [outside.run(asyncio.create_task, store.get("n")) for _ in range(2)]
        row.reason = "Unavailable"
    assert [each and each.reason for each in await asyncio.gather(*reading)] == ["Unavailable"] * 2


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
