"""A Telegram in a process of its own that writes down when each message is heard, and a site with numbers.

`--late 0.1` lets each message travel for a time of its own, up to so many seconds, before it is heard.
"""

import argparse
import asyncio
import json
import random
import time
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.benchmarks.serving import RINGS, Connection, serve

#: Seconds that a getUpdates is held open.
HOLD = 20.0
_SAYING = ("send", "copy", "edit", "forward")
_UPDATES = "getupdates"
#: What is answered to the methods that are not content with a yes.
_SAID: dict[str, object] = {
    "getme": {"id": 424242, "is_bot": True, "first_name": "Codebell", "username": "codebell_bot"},
    "getmycommands": [],
    _UPDATES: [],
    "getmydescription": {"description": ""},
    "getmyshortdescription": {"short_description": ""},
}


class Letterbox:
    """Moments are seconds of the machine's monotonic clock, as all its processes read it."""

    def __init__(self) -> None:
        self.heard: list[float] = []
        #: The code of a number; when the site first told it, and when it rang.
        self.codes: dict[str, str] = {}
        self.told: dict[str, float] = {}
        self.rung: dict[str, float] = {}

    def telegram(self, method: str, body: bytes) -> bytes:
        """The answer to a call of the Bot API."""
        result = _SAID.get(method, True)
        if says(method):
            self.heard.append(time.monotonic())
            result = {"message_id": len(self.heard), "date": 1, "chat": {"id": 1, "type": "private"}}
        if method == RINGS:
            for code in [code for code in self.told if code not in self.rung and code.encode() in body]:
                self.rung[code] = self.heard[-1]
        return json.dumps({"ok": True, "result": result}).encode()

    def site(self, given: dict[str, str]) -> bytes:
        """What the site says of a number."""
        if (code := self.codes.get(given.get("id", ""))) is None:
            return b"STATUS_WAIT_CODE"
        self.told.setdefault(code, time.monotonic())
        return b"STATUS_OK:" + code.encode()

    def control(self, order: str, given: dict[str, str]) -> bytes:
        """For who measures: `code` gives a number one, `heard` and `rings` tell what is known."""
        if order == "code":
            self.codes[given["id"]] = given["code"]
        known: dict[str, Any] = {"heard": self.heard, "rings": {"told": self.told, "rung": self.rung}}
        return json.dumps(known.get(order)).encode()


def says(method: str) -> bool:
    """Whether a method puts something into a chat, or changes what stands there."""
    return method.startswith(_SAYING) and method != "sendchataction"


class Slot(Connection):
    """One connection to a letterbox."""

    def __init__(self, letterbox: Letterbox, late: float) -> None:
        super().__init__()
        self._letterbox, self._late = letterbox, late

    def carry_out(self, target: str, body: bytes) -> None:
        url = urlsplit(target)
        first, _, rest = url.path.strip("/").partition("/")
        if first == "control":
            self.answer(self._letterbox.control(rest, dict(parse_qsl(url.query))))
        elif first.startswith("bot"):
            self._travel(rest.lower(), body)
        else:
            self.answer(self._letterbox.site(dict(parse_qsl(url.query))))

    def _travel(self, method: str, body: bytes) -> None:
        late = random.uniform(0, self._late) if says(method) else HOLD if method == _UPDATES else 0.0
        if late:
            asyncio.get_running_loop().call_later(late, self._hear, method, body)
        else:
            self._hear(method, body)

    def _hear(self, method: str, body: bytes) -> None:
        self.answer(self._letterbox.telegram(method, body))


async def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--late", type=float, default=0.0)
    late, letterbox = parser.parse_args().late, Letterbox()
    await serve(lambda: Slot(letterbox, late))


if __name__ == "__main__":
    asyncio.run(main())
