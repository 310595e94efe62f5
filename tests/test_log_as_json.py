"""With `LOG_LEVEL=INFO:json` a record is an object per line, and as free of secrets as the plain one."""

import json
import logging
import sys

from bot.log import JsonFormatter, Secrets, configure

TOKEN = "7412589630:AAH-x3_qwertyuiopasdfghjklzxcvbnm12"

SECRET = "the-provider-key-of-nobody"


def written(message: str, *values: object, error: BaseException | None = None) -> dict[str, str]:
    known = Secrets()
    known.add(SECRET)
    trace = None if error is None else (type(error), error, error.__traceback__)
    record = logging.LogRecord("bot.room", logging.ERROR, __file__, 1, message, values, trace)
    line = JsonFormatter(known).format(record)
    assert "\n" not in line
    assert "nobody" not in line
    told = json.loads(line)
    assert isinstance(told, dict)
    return told


def test_a_record_is_an_object() -> None:
    told = written("looking at %s", "number 5")
    assert (told["level"], told["room"], told["says"]) == ("ERROR", "bot.room", "looking at number 5")
    assert told["at"].endswith("+00:00")
    assert "trace" not in told


def test_secrets_are_hidden_in_the_words_and_in_the_trace() -> None:
    try:
        raise ValueError(f"key={SECRET} at https://api.telegram.org/bot{TOKEN}/getMe")
    except ValueError as error:
        told = written("it said\n%s", SECRET, error=error)
    assert told["says"] == "it said\\n***"
    assert "ValueError" in told["trace"]
    assert TOKEN not in told["trace"]


def test_the_level_says_whether_lines_are_json() -> None:
    root, hook, heard = logging.getLogger(), sys.excepthook, logging.getLogger().level
    handlers = list(root.handlers)
    try:
        configure("WARNING:json")
        assert isinstance(root.handlers[-1].formatter, JsonFormatter)
        assert root.level == logging.WARNING
    finally:
        logging.captureWarnings(False)
        root.handlers, sys.excepthook = handlers, hook
        root.setLevel(heard)
