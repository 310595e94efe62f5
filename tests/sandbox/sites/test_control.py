"""The knobs every site has."""

import json
from decimal import Decimal

import phonenumbers
import pytest

from bot.sandbox.sites import all_sites
from bot.sandbox.sites.phones import Plan
from bot.sandbox.sites.texts import draft
from bot.sandbox.sites.wire import Json
from tests.sandbox.sites.asking import HandlerClient, SkiClient


@pytest.fixture
def client() -> HandlerClient:
    return HandlerClient("smsbower")


def shown(client: HandlerClient, number: str) -> Json:
    """The number as the page sees it."""
    rows: list[Json] = client.site.overview()["numbers"]
    return next(row for row in rows if row["id"] == number)


@pytest.mark.parametrize("name", ["smsbower", "sms3t", "smsski", "smsak", "herosms"])
def test_the_overview_of_every_site_is_json_with_goods_to_show(name: str) -> None:
    overview = all_sites(seed=1)[name].overview()
    assert json.loads(json.dumps(overview)) == overview
    assert {"name", "title", "key", "currency", "balance", "charged", "refunded", "auto", "faults"} <= set(
        overview
    )
    assert 10 <= len(overview["goods"]) <= 40
    assert set(overview["goods"][0]) == {
        "service", "service_name", "country", "country_name", "price", "stock"
    }  # fmt: skip


def test_the_overview_shows_a_number_from_sale_to_end(client: HandlerClient) -> None:
    number, phone = client.buy("wa", "187")
    row = shown(client, number)
    assert (row["phone"], row["service_name"], row["country_name"]) == (phone, "Whatsapp", "USA (physical)")
    assert (row["state"], row["due_in"], row["sms"]) == ("waiting", None, [])
    client.site.control("sms", id=number, code="123-456", in_seconds=10)
    assert shown(client, number)["due_in"] == 10
    client.pass_time(10)
    row = shown(client, number)
    assert (row["state"], row["due_in"]) == ("received", None)
    assert [sms["code"] for sms in row["sms"]] == ["123-456"]
    client.set_status(number, 6)
    assert shown(client, number)["state"] == "finished"


def test_an_sms_in_some_seconds_arrives_then_and_not_before(client: HandlerClient) -> None:
    number, _ = client.buy()
    client.site.control("sms", id=number, code="1234", in_seconds=5)
    client.pass_time(4.9)
    assert client.status(number) == "STATUS_WAIT_CODE"
    client.pass_time(0.1)
    assert client.status(number) == "STATUS_OK:1234"


def test_the_code_is_found_in_a_given_text(client: HandlerClient) -> None:
    number, _ = client.buy()
    sms = client.site.control("sms", id=number, text="Код: 0471-не говорите никому", in_seconds=0)
    assert sms["code"] == "0471"


def test_a_number_with_a_code_takes_no_sms_nobody_asked_for(client: HandlerClient) -> None:
    number, _ = client.buy()
    client.site.control("sms", id=number, code="1111")
    with pytest.raises(ValueError, match="takes no SMS now"):
        client.site.control("sms", id=number, code="2222")
    assert client.status(number) == "STATUS_OK:1111"


def test_an_sms_booked_for_a_number_cancelled_meanwhile_is_lost(client: HandlerClient) -> None:
    number, _ = client.buy()
    client.site.control("sms", id=number, in_seconds=130)
    client.pass_time(120)
    client.set_status(number, 8)
    client.pass_time(20)
    assert client.status(number) == "STATUS_CANCEL"


def test_a_late_sms_revives_a_cancelled_number_and_is_charged(client: HandlerClient) -> None:
    number, _ = client.buy()
    charged = client.balance
    client.pass_time(120)
    client.set_status(number, 8)
    client.site.control("sms", id=number, code="9999", late=True)
    assert client.status(number) == "STATUS_OK:9999"
    assert Decimal(client.balance) == Decimal(charged)


def test_codes_arrive_by_themselves_between_the_two_delays(client: HandlerClient) -> None:
    client.site.control("auto", after_seconds=[10, 20], share=1)
    number, _ = client.buy()
    client.pass_time(9.9)
    assert client.status(number) == "STATUS_WAIT_CODE"
    client.pass_time(10.2)
    assert client.status(number).startswith("STATUS_OK:")


def test_codes_arrive_by_themselves_for_their_share_of_numbers_only(client: HandlerClient) -> None:
    client.site.control("balance", amount="1000")
    client.site.control("auto", after_seconds=[1, 2], share=0.5)
    numbers = [client.buy()[0] for _ in range(40)]
    client.pass_time(3)
    received = sum(client.status(number).startswith("STATUS_OK:") for number in numbers)
    assert 8 < received < 32
    client.site.control("auto", after_seconds=None)
    number, _ = client.buy()
    client.pass_time(30)
    assert client.status(number) == "STATUS_WAIT_CODE"


def test_another_sms_arrives_by_itself_too(client: HandlerClient) -> None:
    client.site.control("auto", after_seconds=[1, 1], share=1)
    number, _ = client.buy()
    client.pass_time(1)
    client.set_status(number, 3)
    client.pass_time(1)
    assert client.status(number).startswith("STATUS_OK:")


def test_price_and_stock_are_what_was_set(client: HandlerClient) -> None:
    goods = {"service": "tg", "country": "10"}
    client.site.control("price", **goods, price="12")
    client.site.control("stock", **goods, count=7)
    assert client.read("getPrices", **goods)["10"]["tg"] == {"cost": 12.0, "count": 7}
    client.site.control("stock", **goods, count=1)
    client.buy()
    assert client.ask("getNumber", **goods) == "NO_NUMBERS"


def test_goods_never_sold_before_can_be_put_on_the_shelf(client: HandlerClient) -> None:
    client.site.control("stock", service="ws", country="4", count=3)
    client.site.control("price", service="ws", country="4", price="0.5")
    assert client.read("getPrices", service="ws", country="4")["4"]["ws"] == {"cost": 0.5, "count": 3}


def test_a_further_key_is_accepted_or_replaces_all_others(client: HandlerClient) -> None:
    first = client.site.key
    client.site.control("key", value="second")
    assert client.reply("getBalance", api_key=first).status == 200
    client.site.control("key", value="third", replace=True)
    assert client.reply("getBalance", api_key=first).status == 401
    assert client.reply("getBalance").status == 200


def test_the_clock_is_put_forward(client: HandlerClient) -> None:
    number, _ = client.buy()
    client.site.control("clock", advance=120)
    assert client.set_status(number, 8) == "ACCESS_CANCEL"


@pytest.mark.parametrize(
    ("op", "args"),
    [
        ("stock", {"service": "tg", "country": "10", "count": -1}),
        ("stock", {"service": "tg", "country": "10", "count": "many"}),
        ("stock", {"service": "tg"}),
        ("price", {"service": "tg", "country": "10", "price": "NaN"}),
        ("price", {"service": "tg", "country": "10", "price": "-1"}),
        ("balance", {"amount": "lots"}),
        ("fault", {"kind": "sulk"}),
        ("key", {"value": ""}),
        ("dialect", {"accent": True}),
    ],
)
def test_what_cannot_be_set_so_is_said(client: HandlerClient, op: str, args: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r".+"):
        client.site.control(op, **args)


@pytest.mark.parametrize(
    ("op", "args"),
    [
        ("juggle", {}),
        ("sms", {"id": "1"}),
        ("sms", {"phone": "84900000000"}),
        ("stock", {"service": "tg", "country": "nowhere", "count": 1}),
        ("stock", {"service": "tg", "country": "20", "count": 1}),
    ],
)
def test_what_is_not_there_is_said(client: HandlerClient, op: str, args: dict[str, object]) -> None:
    with pytest.raises(LookupError, match=r".+"):
        client.site.control(op, **args)


def test_the_ledger_tells_money_numbers_and_calls_but_no_key(client: HandlerClient) -> None:
    number, phone = client.buy()
    client.pass_time(120)
    client.set_status(number, 8)
    ledger = client.site.control("ledger")
    assert Decimal(str(ledger["charged"])) == Decimal(str(ledger["refunded"])) > 0
    assert [entry["kind"] for entry in ledger["entries"]] == ["charge", "refund"]
    assert [call["method"] for call in ledger["calls"]] == ["getNumber", "setStatus"]
    assert phone in json.dumps(ledger)
    assert client.site.key not in json.dumps(ledger)


def test_a_purchase_repeated_after_a_lost_answer_is_written_down(client: HandlerClient) -> None:
    client.site.control("fault", method="getNumber", kind="empty", after_processing=True)
    assert client.ask("getNumber", service="tg", country="10") == ""
    assert client.rules_broken() == []
    client.buy("wa", "10")
    client.buy("tg", "10")
    assert client.rules_broken() == ["purchase repeated"]


def test_a_purchase_long_after_a_lost_answer_is_a_new_wish() -> None:
    client = SkiClient("smsski")
    client.site.control("fault", method="phone", kind="drop")
    client.reply("phone/vn/telegram/")
    client.pass_time(60)
    client.ask("phone/vn/telegram/")
    assert client.rules_broken() == []


def test_the_same_seed_repeats_keys_and_numbers() -> None:
    one, other = HandlerClient("smsbower"), HandlerClient("smsbower")
    assert one.site.key == other.site.key
    assert one.buy() == other.buy()
    assert all_sites()["smsbower"].key != all_sites()["smsbower"].key


def test_a_plan_that_can_only_draw_taken_numbers_draws_none() -> None:
    site = all_sites(seed=1)["smsbower"]
    assert Plan("84", 9, ("90",)).draw(site.shop.random, taken=lambda _: True) is None


@pytest.mark.parametrize("name", ["smsbower", "sms3t", "smsski", "smsak", "herosms"])
def test_every_number_sold_is_possible_in_its_country(name: str) -> None:
    shop = all_sites(seed=1)[name].shop
    for country in shop.goods.countries.values():
        for plan in country.plans.values():
            drawn = [plan.draw(shop.random) for _ in range(20)]
            parsed = [phonenumbers.parse(f"+{phone}") for phone in drawn]
            assert all(phonenumbers.is_possible_number(number) for number in parsed)
            assert sum(phonenumbers.is_valid_number(number) for number in parsed) >= 17, country.name


@pytest.mark.parametrize("name", ["smsbower", "sms3t", "smsski", "smsak", "herosms"])
def test_a_text_holds_its_code_and_the_code_is_four_to_eight_characters(name: str) -> None:
    shop = all_sites(seed=1)[name].shop
    for service in shop.goods.services.values():
        sms = draft(shop.random, service.brand)
        assert sms.code in sms.text
        assert "{" not in sms.text
        assert 4 <= len(sms.code.replace("-", "").replace(" ", "")) <= 8


def test_the_shelves_hold_what_a_newcomer_expects() -> None:
    sites = all_sites(seed=1)
    pairs = {name: site.shop.goods.pairs() for name, site in sites.items()}
    assert len({country for country, _ in pairs["smsbower"]}) >= 25
    assert len({service for _, service in pairs["smsbower"]}) >= 30
    assert len(set(pairs["smsski"])) >= 12 * 10
    assert {country for country, _ in pairs["sms3t"]} == {"10"}
    goods = sites["smsbower"].shop.goods
    assert all(
        Decimal("0.005") < goods.price(service, country) < 20 for country, service in pairs["smsbower"]
    )
