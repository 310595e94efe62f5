"""What libraries and Python itself write of a failure is fit to be read by anybody, even in debug mode."""

import asyncio
import io
import logging
from pathlib import Path

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, OperationalError

from bot.log import LOUD, RedactingFormatter, Secrets
from storage.database import Database
from tests.storage.shelf import chat, put, shelf, url

KEY = "pepper-0000-salt"
CODE = "code-4711"


@pytest.fixture
def said() -> "Lines":
    return Lines()


class Lines(logging.StreamHandler[io.StringIO]):
    """A handler as the root's, that knows one key; everything it wrote is in `text`."""

    def __init__(self) -> None:
        super().__init__(io.StringIO())
        known = Secrets()
        known.add(KEY)
        self.setFormatter(RedactingFormatter(known))

    @property
    def text(self) -> str:
        return self.stream.getvalue()

    def hears(self, name: str) -> logging.Logger:
        """A logger that writes here too, from DEBUG on."""
        logger = logging.Logger(name, logging.DEBUG)
        logger.addHandler(self)
        return logger


async def test_x_1_a_statement_that_fails_tells_none_of_its_values(tmp_path: Path, said: Lines) -> None:
    twin = chat(1)
    twin.title = CODE
    async with shelf(tmp_path) as database:
        await put(database, chat(1))
        try:
            await put(database, twin)
        except IntegrityError:
            said.hears("anybody").exception("storing a code")
    assert "IntegrityError" in said.text
    assert "INSERT INTO chats" in said.text
    assert CODE not in said.text


async def test_x_1_a_value_in_a_statement_of_ones_own_is_hidden_where_it_is_a_known_key(
    tmp_path: Path, said: Lines
) -> None:
    database = Database(url(tmp_path))
    try:
        async with database.begin() as session:
            await session.execute(text(f"SELECT '{KEY}' FROM nothing"))  # noqa: S608
    except OperationalError:
        said.hears("anybody").exception("a mistake of ours")
    finally:
        await database.close()
    assert "FROM nothing" in said.text
    assert KEY not in said.text


async def test_x_1_asyncio_in_debug_mode_shows_no_argument_that_is_a_key(said: Lines) -> None:
    loop, logger = asyncio.get_running_loop(), logging.getLogger("asyncio")
    logger.addHandler(said)
    try:
        loop.set_debug(True)
        loop.slow_callback_duration = 0.0
        loop.call_soon(len, KEY)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
    finally:
        loop.set_debug(False)
        logger.removeHandler(said)
    assert "Executing <Handle" in said.text
    assert KEY not in said.text


async def test_x_1_the_request_of_an_error_of_the_network_shows_no_key(said: Lines) -> None:
    request = httpx.Request(
        "GET", f"https://{KEY}@sms.example/api/{KEY}/balance", params={"api_key": "never-seen-1"}
    )
    error = httpx.ConnectError(f"no way to {request.url}", request=request)
    error.add_note(f"asked for {request.url!r}")
    try:
        raise ExceptionGroup("several", [error])
    except ExceptionGroup:
        said.hears("anybody").exception("asking %s", request.url, stack_info=True)
    assert "sms.example" in said.text
    assert KEY not in said.text
    assert "never-seen-1" not in said.text
    assert said.text.count("\n") == 1


def test_x_1_whoever_writes_values_below_warning_is_silenced() -> None:
    """aiosqlite writes every statement with its parameters, httpx whole URLs, SQLAlchemy both."""
    assert {"aiosqlite", "httpx", "httpcore", "sqlalchemy"} <= set(LOUD)
