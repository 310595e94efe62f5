"""Who waits longer than a second sees “typing…”; whatever goes wrong with it stays out of the way."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from aiogram import Bot
from aiogram.exceptions import TelegramNetworkError
from aiogram.methods import SendChatAction, TelegramMethod
from aiogram.types import Chat, TelegramObject

from handlers.progress import AGAIN, UNNOTICED, Progress
from tests.house import TOKEN, House


class Ears(Bot):
    """A bot that notes what it is told to call, or has no network."""

    def __init__(self, *, deaf: bool = False) -> None:
        super().__init__(TOKEN)
        self.deaf = deaf
        self.typed: list[object] = []

    async def __call__(self, method: TelegramMethod[Any], request_timeout: int | None = None) -> Any:
        assert isinstance(method, SendChatAction)
        self.typed.append(method.chat_id)
        if self.deaf:
            raise TelegramNetworkError(method, "no network")
        return True


class Hands:
    """A handler whose time passes by hand: each sleep of the middleware waits until it is let go."""

    def __init__(self, bot: Bot, kind: str = "private") -> None:
        self.data = {"bot": bot, "event_chat": Chat(id=7, type=kind)}
        self.asleep: asyncio.Queue[tuple[float, asyncio.Event]] = asyncio.Queue()
        self.done: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    async def sleep(self, seconds: float) -> None:
        waked = asyncio.Event()
        await self.asleep.put((seconds, waked))
        await waked.wait()

    async def pass_time(self) -> float:
        seconds, waked = await self.asleep.get()
        waked.set()
        return seconds

    def begin(self) -> asyncio.Task[Any]:
        async def handler(event: TelegramObject, data: dict[str, Any]) -> str:
            return await self.done

        call: Callable[..., Awaitable[Any]] = Progress(self.sleep)
        return asyncio.ensure_future(call(handler, TelegramObject(), self.data))


async def test_after_a_second_it_types_and_goes_on_until_it_is_done() -> None:
    bot = Ears()
    hands = Hands(bot)
    handling = hands.begin()
    assert [await hands.pass_time() for _ in range(3)] == [UNNOTICED, AGAIN, AGAIN]
    await hands.asleep.get()
    assert bot.typed == [7, 7, 7]
    hands.done.set_result("answer")
    assert await handling == "answer"
    assert bot.typed == [7, 7, 7]


async def test_what_is_quick_types_nothing() -> None:
    bot = Ears()
    hands = Hands(bot)
    hands.done.set_result("answer")
    assert await hands.begin() == "answer"
    assert bot.typed == []


async def test_without_a_network_the_handler_hears_nothing_of_it() -> None:
    bot = Ears(deaf=True)
    hands = Hands(bot)
    handling = hands.begin()
    await hands.pass_time()
    await asyncio.sleep(0)
    hands.done.set_result("answer")
    assert await handling == "answer"
    assert bot.typed == [7]


async def test_a_handlers_error_is_raised_as_it_is() -> None:
    hands = Hands(Ears())
    hands.done.set_exception(KeyError("mine"))
    with pytest.raises(KeyError, match="mine"):
        await hands.begin()


async def test_in_a_group_nobody_is_shown_that_it_types() -> None:
    bot = Ears()
    hands = Hands(bot, "supergroup")
    handling = hands.begin()
    hands.done.set_result("answer")
    assert await handling == "answer"
    assert hands.asleep.empty()
    assert bot.typed == []


async def test_it_is_around_every_update_of_the_bot(house: House) -> None:
    around = house.codebell.dispatcher.update.outer_middleware
    assert sum(isinstance(each, Progress) for each in around) == 1
