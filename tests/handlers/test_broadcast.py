"""An operator sends one message to many chats: whom to, tried out, asked twice, followed to its end."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from bot.sandbox.telegram.wire import Json
from tests.house import Chat, House, open_house

OPERATOR = 700_000_001
NEWS = "We moved: the new address is below"


@pytest_asyncio.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(tmp_path, admin_ids=str(OPERATOR)) as made:
        yield made


@pytest_asyncio.fixture
async def operator(house: House) -> Chat:
    """Who runs the bot, in their own chat."""
    one = house.person("Olga")
    assert one.person_id == OPERATOR
    await one.say("/start")
    return one


async def people(house: House, *names: str) -> list[Chat]:
    """So many people who came to the bot."""
    came = [house.person(name) for name in names]
    for one in came:
        await one.say("/start")
    return came


async def draft(operator: Chat, words: str = NEWS) -> None:
    """Write a message, and answer it with the command."""
    await answer(operator, await operator.say(words))


async def answer(operator: Chat, message_id: int) -> None:
    operator.house.human.message(operator.chat_id, operator.person_id, "/broadcast", reply_to=message_id)
    await operator.house.settle()


async def send_to_all(operator: Chat, words: str = NEWS) -> None:
    await draft(operator, words)
    for label in ("Everyone", "Send to", "Yes, send"):
        await operator.press(label)


def copies(chat: Chat, words: str = NEWS) -> list[Json]:
    return [message for message in chat.messages if message.get("text") == words]


async def test_a_message_goes_to_everybody_and_the_report_says_so(house: House, operator: Chat) -> None:
    ann, bob = await people(house, "Ann", "Bob")
    await send_to_all(operator)
    assert [len(copies(one)) for one in (ann, bob, operator)] == [1, 1, 1]
    assert "sent" in operator.screen
    assert "Sent: 3" in operator.screen
    assert operator.buttons == ["✏️ Edit all", "🗑 Delete all", "◀ Broadcasts"]
