"""What Telegram asks us to wait for: of one chat, or of the whole bot."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest
from aiogram import exceptions

from bot.drawing import Drawing
from bot.floods import AT_ONCE, SEVERAL
from bot.paces import Paces
from storage.outbox import Kind
from tests.office import ANN, BOB, METHOD, TEAM, Office, open_office
from tests.stopwatch import Stopwatch, settled


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


async def in_line(office: Office, kind: Kind, count: int) -> Stopwatch:
    """Chats whose rows stand in line, as one message in ten seconds may leave; the first has left."""
    watch = Stopwatch()
    office.postman = office.hire(Paces((1, 10.0), (1000, 1.0), (1000, 1.0)), timer=watch)
    for chat_id in range(100, 100 + count):
        await office.arm(f"{kind}{chat_id}", kind, chat_id)
    await office.postman.round()
    await office.telegram.hears_so_many(1)
    return watch


async def at_rest(office: Office, watch: Stopwatch) -> None:
    """Let time pass until the postman has nothing in hand any more."""
    resting = asyncio.create_task(office.postman.settle(10))
    while not resting.done():
        await watch.run(10)


async def flood_of_all(office: Office, seconds: int = 100) -> None:
    """Handlers heard of it, in as many chats as make it the whole bot's."""
    for chat_id in range(10, 10 + SEVERAL):
        office.answers(exceptions.TelegramRetryAfter(METHOD, "Too Many Requests", seconds), chat_id=chat_id)
        with suppress(exceptions.TelegramRetryAfter):
            await office.bot.send_message(chat_id, "answer")
    office.telegram.said.clear()


async def test_t_22_what_stands_in_line_already_is_not_said_into_it_either(office: Office) -> None:
    watch = await in_line(office, Kind.CARD, 30)
    await flood_of_all(office)
    await at_rest(office, watch)
    assert office.texts == []
    post = await office.post("card120")
    assert (post.attempts, post.failure) == (0, "")
    office.clock.advance(100)
    await office.postman.round()
    await at_rest(office, watch)
    assert len(office.texts) == 29


async def test_t_22_codes_that_stand_in_line_are_sent_one_after_another(office: Office) -> None:
    watch = await in_line(office, Kind.CODE, 10)
    await flood_of_all(office)
    gate = asyncio.Event()
    for chat_id in range(100, 110):
        office.telegram.gates[chat_id] = gate
    await watch.run(200)
    assert len(office.texts) == 1
    gate.set()
    await at_rest(office, watch)
    assert len(office.texts) == 9


async def test_t_22_afterwards_one_goes_first_and_nobody_beside_it_until_it_is_taken(office: Office) -> None:
    await flood_of_all(office)
    office.clock.advance(100)
    gates = [office.telegram.hold(chat_id) for chat_id in range(100, 130)]
    for chat_id in range(100, 130):
        await office.arm(f"card{chat_id}", Kind.CARD, chat_id)
    await office.postman.round()
    await office.telegram.hears_so_many(1)
    await settled()
    assert len(office.texts) == 1
    gates[int(office.texts[0][7:10]) - 100].set()
    await office.telegram.hears_so_many(30)
    for gate in gates:
        gate.set()


async def test_t_22_where_it_is_not_over_only_as_many_more_are_told_as_tell_so(office: Office) -> None:
    await flood_of_all(office)
    office.clock.advance(100)
    for chat_id in range(100, 130):
        office.answers(exceptions.TelegramRetryAfter(METHOD, "Too Many Requests", 50), chat_id=chat_id)
        await office.arm(f"card{chat_id}", Kind.CARD, chat_id)
    await office.round()
    assert len(office.texts) == SEVERAL
