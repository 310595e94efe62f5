"""The price lists of the handler_api family: country, service, and then each site its own way.

getPrices gives cost and count; smshub gives count by price there; privatesms turns the axes and gives the
price alone. SMSBower's V2 gives count by price, its V3 a row per supplier.
"""

from collections.abc import Iterator
from decimal import Decimal

from bot.providers.base import Price, Supplier, Tier
from bot.providers.values import count, identifier, money, rows


def prices(document: object) -> list[Price]:
    """Every price of a list, in any of the three forms; rows that say no price are left out."""
    found = (_price(service, country, cell) for country, service, cell in _cells(document))
    return [price for price in found if price is not None]


def tiers(document: object, country: str, service: str) -> list[Tier]:
    """Count by price of one country and service (getPricesV2), cheapest first; counts are not cumulative."""
    cell = _cell(document, country, service)
    return sorted(_tiers(cell), key=lambda tier: tier.cost)


def suppliers(document: object, country: str, service: str) -> list[Supplier]:
    """The suppliers of one country and service (getPricesV3), cheapest first."""
    found = (_supplier(key, row) for key, row in rows(_cell(document, country, service)))
    return sorted((one for one in found if one is not None), key=lambda one: one.cost)


def stock_keys(document: object) -> list[str]:
    """The services of getNumbersStatus, with or without their suffix `_0`; `_1` is call forwarding."""
    keys = (key for key, amount in rows(document) if count(amount) is not None)
    return list(dict.fromkeys(key.removesuffix("_0") for key in keys if not key.endswith("_1")))


def _cells(document: object) -> Iterator[tuple[str, str, object]]:
    for outer, line in rows(document):
        for inner, cell in rows(line):
            turned = inner.isdigit() and not outer.isdigit()
            yield (inner, outer, cell) if turned else (outer, inner, cell)


def _cell(document: object, country: str, service: str) -> object:
    found = (cell for where, what, cell in _cells(document) if (where, what) == (country, service))
    return next(found, None)


def _price(service: str, country: str, cell: object) -> Price | None:
    if not isinstance(cell, dict):
        cost = money(cell)
        return None if cost is None else Price(service, country, cost, None)
    if "cost" in cell:
        cost = money(cell["cost"])
        return None if cost is None else Price(service, country, cost, count(cell.get("count")))
    return _cheapest(service, country, list(_tiers(cell)))


def _cheapest(service: str, country: str, tiers: list[Tier]) -> Price | None:
    if not tiers:
        return None
    sold = [tier for tier in tiers if tier.stock] or tiers
    return Price(service, country, min(tier.cost for tier in sold), sum(tier.stock for tier in tiers))


def _tiers(cell: object) -> Iterator[Tier]:
    if not isinstance(cell, dict):
        return
    for price, amount in cell.items():
        cost, stock = money(price), count(amount)
        if cost is not None and stock is not None:
            yield Tier(cost, stock)


def _supplier(key: str, row: object) -> Supplier | None:
    if not isinstance(row, dict):
        return None
    cost, stock = money(row.get("price")), count(row.get("count"))
    if cost is None or stock is None:
        return None
    return Supplier(identifier(row.get("provider_id")) or key, Decimal(cost), stock)
