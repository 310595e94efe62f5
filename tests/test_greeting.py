"""What Telegram is asked before polling starts, and the menus and words that polling does not wait for."""

from collections import deque
from typing import Any

import pytest
from aiogram import Bot, exceptions
from aiogram.client.session.base import BaseSession
from aiogram.filters import Command
from aiogram.methods import (
    GetMyCommands,
    GetMyDescription,
    GetMyShortDescription,
    SendMessage,
    SetMyCommands,
    SetMyDescription,
    SetMyShortDescription,
    TelegramMethod,
)
from aiogram.types import BotCommand, BotCommandScopeChat, BotDescription, BotShortDescription, User

from bot.greeting import (
    COMMANDS,
    DESCRIPTION,
    IN_GROUPS,
    MENUS,
    OPERATING,
    SHORT_DESCRIPTION,
    Menu,
    describe,
    greet,
    menus_with,
    name_commands,
)
from bot.i18n import Catalogues
from bot.verdicts import REVOKED, Stopped
from handlers import ROUTERS
from tests.doubles import FakeClock
from tests.house import House

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
        #: The menus by their scopes and languages; both descriptions by their languages.
        self.menus: dict[tuple[str, str | None], list[BotCommand]] = {}
        self.words: dict[tuple[str, str | None], str] = {}

    async def make_request(self, bot: Bot, method: TelegramMethod[Any], timeout: int | None = None) -> Any:
        name = method.__api_method__
        self.called.append(name)
        if self.errors.get(name):
            raise self.errors[name].popleft()
        return ME if name == "getMe" else self._carry_out(method)

    def _carry_out(self, method: TelegramMethod[Any]) -> Any:
        match method:
            case SetMyCommands(scope=scope, language_code=language):
                assert scope is not None
                self.menus[scope.type, language] = method.commands
            case GetMyCommands(scope=scope, language_code=language):
                assert scope is not None
                return self.menus.get((scope.type, language), [])
            case SetMyDescription(description=str(words), language_code=language):
                self.words["description", language] = words
            case GetMyDescription(language_code=language):
                return BotDescription(description=self.words.get(("description", language), ""))
            case SetMyShortDescription(short_description=str(words), language_code=language):
                self.words["short_description", language] = words
            case GetMyShortDescription(language_code=language):
                words = self.words.get(("short_description", language), "")
                return BotShortDescription(short_description=words)
        return True

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
async def test_the_menus_are_set_in_every_language_in_spite_of_trouble(
    bot: Bot, telegram: FakeTelegram, error: Exception
) -> None:
    clock, catalogues = FakeClock(), Catalogues("en")
    began = clock()
    telegram.errors = {"setMyCommands": deque([error])}
    await name_commands(bot, catalogues, MENUS, clock.sleep)
    languages = [None, *sorted(catalogues.languages)]
    assert [scope for scope, _ in telegram.menus] == [
        *["all_private_chats"] * len(languages),
        *["all_group_chats"] * len(languages),
    ]
    assert [language for _, language in telegram.menus] == languages * 2
    assert (clock() - began).total_seconds() == (77 if error is FLOOD else 1)


async def test_a_menu_that_is_there_already_is_left_alone(bot: Bot, telegram: FakeTelegram) -> None:
    for _ in range(2):
        await name_commands(bot, Catalogues("en"), MENUS, FakeClock().sleep)
    asked, told = telegram.called.count("getMyCommands"), telegram.called.count("setMyCommands")
    assert asked == 2 * told


async def test_a_menu_for_somebody_who_never_came_holds_up_no_other(bot: Bot, telegram: FakeTelegram) -> None:
    clock = FakeClock()
    began = clock()
    unknown = exceptions.TelegramBadRequest(METHOD, "Bad Request: chat not found")
    telegram.errors = {"getMyCommands": deque([unknown])}
    await name_commands(
        bot, Catalogues("en"), [Menu(BotCommandScopeChat(chat_id=7), COMMANDS), *MENUS], clock.sleep
    )
    assert {scope for scope, language in telegram.menus if language is None} == {
        "all_private_chats",
        "all_group_chats",
    }
    assert clock() == began


async def test_an_operator_has_a_menu_of_their_own(house: House) -> None:
    operator = house.person("Olga")
    await name_commands(house.codebell.bot, Catalogues("en"), menus_with([operator.person_id]))
    menus = [
        call["params"] for call in house.sent("setMyCommands") if not call["params"].get("language_code")
    ]
    there = {menu["scope"]["type"]: [each["command"] for each in menu["commands"]] for menu in menus}
    assert there["chat"] == [*COMMANDS, "admin", "broadcast"]
    assert there["all_private_chats"] == [*COMMANDS]


async def test_a_menu_that_is_never_taken_is_given_up(
    bot: Bot, telegram: FakeTelegram, caplog: pytest.LogCaptureFixture
) -> None:
    telegram.errors = {"setMyCommands": deque([DOWN] * 100)}
    await name_commands(bot, Catalogues("en"), MENUS, FakeClock().sleep)
    assert "does not take its menu" in caplog.text


def test_every_command_is_told_in_a_few_words_in_every_language() -> None:
    catalogues = Catalogues("en")
    for language in catalogues.languages:
        words = [catalogues.texts(language).plain(about) for about in COMMANDS.values()]
        assert all(0 < len(about) <= 60 for about in words)


def test_the_menu_holds_the_commands_there_are_and_those_of_groups_do_something_there() -> None:
    commands = {
        str(name)
        for router in ROUTERS
        for handler in router.message.handlers
        for each in handler.filters or ()
        if isinstance(each.callback, Command)
        for name in each.callback.commands
    }
    assert {*COMMANDS, *OPERATING} == commands
    assert set(IN_GROUPS) <= commands


async def test_a_group_is_offered_no_command_that_is_refused_there(house: House) -> None:
    ann = house.person("Ann")
    group = house.group(ann)
    for command in IN_GROUPS:
        await group.say(f"/{command}")
        assert "private chat" not in group.screen


async def test_what_the_bot_is_stands_in_its_profile_in_every_language(
    bot: Bot, telegram: FakeTelegram
) -> None:
    languages = {None, *Catalogues("en").languages}
    for _ in range(2):
        await describe(bot, Catalogues("en"), FakeClock().sleep)
    assert {name for _, name in telegram.words} == languages
    assert len(telegram.words) == 2 * len(languages)
    assert telegram.called.count("setMyDescription") == len(languages)


async def test_what_the_operator_wrote_there_stays(bot: Bot, telegram: FakeTelegram) -> None:
    telegram.words = {("description", None): "Ours", ("short_description", None): "Ours, in short"}
    await describe(bot, Catalogues("en"), FakeClock().sleep)
    assert len(telegram.words) == 2


def test_a_profile_holds_what_the_bot_says_of_itself() -> None:
    catalogues = Catalogues("en")
    for language in catalogues.languages:
        t = catalogues.texts(language)
        assert len(t.plain(DESCRIPTION)) <= 512
        assert len(t.plain(SHORT_DESCRIPTION)) <= 120
