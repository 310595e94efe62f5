"""How long a search for garbage stops a process that has loaded the bot and reads updates.

Run with `frugal` it starts as the bot does, else as Python comes.
"""

import gc
import json
import sys
import time

from bot import frugal

UPDATES, KEPT = 10_000, 2
_ANN = {"id": 1, "is_bot": False, "first_name": "Ann"}
_CHAT = {"id": 1, "type": "private", "first_name": "Ann"}
_KEYBOARD = {"inline_keyboard": [[{"text": "a", "callback_data": "b"}] * 2] * 6}
_SAID = {"message_id": 1, "date": 1, "chat": _CHAT, "from": _ANN, "text": "x", "reply_markup": _KEYBOARD}


class Searches:
    """Milliseconds of a processor that the longest one took, and all of them."""

    def __init__(self) -> None:
        self.longest = self.all = self._since = 0.0
        gc.callbacks.append(self._note)

    def _note(self, phase: str, _: dict[str, int]) -> None:
        now = time.process_time() * 1000
        if phase == "start":
            self._since = now
        else:
            self.longest = max(self.longest, now - self._since)
            self.all += now - self._since


def main(how: str) -> None:
    if how == "frugal":
        with frugal.loading():
            frugal.load_aiogram()
            import bot.process
        frugal.loaded()
    else:
        import bot.process  # noqa: F401
    searches = Searches()
    read(UPDATES)
    sys.stdout.write(json.dumps([searches.longest, searches.all]))


def read(updates: int) -> None:
    """Each is a message with a keyboard; every other one stays, as rows and tasks do."""
    from aiogram.types import Update

    kept = []
    for number in range(updates):
        update = Update.model_validate({"update_id": number, "message": _SAID})
        if not number % KEPT:
            kept.append(update)


if __name__ == "__main__":
    main(sys.argv[-1])
