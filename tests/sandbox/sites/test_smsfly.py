"""SMS-fly's site against its REST API v2.04: envelopes, money, names, prices, and what a message must be."""

import json
from typing import Any

import httpx
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.sandbox.sites.doors import add_sites
from tests.sandbox.sites.mailing import KYIV, FlyClient, code, letter

BUTTON = {"caption": "Where is it?", "url": "https://example.org/taxi"}
IMAGE = "https://example.org/taxi.png"


@pytest.fixture
def client() -> FlyClient:
    return FlyClient()


def test_the_demo_key_has_36_characters(client: FlyClient) -> None:
    assert len(client.site.key) == 36


def test_a_success_says_so_with_its_date_and_data(client: FlyClient) -> None:
    reply = client.reply("GETBALANCE")
    assert (reply.status, reply.content_type) == (200, "application/json; charset=utf-8")
    answer = {"success": 1, "date": "2026-08-30 02:00:00 +0200", "data": {"balance": "91.477"}}
    assert json.loads(reply.body) == answer


def test_an_error_says_so_with_its_code(client: FlyClient) -> None:
    reply = client.reply("GETBALANCE", key="wrong")
    assert reply.status == 403
    error = {"code": "FORBIDDEN", "date": "2026-08-30 02:00:00 +0200", "description": ""}
    assert json.loads(reply.body) == {"success": 0, "error": error}


@pytest.mark.parametrize("body", ["", "auth=key", "[]", '"GETBALANCE"', '{"auth":'])
def test_a_body_that_is_no_json_object_is_422(client: FlyClient, body: str) -> None:
    reply = client.post(body)
    assert (reply.status, code(reply)) == (422, "INVREQUEST")


async def test_it_is_spoken_to_over_http_with_json_in_the_body(client: FlyClient) -> None:
    app = web.Application()
    add_sites(app, {"smsfly": client.site})
    asked = {"auth": {"key": client.site.key}, "action": "SENDMESSAGE", "data": letter("sms")}
    async with TestServer(app) as server, httpx.AsyncClient(trust_env=False) as http:
        reply = await http.post(str(server.make_url("/smsfly/api/v2/api.php")), json=asked)
        refused = await http.post(str(server.make_url("/smsfly/api/v2/api.php")), data={"key": "x"})
    assert (reply.status_code, reply.json()["data"]["sms"]["status"]) == (200, "ACCEPTD")
    assert (refused.status_code, refused.json()["error"]["code"]) == (422, "INVREQUEST")


def test_nothing_is_read_from_a_get(client: FlyClient) -> None:
    body = json.dumps({"auth": {"key": client.site.key}, "action": "GETBALANCE", "data": {}})
    assert client.post(body, verb="GET").status == 422


@pytest.mark.parametrize("auth", [None, "key", {}, {"key": None}, {"key": ["x"]}, {"key": "wrong"}])
def test_without_the_key_everything_is_forbidden(client: FlyClient, auth: object) -> None:
    reply = client.post(json.dumps({"auth": auth, "action": "NOTHING", "data": {}}))
    assert (reply.status, code(reply)) == (403, "FORBIDDEN")


@pytest.mark.parametrize("action", ["", "getbalance", "NOTHING", None, ["GETBALANCE"], 7])
def test_an_unknown_action_is_400(client: FlyClient, action: object) -> None:
    reply = client.reply(action)
    assert (reply.status, code(reply)) == (400, "INVACTION")


@pytest.mark.parametrize("data", [{}, [], None])
def test_data_may_be_the_empty_list_that_php_makes_of_no_fields(client: FlyClient, data: object) -> None:
    body = {"auth": {"key": client.site.key}, "action": "GETBALANCE", "data": data}
    assert client.post(json.dumps(body)).status == 200
    assert code(client.reply("GETBALANCE", ["sms"])) == "INVREQUEST"


def test_another_path_is_a_page_and_not_an_envelope(client: FlyClient) -> None:
    reply = client.post("{}", path="/api/api.php")
    assert (reply.status, reply.body[0]) == (404, "<")


def test_balances_are_texts_and_the_plain_one_is_for_sms(client: FlyClient) -> None:
    assert client.ask("GETBALANCE") == {"balance": "91.477"}
    assert client.ask("GETBALANCEEXT") == {"balance": {"sms": "91.477", "viber": "191.477"}}


@pytest.mark.parametrize("action", ["GETSOURCES", "GETSOURCE"])
def test_sender_names_come_for_the_channels_asked_for(client: FlyClient, action: str) -> None:
    both = {"sms": ["InfoCenter", "myAlphaName"], "viber": ["Promo", "Taxi"]}
    assert client.ask(action, channels=["sms", "viber"]) == both
    assert client.ask(action, channels=["viber"]) == {"viber": ["Promo", "Taxi"]}


def test_the_price_list_is_ukraines_unless_another_country_is_asked_for(client: FlyClient) -> None:
    ukraine = {"255": {"00": "0.479", "01": "0.478", "03": "0.477", "06": "0.476"}}
    assert client.ask("GETPRICELIST", channels=["sms"]) == {"pricelist": {"sms": ukraine}}
    polish = client.ask("GETPRICELIST", channels=["sms", "viber"], mcc="260")["pricelist"]
    assert list(polish) == ["sms", "viber"]
    assert polish["viber"]["260"].keys() == {"01", "02", "03", "06"}


def test_the_price_of_one_operator_has_the_same_shape(client: FlyClient) -> None:
    price = client.ask("GETPRICE", channels=["sms", "viber"], mcc="255", mnc="01")
    assert price == {"price": {"sms": {"255": {"01": "0.478"}}, "viber": {"255": {"01": "0.750"}}}}


def test_where_nothing_is_sent_to_the_list_is_empty(client: FlyClient) -> None:
    assert client.ask("GETPRICELIST", channels=["sms"], mcc="999") == {"pricelist": []}
    assert client.ask("GETPRICE", channels=["sms"], mcc="255", mnc="255") == {"price": []}
    assert client.refusal("GETPRICE", channels=["sms"], mcc="255") == "INVREQUEST"


@pytest.mark.parametrize("action", ["GETSOURCES", "GETPRICELIST", "GETPRICE", "SENDMESSAGE"])
@pytest.mark.parametrize("named", [None, [], "sms", ["fax"], ["sms", "sms"], [["sms"]], {"sms": 1}])
def test_channels_are_a_list_of_sms_and_viber(client: FlyClient, action: str, named: object) -> None:
    assert client.refusal(action, recipient=KYIV, mnc="01", channels=named) == "INVCHANNELS"


def test_what_was_accepted_has_an_id_and_a_cost_per_channel(client: FlyClient) -> None:
    sent = client.send("viber", "sms")
    at = {"status": "ACCEPTD", "date": "2026-08-30 02:00:00 +0200"}
    assert sent["messageID"].startswith("FAPI")
    assert len(sent["messageID"]) == 20
    assert sent["viber"] == {**at, "label": "promotion", "cost": 0.75}
    assert sent["sms"] == {**at, "cost": 0.478}


def test_every_message_has_an_id_of_its_own(client: FlyClient) -> None:
    assert len({client.sent("sms") for _ in range(5)}) == 5


def test_a_bare_viber_text_with_a_code_is_a_transaction(client: FlyClient) -> None:
    text = "Code 4711, taxi 12"
    assert client.send("viber", viber={"text": text})["viber"]["label"] == "transaction:1"
    assert client.send("viber", viber={"text": text, "button": BUTTON})["viber"]["label"] == "promotion"


@pytest.mark.parametrize(
    "fields",
    [
        {"text": "б" * 1000},
        {"text": None, "image": IMAGE},
        {"button": BUTTON},
        {"button": BUTTON, "image": IMAGE},
        {"button": {**BUTTON, "caption": "c" * 30}},
        {"ttl": 1},
        {"ttl": 1440, "source": "Taxi"},
    ],
)
def test_a_viber_message_is_text_image_text_with_button_or_all_three(
    client: FlyClient, fields: dict[str, Any]
) -> None:
    assert client.send("viber", viber=fields)["viber"]["status"] == "ACCEPTD"


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"text": None}, "INVTEXT"),
        ({"text": ""}, "INVTEXT"),
        ({"text": "б" * 1001}, "INVTEXT"),
        ({"text": 4711}, "INVTEXT"),
        ({"text": None, "button": BUTTON}, "INVTEXT"),
        ({"text": None, "button": BUTTON, "image": IMAGE}, "INVTEXT"),
        ({"image": IMAGE}, "INVBUTTON"),
        ({"button": "press"}, "INVBUTTON"),
        ({"button": {"url": IMAGE}}, "INVBUTTON"),
        ({"button": {**BUTTON, "caption": "c" * 31}}, "INVBUTTON"),
        ({"button": {**BUTTON, "url": "example.org"}}, "INVBUTTON"),
        ({"text": None, "image": "http://example.org/taxi.png"}, "INVIMAGEURL"),
        ({"text": None, "image": "taxi.png"}, "INVIMAGEURL"),
        ({"source": "InfoCenter"}, "INVSOURCE"),
        ({"source": None}, "INVSOURCE"),
        ({"ttl": 0}, "INVREQUEST"),
        ({"ttl": 1441}, "INVREQUEST"),
        ({"ttl": "5"}, "INVREQUEST"),
        ({"ttl": True}, "INVREQUEST"),
        ({"ttl": None}, "INVREQUEST"),
    ],
)
def test_what_is_wrong_with_a_viber_message_has_its_code(
    client: FlyClient, fields: dict[str, Any], error: str
) -> None:
    assert client.refusal("SENDMESSAGE", **letter("viber", viber=fields)) == error
    assert client.site.ledger.entries == []


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"text": None}, "INVTEXT"),
        ({"text": "  "}, "INVTEXT"),
        ({"source": "Promo"}, "INVSOURCE"),
        ({"ttl": 2.5}, "INVREQUEST"),
        ({"flash": 2}, "INVSMSMESSAGE"),
        ({"flash": True}, "INVSMSMESSAGE"),
    ],
)
def test_what_is_wrong_with_an_sms_has_its_code(
    client: FlyClient, fields: dict[str, Any], error: str
) -> None:
    assert client.refusal("SENDMESSAGE", **letter("sms", sms=fields)) == error


@pytest.mark.parametrize(
    "phone", [None, 380501234567, "+380501234567", "0501234567", "38050 1234567", "1234", "3" * 16, ""]
)
def test_a_recipient_is_a_text_in_international_format_without_a_plus(
    client: FlyClient, phone: object
) -> None:
    assert client.refusal("SENDMESSAGE", **(letter("sms") | {"recipient": phone})) == "INVRECIPIENT"


def test_where_nothing_is_sent_to_there_is_no_route(client: FlyClient) -> None:
    assert client.refusal("SENDMESSAGE", **letter("sms", recipient="8613812345678")) == "INVROUTE"


@pytest.mark.parametrize(("channel", "error"), [("viber", "INVVIBERMESSAGE"), ("sms", "INVSMSMESSAGE")])
def test_a_channel_without_its_message_has_its_code(client: FlyClient, channel: str, error: str) -> None:
    asked = letter("viber", "sms")
    assert client.refusal("SENDMESSAGE", **{**asked, channel: None}) == error
    assert client.refusal("SENDMESSAGE", **{**asked, channel: "text"}) == error


def test_a_flash_sms_is_accepted(client: FlyClient) -> None:
    client.send("sms", sms={"flash": 1})
    [message] = client.site.overview()["messages"]
    assert message["channels"][0]["flash"] is True


@pytest.mark.parametrize("number", [None, "", "FAPI00000000000000AA", 7])
def test_the_status_of_a_message_that_is_not_there_is_400(client: FlyClient, number: object) -> None:
    client.sent("sms")
    assert client.refusal("GETMESSAGESTATUS", messageID=number) == "INVMSGID"


def test_the_dates_of_a_status_go_without_a_zone(client: FlyClient) -> None:
    number = client.sent("viber", "sms")
    client.pass_time(90)
    answer = json.loads(client.reply("GETMESSAGESTATUS", {"messageID": number}).body)
    part = {"status": "ACCEPTD", "date": "2026-08-30 02:00:00"}
    assert answer["date"] == "2026-08-30 02:01:30 +0200"
    assert answer["data"] == {"messageID": number, "viber": part, "sms": part}


def test_the_key_is_in_no_journal(client: FlyClient) -> None:
    client.send("viber", "sms")
    client.refusal("SENDMESSAGE")
    ledger = client.site.control("ledger")
    assert [call["method"] for call in ledger["calls"]] == ["SENDMESSAGE", "SENDMESSAGE"]
    assert client.site.key not in json.dumps(ledger)


def test_details_that_the_document_leaves_open_can_be_switched(client: FlyClient) -> None:
    client.site.control("dialect", accepted="ACCEPTED", strings=True, zone=3)
    sent = client.send("sms")["sms"]
    assert sent == {"status": "ACCEPTED", "date": "2026-08-30 03:00:00 +0300", "cost": "0.478"}


@pytest.mark.parametrize("details", [{"unpaid": "shout"}, {"colour": "red"}])
def test_an_unknown_detail_of_the_dialect_is_refused(client: FlyClient, details: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="unpaid"):
        client.site.control("dialect", **details)
