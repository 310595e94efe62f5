"""sms.ski's site: a Bearer JWT, an envelope, and numbers for errors. "Quick Integration Blueprint" v1.1."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from decimal import Decimal
from random import Random

from bot.sandbox.sites import stockroom
from bot.sandbox.sites.activation import Activation, Stage
from bot.sandbox.sites.clock import Clock, Times
from bot.sandbox.sites.goods import Goods
from bot.sandbox.sites.ledger import Ledger
from bot.sandbox.sites.shop import Denied, Shop
from bot.sandbox.sites.site import Site
from bot.sandbox.sites.wire import HTML, JSON, Call, Reply, as_json, dump

TIMES = Times(poll=5, cancel=30, lifetime=360)
ROOT = "/api/v1/receive/"
#: How many tasks may run at once on an account of this status.
PARALLEL = 10
#: A token is good for 360 days, whatever the document calls a year.
TERM = 360 * 86400
CANCELLED = "The task was successfully cancelled."
NO_TASK = "There is no active task with the specified phone number."
UNAUTHORIZED = Reply("", 401, HTML, {"WWW-Authenticate": "Bearer"})
#: How a failure may be sent; which of the three the live site uses is not documented.
FAILURES = ("status", "ok", "empty")


class SmsSki(Site):
    """All calls are GET, the spending one too; the number itself is the key of its task."""

    name = "smsski"
    title = "sms.ski"
    api_path = "/api/v1/receive"
    purchases = frozenset({"phone"})

    def __init__(self, shop: Shop, key: str) -> None:
        super().__init__(shop, key)
        self.parallel = PARALLEL
        self.failures = "status"

    def method(self, call: Call) -> str:
        parts = _parts(call)
        return "countries" if parts[:1] == ["service"] else "".join(parts[:1])

    def wish(self, call: Call) -> str:
        return "/".join([_token(call)[-4:], *_parts(call)[1:]]).lower()

    def switch(self, **details: object) -> None:
        """`failures`: status, ok (HTTP 200 with the same body) or empty; `parallel`: the task limit."""
        if details.keys() - {"failures", "parallel"}:
            raise ValueError("there are: failures, parallel")
        failures = str(details.get("failures", self.failures))
        if failures not in FAILURES:
            raise ValueError(f"failures is one of {', '.join(FAILURES)}")
        self.failures = failures
        self.parallel = int(str(details.get("parallel", self.parallel)))

    def answer(self, call: Call) -> Reply:
        if not self._admitted(_token(call)):
            return UNAUTHORIZED
        if call.verb not in ("GET", "HEAD"):
            return Reply("", 405, HTML, {"Allow": "GET, HEAD"})
        return self._answer(_parts(call))

    def _answer(self, parts: list[str]) -> Reply:
        match parts:
            case ["balance"]:
                return _success(self.ledger.balance)
            case ["services"]:
                return _success([self._service_row(code) for code in self.shop.goods.services])
            case ["service", service, "countries"]:
                return _success(self._country_rows(service))
            case ["phone", country, service]:
                return self._phone(country.lower(), service)
            case ["code", phone]:
                return self._code(phone)
            case ["cancel", phone]:
                return self._cancel(phone)
        return Reply("<html><body><h1>404 Not Found</h1></body></html>", 404)

    def _admitted(self, token: str) -> bool:
        return token in self.keys and expiry(token) > self.shop.clock.now()

    def _service_row(self, service: str) -> dict[str, object]:
        return {"identifier": service, "countries": self._country_rows(service)}

    def _country_rows(self, service: str) -> list[dict[str, object]]:
        """Prices only: stock is nobody's business. An unknown service has no countries."""
        pairs = self.shop.goods.pairs(service)
        return [{"country_code": code, "price": self.shop.goods.price(service, code)} for code, _ in pairs]

    def _phone(self, country: str, service: str) -> Reply:
        if len(self.shop.active()) >= self.parallel:
            return self._fail(429, "You have reached the limit of parallel tasks.")
        match self.shop.sell(self.shop.goods.lots(service, country)):
            case Denied.NO_BALANCE:
                return self._fail(409, "There is not enough balance to start the task.")
            case Denied():
                return self._fail(406, "There are no phone numbers available at the moment.")
            case task:
                return _success(task.phone)

    def _code(self, phone: str) -> Reply:
        """The code is told once: it finishes the task."""
        task = self._task(phone)
        if task:
            self.shop.polled(task)
        if task is None or task.over:
            return self._fail(406, NO_TASK)
        if task.stage is not Stage.RECEIVED:
            return self._fail(404, "The verification code has not arrived yet.")
        task.stage = Stage.FINISHED
        return _success(task.code)

    def _cancel(self, phone: str) -> Reply:
        """404 means the opposite of what it means for a code: it is there."""
        task = self._task(phone)
        if task is None or task.over:
            return self._fail(406, NO_TASK)
        if task.stage is Stage.RECEIVED:
            return self._fail(404, "The verification code has arrived.")
        if self.shop.too_early(task):
            return self._fail(406, NO_TASK)
        self.shop.cancel(task)
        return _success(CANCELLED)

    def _task(self, phone: str) -> Activation | None:
        return self.shop.by_phone.get(phone)

    def _fail(self, code: int, message: str) -> Reply:
        if self.failures == "empty":
            return Reply("", code)
        body = {"status": "fail", "error": {"code": code, "message": message}}
        return as_json(body, 200 if self.failures == "ok" else code, JSON)


def smsski(pace: float, source: Callable[[], float], random: Random) -> SmsSki:
    """The site as it stands when the sandbox opens; its token is made now."""
    goods = Goods(stockroom.smsski_services(), stockroom.smsski_countries(), stockroom.smsski_lots())
    shop = Shop(goods, Ledger(Decimal("389.5")), TIMES.paced(pace), Clock(source), random)
    shop.code_outlives = True
    return SmsSki(shop, token(int(source()), random))


def token(issued: int, random: Random) -> str:
    """A JWT as the control panel shows it, signed with a secret nobody keeps."""
    claims = {"iss": "sms.ski", "aud": "Receivers", "sub": str(random.randrange(10_000, 99_999)),
              "iat": issued, "exp": issued + TERM}  # fmt: skip
    head = f"{_segment({'alg': 'HS256', 'typ': 'JWT'})}.{_segment(claims)}"
    return f"{head}.{_base64(hmac.digest(random.randbytes(32), head.encode(), hashlib.sha256))}"


def expiry(token: str) -> float:
    """The `exp` of a JWT; a key that is none never expires."""
    try:
        payload = token.split(".")[1]
        return float(json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))["exp"])
    except (IndexError, KeyError, ValueError):
        return float("inf")


def _success(message: object) -> Reply:
    return as_json({"status": "success", "message": message}, content_type=JSON)


def _token(call: Call) -> str:
    scheme, _, value = call.headers.get("Authorization", "").partition(" ")
    return value.strip() if scheme.lower() == "bearer" else ""


def _parts(call: Call) -> list[str]:
    """The path below the root; a slash at its end makes no difference."""
    return call.path.removeprefix(ROOT).strip("/").split("/") if call.path.startswith(ROOT) else []


def _segment(value: object) -> str:
    return _base64(dump(value).encode())


def _base64(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()
