"""Updates in their order, each person's by itself, none dropped by another."""

import asyncio
import logging
from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.poller import EACH, IN_FLIGHT
from tests.desk import ANN, BOB, Desk, said, typed


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    made = Desk()
    yield made
    for gate in made.gates.values():
        gate.set()
    await made.poller.drain(10)


async def test_a_persons_updates_are_handled_in_their_order(desk: Desk) -> None:
    desk.gates[ANN] = asyncio.Event()
    desk.answers([said(1), said(2)], [said(3)])
    await desk.poller.fetch(0)
    await desk.poller.fetch(0)
    assert desk.fed == []
    desk.gates[ANN].set()
    await desk.poller.drain(10)
    assert desk.fed == [1, 2, 3]


async def test_a_slow_person_keeps_nobody_else_waiting(desk: Desk) -> None:
    gate = desk.gates[ANN] = asyncio.Event()
    desk.answers([said(1, ANN), said(2, ANN), said(3, BOB)])
    await desk.poller.fetch(0)
    while 3 not in desk.fed:  # noqa: ASYNC110 - the handler has no event of its own
        await asyncio.sleep(0)
    assert desk.fed == [3]
    gate.set()


@pytest.mark.parametrize(
    "poison",
    [
        {"update_id": 2, "message": {"message_id": "?"}},
        {"update_id": 2, "message": []},
        {"update_id": 2},
        {"update_id": 2, "invented_yesterday": {"from": {"id": "x"}}},
        {"message": said(9)["message"]},
        {},
    ],
)
async def test_t_13_an_update_nobody_can_read_is_skipped_alone(
    desk: Desk, poison: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    await desk.fetch([said(1), poison, said(3)])
    assert desk.fed == [1, 3]
    assert "Traceback" not in caplog.text


async def test_a_handler_that_fails_ends_nobodys_queue(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    desk.failing = {1}
    with caplog.at_level(logging.CRITICAL, "bot.poller"):
        await desk.fetch([said(1), said(2)])
    assert desk.fed == [1, 2]


async def test_t_18_at_most_a_hundred_updates_are_in_flight(desk: Desk) -> None:
    gate = desk.hold_everybody_back()
    desk.answers([said(number, person=number) for number in range(1, IN_FLIGHT + 2)])
    fetching = asyncio.create_task(desk.poller.fetch(0))
    for _ in range(IN_FLIGHT * 3):
        await asyncio.sleep(0)
    assert not fetching.done()
    gate.set()
    assert await fetching == IN_FLIGHT + 1
    await desk.poller.drain(10)
    assert sorted(desk.fed) == list(range(1, IN_FLIGHT + 2))


async def test_t_18_who_floods_the_bot_keeps_ten_places_and_nobody_else_waits(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    gate = desk.gates[ANN] = asyncio.Event()
    desk.answers([said(number) for number in range(1, IN_FLIGHT * 2)], [said(999, BOB)])
    await asyncio.wait_for(desk.poller.fetch(0), 10)
    await desk.poller.fetch(0)
    while 999 not in desk.fed:  # noqa: ASYNC110 - the handler has no event of its own
        await asyncio.sleep(0)
    gate.set()
    await desk.poller.drain(10)
    assert desk.fed == [999, *range(1, EACH + 1)]
    assert "is dropped" in caplog.text
    await desk.fetch([said(1000)])
    assert desk.fed[-1] == 1000


async def test_of_what_somebody_goes_on_typing_only_the_newest_waits(desk: Desk) -> None:
    gate = desk.gates[-ANN] = asyncio.Event()
    keys = [typed(number) for number in range(1, 3 * IN_FLIGHT)]
    desk.answers(keys)
    await desk.poller.fetch(0)
    gate.set()
    await desk.poller.drain(10)
    assert desk.fed == [1, len(keys)]
    await desk.fetch([said(number, person) for number, person in enumerate(range(1, IN_FLIGHT + 1), 1000)])
    assert len(desk.fed) == 2 + IN_FLIGHT


async def test_no_press_waits_behind_what_its_person_types(desk: Desk) -> None:
    gate = desk.gates[-ANN] = asyncio.Event()
    desk.answers([typed(1), *(said(number) for number in range(2, 2 + EACH)), typed(99, BOB)])
    await desk.poller.fetch(0)
    while 99 not in desk.fed:  # noqa: ASYNC110 - the handler has no event of its own
        await asyncio.sleep(0)
    gate.set()
    await desk.poller.drain(10)
    assert sorted(desk.fed) == [*range(1, 2 + EACH), 99]
    assert desk.fed[-1] == 1


@pytest.mark.parametrize("strange", ["x", None, [], float("inf"), {}])
async def test_t_13_an_update_of_somebody_strange_is_handled_and_breaks_nothing_off(
    desk: Desk, strange: object
) -> None:
    invented = {"invented_yesterday": {"from": {"id": strange}}}
    await desk.fetch([invented | said(1)], [said(2)])
    assert desk.fed == [1, 2]


async def test_t_18_a_full_house_does_not_hang_while_handlers_end(desk: Desk) -> None:
    people = range(1, IN_FLIGHT + 2)
    desk.gates = {person: asyncio.Event() for person in people}
    desk.answers([said(person, person) for person in people])
    fetching = asyncio.create_task(desk.poller.fetch(0))
    await asyncio.sleep(0)
    desk.waits.clear()
    desk.gates[1].set()
    await asyncio.wait_for(fetching, 10)
    assert desk.waits == [0]


async def test_poison_takes_no_room(desk: Desk) -> None:
    poison = {"update_id": 1, "message": "?"}
    await asyncio.wait_for(desk.fetch([poison] * (IN_FLIGHT + 1), [said(2)]), 10)
    assert desk.fed == [2]


async def test_what_was_fetched_is_confirmed_by_the_next_fetch_and_at_the_stop(desk: Desk) -> None:
    desk.answers([said(41), said(42)], [], [])
    await desk.poller.fetch(0)
    await desk.poller.fetch(0)
    await desk.poller.confirm()
    assert [asked.offset for asked in desk.telegram.asked] == [None, 43, 43]
    assert (desk.telegram.asked[-1].timeout, desk.telegram.asked[-1].limit) == (0, 1)


async def test_nothing_is_confirmed_that_was_not_taken_in(desk: Desk) -> None:
    desk.hold_everybody_back()
    desk.answers([said(number, person=number) for number in range(1, IN_FLIGHT + 10)], [])
    fetching = asyncio.create_task(desk.poller.fetch(0))
    for _ in range(IN_FLIGHT * 3):
        await asyncio.sleep(0)
    fetching.cancel()
    await asyncio.gather(fetching, return_exceptions=True)
    await desk.poller.confirm()
    assert desk.telegram.asked[-1].offset == IN_FLIGHT + 1


async def test_t_19_update_ids_that_start_again_lower_are_handled(desk: Desk) -> None:
    await desk.fetch([said(900_000)], [said(7)], [])
    assert desk.fed == [900_000, 7]
    assert desk.telegram.asked[-1].offset == 8


async def test_t_18_of_ten_thousand_updates_few_are_in_memory_and_each_persons_order_is_kept(
    desk: Desk,
) -> None:
    people, each = 1000, EACH
    updates = [said(turn * people + one, person=one) for turn in range(each) for one in range(1, people + 1)]
    started = asyncio.current_task()
    for at in range(0, len(updates), 100):
        desk.answers(updates[at : at + 100])
        await desk.poller.fetch(0)
        assert len(asyncio.all_tasks() - {started}) <= IN_FLIGHT
    await desk.poller.drain(10)
    assert len(desk.fed) == people * each
    assert [one for one in desk.fed if one % people == 7] == [turn * people + 7 for turn in range(each)]
