"""sms.ski's site against its Integration Blueprint."""

import base64
import json

import pytest

from bot.sandbox.sites.smsski import expiry
from tests.sandbox.sites.asking import BEGINNING, SkiClient

DAY = 86400


@pytest.fixture
def client() -> SkiClient:
    return SkiClient("smsski")


def test_the_demo_key_is_a_jwt_good_for_360_days(client: SkiClient) -> None:
    head, payload, signature = client.site.key.split(".")
    claims = json.loads(base64.urlsafe_b64decode(payload + "=="))
    assert json.loads(base64.urlsafe_b64decode(head + "==")) == {"alg": "HS256", "typ": "JWT"}
    assert (claims["iss"], claims["aud"]) == ("sms.ski", "Receivers")
    assert claims["iat"] == BEGINNING
    assert claims["exp"] - claims["iat"] == 360 * DAY
    assert signature


def test_an_expired_token_is_401(client: SkiClient) -> None:
    client.pass_time(360 * DAY - 1)
    assert client.reply("balance").status == 200
    client.pass_time(1)
    assert client.reply("balance").status == 401


@pytest.mark.parametrize("token", ["", "wrong", "a.b.c"])
def test_a_wrong_token_is_401_whatever_is_asked(client: SkiClient, token: str) -> None:
    assert client.reply("balance", token=token).status == 401
    assert client.reply("phone/vn/telegram/", token=token).status == 401
    assert client.site.ledger.entries == []


def test_a_key_that_is_no_jwt_never_expires() -> None:
    assert expiry("plain") == float("inf")


def test_the_balance_is_a_number_in_an_envelope(client: SkiClient) -> None:
    reply = client.reply("balance")
    assert json.loads(reply.body) == {"status": "success", "message": 389.5}
    assert reply.content_type.startswith("application/json")


def test_services_list_countries_in_lower_case_with_prices_only(client: SkiClient) -> None:
    services = {row["identifier"]: row["countries"] for row in client.ask("services")}
    assert {"telegram", "whatsapp", "facebook"} <= services.keys()
    assert set(services["facebook"][0]) == {"country_code", "price"}
    assert client.ask("service/facebook/countries") == services["facebook"]
    assert "dz" in {row["country_code"] for row in services["facebook"]}


def test_an_unknown_service_has_no_countries(client: SkiClient) -> None:
    assert client.ask("service/nope/countries") == []


@pytest.mark.parametrize("path", ["phone/VN/telegram/", "phone/vn/telegram", "phone/vn/telegram/"])
def test_the_phone_is_a_string_without_a_plus(client: SkiClient, path: str) -> None:
    phone = client.ask(path)
    assert phone.startswith("84")
    assert phone.isdigit()


def test_only_get_is_allowed(client: SkiClient) -> None:
    assert client.reply("phone/vn/telegram/", verb="POST").status == 405
    assert client.site.shop.sold == {}


def test_another_path_is_a_page_and_not_an_envelope(client: SkiClient) -> None:
    reply = client.reply("nothing")
    assert (reply.status, reply.body[0]) == (404, "<")


@pytest.mark.parametrize("path", ["phone/fr/telegram/", "phone/vn/nope/"])
def test_goods_that_are_not_there_are_406(client: SkiClient, path: str) -> None:
    assert client.refusal(path) == 406


def test_a_sold_out_service_is_406(client: SkiClient) -> None:
    client.site.control("stock", service="telegram", country="vn", count=0)
    assert client.refusal("phone/vn/telegram/") == 406


def test_too_little_balance_is_409(client: SkiClient) -> None:
    client.site.control("balance", amount="1")
    assert client.refusal("phone/vn/telegram/") == 409
    assert client.balance == "1"


def test_too_many_tasks_at_once_are_429_until_one_ends(client: SkiClient) -> None:
    client.site.control("dialect", parallel=2)
    first = client.ask("phone/vn/facebook/")
    client.ask("phone/vn/facebook/")
    assert client.refusal("phone/vn/facebook/") == 429
    client.pass_time(30)
    client.ask(f"cancel/{first}")
    assert client.ask("phone/vn/facebook/")


def test_404_for_a_code_means_not_yet(client: SkiClient) -> None:
    phone = client.ask("phone/vn/telegram/")
    assert client.refusal(f"code/{phone}") == 404


def test_a_code_is_told_once_and_finishes_the_task(client: SkiClient) -> None:
    phone = client.ask("phone/vn/telegram/")
    client.site.control("sms", phone=phone, code="00417")
    assert client.ask(f"code/{phone}") == "00417"
    assert client.refusal(f"code/{phone}") == 406
    assert client.refusal(f"cancel/{phone}") == 406


def test_cancel_is_406_before_30_seconds_like_a_task_that_is_not_there(client: SkiClient) -> None:
    phone = client.ask("phone/vn/telegram/")
    client.pass_time(29.9)
    early = client.reply(f"cancel/{phone}")
    assert early.status == 406
    assert early.body == client.reply("cancel/84900000000").body
    client.pass_time(0.1)
    assert client.ask(f"cancel/{phone}") == "The task was successfully cancelled."
    assert float(client.balance) == 389.5


def test_404_for_a_cancel_means_the_code_is_there(client: SkiClient) -> None:
    phone = client.ask("phone/vn/telegram/")
    client.site.control("sms", phone=phone, code="953620")
    assert client.refusal(f"cancel/{phone}") == 404
    assert client.ask(f"code/{phone}") == "953620"


def test_a_task_without_a_code_ends_after_six_minutes_and_is_refunded(client: SkiClient) -> None:
    phone = client.ask("phone/vn/telegram/")
    client.pass_time(359)
    assert client.refusal(f"code/{phone}") == 404
    client.pass_time(1)
    assert client.refusal(f"code/{phone}") == 406
    assert float(client.balance) == 389.5


def test_a_code_that_came_in_time_waits_to_be_fetched(client: SkiClient) -> None:
    phone = client.ask("phone/vn/telegram/")
    client.site.control("sms", phone=phone, code="953620")
    client.pass_time(400)
    assert client.ask(f"code/{phone}") == "953620"


def test_asking_for_the_code_sooner_than_every_five_seconds_is_written_down(client: SkiClient) -> None:
    phone = client.ask("phone/vn/telegram/")
    client.refusal(f"code/{phone}")
    client.pass_time(5)
    client.refusal(f"code/{phone}")
    assert client.rules_broken() == []
    client.pass_time(1)
    client.refusal(f"code/{phone}")
    assert client.rules_broken() == ["polled too soon"]


def test_a_failure_may_come_with_status_200_or_without_a_body(client: SkiClient) -> None:
    client.site.control("dialect", failures="ok")
    reply = client.reply("code/84900000000")
    assert (reply.status, json.loads(reply.body)["error"]["code"]) == (200, 406)
    client.site.control("dialect", failures="empty")
    reply = client.reply("code/84900000000")
    assert (reply.status, reply.body) == (406, "")


@pytest.mark.parametrize("details", [{"failures": "loud"}, {"colour": "red"}])
def test_an_unknown_detail_of_the_dialect_is_refused(client: SkiClient, details: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="failures"):
        client.site.control("dialect", **details)
