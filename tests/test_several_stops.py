"""Several numbers of one confirmation: what keeps the rest from being ordered, though the last one came."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from functools import partial
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import update

from bot import failpoints
from bot.failpoints import Failpoint
from bot.providers.base import Number, Wish
from storage.models import Activation, Chat, State
from storage.reasons import Reason
from tests.core import Core, open_core
from tests.mortal import Killed

WAITING, FAILED = State.WAITING, State.FAILED


@pytest.fixture
async def core(tmp_path: Path) -> AsyncIterator[Core]:
    async with open_core(tmp_path) as made:
        yield made
    failpoints.arm("")


async def ordered(core: Core, count: int) -> Sequence[Activation]:
    """Buy so many with one press, and wait for what comes of it."""
    await core.press(await core.quote(count=count))
    await core.errands.drain(10)
    return await in_order(core)


async def in_order(core: Core) -> Sequence[Activation]:
    return sorted(await core.rows(), key=lambda row: row.position)


def charges(core: Core, cost: str) -> None:
    """Let the provider charge this, whatever maximum it was given."""
    sell = core.alpha.buy

    async def buy(key: SecretStr, wish: Wish) -> Number:
        return replace(await sell(key, wish), cost=Decimal(cost))

    core.alpha.buy = buy  # type: ignore[method-assign]


async def test_after_a_number_charged_above_what_was_agreed_to_no_other_is_ordered(core: Core) -> None:
    charges(core, "3.00")
    rows = await ordered(core, 5)
    assert [(row.state, row.reason) for row in rows] == [(WAITING, ""), (FAILED, Reason.OVERCHARGED)]
    assert core.purchased == 1
    told = await core.told(rows[-1].id)
    assert "More was charged for the one before it than you agreed to: this one was not ordered." in told
    assert "Bought: 1 of 5. The rest was not ordered." in told


async def test_a_number_that_was_cheaper_than_agreed_to_stops_nothing(core: Core) -> None:
    charges(core, "0.40")
    assert [row.state for row in await ordered(core, 3)] == [WAITING] * 3


async def test_after_a_death_the_next_process_tells_of_the_charge_too(core: Core) -> None:
    charges(core, "3.00")

    def end() -> None:
        raise Killed(Failpoint.AFTER_OUTCOME)

    failpoints.arm(Failpoint.AFTER_OUTCOME, end)
    await ordered(core, 3)
    failpoints.arm("")
    core.reborn()
    await core.purchases.recover()
    assert [row.reason for row in await in_order(core)] == ["", Reason.OVERCHARGED]
    assert core.purchased == 1


async def test_for_a_chat_that_blocked_the_bot_nothing_more_is_ordered(core: Core) -> None:
    async def reached(since: datetime | None) -> None:
        async with core.database.begin() as session:
            await session.execute(update(Chat).values(unreachable_at=since))

    core.alpha.meanwhile["after buy"] = partial(reached, core.clock())
    rows = await ordered(core, 5)
    assert [(row.state, row.reason) for row in rows] == [(WAITING, ""), (FAILED, "Unheard")]
    assert core.purchased == 1
    await reached(None)
    assert "This chat could not be reached any more" in await core.told(rows[-1].id)


# The person stops the rest


def stops(core: Core, point: str, answers: list[bool]) -> None:
    """Let the person stop the rest while the first number is ordered."""

    async def stop() -> None:
        [first] = await core.rows()
        answers.append(await core.purchases.stop_rest(first))

    core.alpha.meanwhile[point] = stop


@pytest.mark.parametrize("point", ["before buy", "after buy"])
async def test_who_stops_the_rest_gets_what_was_being_bought_and_no_more(core: Core, point: str) -> None:
    answers: list[bool] = []
    stops(core, point, answers)
    rows = await ordered(core, 5)
    assert [(row.state, row.reason) for row in rows] == [(WAITING, ""), (FAILED, Reason.STOPPED)]
    assert (core.purchased, answers) == (1, [True])
    assert "You stopped the rest.\nThe rest was not ordered." in await core.told(rows[-1].id)
    assert not await core.purchases.stop_rest(rows[0])


async def test_the_rest_is_stopped_once_though_what_was_being_bought_is_refused(core: Core) -> None:
    stops(core, "before buy", [])
    core.alpha.prices_of["tg", "1"] = ("0.50", 0)
    rows = await ordered(core, 3)
    assert [(row.state, row.reason) for row in rows] == [(FAILED, "NoNumbers"), (FAILED, Reason.STOPPED)]


async def test_what_was_stopped_stays_so_after_a_death(core: Core) -> None:
    stops(core, "before buy", [])
    core.alpha.deadly = {"after buy"}
    await ordered(core, 3)
    core.reborn()
    core.clock.advance(5)
    await core.purchases.recover()
    await core.errands.drain(10)
    rows = await in_order(core)
    assert [(row.state, row.reason) for row in rows[1:]] == [(FAILED, Reason.STOPPED)]
    assert (rows[0].state, core.purchased) == (State.UNKNOWN, 1)


async def test_where_all_are_ordered_nothing_is_left_to_stop(core: Core) -> None:
    rows = await ordered(core, 2)
    assert not await core.purchases.stop_rest(rows[0])
    assert not await core.purchases.stop_rest(await core.buy())
    core.alpha.prices_of["tg", "1"] = ("0.50", 0)
    [refused] = [row for row in await ordered(core, 3) if row.state is FAILED]
    assert not await core.purchases.stop_rest(refused)
