"""The database as a file: backups while it is written to, damage, places that cannot be used, the exit."""

import asyncio
import errno
import os
import sqlite3
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import aiosqlite
import pytest

from bot import failpoints
from bot.errors import SettingsError, StorageError
from bot.failpoints import Failpoint
from storage import sqlite
from storage.database import Database
from tests.storage.shelf import chat, put, shelf, sql, url


async def test_s_6_s_22_a_backup_while_writing_opens_whole_and_holds_all_that_was_committed(
    database: Database, tmp_path: Path
) -> None:
    written, waits, stop, enough = 0, [0.0], asyncio.Event(), asyncio.Event()

    async def write() -> None:
        nonlocal written
        while not stop.is_set():
            began = time.perf_counter()
            await put(database, chat(written + 1))
            waits[-1] = max(waits[-1], time.perf_counter() - began)
            written += 1
            if written % 20 == 0:
                enough.set()

    writer = asyncio.create_task(write())
    for turn in range(3):
        await enough.wait()
        enough.clear()
        before, copy = written, tmp_path / f"copy{turn}.db"
        waits.append(0.0)
        await database.backup(copy)
        assert sql(copy, "PRAGMA integrity_check") == [("ok",)]
        [(rows,)] = sql(copy, "SELECT count(*) FROM chats")
        assert isinstance(rows, int)
        assert before <= rows <= written + 1
    stop.set()
    await writer
    # The others may have waited for a busy machine.
    assert min(waits[1:]) < 1
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert not copy.with_name(copy.name + ".part").exists()


async def test_s_22_a_backup_leaves_the_connection_as_it_was(database: Database, tmp_path: Path) -> None:
    await database.backup(tmp_path / "copy.db")
    async with database.bare() as connection:
        assert isinstance(connection, aiosqlite.Connection)
        assert connection.isolation_level is None
    await put(database, chat(1))


async def test_a_backup_never_replaces_a_file(database: Database, tmp_path: Path) -> None:
    (tmp_path / "copy.db").write_text("precious")
    with pytest.raises(StorageError, match=r"copy\.db exists already"):
        await database.backup(tmp_path / "copy.db")
    assert (tmp_path / "copy.db").read_text() == "precious"


async def test_a_backup_to_nowhere_says_so(database: Database) -> None:
    with pytest.raises(StorageError, match="cannot be written"):
        await database.backup(Path("/proc/nowhere/copy.db"))


def test_a_copys_full_disk_is_the_copys_and_a_damaged_database_the_databases() -> None:
    copy = Path("/usb/copy.db")
    full, broken = refused("PRAGMA max_page_count=1"), sqlite3.DatabaseError("malformed")
    broken.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
    assert "no room left on the disk of /usb/copy.db" in sqlite.copy_trouble("x.db", copy, full).detail
    assert "the database x.db is damaged" in sqlite.copy_trouble("x.db", copy, broken).detail


def refused(pragma: str) -> sqlite3.Error:
    """What SQLite says to a table for which there is no room."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute(pragma)
        with pytest.raises(sqlite3.Error) as caught:
            connection.executescript("CREATE TABLE x (y); CREATE TABLE z (y);")
    return caught.value


async def test_a_copy_that_fails_leaves_neither_a_part_nor_a_journal_of_it(
    database: Database, tmp_path: Path
) -> None:
    journal, usb = tmp_path / "usb" / "copy.db.part-journal", tmp_path / "usb"

    def pulled_out() -> None:
        journal.touch()
        raise OSError(errno.EIO, "Input/output error")

    failpoints.arm(Failpoint.IN_BACKUP, pulled_out)
    with pytest.raises(StorageError, match=r"copy\.db cannot be written: Input/output error"):
        await database.backup(usb / "copy.db")
    failpoints.arm("")
    assert not journal.exists()
    journal.write_text("left by one that was killed")
    await database.backup(usb / "copy.db")
    assert not journal.exists()


@pytest.mark.parametrize("knows", [True, False])
def test_a_second_name_is_a_copy_where_the_file_system_knows_none(tmp_path: Path, knows: bool) -> None:
    def link(file: Path, name: Path) -> None:
        if not knows:
            raise PermissionError(errno.EPERM, "Operation not permitted")
        name.hardlink_to(file)

    file, name, part = (tmp_path / each for each in ("codebell.db", "kept", "part"))
    file.write_bytes(b"codes and sealed keys")
    sqlite.name_also(file, name, part, link)
    assert (name.read_bytes(), file.samefile(name), part.exists()) == (b"codes and sealed keys", knows, False)
    assert knows or stat.S_IMODE(name.stat().st_mode) == 0o600


async def test_s_20_a_damaged_page_is_found_at_the_start(tmp_path: Path) -> None:
    async with shelf(tmp_path) as database:
        await put(database, *(chat(chat_id) for chat_id in range(1, 500)))
    file = tmp_path / "codebell.db"
    page = 4096
    content = bytearray(file.read_bytes())
    content[page : 4 * page] = os.urandom(3 * page)
    file.write_bytes(content)
    reopened = Database(url(tmp_path))
    with pytest.raises(StorageError, match=r"is damaged .*restore the last backup") as caught:
        await reopened.check()
    await reopened.close()
    assert "\n" not in caught.value.detail


async def test_a_file_of_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "codebell.db").write_text("Dear diary, " * 1000)
    database = Database(url(tmp_path))
    with pytest.raises(StorageError, match="is damaged"):
        await database.check()
    await database.close()


@pytest.mark.parametrize("bad", ["", "data/codebell.db", "oracle+nothing://u:sesame@h/d", "sqlite:///x.db"])
def test_an_unusable_url_is_one_line_that_never_repeats_it(bad: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="DATABASE_URL") as caught:
        Database(bad.replace("x.db", str(tmp_path / "x.db")))
    assert "sesame" not in caught.value.detail


def test_a_place_that_is_no_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match=r"cannot be written: (File exists|Not a directory)"):
        Database(url(tmp_path / "file"))


def test_a_folder_in_the_files_place_is_refused(tmp_path: Path) -> None:
    (tmp_path / "codebell.db").mkdir()
    with pytest.raises(StorageError, match="cannot be written: Is a directory"):
        Database(url(tmp_path))


@pytest.fixture
def strangers_folder() -> Iterator[Path]:
    """A folder to read but not to write, also for root; apart from pytest's, which are private."""
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        folder, me = Path(name), os.geteuid()
        (folder / "codebell.db").touch(0o444)
        folder.chmod(0o555)
        if me == 0:
            os.seteuid(65534)
        try:
            yield folder
        finally:
            os.seteuid(me)
            folder.chmod(0o755)


def test_s_18_a_read_only_file_is_refused_before_anything_starts(strangers_folder: Path) -> None:
    with pytest.raises(StorageError, match="cannot be written: Permission denied"):
        Database(url(strangers_folder))


def test_s_18_a_missing_file_in_a_read_only_folder_is_refused(strangers_folder: Path) -> None:
    with pytest.raises(StorageError, match="cannot be written: Permission denied"):
        Database(f"sqlite+aiosqlite:///{strangers_folder / 'new.db'}")


USE_AND_LEAVE = """
import asyncio, sys
from storage.database import Database
from sqlalchemy import text
async def main():
    database = Database(sys.argv[1])
    async with database.begin() as session:
        await session.execute(text("CREATE TABLE x (y INTEGER)"))
    if sys.argv[2] == "close":
        await database.close()
asyncio.run(main())
"""


@pytest.mark.parametrize("manner", ["close", "forget"])
def test_the_process_exits_whether_the_database_was_closed_or_not(tmp_path: Path, manner: str) -> None:
    command = [sys.executable, "-c", USE_AND_LEAVE, url(tmp_path), manner]
    done = subprocess.run(command, timeout=60, check=False, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert sql(tmp_path / "codebell.db", "SELECT count(*) FROM x") == [(0,)]


async def test_a_database_held_by_another_program_is_named_so(tmp_path: Path) -> None:
    async with shelf(tmp_path):
        pass
    database = Database(url(tmp_path))
    async with database.bare() as connection:
        await connection.execute("PRAGMA busy_timeout=10")
    holder = sqlite3.connect(tmp_path / "codebell.db", isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    with pytest.raises(StorageError, match="in use by another program"):
        await database.check()
    holder.close()
    await database.close()
