"""What operators are told unasked: each trouble once, its end once, wherever they want to be told."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.alarms import CALM
from bot.disk import BYTES, Room
from bot.health import DOWN_AFTER
from storage.incidents import AGAIN
from storage.notice_board import Place, as_place, place_in
from storage.outbox import CRASHED
from tests.house import PLENTY, Chat, House
from tests.storage.shelf import sql

OPERATOR = 700_000_001


@pytest.fixture
def settings() -> Mapping[str, object]:
    return {"admin_ids": str(OPERATOR)}


@pytest.fixture
async def operator(house: House) -> Chat:
    one = house.person("Olga")
    assert one.person_id == OPERATOR
    # Noon: nobody's morning.
    await house.codebell.voices.choose(one.chat_id, utc_offset=0)
    await one.say("/start")
    return one


async def look(house: House) -> None:
    await house.codebell.alarms.look()
    await house.settle()


async def calm(house: House) -> None:
    """Trouble is gone, and stays away for long enough."""
    await look(house)
    house.clock.advance(CALM.total_seconds())
    await look(house)


def fails(house: House) -> None:
    for _ in range(DOWN_AFTER):
        house.codebell.health.failed("alpha", "Unavailable")


def file(house: House) -> Path:
    assert house.database.path is not None
    return house.database.path


def told(operator: Chat) -> list[str]:
    return [str(message["text"]) for message in operator.news]


async def test_a_provider_is_told_down_once_and_up_once(operator: Chat, house: House) -> None:
    operator._listen()
    fails(house)
    for _ in range(3):
        await look(house)
    assert told(operator) == [
        "🔴 Alpha has not answered since 12:00.\n"
        "Numbers that wait for a code there: 0\n"
        "They are asked on, more slowly. Anything new is tried there twice a minute at most, "
        "until it answers."
    ]
    house.clock.advance(600)
    house.codebell.health.answered("alpha", 0.2)
    operator._listen()
    for _ in range(3):
        await calm(house)
    assert told(operator) == ["🟢 Alpha answers again. Down for: 10 minutes"]


async def test_how_many_numbers_wait_there_is_said(operator: Chat, chat: Chat, house: House) -> None:
    await chat.buys()
    fails(house)
    await look(house)
    assert "wait for a code there: 1" in operator.screen


async def test_after_a_restart_nothing_is_told_again_and_no_end_is_guessed(
    operator: Chat, house: House
) -> None:
    fails(house)
    await look(house)
    operator._listen()
    await house.restart()
    await look(house)
    assert told(operator) == []
    house.codebell.health.answered("alpha", 0.2)
    await calm(house)
    assert told(operator) == ["🟢 Alpha answers again. Down for: 1 second"]


async def test_trouble_that_is_over_before_it_was_told_is_told_as_over(operator: Chat, house: House) -> None:
    operator._listen()
    fails(house)
    await house.codebell.alarms.look()
    house.codebell.health.answered("alpha", 0.2)
    house.clock.advance(CALM.total_seconds())
    await look(house)
    assert [text.split()[0] for text in told(operator)] == ["🟢"]


async def test_the_same_trouble_much_later_is_told_again(operator: Chat, house: House) -> None:
    operator._listen()
    for _ in range(2):
        fails(house)
        await look(house)
        house.codebell.health.answered("alpha", 0.2)
        await calm(house)
        house.clock.advance(AGAIN.total_seconds())
    assert [text.split()[0] for text in told(operator)] == ["🔴", "🟢", "🔴", "🟢"]


async def test_a_provider_that_is_up_for_a_minute_only_is_still_down(operator: Chat, house: House) -> None:
    operator._listen()
    for _ in range(30):
        fails(house)
        await look(house)
        house.clock.advance(60)
        house.codebell.health.answered("alpha", 0.2)
        await look(house)
        house.clock.advance(60)
    assert [text.split()[0] for text in told(operator)] == ["🔴"]


async def test_what_comes_and_goes_is_told_once_an_hour(operator: Chat, house: House) -> None:
    operator._listen()
    for _ in range(4):
        fails(house)
        await look(house)
        house.clock.advance(60)
        house.codebell.health.answered("alpha", 0.2)
        await calm(house)
        house.clock.advance(600)
    assert [text.splitlines()[0] for text in told(operator)] == [
        "🔴 Alpha has not answered since 12:00.",
        "🟢 Alpha answers again. Down for: 60 seconds",
        "🔴 Alpha has come and gone since 12:00, and does not answer.",
    ]
    operator._listen()
    house.clock.advance(AGAIN.total_seconds())
    await look(house)
    assert told(operator) == ["🟢 Alpha answers again. Came and went for: 49 minutes"]


@pytest.mark.parametrize("room", [Room(BYTES - 1, 2**32), Room(9 * 2**30, 100 * 2**30)])
async def test_a_disk_that_is_nearly_full_is_told(operator: Chat, house: House, room: Room) -> None:
    house.disk = room
    await look(house)
    assert operator.screen.startswith("🔴 The disk is nearly full.\nFree: ")
    house.disk = PLENTY
    await calm(house)
    assert operator.screen == "🟢 There is room on the disk again.\nFree: 51200 MB, 50%"


async def test_what_the_postman_put_aside_is_told(operator: Chat, house: House) -> None:
    later = (house.clock() + timedelta(hours=1)).timestamp()
    columns = (
        "id, dedup, kind, subject, chat_id, priority, created_at, next_try_at, attempts, version, failure"
    )
    values = ("p", "card:x", "card", "x", 5, 1, 0, later, 3, 1, CRASHED)
    marks = ",".join("?" * len(values))
    sql(file(house), f"INSERT INTO outbox ({columns}) VALUES ({marks})", *values)  # noqa: S608
    await look(house)
    assert "Messages were put aside" in operator.screen
    assert "How many: 1" in operator.screen
    sql(file(house), "UPDATE outbox SET failure = ''")
    await calm(house)
    assert operator.screen == "🟢 No message is put aside any more."


async def test_an_unknown_purchase_is_told_once_without_its_number(
    operator: Chat, chat: Chat, house: House
) -> None:
    await chat.buys()
    sql(file(house), "UPDATE activations SET state = 'unknown', next_poll_at = NULL")
    operator._listen()
    for _ in range(2):
        await look(house)
    [text] = told(operator)
    assert "A purchase is unknown" in text
    assert "Telegram · United States · Alpha · $0.50" in text
    assert "1201555" not in text
    assert "Ann" not in text


async def test_while_a_lost_purchase_is_looked_for_nothing_is_told(
    operator: Chat, chat: Chat, house: House
) -> None:
    await chat.buys()
    sql(file(house), "UPDATE activations SET state = 'unknown', next_poll_at = 9999999999")
    operator._listen()
    await look(house)
    assert told(operator) == []


async def test_the_day_before_is_reported_in_the_morning_once(
    operator: Chat, chat: Chat, house: House
) -> None:
    await chat.buys()
    house.alpha.delivers("04817")
    await chat.wait(10)
    operator._listen()
    house.clock.now = datetime(2026, 5, 2, 7, 59, tzinfo=UTC)
    await look(house)
    assert told(operator) == []
    house.clock.advance(60)
    for _ in range(2):
        await look(house)
    [text] = told(operator)
    assert text.splitlines() == [
        "📊 The day before: 1 May 2026",
        "✨ New people: 2",
        "📱 Numbers: 1",
        "🔔 With a code: 1",
        "⚠️ Failed: 0",
        "💸 Spent: $0.50",
    ]


async def test_who_starts_the_bot_at_noon_is_told_nothing_of_the_day_before(
    operator: Chat, house: House
) -> None:
    operator._listen()
    await look(house)
    assert told(operator) == []


@pytest.mark.parametrize("settings", [{}])
async def test_where_there_is_no_operator_trouble_is_noted_and_nobody_told(house: House) -> None:
    fails(house)
    await house.codebell.alarms.look()
    assert [row.subject for row in await house.codebell.incidents.open()] == ["provider:alpha"]


async def test_a_minute_without_news_writes_nothing(operator: Chat, house: House) -> None:
    fails(house)
    house.codebell.health.answered("beta", 0.2)
    await look(house)
    asked: list[str] = []
    async with house.database.bare() as connection:
        await connection.set_trace_callback(asked.append)
    await house.codebell.alarms.look()
    assert {statement.split()[0] for statement in asked} == {"BEGIN", "SELECT", "COMMIT"}
    assert sum("incidents" in statement for statement in asked) == 1


@pytest.mark.parametrize("place", [Place(5), Place(-1001), Place(-1001, 7)])
def test_a_place_is_kept_and_read_back(place: Place) -> None:
    assert place_in(as_place(place)) == place
