"""A Telegram in a process of its own, where somebody waits with /start; it tells what is called first.

On its standard output: its port, then a line for the first call of each method, as they come.
"""

import asyncio
import json
import sys
import time

from aiohttp import web

from tests.benchmarks.cores import surrounding

#: Seconds a getUpdates is held open where nothing waits.
HOLD = 25.0
_ANN = {"id": 1001, "is_bot": False, "first_name": "Ann", "language_code": "en"}
_CHAT = {"id": 1001, "type": "private", "first_name": "Ann"}
_MESSAGE = {"message_id": 1, "date": 1, "chat": _CHAT, "from": _ANN, "text": "/start"}
_COMMAND = {"type": "bot_command", "offset": 0, "length": 6}
_SAID: dict[str, object] = {
    "getme": {"id": 424242, "is_bot": True, "first_name": "Codebell", "username": "codebell_bot"},
    "getmycommands": [],
    "getmydescription": {"description": ""},
    "getmyshortdescription": {"short_description": ""},
    "sendmessage": _MESSAGE,
    "editmessagetext": _MESSAGE,
}


class Doorbell:
    """Whoever waits rings once; after that nobody says anything."""

    def __init__(self) -> None:
        self._called: set[str] = set()

    async def answer(self, request: web.Request) -> web.Response:
        method = request.path.rpartition("/")[2].lower()
        first = method not in self._called
        if first:
            self._called.add(method)
            told(method)
        if method == "getupdates":
            return _answered(await _updates(first))
        return _answered(_SAID.get(method, True))


async def _updates(first: bool) -> list[object]:
    if not first:
        await asyncio.sleep(HOLD)
        return []
    return [{"update_id": 1, "message": {**_MESSAGE, "date": int(time.time()), "entities": [_COMMAND]}}]


def _answered(result: object) -> web.Response:
    return web.Response(body=json.dumps({"ok": True, "result": result}), content_type="application/json")


def told(line: object) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


async def main() -> None:
    surrounding()
    app = web.Application()
    app.router.add_post("/{rest:.*}", Doorbell().answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    told(runner.addresses[0][1])
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
