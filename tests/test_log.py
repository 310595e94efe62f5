"""The log holds one line per record and no secret, whoever wrote it."""

import asyncio
import io
import json
import logging
import sys
import threading
import time
import urllib.parse
import warnings
from collections.abc import Iterator

import httpx
import pytest
from aiogram.exceptions import ClientDecodeError
from aiogram.types import Chat
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from bot.errors import SettingsError
from bot.log import HIDDEN, LOUD, Console, Secrets, configure, redact, secrets

TOKEN = "7412589630:AAH-x3_qwertyuiopasdfghjklzxcvbnm12"
KEY = "pepper-0000-salt"


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """The configured root handler, writing here; everything put back at the end."""
    root, hook = logging.getLogger(), sys.excepthook
    handlers, levels = list(root.handlers), {name: logging.getLogger(name).level for name in ("root", *LOUD)}
    levels["root"] = root.level
    stream = io.StringIO()
    configure("DEBUG", stream)
    yield stream
    logging.captureWarnings(False)
    root.handlers, sys.excepthook = handlers, hook
    for name, level in levels.items():
        logging.getLogger(None if name == "root" else name).setLevel(level)


@pytest.fixture
def known() -> Secrets:
    made = Secrets()
    made.add(KEY)
    return made


@pytest.mark.parametrize(
    "text",
    [
        f"GET https://sms.example/api/getBalance/{KEY}",
        f"{{'{KEY}': 1}}",
        f"{KEY}{KEY} and {KEY}",
        f"KEY\N{LATIN SMALL LETTER E WITH ACUTE}{KEY}",
    ],
)
def test_a_known_secret_is_hidden_wherever_it_stands(known: Secrets, text: str) -> None:
    assert KEY not in redact(text, known)


def test_a_known_secret_is_hidden_in_every_quoting() -> None:
    odd = "p&s /\"'\\+ü=1"
    known = Secrets()
    known.add(odd)
    quotings = (
        urllib.parse.quote(odd, safe=""),
        urllib.parse.quote_plus(odd),
        json.dumps(odd),
        repr(odd),
        odd,
    )
    for quoted in quotings:
        assert "p&s" not in redact(quoted, known)
        assert "p%26s" not in redact(quoted, known)


def test_a_secret_inside_another_leaves_no_rest() -> None:
    known = Secrets()
    known.add("abcdefgh")
    known.add("abcdefgh-and-more")
    assert redact("x abcdefgh-and-more y", known) == f"x {HIDDEN} y"


def test_short_values_do_not_tear_ordinary_words_apart() -> None:
    known = Secrets()
    for short in ("", "a", "number"):
        known.add(short)
    assert redact("a number waits", known) == "a number waits"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"POST https://api.telegram.org/bot{TOKEN}/getMe", "POST https://api.telegram.org/bot***/getMe"),
        (f"bot{TOKEN.replace(':', '%3A')}", "bot***"),
        (
            "/stubs/handler_api.php?api_key=abc123&action=getBalance",
            "/stubs/handler_api.php?api_key=***&action=getBalance",
        ),
        ("{'api_key': 'abc123', 'id': 5}", "{'api_key': '***', 'id': 5}"),
        ('{"key": "abc123", "id": 5}', '{"key": "***", "id": 5}'),
        ("access_token=abc;x=1", "access_token=***;x=1"),
        ("Authorization: Bearer abc.def-123", "Authorization: Bearer ***"),
        ("headers={'authorization': 'Basic YWJjOmRlZg=='}", "headers={'authorization': 'Basic ***'}"),
        ("(b'Authorization', b'Bearer abcdefghijklmno')", "(b'Authorization', b'Bearer ***')"),
        ("postgresql://ann:sesame@host/db", "postgresql://***@host/db"),
        ("password=sesame", "password=***"),
    ],
)
def test_what_looks_like_a_secret_is_hidden(text: str, shown: str) -> None:
    assert redact(text, Secrets()) == shown


@pytest.mark.parametrize(
    "text",
    [
        "number 123 waits at 12:30:45",
        "GET http://127.0.0.1:8085/a?service=tg&country=6",
        "ann@example.org",
        "key k1 is gone",
    ],
)
def test_ordinary_text_stays_as_it_is(text: str) -> None:
    assert redact(text, Secrets()) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("one\ntwo\r\nthree", r"one\ntwo\r\nthree"),
        ("\x1b[31mred", r"\x1b[31mred"),
        ("\u202eevil\u2066\u200b", r"\u202eevil\u2066\u200b"),
        ("\u2028line\x85", r"\u2028line\x85"),
        ("\ud800half", r"\ud800half"),
        ("Привіт 🔔", "Привіт 🔔"),
    ],
)
def test_unseen_characters_are_made_visible(text: str, shown: str) -> None:
    assert redact(text, Secrets()) == shown


@given(st.text(), st.text())
def test_nothing_gets_a_secret_through_or_forges_a_line(before: str, after: str) -> None:
    known = Secrets()
    known.add(KEY)
    line = redact(before + KEY + after, known)
    assert KEY not in line
    assert len(line.splitlines()) <= 1


@pytest.mark.parametrize(
    "piece", ["key=", "://a", "bearer ", "1234567890:", "authorization: a ", "\n", "key '"]
)
def test_redacting_a_hostile_half_megabyte_takes_no_time(piece: str) -> None:
    began = time.process_time()
    redact(piece * (500_000 // len(piece)), Secrets())
    assert time.process_time() - began < 3


def test_x_1_a_traceback_is_one_line_without_the_secret(log: io.StringIO) -> None:
    secrets.add(KEY)
    try:
        raise LookupError(f"no {KEY}\nERROR forged")
    except LookupError:
        logging.getLogger("anybody").exception("failed with %s", KEY)
    assert KEY not in log.getvalue()
    assert log.getvalue().count("\n") == 1
    assert "LookupError" in log.getvalue()


def test_an_error_that_quotes_a_whole_answer_is_told_by_class_and_frames(log: io.StringIO) -> None:
    answer = {"ok": True, "result": {"text": "code 12345 for +12015550001"}}
    try:
        try:
            Chat.model_validate(answer["result"])
        except ValidationError as error:
            raise ClientDecodeError("Failed to deserialize object", error, answer) from error
    except ClientDecodeError:
        logging.getLogger("bot.postman").exception("serving a chat")
    said = log.getvalue()
    assert "12345" not in said
    assert "+12015550001" not in said
    assert "ValidationError" in said
    assert "aiogram.exceptions.ClientDecodeError" in said
    assert "test_log.py" in said


def test_a_group_of_errors_is_told_with_what_is_in_it(log: io.StringIO) -> None:
    cause = KeyError("first")
    try:
        raise ExceptionGroup("two", [ValueError("one"), TypeError("other")]) from cause
    except ExceptionGroup:
        logging.getLogger("bot").exception("both")
    said = log.getvalue()
    assert all(word in said for word in ("KeyError: 'first'", "ValueError: one", "TypeError: other"))


async def test_the_loops_own_report_of_a_lost_exception_is_redacted(log: io.StringIO) -> None:
    asyncio.get_running_loop().call_exception_handler(
        {"message": "lost", "exception": RuntimeError(f"https://x/?api_key={KEY}zzz")}
    )
    assert "lost" in log.getvalue()
    assert KEY not in log.getvalue()


async def test_x_1_a_whole_request_at_debug_level_shows_no_key_in_query_or_path(log: io.StringIO) -> None:
    secrets.add(KEY)
    transport = httpx.MockTransport(lambda _: httpx.Response(500))
    async with httpx.AsyncClient(transport=transport) as client:
        reply = await client.get(f"https://sms.example/api/{KEY}", params={"api_key": "unknown-key-1"})
    try:
        reply.raise_for_status()
    except httpx.HTTPStatusError:
        logging.getLogger("bot").exception("refused")
    assert "sms.example" in log.getvalue()
    assert KEY not in log.getvalue()
    assert "unknown-key-1" not in log.getvalue()


@pytest.mark.parametrize("name", LOUD)
def test_loud_libraries_speak_from_warning_on(log: io.StringIO, name: str) -> None:
    logging.getLogger(f"{name}.inside").info("every url")
    assert log.getvalue() == ""
    logging.getLogger(f"{name}.inside").warning("trouble")
    assert "trouble" in log.getvalue()


def test_a_higher_level_silences_the_libraries_too(log: io.StringIO) -> None:
    configure("error", log)
    logging.getLogger("httpx").warning("trouble")
    assert log.getvalue() == ""


def test_a_record_that_cannot_be_formatted_does_not_show_its_arguments(
    log: io.StringIO, capsys: pytest.CaptureFixture[str]
) -> None:
    record = logging.LogRecord("clumsy", logging.ERROR, __file__, 1, "%d numbers", (KEY,), None)
    [console] = [handler for handler in logging.getLogger().handlers if isinstance(handler, Console)]
    console.handle(record)
    assert "a record of clumsy could not be written: " in log.getvalue()
    assert KEY not in log.getvalue() + capsys.readouterr().err


def test_an_uncaught_exception_goes_through_the_log(log: io.StringIO) -> None:
    sys.excepthook(RuntimeError, RuntimeError(f"api_key={KEY}"), None)
    sys.excepthook(KeyboardInterrupt, KeyboardInterrupt(), None)
    assert "RuntimeError: api_key=***" in log.getvalue()
    assert log.getvalue().count("\n") == 1


def test_a_warning_goes_through_the_log(log: io.StringIO) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(True)
        warnings.warn(f"token={KEY}", stacklevel=1)
        logging.captureWarnings(False)
    assert "token=***" in log.getvalue()


def test_configuring_twice_writes_every_record_once(log: io.StringIO) -> None:
    configure("INFO", log)
    logging.getLogger("bot").info("once")
    assert log.getvalue().count("once") == 1
    assert sum(isinstance(handler, Console) for handler in logging.getLogger().handlers) == 1


def test_an_unknown_level_is_named_before_anything_changes() -> None:
    before = list(logging.getLogger().handlers)
    with pytest.raises(SettingsError, match="LOG_LEVEL"):
        configure("LOUD")
    assert logging.getLogger().handlers == before


def test_secrets_can_be_added_while_others_log() -> None:
    known = Secrets()
    values = [f"secret-number-{n}" for n in range(200)]
    threads = [threading.Thread(target=known.add, args=(value,)) for value in values]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not any(value in known.hide(" ".join(values)) for value in values)
