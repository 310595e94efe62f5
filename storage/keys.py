"""Provider keys: each belongs to a chat and lies sealed; a removed one waits for its open numbers.

A key opens for rows of its own chat alone. Those of a group that is out of reach stay its rows, and a group
that moves takes both along.
"""

import hmac
import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal

from pydantic import SecretStr
from sqlalchemy import ColumnElement, Select, bindparam, delete, exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from bot.errors import AlreadyThere, BadInput, BrokenKey, UnknownKey
from storage import notices
from storage.database import Database
from storage.models import (
    IS_OPEN,
    IS_RECEIVED,
    Activation,
    Key,
    MessageState,
    OutgoingMessage,
    Rental,
    RentalState,
    Watch,
)
from storage.outbox import new_id
from storage.sight import Sight
from storage.unasked import Unasked, unasked
from storage.vault import Vault, named

log = logging.getLogger(__name__)

#: A JWT, as sms.ski's keys are, may run to several hundred characters.
SHORTEST, LONGEST = 8, 1024
_OF_CHAT = Sight(
    select(Key)
    .where(Key.chat_id == bindparam("chat_id"), Key.removed_at.is_(None))
    .order_by(Key.created_at, Key.id)
)


def _nobody(_: str) -> None:
    """Nobody wants to hear of opened secrets."""


class KeyStore:
    """The keys of all chats. `heard` is told every plaintext that passes, for the log to hide it."""

    def __init__(self, database: Database, vault: Vault, heard: Callable[[str], None] = _nobody) -> None:
        self._database = database
        self._vault = vault
        self._heard = heard

    async def add(
        self,
        chat_id: int,
        provider: str,
        label: str,
        secret: SecretStr,
        balance: Decimal | None,
        currency: str,
        now: datetime,
    ) -> Key:
        """Seal a key for a chat. BadInput if it cannot be a key, AlreadyThere if the chat has it."""
        plain = checked(secret)
        self._heard(plain)
        async with self._database.begin() as session:
            row = await self._twin(session, chat_id, provider, plain)
            if row is None:
                row = self._sealed(chat_id, provider, plain, now)
                session.add(row)
            elif row.removed_at is None:
                raise AlreadyThere(f"key {row.id}")
            row.label, row.removed_at = label[:64], None
            row.stopped_at, row.stop_reason, row.stopped_by = None, "", ""
            row.balance, row.currency, row.balance_at = (
                balance,
                currency,
                now if balance is not None else None,
            )
            return row

    def _sealed(self, chat_id: int, provider: str, plain: str, now: datetime) -> Key:
        row = Key(id=new_id(), chat_id=chat_id, provider=provider, tail=plain[-4:], created_at=now)
        self._vault.reseal(row, plain)
        return row

    async def _twin(self, session: AsyncSession, chat_id: int, provider: str, plain: str) -> Key | None:
        """The chat's row with this very secret, removed or not."""
        same = select(Key).where(Key.chat_id == chat_id, Key.provider == provider, Key.tail == plain[-4:])
        for row in await session.scalars(same.where(Key.ciphertext != b"")):
            if self._holds(row, plain):
                return row
        return None

    def _holds(self, row: Key, plain: str) -> bool:
        """Whether this very secret lies in a row."""
        try:
            return hmac.compare_digest(self._vault.open(row).encode(), plain.encode())
        except BrokenKey:
            log.error("%s does not decrypt", named(row))
            return False

    async def list(self, chat_id: int) -> tuple[Key, ...]:
        """The chat's keys to buy with, oldest first."""
        return tuple(await self._database.see(_OF_CHAT, chat_id=chat_id))

    async def some(self, provider: str, most: int) -> tuple[Key, ...]:
        """Keys of a provider, whosever they are, the newest first: any of them tells what it sells."""
        query = select(Key).where(Key.provider == provider, Key.removed_at.is_(None))
        async with self._database.begin() as session:
            return tuple(await session.scalars(query.order_by(Key.created_at.desc(), Key.id).limit(most)))

    async def get(self, key_id: str) -> Key | None:
        """A key's row, also a removed one whose numbers are still open (`removed_at` tells)."""
        return await self._database.row(Key, key_id)

    async def open(self, key_id: str, chat_id: int) -> SecretStr:
        """The plaintext of a chat's key, by the row that wants it.

        UnknownKey when it is gone or another chat's, BrokenKey when its row was tampered with.
        """
        row = await self.get(key_id)
        if row is None:
            raise UnknownKey(f"key {key_id}")
        return self.opened(row, chat_id)

    def opened(self, row: Key, chat_id: int) -> SecretStr:
        """The same, of its row."""
        if not row.ciphertext or _is_anothers(row, chat_id):
            raise UnknownKey(f"key {row.id}")
        return self.unseal(row)

    def unseal(self, row: Key) -> SecretStr:
        """The plaintext of a row that its chat was just given. BrokenKey when it was tampered with."""
        try:
            plain = self._vault.open(row)
        except BrokenKey:
            log.error("%s does not decrypt", named(row))
            raise
        self._heard(plain)
        return SecretStr(plain)

    def is_broken(self, row: Key) -> bool:
        """Whether a row was tampered with, so that nothing can be asked or bought with it."""
        try:
            self._vault.open(row)
        except BrokenKey:
            return True
        return False

    async def remove(self, key_id: str, chat_id: int, now: datetime) -> bool:
        """Stop buying with it; its secret goes when no number needs it. False if the chat has no such key."""
        mine = (Key.id == key_id, Key.chat_id == chat_id, Key.removed_at.is_(None))
        async with self._database.begin() as session:
            row = await session.scalar(update(Key).where(*mine).values(removed_at=now).returning(Key.id))
            await _wipe(session, key_id, now)
            return row is not None

    async def rename(self, key_id: str, chat_id: int, label: str) -> None:
        """Call one of the chat's keys something else."""
        mine = (Key.id == key_id, Key.chat_id == chat_id)
        async with self._database.begin() as session:
            await session.execute(update(Key).where(*mine).values(label=label[:64]))

    async def sweep(self, now: datetime) -> None:
        """Housekeeping: wipe the secrets of removed keys whose numbers have ended, one key at a time."""
        removed = Key.removed_at.is_not(None), or_(Key.ciphertext != b"", ~_used())
        async with self._database.begin() as session:
            ids = (await session.scalars(select(Key.id).where(*removed))).all()
        for key_id in ids:
            async with self._database.begin() as session:
                await _wipe(session, key_id, now)

    async def note_balance(
        self, key_id: str, amount: Decimal, currency: str, now: datetime, *, shown: bool = False
    ) -> None:
        """Its provider told what is left on its account; `shown` where its owner reads it right then.

        Those that are told at the same time are kept in one transaction.
        """
        await self._database.together(notices.told, notices.Left(key_id, amount, currency, now, shown))

    async def note_use(self, key_id: str, now: datetime) -> None:
        """Something was bought with it: it works, and what is known of its balance is out of date."""
        async with self._database.begin() as session:
            row = await session.get(Key, key_id)
            if row is not None:
                row.used_at, row.balance_at = now, None
                await notices.goes_again(session, row)

    async def note_refusal(
        self, provider: str, secret: SecretStr, refusal: notices.Refusal, now: datetime
    ) -> None:
        """A provider does not take this key any more, whichever chats have it; unknown ones are nobody's."""
        plain = secret.get_secret_value()
        same = select(Key).where(Key.provider == provider, Key.tail == plain[-4:], Key.removed_at.is_(None))
        async with self._database.begin() as session:
            mine = [row for row in await session.scalars(same) if self._holds(row, plain)]
            await notices.stopped(session, mine, refusal, now)

    async def set_limit(self, key_id: str, chat_id: int, limit: Decimal | None, now: datetime) -> None:
        """Tell when less is left on one of the chat's keys; 0 never, None by the price of its last number."""
        async with self._database.begin() as session:
            row = await session.get(Key, key_id)
            if row is not None and row.chat_id == chat_id:
                await notices.limited(session, row, limit, now)

    async def limit_of(self, key: Key, now: datetime) -> Decimal | None:
        """What a key's balance is low below; None where it never is."""
        async with self._database.begin() as session:
            return await notices.limit_of(session, key, now)

    async def unasked(self, used_since: datetime, asked_before: datetime) -> Sequence[Unasked]:
        """Keys in use whose balance was not told for a while, the longest first."""
        return await unasked(self._database, used_since, asked_before)


async def to_buy_with(session: AsyncSession, key_id: str, chat_id: int) -> Key:
    """Within the caller's transaction: a chat's key that was not removed. Raises `UnknownKey`."""
    key = await session.get(Key, key_id)
    if key is None or key.removed_at is not None or _is_anothers(key, chat_id):
        raise UnknownKey(f"key {key_id}")
    return key


def _is_anothers(key: Key, chat_id: int) -> bool:
    """Whether a row names the key of another chat: it was changed, or its chat has just moved."""
    if key.chat_id != chat_id:
        log.error("%s is wanted by a row of another chat", named(key))
    return key.chat_id != chat_id


def twins(key_id: str) -> Select[str]:
    """The ids of this key and of the same one in other chats: one account stands behind them."""
    this = aliased(Key)
    same = select(Key.id).join(this, (this.provider == Key.provider) & (this.tail == Key.tail))
    return same.where(this.id == key_id)


def checked(secret: SecretStr) -> str:
    """The plaintext of what may be a key by its looks. Raises `BadInput`."""
    plain = secret.get_secret_value()
    if not SHORTEST <= len(plain) <= LONGEST:
        raise BadInput(f"a key has {SHORTEST} to {LONGEST} characters")
    if not all("!" <= character <= "~" for character in plain):
        raise BadInput("a key has neither spaces nor letters outside ASCII")
    return plain


async def _wipe(session: AsyncSession, key_id: str, now: datetime) -> None:
    """A removed key: without numbers the row goes, with ended ones it stays as their name, emptied."""
    this = Key.id == key_id, Key.removed_at.is_not(None)
    await session.execute(delete(Key).where(*this, ~_used()))
    emptied = {"nonce": b"", "ciphertext": b"", "kid": "", "label": ""}
    spent = update(Key).where(*this, Key.ciphertext != b"", ~_needed(now))
    await session.execute(spent.values(**emptied).execution_options(synchronize_session=False))


def _used() -> ColumnElement[bool]:
    """Whether anything was ever bought, rented or written with a key, or a watch waits with it."""
    users = (Activation, Rental, OutgoingMessage, Watch)
    return or_(*(exists().where(table.key_id == Key.id) for table in users))


def _needed(now: datetime) -> ColumnElement[bool]:
    """Whether something may still ask the provider: it is open, to be looked at, or good for another SMS."""
    # Each by an index of its own, of a few rows: a key may have ten thousands.
    due, good = Activation.next_poll_at.is_not(None), Activation.expires_at > now
    numbers = (
        exists().where(Activation.key_id == Key.id, IS_OPEN),
        exists().where(func.coalesce(Activation.key_id, "") == Key.id, due),
        exists().where(func.coalesce(Activation.key_id, "") == Key.id, IS_RECEIVED, good),
    )
    rental = or_(
        Rental.state.in_((RentalState.RENTING, RentalState.ACTIVE)), Rental.next_poll_at.is_not(None)
    )
    message = or_(OutgoingMessage.state == MessageState.SENDING, OutgoingMessage.next_poll_at.is_not(None))
    return or_(
        *numbers,
        exists().where(Rental.key_id == Key.id, rental),
        exists().where(OutgoingMessage.key_id == Key.id, message),
    )
