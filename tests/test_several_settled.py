"""Of several what was left unfinished is settled at the start, whatever its age, and then where it can be."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from storage.models import State
from tests.core import OWNER, Core, open_core, put
from tests.storage.shelf import number

DAY = timedelta(days=1)


@pytest.fixture
async def core(tmp_path: Path) -> AsyncIterator[Core]:
    async with open_core(tmp_path) as made:
        yield made


async def left_unfinished(core: Core, age: timedelta) -> None:
    """The first of two, which nobody follows."""
    key = await core.keys.get(core.key_id)
    assert key is not None
    first = {"batch": "b", "position": 1, "count": 2, "created_at": core.clock() - age}
    await put(core.database, number(key, "b", State.RECEIVED, owner_id=OWNER, **first))


async def states(core: Core) -> list[State]:
    return [row.state for row in sorted(await core.rows(), key=lambda row: row.position)]


async def test_at_the_start_all_of_it_is_settled_whatever_its_age(core: Core) -> None:
    await left_unfinished(core, 400 * DAY)
    await core.purchases.recover()
    assert await states(core) == [State.RECEIVED, State.FAILED]


async def test_a_later_round_settles_what_was_left_since(core: Core) -> None:
    await core.purchases.recover()
    await left_unfinished(core, 6 * DAY)
    await core.purchases.recover()
    assert await states(core) == [State.RECEIVED, State.FAILED]


async def test_a_clock_that_was_set_back_hides_nothing(core: Core) -> None:
    core.clock.advance(400 * DAY.total_seconds())
    await core.purchases.recover()
    core.clock.advance(-400 * DAY.total_seconds())
    await left_unfinished(core, DAY)
    await core.purchases.recover()
    assert await states(core) == [State.RECEIVED, State.FAILED]
