"""What the whole bot forgets after `RETENTION_DAYS`, and what people see of it then."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from tests.house import Chat, House

DAY = 86_400


@pytest.fixture
def settings() -> Mapping[str, object]:
    return {"retention_days": 3}


async def days_later(house: House, days: int) -> None:
    house.clock.advance(days * DAY)
    await house.settle()
    await house.codebell.housekeeping()


def in_the_file(house: House, words: str) -> bool:
    assert house.database.path is not None
    return words.encode() in house.database.path.read_bytes()


async def test_a_code_and_its_sms_are_erased_after_the_days_that_are_set(owner: Chat, house: House) -> None:
    house.alpha.delivers("code-4711", "the text of the SMS", "its sender")
    await owner.wait(10)
    assert "code-4711" in owner.screen
    await owner.press("Finish")
    await days_later(house, 2)
    assert in_the_file(house, "code-4711")
    await days_later(house, 2)
    assert [word for word in ("code-4711", "the text of", "its sender") if in_the_file(house, word)] == []


async def test_a_start_is_soon_followed_by_housekeeping_but_not_disturbed_by_it(house: House) -> None:
    ticks, now = house.codebell._ticks, datetime.now(UTC)
    house.codebell._start_ticks()
    due = {job.func: job.next_run_time - now for job in ticks._scheduler.get_jobs()}
    ticks.end()
    assert timedelta(seconds=30) < due[house.codebell.housekeeping] < timedelta(minutes=2)


async def test_a_chore_that_fails_keeps_nothing_else_from_being_forgotten(
    owner: Chat, house: House, caplog: pytest.LogCaptureFixture
) -> None:
    house.alpha.delivers("code-4711")
    await owner.wait(10)
    await owner.press("Finish")
    async with house.database.begin() as session:
        await session.execute(text("DROP TABLE forms"))
    house.clock.advance(4 * DAY)
    await house.codebell.housekeeping()
    assert not in_the_file(house, "code-4711")
    assert "the forms tick" in caplog.text
    caplog.clear()


async def test_a_sent_message_is_listed_without_its_words_and_recipient_once_they_are_erased(
    draft: Chat, house: House
) -> None:
    await draft.press("Send for")
    assert in_the_file(house, "+380501234567")
    await days_later(house, 4)
    assert not in_the_file(house, "+380501234567")
    await draft.say("/send")
    await draft.press("Sent messages")
    assert "SMS · 🇺🇦 Ukraine\n$0.48" in draft.screen
    await draft.press("🧾 1")
    assert "Its words and its recipient were erased: they are not kept for ever." in draft.screen
    await draft.press("Write another like it")
    assert "Still missing: 👤 Recipient" in draft.screen
