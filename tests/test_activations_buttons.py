"""Another SMS, the SMS was sent, finish: each once, whatever the provider answers."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import TypeVar

import pytest

from bot.errors import (
    CodebellError,
    NotYours,
    TooLate,
    Unavailable,
    UnknownActivation,
    Unsupported,
)
from bot.providers.base import Capability
from storage.models import State
from tests.core import OWNER, STRANGER, Core, open_core
from tests.wishes import gap

T = TypeVar("T")
LIFE = 1200


@pytest.fixture
async def core(tmp_path: Path) -> AsyncIterator[Core]:
    async with open_core(tmp_path) as made:
        yield made


async def test_c_19_another_sms_is_asked_for_once_and_its_code_rings_too(core: Core) -> None:
    row = await core.received("1")
    await core.activations.another_sms(row.id, OWNER)
    await core.activations.another_sms(row.id, OWNER)
    assert len(core.alpha.called("another_sms")) == 1
    row = await core.row(row.id)
    assert (row.asked_again, gap(row, core)) == (True, 5)
    core.alpha.delivers("2")
    row = await core.step(row.id)
    assert (await core.codes(row.id), row.asked_again, row.next_poll_at) == (["1", "2"], False, None)


async def test_c_13_the_same_sms_read_again_is_not_told_twice(core: Core) -> None:
    row = await core.received("A")
    for code in ("A", "B"):
        await core.activations.another_sms(row.id, OWNER)
        core.alpha.delivers(code)
        row = await core.step(row.id)
    assert await core.codes(row.id) == ["A", "B"]


async def test_c_13_a_code_that_came_before_is_told_when_it_comes_again_after_another(core: Core) -> None:
    row = await core.received("A")
    for code in ("B", "A"):
        await core.activations.another_sms(row.id, OWNER)
        core.alpha.delivers(code)
        row = await core.step(row.id)
    assert await core.codes(row.id) == ["A", "B", "A"]


async def test_c_19_another_sms_whose_answer_is_lost_is_waited_for_and_not_asked_again(core: Core) -> None:
    row = await core.received()
    core.alpha.fails("another_sms", Unavailable())
    with pytest.raises(Unavailable):
        await core.activations.another_sms(row.id, OWNER)
    await core.activations.another_sms(row.id, OWNER)
    row = await core.row(row.id)
    assert (row.asked_again, len(core.alpha.called("another_sms"))) == (True, 1)
    assert row.next_poll_at is not None


async def test_another_sms_that_is_refused_is_not_waited_for(core: Core) -> None:
    row = await core.received()
    core.alpha.fails("another_sms", TooLate())
    with pytest.raises(TooLate):
        await core.activations.another_sms(row.id, OWNER)
    row = await core.row(row.id)
    assert (row.asked_again, row.next_poll_at, row.state) == (False, None, State.RECEIVED)


async def test_another_sms_that_never_comes_ends_as_finished(core: Core) -> None:
    row = await core.received()
    await core.activations.another_sms(row.id, OWNER)
    core.alpha.ends()
    row = await core.step(row.id)
    assert (row.state, row.next_poll_at) == (State.FINISHED, None)


async def test_i_sent_it_is_passed_on_and_remembered(core: Core) -> None:
    row = await core.buy()
    await core.activations.sent(row.id, OWNER)
    assert len(core.alpha.called("sent")) == 1
    assert (await core.row(row.id)).told_sent


async def test_i_sent_it_makes_no_sense_once_a_code_is_there(core: Core) -> None:
    row = await core.received()
    with pytest.raises(TooLate):
        await core.activations.sent(row.id, OWNER)


async def test_a_number_is_finished_once(core: Core) -> None:
    row = await core.received()
    await core.activations.finish(row.id, OWNER)
    await core.activations.finish(row.id, OWNER)
    assert len(core.alpha.called("finish")) == 1
    assert (await core.row(row.id)).state is State.FINISHED


@pytest.mark.parametrize("error", [TooLate(), UnknownActivation()])
async def test_a_number_that_had_ended_at_the_provider_is_finished_here(
    core: Core, error: CodebellError
) -> None:
    row = await core.received()
    core.alpha.fails("finish", error)
    await core.activations.finish(row.id, OWNER)
    assert (await core.row(row.id)).state is State.FINISHED


async def test_a_finish_without_an_answer_can_be_pressed_again(core: Core) -> None:
    row = await core.received()
    core.alpha.fails("finish", Unavailable())
    with pytest.raises(Unavailable):
        await core.activations.finish(row.id, OWNER)
    await core.activations.finish(row.id, OWNER)
    assert (await core.row(row.id)).state is State.FINISHED


async def test_a_number_without_its_provider_is_finished_for_us_alone(core: Core) -> None:
    row = await core.received()
    core.providers.clear()
    await core.activations.finish(row.id, OWNER)
    assert (await core.row(row.id)).state is State.FINISHED


async def test_a_number_that_still_waits_cannot_be_finished(core: Core) -> None:
    row = await core.buy()
    with pytest.raises(TooLate):
        await core.activations.finish(row.id, OWNER)


@pytest.mark.parametrize("act", ["cancel", "another_sms", "sent", "finish"])
async def test_nobody_touches_anothers_number(core: Core, act: str) -> None:
    row = await core.buy()
    core.alpha.calls.clear()
    with pytest.raises(NotYours):
        await getattr(core.activations, act)(row.id, STRANGER)
    with pytest.raises(UnknownActivation):
        await getattr(core.activations, act)("guessed", OWNER)
    assert core.alpha.calls == []


@pytest.mark.parametrize(
    ("act", "capability"),
    [
        ("cancel", Capability.CANCEL),
        ("another_sms", Capability.ANOTHER_SMS),
        ("sent", Capability.SENT),
    ],
)
async def test_what_a_provider_cannot_do_is_refused_here(
    core: Core, act: str, capability: Capability
) -> None:
    row = await core.buy()
    core.alpha.capabilities -= {capability}
    with pytest.raises(Unsupported):
        await getattr(core.activations, act)(row.id, OWNER)
