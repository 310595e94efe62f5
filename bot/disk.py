"""How much room there is on the disk of a database."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

#: Of a disk so much is to be free: a share of it, and at least so many bytes.
SHARE, BYTES = 0.10, 500 * 2**20


@dataclass(frozen=True, slots=True)
class Room:
    """Bytes of a disk."""

    free: int
    total: int

    @property
    def is_short(self) -> bool:
        return self.free < max(BYTES, SHARE * self.total)


def room_beside(file: Path | None) -> Callable[[], Room | None]:
    """Tells the room on the disk of a database; None where it has no file."""

    def room() -> Room | None:
        if file is None:
            return None
        usage = shutil.disk_usage(file.parent)
        return Room(usage.free, usage.total)

    return room
