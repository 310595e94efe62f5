"""The log: one line per record, without secrets, whoever wrote it and whatever it quotes.

Redaction sits in the formatter of the root handler, the last place every record passes, tracebacks included.
Of an error that quotes what was read only its class and its frames are told.
Masking phone numbers is up to those who log them.

As JSON a record is one object: `at` (ISO 8601, UTC), `level`, `room` (who says it), `says`, and `trace` where
an error goes with it.
"""

import json
import logging
import re
import sys
import threading
import traceback
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, TextIO
from urllib.parse import quote, quote_plus

from bot.errors import SettingsError

HIDDEN = "***"
#: Shorter values are words: hiding them would tear ordinary text apart and tell where they stood.
SHORTEST = 8
FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
#: These write whole URLs, SQL values, or a line per update below WARNING.
LOUD = ("httpx", "httpcore", "apscheduler", "aiogram.event", "aiosqlite", "sqlalchemy", "matplotlib", "PIL")

#: Errors of these libraries quote what they read: codes, numbers, whole messages.
QUOTING = frozenset({"aiogram", "pydantic_core"})

_NAME = r"(?:api[_-]?key|access[_-]?key|key|token|secret|password|passwd|pwd)"
_IS = r"[\"']?\s{0,4}[:=]\s{0,4}[\"']?"
PATTERNS = tuple(
    (re.compile(pattern, re.IGNORECASE), shown)
    for pattern, shown in (
        # A bot token as in https://api.telegram.org/bot<token>/getMe, its colon perhaps escaped.
        (r"\d{6,12}(?::|%3A)[a-z0-9_-]{30,}", HIDDEN),
        (rf"(authorization{_IS}(?:[a-z]+ )?)[^\s\"',]+", rf"\1{HIDDEN}"),
        (r"\b((?:bearer|basic)\s{1,4})[a-z0-9._~+/=-]{12,}", rf"\1{HIDDEN}"),
        (rf"({_NAME}{_IS})[^\s\"'&,;)\]}}]+", rf"\1{HIDDEN}"),
        (r"(://)[^\s/@\"']{1,512}@", rf"\1{HIDDEN}@"),
    )
)

#: Control characters, zero-width and direction marks, line ends of any alphabet, halves of a pair.
UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")


class Secrets:
    """The values that must never be seen, also quoted for a URL, JSON or Python; safe from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._values: tuple[str, ...] = ()
        #: The same: every opened key is asked after among those of all.
        self._known: frozenset[str] = frozenset()

    def add(self, value: str) -> None:
        """Hide a value from now on. One of fewer than 8 characters is ignored."""
        if len(value) < SHORTEST or value in self._known:
            return
        forms = {value, quote(value, safe=""), quote_plus(value), json.dumps(value)[1:-1], repr(value)[1:-1]}
        with self._lock:
            # The longest first: a secret inside another must not leave the rest of it standing.
            self._values = tuple(sorted({*self._values, *forms}, key=len, reverse=True))
            self._known = frozenset(self._values)

    def hide(self, text: str) -> str:
        for value in self._values:
            text = text.replace(value, HIDDEN)
        return text


#: The secrets of this process: the bot token, the master keys, every provider key that was opened.
secrets = Secrets()


def redact(text: str, known: Secrets = secrets) -> str:
    """One line fit to be read by anybody: known secrets, then what looks like one, then unseen characters."""
    text = known.hide(text)
    for pattern, shown in PATTERNS:
        text = pattern.sub(shown, text)
    return UNSEEN.sub(_visible, text)


def _visible(match: re.Match[str]) -> str:
    return match.group().encode("unicode_escape").decode("ascii")


def told(error: BaseException) -> str:
    """A traceback with its causes, without the words of errors that quote a whole message or answer."""
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    before = f"{told(cause)}then\n" if cause is not None else ""
    parts = error.exceptions if isinstance(error, BaseExceptionGroup) else ()
    frames = "".join(["Traceback (most recent call last):\n", *traceback.format_tb(error.__traceback__)])
    return "".join([before, frames, _last_line(error), *map(told, parts)])


def _last_line(error: BaseException) -> str:
    if type(error).__module__.partition(".")[0] in QUOTING:
        return f"{type(error).__module__}.{type(error).__qualname__}\n"
    return "".join(traceback.format_exception_only(error))


class RedactingFormatter(logging.Formatter):
    """Formats as usual, then redacts the whole: message, traceback and stack."""

    def __init__(self, known: Secrets = secrets) -> None:
        super().__init__(FORMAT)
        self._known = known

    def format(self, record: logging.LogRecord) -> str:
        if record.exc_info:
            # What another formatter made of it is kept with the record.
            record.exc_text = None
        return redact(super().format(record), self._known)

    def formatException(self, ei: Any) -> str:  # noqa: N802 - logging's name
        return told(ei[1]).rstrip() if ei[1] is not None else ""


class JsonFormatter(RedactingFormatter):
    """The same for programs: an object per line."""

    def format(self, record: logging.LogRecord) -> str:
        told = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "room": redact(record.name, self._known),
            "says": redact(record.getMessage(), self._known),
        }
        if record.exc_info:
            told["trace"] = redact(self.formatException(record.exc_info), self._known)
        return json.dumps(told, ensure_ascii=False)


class Console(logging.StreamHandler[TextIO]):
    """The root handler. Python's own answer to a record that cannot be formatted prints its raw arguments."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's name
        kind = sys.exc_info()[0]
        problem = kind.__name__ if kind is not None else "error"
        self.stream.write(f"a record of {redact(record.name)} could not be written: {problem}\n")


def configure(level: str, stream: TextIO | None = None) -> None:
    """Log to `stream` (stderr) from `level` on, `INFO:json` as JSON; SettingsError where it is none.

    Also uncaught exceptions and warnings go this way: Python would print them as they are.
    """
    level, _, form = level.partition(":")
    number = logging.getLevelNamesMapping().get(level.upper())
    if number is None:
        raise SettingsError("LOG_LEVEL is one of DEBUG, INFO, WARNING, ERROR, CRITICAL")
    console = Console(stream or sys.stderr)
    console.setFormatter(JsonFormatter() if form == "json" else RedactingFormatter())
    root = logging.getLogger()
    root.handlers = [old for old in root.handlers if not isinstance(old, Console)] + [console]
    root.setLevel(number)
    for name in LOUD:
        logging.getLogger(name).setLevel(max(number, logging.WARNING))
    logging.captureWarnings(True)
    sys.excepthook = _uncaught


def _uncaught(kind: type[BaseException], error: BaseException, traceback: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    logging.getLogger("bot").critical("uncaught", exc_info=(kind, error, traceback))
