"""SMSAK's handler_api face: the same numbers in other words."""

import json

import pytest

from tests.sandbox.sites.asking import SakClient


@pytest.fixture
def client() -> SakClient:
    return SakClient("smsak")


def bought(answer: str) -> tuple[str, str]:
    token, number, phone = answer.split(":")
    assert token == "ACCESS_NUMBER"
    return number, phone


def test_both_faces_have_one_balance(client: SakClient) -> None:
    assert client.stub("getBalance") == "ACCESS_BALANCE:1500.50"
    client.buy("2")
    assert client.stub("getBalance") == "ACCESS_BALANCE:1485.50"


def test_a_number_bought_there_is_the_same_here(client: SakClient) -> None:
    number, phone = bought(client.stub("getNumber", service="vk", country="0"))
    client.site.control("sms", id=number, code="5555")
    assert client.read("getstatus", id=number)["number"] == f"+{phone}"
    assert client.stub("getStatus", id=number) == "STATUS_OK:5555"


def test_a_number_bought_here_is_the_same_there_until_it_is_given_back(client: SakClient) -> None:
    number = client.buy()
    assert client.stub("getStatus", id=number) == "STATUS_WAIT_CODE"
    client.pass_time(30)
    client.ask("setstatus", id=number, status="1")
    assert client.stub("getStatus", id=number) == client.stub("getFullSms", id=number) == "STATUS_CANCEL"


def test_ready_another_sms_and_finish_are_its_own(client: SakClient) -> None:
    number = client.buy()
    assert client.stub("setStatus", id=number, status="1") == "ACCESS_READY"
    client.site.control("sms", id=number, text="VK: 1234 — ваш код: не говорите")
    assert client.stub("getFullSms", id=number) == "FULL_SMS:VK: 1234 — ваш код: не говорите"
    assert client.stub("setStatus", id=number, status="3") == "ACCESS_RETRY_GET"
    assert client.stub("getStatus", id=number) == "STATUS_WAIT_RETRY:1234"
    client.site.control("sms", id=number, code="5678")
    assert client.stub("setStatus", id=number, status="6") == "ACCESS_ACTIVATION"
    assert client.read("getstatus", id=number)["small"] == "5678"


@pytest.mark.parametrize("status", ["8", "-1"])
def test_a_number_is_cancelled_from_30_seconds_on(client: SakClient, status: str) -> None:
    number = client.buy()
    assert client.stub("setStatus", id=number, status=status) == "EARLY_CANCEL_DENIED"
    client.pass_time(30)
    assert client.stub("setStatus", id=number, status=status) == "ACCESS_CANCEL"
    assert client.balance == "1500.50"


def test_native_ids_mean_nothing_there(client: SakClient) -> None:
    assert client.stub("getNumber", service="6", country="0") == "WRONG_SERVICE"
    assert client.stub("getNumber", service="tg", country="RU") == "BAD_COUNTRY"
    assert client.site.shop.sold == {}


def test_a_country_left_out_is_russia_and_an_operator_makes_no_difference(client: SakClient) -> None:
    _, phone = bought(client.stub("getNumber", service="tg", operator="mts", ref="1"))
    assert phone.startswith("79")


def test_stock_is_told_with_and_without_redirection(client: SakClient) -> None:
    counts = json.loads(client.stub("getNumbersStatus", country="0"))
    assert (counts["vk_0"], counts["av_0"], counts["av_1"]) == (108, 127, 127)
    assert "vk_1" not in counts
    assert json.loads(client.stub("getNumbersStatus", country="999")) == {}


def test_prices_count_what_is_sold_out_too(client: SakClient) -> None:
    client.site.control("stock", service="2", country="RU", count=0)
    table = json.loads(client.stub("getPrices", service="vk", country="0"))
    assert table == {"0": {"vk": {"count": 0, "cost": 15}}}
    assert json.loads(client.stub("getPrices"))["16"]["tg"]["cost"] > 0


def test_countries_have_no_english_name(client: SakClient) -> None:
    countries = json.loads(client.stub("getCountries"))
    assert countries["40"] == {
        "id": "40", "rus": "Узбекистан", "visible": 1, "retry": 1, "rent": 0, "multiService": 0
    }  # fmt: skip
    assert all("eng" not in row for row in countries.values())


def test_refusals_are_plain_tokens(client: SakClient) -> None:
    assert client.stub("getBalance", api_key="wrong") == "BAD_KEY"
    assert client.stub("getNumberV2") == "BAD_ACTION"
    client.site.control("balance", amount="0")
    assert client.stub("getNumber", service="tg", country="0") == "NO_BALANCE"
    client.site.control("stock", service="6", country="RU", count=0)
    assert client.stub("getNumber", service="tg", country="0") == "NO_NUMBERS"


def test_a_new_key_counts_on_both_faces(client: SakClient) -> None:
    client.site.control("key", value="another", replace=True)
    assert client.ask("getbalance") == "1500.50"
    assert client.stub("getBalance") == "ACCESS_BALANCE:1500.50"


def test_the_faces_details_are_turned_by_one_knob(client: SakClient) -> None:
    client.site.control("dialect", quoted=True, small="-")
    number = client.buy()
    client.site.control("sms", id=number, code="1234")
    assert client.stub("getStatus", id=number) == "STATUS_OK: '1234'"
    assert client.read("getstatus", id=number)["small"] == "-"


def test_a_purchase_repeated_there_after_a_lost_answer_is_written_down(client: SakClient) -> None:
    client.site.control("fault", method="getNumber", kind="empty", after_processing=True)
    assert client.stub("getNumber", service="tg", country="0") == ""
    client.stub("getNumber", service="tg", country="0")
    assert client.rules_broken() == ["purchase repeated"]
