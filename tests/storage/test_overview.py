"""What the operator sees at a glance: everybody's rows of a period, counted once, and none read in vain."""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from storage.database import Database
from storage.guests import GuestStore
from storage.models import Chat, Key, OrderKind, OrderState, Post, RentalOrder, State
from storage.outbox import EVERYWHERE, PARKED
from storage.overview import Crowd, Mishap, OverviewStore, Period, Queue
from storage.payments import paid_by_person
from storage.reasons import Reason
from tests.aloud import Aloud
from tests.storage.shelf import NOW, number, put, stored

DAY, LATER = NOW - timedelta(hours=12), NOW + timedelta(seconds=1)


def met(chat_id: int, kind: str = "private", **more: Any) -> Chat:
    moments = {"created_at": NOW - timedelta(days=40), "seen_at": NOW}
    return Chat(id=chat_id, kind=kind, **(moments | more))


def post(name: str, kind: str, seconds: float | None, **more: Any) -> Post:
    at = None if seconds is None else NOW + timedelta(seconds=seconds)
    values = {"dedup": name, "kind": kind, "subject": name, "chat_id": 1, "priority": 0}
    return Post(id=name, created_at=NOW, next_try_at=at, **(values | more))


async def glance(database: Database) -> Period:
    return await OverviewStore(database).period(DAY, LATER)


async def spent(database: Database) -> dict[str, tuple[Decimal, Decimal]]:
    """By currency: for sure, and in doubt."""
    sums: dict[str, tuple[Decimal, Decimal]] = {}
    for one in (await glance(database)).payments:
        sure, doubt = sums.get(one.currency, (Decimal(0), Decimal(0)))
        sums[one.currency] = (sure + one.amount, doubt) if one.sure else (sure, doubt + one.amount)
    return sums


@pytest.fixture
async def key(database: Database) -> Key:
    return await stored(database)


async def test_people_and_groups_are_counted_apart_and_the_flood_limit_of_all_chats_is_neither(
    database: Database,
) -> None:
    old = NOW - timedelta(days=3)
    await put(database, met(1), met(2, created_at=NOW), met(3, seen_at=old), met(EVERYWHERE, ""))
    await put(database, met(-5, "group", created_at=NOW), met(-6, "supergroup", unreachable_at=NOW))
    await put(database, met(-7, "channel"))
    told = await glance(database)
    assert (told.people, told.groups) == (Crowd(3, 2, 1), Crowd(1, 1, 1))


async def test_numbers_and_codes_of_the_period_are_counted_and_what_failed_was_not_bought(
    database: Database, key: Key
) -> None:
    states = {"a": State.WAITING, "b": State.RECEIVED, "c": State.FINISHED, "d": State.FAILED}
    await put(database, *(number(key, name, state) for name, state in states.items()))
    await put(database, number(key, "old", State.FINISHED, created_at=DAY - timedelta(seconds=1)))
    await put(database, number(key, "next", State.FINISHED, created_at=LATER))
    told = await glance(database)
    assert (told.numbers, told.codes) == (3, 2)


async def test_what_went_wrong_is_told_by_provider_and_reason_the_most_frequent_first(
    database: Database, key: Key
) -> None:
    rows = [number(key, f"f{each}", State.FAILED, reason="NoMoney") for each in range(2)]
    await put(
        database,
        number(key, "u", State.UNKNOWN, reason="Unavailable"),
        *rows,
        number(key, "fine", State.FINISHED),
        number(key, "full", State.FAILED, reason="TooManyHereToday"),
        number(key, "stopped", State.FAILED, reason=Reason.STOPPED),
    )
    assert (await glance(database)).mishaps == [
        Mishap("smsbower", State.FAILED, "NoMoney", 2),
        Mishap("smsbower", State.UNKNOWN, "Unavailable", 1),
    ]


async def test_money_is_added_up_by_currency_without_what_was_given_back(
    database: Database, key: Key
) -> None:
    euro = {"currency": "EUR", "cost": Decimal("2")}
    await put(
        database,
        number(key, "a", State.FINISHED),
        number(key, "b", State.RECEIVED),
        number(key, "c", State.CANCELLED, given_back=True),
        number(key, "d", State.CANCELLED, reason=Reason.UNCONFIRMED),
        number(key, "e", State.FAILED),
        number(key, "f", State.WAITING),
        number(key, "g", State.FINISHED, **euro),
    )
    assert await spent(database) == {
        "USD": (Decimal("0.20"), Decimal("0.20")),
        "EUR": (Decimal("2"), Decimal("0")),
    }


async def test_rents_count_from_the_moment_they_are_ordered(database: Database, key: Key) -> None:
    given = {"chat_id": 1, "owner_id": 1, "key_id": key.id, "provider": "smsak", "tariff": "t", "days": 7}
    more = {"country": "US", "country_code": "1", "kind": OrderKind.RENT, "cost": Decimal("5")}
    for name, state, at in (("a", OrderState.DONE, NOW), ("b", OrderState.OFFERED, None)):
        order = {"id": name, "state": state, "ordered_at": at, "currency": "USD", "created_at": NOW}
        await put(database, RentalOrder(**given, **more, **order))
    told = await glance(database)
    assert told.rents == 1
    assert [(one.amount, one.sure) for one in told.payments] == [(Decimal("5"), True)]


async def test_who_bought_pays_whoever_holds_the_number_now(database: Database, key: Key) -> None:
    mine, theirs = {"chat_id": -5, "owner_id": 7}, {"chat_id": -5, "owner_id": 8, "bought_by": 7}
    await put(database, number(key, "a", State.FINISHED, **mine), number(key, "b", State.FINISHED, **theirs))
    for person, amounts in ((7, [Decimal("0.20")]), (8, [])):
        async with database.begin() as session:
            paid = await paid_by_person(session, person, DAY)
        assert [one.amount for one in paid] == amounts


async def test_queues_tell_what_is_due_what_waits_and_since_when(database: Database, key: Key) -> None:
    await put(database, post("a", "code", -60), post("b", "code", -5), post("c", "card", 30))
    await put(database, post("d", "card", None, failure=PARKED), post("e", "card", None, sent_at=NOW))
    await put(database, number(key, "n", State.WAITING, next_poll_at=NOW - timedelta(seconds=3)))
    told = await OverviewStore(database).queues(NOW)
    oldest = NOW - timedelta(seconds=60)
    assert told.posts == [Queue("code", 2, 0, oldest), Queue("card", 0, 1, None)]
    assert told.parked == 1
    assert told.work[0] == Queue("number", 1, 0, NOW - timedelta(seconds=3))
    assert told.work[1:] == [Queue(kind, 0, 0, None) for kind in ("rental", "message", "watch")]


async def test_who_was_let_in_is_counted_and_who_is_blocked(database: Database) -> None:
    guests = GuestStore(database)
    for guest, values in ((1, {"admitted_at": NOW}), (-5, {"admitted_at": NOW}), (3, {"blocked_at": NOW})):
        await guests.change(guest, values, None, "", NOW)
    assert await OverviewStore(database).guests() == {"people": 1, "groups": 1, "blocked": 1}


async def test_the_size_counts_what_is_not_yet_written_into_the_file(database: Database) -> None:
    assert OverviewStore(database).size() == sum(map(size_of, files_of(database))) > 0


def files_of(database: Database) -> list[Path]:
    assert database.path is not None
    return [database.path, Path(f"{database.path}-wal")]


def size_of(file: Path) -> int:
    return file.stat().st_size if file.exists() else 0


async def test_no_table_that_grows_is_read_as_a_whole(database: Database, key: Key) -> None:
    """But for the chats and the members of groups: there are no more of them than people."""
    asked: list[tuple[str, Any]] = []
    aloud = Aloud(database.url)
    event.listen(
        aloud.engine.sync_engine,
        "before_cursor_execute",
        lambda _c, _cur, statement, given, *_: asked.append((statement, given)),
    )
    await glance(aloud)
    await OverviewStore(aloud).queues(NOW)
    await aloud.close()
    queries = [each for each in asked if each[0].startswith("SELECT")]
    async with database.bare() as connection:
        plans = [
            str(row[3])
            for statement, given in queries
            for row in await connection.execute_fetchall(f"EXPLAIN QUERY PLAN {statement}", given)
        ]
    scans = [plan for plan in plans if plan.startswith("SCAN") and "USING" not in plan]
    assert {plan.split()[1] for plan in scans} <= {"chats", "members", "anon_1", "(subquery-1)"}
    assert len(plans) > len(queries) > 8
