"""Pages of what a person bought, rented and sent: newest first, their own alone, as filtered."""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import text
from sqlalchemy.dialects import sqlite

from storage.database import Database
from storage.history import Entry, HistoryStore, newest
from storage.models import (
    Activation,
    Chat,
    Key,
    MessageState,
    OrderState,
    RentalState,
    State,
)
from storage.wanted import Kind, Outcome, Wanted
from tests.storage.shelf import NOW, chat, number, put, stored
from tests.storage.things import message, order, rental

GROUP = -100


@pytest.fixture
async def key(database: Database) -> Key:
    await put(database, chat(1), chat(2))
    return await stored(database)


def bought(key: Key, name: str, state: State, minutes: int = 0, **more: object) -> Activation:
    return number(key, name, state, created_at=NOW + timedelta(minutes=minutes), **more)


async def page(
    database: Database, wanted: Wanted, first: int = 0, size: int = 20, *, owner: int = 1, chat_id: int = 1
) -> list[Entry]:
    found, _ = await HistoryStore(database).page(owner, chat_id, wanted, first, size)
    return [*found]


async def names(database: Database, wanted: Wanted, *, owner: int = 1, chat_id: int = 1) -> list[str]:
    return [each.row.id for each in await page(database, wanted, owner=owner, chat_id=chat_id)]


async def test_things_of_all_kinds_come_newest_first_with_what_they_cost(
    database: Database, key: Key
) -> None:
    await put(
        database,
        bought(key, "number", State.FINISHED, 1),
        rental(key, "rental", RentalState.ACTIVE, 2),
        message(key, "message", MessageState.DELIVERED, 3),
        message(key, "draft", MessageState.DRAFT, None),
    )
    paid, lost = OrderState.DONE, OrderState.UNKNOWN
    await put(
        database,
        *(order(key, f"o{cost}", "rental", paid, cost) for cost in ("4.00", "3.50")),
        order(key, "lost", "rental", lost, "9.00"),
    )
    found = await page(database, Wanted())
    assert [(each.kind, each.row.id, each.cost, each.currency) for each in found] == [
        (Kind.MESSAGE, "message", Decimal("0.48"), "UAH"),
        (Kind.RENTAL, "rental", Decimal("7.50"), "EUR"),
        (Kind.NUMBER, "number", Decimal("0.10"), "USD"),
    ]
    assert [each.at - NOW for each in found] == [timedelta(minutes=minutes) for minutes in (3, 2, 1)]


async def test_pages_follow_each_other_without_a_gap_and_all_things_are_counted(
    database: Database, key: Key
) -> None:
    """Also where several were ordered at one moment."""
    await put(database, *(bought(key, f"n{place}", State.EXPIRED, place // 3) for place in range(7)))
    await put(database, *(rental(key, f"r{place}", RentalState.ENDED, place) for place in range(2)))
    history = HistoryStore(database)
    seen: list[str] = []
    for first in range(0, 9, 2):
        entries, total = await history.page(1, 1, Wanted(), first, 2)
        seen += [each.row.id for each in entries]
        assert total == 9
    assert seen == ["n6", "r1", "n5", "n4", "n3", "r0", "n2", "n1", "n0"]
    assert await history.page(1, 1, Wanted(), 9, 2) == ([], 9)


async def test_what_failed_is_listed_only_where_it_is_asked_for_and_cost_nothing(
    database: Database, key: Key
) -> None:
    await put(
        database,
        bought(key, "n", State.FAILED, 3),
        rental(key, "r", RentalState.FAILED, 2),
        message(key, "m", MessageState.FAILED, 1),
    )
    assert await names(database, Wanted()) == []
    found = await page(database, Wanted(outcome=Outcome.FAILED))
    assert [(each.row.id, each.cost) for each in found] == [("n", None), ("r", None), ("m", None)]


#: What each filter lets through of a number, a rental and a message of every state.
LETS_THROUGH = {
    Wanted(kind=Kind.RENTAL): ["rental-unknown", "rental-renting", "rental-ended", "rental-active"],
    Wanted(kind=Kind.RENTAL, outcome=Outcome.CAME): [],
    Wanted(outcome=Outcome.OPEN): [
        *("rental-renting", "rental-active", "number-waiting", "number-cancelling", "number-buying"),
        *("message-sending", "message-accepted"),
    ],
    Wanted(outcome=Outcome.CAME): [
        *("number-received", "number-finished", "message-viewed", "message-delivered")
    ],
    Wanted(outcome=Outcome.CANCELLED): ["number-cancelled"],
    Wanted(outcome=Outcome.EXPIRED): ["rental-ended", "number-expired"],
    Wanted(outcome=Outcome.UNDELIVERED): ["message-undelivered"],
    Wanted(outcome=Outcome.UNKNOWN): ["rental-unknown", "number-unknown", "message-unknown"],
    Wanted(kind=Kind.NUMBER, outcome=Outcome.UNKNOWN): ["number-unknown"],
}


@pytest.mark.parametrize("wanted", LETS_THROUGH, ids=str)
async def test_each_outcome_lets_its_own_states_through(wanted: Wanted, database: Database, key: Key) -> None:
    await put(
        database,
        *(bought(key, f"number-{state}", state) for state in State),
        *(rental(key, f"rental-{state}", state) for state in RentalState),
        *(message(key, f"message-{state}", state) for state in MessageState),
    )
    assert await names(database, wanted) == LETS_THROUGH[wanted]


async def test_a_service_a_country_a_provider_and_a_time_can_be_asked_for(
    database: Database, key: Key
) -> None:
    await put(
        database,
        bought(key, "tg", State.FINISHED, 0, service="telegram", country="US"),
        bought(key, "wa", State.FINISHED, 9, service="whatsapp", country="GB"),
        rental(key, "rental", RentalState.ACTIVE, 5),
        message(key, "message", MessageState.ACCEPTED, 6),
    )
    assert await names(database, Wanted(service="telegram")) == ["tg"]
    assert await names(database, Wanted(country="GB")) == ["wa", "rental"]
    assert await names(database, Wanted(provider="smsbower")) == ["wa", "tg"]
    assert await names(database, Wanted(since=NOW + timedelta(minutes=6))) == ["wa", "message"]
    assert await names(database, Wanted(service="whatsapp", country="US")) == []
    seen = await HistoryStore(database).seen(1, 1)
    assert seen.services == {"telegram": "tg", "whatsapp": "tg"}
    assert (seen.countries, seen.providers) == (["GB", "US", "UA"], ["smsbower", "smsak", "smsfly"])


async def test_everybody_sees_their_own_in_its_chat_and_in_private_what_a_lost_group_had(
    database: Database, key: Key
) -> None:
    lost = Chat(id=GROUP, kind="group", created_at=NOW, seen_at=NOW, unreachable_at=NOW)
    await put(database, lost, Chat(id=-200, kind="group", created_at=NOW, seen_at=NOW))
    await put(
        database,
        bought(key, "mine", State.FINISHED, 3),
        bought(key, "in the lost group", State.FINISHED, 2, chat_id=GROUP),
        bought(key, "in a group", State.FINISHED, 1, chat_id=-200),
        bought(key, "hers", State.FINISHED, chat_id=GROUP, owner_id=2),
    )
    assert await names(database, Wanted()) == ["mine", "in the lost group"]
    assert await names(database, Wanted(), chat_id=-200) == ["in a group"]
    assert await names(database, Wanted(), owner=2, chat_id=2) == ["hers"]
    assert (await HistoryStore(database).seen(3, 3)).providers == []


async def test_a_page_is_read_from_an_index_and_sorts_no_table(database: Database, key: Key) -> None:
    await put(database, bought(key, "one", State.FINISHED))
    plans = "\n".join([await plan(database, kind) for kind in Kind])
    merged = await plan(database, *Kind)
    for index in ("activations_listed", "rentals_owner_id_created_at", "messages_owner_id"):
        assert f"INDEX ix_{index}" in plans
    assert "SCAN activations" not in plans
    assert "TEMP B-TREE FOR ORDER BY" not in plans + merged
    assert "MERGE (UNION ALL)" in merged


async def plan(database: Database, *kinds: Kind) -> str:
    """How SQLite finds the newest of these kinds."""
    wanted = Wanted(service="tg" if kinds == (Kind.NUMBER,) else "", country="US")
    query = newest(kinds, wanted.shape, alone=True)
    written = query.params(owner_id=1, chat_id=1, first=0, size=9, **wanted.chosen).compile(
        dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True}
    )
    async with database.begin() as session:
        rows = await session.execute(text(f"EXPLAIN QUERY PLAN {written}"))
        return "\n".join(str(row.detail) for row in rows)


async def test_of_another_value_the_same_statement_shows_its_own(database: Database, key: Key) -> None:
    await put(database, bought(key, "a", State.FINISHED), bought(key, "b", State.FINISHED, 1, country="DE"))
    assert Wanted(country="DE").shape == Wanted(country="US").shape != Wanted().shape
    assert await names(database, Wanted(country="DE")) == ["b"]
    assert "b" not in await names(database, Wanted(country="US"))
