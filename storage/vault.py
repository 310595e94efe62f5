"""The vault: provider keys under AES-256-GCM, bound to the row they belong to, so that no row can be swapped.

It protects the database file and its copies from whoever lacks the master key, and rows changed by others are
noticed. Whoever has the master key too, as on a disk that holds both, or the running bot, has the keys.
A process that dies while it rotates leaves every row under one master key or the other, never between: each
batch is one transaction, the canary comes last, and the next rotation finds what is left.
"""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Connection, func, inspect, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import BrokenKey, SettingsError, StorageError
from bot.failpoints import Failpoint, reach
from storage.database import Database
from storage.models import Canary, Key

VERSION = "v1"
CANARY = b"codebell"
CANARY_ID = 1


@dataclass(frozen=True, slots=True)
class Sealed:
    """A ciphertext, its one-time nonce (12 bytes) and the fingerprint of the master key that made it."""

    kid: str
    nonce: bytes
    ciphertext: bytes


@dataclass(frozen=True, slots=True)
class Rotation:
    """How many keys were sealed anew, the names of those that could not be, and what is sealed with what.

    `held` is the number of keys under each master key, also 0 for one that was given and this database needs
    no more.
    """

    sealed: int
    broken: tuple[str, ...]
    held: Mapping[str, int]


def named(row: Key) -> str:
    """What a provider key is called where its label and its tail are nobody's business."""
    return f"the {row.provider} key {row.id} of chat {row.chat_id}"


def fingerprint(key: bytes) -> str:
    """What a master key is called (12 hex digits): it names the key and tells nothing about it."""
    return hashlib.sha256(b"codebell master key:" + key).hexdigest()[:12]


class Vault:
    """A keyring of 32-byte master keys, newest first: the first one seals, each one opens what it sealed."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        if any(len(key) != 32 for key in keys):
            raise SettingsError("MASTER_KEY: every master key is 32 bytes in base64")
        self._ring = {fingerprint(key): AESGCM(key) for key in keys}
        self._newest = next(iter(self._ring), "")
        #: A secret of the newest key, for what is only ever compared.
        self.pepper = hashlib.sha256(b"codebell pepper:" + next(iter(keys), b"")).digest()

    @property
    def kid(self) -> str:
        """The fingerprint of the key that seals; "" when there is none."""
        return self._newest

    def __repr__(self) -> str:
        return f"Vault({', '.join(self._ring)})"

    def seal(self, secret: str, key_id: str, chat_id: int, provider: str) -> Sealed:
        return self._seal(secret.encode(), f"{key_id}|{chat_id}|{provider}")

    def open(self, row: Key) -> str:
        """A key's plaintext; BrokenKey if the ciphertext was not made for this very row."""
        sealed = Sealed(row.kid, row.nonce, row.ciphertext)
        try:
            return self._open(sealed, f"{row.id}|{row.chat_id}|{row.provider}").decode()
        except (InvalidTag, ValueError, StorageError):
            raise BrokenKey(f"{named(row)} does not decrypt") from None

    def reseal(self, row: Key, secret: str) -> None:
        """Seal a row's secret for what the row says now, under the newest master key."""
        sealed = self.seal(secret, row.id, row.chat_id, row.provider)
        row.kid, row.nonce, row.ciphertext = sealed.kid, sealed.nonce, sealed.ciphertext

    def _seal(self, secret: bytes, whose: str) -> Sealed:
        if not self._newest:
            raise StorageError("no master key was given")
        nonce = secrets.token_bytes(12)
        bound = f"{VERSION}|{self._newest}|{whose}".encode()
        return Sealed(self._newest, nonce, self._ring[self._newest].encrypt(nonce, secret, bound))

    def _open(self, sealed: Sealed, whose: str) -> bytes:
        if sealed.kid not in self._ring:
            raise _missing(sealed.kid)
        bound = f"{VERSION}|{sealed.kid}|{whose}".encode()
        return self._ring[sealed.kid].decrypt(sealed.nonce, sealed.ciphertext, bound)

    async def unlock(self, database: Database) -> None:
        """Prove the keyring on what is stored, or leave the first canary where nothing is stored yet.

        StorageError names the master key that is missing or wrong, and nothing was written. Without tables
        there is nothing to prove: call it before a migration, and again after it.
        """
        async with database.begin() as session:
            if await has_tables(session) and await self._proven(session) is None:
                session.add(_canary(self._seal(CANARY, "canary")))

    async def prove(self, database: Database) -> None:
        """The same on a copy: nothing is written, and where there is nothing to prove it on, StorageError."""
        async with database.begin() as session:
            if not await has_tables(session):
                raise StorageError("the database holds nothing of this bot")
            if await self._proven(session) is None:
                raise StorageError("the database has no canary: never used by this bot, or changed by others")

    async def _proven(self, session: AsyncSession) -> Canary | None:
        """The canary, once everything stored turned out to be sealed with keys of this ring."""
        for kid in await _kids(session):
            if kid not in self._ring:
                raise _missing(kid)
        canary = await session.get(Canary, CANARY_ID)
        if canary is None:
            return None
        try:
            self._open(Sealed(canary.kid, canary.nonce, canary.ciphertext), "canary")
        except (InvalidTag, ValueError):
            raise StorageError(f"master key {canary.kid} does not open this database") from None
        return canary

    async def rotate(self, database: Database, batch: int = 100) -> Rotation:
        """Seal everything under the newest master key, a batch per transaction: stop and resume at will.

        A database does without an older master key that holds none of its keys: a broken key needs it until
        somebody removes that key, and so does every backup made before.
        """
        sealed, broken, after = 0, list[str](), ""
        while rows := await self._rotate(database, after, batch):
            sealed += sum(fine for _, fine in rows)
            broken += [named(row) for row, fine in rows if not fine]
            after = rows[-1][0].id
        async with database.begin() as session:
            await session.merge(_canary(self._seal(CANARY, "canary")))
            return Rotation(sealed, tuple(broken), await self._held(session))

    async def older(self, database: Database) -> dict[str, int]:
        """How many keys lie under each master key but the newest."""
        async with database.begin() as session:
            held = await self._held(session)
        return {kid: count for kid, count in held.items() if count and kid != self._newest}

    async def _held(self, session: AsyncSession) -> dict[str, int]:
        by_kid = select(Key.kid, func.count()).where(Key.ciphertext != b"").group_by(Key.kid)
        counted = dict((await session.execute(by_kid)).all())
        return {**dict.fromkeys(self._ring, 0), **counted}

    async def _rotate(self, database: Database, after: str, batch: int) -> list[tuple[Key, bool]]:
        """One batch: the keys seen, and whether each could be sealed anew."""
        old = select(Key).where(Key.kid != self._newest, Key.ciphertext != b"", Key.id > after)
        async with database.begin() as session:
            rows = await session.scalars(old.order_by(Key.id).limit(batch))
            return [(row, self._renew(row)) for row in rows]

    def _renew(self, row: Key) -> bool:
        reach(Failpoint.IN_ROTATION)
        try:
            self.reseal(row, self.open(row))
        except BrokenKey:
            return False
        return True


def _canary(sealed: Sealed) -> Canary:
    return Canary(id=CANARY_ID, kid=sealed.kid, nonce=sealed.nonce, ciphertext=sealed.ciphertext)


async def has_tables(session: AsyncSession) -> bool:
    def seen(connection: Connection) -> bool:
        return inspect(connection).has_table(Canary.__tablename__)

    return await (await session.connection()).run_sync(seen)


async def _kids(session: AsyncSession) -> list[str]:
    """The master keys that what is stored was sealed with."""
    keys = await session.scalars(select(Key.kid).where(Key.ciphertext != b"").distinct())
    canaries = await session.scalars(select(Canary.kid))
    return sorted({*keys, *canaries})


def _missing(kid: str) -> StorageError:
    return StorageError(
        f"the database is sealed with master key {kid}, which was not given: add it to MASTER_KEY or its file"
    )
