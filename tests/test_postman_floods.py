"""What Telegram asks us to wait for: of one chat, or of the whole bot."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiogram import exceptions

from tests.core import blank, chat, put
from tests.office import ANN, BOB, METHOD, TEAM, Office


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    async with blank(tmp_path) as database:
        made = Office(database)
        await put(database, *(chat(chat_id, made.clock()) for chat_id in (ANN, BOB, TEAM)))
        yield made
        await made.postman.settle(10)


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
