"""A cancel: booked, carried out at the first moment it may be, and never at the cost of a code."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

import pytest

from bot.errors import (
    BadKey,
    CodeArrived,
    TooEarly,
    TooLate,
    Unavailable,
)
from bot.providers.base import ENDED
from storage.models import OPEN, State
from tests.core import OWNER, Core, open_core
from tests.mortal import Killed
from tests.wishes import booked, gap

T = TypeVar("T")
LIFE = 1200


@pytest.fixture
async def core(tmp_path: Path) -> AsyncIterator[Core]:
    async with open_core(tmp_path) as made:
        yield made


async def test_c_11_a_cancel_before_its_time_is_booked_and_the_provider_is_not_bothered(core: Core) -> None:
    row = await core.buy()
    core.clock.advance(10)
    row = await core.activations.cancel(row.id, OWNER)
    assert (row.state, row.cancel_at) == (State.WAITING, row.cancel_from)
    assert core.alpha.called("cancel") == []
    assert "A cancel is booked for" in await core.told(row.id)
    while row.state is State.WAITING:
        row = await core.step(row.id)
    (call,) = core.alpha.called("cancel")
    assert (row.state, call.at) == (State.CANCELLED, row.cancel_from)
    assert core.alpha.accounts.popitem()[1].to_eng_string() == "18.74"


async def test_c_12_a_cancel_pressed_twice_is_one_cancel(core: Core) -> None:
    first = await booked(core)
    core.clock.advance(3)
    second = await core.activations.cancel(first.id, OWNER)
    assert second.cancel_at == first.cancel_at
    row = await core.step(first.id)
    assert (row.state, len(core.alpha.called("cancel"))) == (State.CANCELLED, 1)


async def test_c_20_a_minimum_wait_that_passed_while_the_bot_was_down_is_over(core: Core) -> None:
    row = await core.buy()
    core.clock.advance(600)
    core.reborn()
    row = await core.activations.cancel(row.id, OWNER)
    assert row.cancel_at == core.clock()
    assert (await core.step(row.id)).state is State.CANCELLED


async def test_c_5_a_code_that_is_there_wins_over_the_cancel(core: Core) -> None:
    row = await booked(core)
    core.alpha.delivers("555")
    row = await core.step(row.id)
    assert (row.state, await core.codes(row.id)) == (State.RECEIVED, ["555"])
    assert (core.alpha.called("cancel"), row.cancel_at) == ([], None)
    with pytest.raises(CodeArrived):
        await core.activations.cancel(row.id, OWNER)


async def test_c_6_a_code_that_comes_between_the_look_and_the_cancel_wins_too(core: Core) -> None:
    row = await booked(core)

    async def arrive() -> None:
        core.alpha.delivers("555")

    core.alpha.meanwhile["before cancel"] = arrive
    row = await core.step(row.id)
    assert row.state is State.CANCELLING
    row = await core.step(row.id)
    assert (row.state, await core.codes(row.id)) == (State.RECEIVED, ["555"])


async def test_c_6_a_code_the_cancel_itself_was_answered_with_is_kept(core: Core) -> None:
    row = await booked(core)
    core.alpha.fails("cancel", CodeArrived(code="555"))
    row = await core.step(row.id)
    assert (row.state, await core.codes(row.id)) == (State.RECEIVED, ["555"])


@pytest.mark.parametrize("done", [True, False])
async def test_c_7_a_cancel_without_an_answer_is_settled_by_the_providers_word(
    core: Core, done: bool
) -> None:
    row = await booked(core)
    if done:
        core.alpha.loses_the_answer("cancel", Unavailable())
    else:
        core.alpha.fails("cancel", Unavailable())
    row = await core.step(row.id)
    assert row.state is State.CANCELLING
    row = await core.step(row.id)
    assert row.state is State.CANCELLED
    assert len(core.alpha.called("cancel")) == (1 if done else 2)
    assert core.alpha.newest.reading is ENDED


@pytest.mark.parametrize("point", ["before cancel", "after cancel"])
async def test_a_process_that_ends_around_the_cancel_ends_with_the_number_cancelled_once(
    core: Core, point: str
) -> None:
    row = await booked(core)
    core.alpha.deadly = {point}
    with pytest.raises(Killed):
        await core.step(row.id)
    core.reborn()
    await core.numbers.wake_all(core.clock())
    while row.state is not State.CANCELLED:
        row = await core.step(row.id)
    assert core.alpha.newest.reading is ENDED


async def test_c_10_a_cancel_refused_as_too_early_is_kept_and_learned_from(core: Core) -> None:
    core.alpha.lets_go_after = 100
    row = await booked(core)
    row = await core.step(row.id)
    assert (row.state, row.reason) == (State.WAITING, "TooEarly")
    assert row.cancel_at == row.cancel_from == core.clock() + timedelta(seconds=15)
    while row.state is State.WAITING:
        row = await core.step(row.id)
    assert row.state is State.CANCELLED
    assert await core.waits.seconds("alpha", core.clock()) == 93.75
    next_one = await core.buy()
    assert next_one.cancel_from == core.clock() + timedelta(seconds=98.75)


async def test_a_refusal_that_says_how_long_is_believed_but_never_asked_too_soon(core: Core) -> None:
    row = await booked(core)
    core.alpha.fails("cancel", TooEarly(seconds=42), TooEarly(seconds=1))
    row = await core.step(row.id)
    assert gap(row, core) == 42
    row = await core.step(row.id)
    assert gap(row, core) == 5


async def test_a_cancel_that_is_refused_for_good_leaves_the_number_waiting(core: Core) -> None:
    row = await booked(core)
    core.alpha.fails("cancel", BadKey())
    row = await core.step(row.id)
    assert (row.state, row.cancel_at, row.reason) == (State.WAITING, None, "NotCancelled:BadKey")
    assert gap(row, core) == 5


async def test_a_number_that_can_neither_be_cancelled_nor_ends_is_not_asked_for_ever(core: Core) -> None:
    row = await booked(core)
    core.alpha.breaks("cancel", TooLate())
    gaps = []
    while row.state in OPEN:
        row = await core.step(row.id)
        gaps.append(gap(row, core) if row.next_poll_at is not None else 0)
    assert (row.state, row.reason) == (State.EXPIRED, "Overdue")
    assert gaps[:4] == [10, 20, 40, 60]
    assert core.clock() - (row.expires_at or core.clock()) < timedelta(minutes=12)


async def test_a_cancel_booked_before_a_long_downtime_is_still_tried(core: Core) -> None:
    row = await booked(core)
    core.clock.advance(24 * 3600)
    row = await core.step(row.id)
    assert (row.state, len(core.alpha.called("cancel"))) == (State.CANCELLED, 1)


async def test_what_ended_cannot_be_cancelled(core: Core) -> None:
    row = await core.buy()
    core.alpha.ends()
    await core.step(row.id)
    with pytest.raises(TooLate):
        await core.activations.cancel(row.id, OWNER)


async def test_a_cancel_booked_during_a_look_is_not_forgotten_by_it(core: Core) -> None:
    row = await core.buy()
    core.clock.advance(28)

    async def press() -> None:
        await core.activations.cancel(row.id, OWNER)

    core.alpha.meanwhile["before poll"] = press
    await core.attend(row)
    row = await core.row(row.id)
    assert (row.cancel_at, row.next_poll_at) == (row.cancel_from, core.clock() + timedelta(seconds=5))
