"""Any clone of handler_api.php: the vanilla words, the dialects of its sisters, and how one is added."""

from decimal import Decimal

import pytest

from bot.errors import BadReply, SettingsError, TooEarly, Unsupported
from bot.providers import ALL, connect
from bot.providers.base import WAITING, Balance, Capability, Country, Number, Price, Provider, Service, Wish
from bot.providers.handler_api import HandlerApi
from bot.providers.http import Net
from tests.providers import family
from tests.providers.contract import Case, ProviderContract
from tests.providers.family import AGAIN, DONE, FRESH, HELD, code
from tests.providers.site import KEY, Said, Site, Time, net

CLONE = "https://clone.example/stubs/handler_api.php"
BOUGHT = Number("4242", "+84901234567", "84901234567")
ACTIVE = (
    '{"status":"success","activeActivations":[{"activationId":"4242","serviceCode":"tg",'
    '"phoneNumber":"84901234567","activationCost":"5.5","activationStatus":"4","smsCode":null,"smsText":"",'
    '"activationTime":"2026-08-30 12:00:00","countryCode":"10","canGetAnotherSms":1,"currency":840},'
    '{"activationId":null,"phoneNumber":"84901234568"},"?"]}'
)


class TestHandlerApi(ProviderContract):
    wish = Wish("tg", "10", operator="any", max_price=Decimal("0.7"), avoid_prefixes=("84901",))
    held = HELD
    has_effect = staticmethod(family.has_effect)
    definite = family.DEFINITE
    cases = (
        *family.COMMON,
        Case("balance", "ACCESS_BALANCE:100.50", Balance(Decimal("100.50"), "")),
        # sms-service-online.
        Case("balance", "463.02", Balance(Decimal("463.02"), "")),
        Case(
            "services",
            '{"status":"success","services":[{"code":"tg","name":"Telegram"}]}',
            [Service("tg", "Telegram")],
        ),
        Case("services", '[{"code":"tg","name":"Telegram"}]', [Service("tg", "Telegram")]),
        Case(
            "countries",
            '{"0":{"id":0,"rus":"Россия","eng":"Russia","chn":"俄罗斯","visible":1,"retry":1,"rent":1},'
            '"1":{"id":1,"rus":"Украина","eng":"Ukraine","visible":0}}',
            [Country("0", "RU", "Russia")],
        ),
        # SMSAK's stub tells no English name, Tiger gives an array, some give their own ids.
        Case("countries", '{"0":{"id":"0","rus":"Россия","visible":1}}', [Country("0", "RU", "Россия")]),
        Case("countries", '[{"id":"16","name":"England"}]', [Country("16", "GB", "United Kingdom")]),
        Case("countries", '[{"id":"900","eng":"Japan"}]', [Country("900", "JP", "Japan")]),
        Case("countries", '[{"id":"901","eng":"Nowhere"}]', [Country("901", "", "Nowhere")]),
        Case(
            "services",
            ("BAD_ACTION", '{"10":{"tg":{"cost":1,"count":2}},"6":{"tg":{"cost":1,"count":2}}}'),
            [Service("tg", "Telegram")],
        ),
        Case(
            "countries",
            ("BAD_ACTION", '{"10":{"tg":{"cost":1,"count":2}}}'),
            [Country("10", "VN", "Vietnam")],
        ),
        Case(
            "prices",
            '{"10":{"tg":{"cost":0.5,"count":10,"physicalCount":8}}}',
            [Price("tg", "10", Decimal("0.5"), 10)],
        ),
        # smshub counts by price, privatesms turns the axes.
        Case("prices", '{"10":{"tg":{"0.5":0,"0.7":4,"0.9":2}}}', [Price("tg", "10", Decimal("0.7"), 6)]),
        Case("prices", '{"10":{"tg":{"0.5":0}}}', [Price("tg", "10", Decimal("0.5"), 0)]),
        Case("all_prices", '{"tg":{"186":0.22}}', [Price("tg", "186", Decimal("0.22"), None)]),
        Case(
            "operators",
            '{"status":"success","countryOperators":{"10":["viettel","any"]}}',
            ["viettel", "any"],
        ),
        Case("operators", '{"status":"success","countryOperators":[]}', []),
        Case("operators", "OPERATORS_NOT_FOUND", []),
        Case("operators", '{"status":"error","error":"OPERATORS_NOT_FOUND"}', []),
        Case("buy", "ACCESS_NUMBER:4242:84901234567", BOUGHT),
        Case("buy", "ACCESS_NUMBER : 4242 : 84901234567", BOUGHT),
        Case("buy", '"ACCESS_NUMBER:4242:84901234567"', BOUGHT),
        # The full text is asked for once the code is there, and never costs it.
        Case(
            "poll", ("STATUS_OK:5512", "FULL_SMS:Your code: 5512\nBye"), code("5512", "Your code: 5512\nBye")
        ),
        Case("poll", ("STATUS_OK:5512", 'FULL_SMS:"5512" is it. "Bye"'), code("5512", '"5512" is it. "Bye"')),
        Case("poll", ("STATUS_OK:5512", "FULL_SMS:"), code("5512")),
        Case("poll", ("STATUS_OK:5512", "FULL_SMS:" + "x" * 9000), code("5512", "x" * 4096)),
        Case("poll", ("STATUS_OK:5512", "BAD_ACTION"), code("5512")),
        Case("poll", ("STATUS_OK:5512", "STATUS_WAIT_CODE"), code("5512")),
        Case("poll", ("STATUS_OK:5512", Said("", 502)), code("5512")),
        Case("poll", ("STATUS_OK:5512", family.LOST), code("5512")),
        Case("poll", ("STATUS_OK:222", "BAD_ACTION"), code("222"), AGAIN),
        Case("poll", "STATUS_WAIT_RETRY:111", WAITING, DONE),
        Case("poll", ("STATUS_WAIT_RETRY:222", "BAD_ACTION"), code("222"), AGAIN),
        Case("poll", ("STATUS_WAIT_RETRY:222", "BAD_ACTION"), code("222"), DONE),
        Case("another_sms", "STATUS_WAIT_RETRY:111", None, DONE),
        Case("another_sms", (family.LOST, "STATUS_WAIT_RETRY:111"), None, DONE),
        Case("cancel", "EARLY_CANCEL_DENIED", TooEarly(seconds=100), FRESH),
        Case(
            "active",
            ACTIVE,
            [Number("4242", "+84901234567", "84901234567", Decimal("5.5"), None, True, "tg", "10")],
        ),
        # One without a number could be anybody's purchase.
        Case("active", '{"activeActivations":[{"activationId":"4242","serviceCode":"tg"}]}', []),
        Case("active", "NO_ACTIVATIONS", []),
        Case("active", '{"status":"error","error":"NO_ACTIVATIONS"}', []),
        Case("active", '{"status":"success","activeActivations":[]}', []),
        Case("active", '{"status":"success"}', BadReply),
        Case("active", "BAD_ACTION", Unsupported),
    )

    @staticmethod
    def provider(net: Net) -> Provider:
        return HandlerApi(CLONE, net=net)


async def test_a_site_without_full_texts_is_asked_for_one_only_once() -> None:
    site = Site((Said("STATUS_OK:1"), Said("BAD_ACTION"), Said("STATUS_OK:2")))
    clone = HandlerApi(CLONE, net=net(site))
    await clone.poll(KEY, HELD)
    await clone.poll(KEY, HELD)
    assert [request.url.params["action"] for request in site.requests] == [
        "getStatus",
        "getFullSms",
        "getStatus",
    ]


async def test_reads_of_one_key_are_a_second_apart_after_a_few() -> None:
    site, time = Site((Said("STATUS_WAIT_CODE"),)), Time()
    clone = HandlerApi(CLONE, net=net(site, time))
    for _ in range(8):
        await clone.poll(KEY, HELD)
    assert time.slept == pytest.approx([1, 1, 1])


async def test_a_clone_is_a_name_and_an_address() -> None:
    site = Site((Said("ACCESS_NUMBER:4242:84901234567"),))
    providers = connect(clones={"herosms": CLONE}, net=net(site))
    clone = providers["herosms"]
    assert await clone.buy(KEY, Wish("tg", "10")) == BOUGHT
    assert str(site.requests[0].url).startswith(CLONE + "?")
    assert clone.title == "herosms"
    assert clone.can(Capability.ACTIVE)
    assert not clone.can(Capability.TIERS)


def test_providers_stand_in_display_order_with_the_clones_last() -> None:
    providers = connect(clones={"zz": CLONE, "aa": CLONE})
    assert list(providers) == [*(provider.name for provider in ALL), "zz", "aa"]
    assert all(name == provider.name for name, provider in providers.items())


@pytest.mark.parametrize(
    "name", ["smsbower", "smsski", "sms3t", "A", "Hero", "a b", "", "a" * 33, "hero-sms"]
)
def test_a_clone_needs_a_free_and_simple_name(name: str) -> None:
    with pytest.raises(SettingsError, match="HANDLER_API_SITES.*" + name[:10]):
        connect(clones={name: CLONE})


@pytest.mark.parametrize(
    "url",
    [
        "",
        "clone.example",
        "ftp://clone.example/",
        "file:///etc/passwd",
        "https://",
        "https://u:p@clone.example/",
        CLONE + "?a=b",
        CLONE + "#a",
        "http://clone.example:99999/",
        "http://[bad/",
    ],
)
def test_a_clone_needs_a_plain_web_address(url: str) -> None:
    with pytest.raises(SettingsError, match=r"HANDLER_API_SITES.*herosms") as error:
        connect(clones={"herosms": url})
    assert not url or url not in str(error.value)


def test_a_malformed_root_is_refused_by_the_name_of_its_provider() -> None:
    with pytest.raises(SettingsError, match=r"BASE_URLS.*smsski"):
        connect(base_urls={"smsski": "localhost:8085/smsski"})


async def test_a_root_of_ones_own_keeps_the_documented_path() -> None:
    site = Site((Said("ACCESS_BALANCE:1"),))
    roots = {"smsbower": "http://127.0.0.1:8085/smsbower/"}
    providers = connect(roots, net=net(site))
    await providers["smsbower"].balance(KEY)
    assert site.requests[0].url.path == "/smsbower/stubs/handler_api.php"


def test_times_are_replaced_one_by_one() -> None:
    providers = connect(
        timings={"smsbower": {"min_cancel": 12}, "hero": {"min_poll": 1}}, clones={"hero": CLONE}
    )
    assert providers["smsbower"].timing.min_cancel == 12
    assert providers["smsbower"].timing.lifetime == 1200
    assert providers["hero"].timing.min_poll == 1
    assert providers["sms3t"].timing.min_poll == 5
