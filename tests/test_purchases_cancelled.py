"""Whoever is cancelled at whatever moment of a purchase: what the provider sold is in the database."""

import asyncio
from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path
from random import Random

import pytest

from storage.models import State
from tests.core import Core, open_core
from tests.doubles import KEY

TIMES = 500
#: As many purchases at once, and the longest moment in seconds until one is cancelled.
AT_ONCE, LONGEST = 25, 0.1


@pytest.fixture
async def core(tmp_path: Path) -> AsyncIterator[Core]:
    async with open_core(tmp_path) as made:
        made.alpha.prices_of["tg", "1"] = ("0.01", None)
        made.alpha.accounts[KEY] = Decimal(TIMES)
        yield made


async def cancelled(core: Core, dice: Random) -> None:
    """Press *Buy*, and let the caller be cancelled at some moment."""
    press = asyncio.create_task(core.press(await core.quote(cost=Decimal("0.01"))))
    await asyncio.wait({press}, timeout=dice.uniform(0, LONGEST))
    press.cancel()
    await asyncio.gather(press, return_exceptions=True)


async def test_b_18_callers_cancelled_at_any_moment_lose_no_number(core: Core) -> None:
    dice = Random(18)
    for _ in range(TIMES // AT_ONCE):
        await asyncio.gather(*(cancelled(core, dice) for _ in range(AT_ONCE)))
        await core.errands.drain(30)
    await core.purchases.recover()
    await core.errands.drain(30)
    rows = await core.rows()
    assert {row.provider_id for row in rows if row.state is State.WAITING} == core.alpha.lines.keys()
    assert {row.state for row in rows} <= {State.WAITING, State.FAILED}


@pytest.mark.parametrize("turns", [0, 1, 2, 5, 10, 20, 50, 100])
async def test_b_18_a_caller_cancelled_after_a_few_turns_loses_no_number(core: Core, turns: int) -> None:
    press = asyncio.create_task(core.press(await core.quote()))
    for _ in range(turns):
        await asyncio.sleep(0)
    press.cancel()
    await asyncio.gather(press, return_exceptions=True)
    await core.errands.drain(10)
    core.reborn()
    await core.purchases.recover()
    await core.errands.drain(10)
    assert core.purchased == sum(row.state is State.WAITING for row in await core.rows())
    assert {row.state for row in await core.rows()} <= {State.WAITING, State.FAILED}
