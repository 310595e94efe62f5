"""A house with the bot in it, a newcomer, and somebody who has a key already."""

import logging
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.house import Chat, House, open_house


@pytest.fixture
async def house(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> AsyncIterator[House]:
    """Everything in it went well by its own account: nothing stands in the log as an error."""
    async with open_house(tmp_path) as made:
        yield made
    assert [record.message for record in caplog.get_records("call") if record.levelno >= logging.ERROR] == []


@pytest.fixture
def newcomer(house: House) -> Chat:
    """Somebody who never talked to the bot."""
    return house.person("Newcomer")


@pytest.fixture
async def chat(house: House) -> Chat:
    """Somebody with a key of the provider Alpha."""
    chat = house.person("Ann")
    await house.connect(chat, house.alpha)
    return chat
