"""What was bought is stored, whatever the database does and whatever the provider calls it."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError, OperationalError

from bot.errands import Paused
from bot.errors import (
    NoNumbers,
    Unavailable,
)
from bot.providers.base import Number
from storage.models import State
from tests.core import OWNER, STRANGER, Core, open_core
from tests.full_disk import fill, make_room

DISK_FULL = OperationalError("INSERT", {}, Exception("database or disk is full"))


@pytest.fixture
async def core(tmp_path: Path) -> AsyncIterator[Core]:
    async with open_core(tmp_path) as made:
        yield made


async def test_a_database_that_fails_before_the_call_buys_nothing(core: Core) -> None:
    core.store.full["calling"] = [DISK_FULL]
    row = await core.buy()
    assert (row.state, core.purchased) == (State.FAILED, 0)


@pytest.mark.parametrize("end", ["failed", "unknown"])
async def test_the_end_of_a_purchase_is_stored_when_the_database_works_again(core: Core, end: str) -> None:
    error = NoNumbers() if end == "failed" else Unavailable()
    core.alpha.fails("buy", error)
    core.store.full[end] = [DISK_FULL] * 3
    row = await core.buy()
    assert (row.state, row.reason) == (State(end), type(error).__name__)
    assert core.slept == [1, 2, 5]


async def test_a_database_that_fails_right_after_the_call_loses_no_number(core: Core) -> None:
    asked = core.waits.seconds

    async def broken(*_: object) -> float:
        raise DISK_FULL

    async def break_waits() -> None:
        core.waits.seconds = broken  # type: ignore[method-assign,assignment] # fails from the call on

    core.alpha.meanwhile["before buy"] = break_waits
    row = await core.buy()
    core.waits.seconds = asked  # type: ignore[method-assign] # works again
    assert (row.state, row.provider_id) == (State.WAITING, "alpha-1")


async def test_a_database_that_fails_while_a_lost_purchase_is_looked_into_leaves_it_unknown(
    core: Core,
) -> None:
    async def broken(*_: object) -> None:
        raise DISK_FULL

    async def break_notes() -> None:
        core.keys.note_balance = broken  # type: ignore[method-assign,assignment] # fails from the call on
        core.store.known = broken  # type: ignore[method-assign,assignment] # so does this

    core.alpha.lists_active()
    core.alpha.loses_the_answer("buy", Unavailable())
    core.alpha.meanwhile["after buy"] = break_notes
    row = await core.buy()
    assert (row.state, row.reason, row.balance_after) == (State.UNKNOWN, "Unavailable", None)


async def test_a_mistake_of_ours_after_the_call_leaves_no_purchase_under_way(core: Core) -> None:
    core.store.full["bought"] = [ValueError("a row nobody thought of")]
    row = await core.buy()
    assert (row.state, row.reason, core.purchased) == (State.UNKNOWN, "Interrupted", 1)


async def test_while_a_paid_number_is_not_stored_nothing_more_is_bought(core: Core) -> None:
    other = await core.key(chat_id=STRANGER, secret="another-account-9999")
    in_line = await core.quote(key_id=other.id, chat_id=STRANGER, owner_id=STRANGER)
    core.pauses_pass.clear()
    core.store.full["bought"] = [DISK_FULL]
    first = await core.press(await core.quote())
    await core.paused.wait()
    with pytest.raises(Paused):
        await core.press(in_line)
    core.pauses_pass.set()
    assert (await core.settled(first.id)).state is State.WAITING
    await core.press(in_line)
    await core.errands.drain(10)
    assert core.purchased == 2


async def test_the_log_names_the_row_and_never_the_number(
    core: Core, caplog: pytest.LogCaptureFixture
) -> None:
    core.alpha._number = lambda cost: Number("12015559999", "+12015559999", "12015559999", cost)  # type: ignore[method-assign] # an id that is the phone
    core.store.full["bought"] = [DISK_FULL]
    row = await core.buy()
    assert row.id in caplog.text
    assert "12015559999" not in caplog.text


async def test_a_paid_number_is_stored_when_the_database_works_again(core: Core) -> None:
    core.store.full["bought"] = [DISK_FULL] * 7
    row = await core.buy()
    assert (row.state, row.provider_id, core.purchased) == (State.WAITING, "alpha-1", 1)
    assert core.slept == [1, 2, 5, 10, 30, 30, 30]


async def test_b_22_an_id_the_provider_gave_before_is_not_believed(core: Core) -> None:
    first = await core.buy()
    core.alpha._number = lambda cost: Number("alpha-1", "+12015559999", "1", cost)  # type: ignore[method-assign] # a reused id
    second = await core.buy()
    assert (second.state, second.reason) == (State.UNKNOWN, "AlreadyDone")
    assert (await core.row(first.id)).phone == "+12015550001"


async def test_b_22_an_id_given_to_the_same_account_in_another_chat_is_not_believed_either(
    core: Core,
) -> None:
    twin = await core.key(chat_id=STRANGER)
    first = await core.buy()
    core.alpha._number = lambda cost: Number("alpha-1", "+12015559999", "1", cost)  # type: ignore[method-assign] # a reused id
    second = await core.buy(key_id=twin.id, chat_id=STRANGER, owner_id=STRANGER)
    assert (second.state, second.reason, second.provider_id) == (State.UNKNOWN, "AlreadyDone", None)
    assert (await core.row(first.id)).next_poll_at is not None


async def test_an_id_that_is_taken_at_the_very_last_moment_is_not_tried_for_ever(core: Core) -> None:
    core.store.full["bought"] = [IntegrityError("UPDATE", {}, Exception("UNIQUE constraint failed"))]
    row = await core.buy()
    assert (row.state, row.reason, core.slept) == (State.UNKNOWN, "AlreadyDone", [])


async def test_an_id_may_come_again_once_its_number_has_ended(core: Core) -> None:
    core.alpha._number = lambda cost: Number("7", "+12015559999", "1", cost)  # type: ignore[method-assign] # sold twice
    first = await core.buy()
    core.alpha.ends()
    first = await core.step(first.id)
    assert first.state is State.EXPIRED
    assert first.next_poll_at is not None
    second = await core.buy()
    assert (second.state, second.provider_id) == (State.WAITING, "7")
    assert (await core.row(first.id)).next_poll_at is None
    core.alpha.delivers("4711")
    await core.step(second.id)
    assert (await core.codes(second.id), await core.codes(first.id)) == (["4711"], [])


async def test_a_database_that_fails_before_anything_was_asked_buys_nothing(core: Core) -> None:
    async def broken(key_id: str) -> None:
        raise DISK_FULL

    core.keys.open = broken  # type: ignore[method-assign,assignment] # the disk is gone
    row = await core.buy()
    assert (row.state, row.reason, core.alpha.calls) == (State.FAILED, "CodebellError", [])


async def test_what_waits_in_line_is_not_ordered_while_a_paid_number_is_not_stored(core: Core) -> None:
    other = await core.key(chat_id=STRANGER, secret="another-account-9999")
    reached, go_on = asyncio.Event(), asyncio.Event()

    async def stand_still() -> None:
        reached.set()
        await go_on.wait()

    core.alpha.meanwhile["before balance"] = stand_still
    slow = await core.press(await core.quote(key_id=other.id, chat_id=STRANGER, owner_id=STRANGER))
    await reached.wait()
    core.pauses_pass.clear()
    core.store.full["bought"] = [DISK_FULL]
    await core.press(await core.quote())
    await core.paused.wait()
    go_on.set()
    row = await core.settled(slow.id)
    core.pauses_pass.set()
    await core.errands.drain(10)
    assert (row.state, row.reason, core.purchased) == (State.FAILED, "Paused", 1)


# A disk that is really full


async def paused(core: Core) -> None:
    """Until the bot waits for the database."""
    core.paused.clear()
    await core.paused.wait()


def die(core: Core) -> None:
    """What is under way ends where it stands."""
    for errand in core.errands._under_way:
        errand.cancel()


@pytest.mark.parametrize("listed", [True, False])
async def test_b_17_a_disk_that_fills_up_within_a_purchase_keeps_the_number_and_pauses_the_next(
    core: Core, listed: bool
) -> None:
    if listed:
        core.alpha.lists_active()
    core.pauses_pass.clear()
    core.alpha.meanwhile["after buy"] = lambda: fill(core.database)
    row = await core.press(await core.quote())
    await paused(core)
    with pytest.raises(Paused):
        await core.purchases.buy("any", OWNER, OWNER, None)
    await make_room(core.database)
    core.pauses_pass.set()
    assert (await core.settled(row.id)).provider_id == "alpha-1"
    assert (await core.buy()).state is State.WAITING


async def test_b_17_the_next_process_adopts_what_a_full_disk_did_not_take(core: Core) -> None:
    core.alpha.lists_active()
    core.pauses_pass.clear()
    core.alpha.meanwhile["after buy"] = lambda: fill(core.database)
    row = await core.press(await core.quote())
    await paused(core)
    die(core)
    core.reborn()
    await core.purchases.recover()
    await paused(core)
    with pytest.raises(Paused):
        await core.purchases.buy("any", OWNER, OWNER, None)
    await make_room(core.database)
    core.pauses_pass.set()
    row = await core.settled(row.id)
    assert (row.state, row.provider_id, core.purchased) == (State.WAITING, "alpha-1", 1)
    assert len(core.alpha.called("buy")) == 1
