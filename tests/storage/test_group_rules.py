"""The rules of a group in the transaction of an intent: presses at once, and what counts for whom."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from bot.errors import Refused
from storage.caps import Caps, OrdersPaused, TooManyNumbers, TooManyToday
from storage.database import Database
from storage.forgetting import Forgetting
from storage.group_rules import (
    GroupLimit,
    NotABuyer,
    NotSharing,
    Seat,
    SpentEnoughHere,
    TooManyHere,
    TooManyHereToday,
)
from storage.models import Activation, Buyers, Counted, Eyes, Key, Post, Quote, State
from storage.outbox import new_id
from storage.purchases import PurchaseStore
from storage.sharings import SharingStore
from tests.storage.shelf import NOW, number, put, stored

TEAM, ANN, BOB = -100_200, 1, 2
DAY = timedelta(days=1)
LEADS, AMONG = Seat(leads=True), Seat()


@pytest.fixture
async def key(database: Database) -> Key:
    return await stored(database, chat_id=TEAM)


@pytest.fixture
async def store(database: Database) -> PurchaseStore:
    return PurchaseStore(database)


async def rules(database: Database, **values: object) -> None:
    given: Mapping[str, object] = {"who_buys": Buyers.EVERYONE, **values}
    await SharingStore(database).set(TEAM, NOW, **given)


async def quote(database: Database, key: Key, owner: int = ANN, count: int = 1, cost: str = "0.10") -> str:
    words = ("service", "service_name", "service_code", "country", "country_name", "country_code")
    nonce = new_id()
    about = {"nonce": nonce, "chat_id": TEAM, "owner_id": owner, "key_id": key.id, "count": count}
    money = {"cost": Decimal(cost), "currency": "USD", "created_at": NOW}
    await put(database, Quote(**dict.fromkeys(words, "tg"), **about, **money))
    return nonce


async def intend(
    database: Database,
    nonce: str,
    seat: Seat | None = LEADS,
    owner: int = ANN,
    position: int = 1,
    **more: object,
) -> Activation:
    now = more.pop("now", NOW)
    assert isinstance(now, datetime)
    caps = replace(Caps(), **more)  # type: ignore[arg-type]  # the fields of Caps, by name
    how = (None, caps, now, position, None, seat)
    row, _ = await PurchaseStore(database).intend(nonce, owner, TEAM, *how)
    return row


async def refused(database: Database, nonce: str, seat: Seat = AMONG, owner: int = ANN) -> Refused:
    with pytest.raises(Refused) as caught:
        await intend(database, nonce, seat, owner)
    return caught.value


async def test_a_group_nobody_set_up_buys_nothing(database: Database, key: Key) -> None:
    assert isinstance(await refused(database, await quote(database, key), LEADS), NotSharing)


async def test_who_may_buy_is_read_again_with_the_intent(database: Database, key: Key) -> None:
    sharings, mine = SharingStore(database), await quote(database, key)
    await rules(database, who_buys=Buyers.ADMINS)
    assert isinstance(await refused(database, mine), NotABuyer)
    await rules(database, who_buys=Buyers.NAMED)
    await sharings.met(TEAM, ANN, "Ann", NOW)
    assert isinstance(await refused(database, mine), NotABuyer)
    await sharings.let_buy(TEAM, ANN, True, NOW)
    assert (await intend(database, mine, Seat())).state is State.BUYING
    assert (await intend(database, await quote(database, key, BOB), LEADS, BOB)).owner_id == BOB


@pytest.mark.parametrize("who", Eyes)
async def test_who_sees_the_code_is_the_rule_of_that_moment(database: Database, key: Key, who: Eyes) -> None:
    await rules(database, who_sees=who)
    assert (await intend(database, await quote(database, key))).for_all is (who is Eyes.EVERYONE)


async def test_b_24_of_presses_at_once_no_more_pass_than_the_quota(database: Database, key: Key) -> None:
    await rules(database, numbers_per_day=3)
    nonces = [await quote(database, key) for _ in range(10)]
    tried = [intend(database, nonce, Seat()) for nonce in nonces]
    came = await asyncio.gather(*tried, return_exceptions=True)
    assert sum(isinstance(one, Activation) for one in came) == 3
    assert sum(isinstance(one, TooManyHereToday) for one in came) == 7


async def test_the_oldest_of_a_days_numbers_tells_when_the_next_one_may_be_bought(
    database: Database, key: Key
) -> None:
    await rules(database, numbers_per_day=2)
    for hours in (30, 5, 2):
        at = NOW - timedelta(hours=hours)
        await put(database, number(key, f"n{hours}", State.FINISHED, owner_id=ANN, created_at=at))
    await put(database, number(key, "failed", State.FAILED, owner_id=ANN))
    full = await refused(database, await quote(database, key))
    assert isinstance(full, TooManyHereToday)
    assert full.free_at == NOW - timedelta(hours=5) + DAY


async def test_numbers_of_others_and_of_other_chats_do_not_count(database: Database, key: Key) -> None:
    await rules(database, numbers_per_day=1, active_numbers=1, spend_per_day=Decimal("0.10"))
    other = await stored(database, chat_id=ANN)
    await put(
        database,
        number(key, "bobs", State.WAITING, owner_id=BOB),
        number(key, "given", State.WAITING, owner_id=ANN, bought_by=BOB),
        number(other, "private", State.WAITING),
    )
    assert (await intend(database, await quote(database, key), Seat())).owner_id == ANN


async def test_what_was_handed_over_counts_for_its_buyer(database: Database, key: Key) -> None:
    """For the group's limits, and for the person's own."""
    await rules(database, active_numbers=1)
    await put(database, number(key, "given", State.WAITING, owner_id=BOB, bought_by=ANN))
    assert isinstance(await refused(database, await quote(database, key)), TooManyHere)
    await rules(database, active_numbers=0)
    with pytest.raises(TooManyNumbers):
        await intend(database, await quote(database, key), active_numbers=1)
    bobs = await quote(database, key, BOB)
    assert (await intend(database, bobs, Seat(), BOB, active_numbers=1)).owner_id == BOB


async def test_a_number_long_past_its_life_keeps_nobody_from_another(database: Database, key: Key) -> None:
    await rules(database, active_numbers=1)
    past = NOW - timedelta(hours=2)
    await put(database, number(key, "silent", State.WAITING, owner_id=ANN, expires_at=past))
    assert (await intend(database, await quote(database, key), Seat())).state is State.BUYING


async def test_money_counts_with_what_may_have_been_charged(database: Database, key: Key) -> None:
    await rules(database, spend_per_day=Decimal("1.00"))
    at = NOW - timedelta(hours=4)
    paid = {"owner_id": ANN, "created_at": at, "cost": Decimal("0.30"), "agreed": Decimal("0.50")}
    await put(
        database,
        number(key, "untold", State.UNKNOWN, **paid),
        number(key, "paid", State.FINISHED, **{**paid, "created_at": NOW - timedelta(hours=3)}),
        number(key, "back", State.CANCELLED, **paid),
    )
    assert (await intend(database, await quote(database, key, cost="0.20"), Seat())).cost == Decimal("0.20")
    full = await refused(database, await quote(database, key, cost="0.20"))
    assert isinstance(full, SpentEnoughHere)
    assert full.free_at == at + DAY
    dear = await refused(database, await quote(database, key, cost="1.50"))
    assert isinstance(dear, GroupLimit)
    assert dear.free_at is None


async def test_the_next_of_several_goes_on_by_the_rules_of_the_press(database: Database, key: Key) -> None:
    await rules(database, who_buys=Buyers.ADMINS)
    several = await quote(database, key, count=3)
    later = NOW + timedelta(seconds=1)
    await intend(database, several, LEADS, now=later)
    assert (await intend(database, several, None, position=2, now=later)).position == 2
    await SharingStore(database).set(TEAM, later + timedelta(seconds=1), who_buys=Buyers.ADMINS)
    with pytest.raises(NotABuyer):
        await intend(database, several, None, position=3, now=later)


async def test_cards_stay_in_the_topic_of_the_press_unless_the_group_chose_one(
    database: Database, key: Key
) -> None:
    await rules(database)
    several = await quote(database, key, count=2)
    asked = [
        await intend(database, several, Seat(thread_id=7)),
        await intend(database, several, None, position=2),
    ]
    cards = select(Post.thread_id).where(Post.dedup.in_(f"card:{row.id}" for row in asked))
    async with database.begin() as session:
        assert (await session.scalars(cards)).all() == [7, 7]


async def test_in_a_paused_bot_a_group_buys_nothing_either(database: Database, key: Key) -> None:
    await rules(database)
    with pytest.raises(OrdersPaused):
        await intend(database, await quote(database, key), paused=True)


async def test_how_many_more_may_wait_is_the_smaller_of_both_limits(
    database: Database, key: Key, store: PurchaseStore
) -> None:
    caps = Caps(active_numbers=5)
    assert await store.room(ANN, TEAM, caps, NOW) == 5
    await rules(database, active_numbers=2)
    await put(database, number(key, "one", State.WAITING, owner_id=ANN))
    assert await store.room(ANN, TEAM, caps, NOW) == 1
    assert await store.room(ANN, ANN, caps, NOW) == 4
    assert await store.room(ANN, TEAM, Caps(), NOW) == 1


# Who had themselves forgotten


@pytest.mark.parametrize("forgotten", [(ANN,), (BOB,), (ANN, BOB), (BOB, ANN)])
@pytest.mark.parametrize("handed_over", [False, True])
async def test_who_is_forgotten_has_no_more_that_day(
    database: Database, key: Key, forgotten: tuple[int, ...], handed_over: bool
) -> None:
    await rules(database, numbers_per_day=1)
    holder = {"owner_id": BOB, "bought_by": ANN} if handed_over else {"owner_id": ANN}
    await put(database, number(key, "n", State.FINISHED, created_at=NOW, **holder))
    for person in forgotten:
        await Forgetting(database).forget(person, NOW)
    assert isinstance(await refused(database, await quote(database, key)), TooManyHereToday)
    with pytest.raises(TooManyToday):
        await intend(database, await quote(database, key), purchases_per_day=1)
    bobs = await intend(database, await quote(database, key, BOB), owner=BOB)
    assert bobs.owner_id == BOB


async def test_a_number_that_was_handed_over_waits_on_for_who_is_forgotten(
    database: Database, key: Key
) -> None:
    old = NOW - 2 * DAY
    await put(database, number(key, "n", State.WAITING, owner_id=BOB, bought_by=ANN, created_at=old))
    await rules(database)
    await Forgetting(database).forget(ANN, NOW)
    with pytest.raises(TooManyNumbers):
        await intend(database, await quote(database, key), active_numbers=1)


async def test_a_day_later_nothing_counts_for_who_was_forgotten(database: Database, key: Key) -> None:
    forgetting = Forgetting(database)
    await put(database, number(key, "n", State.FINISHED, owner_id=ANN, created_at=NOW))
    await forgetting.forget(ANN, NOW)
    for hours, left in ((23, 1), (24, 0)):
        await forgetting.sweep(NOW + timedelta(hours=hours))
        async with database.begin() as session:
            marks = (await session.scalars(select(Counted))).all()
        assert len(marks) == left
