"""The handler_api.php protocol as far as SMSBower, SMS3T and the plain clones speak it alike."""

import re
from abc import abstractmethod
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, fields, replace
from decimal import Decimal, InvalidOperation
from typing import ClassVar

from bot.sandbox.sites.activation import Activation, Stage
from bot.sandbox.sites.goods import Lot, Wanted
from bot.sandbox.sites.shop import Denied, Shop
from bot.sandbox.sites.site import Site
from bot.sandbox.sites.wire import Call, Reply

Query = Mapping[str, str]
Action = Callable[[Query], Reply]

READY, RETRY, FINISH, CANCEL = "1", "3", "6", "8"
#: What setStatus answers when it did what it was told.
DONE = {
    READY: "ACCESS_READY",
    RETRY: "ACCESS_RETRY_GET",
    FINISH: "ACCESS_ACTIVATION",
    CANCEL: "ACCESS_CANCEL",
}
NO_ACTIVATION = Reply("NO_ACTIVATION")
BAD_STATUS = Reply("BAD_STATUS")
NOT_FOUND = Reply("<html><head><title>404 Not Found</title></head><body>404</body></html>", 404)
#: A prefix to avoid: the country code and three to six digits.
MASK = re.compile(r"\d{4,9}")


@dataclass(frozen=True, slots=True)
class Dialect:
    """Details in which live servers of this protocol differ, each with the site's default.

    `empty_rows` lists sold-out goods with count 0 · `strings` sends counts and costs as strings ·
    `wrong_max_price` names the minimum price instead of NO_NUMBERS · `resend` answers STATUS_WAIT_RESEND
    instead of STATUS_WAIT_RETRY:<last code> · `quoted` puts quotes around codes ·
    `retry_is_code` delivers codes as STATUS_WAIT_RETRY · `empty_body` says nothing instead of NO_NUMBERS ·
    `country_list` and `service_map` use the other documented form · `plain_v2` answers V2 with ACCESS_NUMBER.
    """

    empty_rows: bool = False
    strings: bool = False
    wrong_max_price: bool = True
    resend: bool = False
    quoted: bool = False
    retry_is_code: bool = False
    empty_body: bool = False
    country_list: bool = False
    service_map: bool = False
    plain_v2: bool = False


class HandlerApi(Site):
    """A site with everything behind one address, chosen by `action`."""

    api_path = "/stubs/handler_api.php"
    purchases = frozenset({"getNumber", "getNumberV2"})
    #: setStatus: what may be asked at which stage.
    may: ClassVar[Mapping[Stage, Collection[str]]] = {
        Stage.WAITING: (READY, CANCEL),
        Stage.READY: (CANCEL,),
        Stage.RECEIVED: (RETRY, FINISH),
        Stage.AGAIN: (FINISH,),
    }

    def __init__(self, shop: Shop, key: str, dialect: Dialect) -> None:
        super().__init__(shop, key)
        self.dialect = dialect
        self.actions = self._actions()

    def _actions(self) -> dict[str, Action]:
        return {
            "getBalance": self.balance,
            "getNumber": self.number,
            "getStatus": self.status,
            "setStatus": self.set_status,
            "getPrices": self.prices,
        }

    def method(self, call: Call) -> str:
        return call.query.get("action", "")

    def wish(self, call: Call) -> str:
        wanted = (call.query.get(name, "") for name in ("api_key", "service", "country"))
        return "/".join(part[-4:] for part in wanted)

    def switch(self, **details: object) -> None:
        known = {field.name for field in fields(Dialect)}
        if unknown := details.keys() - known:
            raise ValueError(f"no such detail: {', '.join(sorted(unknown))}")
        self.dialect = replace(self.dialect, **{name: bool(value) for name, value in details.items()})

    def answer(self, call: Call) -> Reply:
        if call.path != self.api_path:
            return NOT_FOUND
        if refused := self.refused(call):
            return refused
        action = self.actions.get(self.method(call))
        return action(call.query) if action else Reply("BAD_ACTION")

    def refused(self, call: Call) -> Reply | None:
        """What a missing or wrong key is answered; None when it is right."""
        key = call.query.get("api_key", "")
        if not key:
            return Reply("NO_KEY")
        return None if key in self.keys else Reply("BAD_KEY")

    def balance(self, query: Query) -> Reply:
        return Reply(f"ACCESS_BALANCE:{self.ledger.balance}")

    def number(self, query: Query) -> Reply:
        match self.buy(query):
            case Activation() as sold:
                return Reply(f"ACCESS_NUMBER:{sold.id}:{sold.phone}")
            case refusal:
                return refusal

    def buy(self, query: Query) -> Activation | Reply:
        """Sell, or say why not: the order of the checks is service, country, operator, prefixes, stock."""
        if refused := self.unknown_goods(query):
            return refused
        avoid = _listed(query, "phoneException")
        if any(not MASK.fullmatch(mask) for mask in avoid):
            return Reply("WRONG_EXCEPTION_PHONE")
        try:
            wanted = self.wanted(query)
        except InvalidOperation:
            return Reply("ERROR_SQL")
        return self._sold(self.lots(query), wanted, avoid)

    def unknown_goods(self, query: Query) -> Reply | None:
        """The site's tokens for a service or country it does not have."""
        if not query.get("service"):
            return Reply("BAD_SERVICE")
        if query["service"] not in self.shop.goods.services:
            return Reply("WRONG_SERVICE")
        return None if self.country(query) in self.shop.goods.countries else Reply("BAD_COUNTRY")

    def country(self, query: Query) -> str:
        return query.get("country", "")

    def lots(self, query: Query) -> list[Lot]:
        return self.shop.goods.lots(query.get("service", ""), self.country(query))

    def wanted(self, query: Query) -> Wanted:
        return Wanted(
            max_price=_amount(query, "maxPrice"),
            min_price=_amount(query, "minPrice"),
            suppliers=frozenset(_listed(query, "providerIds")),
            except_suppliers=frozenset(_listed(query, "exceptProviderIds")),
            operators=operators(query),
        )

    def _sold(self, lots: list[Lot], wanted: Wanted, avoid: list[str]) -> Activation | Reply:
        in_stock = [lot for lot in lots if lot.stock and wanted.fits_source(lot)]
        fitting = [lot for lot in in_stock if wanted.fits_price(lot.price)]
        cheapest = min((lot.price for lot in in_stock), default=None)
        if self.dialect.wrong_max_price and cheapest and wanted.too_dear(cheapest):
            return Reply(f"WRONG_MAX_PRICE:{cheapest}")
        match self.shop.sell(fitting, avoid):
            case Denied.NO_NUMBERS if self.dialect.empty_body:
                return Reply("")
            case Denied() as why:
                return Reply(why)
            case sold:
                return sold

    def status(self, query: Query) -> Reply:
        activation = self.shop.sold.get(query.get("id", ""))
        if activation is None:
            return NO_ACTIVATION
        self.shop.polled(activation)
        return Reply(self.status_token(activation))

    def status_token(self, activation: Activation) -> str:
        """A finished activation answers like a cancelled one."""
        match activation.stage:
            case Stage.WAITING | Stage.READY:
                return "STATUS_WAIT_CODE"
            case Stage.RECEIVED if self.dialect.retry_is_code:
                return f"STATUS_WAIT_RETRY:{activation.code}"
            case Stage.RECEIVED:
                return f"STATUS_OK:{self._code(activation)}"
            case Stage.AGAIN:
                return "STATUS_WAIT_RESEND" if self.dialect.resend else f"STATUS_WAIT_RETRY:{activation.code}"
            case _:
                return "STATUS_CANCEL"

    def _code(self, activation: Activation) -> str:
        return f" '{activation.code}'" if self.dialect.quoted else activation.code

    def full_sms(self, query: Query) -> Reply:
        """The whole text, for the sites that have this action."""
        activation = self.shop.sold.get(query.get("id", ""))
        if activation is None:
            return NO_ACTIVATION
        if activation.stage is Stage.RECEIVED:
            return Reply(f"FULL_SMS:{activation.sms[-1].text}")
        return Reply("STATUS_WAIT_CODE" if activation.listening else "STATUS_CANCEL")

    def set_status(self, query: Query) -> Reply:
        activation = self.shop.sold.get(query.get("id", ""))
        if activation is None:
            return NO_ACTIVATION
        status = query.get("status", "")
        if status not in self.may.get(activation.stage, ()):
            return BAD_STATUS
        if status == CANCEL and self.shop.too_early(activation):
            return Reply("EARLY_CANCEL_DENIED")
        self.carry_out(status, activation)
        return Reply(DONE[status])

    def carry_out(self, status: str, activation: Activation) -> None:
        match status:
            case "1":
                activation.stage = Stage.READY
            case "3":
                self.shop.ask_again(activation)
            case "6":
                activation.stage = Stage.FINISHED
            case _:
                self.shop.cancel(activation)

    @abstractmethod
    def prices(self, query: Query) -> Reply:
        """What getPrices answers; each site has a form of its own."""

    def listed(self, query: Query) -> list[tuple[str, str]]:
        """The (country, service) pairs a price table shows."""
        pairs = self.shop.goods.pairs(query.get("service") or None, query.get("country") or None)
        if self.dialect.empty_rows:
            return pairs
        return [(country, service) for country, service in pairs if self.shop.goods.stock(service, country)]

    def amount(self, value: Decimal | int) -> object:
        """A price or count as the dialect writes it."""
        return str(value) if self.dialect.strings else value


def operators(query: Query) -> frozenset[str]:
    """The operators asked for; empty for any."""
    return frozenset(_listed(query, "operator")) - {"any"}


def _listed(query: Query, name: str) -> list[str]:
    return [part.strip() for part in query.get(name, "").split(",") if part.strip()]


def _amount(query: Query, name: str) -> Decimal | None:
    """`InvalidOperation` for what is no finite number."""
    if not query.get(name):
        return None
    amount = Decimal(query[name])
    if not amount.is_finite():
        raise InvalidOperation
    return amount
