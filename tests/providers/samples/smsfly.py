"""SMS-fly, "REST API v2.04 documentation dated 2023-02-27"."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from bot.errors import BadKey
from bot.providers.base import Balance
from bot.providers.sending import (
    Channel,
    ChannelPrice,
    ChannelReport,
    Delivery,
    Outgoing,
    Report,
    SmsPart,
    ViberButton,
    ViberPart,
)
from bot.providers.smsfly import SmsFly
from tests.providers.samples import KEY, Exchange, Sample
from tests.providers.site import KEY as SECRET

PROVIDER = SmsFly
METHODS = (
    *("GETBALANCE", "GETBALANCEEXT", "GETSOURCES", "GETPRICELIST", "GETPRICE"),
    *("SENDMESSAGE", "GETMESSAGESTATUS"),
)
ASKS = "POST https://sms-fly.ua/api/v2/api.php"
BOTH = (Channel.SMS, Channel.VIBER)
TRAILING_COMMA = "a comma after the last value"

FORBIDDEN = """{
    "success": 0,
    "error": {
        "code": "FORBIDDEN",
        "date": "2021-02-03 04:05:06 +0200",
        "description": "",
    }
}"""
BALANCE = """{
    "success": 1,
    "date": "2021-12-16 17:15:25 +0200",
    "data": {
        "balance": "91.477"
    }
}"""
BALANCES = """{
    "success": 1,
    "date": "2021-12-16 17:15:25 +0200",
    "data": {
        "balance": {
            "sms": "91.477",
            "viber": "191.477"
        }
    }
}"""
SENDERS = """{
    "success": 1,
    "date": "2022-11-14 18:50:11 +0200",
    "data": {
        "viber": ["Promo", "Taxi"],
        "sms": ["myAlphaName", "myAlphaName2"]
    }
}"""
PRICE_LIST = """{
    "success": 1,
    "date": "2022-11-14 18:50:11 +0200",
    "data": {
        "pricelist": {
            "sms": {
                "255": {
                    "00": "0.479",
                    "01": "0.478",
                    "03": "0.477",
                    "06": "0.476"
                }
            }
        }
    }
}"""
PRICE = """{
    "success": 1,
    "date": "2022-11-14 18:50:11 +0200",
    "data": {
        "price": {
            "sms": {
                "255": {
                    "01": "0.478",
                }
            }
        }
    }
}"""
SENT = """{
    "success": 1,
    "date": "2021-12-17 10:36:07 +0200",
    "data": {
        "messageID": "FAPI00040A3AFA000002",
        "viber": {
            "status": "ACCEPTED",
            "date": "2021-12-17 10:36:07 +0200",
            "label": "transaction:1",
            "cost": 0.750
        },
        "sms": {
            "status": "ACCEPTED",
            "date": "2021-12-17 10:36:07 +0200",
            "cost": 0.475
        }
    }
}"""
STATUS = """{
    "success": 1,
    "date": "2021-12-17 10:54:37 +0200",
    "data": {
        "messageID": "FAPI00040A3AFA000002",
        "viber": {
            "status": "DELIVRD",
            "date": "2021-12-17 10:36:09"
        },
        "sms": {
            "status": "REFUND",
            "date": "2021-12-17 10:36:12"
        }
    }
}"""

ONLY_SMS = {
    "recipient": "380631234567",
    "channels": ["sms"],
    "sms": {"source": "InfoCenter", "ttl": 300, "text": "You message text"},
}
ONLY_VIBER = {
    "recipient": "380501234567",
    "channels": ["viber"],
    "viber": {
        "source": "Promo",
        "ttl": 60,
        "text": "You message text",
        "button": {"caption": "SuperButton", "url": "https://you.site/"},
        "image": "https://you.site/img/image.png",
    },
}
VIBER_THEN_SMS = {
    "recipient": "380501234567",
    "channels": ["viber", "sms"],
    "viber": {
        "source": "MyViberSource",
        "ttl": 5,
        "text": "Viber text",
        "button": {"caption": "Button Caption", "url": "https://example.org"},
        "image": "https://example.org/image.png",
    },
    "sms": {"source": "MySMSSource", "ttl": 5, "text": "SMS text"},
}
AN_SMS = Outgoing("+380631234567", (Channel.SMS,), sms=SmsPart("InfoCenter", 300, "You message text"))
A_VIBER = Outgoing(
    "+380501234567",
    (Channel.VIBER,),
    ViberPart(
        "Promo",
        60,
        "You message text",
        ViberButton("SuperButton", "https://you.site/"),
        "https://you.site/img/image.png",
    ),
)
A_VIBER_THEN_SMS = Outgoing(
    "+380501234567",
    (Channel.VIBER, Channel.SMS),
    ViberPart(
        "MyViberSource",
        5,
        "Viber text",
        ViberButton("Button Caption", "https://example.org"),
        "https://example.org/image.png",
    ),
    SmsPart("MySMSSource", 5, "SMS text"),
)
ACCEPTED_AT = datetime(2021, 12, 17, 8, 36, 7, tzinfo=UTC)
ACCEPTED = Report(
    "FAPI00040A3AFA000002",
    (
        ChannelReport(
            Channel.VIBER, Delivery.ACCEPTED, "ACCEPTED", ACCEPTED_AT, Decimal("0.750"), "transaction:1"
        ),
        ChannelReport(Channel.SMS, Delivery.ACCEPTED, "ACCEPTED", ACCEPTED_AT, Decimal("0.475")),
    ),
)
DELIVERED = Report(
    "FAPI00040A3AFA000002",
    (
        ChannelReport(
            Channel.VIBER, Delivery.DELIVERED, "DELIVRD", datetime(2021, 12, 17, 8, 36, 9, tzinfo=UTC)
        ),
        ChannelReport(
            Channel.SMS, Delivery.REFUNDED, "REFUND", datetime(2021, 12, 17, 8, 36, 12, tzinfo=UTC)
        ),
    ),
)


def shown(
    section: str,
    method: str,
    call: Callable[[SmsFly], Awaitable[object]],
    data: dict[str, Any],
    says: str,
    gives: object,
    broken: str = "",
    status: int = 200,
) -> Sample:
    """A section: every one of them asks at the same address, with a body of three fields."""
    body = {"auth": {"key": KEY}, "action": method, "data": data}
    return Sample(section, method, call, (Exchange(ASKS, says, body, status=status),), gives, broken)


def sending(section: str, message: Outgoing, data: dict[str, Any]) -> Sample:
    """The document has one answer for all its examples of sending."""
    return shown(
        section, "SENDMESSAGE", lambda provider: provider.send(SECRET, message), data, SENT, ACCEPTED
    )


SAMPLES = (
    shown(
        "General structure of an answer with an error",
        "GETBALANCE",
        lambda provider: provider.balance(SECRET),
        {},
        FORBIDDEN,
        BadKey,
        TRAILING_COMMA,
        403,
    ),
    shown(
        "Balance Request",
        "GETBALANCE",
        lambda provider: provider.balance(SECRET),
        {},
        BALANCE,
        Balance(Decimal("91.477"), ""),
    ),
    shown(
        "Extended Balance Request",
        "GETBALANCEEXT",
        lambda provider: provider.balances(SECRET),
        {},
        BALANCES,
        {Channel.SMS: Decimal("91.477"), Channel.VIBER: Decimal("191.477")},
    ),
    shown(
        "Request a list of sender names",
        "GETSOURCES",
        lambda provider: provider.senders(SECRET),
        {"channels": ["sms", "viber"]},
        SENDERS,
        {Channel.SMS: ["myAlphaName", "myAlphaName2"], Channel.VIBER: ["Promo", "Taxi"]},
    ),
    shown(
        "Request message cost by selected country",
        "GETPRICELIST",
        lambda provider: provider.price_list(SECRET, BOTH, "255"),
        {"channels": ["sms", "viber"], "mcc": "255"},
        PRICE_LIST,
        [
            ChannelPrice(Channel.SMS, "255", "00", Decimal("0.479")),
            ChannelPrice(Channel.SMS, "255", "01", Decimal("0.478")),
            ChannelPrice(Channel.SMS, "255", "03", Decimal("0.477")),
            ChannelPrice(Channel.SMS, "255", "06", Decimal("0.476")),
        ],
    ),
    shown(
        "Request message cost by selected country and operator",
        "GETPRICE",
        lambda provider: provider.price(SECRET, BOTH, "255", "255"),
        {"channels": ["sms", "viber"], "mcc": "255", "mnc": "255"},
        PRICE,
        [ChannelPrice(Channel.SMS, "255", "01", Decimal("0.478"))],
        TRAILING_COMMA,
    ),
    sending("Sending message", A_VIBER_THEN_SMS, VIBER_THEN_SMS),
    sending("Example of sending only a sms message", AN_SMS, ONLY_SMS),
    sending("Example of sending only a Viber message", A_VIBER, ONLY_VIBER),
    sending("Example of sending Viber message with alternative SMS text", A_VIBER_THEN_SMS, VIBER_THEN_SMS),
    shown(
        "Checking the message status",
        "GETMESSAGESTATUS",
        lambda provider: provider.delivery(SECRET, "FAPI00040A3AFA000002"),
        {"messageID": "FAPI00040A3AFA000002"},
        STATUS,
        DELIVERED,
    ),
)
