"""aiogram as it is, less what it makes ready in advance: each of its types is built when it is first used.

Importing aiogram builds all 400 of them, most of its seconds and of its megabytes; a bot needs a few dozen.
Left alone, pydantic builds a type at its first use, but not from names that are there for type checkers only:
here it is given those that aiogram gives it.

All of that is to spare time: where another aiogram or pydantic does not allow it, aiogram is loaded as ever.

Nor is what was loaded searched for garbage: it is 200,000 objects, and a search through them stops the loop.
"""

import gc
import logging
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from pydantic import BaseModel

Names = dict[str, Any]

#: Objects made until the youngest are searched for garbage, and how many such searches until the next older.
#: Python's own (700, 10, 10) cost a sixth of all that reading updates costs.
SEARCHES = 10_000, 20, 20

#: A message as Telegram tells one.
_SAID: Names = {"message_id": 1, "date": 1, "chat": {"id": 1, "type": "private"}, "text": "-"}

log = logging.getLogger(__name__)

_MODEL: Any = BaseModel
_BUILD: Any = BaseModel.__dict__.get("model_rebuild")
_TYPES = "aiogram.types."


@contextmanager
def loading() -> Iterator[None]:
    """What is loaded stays: searching it for garbage again and again costs a sixth of a start."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def loaded() -> None:
    """Whatever there is now stays: no search for garbage walks through it; and they come less often."""
    gc.freeze()
    gc.set_threshold(*SEARCHES)


def load_aiogram() -> None:
    """Import aiogram, if nobody did so yet; whoever imports it later finds it as ever."""
    if "aiogram" in sys.modules:
        return
    try:
        _load_frugally()
    except Exception as odd:  # noqa: BLE001 # whatever it is, the bot starts all the same
        log.warning("aiogram is loaded whole, which takes a second more: %s", type(odd).__name__)
        _unload()


def _load_frugally() -> None:
    names: Names = {}
    with _left_for_later(names):
        from aiogram.methods.base import Response, TelegramMethod
        from aiogram.types.base import TelegramObject
    roots: Sequence[Any] = (TelegramObject, TelegramMethod, Response) if names else ()
    for root in roots:
        root.model_rebuild = classmethod(_from(names))
    _use_first()


def _use_first() -> None:
    """The types that every bot uses are built; it raises where they cannot be.

    Each answer with a message takes 0.07 s of CPU, for which the first code and the first card would wait.
    """
    from aiogram.methods import EditMessageText, SendMessage
    from aiogram.methods.base import Response
    from aiogram.types import Update

    answer: Any = Response
    answer[list[Update]].model_validate({"ok": True, "result": [{"update_id": 1}]})
    for method in (SendMessage(chat_id=1, text="-"), EditMessageText(text="-")):
        answer[method.__returning__].model_validate({"ok": True, "result": _SAID})


def _unload() -> None:
    for name in [each for each in sys.modules if each.partition(".")[0] == "aiogram"]:
        del sys.modules[name]


@contextmanager
def _left_for_later(names: Names) -> Iterator[None]:
    """No type of aiogram is built; the names to build them from are kept instead."""

    def note(cls: type[BaseModel], /, **given: Any) -> bool | None:
        if cls.__module__.startswith(_TYPES) and "_types_namespace" in given:
            names.update(given["_types_namespace"])
            return None
        return _built(cls, given)

    _MODEL.model_rebuild = classmethod(note)
    try:
        yield
    finally:
        _MODEL.model_rebuild = _BUILD


def _from(names: Names) -> Any:
    """Builds from these names, and not from those of whoever happens to use a type first."""

    def rebuild(cls: type[BaseModel], /, **given: Any) -> bool | None:
        return _built(cls, {"_types_namespace": names, **given})

    return rebuild


def _built(cls: type[BaseModel], given: Names) -> bool | None:
    found: bool | None = _BUILD.__get__(None, cls)(**given)
    return found
