"""What a site has on its shelves: lots of numbers by service, country, supplier and operator."""

from collections.abc import Callable, Iterable, Mapping
from copy import copy
from dataclasses import dataclass, field
from decimal import Decimal

from bot.sandbox.sites.phones import Plan

STEP = Decimal("0.001")


def tidy(price: Decimal) -> Decimal:
    """To a tenth of a cent, without trailing zeros and never as 1E+1."""
    return Decimal(format(price.quantize(STEP).normalize(), "f"))


@dataclass(slots=True)
class Lot:
    """Numbers of one supplier and operator at one price; `stock` goes down as they are sold."""

    service: str
    country: str
    price: Decimal
    stock: int
    supplier: str = ""
    operator: str = "any"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which lots will do; None or empty means any."""

    max_price: Decimal | None = None
    min_price: Decimal | None = None
    suppliers: frozenset[str] = frozenset()
    except_suppliers: frozenset[str] = frozenset()
    operators: frozenset[str] = frozenset()

    def fits(self, lot: Lot) -> bool:
        return self.fits_source(lot) and self.fits_price(lot.price)

    def fits_price(self, price: Decimal) -> bool:
        too_cheap = self.min_price is not None and price < self.min_price
        return not (too_cheap or self.too_dear(price))

    def too_dear(self, price: Decimal) -> bool:
        return self.max_price is not None and price > self.max_price

    def fits_source(self, lot: Lot) -> bool:
        wanted = not self.suppliers or lot.supplier in self.suppliers
        wanted_operator = not self.operators or lot.operator in self.operators
        return wanted and wanted_operator and lot.supplier not in self.except_suppliers


@dataclass(slots=True)
class Service:
    """A service by the site's own code; `brand` is the key of its SMS wordings."""

    code: str
    name: str
    brand: str = ""


@dataclass(slots=True)
class Country:
    """A country by the site's own id; `plans` are its numbering plans by operator, "" for any."""

    code: str
    iso2: str
    name: str
    plans: Mapping[str, Plan] = field(default_factory=dict)

    def plan(self, operator: str) -> Plan | None:
        return self.plans.get(operator) or self.plans.get("")


class Goods:
    """The shelves: services and countries in the site's order, its own copies of the lots cheapest first."""

    def __init__(
        self, services: Iterable[Service], countries: Iterable[Country], lots: Iterable[Lot]
    ) -> None:
        self.services = {service.code: service for service in services}
        self.countries = {country.code: country for country in countries}
        self._lots: dict[tuple[str, str], list[Lot]] = {}
        for lot in lots:
            self._lots.setdefault((lot.country, lot.service), []).append(copy(lot))
        for shelf in self._lots.values():
            shelf.sort(key=lambda lot: lot.price)

    def lots(self, service: str, country: str, wanted: Callable[[Lot], bool] = lambda _: True) -> list[Lot]:
        """The lots of one pair, cheapest first, sold-out ones too."""
        return [lot for lot in self._lots.get((country, service), []) if wanted(lot)]

    def pairs(self, service: str | None = None, country: str | None = None) -> list[tuple[str, str]]:
        """(country, service) of everything ever sold, narrowed by what is given."""
        return [
            (its_country, its_service)
            for its_country, its_service in self._lots
            if service in (None, its_service) and country in (None, its_country)
        ]

    def price(self, service: str, country: str) -> Decimal:
        """The cheapest price there is stock at; the cheapest of all when sold out."""
        lots = self.lots(service, country)
        return next((lot.price for lot in lots if lot.stock), lots[0].price)

    def stock(self, service: str, country: str) -> int:
        return sum(lot.stock for lot in self.lots(service, country))

    def set_stock(self, service: str, country: str, count: int) -> None:
        """Spread `count` over the lots, what does not divide to the cheapest."""
        lots = self._shelf(service, country)
        for lot in lots:
            lot.stock = count // len(lots)
        lots[0].stock += count % len(lots)

    def set_price(self, service: str, country: str, price: Decimal) -> None:
        """The cheapest lot costs `price`, the dearer ones stay dearer in proportion."""
        lots = self._shelf(service, country)
        before = lots[0].price
        for lot in lots:
            lot.price = price if not before else tidy(lot.price * price / before)
        lots[0].price = price

    def _shelf(self, service: str, country: str) -> list[Lot]:
        """The lots of a pair; an empty one is made where a known country and service had none."""
        if service not in self.services or country not in self.countries or not self.countries[country].plans:
            raise LookupError(f"no such goods: service {service!r}, country {country!r}")
        new = [Lot(service, country, Decimal(1), 0, supplier="1001")]
        return self._lots.setdefault((country, service), new)
