"""What aiogram would hear and the switchboard would not is told at the start, not passed over in silence."""

from collections.abc import Callable
from typing import Any

import pytest
from aiogram import Dispatcher, Router
from aiogram.dispatcher.event.bases import UNHANDLED
from aiogram.filters import Command
from aiogram.types import Message, Update

from handlers.doors import Menu
from handlers.switchboard import Switchboard
from tests.handlers.test_switchboard import STRANGER, message, taken
from tests.house import House


async def aside(handler: Any, event: Any, data: Any) -> Any:
    """Around others."""
    return await handler(event, data)


async def hears(message: Message) -> str:
    return "heard"


def outer(way: Dispatcher, router: Router) -> None:
    router.message.outer_middleware(aside)


def within(way: Dispatcher, router: Router) -> None:
    router.include_router(Router(name="inner"))


def on_top(way: Dispatcher, router: Router) -> None:
    way.message.register(hears)


def gate_on_top(way: Dispatcher, router: Router) -> None:
    way.message.filter(Command("start"))


def outer_on_top(way: Dispatcher, router: Router) -> None:
    way.message.outer_middleware(aside)


@pytest.mark.parametrize("unheard", [outer, within, on_top, gate_on_top, outer_on_top])
async def test_what_nobody_would_ask_is_told_at_the_start(
    unheard: Callable[[Dispatcher, Router], None],
) -> None:
    switchboard, router = Switchboard(), Router(name="mine")
    unheard(switchboard, router)
    with pytest.raises(RuntimeError, match="would not hear"):
        switchboard.include_routers(router)


@pytest.mark.parametrize("unheard", [outer, within, on_top, gate_on_top, outer_on_top])
async def test_what_came_after_the_start_is_told_at_the_first_update(
    unheard: Callable[[Dispatcher, Router], None], house: House
) -> None:
    switchboard, router = Switchboard(), Router(name="mine")
    switchboard.include_routers(router)
    unheard(switchboard, router)
    said = Update.model_validate({"update_id": 1, "message": message(1, STRANGER, text="hello")})
    with pytest.raises(RuntimeError, match="would not hear"):
        await switchboard.feed_update(house.codebell.bot, said)


async def test_a_router_that_comes_after_the_first_update_is_refused(house: House) -> None:
    switchboard = Switchboard()
    switchboard.include_routers(Router(name="mine"))
    await taken(switchboard, house, message(1, STRANGER, text="hello"), "message")
    with pytest.raises(RuntimeError, match="too late"):
        switchboard.include_router(Router(name="late"))


async def test_a_command_that_only_a_corrected_message_has_is_heard(house: House) -> None:
    switchboard, router = Switchboard(), Router(name="mine")
    router.edited_message.register(hears, Command("mend"))
    switchboard.include_routers(router)
    said = message(1, STRANGER, text="/mend")
    assert await taken(switchboard, house, said, "edited_message") == "heard"
    assert await taken(switchboard, house, said, "message") is UNHANDLED


def test_what_is_used_of_aiogram_unasked_is_there() -> None:
    """None of these names is promised: another aiogram may have others."""
    observer, callback = Router().message, Command("start")
    observer.filter(callback)
    root = next(iter(observer._handler.filters or ()))
    assert (root.callback, root.magic, root.awaitable, root.varkw) == (callback, None, True, False)
    assert root.params == {"message", "bot"}
    assert observer._resolve_middlewares() == []
    assert [*observer.outer_middleware] == []
    assert (callback.commands, callback.prefix, callback.ignore_case) == (("start",), "/", False)
    assert Menu.filter().callback_data is Menu
    assert Menu.__prefix__ == "m"
    assert Dispatcher().update.event_name == "update"
