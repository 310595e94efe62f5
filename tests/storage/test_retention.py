"""What is forgotten once it has been over for long enough, and what is not."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import Enum, String, inspect, select

from storage.database import Database
from storage.models import (
    Activation,
    Key,
    MessageState,
    OutgoingMessage,
    Post,
    Rental,
    RentalState,
    RentalText,
    Sms,
    State,
)
from storage.outbox import PARKED, unpark
from storage.retention import FORGOTTEN, RULES, Retention, Rule
from tests.storage.shelf import NOW, chat, number, put, stored

ENDED = NOW - timedelta(days=30, seconds=1)
JUST_NOW = NOW - timedelta(days=29)
WORDS = ("code-4711", "the text of the SMS", "its sender", "a message by SMS", "by Viber", "+380501112233")


@pytest.fixture
async def key(database: Database) -> Key:
    await put(database, chat(1))
    return await stored(database)


def bought(key: Key, name: str, state: State, ended_at: datetime | None, **more: object) -> Activation:
    values = {
        "ended_at": ended_at,
        "expires_at": ENDED,
        "last_code": "code-4711",
        "forward_to": "+380501112233",
    }
    return number(key, name, state, **(values | more))


def sms(name: str, of: str) -> Sms:
    words = {"code": "code-4711", "text": "the text of the SMS", "sender": "its sender"}
    return Sms(id=name, activation_id=of, position=1, received_at=ENDED, **words)


def rental(key: Key, name: str, state: RentalState, ended_at: datetime | None) -> Rental:
    money = {"chat_id": 1, "owner_id": 1, "key_id": key.id, "provider": "smsak", "country": "GB"}
    return Rental(id=name, provider_id=name, state=state, ended_at=ended_at, created_at=ENDED, **money)


def text(name: str, of: str) -> RentalText:
    return RentalText(
        id=name, rental_id=of, position=1, sender="its sender", text="the text of the SMS", received_at=ENDED
    )


def message(key: Key, name: str, state: MessageState, ended_at: datetime | None) -> OutgoingMessage:
    words = {"recipient": "+380501112233", "sms_text": "a message by SMS", "viber_text": "by Viber"}
    whose = {"chat_id": 1, "owner_id": 1, "key_id": key.id, "provider": "smsfly"}
    return OutgoingMessage(
        id=name, state=state, created_at=ENDED, confirmed_at=ENDED, ended_at=ended_at, **words, **whose
    )


def code_post(subject: str, **more: object) -> Post:
    values = {"id": subject, "dedup": f"code:{subject}", "kind": "code", "subject": subject, "chat_id": 1}
    return Post(**(values | more), priority=0, created_at=ENDED)


def everything(database: Database) -> bytes:
    assert database.path is not None
    return b"".join(path.read_bytes() for path in database.path.parent.iterdir() if path.is_file())


async def test_words_codes_and_recipients_are_gone_from_the_file_and_the_history_stays(
    database: Database, key: Key
) -> None:
    await put(
        database,
        bought(key, "n", State.FINISHED, ENDED, cost=Decimal("0.50")),
        bought(key, "never-finished", State.RECEIVED, None),
        rental(key, "r", RentalState.ENDED, ENDED),
        message(key, "m", MessageState.DELIVERED, ENDED),
    )
    await put(database, sms("s", "n"), sms("s2", "never-finished"), text("t", "r"))
    assert all(word.encode() in everything(database) for word in WORDS)
    await Retention(database, 30).sweep(NOW)
    assert [word for word in WORDS if word.encode() in everything(database)] == []
    async with database.begin() as session:
        row = await session.get_one(Activation, "n")
        assert (row.state, row.cost, row.ended_at) == (State.FINISHED, Decimal("0.50"), ENDED)
        assert (await session.get_one(Sms, "s")).received_at == ENDED
        assert (await session.get_one(RentalText, "t")).received_at == ENDED
        assert (await session.get_one(OutgoingMessage, "m")).state is MessageState.DELIVERED


#: What the history and the money need: what it was, between which accounts, and how it ended.
STAYS = {
    Sms: {"id", "activation_id", "written"},
    Activation: {
        *(
            "id",
            "nonce",
            "batch",
            "key_id",
            "provider",
            "provider_id",
            "service",
            "service_name",
            "service_code",
        ),
        *("country", "country_name", "country_code", "operator", "currency", "reason", "phone", "raw"),
        *("held_before", "last_written", "batch"),
    },
    RentalText: {"id", "rental_id", "written"},
    OutgoingMessage: {
        *("id", "key_id", "provider", "provider_id", "reason", "country", "currency", "channels"),
        *("viber_source", "sms_source", "viber_status", "viber_raw", "sms_status", "sms_raw"),
    },
}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.table.__tablename__)
def test_every_word_of_a_table_is_forgotten_or_known_to_stay(rule: Rule) -> None:
    columns = inspect(rule.table).columns
    words = {column.key for column in columns if isinstance(column.type, String)}
    states = {column.key for column in columns if isinstance(column.type, Enum)}
    assert words - states == STAYS[rule.table] | rule.emptied.keys()
    assert STAYS[rule.table] & rule.emptied.keys() == set()


def test_every_table_with_words_of_people_has_a_rule() -> None:
    assert {rule.table for rule in RULES} == STAYS.keys()


async def test_what_is_open_watched_or_ended_lately_keeps_its_words(database: Database, key: Key) -> None:
    await put(
        database,
        bought(key, "open", State.WAITING, None),
        bought(key, "watched", State.EXPIRED, ENDED, next_poll_at=NOW),
        bought(key, "lately", State.FINISHED, JUST_NOW),
        rental(key, "rented", RentalState.ACTIVE, None),
        message(key, "draft", MessageState.DRAFT, None),
        message(key, "new", MessageState.DELIVERED, JUST_NOW),
    )
    await put(database, *(sms(name, name) for name in ("open", "watched", "lately")), text("t", "rented"))
    await Retention(database, 30).sweep(NOW)
    async with database.begin() as session:
        assert set(await session.scalars(select(Sms.code))) == {"code-4711"}
        assert set(await session.scalars(select(Activation.last_code))) == {"code-4711"}
        assert set(await session.scalars(select(RentalText.text))) == {"the text of the SMS"}
        assert set(await session.scalars(select(OutgoingMessage.recipient))) == {"+380501112233"}


async def test_a_code_nobody_could_be_told_is_not_sent_empty_later(database: Database, key: Key) -> None:
    await put(database, bought(key, "n", State.FINISHED, ENDED))
    await put(database, sms("parked", "n"), code_post("parked", failure=PARKED))
    await Retention(database, 30).sweep(NOW)
    async with database.begin() as session:
        await unpark(session, 1)
        post = await session.get_one(Post, "parked")
        assert (post.next_try_at, post.failure) == (None, FORGOTTEN)


async def test_it_goes_in_small_steps_and_on_where_it_stopped(database: Database, key: Key) -> None:
    await put(database, *(bought(key, f"n{n}", State.FINISHED, ENDED) for n in range(9)))
    forgetting = Retention(database, 30, step=2, steps=2)
    left = []
    for _ in range(3):
        await forgetting.sweep(NOW)
        async with database.begin() as session:
            left.append(len([code for code in await session.scalars(select(Activation.last_code)) if code]))
    assert left == [5, 1, 0]
    await put(database, bought(key, "n00", State.FINISHED, ENDED))
    await forgetting.sweep(NOW)
    async with database.begin() as session:
        assert set(await session.scalars(select(Activation.last_code))) == {None}
