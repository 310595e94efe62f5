"""SMSAK's site: the key in the path, Russian words, HTTP 200 for errors. https://smsak.org/en/page/api"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from random import Random
from typing import ClassVar

from bot.sandbox.sites import smsak_controls, smsak_words, stockroom
from bot.sandbox.sites.activation import Activation, Stage
from bot.sandbox.sites.clock import Clock, Times
from bot.sandbox.sites.goods import Goods
from bot.sandbox.sites.handler_api import NOT_FOUND, Query
from bot.sandbox.sites.ledger import Ledger
from bot.sandbox.sites.rentals import Rentals, Tariff
from bot.sandbox.sites.shop import Denied, Shop
from bot.sandbox.sites.site import Site
from bot.sandbox.sites.smsak_renting import Renting
from bot.sandbox.sites.smsak_stub import FORWARDING, SmsAkStub
from bot.sandbox.sites.smsak_words import CRASH, Words, refusal
from bot.sandbox.sites.wire import HTML, Call, Json, Reply, as_json

TIMES = Times(poll=1, cancel=30, lifetime=1200)
#: Seconds a rented SIM takes into the network or out of it.
TURN = 30.0
STOCK = {"RU": 10, "UA": 5, "KZ": 8}
PHONE = re.compile(r"\+?[0-9]{7,15}", re.ASCII)
#: What is asked again and again about one number.
LOOKS = frozenset({"getstatus", "all-sms", "getlatestcode", "getallsmsofnumber", "getlastsmsofnumber"})
LOGOS = {row["id"]: row["logo"] for row in stockroom.rows("smsak_services")}


@dataclass(slots=True)
class Look:
    """One method asked about one number; the site counts the seconds between two such calls."""

    id: str
    polled_at: float | None = None


class SmsAk(Site):
    """Two faces over one shop: `/api/<method>/<key>` here, handler_api.php in `smsak_stub`. GET only."""

    name = "smsak"
    title = "SMSAK"
    api_path = "/api"
    purchases = frozenset({"getnumber", "getfullnumber", "rebuynumber", "getNumber"})
    knobs: ClassVar[Mapping[str, Callable[..., Json]]] = smsak_controls.KNOBS

    def __init__(self, shop: Shop, key: str, rentals: Rentals) -> None:
        super().__init__(shop, key)
        self.rentals = rentals
        self.words = Words()
        self.forwards: dict[str, str] = {}
        self.stub = SmsAkStub(shop, lambda offered: offered in self.keys)
        self._methods = self._activation_methods() | Renting(rentals, lambda: self.words).methods()
        self._looks: dict[tuple[str, str], Look] = {}

    def _activation_methods(self) -> dict[str, Callable[[Query], Reply]]:
        return {
            "numbersstatus": self.numbers_status,
            "getbalance": lambda _: self.words.scalar(self.ledger.balance),
            "getnumber": self.number,
            "countries": self.countries,
            "getservices": self.services,
            "getstatus": self.status,
            "all-sms": self.all_sms,
            "getlatestcode": self.latest_code,
            "play": self.play,
            "setstatus": self.set_status,
        }

    def method(self, call: Call) -> str:
        return call.query.get("action", "") if self._is_stub(call) else _parts(call)[0]

    def wish(self, call: Call) -> str:
        if self._is_stub(call):
            return self.stub.wish(call)
        wanted = (call.query.get(name, "") for name in ("id", "code", "tarif"))
        return "/".join([self.method(call), _parts(call)[1][-4:], *wanted])

    def switch(self, **details: object) -> None:
        """Details of `Words` for this face, of `Dialect` for the stub."""
        own = {name: value for name, value in details.items() if name in Words.names()}
        self.stub.switch(**{name: value for name, value in details.items() if name not in own})
        self.words = self.words.changed(**own)

    def extra(self) -> Json:
        """The rented numbers, newest first, what is left to rent, and where calls are forwarded to."""
        now = self.shop.clock.now()
        names = {code: country.name for code, country in self.shop.goods.countries.items()}
        rentals = [
            rental.read(now) | {"country_name": names[rental.country]} for rental in self.rentals.all.values()
        ]
        return {"rentals": rentals[::-1], "to_rent": self.rentals.stock, "forwards": self.forwards}

    def answer(self, call: Call) -> Reply:
        if self._is_stub(call):
            return self.stub.answer(call)
        if call.verb not in ("GET", "HEAD"):
            return Reply("", 405, HTML, {"Allow": "GET, HEAD"})
        name, key = _parts(call)
        method = self._methods.get(name)
        if method is None:
            return NOT_FOUND
        wrong = self._refused(key)
        if wrong:
            return self.words.error(wrong)
        self._look(name, call.query)
        return method(call.query)

    def _refused(self, key: str) -> int | None:
        """The number of what is wrong with a key."""
        if not key:
            return 201
        if key not in self.keys:
            return 202
        return 203 if self.words.blocked else None

    def _look(self, method: str, query: Query) -> None:
        """Note a look: one method asked about one number sooner than allowed is a violation."""
        about = query.get("phone") or query.get("id", "")
        if method in LOOKS:
            self.shop.polled(self._looks.setdefault((method, about), Look(about)))

    def _is_stub(self, call: Call) -> bool:
        return call.path == self.stub.api_path

    def numbers_status(self, query: Query) -> Reply:
        """Everything is a string. A country there is none of breaks the page."""
        goods, country = self.shop.goods, query.get("code", "")
        if country not in goods.countries:
            return CRASH
        return as_json([
            {"id": service, "name": goods.services[service].name, "count": str(goods.stock(service, country)),
             "logo": LOGOS[service], "cost": str(goods.price(service, country))}
            for _, service in goods.pairs(country=country)
        ])  # fmt: skip

    def services(self, query: Query) -> Reply:
        """Ids and costs are numbers here, the costs Russia's."""
        return as_json([
            {"id": int(service.code), "name": service.name, "logo": LOGOS[service.code],
             "cost": _whole(self.shop.goods.price(service.code, "RU"))}
            for service in self.shop.goods.services.values()
        ])  # fmt: skip

    def countries(self, query: Query) -> Reply:
        countries = self.shop.goods.countries.values()
        return as_json([{"name": country.name, "code": country.code} for country in countries])

    def number(self, query: Query) -> Reply:
        service, country = query.get("id", ""), query.get("code", "")
        if service not in self.shop.goods.services:
            return self.words.error(101)
        if country not in self.shop.goods.countries:
            return CRASH
        match self.shop.sell(self.shop.goods.lots(service, country)):
            case Denied.NO_BALANCE:
                return self.words.error(102)
            case Denied():
                return self.words.error(103)
            case sold:
                return as_json({"id": int(sold.id), "number": f"+{sold.phone}", "send": 0})

    def status(self, query: Query) -> Reply:
        """The newest SMS, also after the number's end; null before the first, also after it."""
        sold = self._sold(query)
        if sold is None:
            return refusal(smsak_words.NO_SUCH_NUMBER)
        return as_json(self.words.sms(sold, sold.sms[-1]) if sold.sms else None)

    def all_sms(self, query: Query) -> Reply:
        sold = self._sold(query)
        if sold is None:
            return refusal(smsak_words.NO_SUCH_NUMBER)
        return as_json([self.words.sms(sold, sms) for sms in reversed(sold.sms)])

    def latest_code(self, query: Query) -> Reply:
        """The bare code; nothing at all before the first."""
        sold = self._sold(query)
        if sold is None:
            return refusal(smsak_words.NO_SUCH_NUMBER)
        return self.words.scalar(sold.code) if sold.code else Reply("")

    def play(self, query: Query) -> Reply:
        """Wait for another SMS; to a number that waits already it makes no difference."""
        sold = self._sold(query)
        if sold is None or sold.over:
            return refusal(smsak_words.OVER if sold else smsak_words.NO_SUCH_NUMBER)
        if sold.stage is Stage.RECEIVED:
            self.shop.ask_again(sold)
        return self.words.scalar(1)

    def set_status(self, query: Query) -> Reply:
        sold = self._sold(query)
        if sold is None:
            return refusal(smsak_words.NO_SUCH_NUMBER)
        match query.get("status"):
            case "1":
                wrong = self._give_back(sold)
            case "2":
                wrong = self._forward(sold, query.get("forward", ""))
            case _:
                wrong = smsak_words.BAD_STATUS
        return refusal(wrong) if wrong else self.words.scalar(1)

    def _give_back(self, sold: Activation) -> str | None:
        """Why not; with an SMS it may be given back, too, but not its money."""
        if sold.over:
            return smsak_words.OVER
        if self.shop.too_early(sold):
            return smsak_words.TOO_EARLY.format(seconds=self.shop.times.cancel)
        self.shop.cancel(sold)
        return None

    def _forward(self, sold: Activation, phone: str) -> str | None:
        """Why not; the calls of a forwarded number go to `phone`."""
        if sold.service not in FORWARDING:
            return smsak_words.NO_FORWARDING
        if sold.over or not sold.sms:
            return smsak_words.OVER if sold.over else smsak_words.FORWARD_TOO_EARLY
        if not PHONE.fullmatch(phone):
            return smsak_words.BAD_FORWARD
        self.forwards[sold.id] = phone.removeprefix("+")
        return None

    def _sold(self, query: Query) -> Activation | None:
        return self.shop.sold.get(query.get("id", ""))


def smsak(pace: float, source: Callable[[], float], random: Random) -> SmsAk:
    """The site as it stands when the sandbox opens."""
    goods = Goods(stockroom.smsak_services(), stockroom.smsak_countries(), stockroom.smsak_lots())
    shop = Shop(goods, Ledger(Decimal("1500.50")), TIMES.paced(pace), Clock(source), random)
    rentals = Rentals(shop, tariffs(), STOCK, TURN / pace)
    return SmsAk(shop, f"{random.getrandbits(128):032x}", rentals)


def tariffs() -> list[Tariff]:
    return [
        Tariff(row["id"], int(row["days"]), Decimal(row["cost"]), row["code"], int(row["country_id"]))
        for row in stockroom.rows("smsak_tariffs")
    ]


def _parts(call: Call) -> tuple[str, str]:
    """Method and key of `/api/<method>/<key>`, "" where there is none."""
    root, method, key = (*call.path.strip("/").split("/", 2), "", "", "")[:3]
    return (method, key) if root == "api" else ("", "")


def _whole(price: Decimal) -> object:
    return int(price) if price == int(price) else price
