"""What Telegram is asked before polling starts, and the menu that polling does not wait for."""

from collections import deque
from typing import Any

import pytest
from aiogram import Bot, exceptions
from aiogram.client.session.base import BaseSession
from aiogram.methods import SendMessage, TelegramMethod
from aiogram.types import User

from bot.greeting import COMMANDS, greet, name_commands
from bot.i18n import Catalogues
from bot.verdicts import REVOKED, Stopped
from tests.doubles import FakeClock

METHOD = SendMessage(chat_id=1, text="-")
FLOOD = exceptions.TelegramRetryAfter(METHOD, "Too Many Requests", 77)
DOWN = exceptions.TelegramNetworkError(METHOD, "down")
ME = User(id=42, is_bot=True, first_name="Bell", username="bell_bot")


class FakeTelegram(BaseSession):
    """Grants everything, except where a test put up errors for a method."""

    def __init__(self) -> None:
        super().__init__()
        self.errors: dict[str, deque[Exception]] = {}
        self.called: list[str] = []
        self.languages: list[str | None] = []

    async def make_request(self, bot: Bot, method: TelegramMethod[Any], timeout: int | None = None) -> Any:
        name = method.__api_method__
        self.called.append(name)
        if self.errors.get(name):
            raise self.errors[name].popleft()
        if name == "setMyCommands":
            self.languages.append(method.model_dump()["language_code"])
        return ME if name == "getMe" else True

    async def close(self) -> None:
        """Nothing is open."""

    async def stream_content(self, *args: Any, **kwargs: Any) -> Any:
        raise NotImplementedError
        yield b""


@pytest.fixture
def telegram() -> FakeTelegram:
    return FakeTelegram()


@pytest.fixture
def bot(telegram: FakeTelegram) -> Bot:
    return Bot("42:TEST", session=telegram)


def nobody(seconds: float) -> None:
    """Nobody hears of the waits."""


async def test_t_17_whoever_waits_for_telegram_at_the_start_is_not_taken_to_hang(
    bot: Bot, telegram: FakeTelegram
) -> None:
    waits: list[float] = []
    telegram.errors = {"deleteWebhook": deque([DOWN] * 7)}
    await greet(bot, waits.append, FakeClock().sleep)
    assert waits == [1, 2, 5, 10, 30, 30, 30]


async def test_telegram_is_asked_until_it_answers_and_its_own_pause_is_kept(
    bot: Bot, telegram: FakeTelegram
) -> None:
    clock = FakeClock()
    began = clock()
    short = exceptions.TelegramRetryAfter(METHOD, "Too Many Requests", 7)
    telegram.errors = {"deleteWebhook": deque([DOWN, short]), "getMe": deque([TimeoutError()])}
    await greet(bot, nobody, clock.sleep)
    assert (clock() - began).total_seconds() == 1 + 7 + 5
    assert telegram.called[-2:] == ["deleteWebhook", "getMe"]
    assert "setMyCommands" not in telegram.called


async def test_t_24_a_long_flood_at_the_start_keeps_nobody_from_being_heard(
    bot: Bot, telegram: FakeTelegram
) -> None:
    clock = FakeClock()
    began = clock()
    telegram.errors = {"deleteWebhook": deque([FLOOD])}
    await greet(bot, nobody, clock.sleep)
    assert (clock(), telegram.called) == (began, ["deleteWebhook"])


@pytest.mark.parametrize(
    "error",
    [
        exceptions.TelegramUnauthorizedError(METHOD, "Unauthorized"),
        exceptions.TelegramNotFound(METHOD, "Not Found"),
    ],
)
async def test_t_14_a_revoked_token_is_said_at_once(
    bot: Bot, telegram: FakeTelegram, error: Exception
) -> None:
    telegram.errors = {"deleteWebhook": deque([error])}
    with pytest.raises(Stopped) as stopped:
        await greet(bot, nobody, FakeClock().sleep)
    assert str(stopped.value) == REVOKED


@pytest.mark.parametrize("error", [FLOOD, DOWN, exceptions.TelegramNotFound(METHOD, "Not Found")])
async def test_the_menu_is_set_in_every_language_in_spite_of_trouble(
    bot: Bot, telegram: FakeTelegram, error: Exception
) -> None:
    clock, catalogues = FakeClock(), Catalogues("en")
    began = clock()
    telegram.errors = {"setMyCommands": deque([error])}
    await name_commands(bot, catalogues, clock.sleep)
    assert telegram.languages == [None, *sorted(catalogues.languages)]
    assert (clock() - began).total_seconds() == (77 if error is FLOOD else 1)


async def test_a_menu_that_is_never_taken_is_given_up(
    bot: Bot, telegram: FakeTelegram, caplog: pytest.LogCaptureFixture
) -> None:
    telegram.errors = {"setMyCommands": deque([DOWN] * 100)}
    await name_commands(bot, Catalogues("en"), FakeClock().sleep)
    assert "does not take the menu" in caplog.text


def test_every_command_is_told_in_a_few_words() -> None:
    assert all(name.islower() and 0 < len(about) <= 256 for name, about in COMMANDS.items())
