"""Signs of life: a file that is touched only while the bot's parts really go on, and an end when they do not.

`python -m bot check` reads the file; a container's health check does the same. Docker starts no unhealthy
container again, so a watchdog ends the process that is silent for far too long. A part that only fails does
not hang: it works again when the database does; and while something paid is not stored, an end would
lose it.
"""

import logging
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

log = logging.getLogger(__name__)

#: How long each part may be silent, in seconds. The outbox is heard of while nothing waits long in it.
ALIVE = {"poll": 120.0, "watch": 30.0, "post": 30.0, "outbox": 300.0}
#: Silent for so long, a part does not come back by itself. That Telegram does not answer is not our silence.
HUNG = {"polling": 300.0, "watch": 300.0, "post": 300.0}
#: A file older than this belongs to a bot that hangs or is gone.
STALE = 60.0
#: Seconds between two looks of the watchdog.
LOOK = 30.0
#: The look at which it asks the bot to stop, and the one at which it ends the process: one look may come
#: right after the machine woke up, and a stop takes less time than the looks between.
ASK, END = 2, 5
_FAILED = 1


class Heartbeat:
    """Parts report with `beat`; `write` touches the file while none of them is silent for too long."""

    def __init__(self, file: Path | None, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._file = file
        self._monotonic = monotonic
        self._last = dict.fromkeys(ALIVE, monotonic())
        self._back = dict.fromkeys(HUNG, monotonic())

    def beat(self, part: str, quiet: float = 0.0) -> None:
        """A part lives; nothing is expected from it for so many seconds."""
        self._last[part] = self._back[part] = self._monotonic() + quiet

    def failed(self, part: str) -> None:
        """A part came back without having done its work: that is no life, but it does not hang."""
        self._back[part] = self._monotonic()

    def silent(self) -> list[str]:
        """The parts that have not been heard of for too long."""
        return self._over(ALIVE, self._last)

    def hung(self) -> list[str]:
        """The parts that were not heard of for so long that they never will be."""
        return self._over(HUNG, self._back)

    def write(self) -> None:
        if self._file is not None and not self.silent():
            self._file.parent.mkdir(parents=True, exist_ok=True)
            self._file.touch()

    def _over(self, longest: dict[str, float], last: dict[str, float]) -> list[str]:
        now = self._monotonic()
        return [part for part, seconds in longest.items() if now - last[part] > seconds]


def _end() -> None:
    os._exit(_FAILED)


class Watchdog:
    """Looks from a thread of its own, as a loop that hangs cannot look at itself."""

    def __init__(
        self,
        heartbeat: Heartbeat,
        ask: Callable[[str], object],
        end: Callable[[], object] = _end,
        holds: Callable[[], bool] = lambda: False,
    ) -> None:
        """`ask` is to stop the bot with a reason, `end` to end the process when that does not help.

        Neither happens while it `holds` what only this process knows.
        """
        self._heartbeat = heartbeat
        self._ask = ask
        self._end = end
        self._holds = holds
        self._looks = 0
        self._stopped = threading.Event()

    def start(self, every: float = LOOK) -> None:
        """Look every so many seconds until `stop`."""
        threading.Thread(target=self._watch, args=(every,), name="watchdog", daemon=True).start()

    def stop(self) -> None:
        self._stopped.set()

    def look(self) -> None:
        """Count the looks that found something hung; ask, then end."""
        hung = self._heartbeat.hung()
        self._looks = self._looks + 1 if hung and not self._holds() else 0
        if self._looks == ASK:
            log.critical("%s: silent for far too long, the bot stops", ", ".join(hung))
            self._ask(f"{', '.join(hung)}: silent for far too long")
        elif self._looks == END:
            log.critical("it does not stop either: the process ends here")
            self._end()

    def _watch(self, every: float) -> None:
        while not self._stopped.wait(every):
            self.look()


def is_alive(file: Path, now: float | None = None) -> bool:
    """Whether the file was touched lately (`now` in seconds since 1970)."""
    try:
        return (time.time() if now is None else now) - file.stat().st_mtime < STALE
    except OSError:
        return False
