"""A plain clone of the handler_api.php protocol, under any name: what a configured site looks like."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from random import Random

from bot.sandbox.sites import stockroom
from bot.sandbox.sites.activation import Activation, Stage
from bot.sandbox.sites.clock import Clock, Times
from bot.sandbox.sites.goods import Goods
from bot.sandbox.sites.handler_api import Action, Dialect, HandlerApi, Query
from bot.sandbox.sites.ledger import Ledger
from bot.sandbox.sites.shop import Shop
from bot.sandbox.sites.wire import Reply, as_json

TIMES = Times(poll=3, cancel=120, lifetime=1200)
#: ISO 4217's number for the US dollar, as V2 answers name the currency.
DOLLAR = 840


class Vanilla(HandlerApi):
    """The activation half of the original document, by GET or POST, with its list of active numbers."""

    currency = "USD"

    def __init__(self, name: str, title: str, shop: Shop, key: str, dialect: Dialect) -> None:
        super().__init__(shop, key, dialect)
        self.name = name
        self.title = title
        self._orders: set[str] = set()

    def _actions(self) -> dict[str, Action]:
        return super()._actions() | {
            "getBalanceAndCashBack": self.balance,
            "getNumbersStatus": self.numbers_status,
            "getNumberV2": self.number_v2,
            "getStatusV2": self.status_v2,
            "getFullSms": self.full_sms,
            "getActiveActivations": self.active,
            "getServicesList": self.services,
            "getCountries": self.countries,
            "getOperators": self.operators,
            "getTopCountriesByService": self.top_countries,
        }

    def country(self, query: Query) -> str:
        """The documented default is country 0."""
        return query.get("country") or "0"

    def number_v2(self, query: Query) -> Reply:
        order = query.get("orderId", "")
        if order and order in self._orders:
            return Reply("ORDER_ALREADY_EXISTS")
        match self.buy(query):
            case Activation() as sold:
                self._orders.add(order)
                return as_json(self._ticket(sold) | {"currency": DOLLAR, "activationOperator": sold.operator})
            case refusal:
                return refusal

    def status_v2(self, query: Query) -> Reply:
        """JSON once there is an SMS, a plain token before and after."""
        activation = self.shop.sold.get(query.get("id", ""))
        if activation is None or activation.stage is not Stage.RECEIVED:
            return self.status(query)
        self.shop.polled(activation)
        sms = activation.sms[-1]
        read = {"dateTime": _local(sms.at), "code": sms.code, "text": sms.text}
        return as_json({"verificationType": 0, "sms": read})

    def active(self, query: Query) -> Reply:
        """The way to find a number again whose purchase answer was lost."""
        rows = [self._active_row(sold) for sold in self.shop.active()]
        if not rows:
            return Reply("NO_ACTIVATIONS")
        return as_json({"status": "success", "activeActivations": rows})

    def prices(self, query: Query) -> Reply:
        table: dict[str, dict[str, object]] = {}
        for country, service in self.listed(query):
            count = self.shop.goods.stock(service, country)
            cost = self.amount(self.shop.goods.price(service, country))
            row = {"cost": cost, "count": self.amount(count), "physicalCount": self.amount(count * 3 // 4)}
            table.setdefault(country, {})[service] = row
        return as_json(table)

    def numbers_status(self, query: Query) -> Reply:
        """Counts are strings in the newer form of this answer."""
        pairs = self.listed({"country": self.country(query)})
        return as_json({service: str(self.shop.goods.stock(service, country)) for country, service in pairs})

    def services(self, query: Query) -> Reply:
        services = self.shop.goods.services.values()
        rows = [{"code": service.code, "name": service.name} for service in services]
        return as_json({"status": "success", "services": rows})

    def countries(self, query: Query) -> Reply:
        rows = {country.code: _country_row(country.code, country.iso2, country.name)
                for country in self.shop.goods.countries.values()}  # fmt: skip
        return as_json(list(rows.values()) if self.dialect.country_list else rows)

    def operators(self, query: Query) -> Reply:
        if self.country(query) not in self.shop.goods.countries:
            return Reply("OPERATORS_NOT_FOUND")
        return as_json({"status": "success", "countryOperators": {self.country(query): ["any"]}})

    def top_countries(self, query: Query) -> Reply:
        """A rank -> country, price and count; the best-stocked first."""
        service = query.get("service", "")
        if service not in self.shop.goods.services:
            return Reply("BAD_SERVICE")
        goods = self.shop.goods
        ranked = sorted(self.listed({"service": service}), key=lambda pair: -goods.stock(service, pair[0]))
        top = {}
        for rank, (country, _) in enumerate(ranked[:10]):
            price, count = goods.price(service, country), goods.stock(service, country)
            top[str(rank)] = {"country": int(country), "count": count, "price": price, "retail_price": price}
        return as_json(top)

    def _ticket(self, sold: Activation) -> dict[str, object]:
        return {
            "activationId": self.amount(int(sold.id)),
            "phoneNumber": sold.phone,
            "activationCost": self.amount(sold.price),
            "countryCode": sold.country,
            "canGetAnotherSms": True,
            "activationTime": _local(sold.sold_at),
        }

    def _active_row(self, sold: Activation) -> dict[str, object]:
        return self._ticket(sold) | {
            "activationId": sold.id,
            "serviceCode": sold.service,
            "activationStatus": "4",
            "smsCode": [sms.code for sms in sold.sms] or None,
            "smsText": sold.sms[-1].text if sold.sms else "",
            "discount": "0",
            "repeated": "0",
            "countryName": self.shop.goods.countries[sold.country].name,
            "canGetAnotherSms": "1",
            "currency": DOLLAR,
        }


def vanilla(name: str, title: str) -> Callable[[float, Callable[[], float], Random], Vanilla]:
    """How a clone of that name is opened."""

    def opening(pace: float, source: Callable[[], float], random: Random) -> Vanilla:
        goods = Goods(stockroom.services(), stockroom.countries("vanilla"), stockroom.vanilla_lots())
        shop = Shop(goods, Ledger(Decimal("12.50")), TIMES.paced(pace), Clock(source), random)
        return Vanilla(name, title, shop, f"{random.getrandbits(128):032x}", Dialect())

    return opening


def _local(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%d %H:%M:%S")


def _country_row(code: str, iso2: str, name: str) -> dict[str, object]:
    return {
        "id": int(code),
        "rus": stockroom.country_name(iso2, "ru"),
        "eng": name,
        "chn": stockroom.country_name(iso2, "zh"),
        "visible": 1,
        "retry": 1,
        "rent": 0,
        "multiService": 0,
    }
