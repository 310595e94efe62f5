"""What is due goes out once, the most urgent first, chats side by side."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.drawing import Drawing
from bot.paces import Paces
from storage.outbox import Kind
from tests.office import ANN, BOB, TEAM, Office, Said, open_office
from tests.stopwatch import Stopwatch


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    async with open_office(tmp_path) as made:
        yield made


async def test_a_row_is_said_once_and_remembers_where(office: Office) -> None:
    post = await office.deliver()
    await office.round()
    assert office.telegram.said == [Said(ANN, "<b>code</b>", None, None, markup=True, buttons=True)]
    assert (post.sent_at, post.message_id, post.next_try_at, post.attempts) == (
        office.clock(),
        1,
        None,
        0,
    )
    assert office.hangs == [("code", 1)]


async def test_a_card_is_edited_where_it_hangs(office: Office) -> None:
    office.drawings["card"] = Drawing("<b>card</b>", edits=77)
    await office.deliver("card", Kind.CARD)
    assert (office.telegram.said[0].edits, office.hangs) == (77, [])


async def test_a_row_that_will_look_different_later_is_due_again_then(office: Office) -> None:
    later = office.clock() + timedelta(seconds=30)
    office.drawings["card"] = Drawing("<b>card</b>", again_at=later)
    assert (await office.deliver("card", Kind.CARD)).next_try_at == later


async def test_a_row_with_nothing_to_say_is_left(office: Office) -> None:
    office.drawings["code"] = None
    assert (await office.deliver()).next_try_at is None
    assert office.texts == []


async def test_codes_go_before_cards_even_if_the_cards_waited_longer(office: Office) -> None:
    for number in range(5):
        await office.arm(f"card{number}", Kind.CARD)
        office.clock.advance(1)
    await office.arm("code")
    await office.round()
    assert office.texts[0] == "<b>code</b>"


async def test_a_code_that_comes_while_cards_are_being_sent_overtakes_them(office: Office) -> None:
    gate = office.telegram.gates[ANN] = asyncio.Event()
    for number in range(5):
        await office.arm(f"card{number}", Kind.CARD)
    await office.postman.round()
    while not office.telegram.said:  # noqa: ASYNC110 - the fake has no event of its own
        await asyncio.sleep(0)
    await office.arm("code")
    gate.set()
    await office.postman.settle(10)
    assert office.texts[:2] == ["<b>card0</b>", "<b>code</b>"]
    assert len(office.texts) == 6


async def test_a_chat_with_a_long_queue_keeps_no_other_chat_waiting(office: Office) -> None:
    gate = office.telegram.gates[TEAM] = asyncio.Event()
    for number in range(70):
        await office.arm(f"team{number}", chat_id=TEAM)
    office.clock.advance(1)
    await office.arm("bob", Kind.CARD, BOB)
    await office.postman.round()
    await office.postman.round()
    while "<b>bob</b>" not in office.texts:  # noqa: ASYNC110 - the fake has no event of its own
        await asyncio.sleep(0)
    assert office.texts.count("<b>team0</b>") == 1
    gate.set()


async def test_a_row_that_cannot_be_drawn_holds_up_nothing_and_is_tried_later(office: Office) -> None:
    office.drawings["code"] = RuntimeError("a mistake of ours")
    await office.arm("card", Kind.CARD)
    post = await office.deliver()
    assert (await office.post("card")).sent_at is not None
    assert post.next_try_at is not None
    assert post.next_try_at > office.clock()


async def test_a_row_armed_while_it_is_being_sent_is_sent_again(office: Office) -> None:
    gate = office.telegram.gates[ANN] = asyncio.Event()
    await office.arm("card", Kind.CARD)
    await office.postman.round()
    while not office.telegram.said:  # noqa: ASYNC110 - the fake has no event of its own
        await asyncio.sleep(0)
    office.drawings["card"] = Drawing("news")
    await office.arm("card", Kind.CARD)
    gate.set()
    await office.postman.settle(10)
    assert office.texts == ["<b>card</b>", "news"]


async def test_a_crash_between_sending_and_marking_sends_it_again(office: Office) -> None:
    await office.arm("code")
    (post,) = await office.outbox.due(office.clock())
    await office.outbox.trying(post)
    reborn = Office(office.database)
    await reborn.round()
    assert reborn.texts == ["<b>code</b>"]


async def test_a_nudge_is_a_round_at_once(office: Office) -> None:
    listening = asyncio.create_task(office.postman.listen())
    await office.arm("code")
    office.postman.nudge()
    while not office.texts:  # noqa: ASYNC110 - the fake has no event of its own
        await asyncio.sleep(0)
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)
    assert office.texts == ["<b>code</b>"]


async def test_the_pace_of_a_quiet_chat_is_forgotten_and_that_of_a_busy_one_kept(office: Office) -> None:
    slow = Paces(all=(1000, 1.0), private=(3, 0.001), group=(20, 3600.0))
    postman = office.hire(slow)
    for chat_id in (ANN, TEAM):
        await office.arm(f"code{chat_id}", chat_id=chat_id)
    await postman.round()
    await postman.settle(10)
    while postman.paced != {TEAM}:
        await asyncio.sleep(0)
        await postman.tidy()
    await office.arm("another", chat_id=TEAM)
    await postman.round()
    await postman.settle(10)
    assert (await office.post("another")).sent_at is not None


async def test_t_21_what_stands_in_line_goes_at_once_when_a_code_of_its_chat_waits_behind_it(
    office: Office,
) -> None:
    watch, crowd = Stopwatch(), range(100, 130)
    postman = office.hire(Paces((1, 10.0), (1000, 1.0), (1000, 1.0)), timer=watch)
    for chat_id in crowd:
        await office.arm(f"card{chat_id}", Kind.CARD, chat_id)
    await postman.round()
    while office.drawn < len(crowd):
        await watch.run(0)
    await office.arm("code", chat_id=129)
    await postman.round()
    while len(office.texts) < 2:
        await watch.run(1)
    while office.drawn < len(crowd) + 1:
        await watch.run(0)
    while len(office.texts) < 3:
        await watch.run(1)
    assert office.texts[1:] == ["<b>card129</b>", "<b>code</b>"]
    await postman.rest()


async def test_a_code_overtakes_the_card_for_which_its_chat_is_not_calm_enough_yet(office: Office) -> None:
    watch = Stopwatch()
    postman = office.hire(Paces((1000, 1.0), (1, 10.0), (1000, 1.0)), timer=watch)
    await office.arm("first")
    await office.arm("card", Kind.CARD)
    await postman.round()
    while not office.texts:
        await watch.run(0)
    await office.arm("code")
    while len(office.texts) < 3:
        await watch.run(1)
    assert office.texts == ["<b>first</b>", "<b>code</b>", "<b>card</b>"]
