"""The tries of a watch that buys: a nonce and a quote each, and no other one after what may have bought."""

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.dialects import sqlite

from storage.database import Database
from storage.models import Key, State, WatchState
from storage.reasons import Reason
from storage.watches import WatchStore, by_watch, next_nonce, refused_tries
from tests.storage.shelf import NOW, chat, number, put, stored
from tests.storage.test_watches import LATER, nonces, quote, watch


@pytest.fixture
async def key(database: Database) -> Key:
    await put(database, chat(1))
    return await stored(database)


@pytest.fixture
def store(database: Database) -> WatchStore:
    return WatchStore(database)


def test_each_try_has_a_nonce_of_its_own_which_a_press_never_has() -> None:
    row = watch("x" * 11)
    row.nonce = next_nonce(row)
    again = next_nonce(row)
    assert (row.nonce, again) == ("xxxxxxxxxxx@1", "xxxxxxxxxxx@2")
    assert by_watch(again)
    assert not by_watch("xxxxxxxxxxx")
    row.nonce = f"{row.id}@ffff"
    assert len(row.nonce) == 16


async def test_a_quote_is_stored_with_the_try_or_not_at_all(
    database: Database, store: WatchStore, key: Key
) -> None:
    await put(database, watch())
    taken = await store.buying("watch", quote(key, "watch@1"), NOW, LATER)
    assert taken is not None
    assert (taken.nonce, taken.next_poll_at) == ("watch@1", LATER)
    assert await store.buying("watch", quote(key, "watch@2"), NOW, LATER) is None
    assert await nonces(database) == ["watch@1"]


async def test_a_try_that_bought_nothing_takes_its_quote_along(
    database: Database, store: WatchStore, key: Key
) -> None:
    await put(database, watch())
    await store.buying("watch", quote(key, "watch@1"), NOW, LATER)
    await put(database, number(key, "n", State.FAILED, nonce="watch@1", reason="NoNumbers"))
    row = await store.resumed("watch", NOW, LATER)
    assert row is not None
    assert (row.state, row.failures, row.next_poll_at) == (WatchState.WATCHING, 1, LATER)
    assert next_nonce(row) == "watch@2"
    assert await nonces(database) == []


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        (State.BUYING, ""),
        (State.WAITING, ""),
        (State.RECEIVED, ""),
        (State.CANCELLED, ""),
        (State.UNKNOWN, "Unavailable"),
        (State.FAILED, Reason.NOT_LISTED),
    ],
)
async def test_after_a_try_that_may_have_bought_there_is_no_other(
    database: Database, store: WatchStore, key: Key, state: State, reason: str
) -> None:
    await put(database, watch())
    await store.buying("watch", quote(key, "watch@1"), NOW, LATER)
    await put(database, number(key, "n", state, nonce="watch@1", reason=reason))
    assert await store.resumed("watch", NOW, LATER) is None


async def test_its_refusals_are_found_by_an_index_however_much_its_person_bought(
    database: Database, store: WatchStore, key: Key
) -> None:
    row = watch("x" * 11)
    others = {"before": "xxxxxxxxxxw@9", "itself": row.id, "after": "xxxxxxxxxxy@1", "several": f"{row.id}/2"}
    await put(
        database, row, *(number(key, name, State.FAILED, nonce=nonce) for name, nonce in others.items())
    )
    for count, reason in ((1, "NoNumbers"), (0xF, "PriceChanged"), (0xFFFF, "NoMoney")):
        told = {
            "nonce": f"{row.id}@{count:x}",
            "reason": reason,
            "created_at": NOW + timedelta(seconds=count),
        }
        await put(database, number(key, str(count), State.FAILED, **told))
    assert await store.refusals(row) == {key.id: "NoMoney"}
    written = refused_tries(row).compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True})
    async with database.begin() as session:
        steps = [step.detail for step in await session.execute(text(f"EXPLAIN QUERY PLAN {written}"))]
        found = (await session.execute(refused_tries(row))).all()
    assert "(nonce>? AND nonce<?)" in steps[0]
    assert [reason for _, reason in found] == ["NoNumbers", "PriceChanged", "NoMoney"]
