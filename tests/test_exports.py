"""Exports: everything of a person in files that can be read back, a slice at a time."""

import asyncio
import csv
import io
import json
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.errands import Errands
from bot.exports import Exports, File, Form, StillWriting
from storage.database import Database
from storage.everything import Everything
from storage.models import (
    Activation,
    Key,
    MessageState,
    OrderState,
    RentalState,
    RentalText,
    Sms,
    State,
    Step,
)
from storage.wanted import Kind, Outcome, Wanted
from tests.storage.shelf import NOW, SECRET, chat, number, put, shelf, stored
from tests.storage.things import message, order, rental

MARK = "\ufeff"
STEPS = (State.BUYING, State.WAITING, State.RECEIVED)


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    async with shelf(tmp_path) as made:
        yield made


@pytest.fixture
async def key(database: Database) -> Key:
    await put(database, chat(1), chat(2))
    return await stored(database)


def bought(key: Key, place: int, **more: object) -> Activation:
    """Three of them at one moment."""
    at = NOW + timedelta(seconds=place // 3)
    return number(key, f"n{place:03}", State.RECEIVED, created_at=at, phone="+12015550001", **more)


def sms(of: str, position: int = 1, **words: str) -> Sms:
    told: dict[str, str] = {"code": "04817", "text": "Ваш код: 04817", "sender": "+1 555", **words}
    return Sms(id=f"{of}-{position}", activation_id=of, position=position, received_at=NOW, **told)


def steps(of: str) -> list[Step]:
    """All at one moment, and stored in no order."""
    return [
        Step(id=f"{of}{place}", activation_id=of, state=state, at=NOW)
        for place, state in enumerate(STEPS[::-1])
    ]


async def everything(database: Database, key: Key) -> None:
    await put(
        database,
        bought(key, 0, raw="=1+1"),
        bought(key, 1, owner_id=2, chat_id=2),
        rental(key, "r", RentalState.ACTIVE),
        message(key, "m", MessageState.DELIVERED),
        message(key, "draft", MessageState.DRAFT, None),
    )
    told = RentalText(id="t", rental_id="r", position=1, sender="@you", text="Hi", received_at=NOW)
    offered = order(key, "offered", "r", OrderState.OFFERED, "9.00")
    await put(database, *steps("n000"), sms("n000"), sms("n000", 2), sms("n001"), told, offered)
    await put(database, order(key, "o", "r", OrderState.DONE, "4.00"))


async def files(database: Database, form: Form, size: int = 100, most: int = 10**6) -> Sequence[File]:
    exports = Exports(Everything(database, size), lambda: NOW, Errands(), most)
    return [file async for file in exports.files(form, 1, 1, _nobody)]


async def _nobody() -> None:
    """Who wants no signs."""


def table(file: File) -> list[dict[str, str]]:
    """As a program reads it: the first line has the names."""
    text = file.content.decode()
    assert text.startswith(MARK)
    return [*csv.DictReader(io.StringIO(text.removeprefix(MARK), newline=""))]


async def test_csv_has_a_file_for_each_sort_of_things_there_are(database: Database, key: Key) -> None:
    await everything(database, key)
    found = await files(database, Form.CSV)
    assert [(file.name, file.sheet, file.count) for file in found] == [
        ("codebell-numbers.csv", "numbers", 1),
        ("codebell-sms.csv", "sms", 3),
        ("codebell-rentals.csv", "rentals", 1),
        ("codebell-orders.csv", "orders", 1),
        ("codebell-messages.csv", "messages", 1),
    ]
    [bought_one] = table(found[0])
    told = {"id": "n000", "state": "received", "number": "12015550001", "number_as_written": "'=1+1"}
    assert {**bought_one, **told, "ordered_at": "2026-05-01T12:00:00Z", "price": "0.10"} == bought_one
    first, second, rented = table(found[1])
    own = {"of": "numbers", "of_id": "n000", "number": "12015550001", "position": "1", "sender": "'+1 555"}
    assert {**first, **own, "code": "04817", "text": "Ваш код: 04817", "late": "false"} == first
    assert (second["position"], rented["of"], rented["sender"], rented["code"]) == (
        "2",
        "rentals",
        "'@you",
        "",
    )
    assert [(row["of_id"], row["id"], row["cost"]) for row in table(found[3])] == [("r", "o", "4.00")]
    assert table(found[4])[0]["sms_cost"] == "0.48"


async def test_json_has_all_of_it_in_one_document_as_it_came(database: Database, key: Key) -> None:
    await everything(database, key)
    [file] = await files(database, Form.JSON)
    assert (file.name, file.count) == ("codebell-export.json", 3)
    told = json.loads(file.content)
    assert (told["codebell_export"], told["exported_at"]) == (1, "2026-05-01T12:00:00Z")
    [bought_one], [rented], [sent] = told["numbers"], told["rentals"], told["messages"]
    assert (bought_one["number"], bought_one["number_as_written"]) == ("+12015550001", "=1+1")
    assert [each["state"] for each in bought_one["steps"]] == ["buying", "waiting", "received"]
    assert [(each["position"], each["code"], each["sender"]) for each in bought_one["sms"]] == [
        (1, "04817", "+1 555"),
        (2, "04817", "+1 555"),
    ]
    assert [each["id"] for each in rented["orders"]] == ["o"]
    assert [(each["sender"], each["text"]) for each in rented["sms"]] == [("@you", "Hi")]
    assert (sent["id"], sent["sms_cost"], sent["viber_cost"]) == ("m", "0.48", None)


@pytest.mark.parametrize("form", Form)
async def test_keys_are_in_no_file_nor_anything_of_somebody_else(
    form: Form, database: Database, key: Key
) -> None:
    await everything(database, key)
    content = b"".join(file.content for file in await files(database, form)).decode()
    for secret in (SECRET.get_secret_value(), SECRET.get_secret_value()[-4:], key.id, "n001"):
        assert secret not in content


@pytest.mark.parametrize("form", Form)
async def test_where_there_is_nothing_no_file_is_made(form: Form, database: Database, key: Key) -> None:
    await put(database, bought(key, 1, owner_id=2, chat_id=2))
    assert await files(database, form) == []


@pytest.mark.parametrize(
    ("wanted", "lists"),
    [
        (Wanted(), [1, 1, 1]),
        (Wanted(service="tg"), [1, 0, 0]),
        (Wanted(outcome=Outcome.OPEN), [0, 1, 0]),
        (Wanted(kind=Kind.MESSAGE), [0, 0, 1]),
        (None, [2, 1, 1]),
    ],
)
async def test_what_filters_let_through_is_written_and_without_any_also_what_failed(
    database: Database, key: Key, wanted: Wanted | None, lists: list[int]
) -> None:
    await everything(database, key)
    await put(database, number(key, "failed", State.FAILED, service="tg"))
    exports = Exports(Everything(database), lambda: NOW, Errands())
    [file] = [each async for each in exports.files(Form.JSON, 1, 1, _nobody, wanted)]
    told = json.loads(file.content)
    assert [len(told[name]) for name in ("numbers", "rentals", "messages")] == lists
    assert file.failed == (wanted is None)


@pytest.mark.parametrize("size", [1, 2, 5, 7, 100])
async def test_slices_of_any_size_lose_nothing_and_repeat_nothing(
    size: int, database: Database, key: Key
) -> None:
    """Also where several were bought at one moment, and where one has more SMS than a slice."""
    await put(database, *(bought(key, place) for place in range(7)))
    await put(database, *(sms("n003", position) for position in range(1, 9)), sms("n005"))
    numbers, texts = await files(database, Form.CSV, size)
    assert [row["id"] for row in table(numbers)] == [f"n{place:03}" for place in range(7)]
    told = [(row["of_id"], int(row["position"])) for row in table(texts)]
    assert told == [*(("n003", position) for position in range(1, 9)), ("n005", 1)]
    [document] = await files(database, Form.JSON, size)
    have = {each["id"]: len(each["sms"]) for each in json.loads(document.content)["numbers"]}
    assert have == {**{f"n{place:03}": 0 for place in range(7)}, "n003": 8, "n005": 1}


async def test_what_is_too_large_for_one_file_goes_on_in_others_each_whole_in_itself(
    database: Database, key: Key
) -> None:
    await put(database, *(bought(key, place) for place in range(7)), rental(key, "r", RentalState.ENDED))
    most = 900
    tables = [file for file in await files(database, Form.CSV, 1, most) if file.sheet == "numbers"]
    assert [file.name for file in tables[:2]] == ["codebell-numbers.csv", "codebell-numbers-2.csv"]
    assert [row["id"] for file in tables for row in table(file)] == [f"n{place:03}" for place in range(7)]
    documents = await files(database, Form.JSON, 1, most)
    told: list[dict[str, Any]] = [json.loads(file.content) for file in documents]
    assert len(told) > 2
    assert [each["id"] for one in told for each in one["numbers"]] == [f"n{place:03}" for place in range(7)]
    assert [each["id"] for one in told for each in one["rentals"]] == ["r"]
    assert all(len(file.content) < 2 * most for file in (*tables, *documents))


async def test_others_have_their_turn_after_every_slice(database: Database, key: Key) -> None:
    await put(database, *(bought(key, place) for place in range(40)))
    turns = {"others": 0, "slices": 0}

    async def others() -> None:
        while True:
            turns["others"] += 1
            async with database.begin():
                """Somebody else needs the database, too."""
            await asyncio.sleep(0)

    async def told() -> None:
        turns["slices"] += 1

    running = asyncio.create_task(others())
    exports = Exports(Everything(database, 4), lambda: NOW, Errands())
    [_] = [file async for file in exports.files(Form.JSON, 1, 1, told)]
    running.cancel()
    assert turns["slices"] == 10
    assert turns["others"] >= 10


async def test_a_second_export_of_a_chat_waits_for_the_first(database: Database) -> None:
    errands, gate = Errands(), asyncio.Event()
    exports = Exports(Everything(database), lambda: NOW, errands)

    async def work() -> None:
        await gate.wait()

    exports.begin(1, work)
    with pytest.raises(StillWriting):
        exports.begin(1, work)
    exports.begin(2, work)
    gate.set()
    await errands.drain(5)
    exports.begin(1, work)
    await errands.drain(5)
