"""What is under way keeps a person from being forgotten; what nobody looks for any more does not."""

from typing import Any

import pytest

from storage.database import Database
from storage.forgetting import Forgetting
from storage.models import MessageState, OrderState, RentalState, State, WatchState
from storage.open_ends import OpenEnds, OpenEndStore
from tests.storage.shelf import NOW
from tests.storage.somebody import change, everything_of, rows_of

ANN = 7_700_000_123
HINDRANCES = [
    ("activations", {"state": State.BUYING}, OpenEnds(numbers=1)),
    ("activations", {"state": State.WAITING}, OpenEnds(numbers=1)),
    ("activations", {"state": State.CANCELLING}, OpenEnds(numbers=1)),
    ("activations", {"state": State.UNKNOWN}, OpenEnds(lost=1)),
    ("activations", {"state": State.FAILED}, OpenEnds(lost=1)),
    ("rentals", {"state": RentalState.RENTING}, OpenEnds(rentals=1)),
    ("rentals", {"state": RentalState.ACTIVE}, OpenEnds(rentals=1)),
    ("rentals", {"state": RentalState.UNKNOWN}, OpenEnds(rentals=1)),
    ("rental_orders", {"state": OrderState.ORDERED}, OpenEnds(rentals=1)),
    ("messages", {"state": MessageState.SENDING}, OpenEnds(messages=1)),
    ("messages", {"state": MessageState.ACCEPTED}, OpenEnds(messages=1)),
    ("watches", {"state": WatchState.BUYING}, OpenEnds(watches=1)),
    ("watches", {"state": WatchState.WATCHING, "buys": True}, OpenEnds(watches=1)),
]


@pytest.mark.parametrize(("table", "values", "told"), HINDRANCES)
async def test_while_something_is_under_way_nothing_is_forgotten(
    database: Database, table: str, values: dict[str, Any], told: OpenEnds
) -> None:
    await everything_of(database, ANN, "ann")
    await change(database, table, values)
    before = await rows_of(database)
    assert await Forgetting(database).hindrance(ANN) == told
    assert await Forgetting(database).forget(ANN, NOW) == told
    assert await rows_of(database) == before


@pytest.mark.parametrize(
    ("table", "values"),
    [
        ("activations", {"state": State.UNKNOWN, "next_poll_at": None}),
        ("activations", {"state": State.FAILED, "next_poll_at": None}),
        ("activations", {"state": State.RECEIVED}),
        ("rentals", {"state": RentalState.UNKNOWN, "next_poll_at": None}),
        ("messages", {"state": MessageState.ACCEPTED, "next_poll_at": None}),
        ("messages", {"state": MessageState.UNDELIVERED}),
        ("watches", {"state": WatchState.WATCHING}),
    ],
)
async def test_what_nobody_looks_for_any_more_keeps_nobody_from_it(
    database: Database, table: str, values: dict[str, Any]
) -> None:
    await everything_of(database, ANN, "ann")
    await change(database, table, values)
    assert not await Forgetting(database).forget(ANN, NOW)
    assert (await rows_of(database))["chats"] == []


async def test_a_key_tells_what_goes_on_with_it(database: Database) -> None:
    await everything_of(database, ANN, "ann")
    store = OpenEndStore(database)
    assert not await store.of_key("ann-key")
    await change(database, "activations", {"state": State.WAITING})
    assert await store.of_key("ann-key") == OpenEnds(numbers=1)
    assert await store.of_key("another-key") == OpenEnds()
