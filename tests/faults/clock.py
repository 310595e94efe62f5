"""One time of day for Telegram, the sites and the bot: the real one, put forward by what a file says."""

import mmap
import struct
import time
from datetime import UTC, datetime
from pathlib import Path

_SECONDS = struct.Struct("d")


class SharedClock:
    """The processes that open the same file have the same time."""

    def __init__(self, file: Path) -> None:
        self.file = file
        if not file.exists():
            file.write_bytes(_SECONDS.pack(0))
        with file.open("r+b") as shared:
            self._ahead = mmap.mmap(shared.fileno(), _SECONDS.size)

    def advance(self, seconds: float) -> None:
        """Put it forward, or back, everywhere at once. Nobody is woken: the next tick finds what fell due."""
        _SECONDS.pack_into(self._ahead, 0, self.ahead + seconds)

    @property
    def ahead(self) -> float:
        """Seconds it was put forward by."""
        return float(_SECONDS.unpack_from(self._ahead)[0])

    def time(self) -> float:
        """Seconds since 1970."""
        return time.time() + self.ahead

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.time(), UTC)
