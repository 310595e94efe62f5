"""SQLite for tests that open a database each: no thread per connection, and no SQL compiled a second time.

`sqlite+quick:///path` is `sqlite+aiosqlite:///path` in all else: every call still lets others run first.
"""

import asyncio
import sqlite3
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import aiosqlite
from sqlalchemy import Engine
from sqlalchemy.dialects import registry

from storage.hops import Dialect

DRIVER = "sqlite+quick"
#: By statement; a test's engine lives too short to learn them.
_compiled: dict[Any, Any] = {}


class Here:
    """Stands for the thread and its queue: a call is carried out at once, its result comes a moment later."""

    daemon = True

    def start(self) -> None:
        """It runs already."""

    def put_nowait(self, call: tuple[asyncio.Future[Any] | None, Callable[[], Any]]) -> None:
        future, function = call
        try:
            result = function()
        except Exception as error:  # noqa: BLE001  # whatever it is, who asked is told
            _later(future, asyncio.Future.set_exception, error)
        else:
            _later(future, asyncio.Future.set_result, result)


def _later(future: asyncio.Future[Any] | None, settle: Callable[..., None], outcome: object) -> None:
    def told() -> None:
        if future is not None and not future.done():
            settle(future, outcome)

    asyncio.get_running_loop().call_soon(told)


class Connection(aiosqlite.Connection):
    """aiosqlite's, in the thread of the event loop."""

    def __init__(self, connector: Callable[[], sqlite3.Connection]) -> None:
        super().__init__(connector, iter_chunk_size=64)
        self._tx = self._thread = Here()  # type: ignore[assignment]  # as much of both as is asked for


class Quick(Dialect):
    """One dialect for all engines of a process, as far as compiled statements are concerned."""

    driver = "quick"
    supports_statement_cache = True

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self)

    def __hash__(self) -> int:
        return hash(type(self))

    def connect(self, path: str, *given: Any, **more: Any) -> Any:
        connector = partial(sqlite3.connect, path, *given, **more)
        return super().connect(async_creator_fn=lambda: Connection(connector))

    @classmethod
    def engine_created(cls, engine: Engine) -> None:
        engine.update_execution_options(compiled_cache=_compiled)


registry.register("sqlite.quick", __name__, Quick.__name__)


def quick(path: Path) -> str:
    """The URL of a database file."""
    return f"{DRIVER}:///{path}"
