"""The SMS of an activation as SMSAK tells them: the code apart, beside the text, or only in it."""

from bot.errors import BadReply
from bot.providers import values
from bot.providers.base import Held, Outcome, Reading
from bot.providers.codes import codes_in
from bot.providers.smsak.catalogue import Row, legible
from bot.providers.smsak.replies import Reply, listed

#: Characters of a time that are kept: it is compared, and shown to nobody.
_LONGEST_TIME = 32


def latest(reply: Reply) -> Reading | None:
    """The newest SMS; its code is "" where only the text may hold one. None before the first: `null`."""
    if reply.text == "null":
        return None
    if not isinstance(reply.document, dict) or not reply.document.keys() & {"small", "text"}:
        raise BadReply("no SMS")
    return _reading(reply.document)


def every(reply: Reply) -> list[Reading]:
    """All SMS, oldest first: the site gives the newest first. Codes as in `latest`."""
    rows = [] if reply.text == "null" else listed(reply)
    return legible(rows, _reading)[::-1]


def with_code(sms: Reading, beside: str) -> Reading:
    """The SMS with a code in any case: its own, the one told `beside` it, or what it says instead."""
    code = sms.code or beside or values.code(sms.text) or sms.text or ""
    return Reading(sms.outcome, code, sms.text, sms.sender, sms.written)


def code_alone(reply: Reply) -> str:
    """The answer to getlatestcode: a bare word."""
    return "" if isinstance(reply.document, dict | list) else values.code(reply.word)


def is_known(sms: Reading, held: Held) -> bool:
    """Whether this is the number's last SMS again; the same code at another time was sent anew."""
    return sms.code == held.last_code and (not held.last_written or sms.written == held.last_written)


def written(value: object) -> str:
    """A time as the site writes it."""
    return value.strip()[:_LONGEST_TIME] if isinstance(value, str) else ""


def text(value: object) -> str:
    return value.strip()[: values.LONGEST_TEXT] if isinstance(value, str) else ""


def _reading(row: Row) -> Reading | None:
    said = text(row.get("text"))
    code = values.code(row.get("small")) or _in_text(said)
    if not code and not said:
        return None
    sender = values.name(row.get("from")) or None
    return Reading(Outcome.RECEIVED, code, said or None, sender, written(row.get("time")))


def _in_text(said: str) -> str:
    """The only thing in a text that looks like a code; where there are several nobody knows which."""
    found = codes_in(said)
    return found[0] if len(found) == 1 else ""
