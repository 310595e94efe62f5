"""The command line: its exit codes, and the one line it says when it cannot go on."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot import failpoints
from bot.__main__ import main
from bot.failpoints import Failpoint
from storage.vault import fingerprint
from tests.prompt import MASTER, NEWER, TOKEN, go_to, make
from tests.storage.shelf import sql

ROOT = Path(__file__).parent.parent


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to be in, with the two secrets and a database of its own."""
    go_to(tmp_path, monkeypatch)
    return tmp_path


@pytest.fixture(autouse=True)
def _disarmed() -> Iterator[None]:
    yield
    failpoints.arm("")


def run(folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """`python -m bot` in a process of its own, with nothing but these settings."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return subprocess.run(
        [sys.executable, "-m", "bot"],
        cwd=folder,
        env={**kept, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_missing_token_is_one_line_and_exit_code_2_before_anything_starts(tmp_path: Path) -> None:
    done = run(tmp_path, MASTER_KEY=MASTER)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "codebell: BOT_TOKEN: is missing; set BOT_TOKEN or BOT_TOKEN_FILE\n"
    assert list(tmp_path.iterdir()) == []


def test_a_provider_nobody_knows_is_one_line_and_exit_code_2_before_anything_starts(tmp_path: Path) -> None:
    sites = '{"smsbauer": "https://example.org"}'
    done = run(tmp_path, BOT_TOKEN=TOKEN, MASTER_KEY=MASTER, BASE_URLS=sites)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "codebell: BASE_URLS or PROVIDERS: there is no provider 'smsbauer'\n"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "command",
    [[], ["run"], ["rotate-keys"], ["check", "--alive"], ["backup", "copy.db"], ["restore", "copy.db"]],
)
def test_every_command_says_which_setting_is_wrong(
    folder: Path,
    command: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("MASTER_KEY", "not-a-master-key")
    assert main(command) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("codebell: MASTER_KEY: ")
    assert said.err.count("\n") == 1
    assert "not-a-master-key" not in said.err
    assert list(folder.iterdir()) == []


def test_a_database_that_cannot_be_used_is_one_line_and_exit_code_2(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "codebell.db").write_bytes(b"this is no database " * 100)
    assert main(["rotate-keys"]) == 2
    said = capsys.readouterr().err
    assert said.startswith("codebell: the database ")
    assert said.count("\n") == 1


@pytest.mark.parametrize("command", [["rotate-keys"], ["backup", "copy.db"], ["restore", "copy.db"]])
def test_s_18_a_missing_volume_is_one_line_and_exit_code_2(
    command: list[str], folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", "sqlite+aiosqlite:////proc/volume/codebell.db")
    (folder / "copy.db").touch()
    assert main(command) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert re.fullmatch(r"codebell: .*/proc/volume/codebell\.db.*\n", said.err)
    assert [path.name for path in folder.iterdir()] == ["copy.db"]


def test_the_database_is_backed_up(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make(folder)
    assert main(["backup", str(folder / "copy.db")]) == 0
    assert (folder / "copy.db").stat().st_size > 0
    assert capsys.readouterr().out.splitlines()[1:] == ["rows: vault_canary 1"]
    assert main(["backup", str(folder / "copy.db")]) == 2


def test_a_backup_tells_of_its_own_rows_not_of_those_that_came_since(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make(folder)
    chat = "INSERT INTO chats (id, kind, title, language, created_at, seen_at) VALUES (1, '', '', '', 0, 0)"
    failpoints.arm(Failpoint.IN_BACKUP, lambda: sql(folder / "codebell.db", chat))
    assert main(["backup", "copy.db"]) == 0
    assert capsys.readouterr().out.splitlines()[1:] == ["rows: vault_canary 1"]


def test_a_backup_nobody_could_open_with_this_master_key_says_so(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    make(folder)
    monkeypatch.setenv("MASTER_KEY", NEWER)
    assert main(["backup", "copy.db"]) == 0
    assert capsys.readouterr().out.splitlines()[2] == (
        "but no bot starts from it with this MASTER_KEY: the database is sealed with master key "
        f"{fingerprint(b'm' * 32)}, which was not given: add it to MASTER_KEY or its file"
    )


def test_no_key_is_rotated_where_there_is_no_database(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["rotate-keys"]) == 2
    assert capsys.readouterr() == ("", f"codebell: there is no database {folder / 'codebell.db'}\n")
    assert list(folder.iterdir()) == []


def test_a_rotation_tells_which_master_keys_can_go(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, broken = make(folder, "the-first-secret", "the-other-secret")
    sql(folder / "codebell.db", "UPDATE provider_keys SET chat_id = 9 WHERE id = ?", broken)
    older, newer = fingerprint(b"m" * 32), fingerprint(b"n" * 32)
    monkeypatch.setenv("MASTER_KEY", f"{NEWER} {MASTER}")
    assert main(["rotate-keys"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        f"sealed anew with master key {newer}: 1",
        f"the smsbower key {broken} of chat 9 does not decrypt: its chat must remove it and add it again",
        f"master key {older} is still needed by 1: keep it, and rotate again after that",
    ]
    sql(folder / "codebell.db", "DELETE FROM provider_keys WHERE id = ?", broken)
    assert main(["rotate-keys"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        f"sealed anew with master key {newer}: 0",
        f"master key {older} holds nothing in this database any more: take it out of MASTER_KEY, and keep it "
        "with the backups made before",
    ]
    monkeypatch.setenv("MASTER_KEY", NEWER)
    assert main(["rotate-keys"]) == 0


def test_a_backup_is_restored_in_plain_words(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make(folder)
    assert main(["backup", "copy.db"]) == 0
    capsys.readouterr()
    assert main(["restore", "copy.db"]) == 0
    done, rows, before, after = capsys.readouterr().out.splitlines()
    assert (done, rows) == ("restored from copy.db", "rows: vault_canary 1")
    assert re.fullmatch(
        r"the database before it: kept as .*before-restore-\d{8}T\d{6}Z; delete it .*", before
    )
    assert after.startswith("next: start the bot; what was bought, rented or sent after the backup")


def test_what_a_restored_backup_still_needs_is_said(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    make(folder, "the-first-secret", "the-other-secret")
    assert main(["backup", "copy.db"]) == 0
    monkeypatch.setenv("MASTER_KEY", f"{NEWER} {MASTER}")
    capsys.readouterr()
    assert main(["restore", "copy.db"], lambda: datetime(2026, 5, 1, tzinfo=UTC)) == 0
    _, _, before, needed, _ = capsys.readouterr().out.splitlines()
    assert "before-restore-20260501T000000Z" in before
    older = fingerprint(b"m" * 32)
    assert needed == f"the older master key {older} is needed by 2 of its keys: run rotate-keys"


def test_from_a_backup_that_is_not_there_nothing_is_made(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["restore", "nowhere.db"]) == 2
    assert capsys.readouterr().err == "codebell: there is no backup nowhere.db\n"
    assert list(folder.iterdir()) == []


def test_no_backup_is_made_where_there_is_no_database(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["backup", "copy.db"]) == 2
    assert capsys.readouterr() == ("", f"codebell: there is no database {folder / 'codebell.db'}\n")
    assert list(folder.iterdir()) == []


def test_no_backup_is_made_of_what_is_not_this_bots(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "codebell.db").touch()
    assert main(["backup", "copy.db"]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.endswith("codebell.db holds nothing of this bot\n")
    assert not (folder / "copy.db").exists()


def test_check_tells_by_its_exit_code_whether_the_bot_lives(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", "--alive"]) == 2
    assert "HEARTBEAT_FILE" in capsys.readouterr().err
    file = folder / "alive"
    monkeypatch.setenv("HEARTBEAT_FILE", str(file))
    assert main(["check", "--alive"]) == 1
    file.touch()
    assert main(["check", "--alive"]) == 0
    long_ago = time.time() - 3600
    os.utime(file, (long_ago, long_ago))
    assert main(["check", "--alive"]) == 1


def test_a_command_nobody_knows_shows_the_commands(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["dance"])
    assert ended.value.code == 2
    assert "rotate-keys" in capsys.readouterr().err
