"""SMSBower: its document's answers, and those of the live site on 2026-08-30."""

from decimal import Decimal

import pytest

from bot.errors import (
    BadInput,
    BadKey,
    CodeArrived,
    NoNumbers,
    NotOffered,
    TooEarly,
    UnknownActivation,
    Unsupported,
)
from bot.providers.base import (
    WAITING,
    Balance,
    Country,
    Number,
    Price,
    Provider,
    Service,
    Supplier,
    Tier,
    Wish,
)
from bot.providers.handler_api import codes
from bot.providers.http import Net
from bot.providers.smsbower import SmsBower
from tests.providers import family
from tests.providers.contract import Case, ProviderContract
from tests.providers.family import AGAIN, DONE, FRESH, HELD, code
from tests.providers.site import KEY, Said, Site, net

BOUGHT = Number("4242", "+84901234567", "84901234567", Decimal("0.683"), "viettel", True)
NO_ACCESS = Said('{"status":0,"message":"No access","data":[]}', 401)


class TestSmsBower(ProviderContract):
    wish = Wish("tg", "10", max_price=Decimal("0.7"))
    held = HELD
    has_effect = staticmethod(family.has_effect)
    definite = family.DEFINITE
    generated = frozenset({"tiers", "suppliers"})
    cases = (
        *family.COMMON,
        Case("balance", "ACCESS_BALANCE:18.739", Balance(Decimal("18.739"), "USD")),
        Case("balance", "ACCESS_BALANCE:0", Balance(Decimal(0), "USD")),
        Case("balance", NO_ACCESS, BadKey),
        Case("balance", '{"status":0,"message":"No access","data":[]}', BadKey),
        Case("buy", NO_ACCESS, BadKey),
        Case(
            "services",
            '{"status":"success","services":[{"code":"tg","name":"Telegram"},{"code":"YoHo","name":" YoHo"},'
            '{"code":"gr_tl","name":"Grab"},{"code":null,"name":"?"},{"code":"","name":"?"}]}',
            [Service("tg", "Telegram"), Service("YoHo", "YoHo"), Service("gr_tl", "Grab")],
        ),
        Case("services", '{"tg":"Telegram","hn":"1688"}', [Service("tg", "Telegram"), Service("hn", "1688")]),
        Case("services", '{"status":"success","services":[]}', []),
        Case(
            "services",
            ("BAD_ACTION", '{"10":{"tg":{"cost":1,"count":2}},"6":{"tg":{"cost":1,"count":2}}}'),
            # Several of its codes mean something else than in the family, so a code is all its name.
            [Service("tg", "tg")],
        ),
        Case(
            "countries",
            '{"1001":{"id":"1001","rus":"Япония","eng":"Japan","chn":"日本"},'
            '"65":{"id":"65","eng":"Peru ","rus":"Перу"},"79":{"id":"79","eng":"Papua new gvineya"},'
            '"25":{"id":"25","eng":"Lao People`s"},"39":{"id":"39","eng":"Argentinas"},'
            '"1004":{"id":"1004","eng":"Kosovo"},"12":{"id":"12","eng":"USA (virtual)"},'
            '"187":{"id":"187","eng":"USA"},"":{"id":null,"eng":"Faroe Islands"}}',
            [
                Country("1001", "JP", "Japan"),
                Country("65", "PE", "Peru"),
                Country("79", "PG", "Papua New Guinea"),
                Country("25", "LA", "Laos"),
                Country("39", "AR", "Argentina"),
                Country("1004", "XK", "Kosovo"),
                Country("12", "US", "USA (virtual)"),
                Country("187", "US", "USA"),
            ],
        ),
        Case("countries", '[{"id":6,"eng":"Indonesia"},{"id":null}]', [Country("6", "ID", "Indonesia")]),
        Case("countries", "[]", []),
        Case(
            "prices",
            '{"10":{"tg":{"cost":0.683,"count":27}}}',
            [Price("tg", "10", Decimal("0.683"), 27)],
        ),
        Case(
            "prices", '{"10":{"tg":{"cost":"0.2500","count":"3"}}}', [Price("tg", "10", Decimal("0.2500"), 3)]
        ),
        Case("prices", '{"10":{"":{"cost":1,"count":1}},"":{"tg":{"cost":1,"count":1}}}', []),
        Case("prices", "{}", []),
        Case("prices", "[]", []),
        Case("prices", '{"error":"Bad country"}', NotOffered),
        Case("prices", '{"error":"Bad service"}', NotOffered),
        Case(
            "tiers",
            '{"10":{"tg":{"10.5":1,"0.7":5,"0.683":22,"9":2}}}',
            [
                Tier(Decimal("0.683"), 22),
                Tier(Decimal("0.7"), 5),
                Tier(Decimal(9), 2),
                Tier(Decimal("10.5"), 1),
            ],
        ),
        Case("tiers", "[]", []),
        Case("tiers", '{"error":"Bad service"}', NotOffered),
        Case(
            "suppliers",
            '{"10":{"tg":{"2263":{"count":4,"price":0.9,"provider_id":2263},'
            '"77":{"count":"9","price":"0.7","provider_id":"77"},"78":{"count":1}}}}',
            [Supplier("77", Decimal("0.7"), 9), Supplier("2263", Decimal("0.9"), 4)],
        ),
        Case("suppliers", "BAD_COUNTRY", NotOffered),
        Case("suppliers", "BAD_SERVICE", NotOffered),
        Case(
            "buy",
            '{"activationId":"4242","phoneNumber":"84901234567","activationCost":"0.683","countryCode":"10",'
            '"canGetAnotherSms":"1","activationTime":"2026-08-30 12:00:00","activationOperator":"viettel"}',
            BOUGHT,
        ),
        Case(
            "buy",
            '{"activationId":4242,"phoneNumber":84901234567,"activationCost":0.683,"countryCode":10,'
            '"canGetAnotherSms":true,"activationTime":"2026-08-30 12:00:00","activationOperator":"viettel",}',
            Number("4242", "+84901234567", "84901234567", Decimal("0.683"), "viettel", True),
        ),
        # The document's own sample: a comma after the last value, and values without quotes.
        Case(
            "buy",
            '{\n"activationId": "4242",\n"phoneNumber": 84901234567,\n"activationCost": 0.683,\n'
            '"countryCode": 10,\n"canGetAnotherSms": 1,\n"activationTime": 2026-08-30 12:00:00,\n'
            '"activationOperator": viettel,\n}',
            BOUGHT,
        ),
        Case(
            "buy",
            '{"activationId":"4242","phoneNumber":"84901234567","activationOperator":" ' + "v" * 90 + '"}',
            Number("4242", "+84901234567", "84901234567", None, "v" * 32),
        ),
        Case("buy", "ACCESS_NUMBER:4242:84901234567", Number("4242", "+84901234567", "84901234567")),
        Case(
            "buy", "ACCESS_NUMBER:4242:+84 90-123-45-67", Number("4242", "+84901234567", "+84 90-123-45-67")
        ),
        # A national number is better than none: it was bought.
        Case("buy", "ACCESS_NUMBER:4242:0901234567", Number("4242", "0901234567", "0901234567")),
        Case("poll", "STATUS_OK: '01234'", code("01234")),
        Case("poll", "STATUS_OK:" + "x" * 5000, code(f"{'x' * 28}…a2e659…{'x' * 28}", "x" * 4096)),
        Case("cancel", "STATUS_OK:" + "x" * 65, CodeArrived(code=None)),
        Case("cancel", "STATUS_OK:" + "x" * 64, CodeArrived(code="x" * 64)),
        Case("poll", "STATUS_OK:123-456", code("123-456")),
        Case("poll", "STATUS_OK:AB:12", code("AB:12")),
        Case("poll", 'STATUS_OK:"G-7"', code("G-7")),
        Case("poll", "STATUS_OK:222", code("222"), AGAIN),
        # The old code, by the document; one that nobody has seen is better shown than lost.
        Case("poll", "STATUS_WAIT_RETRY:222", code("222")),
        # A value that differs from the last code is no old one.
        Case("poll", "STATUS_WAIT_RETRY:222", code("222"), AGAIN),
        Case("poll", "STATUS_WAIT_RETRY:111", WAITING, DONE),
        Case("another_sms", "STATUS_WAIT_RETRY:111", None, DONE),
        Case("another_sms", (family.LOST, "STATUS_WAIT_RETRY:111"), None, DONE),
        Case("cancel", "EARLY_CANCEL_DENIED", TooEarly(seconds=100), FRESH),
        Case("sent", "BAD_ACTION", Unsupported),
        Case("poll", '{"status":0,"message":"NO_ACTIVATION"}', UnknownActivation),
    )

    @staticmethod
    def provider(net: Net) -> Provider:
        return SmsBower(net=net)


async def test_a_wish_is_sent_with_everything_it_asks_for_and_nobodys_referral() -> None:
    site = Site((Said("NO_NUMBERS"),))
    wish = Wish(
        "tg",
        "1001",
        max_price=Decimal("0.70"),
        min_price=Decimal("0.1"),
        suppliers=("1", "2"),
        except_suppliers=("3",),
        avoid_prefixes=("7918", "7900111"),
    )
    with pytest.raises(NoNumbers):
        await SmsBower(net=net(site)).buy(KEY, wish)
    (request,) = site.requests
    assert request.method == "GET"
    assert str(request.url.copy_with(query=None)) == "https://smsbower.page/stubs/handler_api.php"
    assert dict(request.url.params) == {
        "api_key": KEY.get_secret_value(),
        "action": "getNumberV2",
        "service": "tg",
        "country": "1001",
        "maxPrice": "0.70",
        "minPrice": "0.1",
        "providerIds": "1,2",
        "exceptProviderIds": "3",
        "phoneException": "7918,7900111",
    }


@pytest.mark.parametrize(
    "wish", [Wish("tg", "10", suppliers=("1,2&ref=5",)), Wish("tg", "10", avoid_prefixes=("+7",))]
)
async def test_what_is_no_number_is_refused_before_anything_is_bought(wish: Wish) -> None:
    site = Site((Said("ACCESS_NUMBER:1:84901234567"),))
    with pytest.raises(BadInput):
        await SmsBower(net=net(site)).buy(KEY, wish)
    assert site.requests == []


async def test_an_operator_is_refused_rather_than_ignored() -> None:
    site = Site((Said("ACCESS_NUMBER:1:84901234567"),))
    with pytest.raises(Unsupported):
        await SmsBower(net=net(site)).buy(KEY, Wish("tg", "10", operator="viettel"))
    assert site.requests == []


async def test_v2_is_never_followed_by_v1() -> None:
    site = Site((Said("BAD_ACTION"), Said("ACCESS_NUMBER:1:84901234567")))
    with pytest.raises(Unsupported):
        await SmsBower(net=net(site)).buy(KEY, Wish("tg", "10"))
    assert [request.url.params["action"] for request in site.requests] == ["getNumberV2"]


def test_its_own_country_ids_are_known_without_their_names() -> None:
    own = SmsBower.own_countries
    assert {code: codes.country(code, (), own).iso2 for code in ("1001", "1002", "1010", "1333")} == {
        "1001": "JP",
        "1002": "KR",
        "1010": "SD",
        "1333": "SY",
    }
