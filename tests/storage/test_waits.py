"""What refusals teach of a provider's minimum wait, and for how long."""

from datetime import timedelta

import pytest

from storage.database import Database
from storage.waits import FORGOTTEN, WaitStore
from tests.storage.shelf import NOW


@pytest.mark.parametrize(
    ("refusals", "seconds"), [([], 0), ([100], 100), ([100, 80], 100), ([100, 130], 130)]
)
async def test_the_wait_is_the_latest_age_at_which_a_cancel_was_refused(
    database: Database, refusals: list[float], seconds: float
) -> None:
    waits = WaitStore(database)
    for age in refusals:
        await waits.refused("alpha", age, NOW)
    assert await waits.seconds("alpha", NOW) == seconds


async def test_a_refusal_teaches_for_a_day(database: Database) -> None:
    waits = WaitStore(database)
    await waits.refused("alpha", 300, NOW)
    assert await waits.seconds("alpha", NOW + FORGOTTEN) == 300
    later = NOW + FORGOTTEN + timedelta(seconds=1)
    assert await waits.seconds("alpha", later) == 0
    await waits.refused("alpha", 100, later)
    assert await waits.seconds("alpha", later) == 100


async def test_providers_learn_apart(database: Database) -> None:
    waits = WaitStore(database)
    await waits.refused("alpha", 100, NOW)
    assert await waits.seconds("beta", NOW) == 0
