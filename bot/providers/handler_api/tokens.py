"""The words of the handler_api family: how a reply is read, and which error each refusal means.

A reply is a word, with more after its first colon, or a JSON document; an error comes in either form.
Tokens and JSON forms: the documents of sms-activate, SMSBower and HeroSMS, and what their clients met.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot import errors
from bot.providers.http import Answer
from bot.providers.values import document, money, unquoted

#: What a definite no means. Words are upper case with underscores, whatever form they came in.
REFUSALS: dict[str, type[errors.Refused]] = {
    **dict.fromkeys(("BAD_KEY", "NO_KEY", "ERROR_WRONG_KEY", "WRONG_API_KEY", "NO_ACCESS"), errors.BadKey),
    **dict.fromkeys(("BANNED", "ACCOUNT_INACTIVE", "WRONG_SECURITY"), errors.Banned),
    **dict.fromkeys(("NO_BALANCE", "NO_BALANCE_FORWARD", "NO_YULA_MAIL"), errors.NoMoney),
    **dict.fromkeys(
        ("NO_NUMBERS", "WHATSAPP_NOT_AVAILABLE", "OUT_OF_STOCK", "NOT_AVAILABLE", "SERVICE_NOT_AVAILABLE"),
        errors.NoNumbers,
    ),
    **dict.fromkeys(
        (
            *("BAD_SERVICE", "WRONG_SERVICE", "BAD_COUNTRY", "WRONG_COUNTRY", "WRONG_OPERATOR"),
            *("OPERATORS_NOT_FOUND", "SERVICE_UNAVAILABLE_REGION"),
            # Grizzly says it in prose.
            "THE_SERVICE_IS_PROHIBITED_FOR_SALE_BY_ADMINISTRATION",
        ),
        errors.NotOffered,
    ),
    **dict.fromkeys(
        ("WRONG_EXCEPTION_PHONE", "BAD_FORWARD", "INVALID_TIME", "UNPROCESSABLE_ENTITY"), errors.BadInput
    ),
    **dict.fromkeys(
        (
            "NO_ACTIVATION",
            "WRONG_ACTIVATION_ID",
            "INVALID_ACTIVATION_ID",
            "NO_ID_RENT",
            "INVALID_PHONE",
            "NOT_FOUND",
        ),
        errors.UnknownActivation,
    ),
    **dict.fromkeys(
        ("BAD_STATUS", "CANT_CANCEL", "ALREADY_FINISH", "FREE_CANCELLATION_EXPIRED", "ACTIVATION_NOT_ACTIVE"),
        errors.TooLate,
    ),
    **dict.fromkeys(("OTP_RECEIVED", "NEW_OTP_RECEIVED"), errors.CodeArrived),
    "BAD_ACTION": errors.Unsupported,
    "CHANNELS_LIMIT": errors.LimitReached,
    "EARLY_CANCEL_DENIED": errors.TooEarly,
    "WRONG_MAX_PRICE": errors.PriceChanged,
}

#: The provider's own troubles. ERROR_SQL is documented both as a broken database and as a wrong parameter.
FAULTS = frozenset({"ERROR_SQL", "SQL_ERROR", "SERVER_ERROR", "NO_CONNECTION", "RATE_LIMIT"})

#: Answers to a purchase that would make no sense as a no: whether something was bought is not known.
NOT_ABOUT_A_PURCHASE = (errors.UnknownActivation, errors.TooEarly, errors.TooLate, errors.CodeArrived)


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer: a `word` and the `rest` after its first colon, or a `document` without an error in it."""

    status: int
    word: str = ""
    rest: str = ""
    document: Any = None
    info: Mapping[str, Any] = field(default_factory=dict)
    retry_after: float | None = None


def read(answer: Answer) -> Reply:
    """An answer as a reply, whatever its Content-Type says; HTML and emptiness give one without a word.

    A document that came with an HTTP error is none, even where it does not look like one.
    """
    found = _parsed(answer.text)
    if isinstance(found, dict):
        word, info = _error(found)
        return _reply(answer, word, None if word else found, info)
    if isinstance(found, str):
        return _reply(answer, found)
    if found is None and not answer.text.startswith("<") and answer.text != "null":
        return _reply(answer, answer.text)
    return _reply(answer, "", found)


def failure(reply: Reply) -> errors.CodebellError:
    """The error that a reply stands for which is not what was asked for."""
    match reply.word:
        case "BANNED":
            return errors.Banned(reply.word, until=unquoted(reply.rest) or None)
        case "WRONG_MAX_PRICE":
            return errors.PriceChanged(reply.word, minimum=money(reply.rest or reply.info.get("min")))
        case word if word in REFUSALS:
            return REFUSALS[word](word)
        case word if word in FAULTS:
            return errors.Unavailable(word, retry_after=reply.retry_after)
    return _by_status(reply)


def purchase_failure(reply: Reply) -> errors.CodebellError:
    """The same after a purchase: only a documented word is a no, everything else may have cost money."""
    if reply.word == "RATE_LIMIT" and reply.status == 429:
        return errors.LimitReached(reply.word)
    error = failure(reply)
    if isinstance(error, NOT_ABOUT_A_PURCHASE):
        return errors.BadReply(reply.word)
    return error


def _by_status(reply: Reply) -> errors.CodebellError:
    match reply.status:
        case 401:
            # 2026-08-30: SMSBower answers a wrong key with 401 and JSON, not with BAD_KEY.
            return errors.BadKey("HTTP 401")
        case 403 | 429:
            return errors.Unavailable(f"HTTP {reply.status}", retry_after=reply.retry_after)
        case status if status >= 400:
            return errors.BadReply(f"HTTP {status}")
    if not reply.word and reply.document is None:
        return errors.Unavailable("an empty answer or a web page")
    return errors.BadReply("an undocumented answer")


def _parsed(text: str) -> object | None:
    return document(text) if text[:1] in set('{["-0123456789') else None


def _reply(answer: Answer, words: str, found: object = None, info: Mapping[str, Any] | None = None) -> Reply:
    word, _, rest = words.partition(":")
    known = found if answer.status < 400 else None
    return Reply(answer.status, _normal(word), rest.strip(), known, info or {}, answer.retry_after)


def _normal(word: str) -> str:
    return "_".join(unquoted(word[:100]).upper().split())


def _error(found: dict[str, Any]) -> tuple[str, Mapping[str, Any]]:
    """The error's words in a JSON object, "" where there is no error."""
    inner = found.get("error")
    if isinstance(inner, dict):
        return str(inner.get("code") or inner.get("message") or "ERROR"), inner
    if isinstance(inner, str) and inner:
        return inner, found
    if _is_error(found):
        words = (found.get(name) for name in ("message", "msg", "title", "code"))
        return next((str(word) for word in words if word), "ERROR"), _info(found)
    return "", {}


def _is_error(found: dict[str, Any]) -> bool:
    status, success = found.get("status"), found.get("success")
    return (
        status in ("error", "fail")
        or (status in (0, "0") and "message" in found)
        or (success is not None and str(success).lower() in {"0", "false"})
        or found.get("name") == "error"
        or {"title", "details"} <= found.keys()
    )


def _info(found: dict[str, Any]) -> Mapping[str, Any]:
    info = found.get("info")
    return info if isinstance(info, dict) else {}
