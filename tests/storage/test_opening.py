"""The start: everything in order, or one line and nothing changed."""

import hashlib
from pathlib import Path

import pytest

from bot.errors import SettingsError, StorageError
from storage.keys import KeyStore
from storage.opening import opened
from tests.storage.shelf import MASTER, OTHER, SECRET, sql, stored, url


async def test_what_was_stored_is_there_after_a_restart(tmp_path: Path) -> None:
    async with opened(url(tmp_path), [MASTER]) as (database, vault):
        row = await stored(database, vault=vault)
    async with opened(url(tmp_path), [OTHER, MASTER]) as (database, vault):
        opened_key = await KeyStore(database, vault).open(row.id, row.chat_id)
        assert opened_key.get_secret_value() == SECRET.get_secret_value()


async def test_a_first_start_without_a_key_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="no master key"):
        async with opened(url(tmp_path), []):
            pass


async def test_s_8_a_wrong_key_changes_no_byte_even_of_a_database_to_be_migrated(tmp_path: Path) -> None:
    async with opened(url(tmp_path), [MASTER]):
        pass
    file = tmp_path / "codebell.db"
    sql(file, "UPDATE alembic_version SET version_num = '0001'")
    before = hashlib.sha256(file.read_bytes()).digest()
    with pytest.raises(StorageError, match="master key"):
        async with opened(url(tmp_path), [OTHER]):
            pass
    assert hashlib.sha256(file.read_bytes()).digest() == before


async def test_s_19_a_newer_database_is_called_newer_whatever_its_tables_look_like(tmp_path: Path) -> None:
    async with opened(url(tmp_path), [MASTER]) as (database, vault):
        await stored(database, vault=vault)
    file = tmp_path / "codebell.db"
    for statement in (
        "UPDATE alembic_version SET version_num = '9999'",
        "ALTER TABLE provider_keys RENAME COLUMN kid TO sealed_with",
    ):
        sql(file, statement)
    before = file.read_bytes()
    with pytest.raises(StorageError, match="revision 9999, newer than this program"):
        async with opened(url(tmp_path), [MASTER]):
            pass
    assert file.read_bytes() == before


async def test_a_table_somebody_changed_is_one_line(tmp_path: Path) -> None:
    async with opened(url(tmp_path), [MASTER]):
        pass
    sql(tmp_path / "codebell.db", "ALTER TABLE provider_keys RENAME COLUMN kid TO sealed_with")
    with pytest.raises(StorageError, match="cannot be used: no such column") as refusal:
        async with opened(url(tmp_path), [MASTER]):
            pass
    assert "\n" not in refusal.value.detail


@pytest.mark.parametrize(
    "memory", ["sqlite+aiosqlite://", "sqlite+aiosqlite:///", "sqlite+aiosqlite:///:memory:"]
)
async def test_a_database_without_a_file_is_refused(memory: str) -> None:
    with pytest.raises(SettingsError, match="DATABASE_URL: names no file"):
        async with opened(memory, [MASTER]):
            pass


async def test_what_must_be_there_already_is_not_made(tmp_path: Path) -> None:
    file = tmp_path / "codebell.db"
    with pytest.raises(StorageError, match="there is no database"):
        async with opened(url(tmp_path / "data"), [MASTER], new=False):
            pass
    assert not (tmp_path / "data").exists()
    file.touch()
    with pytest.raises(StorageError, match="holds nothing of this bot"):
        async with opened(url(tmp_path), [MASTER], new=False):
            pass
    assert file.read_bytes() == b""


async def test_what_a_killed_restore_left_is_gone_after_the_next_start(tmp_path: Path) -> None:
    left = [tmp_path / "codebell.db.restoring", tmp_path / "codebell.db.restoring-journal"]
    for path in left:
        path.write_text("codes and sealed keys")
    async with opened(url(tmp_path), [MASTER]):
        pass
    assert [path for path in left if path.exists()] == []


async def test_a_second_start_beside_the_first_is_refused_and_the_first_goes_on(tmp_path: Path) -> None:
    async with opened(url(tmp_path), [MASTER]) as (database, vault):
        with pytest.raises(StorageError, match="already uses"):
            async with opened(url(tmp_path), [MASTER]):
                pass
        await stored(database, vault=vault)


async def test_a_failed_start_frees_the_lock(tmp_path: Path) -> None:
    async with opened(url(tmp_path), [MASTER]):
        pass
    with pytest.raises(StorageError):
        async with opened(url(tmp_path), [OTHER]):
            pass
    async with opened(url(tmp_path), [MASTER]):
        pass


async def test_a_backup_is_a_database_to_start_from(tmp_path: Path) -> None:
    async with opened(url(tmp_path), [MASTER]) as (database, vault):
        row = await stored(database, vault=vault)
        restored = tmp_path / "restored" / "codebell.db"
        await database.backup(restored)
    async with opened(url(restored.parent), [MASTER]) as (database, vault):
        opened_key = await KeyStore(database, vault).open(row.id, row.chat_id)
        assert opened_key.get_secret_value() == SECRET.get_secret_value()
