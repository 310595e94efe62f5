"""Who has much is forgotten in slices: what breaks off goes on, and in the end nothing of them is left."""

import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from storage.activations import ActivationStore, Heard
from storage.database import Database
from storage.forgetting import Forgetting
from storage.hindsight import mistrust
from storage.keys import KeyStore
from storage.models import Post, Preferences, State
from storage.open_ends import OpenEnds
from storage.outbox import Kind, arm
from storage.vault import Vault
from tests.storage.shelf import MASTER, NOW, chat, number, put, shelf, stored
from tests.storage.somebody import everything_of, rows_of
from tests.storage.test_forgetting import ANN, words

LATER = NOW + timedelta(minutes=5)
AT_LAST = ("DELETE ON provider_keys", "DELETE ON leavers")


async def much_of(database: Database) -> None:
    """One of everything, and more numbers and posts than a slice has."""
    await everything_of(database, ANN, "ann")
    key = await stored(database, SecretStr("ann-has-another-key"), chat_id=ANN)
    for each in range(7):
        await put(database, number(key, f"ann{each}", State.FINISHED, phone="+annphone"))
        post = Post(dedup=f"card:ann{each}", kind="card", subject=f"ann{each}", chat_id=ANN, priority=1)
        post.id, post.created_at = f"ann{each}", NOW
        await put(database, post)


async def break_off(database: Database, at: str) -> None:
    async with database.begin() as session:
        await session.execute(
            text(f"CREATE TRIGGER never BEFORE {at} BEGIN SELECT RAISE(ABORT, 'never'); END")
        )


async def hold_no_more(database: Database) -> None:
    async with database.begin() as session:
        await session.execute(text("DROP TRIGGER never"))


def comparable(found: dict[str, list[dict[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
    """Without what is made at random: keys go by their places, and nobody's mark is told."""
    places = {key["id"]: place for place, key in enumerate(found["provider_keys"])}

    def told(row: dict[str, Any]) -> dict[str, Any]:
        keyed = {name: places[row[name]] for name in ("id", "key_id") if row.get(name) in places}
        return {name: value for name, value in {**row, **keyed}.items() if name != "mark"}

    return {table: [told(row) for row in rows] for table, rows in found.items()}


async def nothing_is_left(database: Database) -> bool:
    found = await rows_of(database)
    whose = [row for rows in found.values() for row in rows if ANN in row.values()]
    told = [row for row in found["activations"] if {"phone", "raw", "chat_id"} & words(row)]
    return not whose and not told and not found["leavers"]


async def test_much_is_forgotten_in_slices_and_nothing_of_them_is_left(database: Database) -> None:
    await much_of(database)
    assert await Forgetting(database, step=2).forget(ANN, NOW) == OpenEnds()
    assert await nothing_is_left(database)


async def test_what_is_left_is_the_same_however_many_slices_it_took(
    database: Database, tmp_path: Path
) -> None:
    await much_of(database)
    (beside := tmp_path / "beside").mkdir()
    shutil.copy(tmp_path / "codebell.db", beside)
    await Forgetting(database, step=2).forget(ANN, NOW)
    in_slices = await rows_of(database)
    async with shelf(beside) as other:
        await Forgetting(other, step=1000).forget(ANN, NOW)
        assert comparable(await rows_of(other)) == comparable(in_slices)
    assert {row["ciphertext"] for row in in_slices["provider_keys"]} == {b""}


@pytest.mark.parametrize(
    "at",
    [
        "DELETE ON outbox WHEN OLD.id = 'ann6'",
        "UPDATE OF phone ON activations WHEN OLD.id = 'ann6'",
        *AT_LAST,
    ],
    ids=["between two statements", "inside a slice", "at the keys", "at the last line"],
)
async def test_what_breaks_off_after_the_wish_opens_no_key_and_goes_on_later(
    database: Database, at: str
) -> None:
    await much_of(database)
    await break_off(database, at)
    with pytest.raises(IntegrityError):
        await Forgetting(database, step=2).forget(ANN, NOW)
    keys = KeyStore(database, Vault([MASTER]))
    assert await keys.list(ANN) == ()
    assert not await nothing_is_left(database)
    await hold_no_more(database)
    await Forgetting(database, step=2).sweep(LATER)
    assert await nothing_is_left(database)


@pytest.mark.parametrize(
    "at", ["UPDATE ON leavers", "DELETE ON chats"], ids=["at the wish", "at the last line beside it"]
)
async def test_what_breaks_off_before_the_wish_is_written_has_forgotten_nothing(
    database: Database, at: str
) -> None:
    await much_of(database)
    before = await rows_of(database)
    await break_off(database, at)
    with pytest.raises(IntegrityError):
        await Forgetting(database, step=2).forget(ANN, LATER)
    assert await rows_of(database) == before


async def broken_off(database: Database, at: str = "UPDATE OF phone ON activations") -> Forgetting:
    """Somebody with much wished to be forgotten, and the process died over it."""
    await much_of(database)
    await break_off(database, at)
    forgetting = Forgetting(database, step=2)
    with pytest.raises(IntegrityError):
        await forgetting.forget(ANN, NOW)
    await hold_no_more(database)
    return forgetting


async def comes_back(database: Database, state: State) -> None:
    """A key, choices, a chat, a number and something to be said, all after the wish."""
    key = await stored(database, SecretStr("a-key-of-the-day-after"), chat_id=ANN)
    await put(database, chat(ANN), Preferences(chat_id=ANN, language="de"))
    await put(database, number(key, "new", state, created_at=LATER, ended_at=LATER))
    async with database.begin() as session:
        await arm(session, Kind.CARD, "new", ANN, LATER)


@pytest.mark.parametrize("state", [State.WAITING, State.FINISHED])
@pytest.mark.parametrize("at", ["UPDATE OF phone ON activations", *AT_LAST])
async def test_who_comes_back_meanwhile_keeps_what_they_make_and_nothing_older(
    database: Database, at: str, state: State
) -> None:
    forgetting = await broken_off(database, at)
    await comes_back(database, state)
    await forgetting.sweep(LATER + timedelta(minutes=1))
    found = await rows_of(database)
    theirs = {name: len([row for row in rows if ANN in row.values()]) for name, rows in found.items()}
    tables = ("activations", "outbox", "provider_keys", "preferences", "chats")
    assert {name: count for name, count in theirs.items() if count} == dict.fromkeys(tables, 1)
    assert [row["id"] for row in found["activations"] if row["owner_id"] == ANN] == ["new"]
    assert found["leavers"] == []
    [key] = await KeyStore(database, Vault([MASTER])).list(ANN)
    assert (await KeyStore(database, Vault([MASTER])).open(key.id, ANN)).get_secret_value().endswith("after")


async def test_a_late_code_of_a_groups_number_is_forgotten_with_it(database: Database) -> None:
    group = -5
    key = await stored(database, SecretStr("the-groups-own-key"), chat_id=group)
    late = number(key, "late", State.EXPIRED, owner_id=ANN, phone="+annphone", ended_at=NOW)
    await put(database, chat(group), late)
    forgetting = await broken_off(database)
    heard = Heard("12345", "Your code 12345", None)
    assert await ActivationStore(database).received("late", heard, NOW + timedelta(minutes=1)) is not None
    await forgetting.sweep(LATER)
    assert await nothing_is_left(database)


async def test_a_second_wish_meanwhile_takes_what_came_in_between_too(database: Database) -> None:
    forgetting = await broken_off(database)
    await comes_back(database, State.FINISHED)
    assert await forgetting.forget(ANN, LATER) == OpenEnds()
    assert await nothing_is_left(database)


async def test_who_was_at_the_first_wish_leaves_the_second_alone(database: Database) -> None:
    forgetting = await broken_off(database)
    before = await rows_of(database)
    await forgetting._finish(ANN, LATER)
    assert await rows_of(database) == before
    await forgetting.sweep(LATER)
    assert await nothing_is_left(database)
    forgotten = await rows_of(database)
    await forgetting._finish(ANN, LATER)
    assert await rows_of(database) == forgotten


async def test_an_answer_that_was_under_way_is_forgotten_with_its_number(database: Database) -> None:
    forgetting = await broken_off(database)
    async with database.begin() as session:
        await arm(session, Kind.CARD, "ann3", ANN, LATER)
    await forgetting.sweep(LATER)
    assert await nothing_is_left(database)


async def test_what_was_to_be_said_is_not_said_after_the_wish(database: Database) -> None:
    await much_of(database)
    async with database.begin() as session:
        await arm(session, Kind.CARD, "ann3", ANN, LATER)
        await session.execute(text("UPDATE outbox SET failure = 'Unreachable' WHERE id = 'ann4'"))
    await break_off(database, "UPDATE OF phone ON activations")
    with pytest.raises(IntegrityError):
        await Forgetting(database, step=2).forget(ANN, NOW)
    found = (await rows_of(database))["outbox"]
    assert [row["id"] for row in found if row["next_try_at"] or row["failure"] == "Unreachable"] == []


async def test_a_backup_of_a_half_done_wish_goes_on_once_it_is_restored(database: Database) -> None:
    forgetting = await broken_off(database)
    await comes_back(database, State.FINISHED)
    await mistrust(database, LATER)
    await forgetting.sweep(LATER)
    found = await rows_of(database)
    assert [row["id"] for row in found["activations"] if row["owner_id"] == ANN] == ["new"]
    assert found["leavers"] == []
    assert await KeyStore(database, Vault([MASTER])).list(ANN) != ()
