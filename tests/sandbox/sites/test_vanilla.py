"""The plain handler_api clone: what SMSBower and SMS3T do not have."""

import json

import pytest

from tests.sandbox.sites.asking import HandlerClient


@pytest.fixture
def client() -> HandlerClient:
    return HandlerClient("herosms")


def test_no_numbers_held_is_a_plain_token(client: HandlerClient) -> None:
    assert client.ask("getActiveActivations") == "NO_ACTIVATIONS"


def test_a_number_whose_purchase_answer_was_lost_is_found_among_the_active(client: HandlerClient) -> None:
    client.site.control("fault", method="getNumberV2", kind="empty", after_processing=True)
    assert client.ask("getNumberV2", service="tg", country="16") == ""
    [held] = client.read("getActiveActivations")["activeActivations"]
    assert (held["serviceCode"], held["countryCode"], held["smsCode"]) == ("tg", "16", None)
    client.site.control("sms", id=held["activationId"], code="12345")
    [held] = client.read("getActiveActivations")["activeActivations"]
    assert held["smsCode"] == ["12345"]


def test_ended_numbers_are_not_active(client: HandlerClient) -> None:
    number, _ = client.buy(country="16")
    client.site.control("sms", id=number)
    client.set_status(number, 6)
    assert client.ask("getActiveActivations") == "NO_ACTIVATIONS"


def test_the_same_order_is_not_sold_twice(client: HandlerClient) -> None:
    wish = {"service": "tg", "country": "16", "orderId": "one"}
    assert "activationId" in client.read("getNumberV2", **wish)
    assert client.ask("getNumberV2", **wish) == "ORDER_ALREADY_EXISTS"
    assert len(client.site.shop.sold) == 1


def test_without_a_country_it_is_country_0(client: HandlerClient) -> None:
    assert client.read("getNumberV2", service="ya")["countryCode"] == "0"


def test_too_low_a_maximum_price_names_the_lowest(client: HandlerClient) -> None:
    cost = client.read("getPrices", service="tg", country="187")["187"]["tg"]["cost"]
    refused = client.ask("getNumberV2", service="tg", country="187", maxPrice="0.01")
    assert refused == f"WRONG_MAX_PRICE:{cost}"


def test_the_full_text_and_the_second_status_tell_the_sms(client: HandlerClient) -> None:
    number, _ = client.buy(country="16")
    assert client.ask("getFullSms", id=number) == client.ask("getStatusV2", id=number) == "STATUS_WAIT_CODE"
    client.site.control("sms", id=number, text="Telegram code: 54321\nhttps://t.me/login/54321")
    assert client.ask("getFullSms", id=number) == "FULL_SMS:Telegram code: 54321\nhttps://t.me/login/54321"
    assert client.read("getStatusV2", id=number)["sms"]["code"] == "54321"
    client.set_status(number, 6)
    assert client.ask("getFullSms", id=number) == "STATUS_CANCEL"


def test_prices_hold_the_physical_count(client: HandlerClient) -> None:
    row = client.read("getPrices", service="tg", country="182")["182"]["tg"]
    assert set(row) == {"cost", "count", "physicalCount"}
    assert client.ask("getPrices", service="nope") == "{}"


def test_stock_by_country_is_told_in_strings(client: HandlerClient) -> None:
    assert int(client.read("getNumbersStatus", country="16")["wa"]) > 0


def test_catalogues_are_the_original_ones(client: HandlerClient) -> None:
    assert client.read("getCountries")["182"]["eng"] == "Japan"
    assert {"code": "tg", "name": "Telegram"} in client.read("getServicesList")["services"]
    assert client.read("getTopCountriesByService", service="tg")["0"]["count"] > 0
    assert client.read("getOperators", country="16")["countryOperators"] == {"16": ["any"]}
    assert client.ask("getOperators", country="999") == "OPERATORS_NOT_FOUND"
    client.site.control("dialect", country_list=True)
    assert isinstance(client.read("getCountries"), list)


@pytest.mark.parametrize(("key", "token"), [("", "NO_KEY"), ("wrong", "BAD_KEY")])
def test_a_wrong_key_is_a_plain_token(client: HandlerClient, key: str, token: str) -> None:
    assert client.ask("getBalanceAndCashBack", api_key=key) == token


def test_the_answers_are_well_formed_json(client: HandlerClient) -> None:
    assert json.loads(client.ask("getNumberV2", service="wa", country="16"))["currency"] == 840
