"""What is counted: numbers whose outcome is known, the moment of their first code, what was paid in vain."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event

from storage.database import Database
from storage.figures import FigureStore, Tally
from storage.models import Activation, Key, Sms, State
from storage.reasons import Reason
from tests.aloud import Aloud
from tests.storage.shelf import NOW, number, put, stored

AGES = timedelta(days=90)


def bought(key: Key, name: str, state: State, lived: float | None = None, **more: object) -> Activation:
    """A number of "tg" at smsbower in the US, bought now; `lived` are the seconds to its end."""
    ended = None if lived is None else NOW + timedelta(seconds=lived)
    row = number(key, name, state, bought_at=NOW, ended_at=ended)
    for column, value in {"country": "US", **more}.items():
        setattr(row, column, value)
    return row


def sms(number: Activation, seconds: float, position: int = 1, *, late: bool = False) -> Sms:
    heard = NOW + timedelta(seconds=seconds)
    name = f"{number.id}-{position}"
    return Sms(id=name, activation_id=number.id, position=position, code="1", late=late, received_at=heard)


async def tallies(database: Database, service: str = "tg") -> dict[str, Tally]:
    """By country."""
    told = await FigureStore(database).of_service(service, NOW - AGES)
    return {each.country: each for each in told}


async def test_a_code_in_time_is_received_and_an_end_without_one_is_not(database: Database) -> None:
    key = await stored(database)
    got, closed = bought(key, "a", State.RECEIVED), bought(key, "b", State.FINISHED, 300)
    await put(database, got, closed, bought(key, "c", State.EXPIRED, 1200))
    await put(database, sms(got, 10), sms(got, 500, 2), sms(closed, 20))
    assert await tallies(database) == {"US": Tally("smsbower", "US", 3, 2, 3, 15.0)}


async def test_a_late_code_is_paid_for_and_not_received(database: Database) -> None:
    key = await stored(database)
    late = bought(key, "a", State.RECEIVED, 1200)
    await put(database, late)
    await put(database, sms(late, 1300, late=True))
    assert await tallies(database) == {"US": Tally("smsbower", "US", 1, 0, 1, None)}


async def test_a_number_that_was_given_back_is_not_paid_for_by_a_late_code(database: Database) -> None:
    late = bought(await stored(database), "a", State.RECEIVED, 120, given_back=True)
    await put(database, late)
    await put(database, sms(late, 180, late=True))
    assert await tallies(database) == {"US": Tally("smsbower", "US", 1, 0, 0, None)}


@pytest.mark.parametrize(
    ("state", "lived", "reason"),
    [
        (State.BUYING, None, ""),
        (State.WAITING, None, ""),
        (State.CANCELLING, None, ""),
        (State.FAILED, 1, "NoNumbers"),
        (State.UNKNOWN, 1, "Unavailable"),
        (State.CANCELLED, 59, ""),
        (State.EXPIRED, 1200, Reason.ANSWER_LOST),
        (State.EXPIRED, 90000, Reason.NEVER_ANSWERED),
    ],
)
async def test_what_tells_nothing_of_the_number_is_not_counted(
    database: Database, state: State, lived: float | None, reason: str
) -> None:
    key = await stored(database)
    await put(database, bought(key, "a", state, lived, reason=reason))
    assert await tallies(database) == {}


async def test_only_a_yes_to_a_cancel_proves_that_a_number_was_given_back(database: Database) -> None:
    key = await stored(database)
    unsure = bought(key, "b", State.CANCELLED, 120, reason=Reason.UNCONFIRMED)
    await put(database, bought(key, "a", State.CANCELLED, 60), unsure, bought(key, "c", State.EXPIRED, 1200))
    assert await tallies(database) == {"US": Tally("smsbower", "US", 3, 0, 2, None)}


async def test_countries_providers_and_services_are_told_apart(database: Database) -> None:
    key = await stored(database)
    others: list[dict[str, object]] = [{}, {"service": "wa"}, {"country": "GB"}, {"provider": "sms3t"}]
    for name, other in zip("abcd", others, strict=True):
        await put(database, bought(key, name, State.EXPIRED, 1200, **other))
    told = await FigureStore(database).of_service("tg", NOW - AGES)
    assert {(each.provider, each.country, each.ended) for each in told} == {
        ("smsbower", "US", 1),
        ("smsbower", "GB", 1),
        ("sms3t", "US", 1),
    }


async def test_the_median_of_many_is_the_one_in_the_middle(database: Database) -> None:
    key = await stored(database)
    for name, seconds in (("a", 5), ("b", 40), ("c", 11)):
        row = bought(key, name, State.RECEIVED)
        await put(database, row)
        await put(database, sms(row, seconds))
    assert (await tallies(database))["US"].seconds == 11.0


async def test_what_is_too_long_ago_is_not_counted(database: Database) -> None:
    key = await stored(database)
    old = NOW - AGES - timedelta(seconds=1)
    await put(database, bought(key, "a", State.EXPIRED, 1200, created_at=old))
    assert await tallies(database) == {}


async def test_numbers_of_a_service_are_found_by_an_index_and_not_by_reading_them_all(
    database: Database,
) -> None:
    asked: list[tuple[str, Any]] = []

    def hear(connection: object, cursor: object, statement: str, values: Any, *rest: object) -> None:
        asked.append((statement, values))

    aloud = Aloud(database.url)
    event.listen(aloud.engine.sync_engine, "before_cursor_execute", hear)
    await tallies(aloud)
    await aloud.close()
    plans = [await plan_of(database, *each) for each in asked if "activations" in each[0]]
    plan = [step for each in plans for step in each]
    assert plans
    assert all(any("ix_activations_service_created_at" in step for step in each) for each in plans)
    assert [step for step in plan if step in ("SCAN activations", "SCAN sms")] == []


async def plan_of(database: Database, query: str, values: Any) -> list[str]:
    async with database.engine.connect() as connection:
        found = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}", values)
        return [str(list(row)[3]) for row in found]
