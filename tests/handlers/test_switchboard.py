"""The short way to a handler ends at the same one as the long way, whatever is pressed and written."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from copy import copy
from typing import Any

import pytest
from aiogram import Dispatcher, Router
from aiogram.dispatcher.event.bases import UNHANDLED
from aiogram.dispatcher.event.handler import HandlerObject
from aiogram.fsm.state import State
from aiogram.types import CallbackQuery, Message, Update

from bot.greeting import COMMANDS
from handlers import routers
from handlers.nobody import ANONYMOUS
from handlers.switchboard import Switchboard, command_of
from tests.doubles import KEY
from tests.handlers.belongings import buttons
from tests.handlers.test_forged import NOWHERE, SHAPELESS
from tests.house import House

JSON = dict[str, Any]
STRANGER, OPERATOR, GROUP = 501, 502, -1003
ODD_WORDS = (
    "/start buy",
    "/START@sandbox_bot",
    "/start@another_bot",
    "/nosuch",
    "/",
    " /help",
    "telegram us",
)
OTHER_WORDS = (*ODD_WORDS, KEY, "7918, 7900", "🌍", "/numbers and more", "/admin here", "/start in_x")
WORDLESS: tuple[JSON, ...] = (
    {"photo": [], "caption": "/start"},
    {"photo": [], "caption": "words"},
    {"dice": {"emoji": "🎲", "value": 3}},
    {"text": "hello", "forward_origin": {"type": "hidden_user", "date": 1, "sender_user_name": "Bob"}},
)


def named(router: Router, handler: HandlerObject) -> HandlerObject:
    """It only tells who it is."""
    name = f"{router.name}: {handler.callback.__qualname__}"

    async def tell(event: object) -> str:
        return name

    mine = copy(handler)
    mine.callback, mine.awaitable, mine.params, mine.varkw = tell, True, {"event"}, False
    return mine


def asked_here(handler: HandlerObject) -> HandlerObject:
    """The same, without a thread for each of its filters."""
    mine = copy(handler)
    mine.filters = [copy(each) for each in handler.filters or ()]
    for each in mine.filters:
        if not each.awaitable:
            each.callback, each.awaitable = awaited(each.callback), True
    return mine


def awaited(answers: Callable[..., Any]) -> Callable[..., Awaitable[Any]]:
    async def answered(*event: Any, **told: Any) -> Any:
        return answers(*event, **told)

    return answered


def filled(dispatcher: Dispatcher) -> Dispatcher:
    for router in routers():
        for observer in router.observers.values():
            observer.handlers = [named(router, each) for each in observer.handlers]
            if isinstance(dispatcher, Switchboard):
                continue
            observer._handler = asked_here(observer._handler)
            observer.handlers = [asked_here(each) for each in observer.handlers]
        dispatcher.include_router(router)
    return dispatcher


def states() -> Sequence[str]:
    """Every question that is asked somewhere."""
    asked = {
        each.callback.state
        for router in routers()
        for handler in router.observers["message"].handlers
        for each in handler.filters or ()
        if isinstance(each.callback, State)
    }
    return sorted(str(state) for state in asked)


def who(person: int) -> JSON:
    return {"id": person, "is_bot": person == ANONYMOUS, "first_name": "Ann"}


def message(person: int, chat: int, **content: Any) -> JSON:
    kind = "private" if chat > 0 else "supergroup"
    whose = {"from": who(person), "chat": {"id": chat, "type": kind, "title": "Team"}}
    return {"message_id": 7, "date": 1, **whose, **content}


def presses() -> Iterator[JSON]:
    data = [example.pack() for _, examples in buttons(NOWHERE).values() for example in examples]
    odd = [f"{letter}q:x" for letter in sorted({each[0] for each in data})]
    few = [*{each.partition(":")[0]: each for each in data}.values()]
    for person, chat, some in (
        *((STRANGER, STRANGER, few), (OPERATOR, OPERATOR, data)),
        *((STRANGER, GROUP, few), (ANONYMOUS, GROUP, few[:9])),
    ):
        for each in (*some, *SHAPELESS, *odd):
            yield pressed(each, person, message=message(424242, chat, text="…"))
    yield pressed("m", STRANGER)
    yield {"id": "1", "from": who(STRANGER), "chat_instance": "1", "game_short_name": "chess"}


def pressed(data: str, person: int, **more: Any) -> JSON:
    return {"id": "1", "from": who(person), "chat_instance": "1", "data": data, **more}


def messages() -> Iterator[tuple[JSON, str | None]]:
    words = [{"text": each} for each in (*(f"/{name}" for name in COMMANDS), *OTHER_WORDS)]
    asked = [None, "nobody:asks", *states()]
    for person, chat in ((STRANGER, STRANGER), (OPERATOR, OPERATOR), (STRANGER, GROUP), (ANONYMOUS, GROUP)):
        for each in (*words, *WORDLESS):
            yield message(person, chat, **each), None
    for state in asked:
        for each in ({"text": "hello"}, {"text": "/start"}, {"text": KEY}, *WORDLESS[1:]):
            yield message(STRANGER, STRANGER, **each), state
            yield message(OPERATOR, OPERATOR, **each), state


@pytest.fixture
def ways(house: House) -> tuple[Dispatcher, Dispatcher]:
    """The long one and the short one."""
    return filled(Dispatcher()), filled(Switchboard())


async def taken(way: Dispatcher, house: House, event: JSON, kind: str, state: str | None = None) -> object:
    """Who answers, or how it is refused before that."""
    bell = house.codebell
    update = Update.model_validate({"update_id": 1, kind: event}, context={"bot": bell.bot})
    t = bell.voices.foreign("en")
    data = {**bell.dispatcher.workflow_data, "bot": bell.bot, "t": t, "raw_state": state}
    try:
        return await way.propagate_event(update_type=kind, event=update.event, event_update=update, **data)
    except Exception as refusal:  # noqa: BLE001  # whatever it is, it must be the same
        return type(refusal)


@pytest.fixture
async def house_of_an_operator(house: House) -> House:
    house.codebell.admission._admins = frozenset({OPERATOR})
    await house.connect(house.person(), house.alpha)
    return house


async def test_a_press_ends_at_the_same_handler(
    house_of_an_operator: House, ways: tuple[Dispatcher, Dispatcher]
) -> None:
    found = []
    for press in presses():
        long, short = [await taken(way, house_of_an_operator, press, "callback_query") for way in ways]
        assert short == long, press
        found.append(long)
    assert UNHANDLED not in found
    assert len({*found}) > 150


async def test_a_message_ends_at_the_same_handler(
    house_of_an_operator: House, ways: tuple[Dispatcher, Dispatcher]
) -> None:
    found = set()
    for each, state in messages():
        long, short = [await taken(way, house_of_an_operator, each, "message", state) for way in ways]
        assert short == long, (each, state)
        found.add(long)
    assert len(found) > 50


async def test_what_is_neither_ends_at_the_same_handler(
    house_of_an_operator: House, ways: tuple[Dispatcher, Dispatcher]
) -> None:
    member = {"user": who(STRANGER), "status": "member"}
    joined = {"from": who(STRANGER), "date": 1, "old_chat_member": member, "new_chat_member": member}
    group = {"id": GROUP, "type": "supergroup", "title": "Team"}
    events: dict[str, JSON] = {
        "inline_query": {"id": "1", "from": who(STRANGER), "query": "telegram", "offset": ""},
        "my_chat_member": {**joined, "chat": group},
        "chat_member": {**joined, "chat": group},
        "edited_message": message(STRANGER, STRANGER, text="hello"),
    }
    for kind, event in events.items():
        long, short = [await taken(way, house_of_an_operator, event, kind) for way in ways]
        assert short == long, kind


async def test_whatever_is_said_the_lists_stay_few(house: House) -> None:
    switchboard = Switchboard()
    filled(switchboard)
    for number in range(30):
        press = pressed(f"nosuch{number}:{number}", STRANGER, message=message(1, STRANGER, text="…"))
        await taken(switchboard, house, press, "callback_query")
        await taken(switchboard, house, message(1, STRANGER, text=f"/no{number}"), "message", f"no{number}")
    assert switchboard.lists <= 2


@pytest.mark.parametrize(
    ("text", "command"),
    [("/Start x", "start"), ("/start@some_bot", "start"), (" /start", "start"), ("start", ""), ("/", "")],
)
def test_a_command_is_read_as_aiogram_reads_it(text: str, command: str) -> None:
    assert command_of(Message.model_validate(message(STRANGER, STRANGER, text=text))) == command


def test_every_router_that_hears_presses_asks_for_their_first_letter_before_all_else(house: House) -> None:
    """Or it hears them all, as those do that stand around the others."""
    every = {router.name for router in routers() if _hears_all(router)}
    assert every == {"nobody", "maintenance", "errors"}


def _hears_all(router: Router) -> bool:
    observer = router.observers["callback_query"]
    first = next(iter(observer._handler.filters or ()), None)
    if not observer.handlers:
        return False
    press = CallbackQuery.model_validate(pressed("?", STRANGER))
    return first is None or first.magic is None or bool(first.magic.resolve(press))
