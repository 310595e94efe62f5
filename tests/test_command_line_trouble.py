"""Commands that cannot go on, or are broken off: one line that says what is left, and never a traceback."""

import logging
import os
import re
import resource
import runpy
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bot import __main__ as command_line
from bot import failpoints
from bot.__main__ import main
from bot.failpoints import Failpoint
from bot.log import Console
from tests.prompt import MASTER, NEWER, TOKEN, go_to, make


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to be in, with a database."""
    go_to(tmp_path, monkeypatch)
    make(tmp_path)
    return tmp_path


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    """Ctrl-C ends it; no failpoint, no signal of ours and no log of ours is left."""
    root, hook = logging.getLogger(), sys.excepthook
    # Who is started in the background ignores it.
    signals = signal.signal(signal.SIGINT, signal.default_int_handler)
    handlers, level = list(root.handlers), root.level
    yield
    failpoints.arm("")
    root.handlers, sys.excepthook = handlers, hook
    root.setLevel(level)
    signal.signal(signal.SIGINT, signals)
    logging.captureWarnings(False)


def refusal(capsys: pytest.CaptureFixture[str], command: list[str]) -> str:
    """The one line with which a command ends that cannot be carried out."""
    assert main(command) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert re.fullmatch(r"codebell: [^\n]+\n", said.err)
    return said.err


def left(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()} - {"codebell.db", "codebell.db.lock"}


@pytest.mark.parametrize(
    ("command", "says"),
    [
        (["backup", ""], "the backup . cannot be written: give it the name of a file"),
        (["backup", "."], "the backup . cannot be written: give it the name of a file"),
        (["backup", "b" * 300], "cannot be written: File name too long"),
        (["backup", "b" * 253], "cannot be written: File name too long"),
        (["backup", "a\0b"], "null byte"),
        (["backup", "codebell.db/copy.db"], "cannot be written: File exists"),
        (["restore", ""], "the backup . cannot be read: Is a directory"),
        (["restore", "b" * 300], "cannot be read: File name too long"),
        (["restore", "a\0b"], "null byte"),
        (["restore", "codebell.db"], "codebell.db is the database itself, not a backup of it"),
    ],
)
def test_a_file_that_cannot_be_used_is_one_line(
    folder: Path, command: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert says in refusal(capsys, command)
    assert left(folder) == set()


@pytest.mark.parametrize("command", [["rotate-keys"], ["restore", "copy.db"]])
@pytest.mark.parametrize("ending", [".restoring", ".lock"])
def test_a_folder_in_the_way_is_named(
    folder: Path, command: list[str], ending: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["backup", "copy.db"]) == 0
    capsys.readouterr()
    (folder / "codebell.db.lock").unlink()
    (folder / f"codebell.db{ending}").mkdir()
    assert f"codebell.db{ending}" in refusal(capsys, command)


@pytest.fixture
def closed(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder that is not ours to look into, also for root, in one that is; apart from pytest's."""
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        home, me = Path(name), os.geteuid()
        home.chmod(0o777)
        go_to(home, monkeypatch)
        make(home)
        (home / "closed").mkdir()
        (home / "closed").chmod(0)
        (home / "codebell.db").chmod(0o666)
        if me == 0:
            os.seteuid(65534)
        try:
            yield home / "closed"
        finally:
            os.seteuid(me)
            (home / "closed").chmod(0o700)


def test_a_closed_folder_is_named_whatever_is_looked_for_in_it(
    closed: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    denied = f"{closed / 'x.db'} cannot be "
    for command in (["backup", str(closed / "x.db")], ["restore", str(closed / "x.db")]):
        assert denied in refusal(capsys, command)
    monkeypatch.setenv("DATABASE_URL", f"sqlite+aiosqlite:///{closed / 'x.db'}")
    for command in (["backup", "copy.db"], ["rotate-keys"]):
        assert denied in refusal(capsys, command)


def test_a_lock_of_somebody_else_is_named(closed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    if os.getuid() != 0:
        (closed.parent / "codebell.db.lock").chmod(0)
    said = refusal(capsys, ["rotate-keys"])
    assert f"the lock {closed.parent / 'codebell.db.lock'} cannot be opened: Permission denied" in said


@contextmanager
def disk_of(size: int) -> Iterator[None]:
    """No file can grow beyond so many bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_is_the_copys_not_the_databases_and_nothing_is_left_on_it(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "usb").mkdir()
    with disk_of(8192):
        said = refusal(capsys, ["backup", "usb/copy.db"])
    assert "the copy usb/copy.db cannot be written: disk I/O error" in said
    assert left(folder / "usb") == set()


def test_a_restore_or_a_rotation_on_a_full_disk_is_one_line(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["backup", "copy.db"]) == 0
    capsys.readouterr()
    monkeypatch.setenv("MASTER_KEY", f"{NEWER} {MASTER}")
    before = (folder / "codebell.db").read_bytes()
    with disk_of(0):
        assert "codebell.db.restoring cannot be written" in refusal(capsys, ["restore", "copy.db"])
        assert "codebell.db cannot be used: disk I/O error" in refusal(capsys, ["rotate-keys"])
    assert (folder / "codebell.db").read_bytes() == before
    assert left(folder) == {"copy.db"}


def interrupt() -> None:
    raise KeyboardInterrupt


def ctrl_c() -> None:
    signal.raise_signal(signal.SIGINT)


@pytest.mark.parametrize(
    ("command", "point", "end", "says"),
    [
        (["backup", "new.db"], Failpoint.IN_BACKUP, interrupt, "no backup was made"),
        (["backup", "new.db"], Failpoint.IN_BACKUP, ctrl_c, "new.db was there before, or is whole"),
        (["restore", "copy.db"], Failpoint.IN_RESTORE, interrupt, "run it again"),
        (["restore", "copy.db"], Failpoint.IN_RESTORE, ctrl_c, "run it again"),
    ],
)
def test_a_command_that_is_broken_off_is_not_taken_for_done(
    folder: Path,
    command: list[str],
    point: Failpoint,
    end: Callable[[], None],
    says: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["backup", "copy.db"]) == 0
    capsys.readouterr()
    failpoints.arm(point, end)
    assert main(command) == 130
    assert capsys.readouterr() == ("", f"codebell: interrupted: {says}\n")
    assert main(["rotate-keys"]) == 0
    assert {name for name in left(folder) if "before-restore" not in name} <= {"copy.db", "new.db"}


def test_a_rotation_that_is_broken_off_goes_on_where_it_stopped(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    make(folder, "the-first-secret", "the-other-secret")
    monkeypatch.setenv("MASTER_KEY", f"{NEWER} {MASTER}")
    failpoints.arm(Failpoint.IN_ROTATION, interrupt)
    assert main(["rotate-keys"]) == 130
    assert capsys.readouterr() == ("", "codebell: interrupted: run it again\n")
    failpoints.arm("")
    assert main(["rotate-keys"]) == 0
    assert capsys.readouterr().out.splitlines()[0].endswith(": 2")


def test_a_secret_file_everybody_can_read_is_told_at_the_start(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "token").write_text(TOKEN)
    (folder / "token").chmod(0o644)
    monkeypatch.setenv("BOT_TOKEN_FILE", str(folder / "token"))
    monkeypatch.setenv("BASE_URLS", '{"smsbauer": "https://example.org"}')
    assert main(["run"]) == 2
    assert "BOT_TOKEN_FILE can be read by every user of this machine: chmod 400" in capsys.readouterr().err


def test_the_log_of_every_command_is_without_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["codebell", "dance"])
    with pytest.raises(SystemExit):
        runpy.run_path(command_line.__file__, run_name="__main__")
    assert any(isinstance(handler, Console) for handler in logging.getLogger().handlers)
