"""Straight to the right door: an update is put only before the handlers that its first word can be meant for.

A press is told by its prefix, a message by its command and by the question that is open; the order of the
routers stays, and whoever hears everything is asked as ever. aiogram asks all routers one after another, lets
a thread answer every filter that is no coroutine, and copies all that a handler may be given on each step.
"""

from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from aiogram import Dispatcher, Router
from aiogram.dispatcher.event.bases import UNHANDLED, SkipHandler
from aiogram.dispatcher.event.handler import FilterObject, HandlerObject
from aiogram.dispatcher.event.telegram import TelegramEventObserver
from aiogram.filters import Command
from aiogram.filters.callback_data import CallbackQueryFilter
from aiogram.fsm.state import State
from aiogram.types import CallbackQuery, Message, TelegramObject

Told = dict[str, Any]
Handler = Callable[[TelegramObject, Told], Awaitable[object]]

#: Events that say in a word whom they are for.
_PRESS, _MESSAGE = "callback_query", "message"


@dataclass(frozen=True, slots=True)
class Need:
    """What an update must be for somebody to hear it; None where that is all the same to them."""

    prefix: str | None = None
    commands: frozenset[str] | None = None
    state: str | None = None


@dataclass(frozen=True, slots=True)
class Word:
    """What an update says of whom it is for: only words that somebody here listens for, and "" for others.

    `letter` is the first one of a press.
    """

    event: str
    letter: str = ""
    prefix: str = ""
    command: str = ""
    state: str = ""


@dataclass(slots=True)
class _Known:
    """Every word that somebody listens for; there are no more lists than these can make."""

    letters: set[str] = field(default_factory=set)
    prefixes: set[str] = field(default_factory=set)
    commands: set[str] = field(default_factory=set)
    states: set[str] = field(default_factory=set)

    def learn(self, need: Need) -> None:
        self.commands |= need.commands or set()
        self.states |= {need.state} if need.state is not None else set()
        if need.prefix is not None:
            self.prefixes.add(need.prefix)
            self.letters.add(need.prefix[:1])


@dataclass(frozen=True, slots=True)
class Door:
    """A router with those of its handlers that can be meant, each within the middlewares around it."""

    router: Router
    filters: Sequence[FilterObject]
    handlers: Sequence[tuple[HandlerObject, Handler]]

    async def knock(self, event: TelegramObject, told: Told) -> object:
        """What its handler answers; UNHANDLED if none is meant."""
        given = await _passed(self.filters, event, {**told, "event_router": self.router})
        if given is None:
            return UNHANDLED
        for handler, wrapped in self.handlers:
            found = await _passed(handler.filters or (), event, given)
            if found is not None:
                with suppress(SkipHandler):
                    return await wrapped(event, {**found, "handler": handler})
        return UNHANDLED


async def _passed(filters: Iterable[FilterObject], event: TelegramObject, told: Told) -> Told | None:
    """What is told to whom an update comes, with what the filters found; None if one of them rejects it."""
    for each in filters:
        wanted = told if each.varkw else {name: told[name] for name in each.params if name in told}
        check = each.callback(event, **wanted)
        if each.awaitable:
            check = await check
        if not check:
            return None
        if isinstance(check, dict):
            told = {**told, **check}
    return told


class Switchboard(Dispatcher):
    """A dispatcher that knows who listens for what: the handlers of the routers that are included in it.

    All of them are included before the first update, which raises what `include_routers` does where something
    came later that nobody would ask.
    """

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self._lists: dict[Word, list[Door]] = {}

    @property
    def lists(self) -> int:
        """How many there are."""
        return len(self._lists)

    def include_routers(self, *routers: Router) -> None:
        """RuntimeError where aiogram would hear somebody whom nobody asks here."""
        super().include_routers(*routers)
        self._check()

    def include_router(self, router: Router) -> Router:
        """RuntimeError after the first update: the lists are made."""
        if "_known" in self.__dict__:
            raise RuntimeError(f"{router.name} is included too late: updates are handled already")
        return super().include_router(router)

    def _check(self) -> None:
        deaf = [*_unasked(self), *(words for router in self.sub_routers for words in _passed_over(router))]
        if deaf:
            raise RuntimeError(f"the switchboard would not hear: {'; '.join(deaf)}")

    @cached_property
    def _known(self) -> _Known:
        self._check()
        known = _Known()
        for router in self.sub_routers:
            for observer in router.observers.values():
                for handler in observer.handlers:
                    known.learn(need_of(handler))
        return known

    async def propagate_event(self, update_type: str, event: TelegramObject, **kwargs: Any) -> Any:
        """What aiogram does, on a short list."""
        for door in self._asked(self._word(update_type, event, kwargs.get("raw_state"))):
            response = await door.knock(event, kwargs)
            if response is not UNHANDLED:
                return response
        return UNHANDLED

    def _asked(self, word: Word) -> list[Door]:
        if (found := self._lists.get(word)) is None:
            found = self._lists[word] = [*self._meant(word)]
        return found

    def _word(self, event: str, update: TelegramObject, state: str | None) -> Word:
        known = self._known
        match update:
            case CallbackQuery(data=data):
                said = data or ""
                prefix, letter = said.partition(":")[0], said[:1]
                return Word(
                    event,
                    letter=letter if letter in known.letters else "",
                    prefix=prefix if prefix in known.prefixes else "",
                )
            case Message():
                command = command_of(update)
                return Word(
                    event,
                    command=command if command in known.commands else "",
                    state=state if state is not None and state in known.states else "",
                )
        return Word(event)

    def _meant(self, word: Word) -> Iterator[Door]:
        """Those whom such an update can be for, each with only the handlers that can be meant."""
        for router in self.sub_routers:
            observer = router.observers[word.event]
            if word.event == _PRESS and not _lets_in(observer, word.letter):
                continue
            heard = [each for each in observer.handlers if _hears(need_of(each), word)]
            if heard or (word.event == _PRESS and _judges(observer)):
                yield _door(router, observer, heard)


def _unasked(dispatcher: Dispatcher) -> Iterator[str]:
    """What stands on the dispatcher itself: only what is around every update is asked there."""
    for event, observer in dispatcher.observers.items():
        if event == dispatcher.update.event_name:
            continue
        if observer.handlers:
            yield f"dispatcher.{event}.handlers"
        if observer._handler.filters:
            yield f"dispatcher.{event}.filters"
        if [*observer.outer_middleware]:
            yield f"dispatcher.{event}.outer_middleware"


def _passed_over(router: Router) -> Iterator[str]:
    """What a router has besides handlers, their filters and what is within these."""
    if router.sub_routers:
        yield f"{router.name}.sub_routers"
    for event, observer in router.observers.items():
        if [*observer.outer_middleware]:
            yield f"{router.name}.{event}.outer_middleware"


def need_of(handler: HandlerObject) -> Need:
    """As its filters say, up to the first that may do more than look at the update itself."""
    need: dict[str, Any] = {}
    for each in handler.filters or ():
        match each.callback:
            case CallbackQueryFilter(callback_data=data):
                need["prefix"] = data.__prefix__
            case Command() as command if _is_plain(command):
                need["commands"] = frozenset(command.commands)
            case State(state=str(state)) if state != "*":
                need["state"] = state
            case _ if each.magic is None:
                break
    return Need(**need)


def _is_plain(command: Command) -> bool:
    return command.ignore_case and command.prefix == "/" and all(isinstance(c, str) for c in command.commands)


def _hears(need: Need, word: Word) -> bool:
    return (
        need.prefix in (None, word.prefix)
        and (need.commands is None or word.command in need.commands)
        and need.state in (None, word.state)
    )


def command_of(message: Message) -> str:
    """The command that a message begins with, as aiogram reads it; "" where there is none."""
    first = next(iter((message.text or message.caption or "").split(maxsplit=1)), "")
    return first[1:].partition("@")[0].casefold() if first.startswith("/") else ""


class _Unseen(Exception):
    """More than the letter is asked for."""


class _Letter:
    """A press of which only the first letter is seen."""

    def __init__(self, data: str) -> None:
        self.data = data

    def __getattr__(self, name: str) -> object:
        raise _Unseen(name)


def _lets_in(observer: TelegramEventObserver, letter: str) -> bool:
    """Whether a router that asks for a press's first letter, before all else, is content with this one."""
    first = next(iter(observer._handler.filters or ()), None)  # aiogram shows it nowhere else
    if first is None or first.magic is None:
        return True
    try:
        return bool(first.magic.resolve(_Letter(letter)))
    except _Unseen:
        return True


def _judges(observer: TelegramEventObserver) -> bool:
    """Whether a router asks more than that of everything that comes to it: it may have something to say."""
    return any(each.magic is None for each in observer._handler.filters or ())


def _door(router: Router, observer: TelegramEventObserver, heard: Iterable[HandlerObject]) -> Door:
    around = observer._resolve_middlewares()
    wrapped = [(each, observer.outer_middleware.wrap_middlewares(around, each.call)) for each in heard]
    return Door(router, observer._handler.filters or (), wrapped)
