"""SMSBower (https://smsbower.org/api), whose stored document lost its headings and its address.

Sections are named after the actions they are about, in the document's order; its placeholders are filled in.
"""

from collections.abc import Awaitable
from decimal import Decimal
from urllib.parse import urlencode

from bot.errors import BadKey, NotOffered, TooEarly, TooLate, UnknownActivation, Unsupported
from bot.providers.base import (
    ENDED,
    WAITING,
    Balance,
    Held,
    Number,
    Outcome,
    Price,
    Reading,
    Supplier,
    Tier,
    Wish,
)
from bot.providers.smsbower import SmsBower
from tests.providers.samples import KEY, Exchange, Sample
from tests.providers.site import KEY as SECRET

PROVIDER = SmsBower
METHODS = (
    *("getBalance", "getNumber", "getStatus", "setStatus"),
    *("getPrices", "getNumberV2", "getPricesV2", "getPricesV3"),
)

WISH = Wish(
    "tg",
    "10",
    max_price=Decimal("0.7"),
    suppliers=("1", "2", "3"),
    except_suppliers=("4", "5"),
    avoid_prefixes=("7918", "7900111"),
)
#: `ref`, which the document has as well, would pay somebody for what the person buys.
WISHED = {
    "service": "tg",
    "country": "10",
    "maxPrice": "0.7",
    "providerIds": "1,2,3",
    "exceptProviderIds": "4,5",
    "phoneException": "7918,7900111",
}
HELD = Held("4242", "84901234567", age=200.0)
FRESH = Held("4242", "84901234567", age=20.0)
DONE = Held("4242", "84901234567", age=200.0, last_code="111")
AGAIN = Held("4242", "84901234567", age=200.0, last_code="111", asked_again=True)
BOUGHT = Number("4242", "+84901234567", "84901234567", Decimal("0.683"), "viettel", True)
PRINTED_V2 = """{
"activationId": "4242",
"phoneNumber": 84901234567,
"activationCost": 0.683,
"countryCode": 10,
"canGetAnotherSms": 1,
"activationTime": 2026-08-30 12:00:00,
"activationOperator": viettel,
}"""
REAL_V2 = (
    '{"activationId":4242,"phoneNumber":"84901234567","activationCost":"0.683","countryCode":"10",'
    '"canGetAnotherSms":true,"activationTime":"2026-08-30 12:00:00","activationOperator":"viettel"}'
)
PRINTED_PRICES = """{''10'':
{''tg'':
{
''cost'':0.683,'
'count'':27
}
}
}"""
PRINTED_TIERS = """"10": {
"tg": {
"0.683": 22,
"0.7": 5,
"0.9": 2,
}
},"""
PRINTED_SUPPLIERS = """"10": {
"tg": {
"2263": {
count: 4,
price: 0.9,
provider_id: 2263,
},
"77": {
count: 9,
price: 0.7,
provider_id: 77,
},
"78": {
count: 1,
price: 0.8,
provider_id: 78,
},
}
},"""
TIERS = [Tier(Decimal("0.683"), 22), Tier(Decimal("0.7"), 5), Tier(Decimal("0.9"), 2)]
SUPPLIERS = [
    Supplier("77", Decimal("0.7"), 9),
    Supplier("78", Decimal("0.8"), 1),
    Supplier("2263", Decimal("0.9"), 4),
]
PLACE = {"service": "tg", "country": "10"}


def shown(says: str, action: str, **query: str) -> Exchange:
    asked = urlencode({"action": action, **query})
    return Exchange(f"GET https://smsbower.page/stubs/handler_api.php?api_key={KEY}&{asked}", says)


def get_number(provider: SmsBower) -> Awaitable[Number]:
    """The bot buys by getNumberV2, which alone tells what was charged; by the other, with the same wish."""
    provider.purchase = "getNumber"
    return provider.buy(SECRET, WISH)


def balance(shape: str, says: str, gives: object) -> Sample:
    return Sample(
        f"getBalance: {shape}",
        "getBalance",
        lambda provider: provider.balance(SECRET),
        (shown(says, "getBalance"),),
        gives,
    )


def number(says: str, gives: object) -> Sample:
    return Sample(
        f"getNumber: {says.partition(':')[0]}",
        "getNumber",
        get_number,
        (shown(says, "getNumber", **WISHED),),
        gives,
    )


def number_v2(shape: str, says: str, gives: object, broken: str = "") -> Sample:
    return Sample(
        f"getNumberV2: {shape}",
        "getNumberV2",
        lambda provider: provider.buy(SECRET, WISH),
        (shown(says, "getNumberV2", **WISHED),),
        gives,
        broken,
    )


def status(says: str, gives: object) -> Sample:
    return Sample(
        f"getStatus: {says.partition(':')[0]}",
        "getStatus",
        lambda provider: provider.poll(SECRET, HELD),
        (shown(says, "getStatus", id="4242"),),
        gives,
    )


def change(call: str, held: Held, when: str, says: str, gives: object, look: str = "") -> Sample:
    """A setStatus; where its answer leaves open what became of the number, the status read after it."""
    looks = (shown(look, "getStatus", id="4242"),) if look else ()
    number = when[0]
    return Sample(
        f"setStatus: {when}, {says}",
        "setStatus",
        lambda provider: getattr(provider, call)(SECRET, held),
        (shown(says, "setStatus", id="4242", status=number), *looks),
        gives,
    )


def prices(shape: str, says: str, gives: object, broken: str = "", **query: str) -> Sample:
    return Sample(
        f"getPrices: {shape}",
        "getPrices",
        lambda provider: provider.prices(SECRET, **query),
        (shown(says, "getPrices", **query),),
        gives,
        broken,
    )


def price_list(action: str, call: str, shape: str, says: str, gives: object, broken: str = "") -> Sample:
    return Sample(
        f"{action}: {shape}",
        action,
        lambda provider: getattr(provider, call)(SECRET, **PLACE),
        (shown(says, action, **PLACE),),
        gives,
        broken,
    )


SAMPLES = (
    balance("ACCESS_BALANCE:account balance", "ACCESS_BALANCE:18.739", Balance(Decimal("18.739"), "USD")),
    balance("ACCESS_BALANCE:$yourBalance", "ACCESS_BALANCE:0", Balance(Decimal(0), "USD")),
    balance("BAD_KEY", "BAD_KEY", BadKey),
    number("ACCESS_NUMBER:4242:84901234567", Number("4242", "+84901234567", "84901234567")),
    number("BAD_KEY", BadKey),
    number("BAD_ACTION", Unsupported),
    number("BAD_SERVICE", NotOffered),
    status("STATUS_WAIT_CODE", WAITING),
    status("STATUS_WAIT_RESEND", WAITING),
    status("STATUS_CANCEL", ENDED),
    status("STATUS_OK: '01234'", Reading(Outcome.RECEIVED, "01234")),
    status("BAD_KEY", BadKey),
    status("BAD_ACTION", Unsupported),
    status("NO_ACTIVATION", UnknownActivation),
    change("sent", HELD, "1", "ACCESS_READY", None),
    change("another_sms", DONE, "3", "ACCESS_RETRY_GET", None),
    change("finish", DONE, "6", "ACCESS_ACTIVATION", None),
    change("finish", AGAIN, "6 after a 3", "ACCESS_ACTIVATION", None),
    change("cancel", HELD, "8", "ACCESS_CANCEL", None),
    change("cancel", HELD, "8", "NO_ACTIVATION", UnknownActivation, "NO_ACTIVATION"),
    change("cancel", HELD, "8", "BAD_SERVICE", NotOffered),
    change("another_sms", DONE, "3", "BAD_STATUS", TooLate),
    change("cancel", HELD, "8", "BAD_KEY", BadKey),
    change("cancel", HELD, "8", "BAD_ACTION", Unsupported),
    change("cancel", FRESH, "8", "EARLY_CANCEL_DENIED", TooEarly),
    prices(
        "a service and a country",
        '{"10":{"tg":{"cost":0.683,"count":27}}}',
        [Price("tg", "10", Decimal("0.683"), 27)],
        **PLACE,
    ),
    prices(
        "all services of all countries",
        '{"10":{"tg":{"cost":0.683,"count":27},"wa":{"cost":1,"count":0}}}',
        [Price("tg", "10", Decimal("0.683"), 27), Price("wa", "10", Decimal(1), 0)],
    ),
    prices(
        "as printed",
        PRINTED_PRICES,
        [Price("tg", "10", Decimal("0.683"), 27)],
        "two apostrophes for each quote, one pair of them torn apart",
    ),
    number_v2(
        "as printed", PRINTED_V2, BOUGHT, "a comma after the last value, and two values without quotes"
    ),
    number_v2("as the site answers", REAL_V2, BOUGHT),
    number_v2("BAD_KEY", "BAD_KEY", BadKey),
    number_v2("BAD_ACTION", "BAD_ACTION", Unsupported),
    number_v2("BAD_SERVICE", "BAD_SERVICE", NotOffered),
    price_list(
        *("getPricesV2", "tiers", "as printed", PRINTED_TIERS, TIERS),
        "no braces around it, and commas after the last values",
    ),
    price_list(
        *("getPricesV2", "tiers", "as the site answers"), '{"10":{"tg":{"0.9":2,"0.683":22,"0.7":5}}}', TIERS
    ),
    price_list("getPricesV2", "tiers", "BAD_KEY", "BAD_KEY", BadKey),
    price_list("getPricesV2", "tiers", "BAD_ACTION", "BAD_ACTION", Unsupported),
    price_list("getPricesV2", "tiers", "BAD_SERVICE", "BAD_SERVICE", NotOffered),
    price_list(
        *("getPricesV3", "suppliers", "as printed", PRINTED_SUPPLIERS, SUPPLIERS),
        "no braces around it, names without quotes, and commas after the last values",
    ),
    price_list(
        *("getPricesV3", "suppliers", "as the site answers"),
        '{"10":{"tg":{"2263":{"count":4,"price":0.9,"provider_id":2263},'
        '"77":{"count":9,"price":0.7,"provider_id":77},"78":{"count":1,"price":0.8,"provider_id":78}}}}',
        SUPPLIERS,
    ),
    price_list("getPricesV3", "suppliers", "BAD_KEY", "BAD_KEY", BadKey),
    price_list("getPricesV3", "suppliers", "BAD_ACTION", "BAD_ACTION", Unsupported),
    price_list("getPricesV3", "suppliers", "BAD_SERVICE", "BAD_SERVICE", NotOffered),
    price_list("getPricesV3", "suppliers", "BAD_COUNTRY", "BAD_COUNTRY", NotOffered),
)
