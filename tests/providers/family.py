"""What the handler_api sites have in common, as data for the contract: the words of sms-activate's document,
and the forms in which its clones say them.
"""

from collections.abc import Mapping

import httpx

from bot.errors import (
    BadKey,
    BadReply,
    CodeArrived,
    TooEarly,
    TooLate,
    Unavailable,
    UnknownActivation,
)
from bot.providers.base import ENDED, WAITING, Held, Outcome, Reading
from tests.providers import purchases
from tests.providers.contract import KEY_REFUSED, Case
from tests.providers.site import Said

HELD = Held("4242", "84901234567", age=200.0)
FRESH = Held("4242", "84901234567", age=20.0)
AGAIN = Held("4242", "84901234567", age=200.0, last_code="111", asked_again=True)
DONE = Held("4242", "84901234567", age=200.0, last_code="111")


#: JSON in which a list is looked for and nothing found: it is empty.
EMPTY_LISTS: Mapping[tuple[str, str], object] = {
    (call, trouble): []
    for call in ("services", "countries", "all_prices", "prices", "tiers", "suppliers", "operators")
    for trouble in ("object", "list", "other json", "huge exponent", "not a number")
}
DEFINITE = {**KEY_REFUSED, **EMPTY_LISTS}


def has_effect(request: httpx.Request) -> bool:
    """A purchase, or any change of the status: after a 1 another 1 is refused."""
    query = request.url.params
    return (query["action"].startswith("getNumber") and query["action"] != "getNumbersStatus") or (
        query["action"] == "setStatus" and query["status"] in {"1", "3", "6", "8"}
    )


def code(word: str, text: str | None = None) -> Reading:
    return Reading(Outcome.RECEIVED, word, text)


REFUSED_KEYS = tuple(
    Case(call, reply, BadKey)
    for call in ("balance", "buy", "poll", "cancel")
    for reply in (
        "BAD_KEY",
        "NO_KEY",
        "ERROR_WRONG_KEY",
        "WRONG_API_KEY",
        '"BAD_KEY"',
        "\ufeffBAD_KEY\r\n",
        '{"status":"error","error":"BAD_KEY"}',
        '{"status":"error","msg":"BAD_KEY"}',
        Said('{"title":"BAD_KEY","details":"wrong","info":{}}', 401),
        Said("BAD_KEY", 401),
    )
)

STATUSES = (
    Case("poll", "STATUS_WAIT_CODE", WAITING),
    Case("poll", "STATUS_WAIT_CODE\r\n", WAITING),
    Case("poll", "STATUS_WAIT_RESEND", WAITING),
    Case("poll", "STATUS_WAIT_READY", WAITING),
    Case("poll", "STATUS_WAIT_SCREEN", WAITING),
    Case("poll", "STATUS_ACCESS", WAITING),
    Case("poll", "STATUS_CANCEL", ENDED),
    # It is also said of a completed one.
    Case("poll", "STATUS_CANCEL", ENDED, DONE),
    # Tiger.
    Case("poll", "ACCESS_CANCEL", ENDED),
    Case("poll", "STATUS_OK:", WAITING),
    Case("poll", "STATUS_OK:-", WAITING),
    Case("poll", "STATUS_OK:null", WAITING),
    Case("poll", "STATUS_OK:''", WAITING),
    # After our own request for another SMS the same code is the old one, another is new.
    Case("poll", "STATUS_OK:111", WAITING, AGAIN),
    Case("poll", "STATUS_WAIT_RETRY:111", WAITING, AGAIN),
    Case("poll", "STATUS_WAIT_RETRY:'111'", WAITING, AGAIN),
    Case("poll", "STATUS_WAIT_RETRY:", WAITING),
    Case("poll", "STATUS_WAIT_RETRY", WAITING),
    Case("poll", "NO_ACTIVATION", UnknownActivation),
    Case("poll", "WRONG_ACTIVATION_ID", UnknownActivation),
    Case("poll", Said('{"title":"NOT_FOUND","details":"","info":{}}', 404), UnknownActivation),
    Case("poll", "ERROR_SQL", Unavailable),
    Case("poll", "", Unavailable),
    Case("poll", "<html>", Unavailable),
    Case("poll", "STATUS_NEW_AND_STRANGE:5", BadReply),
    Case("poll", "4242", BadReply),
    Case("poll", (Said("", 500), Said("", 502), "STATUS_WAIT_CODE"), WAITING),
    Case("poll", (Said("", 429), "STATUS_WAIT_CODE"), WAITING),
    Case("poll", (Said(failure=httpx.ReadTimeout), "STATUS_WAIT_CODE"), WAITING),
)

LOST = Said(failure=httpx.ReadTimeout)
UNSENT = Said(failure=httpx.ConnectError)

CHANGES = (
    Case("sent", "ACCESS_READY", None),
    Case("sent", "STATUS_WAIT_CODE", None),
    Case("sent", "STATUS_OK:111", None),
    Case("sent", Said("", 204), None),
    # A word that is no answer to this, even if it begins like one.
    *(Case("sent", (word, "ERROR_SQL"), BadReply) for word in ("ACCESS_NUMBER:1:2", "ACCESS_BALANCE:5")),
    # Sent once: after a 1 another one is refused. What an unclear answer came to, the status tells.
    *(
        Case("sent", (doubt, look), gives)
        for doubt in (LOST, Said("", 502), "SOMETHING_NEW", "BAD_STATUS")
        for look, gives in (("STATUS_WAIT_CODE", None), ("STATUS_OK:5", None), ("STATUS_CANCEL", TooLate))
    ),
    Case("sent", (LOST, "BAD_STATUS"), Unavailable(sent=True)),
    Case("sent", (UNSENT, "STATUS_WAIT_CODE"), Unavailable(sent=False)),
    Case("sent", ("NO_ACTIVATION", "STATUS_WAIT_CODE"), UnknownActivation),
    Case("sent", "STATUS_CANCEL", TooLate),
    Case("sent", ("BAD_STATUS", UNSENT), BadReply),
    Case("another_sms", "ACCESS_RETRY_GET", None, DONE),
    Case("another_sms", "STATUS_WAIT_RESEND", None, DONE),
    Case("another_sms", "BAD_STATUS", TooLate, DONE),
    Case("another_sms", "STATUS_CANCEL", TooLate, DONE),
    Case("another_sms", ("STATUS_OK:111", "STATUS_OK:111"), BadReply, DONE),
    Case("another_sms", ("STATUS_OK:111", "STATUS_WAIT_RESEND"), None, DONE),
    Case("another_sms", "NO_ACTIVATION", UnknownActivation, DONE),
    Case("another_sms", (LOST, "STATUS_WAIT_RESEND"), None, DONE),
    Case("another_sms", (LOST, "STATUS_OK:111"), Unavailable, DONE),
    Case("another_sms", (Said("", 502), "STATUS_OK:111"), Unavailable, DONE),
    Case("another_sms", (UNSENT, "STATUS_WAIT_RESEND"), Unavailable(sent=False), DONE),
    Case("finish", "ACCESS_ACTIVATION", None, DONE),
    Case("finish", "STATUS_CANCEL", None, DONE),
    Case("finish", "ALREADY_FINISH", None, DONE, row="c_12"),
    # HeroSMS.
    Case("finish", Said("", 204), None, DONE),
    Case("finish", ("STATUS_OK:111", "STATUS_OK:111"), BadReply, DONE),
    Case("finish", ("BAD_STATUS", "STATUS_CANCEL"), None, DONE),
    Case("finish", ("BAD_STATUS", "STATUS_OK:111"), TooLate, DONE),
    Case("finish", ("NO_ACTIVATION", "NO_ACTIVATION"), UnknownActivation, DONE),
    Case("finish", (LOST, "STATUS_CANCEL"), None, DONE),
    Case("finish", (LOST, "STATUS_OK:111"), Unavailable, DONE),
    Case("finish", ("SOMETHING_NEW", "STATUS_CANCEL"), None, DONE),
    Case("finish", (UNSENT, "STATUS_CANCEL"), Unavailable(sent=False), DONE),
    Case("cancel", "ACCESS_CANCEL", None),
    Case("cancel", "ACCESS_CONFIRM_GET", None),
    Case("cancel", "ACCESS_CANCEL_ALREADY", None, row="c_12"),
    Case("cancel", "ALREADY_CANCEL", None, row="c_12"),
    Case("cancel", "STATUS_CANCEL", None),
    Case("cancel", Said("", 204), None),
    Case("cancel", "STATUS_OK:'0123'", CodeArrived(code="0123")),
    Case("cancel", ("STATUS_OK:", "STATUS_WAIT_CODE"), BadReply),
    Case("cancel", "ACCESS_ACTIVATION", TooLate),
    Case("cancel", "OTP_RECEIVED", CodeArrived),
    Case("cancel", "NEW_OTP_RECEIVED", CodeArrived),
    Case("cancel", Said('{"title":"OTP_RECEIVED","details":"","info":{}}', 409), CodeArrived),
    Case("cancel", "CANT_CANCEL", TooLate),
    Case("cancel", "ALREADY_FINISH", TooLate),
    Case("cancel", "FREE_CANCELLATION_EXPIRED", TooLate),
    Case("cancel", "ACTIVATION_NOT_ACTIVE", TooLate),
    # Where the answer leaves it open, the status tells.
    Case("cancel", ("BAD_STATUS", "STATUS_CANCEL"), None),
    Case("cancel", ("BAD_STATUS", "STATUS_CANCEL"), TooLate, DONE),
    Case("cancel", ("BAD_STATUS", "STATUS_OK:77"), CodeArrived(code="77")),
    Case("cancel", ("BAD_STATUS", "STATUS_WAIT_CODE"), BadReply),
    Case("cancel", ("BAD_STATUS", "STATUS_WAIT_RESEND"), CodeArrived, AGAIN),
    Case("cancel", ("NO_ACTIVATION", "STATUS_CANCEL"), None),
    Case("cancel", ("NO_ACTIVATION", "NO_ACTIVATION"), UnknownActivation),
    Case("cancel", (LOST, "STATUS_CANCEL"), None),
    Case("cancel", (LOST, "STATUS_OK:77"), CodeArrived(code="77")),
    Case("cancel", (LOST, "STATUS_WAIT_CODE"), Unavailable),
    Case("cancel", ("", "STATUS_CANCEL"), None),
    Case("cancel", ("<html>", "STATUS_WAIT_CODE"), Unavailable),
    Case("cancel", (UNSENT, "STATUS_CANCEL"), Unavailable(sent=False)),
    # What comes of the look settles nothing when it fails: the call itself did leave.
    *(
        Case(call, (LOST, look), Unavailable(sent=True), DONE)
        for call in ("another_sms", "finish", "cancel")
        for look in (UNSENT, Said("", 401), "BAD_KEY", "NO_ACTIVATION", "SOMETHING_NEW", Said("", 429))
    ),
    *(
        Case(call, ("BAD_STATUS", look), BadReply(), DONE)
        for call in ("finish", "cancel")
        for look in (UNSENT, LOST, Said("", 401))
    ),
    *(Case(call, ("BAD_STATUS", "NO_ACTIVATION"), TooLate, DONE) for call in ("finish", "cancel")),
    Case(
        "cancel",
        Said('{"title":"EARLY_CANCEL_DENIED","info":{"minActivationTime":120},"details":""}', 409),
        TooEarly(seconds=100),
        FRESH,
    ),
    Case("cancel", "EARLY_CANCEL_DENIED", TooEarly(seconds=None)),
)

COMMON = (
    *REFUSED_KEYS,
    *purchases.REFUSED,
    *purchases.UNCLEAR,
    *purchases.UNREADABLE,
    *STATUSES,
    *CHANGES,
    # An amount that comes with an error accepts no key.
    *(Case("balance", Said(amount, 403), Unavailable) for amount in ("ACCESS_BALANCE:5", "5")),
    *(Case("balance", Said(amount, 401), BadKey) for amount in ("ACCESS_BALANCE:5", "5")),
    Case("balance", Said("ACCESS_BALANCE:5", 404), BadReply),
    Case("balance", "ACCESS_BALANCE:NaN", BadReply),
    Case("balance", Said("404", 404), BadReply),
    Case("balance", "ACCESS_BALANCE:-1", BadReply),
    Case("balance", "ACCESS_BALANCE:0,5", BadReply),
    Case("balance", "ACCESS_BALANCE:", BadReply),
    Case("balance", "ACCESS_BALANCE:1e30", BadReply),
    Case("balance", (Said("", 503, {"retry-after": "120"}),), Unavailable(retry_after=120.0)),
)
