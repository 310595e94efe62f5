"""A client of SMS-fly's site: posts JSON with the key in it, and reads what came of a message."""

import json
from collections.abc import Mapping
from typing import Any

from bot.sandbox.sites.smsfly import SmsFly
from bot.sandbox.sites.wire import Call, Json, Reply
from tests.sandbox.sites.asking import Client

VIBER: Mapping[str, Any] = {"source": "Promo", "ttl": 5, "text": "Your taxi is here"}
SMS: Mapping[str, Any] = {"source": "InfoCenter", "ttl": 60, "text": "Your taxi is here"}
KYIV = "380501234567"
#: Nobody has Viber at a number that ends so.
WITHOUT_VIBER = "380671234500"
#: Between two looks at a status.
POLL = 5.0


class FlyClient(Client):
    """Speaks SMS-fly's protocol."""

    def __init__(self, pace: float = 1.0) -> None:
        super().__init__("smsfly", pace)
        assert isinstance(self.site, SmsFly)
        self.fly = self.site

    def post(self, body: str, path: str = "/api/v2/api.php", verb: str = "POST") -> Reply:
        return self.call(Call(verb, path, body=body))

    def reply(self, action: object, data: object = None, key: object = None) -> Reply:
        asked = {"auth": {"key": key or self.site.key}, "action": action, "data": data or {}}
        return self.post(json.dumps(asked))

    def ask(self, action: str, **data: object) -> Any:
        """The data of a success."""
        reply = self.reply(action, data)
        assert reply.status == 200, reply.body
        answer = json.loads(reply.body)
        assert answer["success"] == 1
        return answer["data"]

    def refusal(self, action: str, **data: object) -> str:
        """The code of an error."""
        reply = self.reply(action, data)
        assert reply.status in (400, 403, 422)
        return code(reply)

    def send(self, *channels: str, recipient: str = KYIV, **changes: Mapping[str, Any]) -> Json:
        """What is answered to a message over these channels; `changes` are made to their parts."""
        sent: Json = self.ask("SENDMESSAGE", **letter(*channels, recipient=recipient, **changes))
        return sent

    def sent(self, *channels: str, recipient: str = KYIV) -> str:
        """The id of such a message."""
        return str(self.send(*channels, recipient=recipient)["messageID"])

    def statuses(self, number: str) -> dict[str, str]:
        """By channel."""
        stand = self.ask("GETMESSAGESTATUS", messageID=number)
        return {channel: part["status"] for channel, part in stand.items() if channel != "messageID"}

    def after(self, seconds: float, number: str) -> dict[str, str]:
        self.pass_time(seconds)
        return self.statuses(number)

    def moves(self, number: str, status: str, channel: str = "") -> None:
        self.site.control("message", id=number, status=status, channel=channel)

    def walks(self, seconds: float = 1) -> None:
        """Let messages go their way by themselves, a step in so many seconds."""
        self.site.control("auto", after_seconds=[seconds, seconds], share=1)

    @property
    def money(self) -> tuple[str, str]:
        """What is left for SMS and for Viber."""
        balance = self.ask("GETBALANCEEXT")["balance"]
        return balance["sms"], balance["viber"]


def letter(*channels: str, recipient: str = KYIV, **changes: Mapping[str, Any]) -> Json:
    """The data of a SENDMESSAGE; a change to None takes a field away."""
    parts = {"viber": VIBER, "sms": SMS}
    written: Json = {"recipient": recipient, "channels": list(channels)}
    for channel in channels:
        fields = {**parts[channel], **changes.get(channel, {})}
        written[channel] = {name: value for name, value in fields.items() if value is not None}
    return written


def code(reply: Reply) -> str:
    error = json.loads(reply.body)
    assert error["success"] == 0
    assert error["error"].keys() == {"code", "date", "description"}
    return str(error["error"]["code"])
