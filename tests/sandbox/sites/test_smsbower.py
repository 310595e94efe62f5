"""SMSBower's site against its document and what live answers add to it."""

from decimal import Decimal

import pytest

from bot.sandbox.sites.wire import Call
from tests.sandbox.sites.asking import HandlerClient


@pytest.fixture
def client() -> HandlerClient:
    return HandlerClient("smsbower")


def test_the_balance_is_a_plain_token_sent_as_html(client: HandlerClient) -> None:
    reply = client.reply("getBalance")
    assert (reply.body, reply.status) == ("ACCESS_BALANCE:18.74", 200)
    assert reply.content_type.startswith("text/html")


@pytest.mark.parametrize("key", ["", "wrong"])
def test_a_wrong_or_missing_key_is_401_json(client: HandlerClient, key: str) -> None:
    reply = client.reply("getBalance", api_key=key)
    assert (reply.status, reply.body) == (401, '{"status":0,"message":"No access","data":[]}')


def test_post_is_refused_before_the_key_is_looked_at(client: HandlerClient) -> None:
    reply = client.reply("getNumber", verb="POST", service="tg", country="10", api_key="wrong")
    assert reply.status == 405
    assert reply.body == (
        '{"status":0,"message":"The POST method is not supported for route stubs/handler_api.php. '
        'Supported methods: GET, HEAD.","data":[]}'
    )


def test_a_head_request_buys_like_a_get(client: HandlerClient) -> None:
    client.reply("getNumber", verb="HEAD", service="tg", country="10")
    assert len(client.site.shop.sold) == 1


@pytest.mark.parametrize(
    "action", ["getNumbersStatus", "getActiveActivations", "getFullSms", "", "getbalance"]
)
def test_what_the_site_does_not_have_is_bad_action(client: HandlerClient, action: str) -> None:
    reply = client.reply(action)
    assert (reply.status, reply.body) == (200, "BAD_ACTION")


def test_another_path_is_not_found(client: HandlerClient) -> None:
    assert client.call(Call("GET", "/stubs/other.php", {"api_key": client.site.key})).status == 404


def test_a_purchase_charges_the_price_of_the_cheapest_supplier(client: HandlerClient) -> None:
    cost = client.read("getPrices", service="tg", country="187")["187"]["tg"]["cost"]
    bought = client.read("getNumberV2", service="tg", country="187")
    assert bought["activationCost"] == cost
    assert Decimal(client.balance) == Decimal("18.74") - Decimal(str(cost))


def test_v2_tells_the_activation_in_the_types_seen_live(client: HandlerClient) -> None:
    bought = client.read("getNumberV2", service="wa", country="1001")
    assert isinstance(bought["activationId"], int)
    assert bought["phoneNumber"].startswith("81")
    assert (bought["countryCode"], bought["canGetAnotherSms"]) == ("1001", True)
    assert bought["activationTime"] == "2026-08-30 03:00:00"


def test_the_dialect_can_turn_every_value_of_v2_into_a_string(client: HandlerClient) -> None:
    client.site.control("dialect", strings=True)
    bought = client.read("getNumberV2", service="wa", country="187")
    assert {type(value) for value in bought.values()} == {str}


def test_v2_may_answer_with_the_plain_token(client: HandlerClient) -> None:
    client.site.control("dialect", plain_v2=True)
    assert client.ask("getNumberV2", service="wa", country="187").startswith("ACCESS_NUMBER:")


@pytest.mark.parametrize(
    ("wish", "token"),
    [
        ({"country": "10"}, "BAD_SERVICE"),
        ({"service": "nope", "country": "10"}, "WRONG_SERVICE"),
        ({"service": "TG", "country": "10"}, "WRONG_SERVICE"),
        ({"service": "tg", "country": "999"}, "BAD_COUNTRY"),
        ({"service": "tg"}, "BAD_COUNTRY"),
        ({"service": "tg", "country": "20"}, "NO_NUMBERS"),
        ({"service": "tg", "country": "10", "phoneException": "84x"}, "WRONG_EXCEPTION_PHONE"),
        ({"service": "tg", "country": "10", "maxPrice": "much"}, "ERROR_SQL"),
        ({"service": "tg", "country": "10", "maxPrice": "NaN"}, "ERROR_SQL"),
    ],
)
def test_a_wish_that_cannot_be_met_is_a_token_and_costs_nothing(
    client: HandlerClient, wish: dict[str, str], token: str
) -> None:
    assert client.ask("getNumber", **wish) == token
    assert client.balance == "18.74"


def test_too_low_a_maximum_price_names_the_lowest_there_is(client: HandlerClient) -> None:
    cost = client.read("getPrices", service="tg", country="187")["187"]["tg"]["cost"]
    assert client.ask("getNumber", service="tg", country="187", maxPrice="0.01") == f"WRONG_MAX_PRICE:{cost}"
    client.site.control("dialect", wrong_max_price=False)
    assert client.ask("getNumber", service="tg", country="187", maxPrice="0.01") == "NO_NUMBERS"


def test_a_minimum_price_skips_the_cheaper_suppliers(client: HandlerClient) -> None:
    tiers = sorted(client.read("getPricesV2", service="tg", country="187")["187"]["tg"], key=Decimal)
    bought = client.read("getNumberV2", service="tg", country="187", minPrice=tiers[1])
    assert Decimal(str(bought["activationCost"])) == Decimal(tiers[1])


def test_suppliers_are_bought_from_or_left_out_as_asked(client: HandlerClient) -> None:
    suppliers = client.read("getPricesV3", service="tg", country="187")["187"]["tg"]
    dearest = max(suppliers.values(), key=lambda supplier: supplier["price"])
    wish = {"service": "tg", "country": "187"}
    only = client.read("getNumberV2", **wish, providerIds=str(dearest["provider_id"]))
    others = ",".join(number for number in suppliers if number != str(dearest["provider_id"]))
    rest = client.read("getNumberV2", **wish, exceptProviderIds=others)
    assert only["activationCost"] == rest["activationCost"] == dearest["price"]


def test_no_number_starts_with_a_prefix_to_avoid(client: HandlerClient) -> None:
    client.site.control("balance", amount="100000")
    avoided = "8490,8493,8470,8476,8477,84968"
    phones = [client.buy(phoneException=avoided)[1] for _ in range(60)]
    assert not [phone for phone in phones if phone.startswith(tuple(avoided.split(",")))]
    assert len(set(phones)) == 60


def test_when_every_prefix_is_to_be_avoided_there_are_no_numbers(client: HandlerClient) -> None:
    every = ",".join(f"996{prefix}" for prefix in ("500", "550", "555", "700", "705", "770", "777"))
    assert client.ask("getNumber", service="tg", country="11", phoneException=every) == "NO_NUMBERS"


def test_an_empty_account_buys_nothing(client: HandlerClient) -> None:
    client.site.control("balance", amount="0.05")
    assert client.ask("getNumber", service="tg", country="187") == "NO_BALANCE"
    assert client.balance == "0.05"


def test_the_code_arrives_and_keeps_its_leading_zeros_and_dash(client: HandlerClient) -> None:
    number, phone = client.buy("wa")
    assert client.status(number) == "STATUS_WAIT_CODE"
    client.site.control("sms", phone=phone, code="012-345")
    assert client.status(number) == "STATUS_OK:012-345"


def test_the_code_may_stand_in_quotes_as_the_document_writes_it(client: HandlerClient) -> None:
    number, _ = client.buy()
    client.site.control("dialect", quoted=True)
    client.site.control("sms", id=number, code="4321")
    assert client.status(number) == "STATUS_OK: '4321'"


@pytest.mark.parametrize("unknown", ["", "1", "abc"])
def test_an_unknown_number_is_no_activation(client: HandlerClient, unknown: str) -> None:
    assert client.status(unknown) == client.set_status(unknown, 8) == "NO_ACTIVATION"


def test_a_fresh_number_can_be_reported_or_cancelled_and_nothing_else(client: HandlerClient) -> None:
    number, _ = client.buy()
    assert [client.set_status(number, status) for status in (3, 6, 0, 10)] == ["BAD_STATUS"] * 4
    assert client.set_status(number, 1) == "ACCESS_READY"
    assert [client.set_status(number, status) for status in (1, 3, 6)] == ["BAD_STATUS"] * 3


def test_a_number_is_cancelled_only_after_two_minutes_and_refunded(client: HandlerClient) -> None:
    number, _ = client.buy()
    client.pass_time(119.9)
    assert client.set_status(number, 8) == "EARLY_CANCEL_DENIED"
    client.pass_time(0.1)
    assert client.set_status(number, 8) == "ACCESS_CANCEL"
    assert client.status(number) == "STATUS_CANCEL"
    assert Decimal(client.balance) == Decimal("18.74")
    assert client.set_status(number, 8) == "BAD_STATUS"


def test_at_a_pace_of_ten_a_number_is_cancelled_after_twelve_seconds() -> None:
    client = HandlerClient("smsbower", pace=10)
    number, _ = client.buy()
    client.pass_time(11.9)
    assert client.set_status(number, 8) == "EARLY_CANCEL_DENIED"
    client.pass_time(0.1)
    assert client.set_status(number, 8) == "ACCESS_CANCEL"


def test_after_a_code_there_is_no_cancel_but_another_sms_or_the_end(client: HandlerClient) -> None:
    number, _ = client.buy()
    client.site.control("sms", id=number, code="11111")
    client.pass_time(200)
    assert [client.set_status(number, status) for status in (1, 8)] == ["BAD_STATUS"] * 2
    assert client.set_status(number, 3) == "ACCESS_RETRY_GET"
    assert client.status(number) == "STATUS_WAIT_RESEND"
    assert [client.set_status(number, status) for status in (1, 3, 8)] == ["BAD_STATUS"] * 3
    client.site.control("sms", id=number, code="22222")
    assert client.status(number) == "STATUS_OK:22222"
    assert client.set_status(number, 6) == "ACCESS_ACTIVATION"
    assert client.status(number) == "STATUS_CANCEL"


def test_while_another_sms_is_awaited_the_last_code_may_be_told(client: HandlerClient) -> None:
    number, _ = client.buy()
    client.site.control("dialect", resend=False)
    client.site.control("sms", id=number, code="11111")
    client.set_status(number, 3)
    assert client.status(number) == "STATUS_WAIT_RETRY:11111"


def test_an_expired_number_is_cancelled_and_refunded(client: HandlerClient) -> None:
    number, _ = client.buy()
    client.pass_time(1199)
    assert client.status(number) == "STATUS_WAIT_CODE"
    client.pass_time(1)
    assert client.status(number) == "STATUS_CANCEL"
    assert Decimal(client.balance) == Decimal("18.74")


def test_a_number_with_a_code_ends_unrefunded(client: HandlerClient) -> None:
    number, _ = client.buy()
    client.site.control("sms", id=number)
    charged = client.balance
    client.pass_time(1200)
    assert client.status(number) == "STATUS_CANCEL"
    assert client.balance == charged


def test_polling_sooner_than_every_five_seconds_is_written_down_and_answered(client: HandlerClient) -> None:
    number, _ = client.buy()
    client.status(number)
    client.pass_time(5)
    client.status(number)
    assert client.rules_broken() == []
    client.pass_time(4)
    assert client.status(number) == "STATUS_WAIT_CODE"
    assert client.rules_broken() == ["polled too soon"]
