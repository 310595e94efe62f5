"""A house with the bot in it, a newcomer, and somebody who has a key already: the fixtures of all tests."""

import asyncio
import logging
import shutil
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest
from aiogram.methods import AnswerCallbackQuery, EditMessageText, GetMe, Response, SendMessage

from bot.poller import GetUpdatesRaw
from tests.discretion import indiscretions
from tests.house import DATABASE, Chat, House, blank, open_house

#: aiogram asks pydantic for these classes at every call, and pydantic forgets a class that nobody holds.
ANSWERS = [
    Response[method.__returning__]  # type: ignore[name-defined]  # a class known at run time only
    for method in (GetUpdatesRaw, SendMessage, EditMessageText, AnswerCallbackQuery, GetMe)
]


@pytest.fixture(scope="session")
def blank_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One for all tests of a process; each works on a copy."""
    path = tmp_path_factory.mktemp("blank") / DATABASE
    asyncio.run(blank(path))
    return path


@pytest.fixture
def settings() -> Mapping[str, object]:
    """What is set beyond the defaults; a test that wants something else gives it as a parameter."""
    return {}


@pytest.fixture
async def house(
    tmp_path: Path, blank_database: Path, settings: Mapping[str, object], caplog: pytest.LogCaptureFixture
) -> AsyncIterator[House]:
    """Everything in it went well by its own account: nothing stands in the log as an error.

    And nothing was said in a group that not everybody there may read.
    """
    shutil.copy(blank_database, tmp_path)
    async with open_house(tmp_path, **settings) as made:
        yield made
        assert indiscretions(made.database.path, made.human.calls()["calls"]) == []
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
