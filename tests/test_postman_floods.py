"""What Telegram asks us to wait for: of one chat, or of the whole bot."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiogram import exceptions

from bot.drawing import Drawing
from bot.floods import AT_ONCE, SEVERAL
from storage.outbox import Kind
from tests.office import ANN, BOB, METHOD, TEAM, Office, open_office


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    async with open_office(tmp_path) as made:
        yield made


async def test_t_2_a_flood_limit_is_kept_to_the_second_and_burns_no_attempt(office: Office) -> None:
    office.answers(exceptions.TelegramRetryAfter(METHOD, "Too Many Requests", 6775))
    post = await office.deliver()
    assert post.attempts == 0
    office.clock.advance(6774)
    await office.arm("second")
    await office.round()
    assert len(office.texts) == 1
    office.clock.advance(1)
    await office.round()
    assert office.texts == ["<b>code</b>", "<b>code</b>", "<b>second</b>"]


async def test_t_2_t_24_a_flood_limit_survives_a_restart(office: Office) -> None:
    office.answers(exceptions.TelegramRetryAfter(METHOD, "Too Many Requests", 600))
    await office.deliver()
    reborn = Office(office.database)
    await reborn.round()
    assert reborn.texts == []
    reborn.clock.advance(600)
    await reborn.round()
    assert reborn.texts == ["<b>code</b>"]


async def test_t_1_one_chats_flood_limit_is_not_anothers(office: Office) -> None:
    office.answers(exceptions.TelegramRetryAfter(METHOD, "Too Many Requests", 600))
    await office.arm("ann")
    await office.arm("bob", chat_id=BOB)
    await office.round()
    assert (await office.post("bob")).sent_at is not None
    assert (await office.post("ann")).sent_at is None


async def test_t_1_a_code_waits_as_long_as_telegram_asks_and_is_said_once(office: Office) -> None:
    office.answers(exceptions.TelegramRetryAfter(METHOD, "Too Many Requests", 5))
    await office.deliver()
    office.clock.advance(4.9)
    await office.round()
    assert len(office.texts) == 1
    office.clock.advance(0.1)
    await office.round()
    await office.round()
    assert office.texts == ["<b>code</b>"] * 2


async def test_t_25_nothing_is_said_into_a_flood_and_then_only_how_it_is_now(office: Office) -> None:
    office.drawings["card"] = Drawing("old", edits=77)
    office.answers(exceptions.TelegramRetryAfter(METHOD, "Too Many Requests", 60))
    await office.deliver("card", Kind.CARD)
    for news in range(30):
        office.clock.advance(1)
        office.drawings["card"] = Drawing(f"news {news}", edits=77)
        await office.arm("card", Kind.CARD)
        await office.round()
    assert office.texts == ["old"]
    office.clock.advance(30)
    await office.round()
    assert office.texts == ["old", "news 29"]


async def flooded(office: Office, seconds: int = 100) -> list[int]:
    """As many chats are told to wait at once as make it the whole bot's flood; these chats."""
    chats = list(range(10, 10 + SEVERAL))
    for chat_id in chats:
        office.answers(exceptions.TelegramRetryAfter(METHOD, "Too Many Requests", seconds), chat_id=chat_id)
        await office.arm(f"card{chat_id}", Kind.CARD, chat_id)
    await office.round()
    office.telegram.said.clear()
    return chats


async def test_t_22_a_flood_told_in_several_chats_at_once_quiets_all_but_codes(office: Office) -> None:
    await flooded(office)
    await office.arm("card", Kind.CARD)
    await office.arm("code", chat_id=BOB)
    await office.round()
    assert office.texts == ["<b>code</b>"]
    office.clock.advance(100)
    await office.round()
    assert len(office.texts) == 2 + SEVERAL


async def test_t_22_codes_are_sent_one_after_another_meanwhile(office: Office) -> None:
    await flooded(office)
    gate = asyncio.Event()
    for chat_id in (ANN, BOB, TEAM):
        office.telegram.gates[chat_id] = gate
        await office.arm(f"code{chat_id}", chat_id=chat_id)
    await office.postman.round()
    await office.postman.round()
    while not office.texts:  # noqa: ASYNC110 - the fake has no event of its own
        await asyncio.sleep(0)
    assert len(office.texts) == 1
    gate.set()
    for _ in range(3):
        await office.round()
    assert len(office.texts) == 3


async def test_t_22_it_survives_a_restart(office: Office) -> None:
    await flooded(office)
    await office.arm("card", Kind.CARD)
    reborn = Office(office.database)
    await reborn.postman.start()
    await reborn.round()
    assert reborn.texts == []
    reborn.clock.advance(100)
    await reborn.round()
    assert "<b>card</b>" in reborn.texts


async def test_t_22_chats_told_one_after_another_are_only_these_chats(office: Office) -> None:
    for chat_id in range(10, 10 + SEVERAL):
        office.answers(exceptions.TelegramRetryAfter(METHOD, "Too Many Requests", 600), chat_id=chat_id)
        await office.deliver(f"code{chat_id}", chat_id=chat_id)
        office.clock.advance(AT_ONCE.total_seconds())
    await office.deliver("card", Kind.CARD)
    assert office.texts[-1] == "<b>card</b>"


async def test_t_22_it_ends_when_the_first_of_these_chats_may_speak(office: Office) -> None:
    for nth, chat_id in enumerate(range(10, 10 + SEVERAL), 1):
        flood = exceptions.TelegramRetryAfter(METHOD, "Too Many Requests", 100 * nth)
        office.answers(flood, chat_id=chat_id)
        await office.arm(f"card{chat_id}", Kind.CARD, chat_id)
    await office.round()
    await office.arm("card", Kind.CARD)
    await office.round()
    assert (await office.post("card")).sent_at is None
    office.clock.advance(100)
    await office.round()
    assert (await office.post("card")).sent_at is not None
