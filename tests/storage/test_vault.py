"""Master keys: the wrong one stops the start, rotation survives interruption, nobody swaps rows."""

import hashlib
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import func, select

from bot import failpoints
from bot.errors import BrokenKey, SettingsError, StorageError
from bot.failpoints import Failpoint
from storage.database import Database
from storage.keys import KeyStore
from storage.models import Canary, Key, State
from storage.vault import Vault, fingerprint
from tests.mortal import Killed
from tests.storage.shelf import MASTER, NOW, OLDER, OTHER, SECRET, number, put, shelf, sql, stored, url


def hash_of(folder: Path) -> str:
    return hashlib.sha256((folder / "codebell.db").read_bytes()).hexdigest()


async def filled(folder: Path, vault: Vault) -> None:
    async with shelf(folder) as database:
        await vault.unlock(database)
        await stored(database, vault=vault)


@pytest.mark.parametrize("keys", [[], [OTHER], [OTHER, OLDER]])
async def test_s_8_a_wrong_or_missing_master_key_is_refused_by_name_and_changes_nothing(
    tmp_path: Path, keys: list[bytes]
) -> None:
    await filled(tmp_path, Vault([MASTER]))
    before = hash_of(tmp_path)
    database = Database(url(tmp_path))
    with pytest.raises(StorageError, match=f"master key {fingerprint(MASTER)}"):
        await Vault(keys).unlock(database)
    await database.close()
    assert hash_of(tmp_path) == before


async def test_the_canary_alone_tells_a_wrong_key(database: Database) -> None:
    await Vault([MASTER]).unlock(database)
    with pytest.raises(StorageError, match=fingerprint(MASTER)):
        await Vault([OTHER]).unlock(database)


async def test_a_canary_that_was_tampered_with_is_refused(database: Database) -> None:
    await Vault([MASTER]).unlock(database)
    async with database.begin() as session:
        canary = await session.get_one(Canary, 1)
        canary.ciphertext = bytes(len(canary.ciphertext))
    with pytest.raises(StorageError, match="does not open this database"):
        await Vault([MASTER]).unlock(database)


async def test_the_right_key_unlocks_also_as_an_older_one(database: Database) -> None:
    await stored(database)
    for keys in ([MASTER], [OTHER, MASTER], [MASTER, OTHER]):
        await Vault(keys).unlock(database)


async def test_without_a_master_key_even_an_empty_database_does_not_start(database: Database) -> None:
    with pytest.raises(StorageError, match="no master key"):
        await Vault([]).unlock(database)


async def test_a_file_without_tables_proves_nothing_and_gets_none(tmp_path: Path) -> None:
    database = Database(url(tmp_path))
    await Vault([MASTER]).unlock(database)
    await database.close()
    assert sql(tmp_path / "codebell.db", "SELECT name FROM sqlite_master") == []


def test_a_master_key_of_another_length_is_refused() -> None:
    with pytest.raises(SettingsError, match="32 bytes"):
        Vault([MASTER, b"short"])


def test_a_vault_shows_fingerprints_only() -> None:
    assert repr(Vault([MASTER])) == f"Vault({fingerprint(MASTER)})"
    assert MASTER.hex()[:8] not in fingerprint(MASTER)


def test_the_same_secret_is_never_sealed_twice_the_same() -> None:
    sealed = [Vault([MASTER]).seal("secret-value", "k", 1, "smsak") for _ in range(2)]
    assert sealed[0].nonce != sealed[1].nonce
    assert sealed[0].ciphertext != sealed[1].ciphertext


async def test_s_11_swapped_ciphertexts_open_for_neither(database: Database) -> None:
    one = await stored(database, SecretStr("the-key-of-one"), chat_id=1)
    two = await stored(database, SecretStr("the-key-of-two"), chat_id=2)
    async with database.begin() as session:
        first, second = await session.get_one(Key, one.id), await session.get_one(Key, two.id)
        first.nonce, second.nonce = second.nonce, first.nonce
        first.ciphertext, second.ciphertext = second.ciphertext, first.ciphertext
    keys = KeyStore(database, Vault([MASTER]))
    for row in (one, two):
        with pytest.raises(BrokenKey, match=row.id):
            await keys.open(row.id, row.chat_id)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("chat_id", 2),
        ("provider", "smsak"),
        ("kid", "somebody"),
        ("nonce", bytes(12)),
        ("nonce", b""),
        ("ciphertext", b"\0"),
    ],
)
async def test_a_row_changed_behind_the_bots_back_does_not_open(
    tmp_path: Path, column: str, value: object
) -> None:
    async with shelf(tmp_path) as database:
        row = await stored(database)
        sql(tmp_path / "codebell.db", f"UPDATE provider_keys SET {column} = ?", value)  # noqa: S608
        wanted_by = 2 if column == "chat_id" else row.chat_id
        with pytest.raises(BrokenKey):
            await KeyStore(database, Vault([MASTER])).open(row.id, wanted_by)


async def test_s_10_a_rotation_killed_at_any_key_resumes_and_every_key_decrypts_throughout(
    database: Database,
) -> None:
    old, ring, new = Vault([OLDER]), Vault([MASTER, OLDER]), Vault([MASTER])
    rows = [await stored(database, SecretStr(f"secret-number-{n}"), vault=old) for n in range(7)]
    await old.unlock(database)
    for nth in (1, 2, 3, 4):
        with pytest.raises(Killed):
            await killed_at(nth, ring, database)
        await ring.unlock(database)
        assert await opened(database, ring, rows) == [f"secret-number-{n}" for n in range(7)]
    assert await count_under(database, old) == 3
    assert (await ring.rotate(database)).held == {ring.kid: 7, old.kid: 0}
    await new.unlock(database)
    assert await opened(database, new, rows) == [f"secret-number-{n}" for n in range(7)]


async def killed_at(nth: int, ring: Vault, database: Database) -> None:
    """A rotation two keys at a time, whose process ends at the nth key."""
    keys = iter(range(1, nth))

    def end() -> None:
        if next(keys, None) is None:
            raise Killed

    failpoints.arm(Failpoint.IN_ROTATION, end)
    try:
        await ring.rotate(database, batch=2)
    finally:
        failpoints.arm("")


async def opened(database: Database, vault: Vault, rows: list[Key]) -> list[str]:
    keys = KeyStore(database, vault)
    return [(await keys.open(row.id, row.chat_id)).get_secret_value() for row in rows]


async def count_under(database: Database, vault: Vault) -> int:
    async with database.begin() as session:
        return await session.scalar(select(func.count()).select_from(Key).where(Key.kid == vault.kid)) or 0


async def test_s_10_the_old_key_is_needed_until_rotation_is_over(database: Database) -> None:
    old, ring, new = Vault([OLDER]), Vault([MASTER, OLDER]), Vault([MASTER])
    for n in range(3):
        await stored(database, SecretStr(f"secret-number-{n}"), vault=old)
    with pytest.raises(Killed):
        await killed_at(3, ring, database)
    with pytest.raises(StorageError, match=old.kid):
        await new.unlock(database)
    rotation = await ring.rotate(database, batch=2)
    assert (rotation.sealed, rotation.broken) == (1, ())
    await new.unlock(database)


async def test_a_broken_key_does_not_stop_the_rotation_of_the_others(tmp_path: Path) -> None:
    old, ring = Vault([OLDER]), Vault([MASTER, OLDER])
    async with shelf(tmp_path) as database:
        rows = [await stored(database, SecretStr(f"secret-number-{n}"), vault=old) for n in range(5)]
        sql(tmp_path / "codebell.db", "UPDATE provider_keys SET chat_id = 9 WHERE id = ?", rows[2].id)
        rotation = await ring.rotate(database, batch=1)
        assert (rotation.sealed, rotation.broken) == (4, (f"the smsbower key {rows[2].id} of chat 9",))
        assert rotation.held == {ring.kid: 4, old.kid: 1}
        assert await count_under(database, ring) == 4


async def test_a_key_that_was_emptied_is_held_by_no_master_key(database: Database) -> None:
    row = await stored(database)
    await put(database, number(row, "n", State.FINISHED))
    assert await KeyStore(database, Vault([MASTER])).remove(row.id, 1, NOW)
    vault = Vault([OTHER, MASTER])
    assert (await vault.rotate(database)).held == {fingerprint(OTHER): 0, fingerprint(MASTER): 0}
    assert await vault.older(database) == {}


async def test_what_lies_under_an_older_master_key_is_counted(database: Database) -> None:
    await stored(database)
    assert await Vault([OTHER, MASTER]).older(database) == {fingerprint(MASTER): 1}
    assert await Vault([MASTER, OTHER]).older(database) == {}


def content(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.iterdir()))


async def test_x_1_nothing_readable_lies_in_any_file_but_the_last_four_characters(tmp_path: Path) -> None:
    async with shelf(tmp_path) as database:
        await Vault([MASTER]).unlock(database)
        await stored(database)
        await database.backup(tmp_path / "copy.db")
        secret = SECRET.get_secret_value().encode()
        everything = content(tmp_path)
    assert secret[-4:] in everything
    assert not any(secret[at : at + 5] in everything for at in range(len(secret) - 4))
    assert MASTER not in everything
