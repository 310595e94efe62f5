"""Wherever the bot dies: no number without an owner, none bought twice, nobody without an answer.

Each failpoint once; `make sweep` goes through all faults at each of them.
"""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.faults.harness import PATIENCE
from tests.faults.lane import Lane, lane
from tests.faults.sweep_cases import Case, few_cases


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def dying(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Lane]:
    async with lane(tmp_path_factory.mktemp("sweep"), PATIENCE) as made:
        yield made


@pytest.mark.parametrize("case", [*few_cases()], ids=lambda case: case.point)
async def test_killed_there_it_loses_nothing(dying: Lane, case: Case) -> None:
    outcome = await dying.run(case)
    assert outcome.violations() == []
    assert outcome.reached
