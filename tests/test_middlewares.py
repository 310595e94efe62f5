"""Who may come in, what they are handed, and the questions that wait for their answer."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiogram.methods import AnswerCallbackQuery, SendMessage

from bot.haste import Haste, Pace
from bot.paces import TELEGRAM
from bot.settings import Access
from bot.turned_away import GROUP_KEY_ASKED, PHONE_ASKED
from handlers import forward, group_key_links
from storage.database import Database
from tests.core import blank
from tests.doorway import BURST, OPERATOR, STRANGER, Door
from tests.doubles import FakeClock


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    async with blank(tmp_path) as made:
        yield made


async def test_an_open_bot_lets_everybody_in_with_texts(database: Database) -> None:
    door = Door(database, Access.OPEN)
    assert await door.come(door.says(STRANGER)) == "handled"
    assert door.let_in[0].language == "en"


@pytest.mark.parametrize("access", [Access.INVITE, Access.ALLOWLIST])
async def test_a_private_bot_lets_its_operator_in(database: Database, access: Access) -> None:
    door = Door(database, access)
    assert await door.come(door.says(OPERATOR)) == "handled"


async def test_a_stranger_is_told_once_with_their_id_then_not_again(database: Database) -> None:
    door = Door(database, Access.ALLOWLIST)
    for _ in range(3):
        await door.come(door.says(STRANGER))
    (said,) = door.telegram.said
    assert isinstance(said, SendMessage)
    assert f"<code>{STRANGER}</code>" in said.text
    assert door.let_in == []


async def test_a_strangers_press_is_answered_by_an_alert(database: Database) -> None:
    door = Door(database, Access.ALLOWLIST)
    await door.come(door.presses(STRANGER))
    (said,) = door.telegram.said
    assert isinstance(said, AnswerCallbackQuery)
    assert (said.show_alert, said.text) == (True, "This bot is private.")


async def test_a_stranger_in_a_group_is_met_with_silence(database: Database) -> None:
    door = Door(database, Access.ALLOWLIST)
    await door.come(door.says(STRANGER, "supergroup"))
    assert (door.telegram.said, door.let_in) == ([], [])


async def test_a_stranger_who_blocked_the_bot_is_no_trouble(database: Database) -> None:
    door = Door(database, Access.ALLOWLIST)
    door.telegram.blocked = True
    await door.come(door.says(STRANGER))


async def test_a_chat_is_remembered_with_its_language_and_seen_again_an_hour_later(
    database: Database,
) -> None:
    door = Door(database, Access.OPEN)
    first = door.clock()
    await door.come(door.says(STRANGER, language="uk"))
    door.clock.advance(3600)
    await door.come(door.says(STRANGER, language="uk"))
    chat = await door.chats.get(STRANGER)
    assert chat is not None
    assert (chat.language, chat.seen_at) == ("uk", first)
    door.clock.advance(1)
    await door.come(door.says(STRANGER, language="uk"))
    chat = await door.chats.get(STRANGER)
    assert chat is not None
    assert (chat.language, chat.seen_at) == ("uk", door.clock())


async def test_who_writes_faster_than_anybody_reads_is_told_once_and_heard_when_it_calms(
    database: Database,
) -> None:
    door = Door(database, Access.OPEN)
    for _ in range(270):
        await door.come(door.says(STRANGER, text="/help"))
    assert len(door.let_in) == BURST
    (said,) = door.telegram.said
    assert isinstance(said, SendMessage)
    assert "too fast" in said.text
    assert await door.come(door.says(OPERATOR)) == "handled"
    door.clock.advance(10)
    assert await door.come(door.says(STRANGER)) == "handled"


async def test_a_press_that_comes_too_fast_does_nothing_and_stops_spinning(database: Database) -> None:
    door = Door(database, Access.OPEN)
    for _ in range(BURST + 3):
        await door.come(door.presses(STRANGER))
    assert len(door.let_in) == BURST
    said = [one for one in door.telegram.said if isinstance(one, AnswerCallbackQuery)]
    assert [bool(one.text) for one in said] == [True, False, False]
    door.clock.advance(10)
    assert await door.come(door.presses(STRANGER)) == "handled"


async def test_who_stays_as_fast_is_not_heard(database: Database) -> None:
    door = Door(database, Access.OPEN)
    for _ in range(300):
        await door.come(door.says(STRANGER))
        door.clock.advance(0.2)
    assert len(door.let_in) < 2 * BURST
    assert len(door.telegram.said) == 1


async def test_a_person_in_a_hurry_is_heard(database: Database) -> None:
    door = Door(database, Access.OPEN)
    for _ in range(100):
        await door.come(door.presses(STRANGER))
        door.clock.advance(0.5)
    assert len(door.let_in) == 100


async def test_talk_in_a_group_is_nobodys_haste(database: Database) -> None:
    door = Door(database, Access.OPEN)
    for _ in range(2 * BURST):
        assert await door.come(door.says(STRANGER, "supergroup")) == "handled"


def test_the_questions_that_who_is_shut_out_may_answer_are_those_of_their_flows() -> None:
    assert group_key_links.Asked.group_key.state == GROUP_KEY_ASKED
    assert forward.Asked.phone.state == PHONE_ASKED


async def test_of_many_people_the_pace_of_those_is_remembered_who_came_last() -> None:
    haste = Haste(FakeClock(), TELEGRAM.heard)
    for person in range(10_100):
        assert haste.of(person) is Pace.FINE
    assert len(haste) == 10_000


async def test_a_stranger_of_a_private_bot_leaves_nothing_behind(database: Database) -> None:
    door = Door(database, Access.ALLOWLIST)
    for stranger in range(100, 105):
        await door.come(door.says(stranger))
        assert await door.chats.get(stranger) is None


@pytest.mark.parametrize("way", ["says", "presses"])
async def test_who_is_heard_in_private_can_be_reached_again(database: Database, way: str) -> None:
    door = Door(database, Access.OPEN)
    update = door.says(STRANGER) if way == "says" else door.presses(STRANGER)
    await door.come(update)
    await door.chats.mark_unreachable(STRANGER, door.clock())
    await door.come(update)
    chat = await door.chats.get(STRANGER)
    assert chat is not None
    assert chat.unreachable_at is None
    assert door.nudges == 1
    await door.come(update)
    assert door.nudges == 1


@pytest.mark.parametrize("way", ["says", "presses"])
async def test_who_is_heard_in_a_group_may_still_have_blocked_the_bot(database: Database, way: str) -> None:
    door = Door(database, Access.OPEN)
    await door.come(door.says(STRANGER))
    await door.chats.mark_unreachable(STRANGER, door.clock())
    await door.come(door.says(STRANGER, "group") if way == "says" else door.presses(STRANGER, "group"))
    chat = await door.chats.get(STRANGER)
    assert chat is not None
    assert chat.unreachable_at is not None
    assert door.nudges == 0


async def test_a_command_or_a_press_ends_an_open_question(database: Database) -> None:
    door = Door(database, Access.OPEN)
    for update in (door.says(STRANGER, text="/numbers"), door.presses(STRANGER)):
        state = await door.asks(STRANGER)
        await door.come(update)
        assert await state.get_state() is None


async def test_what_is_typed_leaves_the_question_to_its_handler(database: Database) -> None:
    door = Door(database, Access.OPEN)
    state = await door.asks(STRANGER)
    await door.come(door.says(STRANGER, text="0.50"))
    assert await state.get_state() == "Asked:price"
