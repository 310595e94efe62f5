"""A client of a site without HTTP: asks, reads, and puts the site's clock forward."""

import json
from random import Random
from typing import Any

from bot.sandbox.sites.site import Opening, Site
from bot.sandbox.sites.sms3t import sms3t
from bot.sandbox.sites.smsak import smsak
from bot.sandbox.sites.smsbower import smsbower
from bot.sandbox.sites.smsfly import smsfly
from bot.sandbox.sites.smsski import smsski
from bot.sandbox.sites.vanilla import vanilla
from bot.sandbox.sites.wire import Call, Reply

OPENINGS: dict[str, Opening] = {
    "smsbower": smsbower,
    "sms3t": sms3t,
    "smsski": smsski,
    "smsfly": smsfly,
    "smsak": smsak,
    "herosms": vanilla("herosms", "HeroSMS"),
}

#: A moment to begin at: 2026-08-30, 00:00 UTC.
BEGINNING = 1_788_048_000.0


class Client:
    """Asks one site with its demo key; time stands still but for `pass_time`."""

    def __init__(self, name: str, pace: float = 1.0) -> None:
        self.now = BEGINNING
        self.site: Site = OPENINGS[name](pace, lambda: self.now, Random(7))

    def pass_time(self, seconds: float) -> None:
        self.now += seconds

    def call(self, call: Call) -> Reply:
        return self.site.process(call)[0]

    def rules_broken(self) -> list[str]:
        return [violation.rule for violation in self.site.ledger.violations]

    @property
    def balance(self) -> str:
        return str(self.site.ledger.balance)


class HandlerClient(Client):
    """Speaks handler_api."""

    def reply(self, action: str, verb: str = "GET", **query: str) -> Reply:
        fields = {"api_key": self.site.key, "action": action} | query
        return self.call(Call(verb, "/stubs/handler_api.php", fields))

    def ask(self, action: str, **query: str) -> str:
        return self.reply(action, **query).body

    def read(self, action: str, **query: str) -> Any:
        return json.loads(self.ask(action, **query))

    def buy(self, service: str = "tg", country: str = "10", **query: str) -> tuple[str, str]:
        """The id and the phone of a number bought just now."""
        token, number, phone = self.ask("getNumber", service=service, country=country, **query).split(":")
        assert token == "ACCESS_NUMBER"
        return number, phone

    def status(self, number: str) -> str:
        return self.ask("getStatus", id=number)

    def set_status(self, number: str, status: int) -> str:
        return self.ask("setStatus", id=number, status=str(status))


class SkiClient(Client):
    """Speaks sms.ski's protocol."""

    def reply(self, path: str, verb: str = "GET", token: str | None = None) -> Reply:
        headers = {"Authorization": f"Bearer {self.site.key if token is None else token}"}
        return self.call(Call(verb, f"/api/v1/receive/{path}", headers=headers))

    def ask(self, path: str) -> Any:
        """The message of a success."""
        reply = self.reply(path)
        assert reply.status == 200, reply.body
        return json.loads(reply.body)["message"]

    def refusal(self, path: str) -> int:
        """The number of a failure, which the HTTP status repeats."""
        reply = self.reply(path)
        code = json.loads(reply.body)["error"]["code"]
        assert reply.status == code
        return int(code)


class SakClient(Client):
    """Speaks SMSAK's own protocol: the key is the end of the path."""

    def reply(self, method: str, verb: str = "GET", key: str | None = None, **query: str) -> Reply:
        return self.call(Call(verb, f"/api/{method}/{self.site.key if key is None else key}", query))

    def ask(self, method: str, **query: str) -> str:
        return self.reply(method, **query).body

    def read(self, method: str, **query: str) -> Any:
        reply = self.reply(method, **query)
        assert reply.status == 200, reply.body
        return json.loads(reply.body)

    def refusal(self, method: str, **query: str) -> int:
        """The number in the error envelope, which comes with HTTP 200."""
        envelope = self.read(method, **query)
        assert envelope["name"] == "error"
        assert envelope["status"] == 200
        return int(envelope["code"])

    def buy(self, service: str = "6", country: str = "RU") -> str:
        """The id of a number bought just now."""
        return str(self.read("getnumber", id=service, code=country)["id"])

    def rent(self, country: str = "RU", tariff: str = "1") -> tuple[str, str]:
        """The id and the phone, with its plus, of a number rented just now."""
        rented = self.read("getfullnumber", code=country, tarif=tariff)
        return str(rented["id"]), rented["number"]

    def comes_online(self, number: str) -> None:
        """Have a rented number's SIM brought into the network, and wait for it."""
        assert self.ask("send-enable-sim", id=number) == "1"
        self.pass_time(30)

    def stub(self, action: str, **query: str) -> str:
        """What the site's handler_api face says."""
        fields = {"api_key": self.site.key, "action": action} | query
        return self.call(Call("GET", "/stubs/handler_api.php", fields)).body
