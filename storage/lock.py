"""One bot per database: a second one on the same file is refused before it touches anything.

The lock is the kernel's (flock), so a crash frees it. It does not reach across machines.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from bot.errors import StorageError
from storage import sqlite
from storage.database import parse


@contextmanager
def only_here(database_url: str, *, new: bool = True) -> Iterator[None]:
    """Hold the database of this URL alone; StorageError, with the other's process id, if somebody has it.

    Without `new` nothing is made where there is no database, and that is a StorageError, too.
    """
    path = sqlite.file_of(parse(database_url))
    if path is None:
        yield
        return
    sqlite.prepare(path, new)
    lock = _opened(path.with_name(path.name + ".lock"))
    try:
        _take(lock, path)
        yield
    finally:
        # The file stays: removing it would let two others lock two different files of one name.
        os.close(lock)


def holder(database_url: str) -> str:
    """The process that holds the database of this URL; "" when nobody does. Nothing is made."""
    path = sqlite.file_of(parse(database_url))
    file = None if path is None else path.with_name(path.name + ".lock")
    if file is None or not file.exists():
        return ""
    lock = os.open(file, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return _named_in(lock)
    finally:
        os.close(lock)
    return ""


def _named_in(lock: int) -> str:
    return os.pread(lock, 16, 0).decode(errors="replace").strip() or "?"


def _opened(file: Path) -> int:
    try:
        return os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise StorageError(f"the lock {file} cannot be opened: {error.strerror}") from None


def _take(lock: int, path: Path) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        other = _named_in(lock)
        raise StorageError(f"another Codebell (process {other}) already uses the database {path}") from None
    # On a full disk the lock holds all the same, and only its holder's name is missing.
    with suppress(OSError):
        os.ftruncate(lock, 0)
        os.pwrite(lock, str(os.getpid()).encode(), 0)
