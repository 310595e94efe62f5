"""Who has much is forgotten in slices: what breaks off goes on, and in the end nothing of them is left."""

from datetime import timedelta

import pytest
from pydantic import SecretStr
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from storage.database import Database
from storage.forgetting import Forgetting
from storage.keys import KeyStore
from storage.models import Post, State
from storage.open_ends import OpenEnds
from storage.vault import Vault
from tests.storage.shelf import MASTER, NOW, number, put, stored
from tests.storage.somebody import everything_of, rows_of
from tests.storage.test_forgetting import ANN, words

LATER = NOW + timedelta(minutes=5)


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


async def nothing_is_left(database: Database) -> bool:
    found = await rows_of(database)
    whose = [row for rows in found.values() for row in rows if ANN in row.values()]
    told = [row for row in found["activations"] if {"phone", "raw", "chat_id"} & words(row)]
    return not whose and not told and not found["leavers"]


async def test_much_is_forgotten_in_slices_and_nothing_of_them_is_left(database: Database) -> None:
    await much_of(database)
    assert await Forgetting(database, step=2).forget(ANN, NOW) == OpenEnds()
    assert await nothing_is_left(database)


async def test_it_is_the_same_that_is_left_as_of_somebody_with_little(database: Database) -> None:
    await much_of(database)
    await Forgetting(database, step=2).forget(ANN, NOW)
    in_slices = await rows_of(database)
    assert len(in_slices["activations"]) == 8
    assert {row["key_id"] for row in in_slices["activations"]} <= {
        row["id"] for row in in_slices["provider_keys"]
    }
    assert {row["ciphertext"] for row in in_slices["provider_keys"]} == {b""}


@pytest.mark.parametrize(
    "at",
    ["DELETE ON outbox", "UPDATE OF phone ON activations WHEN OLD.id = 'ann6'", "DELETE ON chats"],
    ids=["between two tables", "inside a slice", "at the last line"],
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


async def test_what_they_begin_meanwhile_stays_with_them(database: Database) -> None:
    await much_of(database)
    await break_off(database, "DELETE ON chats")
    forgetting = Forgetting(database, step=2)
    with pytest.raises(IntegrityError):
        await forgetting.forget(ANN, NOW)
    await hold_no_more(database)
    key = await stored(database, SecretStr("a-key-of-the-day-after"), chat_id=ANN)
    await put(database, number(key, "new", State.WAITING, created_at=LATER))
    await forgetting.sweep(LATER)
    found = await rows_of(database)
    assert [row["id"] for row in found["activations"] if row["owner_id"] == ANN] == ["new"]
    assert found["leavers"] == []
