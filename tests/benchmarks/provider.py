"""A provider site and a Telegram as fast as Python serves them, on one port, in a process of their own.

They speak what the watching of numbers needs and no more: getStatus of handler_api, and a Bot API in which
nobody says anything. Every moment is one of this process: of a question, of a code, of a message.
"""

import asyncio
import json
import time
from collections import defaultdict
from urllib.parse import parse_qs, urlsplit

from tests.benchmarks.serving import RINGS, Connection, serve

#: Seconds that the site takes to answer, and that a getUpdates is held open.
ANSWERS, HOLD = 0.02, 20.0
#: What is answered to the few methods that are not content with a yes.
_SAID: dict[str, object] = {
    "getme": {"id": 424242, "is_bot": True, "first_name": "Codebell", "username": "codebell_bot"},
    "getmycommands": [],
    "getupdates": [],
    "getmydescription": {"description": ""},
    "getmyshortdescription": {"short_description": ""},
    RINGS: {"message_id": 1, "date": 1, "chat": {"id": 1, "type": "private"}, "text": "-"},
}
_SAID["editmessagetext"] = _SAID[RINGS]


class World:
    """What was asked and said; moments are seconds since 1970."""

    def __init__(self) -> None:
        #: The questions after each number, since then.
        self.asked: dict[str, list[float]] = defaultdict(list)
        #: The code of a number, and when it came; when it was told to Telegram first.
        self.codes: dict[str, tuple[str, float]] = {}
        self.rung: dict[str, float] = {}
        self.methods: dict[str, int] = defaultdict(int)
        self.since = time.time()

    def status(self, number: str) -> bytes:
        """What getStatus says of it."""
        self.asked[number].append(time.time())
        found = self.codes.get(number)
        return b"STATUS_WAIT_CODE" if found is None else b"STATUS_OK:" + found[0].encode()

    def telegram(self, method: str, body: bytes) -> bytes:
        """The answer to a call of the Bot API."""
        now, method = time.time(), method.lower()
        self.methods[method] += 1
        if method == RINGS:
            for code in [code for code, _ in self.codes.values() if code not in self.rung]:
                if code.encode() in body:
                    self.rung[code] = now
        return json.dumps({"ok": True, "result": _SAID.get(method, True)}).encode()

    def control(self, order: str, given: dict[str, list[str]]) -> bytes:
        """For who measures: `code` gives a number one, `told` tells everything, `forget` begins anew."""
        match order:
            case "code":
                self.codes[given["id"][0]] = given["code"][0], time.time()
            case "forget":
                self.asked.clear()
                self.since = time.time()
        return json.dumps(vars(self) if order == "told" else {}).encode()


class Serving(Connection):
    """One connection to the world."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self._world = world
        self._loop = asyncio.get_running_loop()

    def carry_out(self, target: str, body: bytes) -> None:
        url = urlsplit(target)
        first, _, rest = url.path.strip("/").partition("/")
        if first == "control":
            self.answer(self._world.control(rest, parse_qs(url.query)))
        elif first.startswith("bot"):
            said = self._world.telegram(rest, body)
            self._later(HOLD if rest.lower() == "getupdates" else 0.0, said)
        else:
            self._later(ANSWERS, self._world.status(url.query.partition("&id=")[2].partition("&")[0]))

    def _later(self, seconds: float, body: bytes) -> None:
        self._loop.call_later(seconds, self.answer, body)


async def main() -> None:
    world = World()
    await serve(lambda: Serving(world))


if __name__ == "__main__":
    asyncio.run(main())
