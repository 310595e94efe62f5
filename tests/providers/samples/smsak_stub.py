"""SMSAK (https://smsak.org/en/page/api), "SMS-activate API": its imitation of handler_api.php.

Sections are named after the actions, in the document's order; its placeholders are filled in.
"""

from collections.abc import Awaitable, Callable, Mapping
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from bot.errors import NoMoney, NoNumbers
from bot.providers.base import ENDED, WAITING, Balance, Country, Held, Number, Outcome, Price, Reading, Wish
from bot.providers.smsak.stub import SmsAkStub
from tests.providers.samples import KEY, Exchange, Sample
from tests.providers.site import KEY as SECRET

PROVIDER = SmsAkStub
METHODS = (
    *("getNumbersStatus", "getBalance", "getNumber", "setStatus", "getStatus", "getFullSms"),
    *("getPrices", "getCountries"),
)

#: `ref`, which the document has as well, would pay somebody for what the person buys.
WISH = Wish("vk", "0", operator="mts")
WISHED = {"service": "vk", "operator": "mts", "country": "0"}
HELD = Held("707", "79777777777", age=100.0)
AGAIN = Held("707", "79777777777", age=100.0, last_code="previous, incorrect code", asked_again=True)
THIS = {"id": "707"}
PRICES_SHOWN = (
    '{"0":{"ot":{"count":0,"cost":5},"vk":{"count":0,"cost":19},"ok":{"count":26,"cost":3},'
    '"av":{"count":81,"cost":1}}'
)
PRICES = [
    Price("ot", "0", Decimal(5), 0),
    Price("vk", "0", Decimal(19), 0),
    Price("ok", "0", Decimal(3), 26),
    Price("av", "0", Decimal(1), 81),
]
COUNTRIES_SHOWN = (
    '{"0":{"id":"0","rus":"Россия","visible":1,"retry":1,"rent":0,"multiService":0},'
    '"1":{"id":"1","rus":"Украина","visible":1,"retry":1,"rent":0,"multiService":0},'
    '"40":{"id":"40","rus":"Узбекистан","visible":1,"retry":1,"rent":0,"multiService":0},'
    '"16":{"id":"16","rus":"Великобритания","visible":1,"retry":1,"rent":0,"multiService":0},'
    '"6":{"id":"6","rus":"Индонезия","visible":1,"retry":1,"rent":0,"multiService":0},'
    '"34":{"id":"34","rus":"Эстония","visible":1,"retry":1,"rent":0,"multiService":0}}'
)
COUNTRIES = [
    Country("0", "RU", "Россия"),
    Country("1", "UA", "Украина"),
    Country("40", "UZ", "Узбекистан"),
    Country("16", "GB", "Великобритания"),
    Country("6", "ID", "Индонезия"),
    Country("34", "EE", "Эстония"),
]
STOCK_SHOWN = (
    '{"vk_0":154,"ok_0":155,"wa_0":241,"vi_0":102,"tg_0":80,"wb_0":92,"go_0":198,"av_0":118,"av_1":162,'
    '"fb_0":230}'
)
STOCK = {"vk": 154, "ok": 155, "wa": 241, "vi": 102, "tg": 80, "wb": 92, "go": 198, "av": 118, "fb": 230}


def asked(action: str, says: str, query: Mapping[str, str] | None = None) -> Exchange:
    head = f"GET https://smsak.org/stubs/handler_api.php?api_key={KEY}"
    return Exchange(f"{head}&{urlencode({'action': action, **(query or {})})}", says)


def sample(
    section: str,
    call: Callable[[Any], Awaitable[object]],
    gives: object,
    says: str,
    query: Mapping[str, str] | None = None,
    broken: str = "",
) -> Sample:
    """One exchange of the action the section begins with."""
    action = section.split(":")[0]
    return Sample(section, action, call, (asked(action, says, query),), gives, broken)


def bought(answer: str, gives: object) -> Sample:
    word = answer.partition(":")[0]
    return sample(f"getNumber: {word}", lambda stub: stub.buy(SECRET, WISH), gives, answer, WISHED)


def status(answer: str, gives: object, held: Held = HELD) -> Sample:
    word = answer.partition(":")[0]
    return sample(f"getStatus: {word}", lambda stub: stub.poll(SECRET, held), gives, answer, THIS)


def full_text(answer: str, gives: str | None) -> Sample:
    """The whole SMS, asked for once its code is there; without it the code is all there is."""
    exchanges = (asked("getStatus", "STATUS_OK:'93401'", THIS), asked("getFullSms", answer, THIS))
    reading = Reading(Outcome.RECEIVED, "93401", gives)
    word = answer.partition(":")[0]
    return Sample(
        f"getFullSms: {word}", "getFullSms", lambda stub: stub.poll(SECRET, HELD), exchanges, reading
    )


def changed(answer: str, number: str, call: Callable[[Any], Awaitable[object]]) -> Sample:
    return sample(f"setStatus: {answer}", call, None, answer, {"status": number, **THIS})


SAMPLES = (
    sample(
        "getNumbersStatus",
        lambda stub: stub.stock(SECRET, "0", "mts"),
        STOCK,
        STOCK_SHOWN,
        {"country": "0", "operator": "mts"},
    ),
    sample(
        "getBalance", lambda stub: stub.balance(SECRET), Balance(Decimal(500), ""), "ACCESS_BALANCE:'500'"
    ),
    bought("NO_NUMBERS", NoNumbers),
    bought("NO_BALANCE", NoMoney),
    bought("ACCESS_NUMBER:707:79777777777", Number("707", "+79777777777", "79777777777")),
    changed("ACCESS_READY", "1", lambda stub: stub.sent(SECRET, HELD)),
    changed("ACCESS_RETRY_GET", "3", lambda stub: stub.another_sms(SECRET, AGAIN)),
    changed("ACCESS_ACTIVATION", "6", lambda stub: stub.finish(SECRET, AGAIN)),
    # The status that cancels is named by its clients alone.
    changed("ACCESS_CANCEL", "8", lambda stub: stub.cancel(SECRET, HELD)),
    status("STATUS_WAIT_CODE", WAITING),
    status("STATUS_WAIT_RETRY:'previous, incorrect code'", WAITING, AGAIN),
    status("STATUS_CANCEL", ENDED),
    Sample(
        "getStatus: STATUS_OK",
        "getStatus",
        lambda stub: stub.poll(SECRET, HELD),
        (
            asked("getStatus", "STATUS_OK:'activation code'", THIS),
            asked("getFullSms", "STATUS_WAIT_CODE", THIS),
        ),
        Reading(Outcome.RECEIVED, "activation code"),
    ),
    full_text("STATUS_WAIT_CODE", None),
    full_text("STATUS_CANCEL", None),
    full_text("FULL_SMS:full text received", "full text received"),
    sample(
        "getPrices",
        lambda stub: stub.prices(SECRET, "vk", "0"),
        PRICES,
        PRICES_SHOWN,
        {"service": "vk", "country": "0"},
        broken="the last brace is missing",
    ),
    sample(
        "getPrices: both optional",
        lambda stub: stub.prices(SECRET),
        PRICES,
        PRICES_SHOWN + "}",
    ),
    sample("getCountries", lambda stub: stub.countries(SECRET), COUNTRIES, COUNTRIES_SHOWN),
)
