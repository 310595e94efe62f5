"""A cancel and a finish on their way: what is noted before the call, and what an answer takes back."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlalchemy import select

from storage.activations import ActivationStore, Heard
from storage.database import Database
from storage.models import Activation, Post, State
from storage.reasons import Reason, not_cancelled, refusal
from tests.storage.shelf import NOW, number, put, stored

LATER = NOW + timedelta(minutes=1)


async def with_number(database: Database, state: State, **more: object) -> ActivationStore:
    await put(database, number(await stored(database), "n", state, **more))
    return ActivationStore(database)


async def the(store: ActivationStore) -> Activation:
    row = await store.get("n")
    assert row is not None
    return row


async def posts(database: Database) -> Sequence[Post]:
    async with database.begin() as session:
        return (await session.scalars(select(Post))).all()


async def test_a_cancel_is_called_only_of_what_is_being_cancelled(database: Database) -> None:
    store = await with_number(database, State.RECEIVED)
    assert await store.calling_cancel("n", NOW) is None
    assert (await the(store)).cancel_called_at is None


async def test_a_refused_cancel_was_never_called_for_what_comes_after(database: Database) -> None:
    store = await with_number(database, State.CANCELLING)
    await store.calling_cancel("n", NOW)
    assert (await the(store)).cancel_called_at == NOW
    await store.still_waiting("n", NOW, LATER, "TooEarly", LATER)
    row = await the(store)
    assert (row.state, row.cancel_called_at, row.cancel_at) == (State.WAITING, None, LATER)


@pytest.mark.parametrize(("reason", "given_back"), [("", True), (Reason.UNCONFIRMED, False)])
async def test_a_late_code_does_not_take_back_what_was_said_to_a_cancel(
    database: Database, reason: str, given_back: bool
) -> None:
    store = await with_number(database, State.CANCELLING)
    await store.cancelled("n", NOW, LATER, reason)
    await store.received("n", Heard("1", None, None), LATER)
    row = await the(store)
    assert (row.state, row.given_back, row.ended_at) == (State.RECEIVED, given_back, NOW)


@pytest.mark.parametrize(("again", "cards"), [(False, 1), (True, 0)])
async def test_only_the_first_try_of_a_cancel_changes_the_card(
    database: Database, again: bool, cards: int
) -> None:
    store = await with_number(database, State.WAITING)
    row = await store.cancelling("n", NOW, LATER, again=again)
    assert row is not None
    assert (row.state, len(await posts(database))) == (State.CANCELLING, cards)


@pytest.mark.parametrize(
    ("reason", "after", "told"),
    [("Unavailable", "", True), (not_cancelled("BadKey"), not_cancelled("BadKey"), False), ("", "", False)],
)
async def test_an_answer_takes_back_a_failure_but_not_a_refused_cancel(
    database: Database, reason: str, after: str, told: bool
) -> None:
    store = await with_number(database, State.WAITING, reason=reason)
    assert await store.answered("n", NOW, lambda _: LATER) is told
    assert ((await the(store)).reason, len(await posts(database))) == (after, int(told))


async def test_a_finish_is_wished_for_only_while_another_sms_is_waited_for(database: Database) -> None:
    store = await with_number(database, State.RECEIVED)
    assert await store.book_finish("n", LATER, NOW) is None
    await store.ask_again("n", NOW, LATER)
    row = await store.book_finish("n", NOW, NOW)
    assert row is not None
    assert (row.reason, row.next_poll_at) == (Reason.FINISHING, NOW)


@pytest.mark.parametrize(("due", "after"), [(NOW, LATER), (None, None)])
async def test_only_what_is_due_is_put_off(database: Database, due: object, after: object) -> None:
    store = await with_number(database, State.WAITING, next_poll_at=due)
    await store.put_off("n", LATER)
    assert (await the(store)).next_poll_at == after


async def test_what_is_under_way_is_not_claimed(database: Database) -> None:
    store = await with_number(database, State.WAITING, next_poll_at=NOW)
    assert await store.claim(NOW, LATER, ["n"]) == []
    assert (await the(store)).next_poll_at == NOW


async def test_more_may_be_under_way_than_a_statement_takes_values(database: Database) -> None:
    """SQLITE_MAX_VARIABLE_NUMBER is 32,766, and 250,000 in Debian."""
    store = await with_number(database, State.WAITING, next_poll_at=NOW)
    [claim] = await store.claim(NOW, LATER, {str(each) for each in range(250_001)}, 1)
    assert (claim.id, (await the(store)).next_poll_at) == ("n", LATER)


async def test_those_under_way_take_no_place_of_others_in_a_claim(database: Database) -> None:
    key, store, busy = await stored(database), ActivationStore(database), ["one", "two", "three"]
    await put(database, *(number(key, name, State.WAITING, next_poll_at=NOW) for name in busy))
    await put(database, number(key, "n", State.WAITING, next_poll_at=NOW + timedelta(seconds=1)))
    assert [each.id for each in await store.claim(LATER, LATER, busy, 1)] == ["n"]


def test_a_refusal_is_read_back_as_it_was_written() -> None:
    assert refusal(not_cancelled("UnknownActivation")) == "UnknownActivation"
    assert len(not_cancelled("UnknownActivation")) <= 32
    assert refusal("BadKey") is None
