"""What SQLite asks for: a private file, a journal safe in this version, the settings of each connection.

See https://www.sqlite.org/wal.html#walresetbug and https://www.sqlite.org/pragma.html.
"""

import asyncio
import logging
import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import URL, Engine, ExceptionContext, event
from sqlalchemy.dialects import registry
from sqlalchemy.exc import DBAPIError

from bot.errors import SettingsError, StorageError

log = logging.getLogger(__name__)

registry.register("sqlite.aiosqlite", "storage.hops", "Dialect")

Version = tuple[int, int, int]

#: What SQLite keeps beside a database: never to be met by another one.
COMPANIONS = ("-journal", "-wal", "-shm")

PRAGMAS = ("busy_timeout=10000", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON")


def file_of(url: URL) -> Path | None:
    """The database's file, absolute; None where there is none (in memory, a server)."""
    name = url.database
    if url.get_backend_name() != "sqlite" or not name or name == ":memory:":
        return None
    if name.startswith("file:"):
        raise SettingsError("DATABASE_URL: give SQLite's file as a plain path, not as a file: URI")
    return Path(name).resolve()


def prepare(path: Path, new: bool = True) -> None:
    """Make the folder (0700) and the file (0600) where missing; StorageError where they cannot be written.

    Without `new` nothing is made, and a missing or an empty file is a StorageError, too.
    """
    try:
        if not new:
            _filled(path)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    except OSError as error:
        raise StorageError(f"the database {path} cannot be written: {error.strerror}") from None
    # The journal is a second file beside the first: a writable file in a read-only folder is not enough.
    if not os.access(path.parent, os.W_OK | os.X_OK):
        raise StorageError(f"the folder {path.parent} of the database cannot be written")


def _filled(path: Path) -> None:
    if not path.exists():
        raise StorageError(f"there is no database {path}")
    if path.stat().st_size == 0:
        raise StorageError(f"the database {path} holds nothing of this bot")


def discard(path: Path) -> None:
    """Remove a database that nobody uses, if it is there, with what SQLite kept beside it."""
    for ending in ("", *COMPANIONS):
        path.with_name(path.name + ending).unlink(missing_ok=True)


def reserve(part: Path) -> None:
    """Make an empty private file (0600) to write into, instead of one that was left over."""
    part.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    discard(part)
    os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))


def settle(part: Path, target: Path) -> None:
    """Put a file in its place for good: its bytes first, then its name, at once."""
    for path in (part, part.parent):
        opened = os.open(path, os.O_RDONLY)
        os.fsync(opened)
        os.close(opened)
        if path is part:
            part.replace(target)


def name_also(file: Path, name: Path, part: Path, link: Callable[[Path, Path], object] = os.link) -> None:
    """Give a file a second name; where the file system knows none, a copy has it, made in `part`."""
    try:
        link(file, name)
    except OSError:
        reserve(part)
        shutil.copyfile(file, part)
        settle(part, name)


def journal_mode(version: Version) -> str:
    """ "WAL" where SQLite's WAL-reset bug (3.7.0 to 3.51.2) is fixed, else "DELETE"; 3.52.0 was withdrawn."""
    fixed = (
        (version >= (3, 51, 3) and version != (3, 52, 0))
        or (3, 50, 7) <= version < (3, 51, 0)
        or (3, 44, 6) <= version < (3, 45, 0)
    )
    return "WAL" if fixed else "DELETE"


def listen(engine: Engine, version: Version) -> None:
    """Set every new connection up, and keep it in order."""

    @event.listens_for(engine, "connect")
    def connected(dbapi: Any, _record: object) -> None:
        try:
            _set_up(dbapi, version)
        except BaseException:
            # A task that is cancelled here leaves a connection that nobody knows.
            dbapi.terminate()
            raise

    @event.listens_for(engine, "handle_error")
    def failed(context: ExceptionContext) -> None:
        # SQLAlchemy throws the connection of a cancelled task away while its SELECT is still open in the
        # driver's thread: until that is garbage, its transaction locks everybody out. It is rolled back here.
        if isinstance(context.original_exception, asyncio.CancelledError):
            context.is_disconnect = False


def _set_up(dbapi: Any, version: Version) -> None:
    dbapi.isolation_level = None
    for pragma in PRAGMAS:
        _pragma(dbapi, pragma)
    _choose_journal(dbapi, journal_mode(version))


def _choose_journal(dbapi: Any, wanted: str) -> None:
    """A new database gets the wanted mode; an old one keeps its own: somebody else may have it open."""
    if _pragma(dbapi, "page_count") == 0:
        _pragma(dbapi, f"journal_mode={wanted}")
    elif _pragma(dbapi, "journal_mode") == "wal" and wanted != "WAL":
        log.warning(
            "the database is in WAL mode and SQLite %s has the WAL-reset bug: open it with nothing else",
            sqlite3.sqlite_version,
        )


def _pragma(dbapi: Any, pragma: str) -> object:
    """Its value, read to the end in one step: a task cancelled meanwhile leaves nothing half read."""
    rows = dbapi.run_async(lambda connection: connection.execute_fetchall(f"PRAGMA {pragma}"))
    return rows[0][0] if rows else None


def trouble(where: object, error: sqlite3.Error | DBAPIError) -> StorageError:
    """What SQLite's error means for the operator, in one line."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    match _code(cause):
        case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB:
            return damaged(where, cause)
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return StorageError(f"the database {where} is in use by another program")
        case sqlite3.SQLITE_FULL:
            return StorageError(f"there is no room left on the disk of {where}")
    return StorageError(f"the database {where} cannot be used: {cause}")


def copy_trouble(source: object, target: Path, error: sqlite3.Error | DBAPIError) -> StorageError:
    """The same of a copy: what is read may be damaged or in use, what is written may find no room."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    match _code(cause):
        case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB | sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return trouble(source, error)
        case sqlite3.SQLITE_FULL:
            return StorageError(f"there is no room left on the disk of {target}")
    return StorageError(f"the copy {target} cannot be written: {cause}")


def _code(cause: object) -> int:
    return int(getattr(cause, "sqlite_errorcode", 0)) & 0xFF


def is_damage(error: sqlite3.Error) -> bool:
    """Whether it tells that the file itself cannot be read."""
    return _code(error) in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def damaged(where: object, findings: object) -> StorageError:
    first_line = str(findings).splitlines()[0]
    return StorageError(f"the database {where} is damaged ({first_line}): restore the last backup")


def readable(backup: Path) -> None:
    """StorageError unless it is a file that can be read."""
    try:
        backup.open("rb").close()
    except FileNotFoundError:
        raise StorageError(f"there is no backup {backup}") from None
    except OSError as error:
        raise StorageError(f"the backup {backup} cannot be read: {error.strerror}") from None


def copy_whole(source: Path, target: Path, version: Version = sqlite3.sqlite_version_info) -> None:
    """A verified copy of a backup nobody writes to, in one private file; a journal beside it is heeded.

    StorageError if it cannot be read, or is not whole.
    """
    try:
        reserve(target)
        read_only = f"file:{quote(str(source.resolve()))}?mode=ro"
        with closing(sqlite3.connect(read_only, uri=True)) as old, closing(sqlite3.connect(target)) as new:
            old.backup(new)
            new.execute(f"PRAGMA journal_mode={journal_mode(version)}")
    except sqlite3.Error as error:
        raise _spoilt(source, error) if is_damage(error) else copy_trouble(source, target, error) from None
    except OSError as error:
        raise StorageError(f"{target} cannot be written: {error.strerror}") from None
    if finding := flaw(target):
        raise _spoilt(source, finding)


def _spoilt(backup: Path, finding: object) -> StorageError:
    return StorageError(f"the backup {backup} is damaged ({finding}): take another one")


def flaw(path: Path) -> str:
    """The first thing wrong with a copy, read through, or "": a backup is worth what can be read back."""
    try:
        with closing(sqlite3.connect(path)) as connection:
            [[found]] = connection.execute("PRAGMA integrity_check(1)")
            orphans = connection.execute("PRAGMA foreign_key_check").fetchall()
    except sqlite3.Error as error:
        return str(error)
    if found != "ok":
        return str(found).splitlines()[0]
    return "a row points nowhere" if orphans else ""
