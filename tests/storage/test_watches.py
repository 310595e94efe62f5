"""Watches as rows: moves that happen once, one nonce per try, and what is told of an end."""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from bot.errors import AlreadyDone, Expired, NotYours
from storage.database import Database
from storage.keys import KeyStore
from storage.models import WATCH_OPEN, WATCH_REACHED_FROM, Key, Post, Quote, Watch, WatchState
from storage.outbox import Kind
from storage.quotes import LIFETIME
from storage.vault import Vault
from storage.watches import _STEP, KEPT, LISTED, MOST, AlreadyWatched, TooManyWatches, WatchStore
from tests.storage.shelf import MASTER, NOW, chat, put, stored

HOUR, LATER = timedelta(hours=1), NOW + timedelta(seconds=45)
OPEN = (WatchState.WATCHING, WatchState.BUYING)


@pytest.fixture
async def key(database: Database) -> Key:
    await put(database, chat(1))
    return await stored(database)


@pytest.fixture
def store(database: Database) -> WatchStore:
    return WatchStore(database)


def watch(name: str = "watch", state: WatchState = WatchState.WATCHING, **more: object) -> Watch:
    values: dict[str, object] = {
        "id": name,
        "chat_id": 1,
        "owner_id": 1,
        "service": "telegram",
        "service_name": "Telegram",
        "country": "US",
        "country_name": "United States",
        "max_price": Decimal("0.50"),
        "currency": "USD",
        "buys": True,
        "state": state,
        "created_at": NOW,
        "until": NOW + HOUR,
        "next_poll_at": NOW if state in WATCH_OPEN else None,
    }
    return Watch(**(values | more))


def quote(key: Key, nonce: str) -> Quote:
    words = ("service", "service_name", "service_code", "country", "country_name", "country_code")
    money = {"cost": Decimal("0.45"), "currency": "USD", "created_at": NOW}
    return Quote(nonce=nonce, chat_id=1, owner_id=1, key_id=key.id, **dict.fromkeys(words, "tg"), **money)


async def told(database: Database) -> list[str]:
    async with database.begin() as session:
        return sorted((await session.scalars(select(Post.dedup))).all())


async def nonces(database: Database) -> list[str]:
    async with database.begin() as session:
        return list((await session.scalars(select(Quote.nonce))).all())


async def enter(store: WatchStore, key: Key, to: WatchState, name: str) -> Watch | None:
    """Try to get a watch there by what leads there."""
    match to:
        case WatchState.BUYING:
            return await store.buying(name, quote(key, f"{name}@9"), NOW, LATER)
        case WatchState.RUNG:
            return await store.found(name, Decimal("0.45"), "USD", NOW)
        case WatchState.BOUGHT:
            return await store.bought(name, NOW)
        case WatchState.UNCLEAR:
            return await store.unclear(name, NOW)
        case WatchState.ENDED:
            return await store.ended(name, NOW)
        case WatchState.STOPPED:
            return await store.stopped(name, NOW)
        case _:
            return await store.failed(name, "NoMoney", NOW)


# The table


@pytest.mark.parametrize("to", sorted({*WATCH_REACHED_FROM} - {WatchState.WATCHING}))
async def test_a_state_is_reached_from_where_the_table_says_and_from_nowhere_else(
    database: Database, store: WatchStore, key: Key, to: WatchState
) -> None:
    await put(database, *(watch(state.value, state) for state in WatchState))
    reached = {state for state in WatchState if await enter(store, key, to, state.value) is not None}
    assert reached == WATCH_REACHED_FROM[to]


async def test_watching_is_reached_by_a_start_or_a_try_that_bought_nothing(
    database: Database, store: WatchStore
) -> None:
    await put(database, *(watch(state.value, state) for state in WatchState))
    resumed = {state for state in WatchState if await store.resumed(state.value, NOW, LATER) is not None}
    with pytest.raises(AlreadyDone):
        await store.start("buying", 1, 1, NOW)
    started = await store.start("offered", 1, 1, NOW, another=True)
    assert resumed | {WatchState.OFFERED} == WATCH_REACHED_FROM[WatchState.WATCHING]
    assert started.state is WatchState.WATCHING


# Starting


async def test_what_was_confirmed_is_started_once_and_lasts_from_then_on(
    database: Database, store: WatchStore
) -> None:
    await store.offer(watch(state=WatchState.OFFERED))
    later = NOW + timedelta(minutes=10)
    started = await store.start("watch", 1, 1, later)
    assert (started.until, started.next_poll_at) == (later + HOUR, later)
    with pytest.raises(AlreadyDone):
        await store.start("watch", 1, 1, later)


async def test_an_old_confirmation_and_one_that_is_gone_start_nothing(store: WatchStore) -> None:
    await store.offer(watch(state=WatchState.OFFERED))
    for name in ("watch", "gone"):
        with pytest.raises(Expired):
            await store.start(name, 1, 1, NOW + LIFETIME + timedelta(seconds=1))


@pytest.mark.parametrize(("owner_id", "chat_id"), [(2, 1), (1, 2), (2, 2)])
async def test_nobody_else_starts_or_sees_a_watch(store: WatchStore, owner_id: int, chat_id: int) -> None:
    await store.offer(watch(state=WatchState.OFFERED))
    with pytest.raises(NotYours):
        await store.start("watch", owner_id, chat_id, NOW)
    with pytest.raises(NotYours):
        await store.mine("watch", owner_id, chat_id)
    assert await store.listed(owner_id, chat_id, NOW) == []


async def test_a_person_has_ten_watches_at_most(database: Database, store: WatchStore) -> None:
    await put(database, *(watch(str(count), OPEN[count % 2]) for count in range(MOST)))
    await put(database, watch("ended", WatchState.ENDED), watch("theirs", owner_id=2, chat_id=2))
    await store.offer(watch("one more", WatchState.OFFERED))
    with pytest.raises(TooManyWatches):
        await store.start("one more", 1, 1, NOW)
    with pytest.raises(TooManyWatches):
        await store.tell(watch("another", buys=False), NOW)
    await store.stopped("0", NOW)
    assert (await store.start("one more", 1, 1, NOW, another=True)).state is WatchState.WATCHING


async def test_one_more_that_buys_the_same_is_started_on_purpose_only(
    database: Database, store: WatchStore
) -> None:
    """Also when both were shown before either was started; where the first one ended, nothing is asked."""
    for name in ("first", "second"):
        await store.offer(watch(name, WatchState.OFFERED))
    await put(database, watch("tells", buys=False), watch("elsewhere", country="GB"))
    await store.start("first", 1, 1, NOW)
    with pytest.raises(AlreadyWatched) as found:
        await store.start("second", 1, 1, NOW)
    assert found.value.watch.id == "first"
    assert (await store.start("second", 1, 1, NOW, another=True)).state is WatchState.WATCHING
    for name in ("first", "second"):
        await store.stopped(name, NOW)
    await store.offer(watch("third", WatchState.OFFERED))
    assert (await store.start("third", 1, 1, NOW)).state is WatchState.WATCHING


async def test_to_be_told_of_the_same_at_another_price_changes_the_watch(store: WatchStore) -> None:
    first = await store.tell(watch("first", buys=False, max_price=None, currency=""), NOW)
    second = await store.tell(watch("second", buys=False, max_price=Decimal("0.30")), LATER)
    elsewhere = await store.tell(watch("elsewhere", buys=False, country="GB"), LATER)
    assert [first.id, second.id, elsewhere.id] == ["first", "first", "elsewhere"]
    assert (second.max_price, second.currency, second.until) == (Decimal("0.30"), "USD", LATER + HOUR)


async def test_one_that_buys_is_not_changed_by_one_that_tells(store: WatchStore, database: Database) -> None:
    await put(database, watch("buys"))
    assert (await store.tell(watch("tells", buys=False), NOW)).id == "tells"


# Looking, and the end


async def test_an_answer_takes_back_what_failures_said(database: Database, store: WatchStore) -> None:
    await put(database, watch())
    for count in (1, 2):
        await store.unanswered("watch", "Unavailable", NOW, LATER)
        row = await store.mine("watch", 1, 1)
        assert (row.failures, row.reason, row.answered_at) == (count, "Unavailable", None)
    await store.looked("watch", NOW, LATER)
    row = await store.mine("watch", 1, 1)
    assert (row.failures, row.reason, row.answered_at) == (0, "", NOW)


async def test_what_was_stopped_meanwhile_is_not_looked_at_again(
    database: Database, store: WatchStore
) -> None:
    await put(database, watch())
    await store.stopped("watch", NOW)
    await store.looked("watch", NOW, LATER)
    await store.unanswered("watch", "Unavailable", NOW, LATER)
    assert (await store.mine("watch", 1, 1)).next_poll_at is None


async def test_an_end_without_a_number_is_told_once_and_a_stop_is_not(
    database: Database, store: WatchStore
) -> None:
    names = ("found", "failed", "ended", "stopped", "bought", "unclear")
    await put(database, *(watch(name, WatchState.WATCHING) for name in names[:4]))
    await put(database, *(watch(name, WatchState.BUYING) for name in names[4:]))
    for _ in range(2):
        await store.found("found", Decimal("0.45"), "USD", NOW)
        await store.failed("failed", "NoMoney", NOW)
        await store.ended("ended", NOW)
        await store.stopped("stopped", NOW)
        await store.bought("bought", NOW)
        await store.unclear("unclear", NOW)
    over = f"{Kind.WATCH_OVER}:"
    assert await told(database) == [f"{Kind.WATCH}:found", f"{over}ended", f"{over}failed"]


async def test_open_watches_come_first_and_what_ended_is_listed_for_a_day(
    database: Database, store: WatchStore
) -> None:
    old, lately = NOW - LISTED - timedelta(seconds=1), NOW - HOUR
    await put(
        database,
        watch("long ago", WatchState.ENDED, ended_at=old),
        watch("lately", WatchState.RUNG, ended_at=lately),
        watch("open"),
        watch("offered", WatchState.OFFERED),
    )
    assert [row.id for row in await store.listed(1, 1, NOW)] == ["open", "lately"]


async def test_what_ended_long_ago_or_was_never_started_is_forgotten(
    database: Database, store: WatchStore
) -> None:
    await put(
        database,
        watch("open", created_at=NOW - KEPT * 2),
        watch("kept", WatchState.ENDED, ended_at=NOW - KEPT),
        watch("old", WatchState.ENDED, ended_at=NOW - KEPT - timedelta(seconds=1)),
        watch("never", WatchState.OFFERED, created_at=NOW - LISTED - timedelta(seconds=1)),
    )
    await store.sweep(NOW)
    async with database.begin() as session:
        assert sorted((await session.scalars(select(Watch.id))).all()) == ["kept", "open"]


async def test_however_many_ended_long_ago_all_are_forgotten(database: Database, store: WatchStore) -> None:
    await put(database, *(watch(f"w{each}", WatchState.ENDED, ended_at=NOW) for each in range(_STEP + 1)))
    await store.sweep(NOW + KEPT * 2)
    async with database.begin() as session:
        assert (await session.scalars(select(Watch.id))).all() == []


async def test_a_removed_key_stays_as_a_name_while_a_watch_names_it(database: Database, key: Key) -> None:
    keys = KeyStore(database, Vault([MASTER]))
    await put(database, watch(key_id=key.id))
    await keys.remove(key.id, 1, NOW)
    row = await keys.get(key.id)
    assert row is not None
    assert row.ciphertext == b""
    await WatchStore(database).failed("watch", "UnknownKey", NOW)
    await WatchStore(database).sweep(NOW + KEPT * 2)
    await keys.sweep(NOW)
    assert await keys.get(key.id) is None
