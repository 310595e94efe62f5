"""Signs of life: a file that is touched only while polling and watching really go on.

`python -m bot check` reads it; a container's health check does the same.
"""

import time
from collections.abc import Callable
from pathlib import Path

#: How long each part may be silent, in seconds.
ALIVE = {"poll": 120.0, "watch": 30.0, "post": 30.0}
#: A file older than this belongs to a bot that hangs or is gone.
STALE = 60.0


class Heartbeat:
    """Parts report with `beat`; `write` touches the file while none of them is silent for too long."""

    def __init__(self, file: Path | None, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._file = file
        self._monotonic = monotonic
        self._last = dict.fromkeys(ALIVE, monotonic())

    def beat(self, part: str) -> None:
        self._last[part] = self._monotonic()

    def silent(self) -> list[str]:
        """The parts that have not been heard of for too long."""
        now = self._monotonic()
        return [part for part, longest in ALIVE.items() if now - self._last[part] > longest]

    def write(self) -> None:
        if self._file is not None and not self.silent():
            self._file.parent.mkdir(parents=True, exist_ok=True)
            self._file.touch()


def is_alive(file: Path, now: float | None = None) -> bool:
    """Whether the file was touched lately (`now` in seconds since 1970)."""
    try:
        return (time.time() if now is None else now) - file.stat().st_mtime < STALE
    except OSError:
        return False
