"""SMSAK (https://smsak.org/en/page/api), its native face. The headings of its document are lost.

Sections are named after the methods, in the document's order; its placeholders are filled in.
"""

from collections.abc import Awaitable, Callable, Mapping
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from bot.errors import BadKey, Banned, NoMoney, NoNumbers, NotOffered, TooEarly
from bot.providers.base import WAITING, Balance, Held, Number, Outcome, Reading, Wish
from bot.providers.smsak import SmsAk
from tests.providers.samples import KEY, Exchange, Sample
from tests.providers.site import KEY as SECRET
from tests.providers.smsak_lists import (
    COUNTRIES,
    COUNTRIES_SHOWN,
    GETSERVICES,
    NUMBERSSTATUS,
    PRICES,
    SERVICES,
)

PROVIDER = SmsAk
METHODS = (
    *("numbersstatus", "getbalance", "getnumber", "countries", "getservices", "getstatus", "all-sms"),
    *("getlatestcode", "play", "setstatus"),
)

HELD = Held("707", "+79777777777", age=100.0)
FRESH = Held("707", "+79777777777", age=10.0)
DONE = Held("707", "+79777777777", age=100.0, last_code="93401")
FIRST = Reading(
    Outcome.RECEIVED,
    "93401",
    "VK: 93401 - ваш код для регистрации ВКонтакте.",
    "VKcom",
    "2017-08-06 12:47:29",
)
SECOND = Reading(
    Outcome.RECEIVED, "509752", "509752 - код подтверждения регистрации", "VKcom", "2019-02-07 09:34:03"
)
FIRST_SHOWN = (
    '{"number":"+79777777777","from":"VKcom","text":"VK: 93401 - ваш код для регистрации ВКонтакте.",'
    '"small":"93401","time":"2017-08-06 12:47:29"}'
)
SECOND_SHOWN = (
    '{"number":"+79777777777","from":"VKcom","text":"509752 - код подтверждения регистрации",'
    '"small":"509752","time":"2019-02-07 09:34:03"}'
)
#: An SMS of the kind whose code only `getlatestcode` tells.
WITHOUT_CODE = (
    '{"number":"+79777777777","from":"VKcom","text":"Ваш код придёт позже","small":"-",'
    '"time":"2017-08-06 12:47:29"}'
)
LATEST = Reading(Outcome.RECEIVED, "94983", "Ваш код придёт позже", "VKcom", "2017-08-06 12:47:29")
BACKSLASHES = "single backslashes in the class of the error"


def asked(method: str, says: str, **query: str) -> Exchange:
    return Exchange(f"GET https://smsak.org/api/{method}/{KEY}?{urlencode(query)}".rstrip("?"), says)


def sample(
    section: str,
    call: Callable[[Any], Awaitable[object]],
    gives: object,
    says: str,
    query: Mapping[str, str] | None = None,
    broken: str = "",
) -> Sample:
    """One exchange of the method the section begins with."""
    method = section.split(":")[0]
    return Sample(section, method, call, (asked(method, says, **(query or {})),), gives, broken)


def refused(code: int, message: str, gives: type[Exception]) -> Sample:
    """One of the possible errors, in the document's envelope with its backslashes as JSON wants them."""
    says = (
        f'{{"name":"error","message":"{message}","code":{code},"status":200,'
        r'"type":"app\\helpers\\apiException"}'
    )
    query = {"id": "2", "code": "RU"}
    return sample(f"getnumber: {code}", lambda smsak: smsak.buy(SECRET, Wish("2", "RU")), gives, says, query)


SAMPLES = (
    sample(
        "numbersstatus",
        lambda smsak: smsak.prices(SECRET, country="RU"),
        PRICES,
        NUMBERSSTATUS,
        {"code": "RU"},
    ),
    sample("getbalance", lambda smsak: smsak.balance(SECRET), Balance(Decimal(500), ""), "500"),
    sample(
        "getnumber",
        lambda smsak: smsak.buy(SECRET, Wish("2", "RU")),
        Number("707", "+79777777777", "+79777777777"),
        '{"id":707,"number":"+79777777777","send":0}',
        {"id": "2", "code": "RU"},
    ),
    sample("countries", lambda smsak: smsak.countries(SECRET), COUNTRIES, COUNTRIES_SHOWN),
    sample("getservices", lambda smsak: smsak.services(SECRET), SERVICES, GETSERVICES),
    sample("getstatus", lambda smsak: smsak.poll(SECRET, HELD), FIRST, FIRST_SHOWN, {"id": "707"}),
    # Its clients: before the first SMS.
    sample("getstatus: none yet", lambda smsak: smsak.poll(SECRET, HELD), WAITING, "null", {"id": "707"}),
    sample(
        "all-sms",
        lambda smsak: smsak.all_sms(SECRET, DONE),
        [FIRST, SECOND],
        f"[{SECOND_SHOWN},{FIRST_SHOWN}]",
        {"id": "707"},
    ),
    Sample(
        "getlatestcode",
        "getlatestcode",
        lambda smsak: smsak.poll(SECRET, HELD),
        (asked("getstatus", WITHOUT_CODE, id="707"), asked("getlatestcode", "94983", id="707")),
        LATEST,
    ),
    sample("play", lambda smsak: smsak.another_sms(SECRET, DONE), None, "1", {"id": "707"}),
    # Whether an SMS came before it is looked up.
    Sample(
        "setstatus: return the number",
        "setstatus",
        lambda smsak: smsak.cancel(SECRET, HELD),
        (asked("setstatus", "1", id="707", status="1"), asked("getstatus", "null", id="707")),
        None,
    ),
    sample(
        "setstatus: set the number for call forwarding",
        lambda smsak: smsak.forward(SECRET, DONE, "+79007777777"),
        None,
        "1",
        {"id": "707", "status": "2", "forward": "79007777777"},
    ),
    sample(
        "setstatus: in case of an error",
        lambda smsak: smsak.cancel(SECRET, FRESH),
        TooEarly,
        '{"error":"Возврат возможен не ранее чем через 30 секунд после взятия"}',
        {"id": "707", "status": "1"},
    ),
    sample(
        "getbalance: an error",
        lambda smsak: smsak.balance(SECRET),
        BadKey,
        r'{"name":"error","message":"Api ключ не действителен","code":202,"status":200,'
        r'"type":"app\helpers\apiException"}',
        broken=BACKSLASHES,
    ),
    refused(101, "Service not found", NotOffered),
    refused(102, "Insufficient funds", NoMoney),
    refused(103, "No numbers available", NoNumbers),
    refused(201, "API key is missing", BadKey),
    refused(202, "Api key is not valid", BadKey),
    refused(203, "User blocked: Reason", Banned),
)
