"""Chats, their provider keys, and what a person was asked to type there."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.columns import Row, partial


class Chat(Row):
    """A chat the bot talks in. A private chat's id is its person's."""

    __tablename__ = "chats"
    __table_args__ = (
        # Who is out of reach: their numbers are shown in private, and nothing is due there.
        partial("ix_chats_lost", "id", only="unreachable_at IS NOT NULL"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(16))
    title: Mapped[str] = mapped_column(String(128), default="")
    language: Mapped[str] = mapped_column(String(8), default="")
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    #: Nothing is sent here before this moment: Telegram said so.
    blocked_until: Mapped[datetime | None]
    #: Since when nothing can be delivered here (blocked, kicked, deleted).
    unreachable_at: Mapped[datetime | None]


class Key(Row):
    """A provider key of a chat, encrypted; `tail` are its last four characters."""

    __tablename__ = "provider_keys"
    __table_args__ = (
        Index("ix_provider_keys_chat_id", "chat_id"),
        # The same key in other chats: one account stands behind them.
        Index("ix_provider_keys_provider_tail", "provider", "tail"),
        partial("ix_provider_keys_removed_at", "removed_at", only="removed_at IS NOT NULL"),
    )

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    chat_id: Mapped[int]
    provider: Mapped[str] = mapped_column(String(32))
    label: Mapped[str] = mapped_column(String(64), default="")
    tail: Mapped[str] = mapped_column(String(4))
    kid: Mapped[str] = mapped_column(String(16))
    nonce: Mapped[bytes]
    ciphertext: Mapped[bytes]
    balance: Mapped[Decimal | None]
    currency: Mapped[str] = mapped_column(String(3), default="")
    balance_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    #: A balance below this is told once, and again after it was above; when it was told last.
    low_at: Mapped[Decimal | None]
    low_told_at: Mapped[datetime | None]
    #: Since when its provider does not take it any more, as the chat was told; the name of that refusal, and
    #: what was asked.
    stopped_at: Mapped[datetime | None]
    stop_reason: Mapped[str] = mapped_column(String(32), default="")
    stopped_by: Mapped[str] = mapped_column(String(32), default="")
    #: A removed key stays until its open numbers have ended, then its row goes.
    removed_at: Mapped[datetime | None]


class Canary(Row):
    """One known text, encrypted: tells at the start whether the master key is the right one."""

    __tablename__ = "vault_canary"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kid: Mapped[str] = mapped_column(String(16))
    nonce: Mapped[bytes]
    ciphertext: Mapped[bytes]


class Form(Row):
    """Typed input a person was asked for. Never holds a key; forgotten after its time."""

    __tablename__ = "forms"

    chat_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    user_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    state: Mapped[str | None] = mapped_column(String(64))
    data: Mapped[str] = mapped_column(String(2048), default="{}")
    expires_at: Mapped[datetime]
