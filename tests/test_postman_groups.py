"""A group takes 20 messages a minute: what finds no room waits, holds up nobody, and is one edit then."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.drawing import Drawing
from bot.paces import FOR_CODES, TELEGRAM
from bot.postman import Postman
from storage.outbox import Kind
from tests.office import BOB, TEAM, Office, open_office, refused
from tests.stopwatch import Jump


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    """It keeps Telegram's own paces, by its own clock."""
    async with open_office(tmp_path) as made:
        made.postman = made.hire(TELEGRAM, timer=Jump(made.clock))
        yield made


async def said_before(office: Office, count: int) -> None:
    for number in range(count):
        await office.arm(f"before{number}", chat_id=TEAM)
    await office.round()
    office.telegram.said.clear()


async def rounds(office: Office, count: int) -> None:
    """One every second."""
    for _ in range(count):
        office.clock.advance(1)
        await office.round()


async def test_a_card_waits_while_the_last_of_the_minute_is_for_codes_and_codes_do_not(
    office: Office,
) -> None:
    await said_before(office, 20 - FOR_CODES)
    await office.arm("card", Kind.CARD, TEAM)
    await office.round()
    assert office.texts == []
    for number in range(FOR_CODES):
        await office.arm(f"code{number}", chat_id=TEAM)
    await office.round()
    assert office.texts == [f"<b>code{number}</b>" for number in range(FOR_CODES)]


async def test_a_card_that_changed_ten_times_meanwhile_is_edited_once(office: Office) -> None:
    await said_before(office, 20)
    for number in range(10):
        office.drawings["card"] = Drawing(f"news {number}", edits=77)
        await office.arm("card", Kind.CARD, TEAM)
        await rounds(office, 1)
    assert office.texts == []
    await rounds(office, 60)
    assert office.texts == ["news 9"]
    post = await office.post("card")
    assert (post.attempts, post.failure, post.next_try_at) == (0, "", None)


async def test_what_waits_for_room_holds_up_no_other_chat_and_no_sign_of_life(office: Office) -> None:
    await said_before(office, 20)
    for number in range(5):
        await office.arm(f"card{number}", Kind.CARD, TEAM)
    await office.arm("bob", Kind.CARD, BOB)
    await office.round()
    assert office.texts == ["<b>bob</b>"]
    assert await office.outbox.oldest_due(office.clock()) is None
    assert 55 < await office.rest_of("card0") <= 61


async def test_a_code_finds_no_room_either_where_all_was_said_and_comes_as_soon_as_it_does(
    office: Office,
) -> None:
    await said_before(office, 20)
    await office.arm("card", Kind.CARD, TEAM)
    await office.arm("code", chat_id=TEAM)
    await rounds(office, 59)
    assert office.texts == []
    await rounds(office, 4)
    assert office.texts[0] == "<b>code</b>"


async def test_another_way_to_say_what_was_refused_does_not_wait_for_room_again(office: Office) -> None:
    """Else the edit of a lost card would take a message of every minute, and the card never come."""
    await said_before(office, 20 - FOR_CODES - 1)
    office.drawings["card"] = Drawing("anew", edits=77)
    office.answers(refused("message to edit not found"), chat_id=TEAM)
    await office.arm("card", Kind.CARD, TEAM)
    await office.round()
    assert [said.edits for said in office.telegram.said] == [77, None]
    assert (await office.post("card")).sent_at is not None


async def test_no_other_way_is_tried_where_there_is_no_room_at_all(office: Office) -> None:
    await said_before(office, 19)
    office.drawings["code"] = Drawing("<i>odd", plain=False)
    office.answers(refused("can't parse entities"), chat_id=TEAM)
    await office.arm("code", chat_id=TEAM)
    await office.round()
    assert office.texts == ["<i>odd"]
    assert (await office.post("code")).attempts == 0
    await rounds(office, 62)
    assert (await office.post("code")).sent_at is not None


async def test_forty_cards_go_seventeen_a_minute_and_all_arrive(office: Office) -> None:
    postman: Postman = office.postman
    for number in range(40):
        await office.arm(f"card{number}", Kind.CARD, TEAM)
    await office.round()
    assert len(office.texts) == 20 - FOR_CODES
    assert postman.paced == {TEAM}
    office.clock.advance(62)
    await office.round()
    assert len(office.texts) == 2 * (20 - FOR_CODES)
    office.clock.advance(62)
    await office.round()
    assert len(set(office.texts)) == 40
