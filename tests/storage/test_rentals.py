"""Rentals and their orders as rows: swaps that happen once, and what makes way for somebody faster."""

import asyncio
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from bot.errors import AlreadyDone, TooLate, UnknownKey
from storage.caps import Caps, SpentEnough
from storage.database import Database
from storage.models import (
    Key,
    MessageState,
    OrderKind,
    OrderState,
    OutgoingMessage,
    Rental,
    RentalOrder,
    RentalState,
)
from storage.outbox import OutboxStore
from storage.rental_moves import Listed
from storage.rental_orders import RentalOrderStore
from storage.rental_sms import Text
from storage.rentals import RentalStore
from tests.storage.shelf import NOW, chat, put, stored

WEEK = timedelta(days=7)
LISTED = Listed("7", "+447400123456", "+447400123456", NOW + WEEK, online=True)


def offer(key: Key, name: str = "offer", **more: object) -> RentalOrder:
    values: dict[str, object] = {
        "id": name,
        "kind": OrderKind.RENT,
        "state": OrderState.OFFERED,
        "chat_id": key.chat_id,
        "owner_id": key.chat_id,
        "key_id": key.id,
        "provider": key.provider,
        "tariff": "2",
        "days": 7,
        "country": "GB",
        "country_code": "GB",
        "cost": Decimal("4.00"),
        "currency": "USD",
        "created_at": NOW,
    }
    return RentalOrder(**(values | more))


def rental(key: Key, name: str = "rental", **more: object) -> Rental:
    values: dict[str, object] = {
        "id": name,
        "chat_id": key.chat_id,
        "owner_id": key.chat_id,
        "key_id": key.id,
        "provider": key.provider,
        "country": "GB",
        "state": RentalState.ACTIVE,
        "provider_id": "7",
        "phone": "+447400123456",
        "raw": "+447400123456",
        "until": NOW + WEEK,
        "created_at": NOW,
    }
    return Rental(**(values | more))


def later(row: Rental) -> datetime:
    return NOW + timedelta(minutes=1)


async def press(store: RentalOrderStore, name: str = "offer", caps: Caps | None = None) -> Rental:
    return (await store.order(name, 1, 1, 55, caps or Caps(), NOW))[1]


async def test_of_fifty_presses_on_one_button_one_is_an_order(database: Database) -> None:
    store = RentalOrderStore(database)
    await store.offer(offer(await stored(database)))
    presses = await asyncio.gather(*(press(store) for _ in range(50)), return_exceptions=True)
    assert sum(isinstance(each, Rental) for each in presses) == 1
    assert sum(isinstance(each, AlreadyDone) for each in presses) == 49


async def test_an_order_ends_once(database: Database) -> None:
    store = RentalOrderStore(database)
    await store.offer(offer(await stored(database)))
    await press(store)
    await store.calling("offer", Decimal("3.50"), Decimal("18"), "{}", NOW)
    assert await store.rented("offer", LISTED, "GB", NOW) is not None
    assert await store.rented("offer", LISTED, "GB", NOW) is None
    assert await store.failed("offer", "NoMoney", NOW) is None
    assert await store.unknown("offer", "", None, NOW, NOW) is None
    assert await store.calling("offer", Decimal("3.50"), None, "{}", NOW) is None
    assert await store.renewed("offer", LISTED, NOW) is None
    await store.looked_in_vain("offer", NOW, None)
    async with database.begin() as session:
        order = await session.get_one(RentalOrder, "offer")
    assert (order.state, order.cost, order.looks) == (OrderState.DONE, Decimal("3.50"), 0)


async def test_a_number_somebody_watches_is_not_given_to_another(database: Database) -> None:
    store, key = RentalOrderStore(database), await stored(database)
    twin = await stored(database, chat_id=2)
    await put(database, rental(twin))
    await store.offer(offer(key))
    row = await press(store)
    with pytest.raises(AlreadyDone):
        await store.rented("offer", LISTED, "GB", NOW)
    async with database.begin() as session:
        order = await session.get_one(RentalOrder, "offer")
    assert (order.state, order.rental_id) == (OrderState.ORDERED, row.id)


async def test_a_rental_that_ended_before_its_order_did_is_not_brought_back(database: Database) -> None:
    store, key = RentalOrderStore(database), await stored(database)
    await put(database, rental(key, state=RentalState.FAILED, provider_id=None))
    await put(database, offer(key, state=OrderState.ORDERED, rental_id="rental", ordered_at=NOW))
    with pytest.raises(AlreadyDone):
        await store.rented("offer", LISTED, "GB", NOW)


async def test_a_number_that_ended_while_it_was_renewed_goes_on(database: Database) -> None:
    store, key = RentalOrderStore(database), await stored(database)
    await put(database, rental(key, state=RentalState.ENDED, until=NOW, ended_at=NOW))
    order = offer(key, kind=OrderKind.RENEW, state=OrderState.ORDERED, ordered_at=NOW)
    order.rental_id = "rental"
    await put(database, order)
    row = await store.renewed("offer", LISTED, NOW)
    assert row is not None
    assert (row.state, row.until, row.ended_at) == (RentalState.ACTIVE, NOW + WEEK, None)


async def test_a_number_that_has_ended_cannot_be_renewed(database: Database) -> None:
    store, key = RentalOrderStore(database), await stored(database)
    await put(database, rental(key, state=RentalState.ENDED))
    await store.offer(offer(key, kind=OrderKind.RENEW, rental_id="rental"))
    with pytest.raises(TooLate):
        await press(store)


async def test_what_has_no_rental_has_no_latest_order(database: Database) -> None:
    assert await RentalOrderStore(database).latest("nobody") is None


async def test_messages_count_into_the_spending_of_a_day_at_their_dearest(database: Database) -> None:
    store, key = RentalOrderStore(database), await stored(database)
    await store.offer(offer(key))
    mine = {"chat_id": 1, "owner_id": 1, "key_id": key.id, "provider": key.provider, "created_at": NOW}
    mine["channels"] = "sms"
    states = (MessageState.ACCEPTED, MessageState.FAILED, MessageState.DRAFT)
    await put(
        database,
        *(
            OutgoingMessage(id=state, state=state, quoted=Decimal("0.75"), confirmed_at=NOW, **mine)
            for state in states
        ),
    )
    with pytest.raises(SpentEnough):
        await press(store, caps=Caps(spend_per_day=Decimal("4.74")))
    row = await press(store, caps=Caps(spend_per_day=Decimal("4.75")))
    assert row.state is RentalState.RENTING


# A rental that is gone, or in no state for it


async def test_nothing_is_told_to_a_rental_that_has_ended(database: Database) -> None:
    store, key = RentalStore(database), await stored(database)
    seen = rental(key, state=RentalState.FAILED)
    await put(database, seen)
    text = Text.fitting("Taxify", "9999", "", None)
    assert await store.heard("rental", [text], NOW, later) == 0
    assert not await store.listed(seen, LISTED, NOW, later)
    assert not await store.unanswered("rental", "Unavailable", NOW, later, list_asked=True)
    assert not await store.ended(seen, "", NOW, later)
    assert await store.press("rental", NOW, NOW) is None
    await store.missed(seen, NOW, NOW, later)
    await store.hang_anew("nobody", NOW)
    row = await store.get("rental")
    assert row is not None
    assert (row.state, row.next_poll_at) == (RentalState.FAILED, None)
    assert await OutboxStore(database).due(NOW) == []


async def test_a_list_from_before_a_renewal_undoes_nothing(database: Database) -> None:
    store, key = RentalStore(database), await stored(database)
    seen = rental(key, listed_at=NOW - timedelta(minutes=5))
    renewed = rental(key, listed_at=NOW, until=NOW + 2 * WEEK)
    await put(database, renewed)
    assert not await store.listed(seen, LISTED, NOW, later)
    assert not await store.ended(seen, "", NOW, later)
    await store.missed(seen, NOW, NOW, later)
    row = await store.get("rental")
    assert row is not None
    assert (row.state, row.reason, row.until) == (RentalState.ACTIVE, "", NOW + 2 * WEEK)
    assert row.next_poll_at == later(row)


async def test_an_sms_that_is_gone_is_nobodys(database: Database) -> None:
    store = RentalStore(database)
    assert (await store.sms("nobody"), await store.last_sms("nobody")) == (None, None)


async def test_a_number_that_had_ended_is_not_revived_while_another_watches_it(database: Database) -> None:
    store, key = RentalStore(database), await stored(database)
    twin = await stored(database, chat_id=2)
    ended = rental(key, state=RentalState.ENDED, ended_at=NOW)
    await put(database, ended, rental(twin, "other"))
    assert not await store.listed(ended, LISTED, NOW, later)
    row = await store.get("rental")
    assert row is not None
    assert row.state is RentalState.ENDED


async def test_nothing_is_taken_over_with_a_key_that_was_removed(database: Database) -> None:
    store, key = RentalStore(database), await stored(database)
    await put(database, chat(3), rental(key, "first"))
    row = rental(key, provider_id="8")
    row.key_id = "nobody"
    with pytest.raises(UnknownKey):
        await store.take_over(row, [], NOW)


async def test_the_ids_known_are_those_watched_with_any_key_of_the_account(database: Database) -> None:
    store, key = RentalStore(database), await stored(database)
    twin = await stored(database, chat_id=2)
    gone = rental(key, "gone", provider_id="8", state=RentalState.ENDED)
    late = rental(key, "late", provider_id="9", state=RentalState.ENDED, next_poll_at=NOW)
    await put(database, rental(twin), gone, late)
    assert await store.known(key.id, ["7", "8", "9", "10"]) == {"7", "9"}
