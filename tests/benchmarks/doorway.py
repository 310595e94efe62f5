"""The Telegram of `tests.benchmarks.letterbox` in which people press buttons, too, and are answered.

Its site tells what it sells, as the menu asks for the price of what was bought last. `press` hands a press to
the bot at once; it is over when the bot has answered it, which it does last.
"""

import asyncio
import json
import time
from urllib.parse import parse_qsl

from tests.benchmarks.letterbox import HOLD, Letterbox, Slot
from tests.benchmarks.mirror import Fields, pressed_by
from tests.benchmarks.serving import serve

#: The message that hangs where people press.
_HUNG: Fields = {"text": "Menu", "message_id": 9}
#: What the site sells: the service and the country of all numbers of `tests.benchmarks.crowd`.
_SOLD: Fields = {
    "getServicesList": [{"code": "tg", "name": "Telegram"}],
    "getCountries": {"10": {"id": 10, "eng": "Vietnam"}},
    "getPrices": {"10": {"tg": {"cost": 0.5, "count": 9}}},
}


class Doorway(Letterbox):
    """`took` are the seconds of each press that was answered, by its id."""

    def __init__(self) -> None:
        super().__init__()
        self.took: dict[str, float] = {}
        self._pressed: dict[str, float] = {}
        self._waiting: list[Fields] = []
        self._held: Threshold | None = None

    def telegram(self, method: str, body: bytes) -> bytes:
        if method == "answercallbackquery":
            self._over(dict(parse_qsl(body.decode()))["callback_query_id"])
        return super().telegram(method, body)

    def site(self, given: dict[str, str]) -> bytes:
        sold = _SOLD.get(given.get("action", ""))
        return super().site(given) if sold is None else json.dumps(sold).encode()

    def control(self, order: str, given: dict[str, str]) -> bytes:
        if order == "press":
            self._press(int(given["person"]), given["data"])
        return json.dumps(self.took).encode() if order == "took" else super().control(order, given)

    def _press(self, person: int, data: str) -> None:
        update_id = len(self._pressed) + 1
        query = pressed_by(person, data, _HUNG)["callback_query"]
        self._waiting.append({"update_id": update_id, "callback_query": {**query, "id": str(update_id)}})
        self._pressed[str(update_id)] = time.monotonic()
        if self._held is not None:
            self.hand_over(self._held)

    def _over(self, press: str) -> None:
        self.took[press] = time.monotonic() - self._pressed[press]

    def hold(self, threshold: "Threshold") -> None:
        """A getUpdates waits there; what is pressed goes there."""
        self._held = threshold
        if self._waiting:
            self.hand_over(threshold)

    def hand_over(self, threshold: "Threshold") -> None:
        """What was pressed, or nothing, to who waits there still."""
        if self._held is threshold:
            updates, self._waiting, self._held = self._waiting, [], None
            threshold.tell(updates)


class Threshold(Slot):
    """One connection."""

    def __init__(self, doorway: Doorway) -> None:
        super().__init__(doorway, 0.0)
        self._doorway = doorway

    def tell(self, updates: list[Fields]) -> None:
        self.answer(json.dumps({"ok": True, "result": updates}).encode())

    def _travel(self, method: str, body: bytes) -> None:
        if method != "getupdates":
            self._hear(method, body)
            return
        self._doorway.hold(self)
        asyncio.get_running_loop().call_later(HOLD, self._doorway.hand_over, self)


async def main() -> None:
    doorway = Doorway()
    await serve(lambda: Threshold(doorway))


if __name__ == "__main__":
    asyncio.run(main())
