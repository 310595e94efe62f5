"""How SMSAK answers: JSON or a bare word, and its errors, which come with HTTP 200 too.

Errors are told apart by their codes, which are documented; their words are Russian, and only where a number
of ours is meant do they say more than "undocumented".
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.errors import (
    BadInput,
    BadKey,
    BadReply,
    Banned,
    CodebellError,
    NoMoney,
    NoNumbers,
    NoSmsYet,
    NotForwardable,
    NotOffered,
    Refused,
    TooEarly,
    TooLate,
    TooSoon,
    Unavailable,
    UnknownActivation,
)
from bot.providers import values
from bot.providers.base import Held
from bot.providers.http import Answer

#: The document's "Possible error codes".
ERRORS: Mapping[int, type[Refused]] = {
    101: NotOffered,
    102: NoMoney,
    103: NoNumbers,
    201: BadKey,
    202: BadKey,
    203: Banned,
}
#: What a refusal without a documented code means, by its words.
Meaning = Callable[[str], CodebellError]

_NOT_FOUND = re.compile(r"не найден|не существует|not found|no such|does not exist", re.IGNORECASE)
#: How long it still takes, or that it is early. A refusal may name a time that has passed, too.
_TOO_EARLY = re.compile(
    r"не ран(?:ее|ьше)|\bрано\b|not earlier|too (?:early|soon)"
    r"|\b(?:через|подождите|in|wait)\s+(?:ещ[её]\s+)?\d+\s*(?:сек|мин|sec|min)",
    re.IGNORECASE,
)
_AFTER_AN_SMS = re.compile(r"перв|после|first|after", re.IGNORECASE)
_WRONG = re.compile(r"неверн|некоррект|wrong|invalid", re.IGNORECASE)
_PAUSE = re.compile(r"(\d{1,4})\s*(сек|мин|sec|min)", re.IGNORECASE)
#: A backslash, and the escape it begins where JSON knows one.
_BACKSLASH = re.compile(r'\\(["\\/bfnrt]|u[0-9a-fA-F]{4})?')


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer without an error: its text, and its JSON document, None for null and for what is none."""

    text: str
    document: object

    @property
    def word(self) -> str:
        """A bare answer such as `1`, which may come in quotes."""
        return values.unquoted(self.text)


def undocumented(words: str) -> CodebellError:
    return BadReply("an undocumented error")


def about_a_number(words: str) -> CodebellError:
    """A refusal to tell of a number."""
    return UnknownActivation("not found") if _NOT_FOUND.search(words) else undocumented(words)


def asked_in_vain(words: str) -> CodebellError:
    """A refusal to bring another SMS: not yet, or none can come any more."""
    if _TOO_EARLY.search(words):
        return TooSoon("too soon", seconds=_seconds(words))
    return UnknownActivation("not found") if _NOT_FOUND.search(words) else TooLate("refused")


def not_returned(held: Held, minimum: float) -> Meaning:
    """A refusal to take a number back: 30 seconds after the purchase at the soonest, or for good."""

    def means(words: str) -> CodebellError:
        if _TOO_EARLY.search(words):
            left = (_seconds(words) or minimum) - held.age
            return TooEarly("too early", seconds=left if left > 0 else None)
        return asked_in_vain(words)

    return means


def not_forwarded(words: str) -> CodebellError:
    """A refusal to forward calls: before the first SMS, to no phone, or where there is no forwarding."""
    if _NOT_FOUND.search(words):
        return UnknownActivation("not found")
    if _AFTER_AN_SMS.search(words):
        return NoSmsYet("refused")
    return BadInput("refused") if _WRONG.search(words) else NotForwardable("refused")


def read(answer: Answer, means: Meaning = undocumented) -> Reply:
    """An answer without an error; raises the one it holds, or `Unavailable` for emptiness and web pages."""
    found = document(answer.text)
    error = documented(found) or _by_status(answer) or _objection(found, means)
    if error is not None:
        raise error
    return Reply(answer.text, found)


def document(text: str) -> object | None:
    """A JSON document; where it cannot be read, with its lone backslashes doubled.

    So the document itself shows the class of an error: `app\\helpers\\apiException`.
    """
    if text.startswith("<"):
        return None
    found = values.document(text)
    return found if found is not None or "\\" not in text else values.document(_doubled(text))


def documented(found: object) -> CodebellError | None:
    """The error of a document that holds one of the documented codes."""
    if not isinstance(found, dict) or not _is_error(found):
        return None
    number = values.count(found.get("code"))
    return None if number is None or number not in ERRORS else ERRORS[number](f"error {number}")


def granted(reply: Reply) -> None:
    """That the answer is a yes: a `1` in any of its forms."""
    if values.truth(reply.word) is not True:
        raise BadReply("neither a yes nor an error")


def listed(reply: Reply) -> list[object]:
    """The rows of a list."""
    if not isinstance(reply.document, list):
        raise BadReply("no list")
    return reply.document


def _objection(found: object, means: Meaning) -> CodebellError | None:
    """The error of a document that says why not, and no documented code."""
    if not isinstance(found, dict):
        return None
    if found.get("error"):
        return means(str(found["error"]))
    return means(str(found.get("message"))) if _is_error(found) else None


def _is_error(found: Mapping[str, Any]) -> bool:
    return found.get("name") == "error" or ("code" in found and not found.keys() & {"id", "number"})


def _by_status(answer: Answer) -> CodebellError | None:
    match answer.status:
        case 401:
            return BadKey("HTTP 401")
        case 403 | 429:
            return Unavailable(f"HTTP {answer.status}", retry_after=answer.retry_after)
        case status if status >= 400:
            return BadReply(f"HTTP {status}")
    if not answer.text or answer.text.startswith("<"):
        return Unavailable("an empty answer or a web page")
    return None


def _seconds(words: str) -> float | None:
    told = _PAUSE.search(words)
    if told is None:
        return None
    return float(told[1]) * (60 if told[2].lower() in {"мин", "min"} else 1)


def _doubled(text: str) -> str:
    return _BACKSLASH.sub(lambda found: found[0] if found[1] else r"\\", text)
