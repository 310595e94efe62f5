"""SMSAK's site against its document: numbers for one service."""

import json
from decimal import Decimal
from typing import Any

import pytest

from bot.sandbox.sites.wire import Call
from tests.sandbox.sites.asking import SakClient

AVITO = "4"
TOO_EARLY = "Возврат возможен не ранее чем через 30 секунд после взятия"


@pytest.fixture
def client() -> SakClient:
    return SakClient("smsak")


def test_the_balance_is_a_bare_number(client: SakClient) -> None:
    assert client.ask("getbalance") == "1500.50"
    client.site.control("balance", amount="500")
    assert client.ask("getbalance") == "500"


def test_stock_and_costs_of_a_country_are_strings_and_russias_are_the_documents(client: SakClient) -> None:
    rows = client.read("numbersstatus", code="RU")
    assert rows[0] == {
        "id": "2", "name": "Вконтакте", "count": "108", "logo": "/uploads/logo/vk.png", "cost": "15"
    }  # fmt: skip
    assert {type(value) for row in rows for value in row.values()} == {str}


def test_services_are_the_same_in_numbers_with_an_other_of_id_0(client: SakClient) -> None:
    rows = client.read("getservices")
    assert rows[1] == {"id": 3, "name": "Odnoklassniki", "logo": "/uploads/logo/ok.png", "cost": 6}
    assert (rows[-1]["id"], rows[-1]["name"]) == (0, "Other")
    client.site.control("price", service="3", country="RU", price="6.5")
    assert client.read("getservices")[1]["cost"] == 6.5


def test_countries_have_russian_names_and_letters_of_their_own(client: SakClient) -> None:
    rows = client.read("countries")
    assert rows[0] == {"name": "Россия", "code": "RU"}
    assert {"name": "Белоруссия", "code": "BL"} in rows
    assert "BY" not in {row["code"] for row in rows}


@pytest.mark.parametrize("query", [{"code": "BY"}, {"code": "0"}, {}])
def test_a_country_there_is_none_of_breaks_the_page(client: SakClient, query: dict[str, str]) -> None:
    for method in ("numbersstatus", "getnumber"):
        reply = client.reply(method, **{"id": "6", **query})
        assert (reply.status, reply.body[0]) == (500, "<")


def test_a_number_has_a_plus_and_a_numeric_id_and_is_charged(client: SakClient) -> None:
    sold = client.read("getnumber", id="2", code="RU")
    assert set(sold) == {"id", "number", "send"}
    assert isinstance(sold["id"], int)
    assert sold["number"].startswith("+79")
    assert sold["send"] == 0
    assert client.balance == "1485.50"


def test_every_refusal_of_the_document_is_an_envelope_with_its_number(client: SakClient) -> None:
    assert client.refusal("getnumber", id="99", code="RU") == 101
    client.site.control("stock", service="6", country="RU", count=0)
    assert client.refusal("getnumber", id="6", code="RU") == 103
    client.site.control("balance", amount="1")
    assert client.refusal("getnumber", id="2", code="RU") == 102
    assert json.loads(client.reply("getbalance", key="").body)["code"] == 201
    assert json.loads(client.reply("getbalance", key="wrong").body)["code"] == 202
    client.site.control("dialect", blocked="много жалоб")
    blocked = client.read("getbalance")
    assert (blocked["code"], blocked["message"]) == (203, "Пользователь заблокирован: много жалоб")


def test_the_envelope_is_the_documents_word_for_word(client: SakClient) -> None:
    body = client.reply("getbalance", key="wrong").body
    assert json.loads(body) == {
        "name": "error",
        "message": "Api ключ не действителен",
        "code": 202,
        "status": 200,
        "type": "app\\helpers\\apiException",
    }


def test_the_envelope_may_come_with_the_documents_lone_backslashes(client: SakClient) -> None:
    client.site.control("dialect", lone_backslashes=True)
    body = client.reply("getbalance", key="wrong").body
    assert '"type":"app\\helpers\\apiException"' in body
    with pytest.raises(json.JSONDecodeError, match="escape"):
        json.loads(body)


def test_only_get_is_allowed(client: SakClient) -> None:
    assert client.reply("getnumber", verb="POST", id="6", code="RU").status == 405
    assert client.site.shop.sold == {}


@pytest.mark.parametrize("path", ["/api/nothing/key", "/api", "/", "/other/getbalance/key"])
def test_another_path_is_a_page(client: SakClient, path: str) -> None:
    reply = client.call(Call("GET", path))
    assert (reply.status, reply.body[0]) == (404, "<")


def test_before_the_first_sms_the_status_is_null_and_the_code_is_nothing(client: SakClient) -> None:
    number = client.buy()
    assert client.ask("getstatus", id=number) == "null"
    assert client.ask("all-sms", id=number) == "[]"
    assert client.ask("getlatestcode", id=number) == ""


def test_an_sms_comes_whole_with_moscows_time(client: SakClient) -> None:
    sold = client.read("getnumber", id="2", code="RU")
    number = str(sold["id"])
    client.site.control("sms", id=number, text="VK: 093401 - ваш код", code="093401")
    assert client.read("getstatus", id=number) == {
        "number": sold["number"],
        "from": "VK",
        "text": "VK: 093401 - ваш код",
        "small": "093401",
        "time": "2026-08-30 03:00:00",
    }
    assert client.ask("getlatestcode", id=number) == "093401"


@pytest.mark.parametrize(("small", "sent"), [("-", "-"), ("", ""), ("null", None), ("code", "123456")])
def test_the_short_code_may_be_missing_in_several_ways(
    client: SakClient, small: str, sent: str | None
) -> None:
    client.site.control("dialect", small=small)
    number = client.buy()
    client.site.control("sms", id=number, code="123456")
    assert client.read("getstatus", id=number)["small"] == sent


def test_another_sms_is_asked_for_by_play_and_the_newest_comes_first(client: SakClient) -> None:
    number = client.buy()
    client.site.control("sms", id=number, code="111111")
    assert client.ask("play", id=number) == "1"
    assert client.read("getstatus", id=number)["small"] == "111111"
    client.site.control("sms", id=number, code="222222")
    assert [sms["small"] for sms in client.read("all-sms", id=number)] == ["222222", "111111"]
    client.pass_time(1)
    assert client.read("getstatus", id=number)["small"] == "222222"


def test_play_makes_no_difference_to_a_number_that_waits(client: SakClient) -> None:
    number = client.buy()
    assert client.ask("play", id=number) == "1"
    client.site.control("sms", id=number, code="111111")
    assert client.read("getstatus", id=number)["small"] == "111111"


def test_a_number_is_given_back_from_30_seconds_on_and_its_money_too(client: SakClient) -> None:
    number = client.buy()
    client.pass_time(29.9)
    assert client.read("setstatus", id=number, status="1") == {"error": TOO_EARLY}
    client.pass_time(0.1)
    assert client.ask("setstatus", id=number, status="1") == "1"
    assert client.balance == "1500.50"
    assert "error" in client.read("setstatus", id=number, status="1")
    assert "error" in client.read("play", id=number)


def test_the_wait_is_told_as_long_as_it_is(client: SakClient) -> None:
    hurried = SakClient("smsak", pace=10)
    number = hurried.buy()
    assert "через 3 секунд" in hurried.read("setstatus", id=number, status="1")["error"]
    hurried.pass_time(3)
    assert hurried.ask("setstatus", id=number, status="1") == "1"


def test_a_number_with_an_sms_is_given_back_without_its_money(client: SakClient) -> None:
    number = client.buy()
    client.site.control("sms", id=number)
    client.pass_time(30)
    assert client.ask("setstatus", id=number, status="1") == "1"
    assert client.balance == "1497.50"


def test_a_number_without_an_sms_ends_after_twenty_minutes_and_is_refunded(client: SakClient) -> None:
    number = client.buy()
    client.pass_time(1200)
    assert client.ask("getstatus", id=number) == "null"
    assert client.balance == "1500.50"


def test_calls_are_forwarded_after_the_first_sms_only(client: SakClient) -> None:
    number = client.buy(AVITO)
    wish = {"id": number, "status": "2", "forward": "79007777777"}
    assert "после получения первого СМС" in client.read("setstatus", **wish)["error"]
    client.site.control("sms", id=number)
    assert client.ask("setstatus", **wish) == "1"
    assert client.site.overview()["forwards"] == {number: "79007777777"}


@pytest.mark.parametrize("forward", ["", "79", "seven", "7900777٣777"])
def test_calls_are_forwarded_to_nothing_but_a_number(client: SakClient, forward: str) -> None:
    number = client.buy(AVITO)
    client.site.control("sms", id=number)
    assert "error" in client.read("setstatus", id=number, status="2", forward=forward)
    assert client.site.overview()["forwards"] == {}


def test_calls_are_forwarded_for_services_with_forwarding_only(client: SakClient) -> None:
    number = client.buy()
    client.site.control("sms", id=number)
    assert "error" in client.read("setstatus", id=number, status="2", forward="79007777777")


def test_calls_of_a_number_given_back_are_not_forwarded(client: SakClient) -> None:
    number = client.buy(AVITO)
    client.site.control("sms", id=number)
    client.pass_time(30)
    client.ask("setstatus", id=number, status="1")
    assert "error" in client.read("setstatus", id=number, status="2", forward="79007777777")


@pytest.mark.parametrize("method", ["getstatus", "all-sms", "getlatestcode", "play", "setstatus"])
def test_an_unknown_number_is_an_error_without_a_number(client: SakClient, method: str) -> None:
    assert set(client.read(method, id="1", status="1")) == {"error"}


def test_an_unknown_status_is_an_error(client: SakClient) -> None:
    assert "error" in client.read("setstatus", id=client.buy(), status="6")


@pytest.mark.parametrize(("scalars", "body"), [("quoted", '"1"'), ("newline", "1\n"), ("plain", "1")])
def test_scalars_may_be_dressed_up(client: SakClient, scalars: str, body: str) -> None:
    client.site.control("dialect", scalars=scalars)
    assert client.ask("play", id=client.buy()) == body


@pytest.mark.parametrize(
    "details", [{"small": "tall"}, {"rented": "yes"}, {"scalars": "x"}, {"colour": "red"}]
)
def test_an_unknown_detail_of_the_dialect_is_refused(client: SakClient, details: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r".+"):
        client.site.control("dialect", **details)


def test_looking_at_a_number_sooner_than_every_second_is_written_down(client: SakClient) -> None:
    number = client.buy()
    client.ask("getstatus", id=number)
    client.ask("all-sms", id=number)
    client.pass_time(1)
    client.ask("getstatus", id=number)
    assert client.rules_broken() == []
    client.pass_time(0.5)
    client.ask("getstatus", id=number)
    assert client.rules_broken() == ["polled too soon"]


def test_the_key_stands_in_no_journal_though_it_stands_in_every_path(client: SakClient) -> None:
    client.buy()
    client.stub("getBalance")
    ledger = client.site.control("ledger")
    assert client.site.key not in json.dumps(ledger)
    assert [call["method"] for call in ledger["calls"]] == ["getnumber", "getBalance"]


def test_a_purchase_repeated_after_a_lost_answer_is_written_down(client: SakClient) -> None:
    client.site.control("fault", method="getnumber", kind="empty", after_processing=True)
    assert client.ask("getnumber", id="6", code="RU") == ""
    assert len(client.site.shop.sold) == 1
    client.buy("7")
    assert client.rules_broken() == []
    client.buy()
    assert client.rules_broken() == ["purchase repeated"]


def test_prices_elsewhere_are_whole_and_in_reach(client: SakClient) -> None:
    for country in (row["code"] for row in client.read("countries")):
        costs = [Decimal(row["cost"]) for row in client.read("numbersstatus", code=country)]
        assert all(cost == int(cost) and 1 <= cost <= 30 for cost in costs)
