"""What a press may cost: no code that is there already, no long wait, and no look too soon."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.activations import Activations
from bot.errors import BadKey, Unavailable
from bot.providers.base import Held
from storage.models import Activation, Key, State
from tests.core import OWNER, Core, open_core
from tests.doubles import KEY
from tests.wishes import gap


@pytest.fixture
async def core(tmp_path: Path) -> AsyncIterator[Core]:
    async with open_core(tmp_path) as made:
        yield made


async def asked_again(core: Core) -> Activation:
    """A number that got the code "1" and waits for another SMS."""
    row = await core.received("1")
    await core.activations.another_sms(row.id, OWNER)
    return await core.row(row.id)


# Finish while another SMS is waited for


async def test_a_second_code_that_is_there_already_is_delivered_instead_of_finishing(core: Core) -> None:
    row = await asked_again(core)
    core.alpha.delivers("2")
    assert (await core.activations.finish(row.id, OWNER)).state is State.RECEIVED
    row = await core.step(row.id)
    assert (row.state, await core.codes(row.id)) == (State.RECEIVED, ["1", "2"])
    assert core.alpha.called("finish") == []
    assert (await core.activations.finish(row.id, OWNER)).state is State.FINISHED


async def test_without_a_second_code_one_more_look_finishes_it(core: Core) -> None:
    row = await asked_again(core)
    await core.activations.finish(row.id, OWNER)
    assert "One more look for another SMS" in await core.told(row.id)
    row = await core.step(row.id)
    assert (row.state, row.next_poll_at, len(core.alpha.called("finish"))) == (State.FINISHED, None, 1)


async def test_the_code_known_already_is_no_reason_to_stay(core: Core) -> None:
    row = await asked_again(core)
    core.alpha.delivers("1")
    await core.activations.finish(row.id, OWNER)
    assert (await core.step(row.id)).state is State.FINISHED


async def test_the_one_more_look_comes_no_sooner_than_the_provider_allows(core: Core) -> None:
    row = await asked_again(core)
    row = await core.step(row.id)
    core.clock.advance(2)
    row = await core.activations.finish(row.id, OWNER)
    assert row.next_poll_at is not None
    assert (row.next_poll_at - core.clock()).total_seconds() == 3


@pytest.mark.parametrize("point", ["before poll", "after poll"])
async def test_a_finish_wished_for_during_a_look_is_carried_out_by_the_next(core: Core, point: str) -> None:
    row = await asked_again(core)
    core.alpha.meanwhile[point] = lambda: core.activations.finish(row.id, OWNER)
    row = await core.step(row.id)
    assert row.state is State.RECEIVED
    row = await core.step(row.id)
    assert (row.state, row.next_poll_at) == (State.FINISHED, None)


async def test_a_finish_wished_for_survives_a_restart(core: Core) -> None:
    row = await asked_again(core)
    await core.activations.finish(row.id, OWNER)
    core.reborn()
    assert (await core.step(row.id)).state is State.FINISHED


@pytest.mark.parametrize("method", ["poll", "finish"])
async def test_a_finish_wished_for_is_tried_until_the_provider_answers(core: Core, method: str) -> None:
    row = await asked_again(core)
    await core.activations.finish(row.id, OWNER)
    core.alpha.fails(method, *[Unavailable()] * 4)
    for _ in range(4):
        row = await core.step(row.id)
        assert row.state is State.RECEIVED
    assert (await core.step(row.id)).state is State.FINISHED


async def test_a_number_whose_key_is_gone_is_finished_for_us_alone(core: Core) -> None:
    row, other = await core.received("1"), await asked_again(core)
    await wiped(core)
    assert (await core.activations.finish(row.id, OWNER)).state is State.FINISHED
    await core.activations.finish(other.id, OWNER)
    assert (await core.step(other.id)).state is State.FINISHED
    assert core.alpha.called("finish") == []


async def wiped(core: Core) -> None:
    """The key was removed, and its secret with it."""
    async with core.database.begin() as session:
        key = await session.get_one(Key, core.key_id)
        key.ciphertext = b""


# Waiting for a provider while a person waits


@pytest.mark.parametrize("act", ["another_sms", "sent", "finish"])
async def test_a_provider_that_takes_too_long_is_not_waited_for(core: Core, act: str) -> None:
    row = await core.buy() if act == "sent" else await core.received()
    called = asyncio.Event()

    async def hang(key: SecretStr, held: Held) -> None:
        called.set()
        await asyncio.Event().wait()

    setattr(core.alpha, act, hang)
    common = (core.numbers, core.waits, core.keys, core.providers, core.clock)
    impatient = Activations(*common, called.set, patience=0.1)
    with pytest.raises(Unavailable):
        await getattr(impatient, act)(row.id, OWNER)
    assert called.is_set()
    row = await core.row(row.id)
    assert row.asked_again is (act == "another_sms")
    assert not row.told_sent
    assert row.state is not State.FINISHED


async def test_another_sms_that_was_never_asked_for_is_not_waited_for(core: Core) -> None:
    row = await core.received()
    core.alpha.fails("another_sms", Unavailable(sent=False))
    with pytest.raises(Unavailable):
        await core.activations.another_sms(row.id, OWNER)
    row = await core.row(row.id)
    assert (row.asked_again, row.next_poll_at) == (False, None)
    await core.activations.another_sms(row.id, OWNER)
    assert (await core.row(row.id)).asked_again


async def test_another_sms_without_a_key_is_not_waited_for(core: Core) -> None:
    row = await core.received()
    del core.alpha.accounts[KEY]
    core.alpha.fails("another_sms", BadKey())
    with pytest.raises(BadKey):
        await core.activations.another_sms(row.id, OWNER)
    assert not (await core.row(row.id)).asked_again


# Looks


async def test_a_start_right_after_a_look_does_not_look_too_soon(core: Core) -> None:
    row = await core.buy()
    row = await core.step(row.id)
    looked = core.clock()
    core.clock.advance(2)
    await core.numbers.wake_all(core.clock())
    core.reborn()
    row = await core.step(row.id)
    assert len(core.alpha.called("poll")) == 1
    assert row.next_poll_at is not None
    assert (row.next_poll_at - looked).total_seconds() == core.alpha.timing.min_poll


async def test_a_start_right_after_an_end_does_not_look_too_soon(core: Core) -> None:
    row = await core.buy()
    core.alpha.ends()
    row = await core.step(row.id)
    await core.numbers.wake_all(core.clock())
    core.reborn()
    row = await core.step(row.id)
    assert len(core.alpha.called("poll")) == 1
    assert gap(row, core) == core.alpha.timing.min_poll


async def test_c_17_a_look_after_a_clock_set_back_waits_for_nothing(core: Core) -> None:
    row = await core.step((await core.buy()).id)
    core.clock.advance(-3600)
    await core.attend(row)
    row = await core.row(row.id)
    assert len(core.alpha.called("poll")) == 2
    assert row.next_poll_at is not None
    assert (row.next_poll_at - core.clock()).total_seconds() <= 60


async def test_nobody_is_nudged_when_nothing_changed(core: Core) -> None:
    row = await core.buy()
    core.nudged.clear()
    await core.step(row.id)
    assert not core.nudged.is_set()
    core.alpha.delivers("1")
    await core.step(row.id)
    assert core.nudged.is_set()


async def test_a_code_is_written_down_even_if_its_look_is_given_up(core: Core) -> None:
    row = await core.buy()
    core.alpha.delivers("1")

    look = asyncio.create_task(core.step(row.id))
    original, written = core.numbers.received, asyncio.Event()

    async def received(*given: object) -> object:
        look.cancel()
        try:
            return await original(*given)  # type: ignore[arg-type] # passed on
        finally:
            written.set()

    core.numbers.received = received  # type: ignore[assignment, method-assign] # the deadline falls here
    with pytest.raises(asyncio.CancelledError):
        await look
    await written.wait()
    assert await core.codes(row.id) == ["1"]


async def test_a_cancel_refused_without_a_moment_is_tried_less_and_less_often(core: Core) -> None:
    core.alpha.lets_go_after = 600
    row = await core.buy()
    core.clock.advance(60)
    row = await core.activations.cancel(row.id, OWNER)
    while row.state is State.WAITING:
        row = await core.step(row.id)
    ages = [(call.at - core.alpha.newest.bought_at).total_seconds() for call in core.alpha.called("cancel")]
    assert ages[:3] == [60, 75, 93.75]
    assert len(ages) <= 12
