"""A sealed backup: opened by who has the master key alone, and by nobody once a bit of it was changed."""

import asyncio
import os
from pathlib import Path

import pytest

from bot.__main__ import main
from bot.clock import now
from bot.errors import StorageError
from bot.sealed import MAGIC, MOST, Copy, Seals, StillBackingUp, is_sealed, open_file, seal_file, unsealed
from storage.database import Database
from storage.vault import fingerprint
from tests.prompt import address, go_to, make
from tests.storage.shelf import sql

MASTER, OTHER = b"m" * 32, b"x" * 32
#: Of the file's head, and of a chunk with its tag.
HEAD, CHUNK = 46, 64 * 2**10 + 16


def sealed(folder: Path, content: bytes) -> Path:
    (folder / "plain").write_bytes(content)
    seal_file(folder / "plain", folder / "sealed", MASTER)
    return folder / "sealed"


@pytest.mark.parametrize("size", [0, 1, 64 * 2**10 - 1, 64 * 2**10, 64 * 2**10 + 1, 200_000])
def test_what_was_sealed_is_opened_whole(tmp_path: Path, size: int) -> None:
    content = os.urandom(size)
    file = sealed(tmp_path, content)
    assert is_sealed(file)
    open_file(file, tmp_path / "opened", [OTHER, MASTER])
    assert (tmp_path / "opened").read_bytes() == content
    assert content[:64] not in file.read_bytes() or not content


def test_files_are_private_and_nothing_else_is_left(tmp_path: Path) -> None:
    file = sealed(tmp_path, b"words")
    open_file(file, tmp_path / "opened", [MASTER])
    assert {each.name for each in tmp_path.iterdir()} == {"plain", "sealed", "opened"}
    assert file.stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "opened").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("at", [20, HEAD - 1, HEAD, HEAD + 5, HEAD + CHUNK + 5, -1])
def test_a_changed_bit_opens_nothing(tmp_path: Path, at: int) -> None:
    file = sealed(tmp_path, os.urandom(100_000))
    content = bytearray(file.read_bytes())
    content[at] ^= 1
    file.write_bytes(content)
    with pytest.raises(StorageError):
        open_file(file, tmp_path / "opened", [MASTER])
    assert not (tmp_path / "opened").exists()


@pytest.mark.parametrize("left", [HEAD + CHUNK, HEAD + 2 * CHUNK, HEAD + CHUNK + 100])
def test_one_that_was_cut_off_opens_nothing(tmp_path: Path, left: int) -> None:
    file = sealed(tmp_path, os.urandom(3 * 64 * 2**10))
    file.write_bytes(file.read_bytes()[:left])
    with pytest.raises(StorageError, match="damaged or was changed"):
        open_file(file, tmp_path / "opened", [MASTER])


def test_chunks_that_changed_places_open_nothing(tmp_path: Path) -> None:
    file = sealed(tmp_path, os.urandom(3 * 64 * 2**10))
    content = file.read_bytes()
    first, second = content[HEAD : HEAD + CHUNK], content[HEAD + CHUNK : HEAD + 2 * CHUNK]
    file.write_bytes(content[:HEAD] + second + first + content[HEAD + 2 * CHUNK :])
    with pytest.raises(StorageError, match="damaged or was changed"):
        open_file(file, tmp_path / "opened", [MASTER])


def test_without_its_master_key_it_says_which_one_is_missing(tmp_path: Path) -> None:
    file = sealed(tmp_path, b"words")
    with pytest.raises(StorageError, match=f"sealed with master key {fingerprint(MASTER)}: add it"):
        open_file(file, tmp_path / "opened", [OTHER])


@pytest.mark.parametrize("content", [b"", b"SQLite format 3\x00", MAGIC])
def test_what_is_no_sealed_backup_is_said_to_be_none(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "file").write_bytes(content)
    with pytest.raises(StorageError, match="is no sealed backup"):
        open_file(tmp_path / "file", tmp_path / "opened", [MASTER])


def test_what_is_not_there_or_in_the_way_is_said(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="there is no backup"):
        open_file(tmp_path / "nowhere", tmp_path / "opened", [MASTER])
    (tmp_path / "opened").touch()
    with pytest.raises(StorageError, match="exists already"):
        open_file(sealed(tmp_path, b""), tmp_path / "opened", [MASTER])
    assert not is_sealed(tmp_path / "nowhere")


def test_a_bot_may_send_so_many_bytes() -> None:
    assert Copy(Path("x"), MOST, 1, "").can_be_sent
    assert not Copy(Path("x"), MOST + 1, 1, "").can_be_sent


def test_a_sealed_backup_is_restored_like_any_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    go_to(tmp_path, monkeypatch)
    make(tmp_path, "the-first-secret")
    copy = asyncio.run(backed_up(tmp_path))
    file = copy.keep()
    assert copy.rows == 2
    assert b"SQLite" not in file.read_bytes()
    sql(tmp_path / "codebell.db", "DELETE FROM provider_keys")
    assert main(["restore", str(file)]) == 0
    assert f"restored from {file}" in capsys.readouterr().out
    assert sql(tmp_path / "codebell.db", "SELECT count(*) FROM provider_keys") == [(1,)]
    assert [each.name for each in tmp_path.iterdir() if "seal" in each.name] == [file.name]


LEFT = (
    "codebell.db.sealing",
    "codebell.db.sealing.part",
    "codebell.db.unsealed",
    "codebell.db.unsealed.opening",
    "codebell-20260501-120000.sealed.leaving",
)


@pytest.mark.parametrize("then", ["a start", "a backup", "a restore"])
def test_what_a_killed_process_left_is_removed(
    then: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_to(tmp_path, monkeypatch)
    make(tmp_path, "the-first-secret")
    kept = asyncio.run(backed_up(tmp_path)).keep()
    for name in LEFT:
        (tmp_path / name).write_bytes(b"left")
    match then:
        case "a start":
            asyncio.run(tidied(tmp_path))
        case "a backup":
            asyncio.run(backed_up(tmp_path)).discard()
        case _:
            assert main(["restore", str(kept)]) == 0
    assert [each.name for each in tmp_path.iterdir() if "seal" in each.name] == [kept.name]


async def tidied(folder: Path) -> None:
    database = Database(address(folder))
    Seals(database, [MASTER], now).tidy()
    await database.close()


async def backed_up(folder: Path) -> Copy:
    database = Database(address(folder))
    try:
        return await Seals(database, [MASTER], now).make()
    finally:
        await database.close()


async def test_a_backup_at_a_time_is_made(tmp_path: Path) -> None:
    database = Database(address(tmp_path))
    seals = Seals(database, [MASTER], now)
    try:
        done = await asyncio.gather(seals.make(), seals.make(), return_exceptions=True)
    finally:
        await database.close()
    assert [type(each) for each in done] == [StorageError, StillBackingUp]
    assert sorted(os.listdir(tmp_path)) == ["codebell.db"]


def test_what_is_not_sealed_is_itself(tmp_path: Path) -> None:
    with unsealed(tmp_path / "copy.db", address(tmp_path), [MASTER]) as file:
        assert file == tmp_path / "copy.db"
