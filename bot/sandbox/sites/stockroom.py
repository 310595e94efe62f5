"""Reads the catalogues in `data/` and fills a site's shelves, the same goods at every start."""

import csv
import re
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from importlib.resources import files
from random import Random

from babel import Locale

from bot.sandbox.sites.goods import Country, Lot, Service, tidy
from bot.sandbox.sites.phones import Plan

Row = dict[str, str]
#: Suppliers by how much dearer than the cheapest they are, and their share of the stock.
SUPPLIERS = (("2263", "1", "0.2"), ("3170", "1", "0.1"), ("1507", "1.06", "0.35"), ("2418", "1.31", "0.35"))
#: Vietnam's operators and the prefixes they sell from.
VIETNAMESE = {
    "mobifone": ("90", "93", "70", "76", "77", "78", "79"),
    "vietnamobile": ("92", "56", "58"),
    "viettel": ("96", "97", "98", "86", "32", "33", "34", "35", "36", "37", "38", "39"),
    "vinaphone": ("91", "94", "88", "81", "82", "83", "84", "85"),
}


@cache
def rows(name: str) -> tuple[Row, ...]:
    """The rows of `data/<name>.csv`."""
    source = files("bot.sandbox.sites").joinpath(f"data/{name}.csv")
    return tuple(csv.DictReader(source.read_text("utf-8").splitlines()))


@cache
def country_name(iso2: str, language: str) -> str:
    return str(Locale(language).territories.get(iso2, ""))


def slug(iso2: str) -> str:
    return re.sub(r"[^a-z]+", "-", country_name(iso2, "en").lower()).strip("-")


def services() -> Iterator[Service]:
    """The thirty services sold everywhere."""
    for row in rows("services"):
        yield Service(row["code"], row["name"], row["brand"])


def smsbower_services() -> list[Service]:
    """The same and SMSBower's own codes, which mean other things elsewhere."""
    return [*services(), *(Service(row["code"], row["name"]) for row in rows("smsbower_extra"))]


def countries(site: str) -> list[Country]:
    """Every country of the site's own list ("smsbower" or "vanilla"); those with goods have a plan."""
    plans = {row[site]: {"": plan(row)} for row in rows("markets") if row[site]}
    listed = rows(f"{site}_countries")
    return [Country(row["id"], row["iso2"], row["name"], plans.get(row["id"], {})) for row in listed]


def plan(market: Row) -> Plan:
    return Plan(market["dial"], int(market["digits"]), tuple(market["prefixes"].split()))


@cache
def smsbower_lots() -> tuple[Lot, ...]:
    """The thirty in every market, the others in a handful each; by supplier."""
    lots: list[Lot] = []
    for service in rows("services"):
        for market in _markets("smsbower"):
            lots += _supplied(service, market)
    for service in rows("smsbower_extra"):
        for market in _draw(service["code"]).sample(_markets("smsbower"), 4):
            lots += _supplied(service, market)
    return tuple(lots)


@cache
def vanilla_lots() -> tuple[Lot, ...]:
    """The thirty services in every market, one lot each."""
    return tuple(
        Lot(service["code"], market["vanilla"], *_price_and_stock(service, market))
        for service in rows("services")
        for market in _markets("vanilla")
    )


def sms3t_services() -> list[Service]:
    known = {row["code"]: row for row in (*rows("smsbower_extra"), *rows("services"))}
    sold = [known[row["code"]] for row in rows("sms3t")]
    return [Service(row["code"], row["name"], row.get("brand", "")) for row in sold]


def vietnam() -> Country:
    """The one country, with a plan for each operator's own prefixes."""
    market = next(row for row in rows("markets") if row["iso2"] == "VN")
    plans = {name: plan(market).only(prefixes) for name, prefixes in VIETNAMESE.items()}
    return Country(market["vanilla"], "VN", "Vietnam", plans)


@cache
def sms3t_lots() -> tuple[Lot, ...]:
    """A lot per operator, all at one price."""
    return tuple(
        Lot(row["code"], "10", Decimal(row["cost"]), int(row[operator]), operator=operator)
        for row in rows("sms3t")
        for operator in VIETNAMESE
    )


def smsski_services() -> list[Service]:
    return [Service(row["smsski"], row["name"], row["brand"]) for row in rows("services") if row["smsski"]]


def smsski_countries() -> list[Country]:
    """Countries go by their ISO code in lower case."""
    return [
        Country(row["iso2"].lower(), row["iso2"], country_name(row["iso2"], "en"), {"": plan(row)})
        for row in rows("markets")
        if row["smsski"]
    ]


@cache
def smsski_lots() -> tuple[Lot, ...]:
    """Prices in whole and half units, dearer where numbers are."""
    return tuple(
        Lot(service["smsski"], market["iso2"].lower(), *_ski_price_and_stock(service, market))
        for service in rows("services")
        for market in rows("markets")
        if service["smsski"] and market["smsski"]
    )


def smsak_services() -> list[Service]:
    return [Service(row["id"], row["name"], row["brand"]) for row in rows("smsak_services")]


def smsak_countries() -> list[Country]:
    """Letters of its own, names in Russian only."""
    plans = {row["iso2"]: plan(row) for row in reversed(rows("markets"))}
    listed = rows("smsak_countries")
    return [Country(row["code"], row["iso2"], row["name"], {"": plans[row["iso2"]]}) for row in listed]


@cache
def smsak_lots() -> tuple[Lot, ...]:
    """Whole roubles: in Russia the documented prices and stock, elsewhere dearer or cheaper than there."""
    markets = {row["iso2"]: row for row in reversed(rows("markets"))}
    return tuple(
        Lot(service["id"], country["code"], *_sak_price_and_stock(service, markets[country["iso2"]]))
        for service in rows("smsak_services")
        for country in rows("smsak_countries")
    )


def _sak_price_and_stock(service: Row, market: Row) -> tuple[Decimal, int]:
    if market["iso2"] == "RU":
        return Decimal(service["cost"]), int(service["stock"])
    price = Decimal(service["cost"]) * Decimal(market["price"]) / Decimal("1.5")
    stock = int(service["stock"]) * float(market["stock"]) * _draw(service["id"] + market["iso2"]).random()
    return max(Decimal(1), price.quantize(Decimal(1))), int(stock)


def _ski_price_and_stock(service: Row, market: Row) -> tuple[Decimal, int]:
    price, stock = _price_and_stock(service, market)
    return tidy(max(Decimal(2), (price * 40).quantize(Decimal(1)) / 2)), stock // 5 + 1


def _markets(site: str) -> list[Row]:
    return [row for row in rows("markets") if row["smsbower"] and row[site]]


def _supplied(service: Row, market: Row) -> Iterator[Lot]:
    price, stock = _price_and_stock(service, market)
    for supplier, dearer, share in SUPPLIERS:
        cost = tidy(price * Decimal(dearer))
        count = int(stock * Decimal(share))
        if count:
            yield Lot(service["code"], market["smsbower"], cost, count, supplier)


def _price_and_stock(service: Row, market: Row) -> tuple[Decimal, int]:
    draw = _draw(service["code"] + market["vanilla"])
    price = Decimal(service["price"]) * Decimal(market["price"]) * Decimal(draw.randrange(80, 121)) / 100
    stock = int(service["stock"]) * float(market["stock"]) * draw.uniform(0.4, 1.6)
    return tidy(max(price, Decimal("0.01"))), max(1, int(stock))


def _draw(text: str) -> Random:
    """Prices and stock look random but stay the same from start to start."""
    return Random(text)  # noqa: S311 - goods on a shelf, not a secret
