import pytest

from storage.database import Database
from storage.waits import WaitStore


@pytest.mark.parametrize(
    ("lessons", "seconds"),
    [
        ([], 0),
        ([("accepted", 40)], 0),
        ([("refused", 100)], 100),
        ([("refused", 100), ("refused", 80)], 100),
        ([("refused", 100), ("accepted", 125)], 125),
        ([("refused", 100), ("accepted", 125), ("accepted", 300)], 125),
        ([("refused", 100), ("accepted", 125), ("accepted", 110)], 110),
        ([("refused", 100), ("accepted", 90)], 100),
        ([("refused", 100), ("accepted", 125), ("refused", 130)], 130),
        ([("refused", 100), ("accepted", 125), ("refused", 110)], 125),
    ],
)
async def test_the_wait_is_the_earliest_that_worked_else_the_latest_that_did_not(
    database: Database, lessons: list[tuple[str, float]], seconds: float
) -> None:
    waits = WaitStore(database)
    for lesson, age in lessons:
        await getattr(waits, lesson)("alpha", age)
    assert await waits.seconds("alpha") == seconds


async def test_providers_learn_apart(database: Database) -> None:
    waits = WaitStore(database)
    await waits.refused("alpha", 100)
    assert await waits.seconds("beta") == 0
