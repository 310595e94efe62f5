"""Who is forgotten: nothing in any table leads to them any more, and what others have stays as it is."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import delete, select, text
from sqlalchemy.exc import IntegrityError

from storage.activations import ActivationStore, Heard
from storage.database import Database
from storage.forgetting import Forgetting
from storage.keys import KeyStore
from storage.models import Activation, Key, MessageState, OrderState, Row, State
from storage.models.columns import NOBODY
from storage.open_ends import OpenEnds
from storage.traces import FIGURES, GONE, PARTS
from storage.vault import Vault
from tests.storage.shelf import MASTER, NOW, chat, number, put, stored
from tests.storage.somebody import AMOUNT, OF_NOBODY, change, everything_of, rows_of

ANN, BOB, GROUP = 7_700_000_123, 8_800_000_456, -1009_900_000_789
#: Tables whose rows hang on another table's.
HANGING = {"sms", "rental_sms", "steps"}
#: What stays of the figures: what it was, where, for how much, and how it ended.
STAYS: dict[str, set[str]] = {
    "provider_keys": {"provider"},
    "activations": {
        *("id", "nonce", "key_id", "provider", "service", "service_name", "service_code", "country"),
        *("country_name", "country_code", "operator", "currency", "reason"),
    },
    "rentals": {"id", "key_id", "provider", "country", "reason"},
    "rental_orders": {
        *("id", "rental_id", "key_id", "provider", "tariff", "country", "country_code", "currency", "reason"),
    },
    "messages": {
        *("id", "key_id", "provider", "reason", "country", "channels", "currency"),
        *("viber_status", "sms_status"),
    },
    "sms": {"id", "activation_id"},
    "rental_sms": {"id", "rental_id"},
    "steps": {"id", "activation_id"},
    "counted": {"row_id"},
}
#: Money that stays; a balance does not.
PRICES = {"cost", "agreed", "quoted", "viber_cost", "sms_cost"}


def test_every_table_is_known_to_hold_people_or_not() -> None:
    figures = {each.table.__tablename__ for each in FIGURES}
    parts = {scrub.table.__tablename__ for scrub, _, _ in PARTS}
    gone = {table.__tablename__ for table in GONE} | {"provider_keys", "chats"}
    known = figures | parts | gone | OF_NOBODY | {"steps"}
    assert known == Row.metadata.tables.keys()
    assert parts | {"steps"} == HANGING


def test_every_table_with_a_chat_or_a_person_is_forgotten() -> None:
    handled = {each.table.__tablename__ for each in FIGURES} | {table.__tablename__ for table in GONE}
    people = {"chat_id", "owner_id", "user_id"}
    knows = {table.name for table in Row.metadata.sorted_tables if people & {*table.c.keys()}}
    assert knows == handled | {"provider_keys"}


async def test_of_all_that_stands_in_the_tables_only_figures_stay(database: Database) -> None:
    await everything_of(database, ANN, "ann")
    assert await Forgetting(database).forget(ANN, NOW) == OpenEnds()
    for table, rows in (await rows_of(database)).items():
        for row in rows:
            assert ANN not in row.values(), table
            assert words(row) <= STAYS.get(table, set()), table
            assert {name for name, value in row.items() if value == AMOUNT} <= PRICES, table


def words(row: dict[str, Any]) -> set[str]:
    """The columns that hold a word that was Ann's."""
    return {name for name, value in row.items() if isinstance(value, str) and value.startswith("ann")}


async def test_nothing_of_them_is_left_in_the_file(database: Database) -> None:
    await everything_of(database, ANN, "ann")
    secrets = [b"ann sealed", b"annphone", b"anncode", b"anntext", b"annrecipient", b"anntitle", b"annlabel"]
    assert [each for each in secrets if each not in everything(database)] == []
    await Forgetting(database).forget(ANN, NOW)
    assert [each for each in secrets if each in everything(database)] == []


def everything(database: Database) -> bytes:
    assert database.path is not None
    return b"".join(path.read_bytes() for path in database.path.parent.iterdir() if path.is_file())


async def test_nobody_else_loses_anything(database: Database) -> None:
    await everything_of(database, BOB, "bob")
    before = await rows_of(database)
    await everything_of(database, ANN, "ann")
    await Forgetting(database).forget(ANN, NOW)
    after = await rows_of(database)
    for table, rows in before.items():
        assert all(row in after[table] for row in rows), table


async def test_the_forgotten_share_one_key_of_each_provider_that_opens_nothing(database: Database) -> None:
    for person, secret in ((ANN, "ann-secret-0123"), (BOB, "bob-secret-0123")):
        await put(database, chat(person))
        key = await stored(database, SecretStr(secret), person)
        await put(database, number(key, str(person), State.FINISHED))
        await Forgetting(database).forget(person, NOW)
    async with database.begin() as session:
        [left] = await session.scalars(select(Key))
        assert (left.chat_id, left.tail, left.label, left.ciphertext) == (NOBODY, "", "", b"")
        assert set(await session.scalars(select(Activation.key_id))) == {left.id}
        await session.execute(delete(Activation))
    await KeyStore(database, Vault([MASTER])).sweep(NOW)
    assert (await rows_of(database))["provider_keys"] == []


async def test_what_they_bought_in_a_group_stays_the_groups_without_them(database: Database) -> None:
    key = await stored(database, chat_id=GROUP)
    await put(database, number(key, "n", State.FINISHED, owner_id=ANN, phone="+12015550001"))
    await Forgetting(database).forget(ANN, NOW)
    async with database.begin() as session:
        row = await session.get_one(Activation, "n")
        assert (row.owner_id, row.chat_id, row.key_id, row.phone) == (NOBODY, GROUP, key.id, None)
        assert await session.get(Key, key.id) is not None


@pytest.mark.parametrize(
    ("table", "state"), [("messages", MessageState.DRAFT), ("rental_orders", OrderState.OFFERED)]
)
async def test_what_was_never_ordered_is_no_figure(database: Database, table: str, state: Any) -> None:
    await everything_of(database, ANN, "ann")
    await change(database, table, {"state": state})
    await Forgetting(database).forget(ANN, NOW)
    assert (await rows_of(database))[table] == []


async def test_an_answer_that_comes_after_it_is_not_written_down(database: Database) -> None:
    key = await stored(database, chat_id=ANN)
    await put(database, number(key, "n", State.EXPIRED, ended_at=NOW, next_poll_at=NOW))
    await Forgetting(database).forget(ANN, NOW)
    numbers = ActivationStore(database)
    assert await numbers.received("n", Heard("4711", "Your code is 4711", None), NOW) is None
    await numbers.answered("n", NOW, _soon)
    after = await rows_of(database)
    assert (after["sms"], after["outbox"]) == ([], [])
    assert after["activations"][0]["next_poll_at"] is None


def _soon(_: Activation) -> datetime:
    return NOW + timedelta(seconds=5)


async def test_a_second_time_there_is_nothing_left_to_forget(database: Database) -> None:
    await everything_of(database, ANN, "ann")
    await Forgetting(database).forget(ANN, NOW)
    once = await rows_of(database)
    await Forgetting(database).forget(ANN, NOW)
    assert await rows_of(database) == once


async def test_deleted_bytes_are_overwritten(database: Database) -> None:
    async with database.bare() as connection:
        [[on]] = await connection.execute_fetchall("PRAGMA secure_delete")
    assert on == 1


async def test_what_breaks_off_at_its_last_line_has_forgotten_nothing(database: Database) -> None:
    await everything_of(database, ANN, "ann")
    before = await rows_of(database)
    async with database.begin() as session:
        never = "CREATE TRIGGER never BEFORE DELETE ON chats BEGIN SELECT RAISE(ABORT, 'never'); END"
        await session.execute(text(never))
    with pytest.raises(IntegrityError):
        await Forgetting(database).forget(ANN, NOW)
    assert await rows_of(database) == before
