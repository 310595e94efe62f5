"""Several SMS to one number: where the provider tells all of them, each rings once, in its order."""

import pytest

from bot.errors import Unavailable
from bot.providers.base import Capability, Outcome, Reading
from storage.rental_sms import RINGING
from tests.house import Chat, House

FIRST = Reading(Outcome.RECEIVED, "509752", "509752 is your code", "VKcom", "2026-05-01 12:00:03")
SECOND = Reading(Outcome.RECEIVED, "93401", "VK: 93401", "VKcom", "2026-05-01 12:00:04")


@pytest.fixture
async def reader(owner: Chat, house: House) -> Chat:
    """Somebody with a number of a provider that tells all its SMS."""
    house.alpha.capabilities |= {Capability.ALL_SMS}
    return owner


def rung(chat: Chat) -> list[str]:
    """The codes that rang, in their order."""
    return [one["text"].splitlines()[1] for one in chat.messages if one["text"].startswith("🔔")]


async def test_two_sms_between_two_looks_ring_both_in_their_order(reader: Chat, house: House) -> None:
    house.alpha.newest.earlier = [FIRST]
    house.alpha.newest.reading = SECOND
    await reader.wait(5)
    assert rung(reader) == ["509752", "93401"]


async def test_what_rang_does_not_ring_again_with_the_next_sms(reader: Chat, house: House) -> None:
    house.alpha.newest.reading = FIRST
    await reader.wait(5)
    await reader.press("Another SMS")
    house.alpha.newest.earlier = [FIRST]
    house.alpha.newest.reading = SECOND
    await reader.wait(30)
    assert rung(reader) == ["509752", "93401"]


async def test_the_same_code_sent_again_later_rings_again(reader: Chat, house: House) -> None:
    house.alpha.newest.reading = FIRST
    await reader.wait(5)
    await reader.press("Another SMS")
    house.alpha.newest.earlier = [FIRST]
    house.alpha.newest.reading = Reading(Outcome.RECEIVED, *_words(FIRST), "2026-05-01 12:00:30")
    await reader.wait(30)
    assert rung(reader) == ["509752", "509752"]


async def test_a_code_rings_although_the_others_are_not_told(reader: Chat, house: House) -> None:
    house.alpha.breaks("all_sms", Unavailable())
    house.alpha.newest.reading = SECOND
    await reader.wait(5)
    assert rung(reader) == ["93401"]


async def test_a_flood_of_sms_does_not_bury_the_newest(reader: Chat, house: House) -> None:
    times = [f"2026-05-01 12:{second // 60:02}:{second % 60:02}" for second in range(1_000)]
    house.alpha.newest.earlier = [Reading(Outcome.RECEIVED, "0000", "Win!", "Spam", at) for at in times]
    house.alpha.newest.reading = Reading(Outcome.RECEIVED, *_words(SECOND), "2026-05-01 13:00:00")
    await reader.wait(5)
    assert len(rung(reader)) == RINGING
    assert rung(reader)[-1] == "93401"


def _words(reading: Reading) -> tuple[str, str | None, str | None]:
    return reading.code, reading.text, reading.sender
