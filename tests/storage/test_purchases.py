"""Purchases as rows: the intent, its limits, and the ends it may come to."""

import asyncio
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from bot.errors import AlreadyDone, Expired, NotOffered, NotYours, Refused, UnknownKey
from storage.caps import Caps, SpentEnough, TooManyNumbers, TooManyToday
from storage.database import Database
from storage.keys import KeyStore
from storage.models import Activation, Key, State
from storage.purchases import PurchaseStore
from storage.quotes import LIFETIME, QuoteStore
from storage.sold import Bought
from storage.vault import Vault
from tests.storage.shelf import MASTER, NOW, SECRET, number, put, stored
from tests.storage.test_quotes import quote

FREE = Caps()


def sold(name: str = "7") -> Bought:
    return Bought(
        provider_id=name,
        phone="+12015550001",
        raw="12015550001",
        cost=None,
        operator=None,
        another_sms=None,
        at=NOW,
        cancel_from=NOW + timedelta(seconds=120),
        expires_at=NOW + timedelta(minutes=20),
        next_poll_at=NOW + timedelta(seconds=3),
    )


async def offered(database: Database, *nonces: str) -> tuple[PurchaseStore, Key]:
    key = await stored(database)
    for nonce in nonces or ("nonce",):
        await QuoteStore(database).open(quote(key, nonce))
    return PurchaseStore(database), key


async def intend(
    store: PurchaseStore, nonce: str = "nonce", caps: Caps = FREE, now: datetime = NOW
) -> Activation:
    intent, _ = await store.intend(nonce, 1, 1, 55, caps, now)
    return intent


async def test_an_intent_copies_what_was_offered_and_becomes_the_card_it_was_pressed_on(
    database: Database,
) -> None:
    store, key = await offered(database)
    intent = await intend(store)
    assert (intent.state, intent.nonce, intent.key_id, intent.cost) == (
        State.BUYING,
        "nonce",
        key.id,
        Decimal("0.50"),
    )
    assert (intent.card_chat_id, intent.card_message_id, intent.called_at) == (1, 55, None)
    assert [row.id for row in await store.stranded()] == [intent.id]


async def test_of_fifty_presses_on_one_button_one_is_an_intent(database: Database) -> None:
    store, _ = await offered(database)
    presses = await asyncio.gather(*(intend(store) for _ in range(50)), return_exceptions=True)
    assert sum(isinstance(press, Activation) for press in presses) == 1
    assert sum(isinstance(press, AlreadyDone) for press in presses) == 49


@pytest.mark.parametrize(
    ("caps", "refusal"),
    [
        (Caps(active_numbers=2), TooManyNumbers),
        (Caps(purchases_per_day=2), TooManyToday),
        (Caps(spend_per_day=Decimal("1.49")), SpentEnough),
    ],
)
async def test_limits_hold_whoever_presses_at_the_same_time(
    database: Database, caps: Caps, refusal: type[Refused]
) -> None:
    nonces = [f"n{count}" for count in range(10)]
    store, _ = await offered(database, *nonces)
    presses = await asyncio.gather(*(intend(store, nonce, caps) for nonce in nonces), return_exceptions=True)
    assert sum(isinstance(press, Activation) for press in presses) == 2
    assert sum(isinstance(press, refusal) for press in presses) == 8


@pytest.mark.parametrize(
    ("state", "counts"),
    [
        (State.BUYING, True),
        (State.WAITING, True),
        (State.RECEIVED, True),
        (State.FINISHED, True),
        (State.UNKNOWN, True),
        (State.CANCELLED, False),
        (State.EXPIRED, False),
        (State.FAILED, False),
    ],
)
async def test_what_is_paid_back_is_not_spent(database: Database, state: State, counts: bool) -> None:
    store, key = await offered(database)
    await put(database, number(key, "n", state, cost=Decimal("0.60")))
    caps = Caps(spend_per_day=Decimal("1"))
    if counts:
        with pytest.raises(SpentEnough):
            await intend(store, caps=caps)
    else:
        await intend(store, caps=caps)


async def test_a_limit_says_its_number(database: Database) -> None:
    store, key = await offered(database)
    await put(database, number(key, "n", State.WAITING))
    with pytest.raises(TooManyNumbers) as refused:
        await intend(store, caps=Caps(active_numbers=1))
    assert refused.value.values == {"limit": 1}


async def test_a_number_long_past_its_life_keeps_nobody_from_another(database: Database) -> None:
    store, key = await offered(database, "a", "b")
    await put(database, number(key, "n", State.WAITING, expires_at=NOW - timedelta(minutes=61)))
    await intend(store, "a", Caps(active_numbers=1))
    with pytest.raises(TooManyNumbers):
        await intend(store, "b", Caps(active_numbers=1))


async def test_a_price_is_good_for_a_quarter_of_an_hour(database: Database) -> None:
    store, _ = await offered(database, "a", "b")
    await intend(store, "a", now=NOW + LIFETIME)
    with pytest.raises(Expired):
        await intend(store, "b", now=NOW + LIFETIME + timedelta(seconds=1))


async def test_only_who_saw_the_offer_may_buy_and_only_there(database: Database) -> None:
    store, _ = await offered(database)
    for person, place in ((2, 1), (1, -100)):
        with pytest.raises(NotYours):
            await store.intend("nonce", person, place, None, FREE, NOW)


async def test_a_removed_key_buys_nothing(database: Database) -> None:
    store, key = await offered(database)
    await put(database, number(key, "n", State.WAITING))
    await KeyStore(database, Vault([MASTER])).remove(key.id, 1, NOW)
    with pytest.raises(UnknownKey):
        await intend(store)


async def test_a_bought_number_is_ours_with_everything_that_is_due(database: Database) -> None:
    store, _ = await offered(database)
    intent = await intend(store)
    await store.calling(intent.id, Decimal("9"), {"b", "a"}, NOW)
    row = await store.bought(intent.id, sold(), NOW + timedelta(seconds=2))
    assert row is not None
    assert (row.state, row.held_before, row.balance_before) == (State.WAITING, "a,b", Decimal("9"))
    assert (row.bought_at, row.polled_at) == (NOW, NOW + timedelta(seconds=2))
    assert (row.cost, await store.stranded()) == (Decimal("0.50"), [])


async def test_an_id_this_key_holds_already_is_not_believed(database: Database) -> None:
    store, key = await offered(database)
    await put(database, number(key, "n", State.WAITING, provider_id="7"))
    intent = await intend(store)
    with pytest.raises(AlreadyDone):
        await store.bought(intent.id, sold("7"), NOW)


@pytest.mark.parametrize(
    "state", [State.CANCELLED, State.EXPIRED, State.RECEIVED, State.FINISHED, State.UNKNOWN]
)
async def test_an_id_whose_number_has_ended_may_come_again_and_the_old_one_is_looked_at_no_more(
    database: Database, state: State
) -> None:
    store, key = await offered(database)
    twin = await stored(database, chat_id=2)
    waiting = {"provider_id": "7", "next_poll_at": NOW, "asked_again": True}
    await put(database, number(key, "n", state, **waiting), number(twin, "t", state, **waiting))
    intent = await intend(store)
    row = await store.bought(intent.id, sold("7"), NOW)
    assert row is not None
    assert row.state is State.WAITING
    async with database.begin() as session:
        old = [await session.get_one(Activation, name) for name in ("n", "t")]
    assert [(one.next_poll_at, one.asked_again) for one in old] == [(None, False)] * 2


async def test_a_blocked_service_is_not_intended(database: Database) -> None:
    store, _ = await offered(database)
    with pytest.raises(NotOffered):
        await intend(store, caps=Caps(blocked=frozenset({"tg"})))
    assert await store.stranded() == []


async def test_an_answer_that_comes_after_the_end_changes_nothing(database: Database) -> None:
    store, _ = await offered(database)
    intent = await intend(store)
    await store.failed(intent.id, "NoNumbers", NOW)
    assert await store.calling(intent.id, None, None, NOW) is None
    assert await store.bought(intent.id, sold(), NOW) is None
    assert await store.unknown(intent.id, "Unavailable", None, NOW, None) is None


async def test_ids_are_known_by_the_same_key_in_any_chat(database: Database) -> None:
    store, mine = await offered(database)
    twin = await stored(database, chat_id=2)
    await put(database, number(mine, "m", State.WAITING), number(twin, "t", State.FINISHED))
    assert SECRET.get_secret_value().endswith(mine.tail)
    assert await store.known(mine.id, {"m", "t", "other"}) == {"m", "t"}
    assert await store.known(mine.id, set()) == set()


async def test_a_look_in_vain_is_noted_while_it_is_unknown_and_never_after(database: Database) -> None:
    store, _ = await offered(database)
    intent = await intend(store)
    assert await store.looked_in_vain(intent.id, NOW, None) is None
    await store.unknown(intent.id, "Unavailable", None, NOW, NOW)
    row = await store.looked_in_vain(intent.id, NOW, NOW + timedelta(seconds=10))
    assert row is not None
    assert (row.failures, row.next_poll_at) == (1, NOW + timedelta(seconds=10))
