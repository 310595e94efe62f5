"""sms.ski, "Quick Integration Blueprint" 1.1 of 15.07.19."""

import json
from collections.abc import Awaitable, Callable
from decimal import Decimal

from bot.errors import (
    BadKey,
    CodeArrived,
    LimitReached,
    NoMoney,
    NoNumbers,
    TooEarly,
    TooLate,
    Unavailable,
)
from bot.providers.base import ENDED, WAITING, Balance, Held, Number, Outcome, Price, Reading, Service, Wish
from bot.providers.smsski import SmsSki
from tests.providers.samples import KEY, Exchange, Sample
from tests.providers.site import KEY as SECRET

PROVIDER = SmsSki
METHODS = ("balance", "services", "service countries", "phone", "code", "cancel")
BEARER = {"authorization": f"Bearer {KEY}"}
#: A path under "receive", and what asks for it.
Call = tuple[str, Callable[[SmsSki], Awaitable[object]]]

#: The document shows no number; its clients met this form.
PHONE = "79050513150"
HELD = Held(PHONE, PHONE, age=100.0)
JUST_STARTED = Held(PHONE, PHONE, age=29.0)
STARTED = Held(PHONE, PHONE, age=31.0)
EXPIRED = Held(PHONE, PHONE, age=360.0)
BUY: Call = ("phone/dz/facebook/", lambda provider: provider.buy(SECRET, Wish("facebook", "dz")))
CODE: Call = (f"code/{PHONE}", lambda provider: provider.poll(SECRET, HELD))
CANCEL: Call = (f"cancel/{PHONE}", lambda provider: provider.cancel(SECRET, HELD))

SERVICES = """{
  "status": "success",
  "message": [
    {
      "identifier": "facebook",
      "countries": [
        {
          "country_code": "dz",
          "price": 10
        },
        {
          "country_code": "vn",
          "price": 10
        },
        {
          "country_code": "ua",
          "price": 6
        },
        {
          "country_code": "pk",
          "price": 10
        }
      ]
    }
  ]
}"""
COUNTRIES = """{
  "status": "success",
  "message": [
    {
      "country_code": "lk",
      "price": 9
    },
    {
      "country_code": "be",
      "price": 9
    },
    {
      "country_code": "us",
      "price": 9
    },
    {
      "country_code": "es",
      "price": 9
    },
    {
      "country_code": "ma",
      "price": 9
    }
  ]
}"""


def shown(path: str, says: str, status: int = 200) -> Exchange:
    """A call with its key in the header, as the foreword shows it."""
    return Exchange(f"GET https://sms.ski/api/v1/receive/{path}", says, headers=BEARER, status=status)


def failing(path: str, number: int) -> Exchange:
    return shown(path, json.dumps({"status": "fail", "error": {"code": number}}), number)


def failed(section: str, method: str, call: Call, number: int, gives: object) -> Sample:
    path, asked = call
    return Sample(section, method, asked, (failing(path, number),), gives)


def prices(service: str, cost: str, *countries: str) -> list[Price]:
    return [Price(service, country, Decimal(cost), None) for country in countries]


SAMPLES = (
    failed(
        "1. 401: an unauthorized call",
        "balance",
        ("balance", lambda provider: provider.balance(SECRET)),
        401,
        BadKey,
    ),
    Sample(
        "2. Get the balance",
        "balance",
        lambda provider: provider.balance(SECRET),
        (shown("balance", '{\n  "status": "success",\n  "message": 389.5\n}'),),
        Balance(Decimal("389.5"), ""),
    ),
    Sample(
        "3. Get the service list: its services",
        "services",
        lambda provider: provider.services(SECRET),
        (shown("services", SERVICES),),
        [Service("facebook", "Facebook")],
    ),
    Sample(
        "3. Get the service list: its prices",
        "services",
        lambda provider: provider.prices(SECRET),
        (shown("services", SERVICES),),
        [
            *prices("facebook", "10", "dz", "vn"),
            *prices("facebook", "6", "ua"),
            *prices("facebook", "10", "pk"),
        ],
    ),
    Sample(
        "4. Get the service countries",
        "service countries",
        lambda provider: provider.prices(SECRET, "facebook"),
        (shown("service/facebook/countries", COUNTRIES),),
        prices("facebook", "9", "lk", "be", "us", "es", "ma"),
    ),
    Sample(
        "5. Get the phone number",
        "phone",
        BUY[1],
        (shown(BUY[0], f'{{"status": "success", "message": "{PHONE}"}}'),),
        Number(PHONE, f"+{PHONE}", PHONE),
    ),
    failed("5. 429: the limit of parallel tasks", "phone", BUY, 429, LimitReached),
    failed("5. 409: not enough balance", "phone", BUY, 409, NoMoney),
    failed("5. 406: no phone numbers", "phone", BUY, 406, NoNumbers),
    failed("5. 400: an internal error", "phone", BUY, 400, Unavailable),
    Sample(
        "6. Get the code",
        "code",
        CODE[1],
        (shown(CODE[0], '{\n  "status": "success",\n  "message": "953620"\n}'),),
        Reading(Outcome.RECEIVED, "953620"),
    ),
    failed("6. 404: the code did not arrive yet", "code", CODE, 404, WAITING),
    failed("6. 406: no active task", "code", CODE, 406, ENDED),
    failed("6. 400: an internal error", "code", CODE, 400, Unavailable),
    Sample(
        "7. Cancel receipt",
        "cancel",
        CANCEL[1],
        (
            shown(
                CANCEL[0],
                '{\n  "status": "success",\n  "message": "The task was successfully cancelled."\n}',
            ),
        ),
        None,
    ),
    Sample(
        "7. Before 30 seconds are over it is not even asked for",
        "cancel",
        lambda provider: provider.cancel(SECRET, JUST_STARTED),
        (),
        TooEarly,
    ),
    failed("7. 404: the code has arrived", "cancel", CANCEL, 404, CodeArrived),
    failed(
        "7. 406: sooner than 30 seconds after the start",
        "cancel",
        (CANCEL[0], lambda provider: provider.cancel(SECRET, STARTED)),
        406,
        TooEarly,
    ),
    failed(
        "7. 406: no active task",
        "cancel",
        (CANCEL[0], lambda provider: provider.cancel(SECRET, EXPIRED)),
        406,
        TooLate,
    ),
    Sample(
        "7. 400: an internal error, whose outcome the code's absence leaves open",
        "cancel",
        CANCEL[1],
        (failing(CANCEL[0], 400), failing(CODE[0], 404)),
        Unavailable,
    ),
)
