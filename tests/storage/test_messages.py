"""Outgoing messages as rows: the draft, the intent with its limits, the words on the way, the ring."""

import asyncio
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from bot.errors import AlreadyDone, Expired, NotYours, UnknownKey
from storage.caps import Caps, SpentEnough
from storage.database import Database
from storage.keys import KeyStore
from storage.message_moves import News, Word
from storage.messages import LIFETIME, MessageStore, PriceUnknown, TooLong, TooManyMessages
from storage.models import MESSAGE_REACHED_FROM, Key, MessageState, OutgoingMessage, Post, State
from storage.vault import Vault
from tests.storage.shelf import MASTER, NOW, number, put, stored

FREE = Caps()
DAY = timedelta(days=1)
LATER = NOW + timedelta(seconds=5)
SENDING, ACCEPTED, DELIVERED = MessageState.SENDING, MessageState.ACCEPTED, MessageState.DELIVERED
TAKEN = News(ACCEPTED, (Word("sms", "accepted", "ACCEPTD", Decimal("0.48")),))
BOTH: dict[str, object] = {"channels": "viber,sms", "quoted": Decimal("5.75")}
ARRIVED = News(DELIVERED, (Word("sms", "delivered", "DELIVRD", None),))


def message(key: Key, name: str = "m", **more: object) -> OutgoingMessage:
    """A draft of a key's chat, unless told otherwise."""
    values: dict[str, object] = {
        "id": name,
        "chat_id": key.chat_id,
        "owner_id": key.chat_id,
        "key_id": key.id,
        "provider": key.provider,
        "state": MessageState.DRAFT,
        "recipient": "+380501234567",
        "channels": "sms",
        "sms_text": "Hi",
        "created_at": NOW,
    }
    return OutgoingMessage(**(values | more))


async def written(database: Database, *names: str) -> tuple[MessageStore, Key]:
    key = await stored(database)
    await put(database, *(message(key, name) for name in names or ("m",)))
    return MessageStore(database), key


async def intend(
    store: MessageStore, name: str = "m", caps: Caps = FREE, now: datetime = NOW
) -> OutgoingMessage:
    return await store.intend(name, 1, 1, 55, caps, now)


async def on_its_way(database: Database) -> MessageStore:
    store, _ = await written(database)
    await intend(store)
    await store.calling("m", Decimal("9"), NOW)
    await store.accepted("m", "FAPI1", TAKEN, NOW, soon)
    return store


def soon(row: OutgoingMessage) -> datetime | None:
    return LATER if row.state is ACCEPTED else None


async def posts(database: Database) -> dict[str, Post]:
    async with database.begin() as session:
        return {post.dedup: post for post in await session.scalars(select(Post))}


# The intent


async def test_an_intent_is_the_draft_itself_and_becomes_the_card_it_was_pressed_on(
    database: Database,
) -> None:
    store, _ = await written(database)
    row = await intend(store)
    assert (row.id, row.state, row.confirmed_at, row.called_at) == ("m", SENDING, NOW, None)
    assert [left.id for left in await store.stranded()] == ["m"]
    assert (await posts(database))["message:m"].message_id == 55


async def test_of_fifty_presses_on_one_draft_one_is_an_intent(database: Database) -> None:
    store, _ = await written(database)
    presses = await asyncio.gather(*(intend(store) for _ in range(50)), return_exceptions=True)
    assert sum(isinstance(press, OutgoingMessage) for press in presses) == 1
    assert sum(isinstance(press, AlreadyDone) for press in presses) == 49


async def test_of_many_drafts_of_a_person_one_is_handed_over_at_a_time(database: Database) -> None:
    store, _ = await written(database, "a", "b", "c")
    presses = await asyncio.gather(*(intend(store, name) for name in "abc"), return_exceptions=True)
    assert sorted(type(press).__name__ for press in presses) == ["OutgoingMessage"] + ["StillSending"] * 2


@pytest.mark.parametrize("state", sorted(set(MessageState) - {MessageState.DRAFT, SENDING}))
async def test_whatever_was_sent_today_counts_and_what_failed_does_not(
    database: Database, state: MessageState
) -> None:
    store, key = await written(database)
    await put(database, message(key, "old", state=state, confirmed_at=NOW))
    caps = Caps(messages_per_day=1)
    if state is MessageState.FAILED:
        await intend(store, caps=caps)
    else:
        with pytest.raises(TooManyMessages) as refused:
            await intend(store, caps=caps)
        assert refused.value.values == {"limit": 1}


@pytest.mark.parametrize(
    ("parts", "spent"),
    [
        ({"quoted": Decimal("0.60")}, "0.60"),
        ({"quoted": Decimal("0.60"), "sms_cost": Decimal("0.48")}, "0.48"),
        (BOTH | {"viber_cost": Decimal("0.75"), "sms_cost": Decimal("0.48")}, "1.23"),
        (
            BOTH | {"viber_cost": Decimal("0.75"), "sms_cost": Decimal("0.48"), "sms_status": "refunded"},
            "0.75",
        ),
        (BOTH | {"viber_cost": Decimal("0.75"), "sms_status": "sent"}, "5.75"),
        (BOTH | {"viber_cost": Decimal("6"), "viber_status": "expired"}, "6"),
        (BOTH | {"viber_cost": Decimal("0.75"), "sms_status": "no_money"}, "0.75"),
        ({"sms_cost": Decimal("0.48"), "sms_status": "no_money"}, "0"),
    ],
)
async def test_what_was_charged_and_not_given_back_is_spent(
    database: Database, parts: dict[str, object], spent: str
) -> None:
    store, key = await written(database, "a", "b")
    await put(database, message(key, "old", state=DELIVERED, confirmed_at=NOW, **parts))
    for name in "ab":
        await store.quote(message(key, name), Decimal("0.50"))
    with pytest.raises(SpentEnough):
        await intend(store, "a", Caps(spend_per_day=Decimal(spent) + Decimal("0.49")))
    row = await intend(store, "b", Caps(spend_per_day=Decimal(spent) + Decimal("0.50")))
    assert row.state is SENDING


@pytest.mark.parametrize("elses", [{"owner_id": 2}, {"provider": "beta"}, {"confirmed_at": NOW - DAY}])
async def test_what_others_paid_or_another_provider_was_or_yesterday_is_not_spent(
    database: Database, elses: dict[str, object]
) -> None:
    store, key = await written(database)
    paid = {"state": DELIVERED, "quoted": Decimal("0.60"), "confirmed_at": NOW}
    await put(database, message(key, "old", **paid | elses))
    await store.quote(message(key), Decimal("0.50"))
    assert (await intend(store, caps=Caps(spend_per_day=Decimal("1")))).state is SENDING


@pytest.mark.parametrize("elses", [{"owner_id": 2}, {"confirmed_at": NOW - DAY}])
async def test_what_others_sent_or_yesterday_counts_for_no_message_of_today(
    database: Database, elses: dict[str, object]
) -> None:
    store, key = await written(database)
    await put(database, message(key, "old", **{"state": DELIVERED, "confirmed_at": NOW} | elses))
    assert (await intend(store, caps=Caps(messages_per_day=1))).state is SENDING


async def test_a_message_counts_from_its_confirmation_however_old_the_draft_was(database: Database) -> None:
    store, key = await written(database)
    old = {
        "created_at": NOW - DAY,
        "confirmed_at": NOW - DAY + timedelta(seconds=1),
        "quoted": Decimal("0.60"),
    }
    await put(database, message(key, "old", state=DELIVERED, **old))
    await store.quote(message(key), Decimal("0.50"))
    with pytest.raises(TooManyMessages):
        await intend(store, caps=Caps(messages_per_day=1))
    with pytest.raises(SpentEnough):
        await intend(store, caps=Caps(spend_per_day=Decimal("1")))


async def test_numbers_and_messages_are_paid_from_one_purse(database: Database) -> None:
    store, key = await written(database)
    await put(database, number(key, "n", State.RECEIVED, cost=Decimal("0.60")))
    await store.quote(message(key), Decimal("0.50"))
    with pytest.raises(SpentEnough):
        await intend(store, caps=Caps(spend_per_day=Decimal("1")))


async def test_without_a_price_a_limit_on_spending_lets_nothing_go(database: Database) -> None:
    store, _ = await written(database)
    with pytest.raises(PriceUnknown):
        await intend(store, caps=Caps(spend_per_day=Decimal("9")))


async def test_only_who_wrote_it_may_send_it_there_and_within_a_day(database: Database) -> None:
    store, _ = await written(database)
    for person, place in ((2, 1), (1, -100)):
        with pytest.raises(NotYours):
            await store.intend("m", person, place, None, FREE, NOW)
    for name, now in (("gone", NOW), ("m", NOW + LIFETIME + timedelta(seconds=1))):
        with pytest.raises(Expired):
            await intend(store, name, now=now)
    assert (await intend(store, now=NOW + LIFETIME)).state is SENDING


async def test_a_removed_key_sends_nothing_and_keeps_its_row(database: Database) -> None:
    store, key = await written(database)
    await KeyStore(database, Vault([MASTER])).remove(key.id, 1, NOW)
    with pytest.raises(UnknownKey):
        await intend(store)


# The draft


async def test_only_a_draft_can_be_written_in_and_noted_a_price_in(database: Database) -> None:
    store, key = await written(database)
    assert await store.write("m", sms_text="Hello", flash=True)
    await store.quote(message(key), Decimal("1"))
    row = await store.get("m")
    assert row is not None
    assert (row.sms_text, row.flash, row.quoted) == ("Hello", True, None)
    await intend(store)
    await store.quote(row, Decimal("1"))
    assert await store.write("m", sms_text="Other") is None
    row = await store.get("m")
    assert row is not None
    assert (row.sms_text, row.quoted) == ("Hello", None)


@pytest.mark.parametrize(("column", "limit"), [("sms_text", 2048), ("viber_text", 1000), ("recipient", 16)])
async def test_what_has_no_room_is_refused(database: Database, column: str, limit: int) -> None:
    store, _ = await written(database)
    assert await store.write("m", **{column: "x" * limit})
    with pytest.raises(TooLong):
        await store.write("m", **{column: "x" * (limit + 1)})


async def test_old_drafts_are_forgotten_and_nothing_else(database: Database) -> None:
    store, key = await written(database)
    await put(database, message(key, "sent", state=DELIVERED))
    await store.sweep(NOW + LIFETIME)
    assert await store.get("m")
    await store.sweep(NOW + LIFETIME + timedelta(seconds=1))
    assert (await store.get("m"), (await store.get("sent")) is None) == (None, False)


# The way


async def test_what_was_accepted_is_due_and_the_first_last_word_rings(database: Database) -> None:
    store = await on_its_way(database)
    row = await store.get("m")
    assert row is not None
    assert (row.provider_id, row.sms_cost, row.next_poll_at, row.sent_at) == (
        "FAPI1",
        Decimal("0.48"),
        LATER,
        NOW,
    )
    assert "delivery:m" not in await posts(database)
    assert await store.told("m", ARRIVED, LATER, soon)
    row = await store.get("m")
    assert row is not None
    assert (row.state, row.ended_at, row.sms_cost, row.next_poll_at) == (
        DELIVERED,
        LATER,
        Decimal("0.48"),
        None,
    )
    assert (await posts(database))["delivery:m"].version == 1
    viewed = News(MessageState.VIEWED, (Word("sms", "viewed", "VIEWED", None),))
    assert await store.told("m", viewed, LATER, soon)
    assert (await posts(database))["delivery:m"].version == 1


async def test_the_same_word_twice_is_no_news(database: Database) -> None:
    store = await on_its_way(database)
    before = (await posts(database))["message:m"].version
    assert not await store.told("m", TAKEN, LATER, soon)
    assert (await posts(database))["message:m"].version == before


async def test_no_word_leads_back_or_out_of_an_end(database: Database) -> None:
    store = await on_its_way(database)
    await store.told("m", ARRIVED, LATER, soon)
    for state in (ACCEPTED, MessageState.UNDELIVERED):
        assert not await store.told("m", News(state, ()), LATER, soon)
    assert await store.failed("m", "NoMoney", LATER) is None
    assert await store.unknown("m", "Unavailable", None, LATER) is None
    assert await store.accepted("m", "FAPI2", TAKEN, LATER, soon) is None
    assert await store.calling("m", None, LATER) is None


def test_every_state_but_the_draft_is_reached_from_somewhere() -> None:
    assert set(MESSAGE_REACHED_FROM) == set(MessageState) - {MessageState.DRAFT}
