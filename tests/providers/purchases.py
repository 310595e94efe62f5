"""What every handler_api site may answer to a purchase, as data for the contract: a no, a doubt, a number."""

from decimal import Decimal

from bot.errors import (
    BadInput,
    BadReply,
    Banned,
    LimitReached,
    NoMoney,
    NoNumbers,
    NotOffered,
    PriceChanged,
    Unavailable,
    Unsupported,
)
from bot.providers.base import Number
from tests.providers.contract import Case
from tests.providers.site import Said

REFUSED = tuple(
    Case("buy", reply, error)
    for reply, error in (
        ("NO_NUMBERS", NoNumbers),
        ("no numbers", NoNumbers),
        ("NO_NUMBERS\n", NoNumbers),
        ('{"status":"error","message":"NO_NUMBERS"}', NoNumbers),
        ("WHATSAPP_NOT_AVAILABLE", NoNumbers),
        ("OUT_OF_STOCK", NoNumbers),
        ("NOT_AVAILABLE", NoNumbers),
        ("SERVICE_NOT_AVAILABLE", NoNumbers),
        (Said("NO_NUMBERS", 404), NoNumbers),
        ("NO_BALANCE", NoMoney),
        ("NO_BALANCE_FORWARD", NoMoney),
        ("NO_YULA_MAIL", NoMoney),
        (Said('{"title":"NO_BALANCE","details":"top up","info":{}}', 402), NoMoney),
        ("BANNED:'2026-3-5 10:11-12'", Banned(until="2026-3-5 10:11-12")),
        ("BANNED:2026-3-5 10-11-12", Banned(until="2026-3-5 10-11-12")),
        ("BANNED", Banned(until=None)),
        (Said('{"title":"BANNED","details":"","info":{}}', 403), Banned),
        ("ACCOUNT_INACTIVE", Banned),
        ("WRONG_SECURITY", Banned),
        ("CHANNELS_LIMIT", LimitReached),
        (Said('{"title":"CHANNELS_LIMIT","details":"","info":{}}', 403), LimitReached),
        (Said('{"title":"RATE_LIMIT","details":"50 rps","info":{}}', 429), LimitReached),
        ("WRONG_MAX_PRICE:0.683", PriceChanged(minimum=Decimal("0.683"))),
        ("WRONG_MAX_PRICE", PriceChanged(minimum=None)),
        ('{"title":"WRONG_MAX_PRICE","details":"","info":{"min":0.7}}', PriceChanged(minimum=Decimal("0.7"))),
        ("BAD_SERVICE", NotOffered),
        ("WRONG_SERVICE", NotOffered),
        ('{"error":"Bad service"}', NotOffered),
        ("BAD_COUNTRY", NotOffered),
        ("WRONG_COUNTRY", NotOffered),
        ('{"error":"Bad country"}', NotOffered),
        ("WRONG_OPERATOR", NotOffered),
        ("SERVICE_UNAVAILABLE_REGION", NotOffered),
        ("The service is prohibited for sale by administration", NotOffered),
        ("WRONG_EXCEPTION_PHONE", BadInput),
        ("BAD_FORWARD", BadInput),
        (Said("UNPROCESSABLE_ENTITY:service:INVALID", 422), BadInput),
        ("BAD_ACTION", Unsupported),
        (Said('{"title":"BAD_ACTION","details":"","info":{}}', 404), Unsupported),
    )
)

UNCLEAR = tuple(
    Case("buy", reply, error)
    for reply, error in (
        ("ERROR_SQL", Unavailable),
        ("SQL_ERROR", Unavailable),
        ("SERVER_ERROR", Unavailable),
        ("SERVER ERROR", Unavailable),
        ("NO_CONNECTION", Unavailable),
        ("", Unavailable),
        ("<html>ACCESS_NUMBER:1:84901234567</html>", Unavailable),
        (Said("", 429, {"retry-after": "7"}), Unavailable(retry_after=7.0)),
        ("NO_ACTIVATION", BadReply),
        ("BAD_STATUS", BadReply),
        ("EARLY_CANCEL_DENIED", BadReply),
        ("ACCESS_NUMBER", BadReply),
        ("ACCESS_NUMBER::84901234567", BadReply),
        ("ACCESS_NUMBER:42 42:84901234567", BadReply),
        (Said('{"activationId":"4242","phoneNumber":"84901234567"}', 400), BadReply),
        ("ACCESS_BALANCE:12", BadReply),
        ('{"activationId":null,"phoneNumber":"84901234567"}', BadReply),
        ('{"activationId":true,"phoneNumber":"84901234567"}', BadReply),
        ('{"activationId":"4242","phoneNumber":"849012', BadReply),
        ('{"status":"success"}', BadReply),
    )
)

#: An id is enough to poll and to cancel, so what was paid for is kept even where its number cannot be read.
UNREADABLE = tuple(
    Case("buy", reply, Number("4242", *kept))
    for reply, kept in (
        ("ACCESS_NUMBER:4242:84901234567:0.5", ("+84901234567", "84901234567")),
        ("ACCESS_NUMBER:4242", ("", "")),
        ("ACCESS_NUMBER:4242:", ("", "")),
        ("ACCESS_NUMBER:4242:unknown", ("unknown", "unknown")),
        ("ACCESS_NUMBER:4242:8490<b>***</b>", ("8490b***b", "8490<b>***</b>")),
        ("ACCESS_NUMBER:4242:" + "1" * 70, ("1" * 32, "1" * 64)),
        ('{"activationId":"4242"}', ("", "")),
        ('{"activationId":4242,"phoneNumber":null,"activationCost":0.5}', ("", "", Decimal("0.5"))),
        ('{"activationId":4242,"phoneNumber":["84901234567"]}', ("", "")),
    )
)
