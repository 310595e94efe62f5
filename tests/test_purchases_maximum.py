"""The day's limit where more than the price of today may be charged: all that was agreed to counts."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.errors import Unavailable
from bot.providers.base import Number, Wish
from storage.caps import Caps, SpentEnough
from storage.models import State
from tests.core import Core, open_core

TWO = Decimal("2.00")


@pytest.fixture
async def core(tmp_path: Path) -> AsyncIterator[Core]:
    async with open_core(tmp_path) as made:
        made.caps = Caps(spend_per_day=Decimal("3.00"))
        made.reborn()
        yield made


def charges_the_maximum(core: Core) -> None:
    """Let the provider charge all that it may."""
    sell = core.alpha.buy

    async def buy(key: SecretStr, wish: Wish) -> Number:
        return replace(await sell(key, wish), cost=wish.max_price)

    core.alpha.buy = buy  # type: ignore[method-assign]


async def test_fifty_presses_at_once_never_pass_the_limit_where_the_maximum_is_charged(core: Core) -> None:
    charges_the_maximum(core)
    quotes = [await core.quote(max_price=TWO) for _ in range(50)]
    presses = await asyncio.gather(*map(core.press, quotes), return_exceptions=True)
    await core.errands.drain(10)
    assert sum(type(press) is SpentEnough for press in presses) == 49
    assert [row.cost for row in await core.rows()] == [TWO]


async def test_a_lost_answer_counts_with_all_that_was_agreed_to(core: Core) -> None:
    core.alpha.loses_the_answer("buy", Unavailable())
    assert (await core.buy(max_price=TWO)).state is State.UNKNOWN
    with pytest.raises(SpentEnough):
        await core.buy(max_price=TWO)


async def test_what_was_charged_counts_once_it_is_told(core: Core) -> None:
    for _ in range(3):
        assert (await core.buy(max_price=TWO)).state is State.WAITING
    with pytest.raises(SpentEnough):
        await core.buy(max_price=TWO)
