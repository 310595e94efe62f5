"""SMS3T (https://sms3t.com/account/api), whose lists of answers and mistakes are lost in every copy.

Its API is "the same like sms-activate", so the answers are that protocol's, where the document shows none.
"""

from decimal import Decimal
from urllib.parse import urlencode

from bot.errors import (
    BadInput,
    BadKey,
    NoMoney,
    NoNumbers,
    NotOffered,
    TooEarly,
    TooLate,
    Unavailable,
    UnknownActivation,
    Unsupported,
)
from bot.providers.base import (
    ENDED,
    WAITING,
    Balance,
    Country,
    Held,
    Number,
    Outcome,
    Price,
    Reading,
    Service,
    Wish,
)
from bot.providers.sms3t import Sms3T
from tests.providers.samples import KEY, Exchange, Sample
from tests.providers.site import KEY as SECRET

PROVIDER = Sms3T
METHODS = (
    *("getNumbersStatus", "getBalance", "getNumber", "setStatus", "getStatus", "getPrices"),
    *("forward", "countries and operators"),
)

#: `ref`, which the document has as well, would pay somebody for what the person buys.
WISH = Wish("tg", "10", operator="viettel,vinaphone", avoid_prefixes=("7918", "7900111"))
HELD = Held("4242", "84901234567", age=200.0)
DONE = Held("4242", "84901234567", age=200.0, last_code="111")
AGAIN = Held("4242", "84901234567", age=200.0, last_code="111", asked_again=True)
STOCK = (
    '{"vk_0":149,"ok_0":190,"wa_0":64,"vi_0":140,"tg_0":86,"wb_0":14,"go_0":146,"av_0":251,"av_1":156,'
    '"fb_0":58}'
)
#: `av_1` are numbers with redirection, which "we unfortunately do not provide yet".
IN_STOCK = [
    Service("vk", "Vk.com"),
    Service("ok", "Ok.ru"),
    Service("wa", "Whatsapp"),
    Service("vi", "Viber"),
    Service("tg", "Telegram"),
    Service("wb", "WeChat"),
    Service("go", "Google"),
    Service("av", "Avito"),
    Service("fb", "Facebook"),
]
TELEGRAM = [Price("tg", "10", Decimal(5), 140)]


def shown(says: str, action: str, **query: str) -> Exchange:
    asked = urlencode({"action": action, **query})
    return Exchange(f"GET http://vps.sms3t.com/stubs/handler_api.php?api_key={KEY}&{asked}", says)


def balance(says: str, gives: object) -> Sample:
    return Sample(
        f"Balance inquiry: {says.partition(':')[0]}",
        "getBalance",
        lambda provider: provider.balance(SECRET),
        (shown(says, "getBalance"),),
        gives,
    )


def order(shape: str, says: str, gives: object) -> Sample:
    query = {"service": "tg", "operator": "viettel,vinaphone", "country": "10"}
    return Sample(
        f"Order number: {shape}",
        "getNumber",
        lambda provider: provider.buy(SECRET, WISH),
        (shown(says, "getNumber", **query, phoneException="7918,7900111"),),
        gives,
    )


def change(call: str, held: Held, when: str, says: str, gives: object, look: str = "") -> Sample:
    """A setStatus; where its answer leaves open what became of the number, the status read after it."""
    looks = (shown(look, "getStatus", id="4242"),) if look else ()
    return Sample(
        f"Change of activation status: {when}, {says}",
        "setStatus",
        lambda provider: getattr(provider, call)(SECRET, held),
        (shown(says, "setStatus", status=when[0], id="4242"), *looks),
        gives,
    )


def status(says: str, gives: object) -> Sample:
    return Sample(
        f"Get activation status: {says.partition(':')[0]}",
        "getStatus",
        lambda provider: provider.poll(SECRET, HELD),
        (shown(says, "getStatus", id="4242"),),
        gives,
    )


def prices(shape: str, says: str, gives: object, **query: str) -> Sample:
    return Sample(
        f"Get current prices by country: {shape}",
        "getPrices",
        lambda provider: provider.prices(SECRET, **query),
        (shown(says, "getPrices", **query),),
        gives,
    )


SAMPLES = (
    Sample(
        "Request the number of available phones, where there is no price list",
        "getNumbersStatus",
        lambda provider: provider.services(SECRET),
        (shown("{}", "getPrices", country="10"), shown(STOCK, "getNumbersStatus", country="10")),
        IN_STOCK,
    ),
    balance("ACCESS_BALANCE:12500", Balance(Decimal(12500), "")),
    balance("BAD_KEY", BadKey),
    balance("ERROR_SQL", Unavailable),
    order("ACCESS_NUMBER", "ACCESS_NUMBER:4242:84901234567", Number("4242", "+84901234567", "84901234567")),
    order("NO_NUMBERS", "NO_NUMBERS", NoNumbers),
    order("NO_BALANCE", "NO_BALANCE", NoMoney),
    order("BAD_KEY", "BAD_KEY", BadKey),
    order("BAD_ACTION", "BAD_ACTION", Unsupported),
    order("BAD_SERVICE", "BAD_SERVICE", NotOffered),
    order("WRONG_SERVICE", "WRONG_SERVICE", NotOffered),
    order("WRONG_EXCEPTION_PHONE", "WRONG_EXCEPTION_PHONE", BadInput),
    order("ERROR_SQL", "ERROR_SQL", Unavailable),
    order("an empty answer", "", Unavailable),
    Sample(
        "Order number: in another country it is not even asked for",
        "getNumber",
        lambda provider: provider.buy(SECRET, Wish("tg", "6")),
        (),
        NotOffered,
    ),
    change("sent", HELD, "1", "ACCESS_READY", None),
    change("another_sms", DONE, "3", "ACCESS_RETRY_GET", None),
    change("finish", DONE, "6", "ACCESS_ACTIVATION", None),
    Sample(
        'Change of activation status: 6 is not sent in "waiting for repetition", where it would end nothing',
        "setStatus",
        lambda provider: provider.finish(SECRET, AGAIN),
        (),
        None,
    ),
    change("cancel", HELD, "8", "ACCESS_CANCEL", None),
    change("cancel", HELD, "8", "EARLY_CANCEL_DENIED", TooEarly),
    change("cancel", HELD, "8", "NO_ACTIVATION", UnknownActivation, "NO_ACTIVATION"),
    change("another_sms", DONE, "3", "BAD_STATUS", TooLate),
    change("cancel", HELD, "8", "BAD_KEY", BadKey),
    change("cancel", HELD, "8", "BAD_ACTION", Unsupported),
    Sample(
        "Change of activation status: forward, for which it has no numbers",
        "forward",
        lambda provider: provider.forward(SECRET, DONE, "+79007777777"),
        (),
        Unsupported,
    ),
    status("STATUS_WAIT_CODE", WAITING),
    status("STATUS_WAIT_RESEND", WAITING),
    # Its clients get the code so, and two of three in no other way.
    status("STATUS_WAIT_RETRY:'0512'", Reading(Outcome.RECEIVED, "0512")),
    status("STATUS_OK:'0512'", Reading(Outcome.RECEIVED, "0512")),
    status("STATUS_CANCEL", ENDED),
    status("NO_ACTIVATION", UnknownActivation),
    status("BAD_KEY", BadKey),
    status("BAD_ACTION", Unsupported),
    prices(
        "a service and a country",
        '{"10":{"tg":{"cost":5,"count":140}}}',
        TELEGRAM,
        **{"service": "tg", "country": "10"},
    ),
    prices("all services and countries", '{"10":{"tg":{"cost":5,"count":140}}}', TELEGRAM),
    Sample(
        "List of countries and operators: countries",
        "countries and operators",
        lambda provider: provider.countries(SECRET),
        (),
        [Country("10", "VN", "Vietnam")],
    ),
    Sample(
        "List of countries and operators: operators",
        "countries and operators",
        lambda provider: provider.operators(SECRET, "10"),
        (),
        ["any", "mobifone", "vietnamobile", "viettel", "vinaphone"],
    ),
)
