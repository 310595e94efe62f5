"""SMSAK's other face: handler_api.php over the same numbers by the same ids, with codes of its own."""

from collections.abc import Callable
from dataclasses import replace

from bot.sandbox.sites import stockroom
from bot.sandbox.sites.goods import Wanted
from bot.sandbox.sites.handler_api import CANCEL, Action, Dialect, HandlerApi, Query
from bot.sandbox.sites.shop import Shop
from bot.sandbox.sites.wire import Call, Json, Reply, as_json

#: Native service and country ids by the letters and numbers this face knows them by.
SERVICES = {row["stub"]: row["id"] for row in stockroom.rows("smsak_services") if row["stub"]}
COUNTRIES = {row["stub"]: row["code"] for row in stockroom.rows("smsak_countries")}
LETTERS = {native: letters for letters, native in SERVICES.items()}
FORWARDING = frozenset(row["id"] for row in stockroom.rows("smsak_services") if row["forward"])
#: Native ids have no meaning here.
UNKNOWN = "?"
RUSSIA = "RU"


class SmsAkStub(HandlerApi):
    """Its eight actions; `admits` tells the account's keys. "Some methods may have slight differences"."""

    def __init__(self, shop: Shop, admits: Callable[[str], bool]) -> None:
        super().__init__(shop, "", Dialect(empty_rows=True))
        self.admits = admits

    def _actions(self) -> dict[str, Action]:
        return super()._actions() | {
            "getNumbersStatus": self.numbers_status,
            "getFullSms": self.full_sms,
            "getCountries": self.countries,
        }

    def refused(self, call: Call) -> Reply | None:
        return None if self.admits(call.query.get("api_key", "")) else Reply("BAD_KEY")

    def answer(self, call: Call) -> Reply:
        return super().answer(replace(call, query=native(call.query)))

    def wanted(self, query: Query) -> Wanted:
        """An operator may be named and makes no difference; there is no maximum price."""
        return Wanted()

    def set_status(self, query: Query) -> Reply:
        """Old clients cancel with -1."""
        status = query.get("status", "")
        return super().set_status({**query, "status": CANCEL if status == "-1" else status})

    def country(self, query: Query) -> str:
        """The default is Russia, as in the original."""
        return query.get("country") or RUSSIA

    def numbers_status(self, query: Query) -> Reply:
        """`_0` without redirection, `_1` with it where the service has it."""
        counts: dict[str, int] = {}
        for country, service in self.lettered({"country": self.country(query)}):
            counts[f"{LETTERS[service]}_0"] = self.shop.goods.stock(service, country)
            if service in FORWARDING:
                counts[f"{LETTERS[service]}_1"] = self.shop.goods.stock(service, country)
        return as_json(counts)

    def prices(self, query: Query) -> Reply:
        """Numbers for countries, letters for services; what is sold out is listed, too."""
        numbers = {native: number for number, native in COUNTRIES.items()}
        table: dict[str, Json] = {}
        for country, service in self.lettered(query):
            cost, count = self.shop.goods.price(service, country), self.shop.goods.stock(service, country)
            row = {"count": count, "cost": int(cost) if cost == int(cost) else cost}
            table.setdefault(numbers[country], {})[LETTERS[service]] = row
        return as_json(table)

    def countries(self, query: Query) -> Reply:
        """Names in Russian and in no other language."""
        names = {number: self.shop.goods.countries[code].name for number, code in COUNTRIES.items()}
        rest = {"visible": 1, "retry": 1, "rent": 0, "multiService": 0}
        return as_json({number: {"id": number, "rus": name} | rest for number, name in names.items()})

    def lettered(self, query: Query) -> list[tuple[str, str]]:
        """The (country, service) pairs whose service has letters."""
        return [pair for pair in self.listed(query) if pair[1] in LETTERS]


def native(query: Query) -> Query:
    """The same wish in native ids; what this face does not know names nothing."""
    known = {"service": SERVICES, "country": COUNTRIES}
    translated = {name: ids.get(query[name], UNKNOWN) for name, ids in known.items() if query.get(name)}
    return {**query, **translated}
