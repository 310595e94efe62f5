"""A backup takes the database's place only when a bot can start from it; what was there is kept."""

import shutil
import sqlite3
import stat
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from alembic import command

from bot import failpoints
from bot.errors import StorageError
from bot.failpoints import Failpoint
from storage.database import Database
from storage.keys import KeyStore
from storage.lock import only_here
from storage.migrations import configuration
from storage.opening import opened
from storage.restore import restore
from storage.vault import Vault, fingerprint
from tests.storage.shelf import MASTER, NOW, OTHER, SECRET, chat, put, sql, stored, url
from tests.storage.tables import NEWEST

AFTER = NOW + timedelta(hours=1)
INSERT = "INSERT INTO chats (id, kind, title, language, created_at, seen_at) VALUES (?, ?, ?, ?, ?, ?)"
KEPT = "codebell.db.before-restore-20260501T130000Z"


@pytest.fixture(autouse=True)
def _disarmed() -> Iterator[None]:
    yield
    failpoints.arm("")


@pytest.fixture
async def backup(tmp_path: Path) -> Path:
    """A backup with a key and chat 1, of a database that has chat 2 by now."""
    copy = tmp_path / "backups" / "monday.db"
    async with opened(url(tmp_path), [MASTER]) as (database, vault):
        await stored(database, vault=vault)
        await put(database, chat(1))
        await database.backup(copy)
        await put(database, chat(2))
    return copy


def chats(path: Path) -> list[object]:
    return [row[0] for row in sql(path, "SELECT id FROM chats ORDER BY id")]


def files(folder: Path) -> dict[str, bytes]:
    """All but the lock, whose bytes are the process's id."""
    here = (path for path in folder.iterdir() if path.is_file() and path.suffix != ".lock")
    return {path.name: path.read_bytes() for path in here}


async def test_a_backup_takes_the_databases_place_which_is_kept_beside_it(
    tmp_path: Path, backup: Path
) -> None:
    done = await restore(url(tmp_path), [MASTER], backup, AFTER)
    assert (done.rows["chats"], done.rows["provider_keys"]) == (1, 1)
    assert done.kept == tmp_path / KEPT
    assert chats(tmp_path / "codebell.db") == [1]
    assert chats(done.kept) == [1, 2]
    assert set(files(tmp_path)) == {"codebell.db", KEPT}
    assert {stat.S_IMODE((tmp_path / name).stat().st_mode) for name in files(tmp_path)} == {0o600}
    async with opened(url(tmp_path), [OTHER, MASTER]) as (database, vault):
        [key] = await KeyStore(database, vault).list(1)
        opening = await KeyStore(database, vault).open(key.id, key.chat_id)
    assert opening.get_secret_value() == SECRET.get_secret_value()


async def test_whoever_has_a_key_is_going_to_be_told_each_time(tmp_path: Path, backup: Path) -> None:
    async with opened(url(tmp_path), [MASTER]) as (database, vault):
        await stored(database, chat_id=2, vault=vault)
        await database.backup(tmp_path / "later.db")
    for copy, told in ((backup, [1]), (tmp_path / "later.db", [1, 2])):
        await restore(url(tmp_path), [MASTER], copy, AFTER)
        due = (
            "SELECT chat_id FROM outbox WHERE kind = 'restored' AND next_try_at IS NOT NULL ORDER BY chat_id"
        )
        assert sql(tmp_path / "codebell.db", due) == [(chat_id,) for chat_id in told]


async def test_what_was_kept_can_be_restored_in_turn(tmp_path: Path, backup: Path) -> None:
    kept = (await restore(url(tmp_path), [MASTER], backup, AFTER)).kept
    assert kept is not None
    await restore(url(tmp_path), [MASTER], kept, AFTER)
    assert chats(tmp_path / "codebell.db") == [1, 2]
    assert set(files(tmp_path)) == {"codebell.db", KEPT, f"{KEPT}.2"}


async def test_a_database_that_is_gone_is_restored_from_its_backup(tmp_path: Path, backup: Path) -> None:
    (tmp_path / "codebell.db").unlink()
    assert (await restore(url(tmp_path), [MASTER], backup, AFTER)).kept is None
    assert chats(tmp_path / "codebell.db") == [1]


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[5000:9000] = bytes(4000)
    path.write_bytes(content)


def said_by(statement: str) -> Callable[[Path], None]:
    def change(path: Path) -> None:
        sql(path, statement)

    return change


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (flip, "the backup .*monday.db is damaged .*: take another one"),
        (lambda path: path.write_bytes(b"Dear diary, " * 1000), "the backup .*monday.db is damaged"),
        (lambda path: path.write_bytes(b""), "holds nothing of this bot"),
        (lambda path: path.unlink(), "there is no backup .*monday.db"),
        (said_by("UPDATE alembic_version SET version_num = '9999'"), "newer than this program"),
        (said_by("UPDATE provider_keys SET kid = 'somebody'"), "master key somebody, which was not given"),
        (
            said_by(
                "INSERT INTO steps (id, activation_id, state, at) VALUES ('s', 'of nothing', 'waiting', 1)"
            ),
            "damaged .a row points nowhere.: take another one",
        ),
    ],
)
async def test_a_backup_no_bot_could_start_from_is_refused_and_nothing_changes(
    tmp_path: Path, backup: Path, spoil: Callable[[Path], object], says: str
) -> None:
    spoil(backup)
    before = files(tmp_path)
    with pytest.raises(StorageError, match=says) as refusal:
        await restore(url(tmp_path), [MASTER], backup, AFTER)
    assert "\n" not in refusal.value.detail
    assert files(tmp_path) == before


async def test_a_backup_under_another_master_key_is_refused_by_its_name(tmp_path: Path, backup: Path) -> None:
    before = files(tmp_path)
    with pytest.raises(StorageError, match=f"monday.db cannot be used: .*{fingerprint(MASTER)}"):
        await restore(url(tmp_path), [OTHER], backup, AFTER)
    assert files(tmp_path) == before


async def test_nothing_is_restored_under_a_running_bot(tmp_path: Path, backup: Path) -> None:
    before = files(tmp_path)
    with only_here(url(tmp_path)), pytest.raises(StorageError, match="already uses the database"):
        await restore(url(tmp_path), [MASTER], backup, AFTER)
    assert files(tmp_path) == before


async def test_before_the_swap_the_database_is_untouched_and_the_proof_is_done(
    tmp_path: Path, backup: Path
) -> None:
    before = files(tmp_path)
    seen: list[dict[str, bytes]] = []
    failpoints.arm(Failpoint.IN_RESTORE, lambda: seen.append(files(tmp_path)))
    await restore(url(tmp_path), [MASTER], backup, AFTER)
    assert seen[0].pop("codebell.db.restoring") == files(tmp_path)["codebell.db"]
    assert seen[0] == before


@pytest.fixture
def torn(tmp_path: Path, backup: Path) -> Path:
    """The database as a bot leaves it that is killed within a transaction: half changed, with its journal."""
    file, elsewhere = tmp_path / "codebell.db", tmp_path / "killed"
    elsewhere.mkdir()
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("PRAGMA cache_size=1")
        connection.execute("BEGIN IMMEDIATE")
        for chat_id in range(1000, 1500):
            connection.execute(INSERT, (chat_id, "private", "t" * 100, "", 0.0, 0.0))
        for name in ("codebell.db", "codebell.db-journal"):
            shutil.copy(tmp_path / name, elsewhere / name)
    return elsewhere


async def test_a_key_without_its_canary_is_no_empty_database(tmp_path: Path, backup: Path) -> None:
    sql(backup, "DELETE FROM vault_canary")
    with pytest.raises(StorageError, match="the database has no canary"):
        await restore(url(tmp_path), [MASTER], backup, AFTER)


async def test_s_19_a_newer_backup_is_called_newer_whatever_its_tables_look_like(
    tmp_path: Path, backup: Path
) -> None:
    sql(backup, "UPDATE alembic_version SET version_num = '9999'")
    sql(backup, "ALTER TABLE provider_keys RENAME COLUMN kid TO sealed_with")
    with pytest.raises(StorageError, match="newer than this program"):
        await restore(url(tmp_path), [MASTER], backup, AFTER)


async def test_without_the_backup_nothing_is_made(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="there is no backup"):
        await restore(url(tmp_path / "data"), [MASTER], tmp_path / "nowhere.db", AFTER)
    assert not (tmp_path / "data").exists()


async def test_the_database_does_not_replace_itself(tmp_path: Path, backup: Path) -> None:
    before, link = files(tmp_path), tmp_path / "backups" / "link.db"
    link.symlink_to(tmp_path / "codebell.db")
    for same in (tmp_path / "codebell.db", link):
        with pytest.raises(StorageError, match="is the database itself"):
            await restore(url(tmp_path), [MASTER], same, AFTER)
    assert files(tmp_path) == before


async def test_a_journal_of_the_old_database_never_meets_the_new_one(torn: Path, backup: Path) -> None:
    assert (torn / "codebell.db-journal").stat().st_size > 0
    kept = (await restore(url(torn), [MASTER], backup, AFTER)).kept
    assert kept is not None
    assert set(files(torn)) == {"codebell.db", KEPT}
    assert chats(torn / "codebell.db") == [1]
    assert chats(kept) == [1, 2]
    assert sql(kept, "PRAGMA integrity_check") == [("ok",)]


async def test_a_log_of_the_old_database_never_meets_the_new_one_either(tmp_path: Path, backup: Path) -> None:
    killed = tmp_path / "killed"
    killed.mkdir()
    with closing(sqlite3.connect(tmp_path / "codebell.db", isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute(INSERT, (3, "private", "", "", 0.0, 0.0))
        for name in ("codebell.db", "codebell.db-wal"):
            shutil.copy(tmp_path / name, killed / name)
    kept = (await restore(url(killed), [MASTER], backup, AFTER)).kept
    assert kept is not None
    assert set(files(killed)) == {"codebell.db", KEPT}
    assert (chats(killed / "codebell.db"), chats(kept)) == ([1], [1, 2, 3])


async def test_a_damaged_database_keeps_its_journal_under_its_new_name(torn: Path, backup: Path) -> None:
    file, journal = torn / "codebell.db", torn / "codebell.db-journal"
    # Its header, and with it what a journal is good for: SQLite cannot bring this one to rest.
    file.write_bytes(b"nothing SQLite knows" + file.read_bytes()[20:])
    journal.write_bytes(b"\0" * 512 + journal.read_bytes()[512:])
    await restore(url(torn), [MASTER], backup, AFTER)
    assert set(files(torn)) == {"codebell.db", KEPT, f"{KEPT}-journal"}
    assert chats(file) == [1]
    assert sql(file, "PRAGMA integrity_check") == [("ok",)]


async def test_a_backup_of_an_older_revision_is_brought_up_to_date_and_left_as_it_is(tmp_path: Path) -> None:
    older, copy = Database(url(tmp_path)), tmp_path / "older.db"
    async with older.engine.begin() as connection:
        upgrade = lambda sync: command.upgrade(configuration(connection=sync), "0001")  # noqa: E731
        await connection.run_sync(upgrade)
    await Vault([MASTER]).unlock(older)
    await older.backup(copy)
    await older.close()
    await restore(url(tmp_path), [MASTER], copy, AFTER)
    assert sql(tmp_path / "codebell.db", "SELECT version_num FROM alembic_version") == [(NEWEST,)]
    assert sql(copy, "SELECT version_num FROM alembic_version") == [("0001",)]
    assert set(files(tmp_path)) == {"codebell.db", KEPT, "older.db"}
