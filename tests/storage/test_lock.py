"""One bot per database, and a crash frees it."""

import subprocess
import sys
from pathlib import Path

import pytest

from bot.errors import StorageError
from storage.lock import only_here
from tests.storage.shelf import url

HOLD = """
import sys
from storage.lock import only_here
with only_here(sys.argv[1]):
    sys.stdout.write("held\\n")
    sys.stdout.flush()
    sys.stdin.read()
"""


def test_a_second_bot_on_the_same_database_is_refused(tmp_path: Path) -> None:
    other = tmp_path / "link"
    other.symlink_to(tmp_path)
    with only_here(url(tmp_path)):
        for same in (url(tmp_path), url(other)):
            with pytest.raises(StorageError, match="already uses the database"), only_here(same):
                pass


def test_another_process_is_named_and_its_death_frees_the_database(tmp_path: Path) -> None:
    command = [sys.executable, "-c", HOLD, url(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(StorageError, match=rf"\(process {holder.pid}\)"), only_here(url(tmp_path)):
            pass
        holder.kill()
        holder.wait()
        with only_here(url(tmp_path)):
            pass


def test_two_databases_in_one_folder_do_not_see_each_other(tmp_path: Path) -> None:
    with only_here(url(tmp_path)), only_here(f"sqlite+aiosqlite:///{tmp_path / 'second.db'}"):
        pass


def test_a_database_without_a_file_needs_no_lock() -> None:
    with only_here("sqlite+aiosqlite://"), only_here("sqlite+aiosqlite://"):
        pass
