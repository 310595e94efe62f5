"""SMSBower's catalogue: prices, tiers, suppliers, countries and services, with their junk."""

from decimal import Decimal

import pytest

from tests.sandbox.sites.asking import HandlerClient


@pytest.fixture
def client() -> HandlerClient:
    return HandlerClient("smsbower")


def test_prices_tiers_and_suppliers_tell_of_the_same_stock(client: HandlerClient) -> None:
    wish = {"service": "wa", "country": "16"}
    prices = client.read("getPrices", **wish)["16"]["wa"]
    tiers = client.read("getPricesV2", **wish)["16"]["wa"]
    suppliers = client.read("getPricesV3", **wish)["16"]["wa"]
    assert prices["count"] == sum(tiers.values()) == sum(each["count"] for each in suppliers.values())
    assert min(map(Decimal, tiers)) == Decimal(str(prices["cost"]))
    assert all(isinstance(price, str) for price in tiers)
    assert all(int(key) == each["provider_id"] for key, each in suppliers.items())


def test_whole_price_tables_end_with_a_row_of_no_country(client: HandlerClient) -> None:
    for action in ("getPrices", "getPricesV2", "getPricesV3"):
        assert "" in client.read(action)
        assert "" not in client.read(action, country="10")


@pytest.mark.parametrize(
    ("wish", "json", "token"),
    [
        ({"country": "999"}, '{"error":"Bad country"}', "BAD_COUNTRY"),
        ({"service": "nope"}, '{"error":"Bad service"}', "BAD_SERVICE"),
    ],
)
def test_unknown_goods_are_json_errors_but_plain_tokens_in_v3(
    client: HandlerClient, wish: dict[str, str], json: str, token: str
) -> None:
    assert client.ask("getPrices", **wish) == client.ask("getPricesV2", **wish) == json
    assert client.ask("getPricesV3", **wish) == token


def test_sold_out_goods_vanish_from_the_tables_or_stay_with_count_0(client: HandlerClient) -> None:
    wish = {"service": "tg", "country": "10"}
    client.site.control("stock", **wish, count=0)
    assert client.read("getPrices", **wish) == {}
    client.site.control("dialect", empty_rows=True)
    assert client.read("getPrices", **wish)["10"]["tg"]["count"] == 0


def test_countries_have_own_ids_unclean_names_and_a_row_without_id(client: HandlerClient) -> None:
    countries = client.read("getCountries")
    assert countries["1001"] == {"id": "1001", "rus": "Япония", "eng": "Japan", "chn": "日本"}
    assert countries["65"]["eng"] == "Peru "
    assert countries[""]["id"] is None
    assert len(countries) == 203


def test_countries_and_services_have_another_documented_form(client: HandlerClient) -> None:
    client.site.control("dialect", country_list=True, service_map=True)
    assert {"id": "10", "rus": "Вьетнам", "eng": "Vietnam", "chn": "越南"} in client.read("getCountries")
    assert client.read("getServicesList")["tg"] == "Telegram"


def test_service_codes_keep_their_case_and_names_their_blanks(client: HandlerClient) -> None:
    listed = client.read("getServicesList")
    names = {row["code"]: row["name"] for row in listed["services"]}
    assert listed["status"] == "success"
    assert names["YoHo"] == "YoHo"
    assert names["Prcl"] == " Parcel"
    assert names["ws"] == "Indodax"


def test_top_countries_go_by_slug_and_supplier(client: HandlerClient) -> None:
    top = client.read("getTopCountriesByService", service="tg")
    assert set(top["south-africa"]["2263"]) == {"price", "count"}
    assert client.ask("getTopCountriesByService", service="nope") == '{"error":"BAD_SERVICE"}'


def test_operators_are_empty_and_a_list_for_an_unknown_country(client: HandlerClient) -> None:
    assert client.read("getOperators", country="187")["countryOperators"] == {"187": []}
    assert client.read("getOperators", country="999")["countryOperators"] == []
