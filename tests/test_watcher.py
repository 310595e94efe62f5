"""The tick: what is due is looked at in its own moment and lane, once, whatever else fails."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.watcher import LANE, LEASE, TOGETHER, Duty, Watcher
from storage.activations import ActivationStore
from storage.due import Claim
from storage.models import Activation, Key, State
from tests.core import OWNER, Core, blank, put
from tests.doubles import FakeClock
from tests.storage.shelf import number


class Post:
    """A watcher over a real file whose steps and sleeps a test can see and hold."""

    def __init__(self, core: Core) -> None:
        self.core, self.clock = core, core.clock
        self.looked: list[str] = []
        self.slept: list[float] = []
        self.failing: set[str] = set()
        self.gates: dict[str, asyncio.Event] = {}
        self.woken = asyncio.Event()
        self.watcher = Watcher(core.database, [Duty(core.numbers, self.step)], self.clock, sleep=self.sleep)

    async def step(self, row: Activation) -> None:
        self.looked.append(row.id)
        self.woken.set()
        if row.provider in self.gates:
            await self.gates[row.provider].wait()
        if row.id in self.failing:
            raise ValueError("a mistake of ours")
        await self.core.numbers.answered(row.id, self.clock(), lambda _: self.clock() + timedelta(seconds=5))

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        await asyncio.sleep(0)

    async def tick(self) -> None:
        await self.watcher.tick()
        await self.watcher.settle(10)

    async def watch(self, name: str, due: float, key: Key | None = None, **more: object) -> None:
        """A waiting number that is due in so many seconds."""
        key = key or await self.key()
        at = self.clock() + timedelta(seconds=due)
        await put(self.core.database, number(key, name, State.WAITING, next_poll_at=at, **more))

    async def key(self) -> Key:
        found = await self.core.keys.get(self.core.key_id)
        assert found is not None
        return found

    async def due(self, name: str) -> float:
        row = await self.core.row(name)
        assert row.next_poll_at is not None
        return (row.next_poll_at - self.clock()).total_seconds()


@pytest.fixture
async def post(tmp_path: Path) -> AsyncIterator[Post]:
    async with blank(tmp_path) as database:
        core = Core(database)
        core.key_id = (await core.key()).id
        made = Post(core)
        yield made
        await made.watcher.settle(10)


async def test_what_falls_due_before_the_next_tick_is_looked_at_at_its_own_moment(post: Post) -> None:
    for name, due in (("now", 0), ("past", -60), ("soon", 0.4), ("next", 1.5)):
        await post.watch(name, due)
    await post.tick()
    assert post.looked == ["past", "now", "soon"]
    assert post.slept == [0, 0, 0.4]


async def test_what_falls_due_in_the_same_moment_begins_with_the_last_of_it(post: Post) -> None:
    assert TOGETHER == 0.005
    for name, due in (("first", 0.101), ("last", 0.104), ("later", 0.107)):
        await post.watch(name, due)
    await post.tick()
    assert post.looked == ["first", "last", "later"]
    assert post.slept == [0.104, 0.107]


async def test_a_number_under_way_is_not_looked_at_again(post: Post) -> None:
    gate = post.gates["smsbower"] = asyncio.Event()
    await post.watch("slow", 0, provider="smsbower")
    await post.watcher.tick()
    await post.woken.wait()
    post.clock.advance(LEASE.total_seconds() + 1)
    await post.watcher.tick()
    gate.set()
    await post.watcher.settle(10)
    assert post.looked == ["slow"]


async def test_what_falls_due_while_it_is_under_way_is_looked_at_right_after(post: Post) -> None:
    gate = post.gates["smsbower"] = asyncio.Event()
    await post.watch("slow", 0, provider="smsbower")
    await post.watcher.tick()
    await post.woken.wait()
    await post.core.numbers.put_off("slow", post.clock())
    await post.watcher.tick()
    assert await post.due("slow") == 0
    gate.set()
    await post.watcher.settle(10)
    assert post.looked == ["slow"]


async def test_two_ticks_at_once_look_at_a_number_once(post: Post) -> None:
    for count in range(20):
        await post.watch(f"n{count}", 0)
    await asyncio.gather(*(post.watcher.tick() for _ in range(5)))
    await post.watcher.settle(10)
    assert sorted(post.looked) == sorted(f"n{count}" for count in range(20))


async def test_a_claimed_number_whose_process_died_is_due_again_after_the_lease(post: Post) -> None:
    await post.watch("n", 0)
    await post.core.numbers.claim(post.clock(), post.clock() + LEASE)
    await post.tick()
    assert post.looked == []
    post.clock.advance(LEASE.total_seconds())
    await post.tick()
    assert post.looked == ["n"]


async def test_a_start_looks_at_everything_that_is_watched_whatever_was_claimed(post: Post) -> None:
    await post.watch("claimed", 0)
    await post.watch("later", 900)
    await post.core.numbers.claim(post.clock(), post.clock() + LEASE)
    await post.watcher.start()
    await post.watcher.settle(10)
    assert sorted(post.looked) == ["claimed", "later"]


async def test_a_slow_key_fills_only_its_own_lane(post: Post) -> None:
    gate = post.gates["smsbower"] = asyncio.Event()
    other = await post.core.key(chat_id=OWNER + 1, secret="another-account-9999")
    for count in range(LANE * 3):
        await post.watch(f"slow{count}", 0, provider="smsbower")
    await post.watch("quick", 0, other, provider="alpha")
    await post.watcher.tick()
    while "quick" not in post.looked:
        post.woken.clear()
        await post.woken.wait()
    assert await post.due("quick") == 5
    assert len(post.looked) <= LANE + 1
    gate.set()
    await post.watcher.settle(10)
    assert len(post.looked) == LANE * 3 + 1


async def test_a_mistake_in_one_look_stops_no_other_and_is_tried_again_later(post: Post) -> None:
    post.failing = {"bad"}
    await post.watch("bad", 0)
    await post.watch("good", 0)
    await post.tick()
    assert await post.due("good") == 5
    assert await post.due("bad") == LEASE.total_seconds()
    post.failing.clear()
    post.clock.advance(LEASE.total_seconds())
    await post.tick()
    assert await post.due("bad") == 5


async def test_a_look_goes_by_the_row_as_it_is_when_its_turn_comes(post: Post) -> None:
    seen: list[State] = []

    async def step(row: Activation) -> None:
        seen.append(row.state)

    async def cancel_meanwhile(seconds: float) -> None:
        await post.core.numbers.cancelling("n", post.clock(), post.clock())

    watcher = Watcher(post.core.database, [Duty(post.core.numbers, step)], post.clock, sleep=cancel_meanwhile)
    await post.watch("n", 0.5)
    await watcher.tick()
    await watcher.settle(10)
    assert seen == [State.CANCELLING]


async def test_what_was_finished_while_it_waited_for_its_moment_is_not_looked_at(post: Post) -> None:
    async def finish_meanwhile(seconds: float) -> None:
        await post.core.numbers.finished("n", post.clock())

    watcher = Watcher(
        post.core.database, [Duty(post.core.numbers, post.step)], post.clock, sleep=finish_meanwhile
    )
    key = await post.key()
    await put(
        post.core.database, number(key, "n", State.RECEIVED, next_poll_at=post.clock(), asked_again=True)
    )
    await watcher.tick()
    await watcher.settle(10)
    assert post.looked == []


async def test_a_nudge_is_a_tick_at_once_and_a_failing_tick_ends_nothing(post: Post) -> None:
    class Moody(ActivationStore):
        fails = 1

        async def claim(self, *given: object, **more: object) -> list[Claim]:
            if self.fails:
                self.fails -= 1
                raise OSError("disk")
            return list(await super().claim(*given, **more))  # type: ignore[arg-type] # passed on

    watcher = Watcher(
        post.core.database, [Duty(Moody(post.core.database), post.step)], FakeClock(), sleep=post.sleep
    )
    listening = asyncio.create_task(watcher.listen())
    await post.watch("n", 0)
    watcher.nudge()
    await asyncio.sleep(0)
    watcher.nudge()
    await post.woken.wait()
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)
    await watcher.settle(10)
    assert post.looked == ["n"]
