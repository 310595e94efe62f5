"""The common shape of a provider's site: it answers calls, keeps a ledger and can be controlled."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import replace
from random import Random
from typing import ClassVar

from aiohttp import web

from bot.sandbox.sites import control, overview
from bot.sandbox.sites.faults import Fault, Faults, perform, spoiled
from bot.sandbox.sites.ledger import Ledger
from bot.sandbox.sites.shop import Shop
from bot.sandbox.sites.wire import Call, Json, Reply


class Site(ABC):
    """One provider's site below its own root, for one account with one or more keys.

    `handle` is its aiohttp handler, `answer` the same without HTTP and faults. `name` is the provider's,
    `api_path` where a client's calls go, `key` the demo key to show a newcomer.
    """

    name: str
    title: str
    #: ISO 4217, or "" where the site never says.
    currency: ClassVar[str] = ""
    api_path: ClassVar[str] = ""
    #: Methods that spend money.
    purchases: ClassVar[frozenset[str]] = frozenset()
    #: Controls of its own beside those every site has; of two with one name its own counts.
    knobs: ClassVar[Mapping[str, Callable[..., Json]]] = {}

    def __init__(self, shop: Shop, key: str) -> None:
        self.shop = shop
        self.key = key
        self.keys = {key}
        self.faults = Faults()

    @property
    def ledger(self) -> Ledger:
        return self.shop.ledger

    @abstractmethod
    def method(self, call: Call) -> str:
        """The name of what is called, as faults and the ledger know it."""

    @abstractmethod
    def wish(self, call: Call) -> str:
        """What a purchase call wants and on whose key, to tell a repeated one."""

    @abstractmethod
    def answer(self, call: Call) -> Reply:
        """The site's own answer to one call."""

    @abstractmethod
    def switch(self, **details: object) -> None:
        """Turn details of the dialect that differ between live servers."""

    def control(self, op: str, **args: object) -> Json:
        """Turn a knob; `ValueError` or `LookupError` says in a sentence what was wrong with it."""
        self.shop.settle()
        return control.carry_out(self, op, args)

    def overview(self) -> Json:
        """What the page shows of this site, ready for JSON."""
        self.shop.settle()
        return overview.of(self) | self.extra()

    def extra(self) -> Json:
        """What this site alone has to show, in its overview and its ledger."""
        return {}

    def process(self, call: Call) -> tuple[Reply, Fault | None]:
        """Answer and write down one call, with the fault that hit it."""
        self.shop.settle()
        method, at = self.method(call), self.shop.clock.now()
        fault = self.faults.take(method)
        worked = fault is None or fault.after_processing or fault.kind == "slow"
        reply = self.answer(call) if worked else None
        if method in self.purchases:
            self.ledger.purchase(at, self.wish(call), spoiled=fault is not None and fault.kind != "slow")
        self.ledger.write(at, method, self._masked(call), reply, fault.kind if fault else None)
        return (spoiled(fault, reply) if fault else reply or Reply("")), fault

    def _masked(self, call: Call) -> Call:
        """The call without its key, wherever in it that stands."""
        masked = call
        for key in self.keys:
            query = {name: value.replace(key, _last(key)) for name, value in masked.query.items()}
            masked = replace(masked, path=masked.path.replace(key, _last(key)), query=query)
        return masked

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """For routes of the form `/<anything>/{tail:.*}`, or `/{tail:.*}` for a site of its own."""
        reply, fault = self.process(await _call(request))
        return await perform(request, fault, reply)

    def mount(self, app: web.Application, root: str) -> None:
        """Serve this site below `root`, such as "/smsbower"."""
        app.router.add_route("*", f"{root}/{{tail:.*}}", self.handle)


def _last(key: str) -> str:
    return f"…{key[-4:]}"


async def _call(request: web.Request) -> Call:
    """Query and form fields together; of two with one name the query's wins."""
    form = await request.post() if request.method == "POST" else {}
    fields = {name: value for name, value in form.items() if isinstance(value, str)} | dict(request.query)
    body = "" if form else await request.text()
    path = "/" + request.match_info.get("tail", "")
    return Call(request.method, path, fields, dict(request.headers), body)


#: Makes a site from its pace, clock and random source.
Opening = Callable[[float, Callable[[], float], Random], Site]
