"""A backup sealed for the operator: nobody reads it on its way, and nobody without the master key.

The file: a head of 18 + 12 + 16 bytes (`CODEBELL SEALED 1\n`, the fingerprint of the master key, a salt),
then chunks of 64 KiB, each sealed with AES-256-GCM under a key made of the master key and the salt by
HKDF-SHA256. A chunk's nonce is its position and whether it is the last one, and the head is bound to each:
one that was changed, moved, left out or cut off does not open. It is read and written a chunk at a time.

Of a backup that is made for somebody nothing but the sealed file is left, and not even that once it was sent.
Killed meanwhile, it leaves a `….sealing` or a `….leaving` file beside the database, and a restore an
`….unsealed` one: the next start, backup or restore removes them.
"""

import asyncio
import logging
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from bot.clock import Clock
from bot.errors import LimitReached, StorageError, text
from storage import sqlite
from storage.backup import look_at
from storage.database import Database, parse
from storage.vault import fingerprint

log = logging.getLogger(__name__)

MAGIC = b"CODEBELL SEALED 1\n"
#: What the sealed file of a backup is called: when it was made, in UTC.
NAME = "codebell-{:%Y%m%d-%H%M%S}.sealed"
#: Bytes that a bot may send as one document.
MOST = 50_000_000
#: How the name of one ends that nobody was given yet.
_LEAVING = ".leaving"
_CHUNK = 64 * 2**10
_TAG = 16
_SALT = 16
_KID = 12
_HEAD = len(MAGIC) + _KID + _SALT


class StillBackingUp(LimitReached):
    text = text("A backup is being made already. It comes in a moment.")


@dataclass(frozen=True, slots=True)
class Copy:
    """A sealed backup: its file, its bytes, and how many rows it holds.

    `doubt` is why no bot would start from it with these master keys, "" where one would.
    """

    file: Path
    size: int
    rows: int
    doubt: str

    @property
    def can_be_sent(self) -> bool:
        return self.size <= MOST

    @property
    def name(self) -> str:
        """What it is called where it goes."""
        return self.file.name.removesuffix(_LEAVING)

    def keep(self) -> Path:
        """From now on it stays beside the database, under its name."""
        return self.file.rename(self.file.with_name(self.name))

    def discard(self) -> None:
        """Somebody else has it by now."""
        self.file.unlink(missing_ok=True)


class Seals:
    """Makes sealed backups of the database the bot runs over, one at a time."""

    def __init__(self, database: Database, master_keys: Sequence[bytes], clock: Clock) -> None:
        self._database = database
        self._keys = master_keys
        self._clock = clock
        self._busy = False

    async def make(self) -> Copy:
        """Raises `StillBackingUp`, or `StorageError` in one line; then nothing is left of it."""
        if self._busy:
            raise StillBackingUp
        if self._database.path is None:
            raise StorageError("this is done with the database server's own tools")
        self._busy = True
        try:
            return await self._made(self._database.path)
        except OSError as error:
            raise StorageError(f"the backup cannot be written: {error.strerror}") from None
        finally:
            self._busy = False

    def tidy(self) -> None:
        """Before one is made, at the start: what a killed process left is no use to anybody."""
        if self._database.path is None:
            return
        try:
            remove_leftovers(self._database.path)
        except OSError as error:
            log.warning("what is left of a backup cannot be removed: %s", error.strerror)

    async def _made(self, database: Path) -> Copy:
        plain = database.with_name(f"{database.name}.sealing")
        target = database.with_name(NAME.format(self._clock()) + _LEAVING)
        try:
            remove_leftovers(database)
            await self._database.backup(plain)
            held = await look_at(plain, self._keys)
            await asyncio.to_thread(seal_file, plain, target, self._keys[0])
        finally:
            sqlite.discard(plain)
        return Copy(target, target.stat().st_size, sum(held.rows.values()), held.doubt)


def seal_file(source: Path, target: Path, master_key: bytes) -> None:
    """Seal a file; the target is private (0600), and there as a whole or not at all."""
    part = source.with_name(f"{source.name}.part")
    sqlite.reserve(part)
    try:
        with source.open("rb") as plain, part.open("wb") as sealed:
            _seal(plain, sealed, master_key)
        sqlite.settle(part, target)
    finally:
        part.unlink(missing_ok=True)


def remove_leftovers(database: Path, spare: Path | None = None) -> None:
    """What a killed backup or restore left beside a database, but for one file. Raises OSError."""
    for ending in (".sealing", ".unsealed"):
        plain = database.with_name(database.name + ending)
        for left in (plain, *(plain.with_name(plain.name + part) for part in (".part", ".opening"))):
            sqlite.discard(left)
    for left in database.parent.glob(NAME.partition("{")[0] + "*" + _LEAVING):
        if spare is None or not left.samefile(spare):
            left.unlink(missing_ok=True)


def is_sealed(file: Path) -> bool:
    """Whether a file says of itself that it is a sealed backup."""
    try:
        with file.open("rb") as opened:
            return opened.read(len(MAGIC)) == MAGIC
    except OSError:
        return False


@contextmanager
def unsealed(file: Path, database_url: str, master_keys: Sequence[bytes]) -> Iterator[Path]:
    """A backup as a database: a sealed one is opened beside the database for so long, any other is itself."""
    database = sqlite.file_of(parse(database_url))
    if database is None or not is_sealed(file):
        yield file
        return
    plain = database.with_name(f"{database.name}.unsealed")
    try:
        remove_leftovers(database, file)
        open_file(file, plain, master_keys)
        yield plain
    finally:
        sqlite.discard(plain)


def open_file(source: Path, target: Path, master_keys: Sequence[bytes]) -> None:
    """Open a sealed backup into a private file (0600) that is not there yet; StorageError in one line."""
    if target.exists():
        raise StorageError(f"{target} exists already")
    part = target.with_name(f"{target.name}.opening")
    try:
        sqlite.reserve(part)
        with source.open("rb") as sealed, part.open("wb") as plain:
            _open(sealed, plain, master_keys, source)
        sqlite.settle(part, target)
    except FileNotFoundError:
        raise StorageError(f"there is no backup {source}") from None
    except OSError as error:
        raise StorageError(f"the backup {source} cannot be opened: {error.strerror}") from None
    finally:
        part.unlink(missing_ok=True)


def _seal(plain: BinaryIO, sealed: BinaryIO, master_key: bytes) -> None:
    head = MAGIC + fingerprint(master_key).encode() + secrets.token_bytes(_SALT)
    cipher = _cipher(master_key, head)
    sealed.write(head)
    for position, (chunk, last) in enumerate(_chunks(plain, _CHUNK)):
        sealed.write(cipher.encrypt(_nonce(position, last), chunk, head))


def _open(sealed: BinaryIO, plain: BinaryIO, master_keys: Sequence[bytes], source: Path) -> None:
    head = sealed.read(_HEAD)
    if len(head) < _HEAD or not head.startswith(MAGIC):
        raise StorageError(f"{source} is no sealed backup")
    cipher = _cipher(_key_of(head, master_keys, source), head)
    try:
        for position, (chunk, last) in enumerate(_chunks(sealed, _CHUNK + _TAG)):
            plain.write(cipher.decrypt(_nonce(position, last), chunk, head))
    except InvalidTag:
        raise StorageError(f"the backup {source} is damaged or was changed: take another one") from None


def _key_of(head: bytes, master_keys: Sequence[bytes], source: Path) -> bytes:
    kid = head[len(MAGIC) : len(MAGIC) + _KID].decode("ascii", "replace")
    for key in master_keys:
        if fingerprint(key) == kid:
            return key
    raise StorageError(
        f"the backup {source} is sealed with master key {kid}: add it to MASTER_KEY or its file"
    )


def _cipher(master_key: bytes, head: bytes) -> AESGCM:
    """One key per file: the nonces begin anew in each."""
    salt = head[-_SALT:]
    return AESGCM(HKDF(SHA256(), 32, salt, b"codebell sealed backup").derive(master_key))


def _nonce(position: int, last: bool) -> bytes:
    return position.to_bytes(11, "big") + bytes([last])


def _chunks(file: BinaryIO, size: int) -> Iterator[tuple[bytes, bool]]:
    """The chunks of a file, each with whether it is the last; of an empty one, one that is empty."""
    chunk = file.read(size)
    while following := file.read(size):
        yield chunk, False
        chunk = following
    yield chunk, True
