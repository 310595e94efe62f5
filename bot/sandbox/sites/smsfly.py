"""SMS-fly's site: JSON in, JSON out, the key in the body, and messages instead of numbers. REST API v2.04."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from random import Random
from uuid import UUID

from bot.sandbox.sites.clock import Clock, Times
from bot.sandbox.sites.fares import Fares, smsfly_networks
from bot.sandbox.sites.goods import Goods
from bot.sandbox.sites.ledger import Ledger
from bot.sandbox.sites.letters import Invalid, channels, letter
from bot.sandbox.sites.mailing import MAILING
from bot.sandbox.sites.outgoing import Leg, Message
from bot.sandbox.sites.post import PURSES, Post
from bot.sandbox.sites.shop import Shop
from bot.sandbox.sites.site import Site
from bot.sandbox.sites.wire import JSON, Call, Json, Reply, as_json

#: How often a status may be asked for is not documented; clients wait four to five seconds.
TIMES = Times(poll=5, cancel=0, lifetime=1200)
#: The names the document's own samples send from.
SOURCES = {"viber": ["Promo", "Taxi"], "sms": ["InfoCenter", "myAlphaName"]}
UKRAINE = "255"
UNREADABLE = 422
STATUSES = {"FORBIDDEN": 403}
BAD_REQUEST = 400
#: Actions by another name, as the document's table of actions has it.
ALIASES = {"GETSOURCE": "GETSOURCES"}
NOT_FOUND = Reply("<html><body><h1>404 Not Found</h1></body></html>", 404)
#: Rows of messages in the page.
SHOWN = 100

Action = Callable[["SmsFly", Json], Json]


class SmsFly(Site):
    """One address for everything; the action stands in the body beside the key."""

    name = "smsfly"
    title = "SMS-fly"
    api_path = "/api/v2/api.php"
    purchases = frozenset({"SENDMESSAGE"})
    knobs = MAILING

    def __init__(self, shop: Shop, post: Post, key: str) -> None:
        super().__init__(shop, key)
        self.post = post
        self.sources = {channel: list(names) for channel, names in SOURCES.items()}
        self.accepted = "ACCEPTD"
        self.strings = False
        self.zone = 2

    def method(self, call: Call) -> str:
        action = str((_read(call) or {}).get("action", ""))
        return ALIASES.get(action, action)

    def wish(self, call: Call) -> str:
        asked = _read(call) or {}
        return f"{_key(asked)[-4:]}/{json.dumps(asked.get('data'), sort_keys=True, ensure_ascii=False)}"

    def switch(self, **details: object) -> None:
        """`accepted`: ACCEPTD or, as in the sample, ACCEPTED; `strings`: costs as text, as in the table;
        `zone`: hours from UTC; `unpaid`: "status" or "error", how too little money is said."""
        if details.keys() - {"accepted", "strings", "zone", "unpaid"}:
            raise ValueError("there are: accepted, strings, zone, unpaid")
        if details.get("unpaid", "status") not in ("status", "error"):
            raise ValueError("unpaid is status or error")
        self.accepted = str(details.get("accepted", self.accepted))
        self.strings = bool(details.get("strings", self.strings))
        self.zone = int(str(details.get("zone", self.zone)))
        if "unpaid" in details:
            self.post.refuses_unpaid = details["unpaid"] == "error"

    def extra(self) -> Json:
        """The latest messages first, what else is in the purses, and the fates of the next messages."""
        latest = list(self.post.sent.values())[: -SHOWN - 1 : -1]
        return {
            "messages": [message.read() for message in latest],
            "viber_balance": str(self.ledger.purses["viber"]),
            "fates": dict(self.post.fates),
        }

    def answer(self, call: Call) -> Reply:
        if call.path != self.api_path:
            return NOT_FOUND
        asked = _read(call) if call.verb == "POST" else None
        if asked is None:
            return self._fail(Invalid("INVREQUEST"), UNREADABLE)
        try:
            data = self._carry_out(asked)
        except Invalid as wrong:
            return self._fail(wrong, STATUSES.get(wrong.code, BAD_REQUEST))
        return as_json({"success": 1, "date": self._date(), "data": data}, content_type=JSON)

    def _carry_out(self, asked: Json) -> Json:
        """Who asks comes before what is asked. PHP writes an empty object as an empty list."""
        if _key(asked) not in self.keys:
            raise Invalid("FORBIDDEN")
        name = asked.get("action")
        action = _ACTIONS.get(ALIASES.get(name, name)) if isinstance(name, str) else None
        if action is None:
            raise Invalid("INVACTION")
        data = asked.get("data") or {}
        if not isinstance(data, dict):
            raise Invalid("INVREQUEST")
        return action(self, data)

    def balance(self, _: Json) -> Json:
        return {"balance": str(self.ledger.balance)}

    def balances(self, _: Json) -> Json:
        return {"balance": {channel: str(self.ledger.purses[purse]) for channel, purse in PURSES.items()}}

    def senders(self, data: Json) -> Json:
        return {channel: self.sources[channel] for channel in channels(data)}

    def price_list(self, data: Json) -> Json:
        return {"pricelist": self._prices(data)}

    def price(self, data: Json) -> Json:
        """The operator asked for; the sample's own mnc, 255, is none."""
        if not data.get("mnc"):
            raise Invalid("INVREQUEST", "mnc is missing")
        return {"price": self._prices(data, str(data["mnc"]))}

    def send(self, data: Json) -> Json:
        message = self.post.take(letter(data, self.sources))
        return {"messageID": message.id} | {leg.channel: self._receipt(leg) for leg in message.legs}

    def status(self, data: Json) -> Json:
        message = self.post.sent.get(str(data.get("messageID")))
        if message is None:
            raise Invalid("INVMSGID")
        self.shop.polled(message)
        return _standing(message, self._local)

    def _prices(self, data: Json, mnc: str = "") -> object:
        """channel -> mcc -> mnc -> price; a channel without prices is left out, and no prices are []."""
        mcc = str(data.get("mcc") or UKRAINE)
        found = {channel: self.post.fares.listed(channel, mcc, mnc) for channel in channels(data)}
        return {
            channel: {mcc: {its_mnc: str(price) for its_mnc, price in prices.items()}}
            for channel, prices in found.items()
            if prices
        } or []

    def _receipt(self, leg: Leg) -> Json:
        status = self.accepted if leg.status == "ACCEPTD" else leg.status.value
        label = {"label": leg.label} if leg.label else {}
        cost = str(leg.price) if self.strings else leg.price
        return {"status": status, "date": self._date(leg.at), **label, "cost": cost}

    def _fail(self, wrong: Invalid, status: int) -> Reply:
        error = {"code": wrong.code, "date": self._date(), "description": wrong.words}
        return as_json({"success": 0, "error": error}, status, JSON)

    def _date(self, at: float | None = None) -> str:
        return f"{self._local(self.shop.clock.now() if at is None else at)} {self.zone:+03d}00"

    def _local(self, at: float) -> str:
        return datetime.fromtimestamp(at, timezone(timedelta(hours=self.zone))).strftime("%Y-%m-%d %H:%M:%S")


_ACTIONS: Mapping[str, Action] = {
    "GETBALANCE": SmsFly.balance,
    "GETBALANCEEXT": SmsFly.balances,
    "GETSOURCES": SmsFly.senders,
    "GETPRICELIST": SmsFly.price_list,
    "GETPRICE": SmsFly.price,
    "SENDMESSAGE": SmsFly.send,
    "GETMESSAGESTATUS": SmsFly.status,
}


def smsfly(pace: float, source: Callable[[], float], random: Random) -> SmsFly:
    """The site as it stands when the sandbox opens, with the balances of the document's sample."""
    ledger = Ledger(Decimal("91.477"), viber=Decimal("191.477"))
    shop = Shop(Goods((), (), ()), ledger, TIMES.paced(pace), Clock(source), random)
    key = str(UUID(int=random.getrandbits(128), version=4))
    return SmsFly(shop, Post(shop, Fares(smsfly_networks())), key)


def _standing(message: Message, local: Callable[[float], str]) -> Json:
    """Here, as in the sample, dates go without a zone."""
    stand = {leg.channel: {"status": leg.status.value, "date": local(leg.at)} for leg in message.legs}
    return {"messageID": message.id} | stand


def _read(call: Call) -> Json | None:
    """The JSON object in the body; None where there is none."""
    try:
        asked = json.loads(call.body)
    except ValueError:
        return None
    return asked if isinstance(asked, dict) else None


def _key(asked: Json) -> str:
    auth = asked.get("auth")
    return str(auth.get("key", "")) if isinstance(auth, dict) else ""
