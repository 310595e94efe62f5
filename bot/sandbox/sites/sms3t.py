"""SMS3T's site: Vietnam only, by operator, codes as STATUS_WAIT_RETRY. https://sms3t.com/account/api"""

from collections.abc import Callable, Collection, Mapping
from decimal import Decimal
from random import Random
from typing import ClassVar

from bot.sandbox.sites import stockroom
from bot.sandbox.sites.activation import Activation, Stage
from bot.sandbox.sites.clock import Clock, Times
from bot.sandbox.sites.goods import Goods, Lot, Wanted
from bot.sandbox.sites.handler_api import (
    CANCEL,
    FINISH,
    READY,
    RETRY,
    Action,
    Dialect,
    HandlerApi,
    Query,
    operators,
)
from bot.sandbox.sites.ledger import Ledger
from bot.sandbox.sites.shop import Shop
from bot.sandbox.sites.wire import Reply, as_json

#: The minimum wait is documented nowhere: a client has to learn it.
TIMES = Times(poll=5, cancel=60, lifetime=1200)
VIETNAM = "10"


class Sms3t(HandlerApi):
    """The site of the seed document: six actions, by GET or POST, plain tokens."""

    name = "sms3t"
    title = "SMS3T"
    may: ClassVar[Mapping[Stage, Collection[str]]] = {
        Stage.WAITING: (READY, FINISH, CANCEL),
        Stage.READY: (FINISH, CANCEL),
        Stage.RECEIVED: (RETRY, FINISH),
        Stage.AGAIN: (FINISH,),
    }

    def _actions(self) -> dict[str, Action]:
        return super()._actions() | {"getNumbersStatus": self.numbers_status}

    def numbers_status(self, query: Query) -> Reply:
        """Stock as `<service>_<0|1>`; 1 means with redirection, of which there is none to be had."""
        if self.country(query) != VIETNAM:
            return as_json({})
        if wrong := self._wrong_operator(query):
            return wrong
        counts: dict[str, object] = {}
        for service in self.shop.goods.services:
            stock = sum(lot.stock for lot in self._by_operator(query, service))
            if stock or self.dialect.empty_rows:
                counts[f"{service}_0"] = self.amount(stock)
        return as_json(counts | {"av_1": self.amount(156)})

    def buy(self, query: Query) -> Activation | Reply:
        if query.get("forward", "0") not in ("", "0"):
            return Reply("NO_NUMBERS")
        return super().buy(query)

    def unknown_goods(self, query: Query) -> Reply | None:
        return super().unknown_goods(query) or self._wrong_operator(query)

    def country(self, query: Query) -> str:
        """Optional: the default is set in the account, and there is only one."""
        return query.get("country") or VIETNAM

    def prices(self, query: Query) -> Reply:
        table: dict[str, dict[str, object]] = {}
        for country, service in self.listed(query):
            cost = self.shop.goods.price(service, country)
            count = self.shop.goods.stock(service, country)
            row = {"cost": self.amount(cost), "count": self.amount(count)}
            table.setdefault(country, {})[service] = row
        return as_json(table)

    def carry_out(self, status: str, activation: Activation) -> None:
        """Status 6 means three things: success, "never mind" before a code, and waiting anew after 3."""
        if status != FINISH or activation.stage is Stage.RECEIVED:
            super().carry_out(status, activation)
        elif activation.stage is Stage.AGAIN:
            activation.stage = Stage.WAITING
        else:
            self.shop.cancel(activation)

    def _by_operator(self, query: Query, service: str) -> list[Lot]:
        wanted = Wanted(operators=operators(query))
        return self.shop.goods.lots(service, VIETNAM, wanted.fits_source)

    def _wrong_operator(self, query: Query) -> Reply | None:
        known = self.shop.goods.countries[VIETNAM].plans.keys()
        return None if operators(query) <= known else Reply("WRONG_OPERATOR")


def sms3t(pace: float, source: Callable[[], float], random: Random) -> Sms3t:
    """The site as it stands when the sandbox opens."""
    goods = Goods(stockroom.sms3t_services(), [stockroom.vietnam()], stockroom.sms3t_lots())
    shop = Shop(goods, Ledger(Decimal("9.35")), TIMES.paced(pace), Clock(source), random)
    return Sms3t(shop, f"{random.getrandbits(128):032x}", Dialect(retry_is_code=True))
