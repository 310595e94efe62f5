"""One bot per database: a second one on the same file is refused before it touches anything.

The lock is the kernel's (flock), so a crash frees it. It does not reach across machines.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.errors import StorageError
from storage import sqlite
from storage.database import parse


@contextmanager
def only_here(database_url: str) -> Iterator[None]:
    """Hold the database of this URL alone; StorageError, with the other's process id, if somebody has it."""
    path = sqlite.file_of(parse(database_url))
    if path is None:
        yield
        return
    sqlite.prepare(path)
    lock = os.open(path.with_name(path.name + ".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        _take(lock, path)
        yield
    finally:
        # The file stays: removing it would let two others lock two different files of one name.
        os.close(lock)


def _take(lock: int, path: Path) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = os.pread(lock, 16, 0).decode(errors="replace").strip() or "?"
        raise StorageError(f"another Codebell (process {holder}) already uses the database {path}") from None
    os.ftruncate(lock, 0)
    os.pwrite(lock, str(os.getpid()).encode(), 0)
