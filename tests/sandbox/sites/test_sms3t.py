"""SMS3T's site against its document and what its clients meet."""

from decimal import Decimal

import pytest

from tests.sandbox.sites.asking import HandlerClient

VIETTEL = ("8496", "8497", "8498", "8486", "8432", "8433", "8434", "8435", "8436", "8437", "8438", "8439")


@pytest.fixture
def client() -> HandlerClient:
    return HandlerClient("sms3t")


@pytest.mark.parametrize("verb", ["GET", "POST"])
def test_both_verbs_are_served(client: HandlerClient, verb: str) -> None:
    assert client.reply("getBalance", verb=verb).body == "ACCESS_BALANCE:9.35"


@pytest.mark.parametrize(("key", "token"), [("", "NO_KEY"), ("wrong", "BAD_KEY")])
def test_a_wrong_key_is_a_plain_token(client: HandlerClient, key: str, token: str) -> None:
    reply = client.reply("getBalance", api_key=key)
    assert (reply.status, reply.body) == (200, token)


def test_it_has_six_actions_and_no_more(client: HandlerClient) -> None:
    others = ("getNumberV2", "getPricesV2", "getServicesList", "getCountries", "getOperators", "getFullSms")
    assert {client.ask(action) for action in others} == {"BAD_ACTION"}


def test_there_is_vietnam_and_no_other_country(client: HandlerClient) -> None:
    assert set(client.read("getPrices")) == {"10"}
    assert client.ask("getNumber", service="tg", country="187") == "BAD_COUNTRY"
    assert client.ask("getNumbersStatus", country="187") == "{}"


def test_stock_is_told_per_service_with_and_without_redirection(client: HandlerClient) -> None:
    stock = client.read("getNumbersStatus", country="10")
    assert stock["tg_0"] == client.read("getPrices", service="tg")["10"]["tg"]["count"]
    assert "av_1" in stock


def test_stock_is_the_sum_over_the_operators_asked_for(client: HandlerClient) -> None:
    def stock(operator: str) -> int:
        return int(client.read("getNumbersStatus", country="10", operator=operator)["tg_0"])

    assert stock("viettel") + stock("mobifone") == stock("viettel,mobifone")
    assert stock("any") == stock("viettel,mobifone,vinaphone,vietnamobile")


def test_numbers_come_from_the_operators_asked_for(client: HandlerClient) -> None:
    phones = [client.buy(operator="viettel")[1] for _ in range(10)]
    assert all(phone.startswith(VIETTEL) for phone in phones)
    assert {sold.operator for sold in client.site.shop.sold.values()} == {"viettel"}


def test_when_the_operator_has_none_left_there_are_no_numbers(client: HandlerClient) -> None:
    client.site.control("balance", amount="1000")
    for _ in range(4):
        client.buy("ts", operator="vietnamobile")
    assert client.ask("getNumber", service="ts", country="10", operator="vietnamobile") == "NO_NUMBERS"
    assert client.buy("ts", operator="vietnamobile,viettel")


def test_an_unknown_operator_is_refused(client: HandlerClient) -> None:
    assert client.ask("getNumber", service="tg", country="10", operator="mts") == "WRONG_OPERATOR"


def test_numbers_with_redirection_are_not_provided(client: HandlerClient) -> None:
    assert client.ask("getNumber", service="tg", country="10", forward="1") == "NO_NUMBERS"
    assert client.ask("getNumber", service="tg", country="10", forward="0").startswith("ACCESS_NUMBER:")


def test_no_stock_may_be_an_empty_body(client: HandlerClient) -> None:
    client.site.control("stock", service="tg", country="10", count=0)
    assert client.ask("getNumber", service="tg", country="10") == "NO_NUMBERS"
    client.site.control("dialect", empty_body=True)
    assert client.ask("getNumber", service="tg", country="10") == ""


def test_the_code_arrives_as_wait_retry(client: HandlerClient) -> None:
    number, _ = client.buy()
    assert client.status(number) == "STATUS_WAIT_CODE"
    client.site.control("sms", id=number, code="123-456")
    assert client.status(number) == "STATUS_WAIT_RETRY:123-456"
    client.site.control("dialect", retry_is_code=False)
    assert client.status(number) == "STATUS_OK:123-456"


def test_after_asking_again_the_old_code_looks_like_a_new_one(client: HandlerClient) -> None:
    number, _ = client.buy()
    client.site.control("sms", id=number, code="11111")
    assert client.set_status(number, 3) == "ACCESS_RETRY_GET"
    assert client.status(number) == "STATUS_WAIT_RETRY:11111"
    client.site.control("sms", id=number, code="22222")
    assert client.status(number) == "STATUS_WAIT_RETRY:22222"


def test_status_6_after_a_code_is_success(client: HandlerClient) -> None:
    number, _ = client.buy()
    client.site.control("sms", id=number)
    assert client.set_status(number, 6) == "ACCESS_ACTIVATION"
    assert client.status(number) == "STATUS_CANCEL"
    assert Decimal(client.balance) < Decimal("9.35")


def test_status_6_before_a_code_deletes_the_number(client: HandlerClient) -> None:
    number, _ = client.buy()
    assert client.set_status(number, 6) == "ACCESS_ACTIVATION"
    assert client.status(number) == "STATUS_CANCEL"
    assert Decimal(client.balance) == Decimal("9.35")


def test_status_6_after_3_waits_anew_and_a_cancel_then_gives_nothing_back(client: HandlerClient) -> None:
    number, _ = client.buy()
    charged = client.balance
    client.site.control("sms", id=number)
    client.set_status(number, 3)
    assert client.set_status(number, 6) == "ACCESS_ACTIVATION"
    assert client.status(number) == "STATUS_WAIT_CODE"
    client.pass_time(60)
    assert client.set_status(number, 8) == "ACCESS_CANCEL"
    assert client.balance == charged


def test_the_minimum_wait_has_to_be_learned(client: HandlerClient) -> None:
    number, _ = client.buy()
    client.pass_time(59)
    assert client.set_status(number, 8) == "EARLY_CANCEL_DENIED"
    client.pass_time(1)
    assert client.set_status(number, 8) == "ACCESS_CANCEL"
    assert Decimal(client.balance) == Decimal("9.35")
