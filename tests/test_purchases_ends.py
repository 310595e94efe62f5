"""Where the process may end, and what the next one makes of it."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from storage.models import Activation, State
from tests.core import OWNER, Core, open_core


@pytest.fixture
async def core(tmp_path: Path) -> AsyncIterator[Core]:
    async with open_core(tmp_path) as made:
        yield made


async def die_at(core: Core, point: str) -> Activation:
    """Press *Buy* in a process that ends at this point, and start the next one."""
    intent = await core.press(await core.quote())
    if point.endswith(("calling", "bought")):
        core.store.deadly = {point}
    else:
        core.alpha.deadly = {point}
    await core.errands.drain(10)
    core.reborn()
    core.clock.advance(5)
    await core.purchases.recover()
    await core.errands.drain(10)
    return await core.row(intent.id)


async def test_a_process_that_ends_before_the_intent_leaves_nothing_and_the_button_works(core: Core) -> None:
    quote = await core.quote()
    core.reborn()
    assert (await core.rows(), await core.posts()) == ([], [])
    await core.press(quote)
    await core.errands.drain(10)
    assert core.purchased == 1


@pytest.mark.parametrize("point", ["before balance", "before calling"])
async def test_a_process_that_ends_before_the_call_bought_nothing_and_says_so(core: Core, point: str) -> None:
    row = await die_at(core, point)
    assert (row.state, core.purchased) == (State.FAILED, 0)
    assert "Not bought, not paid" in await core.told(row.id)
    assert (await core.buy()).state is State.WAITING


@pytest.mark.parametrize(
    ("point", "sold", "after"),
    [
        ("after calling", 0, "18.74"),
        ("before buy", 0, "18.74"),
        ("after buy", 1, "18.24"),
        ("before bought", 1, "18.24"),
    ],
)
async def test_a_process_that_ends_around_the_call_says_what_is_known(
    core: Core, point: str, sold: int, after: str
) -> None:
    row = await die_at(core, point)
    assert (row.state, row.reason, core.purchased) == (State.UNKNOWN, "Interrupted", sold)
    assert (row.balance_before, row.balance_after) == (Decimal("18.74"), Decimal(after))
    assert len(core.alpha.called("buy")) == (0 if point == "after calling" else sold)
    told = await core.told(row.id)
    assert "unknown" in told
    assert f"Balance before: $18.74\nBalance after: ${after}" in told


@pytest.mark.parametrize("point", ["after buy", "before bought"])
async def test_what_a_dead_process_bought_is_adopted_where_it_is_listed(core: Core, point: str) -> None:
    core.alpha.lists_active()
    row = await die_at(core, point)
    assert (row.state, row.provider_id, core.purchased) == (State.WAITING, "alpha-1", 1)
    assert row.bought_at == row.called_at
    core.alpha.delivers("777")
    row = await core.step(row.id)
    assert await core.codes(row.id) == ["777"]


async def test_a_process_that_ends_after_the_purchase_was_stored_lost_nothing(core: Core) -> None:
    row = await die_at(core, "after bought")
    assert (row.state, core.purchased) == (State.WAITING, 1)
    assert row.next_poll_at is not None


async def test_two_starts_in_a_row_settle_an_intent_once(core: Core) -> None:
    row = await die_at(core, "before bought")
    core.reborn()
    await core.purchases.recover()
    await core.errands.drain(10)
    assert (await core.row(row.id)).state is State.UNKNOWN
    assert len(await core.history(row.id)) == 2


async def test_a_provider_that_hangs_at_the_start_does_not_hold_it_up(core: Core) -> None:
    stuck = asyncio.Event()
    intent = await core.press(await core.quote())
    core.alpha.deadly = {"after buy"}
    await core.errands.drain(10)
    core.reborn()
    core.alpha.meanwhile["before balance"] = stuck.wait
    await asyncio.wait_for(core.purchases.recover(), 5)
    stuck.set()
    await core.errands.drain(10)
    assert (await core.row(intent.id)).state is State.UNKNOWN


async def test_housekeeping_settles_what_nobody_carries_out_any_more(core: Core) -> None:
    quote = await core.quote()
    left, _ = await core.store.intend(quote.nonce, OWNER, OWNER, None, core.caps, core.clock())
    await core.purchases.recover(timedelta(minutes=5))
    assert (await core.row(left.id)).state is State.BUYING
    core.clock.advance(5 * 60)
    await core.purchases.recover(timedelta(minutes=5))
    assert (await core.row(left.id)).state is State.FAILED


async def test_housekeeping_leaves_a_slow_purchase_alone(core: Core) -> None:
    async def keep_house() -> None:
        core.clock.advance(3600)
        await core.purchases.recover(timedelta(minutes=5))

    core.alpha.meanwhile["before buy"] = keep_house
    row = await core.buy()
    assert (row.state, core.purchased) == (State.WAITING, 1)


async def test_what_waits_in_line_when_the_stop_begins_is_not_ordered(core: Core) -> None:
    async def stop() -> None:
        core.errands.halt()

    core.alpha.meanwhile["before buy"] = stop
    first, second = [await core.press(await core.quote()) for _ in range(2)]
    await core.errands.drain(10)
    row = await core.row(second.id)
    assert (await core.row(first.id)).state is State.WAITING
    assert (row.state, row.reason, core.purchased) == (State.FAILED, "NeverCalled", 1)
    assert "stopped before it could order" in await core.told(row.id)


async def test_a_recovery_under_way_is_not_begun_again(core: Core) -> None:
    await core.press(await core.quote())
    core.alpha.deadly = {"after buy"}
    await core.errands.drain(10)
    core.reborn()
    core.clock.advance(3600)
    before = len(core.alpha.called("balance"))
    await core.purchases.recover()
    await core.purchases.recover(timedelta(minutes=5))
    await core.errands.drain(10)
    assert len(core.alpha.called("balance")) == before + 1


async def test_a_start_on_a_full_disk_says_so_instead_of_trying_for_ever(core: Core) -> None:
    quote = await core.quote()
    await core.store.intend(quote.nonce, OWNER, OWNER, None, core.caps, core.clock())
    core.store.full["failed"] = [OperationalError("UPDATE", {}, Exception("database or disk is full"))]
    with pytest.raises(OperationalError):
        await core.purchases.recover()
    assert core.slept == []
