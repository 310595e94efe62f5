"""Numbers in the database: the transition table, who wins when two want the same, what is due."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from itertools import permutations, product

import pytest
from sqlalchemy import select

from storage.activations import ActivationStore, Heard
from storage.database import Database
from storage.models import OPEN, REACHED_FROM, Activation, Post, Sms, State, Step
from storage.moves import change, move
from tests.storage.shelf import NOW, number, put, stored

LATER = NOW + timedelta(minutes=1)


async def waiting(database: Database, name: str = "n", **more: object) -> ActivationStore:
    key = await stored(database)
    state = more.pop("state", State.WAITING)
    assert isinstance(state, State)
    await put(database, number(key, name, state, **more))
    return ActivationStore(database)


async def the(store: ActivationStore, name: str = "n") -> Activation:
    row = await store.get(name)
    assert row is not None
    return row


async def posts(database: Database) -> Sequence[Post]:
    async with database.begin() as session:
        return (await session.scalars(select(Post).order_by(Post.priority))).all()


async def test_a_number_moves_exactly_as_the_table_says(database: Database) -> None:
    key = await stored(database)
    pairs = list(product(State, REACHED_FROM))
    await put(database, *(number(key, f"{here}-{there}", here) for here, there in pairs))
    for here, there in pairs:
        async with database.begin() as session:
            row = await move(session, f"{here}-{there}", there, LATER)
        assert (row is not None) is (here in REACHED_FROM[there]), (here, there)
        assert (await the(ActivationStore(database), f"{here}-{there}")).state is (there if row else here)


async def test_a_move_is_written_down_and_its_card_drawn_anew_and_a_refused_one_is_not(
    database: Database,
) -> None:
    await waiting(database)
    async with database.begin() as session:
        await move(session, "n", State.CANCELLING, LATER)
        await move(session, "n", State.FINISHED, LATER)
        steps = (await session.scalars(select(Step))).all()
    assert [(step.activation_id, step.state, step.at) for step in steps] == [("n", State.CANCELLING, LATER)]
    assert [(post.dedup, post.next_try_at, post.version) for post in await posts(database)] == [
        ("card:n", LATER, 1)
    ]


def test_nothing_leads_out_of_a_finished_number_and_out_of_a_failed_one_only_a_late_listing() -> None:
    ends = {to: sources & {State.FAILED, State.FINISHED} for to, sources in REACHED_FROM.items()}
    led_out = {to: sources for to, sources in ends.items() if sources}
    assert led_out == {State.WAITING: {State.FAILED}, State.UNKNOWN: {State.FAILED}}


def test_every_state_but_the_first_can_be_reached() -> None:
    assert set(REACHED_FROM) == set(State) - {State.BUYING}


async def test_c_8_of_a_code_and_a_cancel_exactly_one_wins_the_number_and_the_code_is_kept(
    database: Database,
) -> None:
    key = await stored(database)
    names = [f"n{count}" for count in range(25)]
    await put(database, *(number(key, name, State.CANCELLING) for name in names))
    store, heard = ActivationStore(database), Heard("1", None, None)
    await asyncio.gather(
        *(store.received(name, heard, NOW) for name in names),
        *(store.cancelled(name, NOW, LATER) for name in reversed(names)),
    )
    for name in names:
        assert (await the(store, name)).state is State.RECEIVED
        assert [sms.code for sms in await store.all_sms(name)] == ["1"]


async def test_c_8_in_whatever_order_a_look_and_a_cancel_are_written_down_the_code_is_kept(
    database: Database,
) -> None:
    """Every order of what two tasks commit: one move at a time wins, and the path is one of the table's."""
    key, store = await stored(database), ActivationStore(database)
    orders = sorted(set(permutations(("hear", "answer", "cancel", "cancel", "cancel"))))
    await put(database, *(number(key, f"n{count}", State.WAITING) for count in range(len(orders))))
    for count, order in enumerate(orders):
        name, steps = f"n{count}", iter((store.cancelling, _calling(store), store.cancelled))
        for what in order:
            match what:
                case "hear":
                    await store.received(name, Heard("1", None, None), NOW)
                case "answer":
                    await store.answered(name, NOW, lambda row: row.next_poll_at)
                case "cancel" if (step := next(steps, None)) and await step(name, NOW, LATER) is None:
                    steps = iter(())
        assert (await the(store, name)).state is State.RECEIVED, order
        assert [sms.code for sms in await store.all_sms(name)] == ["1"], order


def _calling(store: ActivationStore) -> Callable[[str, datetime, datetime], Awaitable[Activation | None]]:
    return lambda name, now, _: store.calling_cancel(name, now)


@pytest.mark.parametrize(
    ("first", "second"),
    [(Heard("", "A", None), Heard("", "B", None)), (Heard("1", "1 is A", None), Heard("1", "1 is B", None))],
)
async def test_c_13_an_sms_of_the_same_code_with_other_words_is_another(
    database: Database, first: Heard, second: Heard
) -> None:
    store = await waiting(database)
    assert await store.received("n", first, LATER) is not None
    assert await store.received("n", second, LATER) is not None
    assert [sms.text for sms in await store.all_sms("n")] == [first.text, second.text]


async def test_c_13_the_same_sms_heard_twice_at_once_is_stored_once(database: Database) -> None:
    store = await waiting(database)
    heard = Heard("1", "Your code is 1", None)
    found = await asyncio.gather(*(store.received("n", heard, NOW) for _ in range(10)))
    assert sum(sms is not None for sms in found) == 1
    assert [post.kind for post in await posts(database)] == ["code", "card"]


async def test_c_8_of_many_cancels_at_once_one_is_begun(database: Database) -> None:
    store = await waiting(database)
    begun = await asyncio.gather(*(store.cancelling("n", NOW, LATER) for _ in range(10)))
    assert sum(row is not None for row in begun) == 1


async def test_a_code_for_a_number_that_was_finished_is_refused_whole(database: Database) -> None:
    store = await waiting(database, state=State.FINISHED)
    assert await store.received("n", Heard("1", None, None), NOW) is None
    assert (await store.all_sms("n"), await posts(database)) == ([], [])


async def test_a_text_and_its_time_tell_an_sms_whatever_code_is_told_with_it(database: Database) -> None:
    store = await waiting(database)
    for code, text, written in (
        ("93401", "Hello 93 401", "12:00:03"),
        ("Hello 93 401", "Hello 93 401", "12:00:03"),
        ("93401", "Hello 93 401", "12:00:04"),
        ("93401", "Hello", "12:00:04"),
    ):
        await store.received("n", Heard(code, text, None, written), NOW)
    assert [(sms.text, sms.written) for sms in await store.all_sms("n")] == [
        ("Hello 93 401", "12:00:03"),
        ("Hello 93 401", "12:00:04"),
        ("Hello", "12:00:04"),
    ]


@pytest.mark.parametrize(("text", "written"), [(None, "12:00:03"), ("Hello", ""), (None, "")])
async def test_where_the_text_or_its_time_is_not_told_the_code_tells_an_sms(
    database: Database, text: str | None, written: str
) -> None:
    store = await waiting(database)
    for code in ("1", "1", "2", "2"):
        await store.received("n", Heard(code, text, None, written), NOW)
    assert [sms.code for sms in await store.all_sms("n")] == ["1", "2"]


@pytest.mark.parametrize("state", [State.CANCELLED, State.EXPIRED, State.UNKNOWN])
async def test_every_code_after_the_end_is_marked_late(database: Database, state: State) -> None:
    store = await waiting(database, state=state, ended_at=NOW)
    for code in ("1", "2"):
        await store.received("n", Heard(code, None, None), NOW)
    assert [(sms.code, sms.late) for sms in await store.all_sms("n")] == [("1", True), ("2", True)]


async def test_an_sms_that_is_asked_for_after_a_late_one_is_not_late(database: Database) -> None:
    store = await waiting(database, state=State.EXPIRED, ended_at=NOW)
    await store.received("n", Heard("1", None, None), NOW)
    await store.ask_again("n", NOW, LATER)
    await store.received("n", Heard("2", None, None), LATER)
    assert [(sms.code, sms.late) for sms in await store.all_sms("n")] == [("1", True), ("2", False)]


async def test_sms_are_numbered_in_the_order_they_came(database: Database) -> None:
    store = await waiting(database)
    for code in ("A", "B", "A"):
        await store.received("n", Heard(code, None, None), NOW)
    assert [(sms.position, sms.code) for sms in await store.all_sms("n")] == [(1, "A"), (2, "B"), (3, "A")]


async def test_due_rows_are_claimed_once_and_say_when_they_were_due(database: Database) -> None:
    key, store = await stored(database), ActivationStore(database)
    await put(
        database,
        number(key, "n", State.WAITING, next_poll_at=NOW),
        number(key, "later", State.WAITING, next_poll_at=LATER + timedelta(seconds=1)),
        number(key, "never", State.FINISHED),
    )
    (row,) = await store.claim(NOW, LATER)
    assert (row.id, row.next_poll_at) == ("n", NOW)
    assert (await the(store)).next_poll_at == LATER
    assert await store.claim(NOW, LATER) == []


async def test_a_cancel_is_booked_for_waiting_numbers_alone(database: Database) -> None:
    store = await waiting(database, state=State.RECEIVED)
    assert await store.book_cancel("n", LATER, NOW) is None
    assert (await the(store)).cancel_at is None


@pytest.mark.parametrize(
    ("next_poll_at", "then"),
    [(None, LATER), (NOW, NOW), (LATER + timedelta(minutes=5), LATER)],
)
async def test_a_booked_cancel_is_looked_at_no_later(
    database: Database, next_poll_at: object, then: object
) -> None:
    store = await waiting(database, next_poll_at=next_poll_at)
    await store.book_cancel("n", LATER, NOW)
    row = await the(store)
    assert (row.cancel_at, row.next_poll_at) == (LATER, then)


async def test_an_answer_decides_on_the_next_look_by_the_row_as_it_is(database: Database) -> None:
    store = await waiting(database, failures=3, reason="Unavailable")
    await store.book_cancel("n", LATER, NOW)
    await store.answered("n", NOW, lambda row: row.cancel_at)
    row = await the(store)
    assert (row.next_poll_at, row.failures, row.reason, row.polled_at) == (LATER, 0, "", NOW)


async def test_c_19_another_sms_is_asked_for_once_however_many_press(database: Database) -> None:
    store = await waiting(database, state=State.RECEIVED)
    asked = await asyncio.gather(*(store.ask_again("n", NOW, LATER) for _ in range(10)))
    assert sum(row is not None for row in asked) == 1


async def test_change_moves_nothing_and_minds_the_state(database: Database) -> None:
    await waiting(database)
    async with database.begin() as session:
        assert await change(session, "n", {State.RECEIVED}, told_sent=True) is None
        changed = await change(session, "n", OPEN, told_sent=True)
    assert changed is not None
    assert (changed.told_sent, changed.state) == (True, State.WAITING)


async def test_recent_numbers_are_the_open_ones_and_the_young_ones_of_this_person_here(
    database: Database,
) -> None:
    key = await stored(database)
    old = NOW - timedelta(days=3)
    await put(
        database,
        number(key, "open-old", State.WAITING, created_at=old),
        number(key, "ended-old", State.EXPIRED, created_at=old),
        number(key, "ended-young", State.EXPIRED),
        number(key, "others", State.WAITING, owner_id=99),
        number(key, "elsewhere", State.WAITING, chat_id=99),
    )
    rows = await ActivationStore(database).recent(
        key.chat_id, key.chat_id, NOW - timedelta(days=1), frozenset(State)
    )
    assert [row.id for row in rows] == ["ended-young", "open-old"]


async def test_an_sms_is_found_with_its_number(database: Database) -> None:
    store = await waiting(database)
    sms = await store.received("n", Heard("1", "text", "Bank"), NOW)
    assert sms is not None
    found = await store.sms(sms.id)
    assert found is not None
    assert (found[0].sender, found[1].id) == ("Bank", "n")
    assert await store.sms("guessed") is None


@pytest.mark.parametrize("turns", range(0, 120, 12))
async def test_a_task_cancelled_in_a_transaction_leaves_the_database_free(
    database: Database, turns: int
) -> None:
    store = await waiting(database)
    task = asyncio.create_task(store.received("n", Heard("1", None, None), NOW))
    for _ in range(turns):
        await asyncio.sleep(0)
    task.cancel()
    # Held on to, as a traceback would be: what it refers to cannot be collected.
    (ended,) = await asyncio.gather(task, return_exceptions=True)
    await asyncio.wait_for(store.cancelling("n", NOW, LATER), 20)
    async with database.begin() as session:
        kept = (await session.scalars(select(Sms))).all()
    assert len(kept) == ((await the(store)).state is State.RECEIVED)
    assert isinstance(ended, asyncio.CancelledError | Sms)
