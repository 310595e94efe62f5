"""What an operator says yes to is what was shown, the audience and the words; the log tells it afterwards."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from tests.handlers.test_broadcast import (
    NEWS,
    OPERATOR,
    PIXEL,
    copies,
    draft,
    house,
    operator,
    people,
    send_to_all,
)
from tests.house import Chat, House, open_house

__all__ = ["house", "operator"]


@pytest_asyncio.fixture
async def shared(tmp_path: Path) -> AsyncIterator[House]:
    """A bot that two operators run."""
    async with open_house(tmp_path, admin_ids=f"{OPERATOR},{OPERATOR + 1}") as made:
        yield made


async def test_a_yes_to_another_aim_asks_again_with_that_of_now(house: House, operator: Chat) -> None:
    ann, bob = await people(house, "Ann", "Bob")
    group = house.group(operator, ann, bob)
    await group.say("/start")
    await draft(operator)
    everyone = operator.data("All people")
    for label in ("Groups", "Send to"):
        await operator.press(label)
    yes = operator.data("Yes, send to 1")
    await operator.forge(everyone)
    await operator.forge(yes)
    assert [len(copies(one)) for one in (ann, bob, group)] == [0, 0, 0]
    assert "Really send it to 3 chats?" in operator.screen
    await operator.press("Yes, send to 3")
    assert [len(copies(one)) for one in (ann, bob, group)] == [1, 1, 0]


async def test_a_yes_to_words_that_another_operator_replaced_shows_those_first(shared: House) -> None:
    olga, oscar = shared.person("Olga"), shared.person("Oscar")
    for one in (olga, oscar):
        await one.say("/start")
    [ann] = await people(shared, "Ann")
    await send_to_all(olga)
    await olga.press("Edit all")
    await olga.say("First words")
    await oscar.say("/broadcast")
    await oscar.press("We moved")
    await oscar.press("Edit all")
    await oscar.say("Second words")
    await olga.press("Yes, edit")
    assert len(copies(ann, NEWS)) == 1
    assert copies(olga, "Second words") != []
    await olga.press("Yes, edit")
    assert len(copies(ann, "Second words")) == 1


async def test_the_log_tells_what_was_sent_to_whom(house: House, operator: Chat) -> None:
    await people(house, "Ann")
    await send_to_all(operator)
    await operator.press("Edit all")
    await operator.say("We stay\nwhere we are")
    await operator.press("Yes, edit")
    await operator.say("/admin")
    await operator.press("Log")
    assert f"Olga: broadcast started all people · 2 · {NEWS}" in operator.screen
    assert "Olga: copies edited all people · 2 · We stay\n" in f"{operator.screen}\n"


async def test_what_is_written_while_broadcasts_are_open_is_asked_about(house: House, operator: Chat) -> None:
    [ann] = await people(house, "Ann")
    await operator.say("/broadcast")
    await operator.say(NEWS)
    assert f"{NEWS}\n\nSend this to people?" in operator.screen
    await operator.press("No")
    human, olga = house.human, operator.person_id
    human.upload(olga, olga, "a.png", PIXEL, "News")
    await house.settle()
    for label in ("Choose who", "All people", "Send to", "Yes, send"):
        await operator.press(label)
    assert [message["caption"] for message in ann.messages if "photo" in message] == ["News"]
    assert copies(ann) == []
    await operator.say("telegram usa")
    assert "Send this to people?" not in operator.screen
