"""A restored copy: its buttons spend nothing any more, and what it never tried may have been tried since."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from pydantic import SecretStr
from sqlalchemy import select

from storage.database import Database
from storage.hindsight import INTERRUPTED, mistrust
from storage.keys import KeyStore
from storage.models import (
    Activation,
    Key,
    MessageState,
    OrderKind,
    OrderState,
    OutgoingMessage,
    Post,
    Quote,
    Rental,
    RentalOrder,
    RentalState,
    State,
    Watch,
    WatchState,
)
from storage.reasons import Reason
from storage.vault import Vault
from tests.storage.shelf import MASTER, NOW, chat, number, put, stored
from tests.storage.test_watches import watch

LATER = NOW + timedelta(days=1)


@pytest.fixture
async def key(database: Database) -> Key:
    await put(database, chat(1))
    return await stored(database)


def order(key: Key, name: str, kind: OrderKind, state: OrderState, rental_id: str | None) -> RentalOrder:
    words = dict.fromkeys(("tariff", "country_code"), "1")
    whose = {"chat_id": 1, "owner_id": 1, "key_id": key.id, "provider": "smsak"}
    price = {"cost": Decimal(5), "currency": "USD", "days": 7, "country": "GB", "created_at": NOW}
    return RentalOrder(id=name, kind=kind, state=state, rental_id=rental_id, **words, **whose, **price)


def rental(key: Key, name: str, state: RentalState) -> Rental:
    whose = {"chat_id": 1, "owner_id": 1, "key_id": key.id, "provider": "smsak", "country": "GB"}
    return Rental(id=name, state=state, created_at=NOW, next_poll_at=None, **whose)


def message(key: Key, name: str, state: MessageState) -> OutgoingMessage:
    whose = {"chat_id": 1, "owner_id": 1, "key_id": key.id, "provider": "smsfly"}
    return OutgoingMessage(id=name, state=state, created_at=NOW, **whose)


def quote(key: Key) -> Quote:
    words = ("service", "service_name", "service_code", "country", "country_name", "country_code")
    money = {"cost": Decimal(1), "currency": "USD", "created_at": NOW}
    return Quote(nonce="q", chat_id=1, owner_id=1, key_id=key.id, **dict.fromkeys(words, "tg"), **money)


async def test_no_button_of_before_spends_anything(database: Database, key: Key) -> None:
    offered = order(key, "offered", OrderKind.RENT, OrderState.OFFERED, None)
    await put(database, quote(key), offered, message(key, "draft", MessageState.DRAFT))
    await mistrust(database, LATER)
    async with database.begin() as session:
        for table in (Quote, RentalOrder, OutgoingMessage):
            assert (await session.scalars(select(table))).all() == []


async def test_an_intent_that_was_not_called_may_have_been_since(database: Database, key: Key) -> None:
    await put(database, number(key, "n", State.BUYING), message(key, "m", MessageState.SENDING))
    await put(database, rental(key, "r", RentalState.ACTIVE))
    await put(database, order(key, "renewal", OrderKind.RENEW, OrderState.ORDERED, "r"))
    await mistrust(database, LATER)
    async with database.begin() as session:
        assert (await session.get_one(Activation, "n")).called_at == LATER
        assert (await session.get_one(OutgoingMessage, "m")).called_at == LATER
        assert (await session.get_one(RentalOrder, "renewal")).called_at == LATER


async def test_a_rent_that_was_not_called_is_unknown_and_no_number_is_taken_for_it(
    database: Database, key: Key
) -> None:
    await put(database, rental(key, "r", RentalState.RENTING))
    await put(database, order(key, "rent", OrderKind.RENT, OrderState.ORDERED, "r"))
    await mistrust(database, LATER)
    async with database.begin() as session:
        row = await session.get_one(Rental, "r")
        told = await session.get_one(RentalOrder, "rent")
    assert (row.state, row.next_poll_at) == (RentalState.UNKNOWN, None)
    assert (told.state, told.reason) == (OrderState.UNKNOWN, INTERRUPTED)


async def test_no_watch_of_before_buys_and_its_person_is_told(database: Database, key: Key) -> None:
    states = (WatchState.WATCHING, WatchState.BUYING, WatchState.OFFERED)
    await put(database, *(watch(state.value, state) for state in states), watch("tells", buys=False))
    await mistrust(database, LATER)
    async with database.begin() as session:
        rows = {row.id: (row.state, row.reason) for row in await session.scalars(select(Watch))}
        told = {post.subject for post in await session.scalars(select(Post)) if post.kind == "watch_over"}
    ended = (WatchState.FAILED, Reason.RESTORED)
    assert rows == {"watching": ended, "buying": ended, "tells": (WatchState.WATCHING, "")}
    assert told == {"watching", "buying"}


async def test_who_removed_their_keys_is_told_nothing(database: Database, key: Key) -> None:
    await put(database, chat(2), number(key, "n", State.WAITING))
    other = await stored(database, SecretStr("another-chats-secret"), chat_id=2)
    assert await KeyStore(database, Vault([MASTER])).remove(key.id, 1, NOW)
    await mistrust(database, LATER)
    async with database.begin() as session:
        assert {post.chat_id for post in await session.scalars(select(Post))} == {other.chat_id}


@pytest.mark.parametrize(
    ("state", "reason"),
    [(State.BUYING, ""), (State.UNKNOWN, "Unavailable"), (State.FAILED, Reason.NOT_LISTED)],
)
async def test_what_is_new_in_an_account_since_a_purchase_may_be_from_after_the_backup(
    database: Database, key: Key, state: State, reason: str
) -> None:
    lost = number(key, "n", state, called_at=NOW, held_before="", next_poll_at=NOW, reason=reason)
    await put(database, lost)
    await mistrust(database, LATER)
    async with database.begin() as session:
        row = await session.get_one(Activation, "n")
        posts = set(await session.scalars(select(Post.kind)))
    assert (row.state, row.held_before, row.next_poll_at) == (state, None, None)
    assert posts == {"restored", "card"}


@pytest.mark.parametrize(
    ("state", "stood"),
    [(OrderState.ORDERED, RentalState.RENTING), (OrderState.UNKNOWN, RentalState.UNKNOWN)],
)
async def test_what_is_new_in_an_account_since_a_rent_may_be_from_after_the_backup(
    database: Database, key: Key, state: OrderState, stood: RentalState
) -> None:
    row = rental(key, "r", stood)
    row.next_poll_at = NOW
    rent = order(key, "rent", OrderKind.RENT, state, "r")
    rent.called_at, rent.held_before = NOW, "{}"
    await put(database, row)
    await put(database, rent)
    await mistrust(database, LATER)
    async with database.begin() as session:
        row = await session.get_one(Rental, "r")
        rent = await session.get_one(RentalOrder, "rent")
    assert (row.state, row.next_poll_at, rent.state) == (RentalState.UNKNOWN, None, OrderState.UNKNOWN)


async def test_what_was_carried_out_stays_as_it_is(database: Database, key: Key) -> None:
    await put(database, number(key, "n", State.WAITING), message(key, "m", MessageState.ACCEPTED))
    await mistrust(database, LATER)
    async with database.begin() as session:
        assert (await session.get_one(Activation, "n")).state is State.WAITING
        assert (await session.get_one(OutgoingMessage, "m")).state is MessageState.ACCEPTED
        [post] = (await session.scalars(select(Post))).all()
        assert (post.kind, post.chat_id, post.next_try_at) == ("restored", 1, LATER)


def several(key: Key, position: int, state: State, **more: object) -> Activation:
    """One of three numbers of one press."""
    nonce = "b" if position == 1 else f"b/{position}"
    return number(key, nonce, state, batch="b", position=position, count=3, **more)


@pytest.mark.parametrize(
    ("state", "called"), [(State.WAITING, NOW), (State.BUYING, None), (State.BUYING, NOW)]
)
async def test_of_several_the_rest_may_have_been_bought_after_the_backup(
    database: Database, key: Key, state: State, called: datetime | None
) -> None:
    await put(database, several(key, 1, state, called_at=called))
    await mistrust(database, LATER)
    async with database.begin() as session:
        rows = (await session.scalars(select(Activation).order_by(Activation.position))).all()
        told = set(await session.scalars(select(Post.subject).where(Post.kind == "card")))
    assert [(row.nonce, row.state, row.reason) for row in rows[1:]] == [
        ("b/2", State.UNKNOWN, Reason.RESTORED),
        ("b/3", State.UNKNOWN, Reason.RESTORED),
    ]
    assert rows[0].state is state
    assert {row.id for row in rows[1:]} <= told


async def test_of_several_that_ended_before_the_backup_nothing_is_in_doubt(
    database: Database, key: Key
) -> None:
    await put(database, several(key, 1, State.WAITING), several(key, 2, State.FAILED, reason="NoNumbers"))
    await mistrust(database, LATER)
    async with database.begin() as session:
        assert len((await session.scalars(select(Activation))).all()) == 2
