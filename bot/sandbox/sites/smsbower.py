"""SMSBower's site: GET only, its own country ids, tiers and suppliers. https://smsbower.org/api?page=client"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random

from bot.sandbox.sites import stockroom
from bot.sandbox.sites.activation import Activation
from bot.sandbox.sites.clock import Clock, Times
from bot.sandbox.sites.goods import Goods, Lot
from bot.sandbox.sites.handler_api import Action, Dialect, HandlerApi, Query
from bot.sandbox.sites.ledger import Ledger
from bot.sandbox.sites.shop import Shop
from bot.sandbox.sites.wire import Call, Reply, as_json

TIMES = Times(poll=5, cancel=120, lifetime=1200)
NO_ACCESS = {"status": 0, "message": "No access", "data": []}
NO_POST = "The {verb} method is not supported for route stubs/handler_api.php. Supported methods: GET, HEAD."
#: Live getCountries and price tables hold a row that belongs to no country.
JUNK_COUNTRY = {"id": None, "rus": "Фарерские острова", "eng": "Faroe Islands", "chn": "法罗群岛"}
JUNK_PRICE = Decimal("0.5")
#: The zone of activationTime is not documented; this one differs from every client's likely guess.
ZONE = timedelta(hours=3)


class SmsBower(HandlerApi):
    """The site of the seed document, with what live answers add to it."""

    name = "smsbower"
    title = "SMSBower"
    currency = "USD"

    def _actions(self) -> dict[str, Action]:
        return super()._actions() | {
            "getNumberV2": self.number_v2,
            "getPricesV2": self.prices_v2,
            "getPricesV3": self.prices_v3,
            "getServicesList": self.services,
            "getCountries": self.countries,
            "getTopCountriesByService": self.top_countries,
            "getOperators": self.operators,
        }

    def refused(self, call: Call) -> Reply | None:
        if call.verb not in ("GET", "HEAD"):
            return as_json({"status": 0, "message": NO_POST.format(verb=call.verb), "data": []}, 405)
        return None if call.query.get("api_key") in self.keys else as_json(NO_ACCESS, 401)

    def number_v2(self, query: Query) -> Reply:
        match self.buy(query):
            case Activation() as sold if self.dialect.plain_v2:
                return Reply(f"ACCESS_NUMBER:{sold.id}:{sold.phone}")
            case Activation() as sold:
                return as_json(self._ticket(sold))
            case refusal:
                return refusal

    def _ticket(self, sold: Activation) -> dict[str, object]:
        local = datetime.fromtimestamp(sold.sold_at, UTC) + ZONE
        return {
            "activationId": self.amount(int(sold.id)),
            "phoneNumber": sold.phone,
            "activationCost": self.amount(sold.price),
            "countryCode": sold.country,
            "canGetAnotherSms": "1" if self.dialect.strings else True,
            "activationTime": local.strftime("%Y-%m-%d %H:%M:%S"),
            "activationOperator": sold.operator,
        }

    def prices(self, query: Query) -> Reply:
        """The cheapest price with the count of all prices together."""
        if bad := self._unlisted(query):
            return as_json({"error": bad})
        return as_json(self._table(query, self._cost_and_count, {"cost": JUNK_PRICE, "count": 3}))

    def prices_v2(self, query: Query) -> Reply:
        """Counts by price; each count is its own tier's."""
        if bad := self._unlisted(query):
            return as_json({"error": bad})
        return as_json(self._table(query, self._tiers, {str(JUNK_PRICE): 3}))

    def prices_v3(self, query: Query) -> Reply:
        """Counts and prices by supplier; its errors are plain tokens."""
        if bad := self._unlisted(query):
            return Reply(bad.upper().replace(" ", "_"))
        junk = {"2263": {"count": 3, "price": JUNK_PRICE, "provider_id": 2263}}
        return as_json(self._table(query, self._suppliers, junk))

    def services(self, query: Query) -> Reply:
        services = self.shop.goods.services.values()
        if self.dialect.service_map:
            return as_json({service.code: service.name for service in services})
        rows = [{"code": service.code, "name": service.name} for service in services]
        return as_json({"status": "success", "services": rows})

    def countries(self, query: Query) -> Reply:
        rows: dict[str, dict[str, str | None]] = {
            country.code: {
                "id": country.code,
                "rus": stockroom.country_name(country.iso2, "ru"),
                "eng": country.name,
                "chn": stockroom.country_name(country.iso2, "zh"),
            }
            for country in self.shop.goods.countries.values()
        }
        rows[""] = JUNK_COUNTRY
        return as_json(list(rows.values()) if self.dialect.country_list else rows)

    def top_countries(self, query: Query) -> Reply:
        """Country slug -> supplier -> price and count, the best-stocked country first."""
        service = query.get("service", "")
        if service not in self.shop.goods.services:
            return as_json({"error": "BAD_SERVICE"})
        goods = self.shop.goods
        ranked = sorted(self.listed({"service": service}), key=lambda pair: -goods.stock(service, pair[0]))
        top: dict[str, dict[str, dict[str, object]]] = {}
        for country, _ in ranked[:10]:
            slug = stockroom.slug(goods.countries[country].iso2)
            for lot in goods.lots(service, country):
                top.setdefault(slug, {})[lot.supplier] = {"price": lot.price, "count": lot.stock}
        return as_json(top)

    def operators(self, query: Query) -> Reply:
        """Live though undocumented, and mostly empty; an unknown country gives a list for an object."""
        country = query.get("country", "")
        known = country in self.shop.goods.countries
        return as_json({"status": "success", "countryOperators": {country: []} if known else []})

    def _unlisted(self, query: Query) -> str | None:
        if query.get("country") and query["country"] not in self.shop.goods.countries:
            return "Bad country"
        if query.get("service") and query["service"] not in self.shop.goods.services:
            return "Bad service"
        return None

    def _table(
        self, query: Query, cell: Callable[[list[Lot]], object], junk: object
    ) -> dict[str, dict[str, object]]:
        """Country -> service -> cell. The whole table ends with the row that belongs to no country."""
        table: dict[str, dict[str, object]] = {}
        for country, service in self.listed(query):
            table.setdefault(country, {})[service] = cell(self._shown(service, country))
        if not query.get("country") and table:
            table[""] = {query.get("service") or "tg": junk}
        return table

    def _shown(self, service: str, country: str) -> list[Lot]:
        return self.shop.goods.lots(service, country, lambda lot: bool(lot.stock) or self.dialect.empty_rows)

    def _cost_and_count(self, lots: list[Lot]) -> object:
        cost = self.shop.goods.price(lots[0].service, lots[0].country)
        return {"cost": self.amount(cost), "count": self.amount(sum(lot.stock for lot in lots))}

    def _tiers(self, lots: list[Lot]) -> object:
        tiers: dict[str, int] = {}
        for lot in lots:
            tiers[str(lot.price)] = tiers.get(str(lot.price), 0) + lot.stock
        return tiers

    def _suppliers(self, lots: list[Lot]) -> object:
        return {
            lot.supplier: {
                "count": self.amount(lot.stock),
                "price": self.amount(lot.price),
                "provider_id": int(lot.supplier),
            }
            for lot in lots
        }


def smsbower(pace: float, source: Callable[[], float], random: Random) -> SmsBower:
    """The site as it stands when the sandbox opens."""
    goods = Goods(stockroom.smsbower_services(), stockroom.countries("smsbower"), stockroom.smsbower_lots())
    shop = Shop(goods, Ledger(Decimal("18.74")), TIMES.paced(pace), Clock(source), random)
    key = "".join(random.choices("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", k=32))
    return SmsBower(shop, key, Dialect(resend=True))
