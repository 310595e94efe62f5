"""All tables in one file, as they refer to each other; the states of a number and which may follow which.

Money is stored as text through `Money` (exact), moments as UTC seconds through `Moment` (comparable, small).
"""

from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    Dialect,
    Enum,
    Float,
    ForeignKey,
    Index,
    LargeBinary,
    MetaData,
    String,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy import text as sql
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Money(TypeDecorator[Decimal]):
    """A Decimal kept as text: SQLite would make a float of it."""

    impl = String(32)
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> str | None:
        return None if value is None else format(value, "f")

    def process_result_value(self, value: Any | None, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value)


class Moment(TypeDecorator[datetime]):
    """A UTC-aware datetime kept as seconds since 1970: comparable in every database."""

    impl = Float(53)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> float | None:
        return None if value is None else value.timestamp()

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:
        return None if value is None else datetime.fromtimestamp(value, UTC)


class State(StrEnum):
    """Where a bought number stands."""

    BUYING = "buying"
    WAITING = "waiting"
    RECEIVED = "received"
    CANCELLING = "cancelling"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    FINISHED = "finished"
    FAILED = "failed"
    UNKNOWN = "unknown"


#: The transition table: a state, and the states it may be reached from.
REACHED_FROM: dict[State, frozenset[State]] = {
    # From unknown when the provider could list it after all: it is adopted.
    State.WAITING: frozenset({State.BUYING, State.CANCELLING, State.UNKNOWN}),
    State.FAILED: frozenset({State.BUYING, State.UNKNOWN}),
    State.UNKNOWN: frozenset({State.BUYING}),
    State.RECEIVED: frozenset(
        {
            State.WAITING,
            State.CANCELLING,
            State.RECEIVED,
            # A late code, for ten minutes after the end.
            State.CANCELLED,
            State.EXPIRED,
            State.UNKNOWN,
        }
    ),
    State.CANCELLING: frozenset({State.WAITING}),
    State.CANCELLED: frozenset({State.CANCELLING}),
    State.EXPIRED: frozenset({State.WAITING, State.CANCELLING}),
    State.FINISHED: frozenset({State.RECEIVED}),
}

#: States in which a number still costs attention: it counts against the limit of active numbers.
OPEN = frozenset({State.BUYING, State.WAITING, State.CANCELLING})


class Row(DeclarativeBase):
    """All tables; constraints are named so that migrations can address them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads this class attribute by name
        datetime: Moment(),
        Decimal: Money(),
        int: BigInteger(),
        bytes: LargeBinary(),
        State: Enum(State, native_enum=False, length=12, values_callable=list),
    }


class Chat(Row):
    """A chat the bot talks in. A private chat's id is its person's."""

    __tablename__ = "chats"

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
    __table_args__ = (Index("ix_provider_keys_chat_id", "chat_id"),)

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
    #: A removed key stays until its open numbers have ended, then its row goes.
    removed_at: Mapped[datetime | None]


class Canary(Row):
    """One known text, encrypted: tells at the start whether the master key is the right one."""

    __tablename__ = "vault_canary"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kid: Mapped[str] = mapped_column(String(16))
    nonce: Mapped[bytes]
    ciphertext: Mapped[bytes]


class Quote(Row):
    """An offer a person is looking at; `nonce` is what the *Buy* button carries, good for one purchase."""

    __tablename__ = "quotes"

    nonce: Mapped[str] = mapped_column(String(16), primary_key=True)
    chat_id: Mapped[int]
    owner_id: Mapped[int]
    key_id: Mapped[str] = mapped_column(ForeignKey("provider_keys.id", ondelete="CASCADE"))
    service: Mapped[str] = mapped_column(String(64))
    service_name: Mapped[str] = mapped_column(String(128))
    service_code: Mapped[str] = mapped_column(String(64))
    country: Mapped[str] = mapped_column(String(2))
    country_name: Mapped[str] = mapped_column(String(64))
    country_code: Mapped[str] = mapped_column(String(16))
    cost: Mapped[Decimal]
    currency: Mapped[str] = mapped_column(String(3))
    operator: Mapped[str | None] = mapped_column(String(32))
    max_price: Mapped[Decimal | None]
    min_price: Mapped[Decimal | None]
    suppliers: Mapped[str] = mapped_column(String(256), default="")
    except_suppliers: Mapped[str] = mapped_column(String(256), default="")
    avoid_prefixes: Mapped[str] = mapped_column(String(256), default="")
    created_at: Mapped[datetime] = mapped_column(index=True)


class Activation(Row):
    """A number bought for one service, from the intent to buy it to its end."""

    __tablename__ = "activations"
    __table_args__ = (
        # An id may come again: sms.ski's is the phone itself. Never for two numbers that are open.
        Index(
            "ix_activations_held",
            "key_id",
            "provider_id",
            unique=True,
            sqlite_where=sql("state IN ('waiting', 'cancelling')"),
            postgresql_where=sql("state IN ('waiting', 'cancelling')"),
        ),
        # Due rows only: small, whatever the table grows to.
        Index(
            "ix_activations_next_poll_at",
            "next_poll_at",
            sqlite_where=sql("next_poll_at IS NOT NULL"),
            postgresql_where=sql("next_poll_at IS NOT NULL"),
        ),
        Index("ix_activations_chat_id_created_at", "chat_id", "created_at"),
        Index("ix_activations_owner_id_created_at", "owner_id", "created_at"),
    )

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    nonce: Mapped[str] = mapped_column(String(16), unique=True)
    chat_id: Mapped[int]
    owner_id: Mapped[int]
    key_id: Mapped[str] = mapped_column(ForeignKey("provider_keys.id"), index=True)
    provider: Mapped[str] = mapped_column(String(32))
    service: Mapped[str] = mapped_column(String(64))
    service_name: Mapped[str] = mapped_column(String(128))
    service_code: Mapped[str] = mapped_column(String(64))
    country: Mapped[str] = mapped_column(String(2))
    country_name: Mapped[str] = mapped_column(String(64))
    country_code: Mapped[str] = mapped_column(String(16))
    operator: Mapped[str | None] = mapped_column(String(32))
    cost: Mapped[Decimal]
    #: The most the person agreed to pay.
    agreed: Mapped[Decimal]
    currency: Mapped[str] = mapped_column(String(3))
    state: Mapped[State]
    #: Why it ended so, as the name of an error class; "" when nothing is to be said.
    reason: Mapped[str] = mapped_column(String(32), default="")
    phone: Mapped[str | None] = mapped_column(String(32))
    raw: Mapped[str | None] = mapped_column(String(64))
    provider_id: Mapped[str | None] = mapped_column(String(64))
    another_sms: Mapped[bool | None]
    created_at: Mapped[datetime]
    #: Set right before the purchase call, with `balance_before`: without it no call was made.
    called_at: Mapped[datetime | None]
    balance_before: Mapped[Decimal | None]
    balance_after: Mapped[Decimal | None]
    #: What the account held right before the call, where the provider can list it (ids, comma-separated).
    held_before: Mapped[str | None] = mapped_column(String(2048))
    bought_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    #: The first moment the provider lets go of the number, as far as we know.
    cancel_from: Mapped[datetime | None]
    #: When a wished cancel is to be carried out; None when nobody asked.
    cancel_at: Mapped[datetime | None]
    #: When the provider was asked to cancel: without it, an end is not a cancel.
    cancel_called_at: Mapped[datetime | None]
    #: The next look at the provider or the next step of a cancel; None when nothing is due.
    next_poll_at: Mapped[datetime | None]
    #: The last time the provider was asked about it: it must not be asked again sooner than it allows.
    polled_at: Mapped[datetime | None]
    #: Failures of the provider in a row, and the last time it answered.
    failures: Mapped[int] = mapped_column(default=0)
    answered_at: Mapped[datetime | None]
    last_code: Mapped[str | None] = mapped_column(String(64))
    asked_again: Mapped[bool] = mapped_column(default=False)
    told_sent: Mapped[bool] = mapped_column(default=False)
    ended_at: Mapped[datetime | None]
    card_chat_id: Mapped[int | None]
    card_message_id: Mapped[int | None]


class Sms(Row):
    """One SMS of an activation; `position` counts from 1, so the same SMS read twice is stored once."""

    __tablename__ = "sms"
    __table_args__ = (UniqueConstraint("activation_id", "position"),)

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    activation_id: Mapped[str] = mapped_column(ForeignKey("activations.id", ondelete="CASCADE"))
    position: Mapped[int]
    code: Mapped[str] = mapped_column(String(256))
    text: Mapped[str | None] = mapped_column(String(4096))
    sender: Mapped[str | None] = mapped_column(String(64))
    late: Mapped[bool] = mapped_column(default=False)
    received_at: Mapped[datetime]


class Step(Row):
    """The history of an activation: which state it entered when."""

    __tablename__ = "steps"

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    activation_id: Mapped[str] = mapped_column(ForeignKey("activations.id", ondelete="CASCADE"), index=True)
    state: Mapped[State]
    at: Mapped[datetime]


class Post(Row):
    """An outbox row: something to say unasked. What it says is drawn from `subject` when it is sent."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index(
            "ix_outbox_due",
            "priority",
            "next_try_at",
            sqlite_where=sql("next_try_at IS NOT NULL"),
            postgresql_where=sql("next_try_at IS NOT NULL"),
        ),
    )

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    dedup: Mapped[str] = mapped_column(String(96), unique=True)
    kind: Mapped[str] = mapped_column(String(16))
    subject: Mapped[str] = mapped_column(String(16))
    chat_id: Mapped[int]
    thread_id: Mapped[int | None]
    priority: Mapped[int]
    created_at: Mapped[datetime]
    #: When to send it next; None when it was sent, or never will be.
    next_try_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    #: Raised whenever there is something new to draw: a row armed while it was being sent is sent again.
    version: Mapped[int] = mapped_column(default=1)
    sent_at: Mapped[datetime | None]
    message_id: Mapped[int | None]
    failure: Mapped[str] = mapped_column(String(64), default="")


class Form(Row):
    """Typed input a person was asked for. Never holds a key; forgotten after its time."""

    __tablename__ = "forms"

    chat_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    user_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    state: Mapped[str | None] = mapped_column(String(64))
    data: Mapped[str] = mapped_column(String(2048), default="{}")
    expires_at: Mapped[datetime]


class Learned(Row):
    """What a provider's refusals taught about its minimum wait, in seconds since the purchase."""

    __tablename__ = "learned_waits"

    provider: Mapped[str] = mapped_column(String(32), primary_key=True)
    #: The latest age at which a cancel was refused as too early.
    refused: Mapped[float]
    #: When that was; what is long ago teaches nothing.
    at: Mapped[datetime]
