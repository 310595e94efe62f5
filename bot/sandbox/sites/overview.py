"""What the page shows of a site: money, faults, the main goods and the latest numbers."""

from collections import Counter
from typing import TYPE_CHECKING

from bot.sandbox.sites.activation import Activation
from bot.sandbox.sites.goods import Goods
from bot.sandbox.sites.shop import Shop
from bot.sandbox.sites.wire import Json

if TYPE_CHECKING:
    from bot.sandbox.sites.site import Site

#: Rows of goods and of numbers: a page's worth.
GOODS = 40
NUMBERS = 100
#: The main goods are so many countries of each service until the rows are full.
COUNTRIES_EACH = 5


def of(site: "Site") -> Json:
    shop, ledger = site.shop, site.ledger
    return {
        "name": site.name,
        "title": site.title,
        "key": site.key,
        "currency": site.currency,
        "balance": str(ledger.balance),
        "charged": str(ledger.total("charge")),
        "refunded": str(ledger.total("refund")),
        "auto": _auto(shop),
        "faults": [fault.read() for fault in site.faults.active],
        "goods": [_row(shop.goods, country, service) for country, service in _main(shop)],
        "numbers": [_number(shop, activation) for activation in _latest(shop)],
        "violations": len(ledger.violations),
    }


def _auto(shop: Shop) -> Json | None:
    if shop.auto is None:
        return None
    return {"after_seconds": list(shop.auto.after_seconds), "share": shop.auto.share}


def _latest(shop: Shop) -> list[Activation]:
    return list(shop.sold.values())[: -NUMBERS - 1 : -1]


def _main(shop: Shop) -> list[tuple[str, str]]:
    """What was sold lately first, then the first countries of the first services."""
    lately = [(activation.country, activation.service) for activation in _latest(shop)]
    first = _first(shop.goods)
    return list(dict.fromkeys(lately[:10] + first))[:GOODS]


def _first(goods: Goods) -> list[tuple[str, str]]:
    """Shelves stand service by service, so that each service's first countries come together."""
    shown: Counter[str] = Counter()
    first: list[tuple[str, str]] = []
    for country, service in goods.pairs():
        shown[service] += 1
        if shown[service] <= COUNTRIES_EACH:
            first.append((country, service))
    return first


def _names(goods: Goods, service: str, country: str) -> dict[str, str]:
    return {
        "service": service,
        "service_name": goods.services[service].name.strip(),
        "country": country,
        "country_name": goods.countries[country].name.strip(),
    }


def _row(goods: Goods, country: str, service: str) -> Json:
    price, stock = goods.price(service, country), goods.stock(service, country)
    return {**_names(goods, service, country), "price": str(price), "stock": stock}


def _number(shop: Shop, activation: Activation) -> Json:
    read = activation.read(shop.clock.now())
    return read | _names(shop.goods, activation.service, activation.country)
