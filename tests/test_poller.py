"""Updates in their order, each person's by itself; what polling lives through and what ends it."""

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiogram import Bot, exceptions
from aiogram.client.session.base import BaseSession
from aiogram.methods import SendMessage, TelegramMethod
from aiogram.types import Update

from bot.poller import EACH, HOLD, IN_FLIGHT, GetUpdatesRaw, Poller
from bot.verdicts import Stopped

ANN, BOB = 1, 2
METHOD = SendMessage(chat_id=1, text="-")
UNAUTHORIZED = exceptions.TelegramUnauthorizedError(METHOD, "Unauthorized")
CONFLICT = exceptions.TelegramConflictError(METHOD, "terminated by other getUpdates request")


class FakeTelegram(BaseSession):
    """Answers each getUpdates with the next batch or error; then the test is over: the token is revoked."""

    def __init__(self) -> None:
        super().__init__()
        self.answers: deque[list[Any] | Exception] = deque()
        self.asked: list[GetUpdatesRaw] = []
        self.patience: list[int | None] = []

    async def make_request(self, bot: Bot, method: TelegramMethod[Any], timeout: int | None = None) -> Any:
        assert isinstance(method, GetUpdatesRaw)
        self.asked.append(method)
        self.patience.append(timeout)
        answer = self.answers.popleft() if self.answers else UNAUTHORIZED
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def close(self) -> None:
        """Nothing is open."""

    async def stream_content(self, *args: Any, **kwargs: Any) -> Any:
        raise NotImplementedError
        yield b""


class Desk:
    """A poller whose updates are noted, and may be held back per person."""

    def __init__(self) -> None:
        self.telegram = FakeTelegram()
        self.fed: list[int] = []
        self.beats = 0
        self.slept: list[float] = []
        self.gates: dict[int, asyncio.Event] = {}
        self.failing: set[int] = set()
        bot = Bot("42:TEST", session=self.telegram)
        self.poller = Poller(bot, self.feed, ["message"], self.beat, self.sleep)

    async def feed(self, update: Update) -> None:
        person = _sender(update)
        if person in self.gates:
            await self.gates[person].wait()
        self.fed.append(update.update_id)
        if update.update_id in self.failing:
            raise ValueError("a mistake of ours")

    def beat(self) -> None:
        self.beats += 1

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)

    def answers(self, *answers: list[Any] | Exception) -> None:
        self.telegram.answers.extend(answers)

    def hold_everybody_back(self) -> asyncio.Event:
        """The gate in front of two hundred people."""
        gate = asyncio.Event()
        self.gates = dict.fromkeys(range(2 * IN_FLIGHT), gate)
        return gate

    async def fetch(self, *batches: list[Any]) -> None:
        """Fetch these batches and let their handlers finish."""
        self.answers(*batches)
        for _ in batches:
            await self.poller.fetch(0)
        await self.poller.drain(10)


def _sender(update: Update) -> int:
    return update.message.from_user.id if update.message and update.message.from_user else 0


def said(update_id: int, person: int = ANN) -> dict[str, Any]:
    chat = {"id": person, "type": "private", "first_name": "P"}
    sender = {"id": person, "is_bot": False, "first_name": "P"}
    return {
        "update_id": update_id,
        "message": {"message_id": 1, "date": 0, "chat": chat, "from": sender, "text": "hi"},
    }


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
async def test_an_update_nobody_can_read_is_skipped_alone(
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


async def test_at_most_a_hundred_updates_are_in_flight(desk: Desk) -> None:
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


async def test_who_floods_the_bot_keeps_ten_places_and_nobody_else_waits(
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


async def test_update_ids_that_start_again_lower_are_handled(desk: Desk) -> None:
    await desk.fetch([said(900_000)], [said(7)], [])
    assert desk.fed == [900_000, 7]
    assert desk.telegram.asked[-1].offset == 8


async def test_a_stop_that_cannot_confirm_is_a_stop_all_the_same(desk: Desk) -> None:
    await desk.fetch([said(1)])
    desk.answers(exceptions.TelegramNetworkError(METHOD, "down"))
    await desk.poller.confirm()


async def test_only_wanted_updates_are_asked_for_and_a_stalled_poll_is_cut(desk: Desk) -> None:
    desk.answers([])
    await desk.poller.fetch(HOLD)
    assert desk.telegram.asked[0].allowed_updates == ["message"]
    assert desk.telegram.patience == [HOLD + 15]


async def test_a_revoked_token_stops_polling_with_one_clear_line(desk: Desk) -> None:
    with pytest.raises(Stopped, match="was it revoked"):
        await desk.poller.run()
    assert desk.slept == []


async def test_trouble_is_slept_over_longer_each_time_and_forgotten_after_an_answer(desk: Desk) -> None:
    trouble: list[Exception] = [
        exceptions.TelegramNetworkError(METHOD, "reset"),
        exceptions.TelegramServerError(METHOD, "Bad Gateway"),
        exceptions.ClientDecodeError("page", ValueError(), "<html>"),
        TimeoutError(),
    ]
    desk.answers(*trouble, *trouble, [], trouble[0])
    with pytest.raises(Stopped):
        await desk.poller.run()
    assert desk.slept == [1, 2, 4, 8, 16, 30, 30, 30, 1]
    assert desk.beats == 1


async def test_telegrams_own_pause_is_kept(desk: Desk) -> None:
    desk.answers(exceptions.TelegramRetryAfter(METHOD, "Too Many Requests", 77))
    with pytest.raises(Stopped):
        await desk.poller.run()
    assert desk.slept == [77]


async def test_a_second_poller_is_put_up_with_for_a_while_then_this_one_stops(desk: Desk) -> None:
    desk.answers(*[CONFLICT] * 20)
    with pytest.raises(Stopped, match="another process polls"):
        await desk.poller.run()
    assert 20 < sum(desk.slept) <= 61


async def test_a_short_conflict_during_a_handover_is_forgotten(desk: Desk) -> None:
    for _ in range(10):
        desk.answers(CONFLICT, CONFLICT, CONFLICT, [])
    with pytest.raises(Stopped, match="revoked"):
        await desk.poller.run()
    assert desk.beats == 10
