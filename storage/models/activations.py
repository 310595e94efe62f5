"""Numbers bought for one service: the states of one and which may follow which, its SMS, its history."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import ColumnElement, ForeignKey, Index, String, UniqueConstraint, literal_column
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.columns import Row, partial


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
    # From unknown when the provider could list it after all: it is adopted. The same late, when the list had
    # been read long enough to call it not bought.
    State.WAITING: frozenset({State.BUYING, State.CANCELLING, State.UNKNOWN, State.FAILED}),
    State.FAILED: frozenset({State.BUYING, State.UNKNOWN}),
    State.UNKNOWN: frozenset({State.BUYING, State.FAILED}),
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
#: The same as it is written in its index: states that are bound would not find that.
IS_OPEN: ColumnElement[bool] = literal_column("activations.state IN ('buying', 'waiting', 'cancelling')")
#: A purchase whose outcome is looked for, in the words of its index.
IS_LOOKED_FOR: ColumnElement[bool] = literal_column(
    "activations.state IN ('unknown', 'failed') AND activations.next_poll_at IS NOT NULL"
)
#: It may be good for another SMS, in the words of its index.
IS_RECEIVED: ColumnElement[bool] = literal_column("activations.state = 'received'")
#: One of several that others follow or should follow, in the words of its index.
HAS_MORE_TO_COME: ColumnElement[bool] = literal_column(
    "activations.position < activations.count AND activations.state != 'failed'"
)


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
    #: How many numbers are to be bought, one after the other.
    count: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(index=True)


class Activation(Row):
    """A number bought for one service, from the intent to buy it to its end."""

    __tablename__ = "activations"
    __table_args__ = (
        # An id may come again: sms.ski's is the phone itself. Never for two numbers that are open.
        partial(
            "ix_activations_held",
            "key_id",
            "provider_id",
            unique=True,
            only="state IN ('waiting', 'cancelling')",
        ),
        # Due rows only: small, whatever the table grows to.
        partial("ix_activations_next_poll_at", "next_poll_at", "key_id", only="next_poll_at IS NOT NULL"),
        partial("ix_activations_batch_position", "batch", "position", only="batch IS NOT NULL"),
        Index("ix_activations_chat_id_created_at", "chat_id", "created_at"),
        # A person's list, newest first: read, filtered, counted and turned over without its rows.
        Index(
            "ix_activations_listed",
            *("owner_id", "created_at", "id", "chat_id", "state", "service", "country", "provider"),
        ),
        Index("ix_activations_service_created_at", "service", "created_at"),
        Index("ix_activations_created_at", "created_at"),
        # Numbers that were handed over count for who bought them: few rows.
        partial("ix_activations_bought_by", "bought_by", only="bought_by IS NOT NULL"),
        # What is counted every few seconds, and at every purchase: few rows, whatever the table grows to.
        partial(
            "ix_activations_open",
            "owner_id",
            "provider",
            "state",
            only="state IN ('buying', 'waiting', 'cancelling')",
        ),
        *(
            partial(f"ix_activations_open_{name}", name, only="state IN ('buying', 'waiting', 'cancelling')")
            for name in ("chat_id", "key_id")
        ),
        *(
            partial(
                f"ix_activations_looked_for_{name}",
                name,
                only="state IN ('unknown', 'failed') AND next_poll_at IS NOT NULL",
            )
            for name in ("owner_id", "chat_id", "key_id")
        ),
        partial("ix_activations_several", "created_at", only="position < count AND state != 'failed'"),
        # With which keys another SMS may be asked for: those that are over for long are not looked at.
        partial("ix_activations_good_until", "expires_at", "key_id", only="state = 'received'"),
        # Whether an id was sold to an account before is asked at every purchase.
        Index("ix_activations_key_id_provider_id", "key_id", "provider_id"),
    )

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    nonce: Mapped[str] = mapped_column(String(16), unique=True)
    #: The nonce under which several were ordered at once; None for a number alone.
    batch: Mapped[str | None] = mapped_column(String(16))
    #: Which of how many ordered at once it is; where one was not bought, none after it was ordered.
    position: Mapped[int] = mapped_column(default=1)
    count: Mapped[int] = mapped_column(default=1)
    chat_id: Mapped[int]
    owner_id: Mapped[int]
    #: Who bought it, where its holder is somebody else by now: it was handed over in a group.
    bought_by: Mapped[int | None]
    #: Whether it was bought under the rule that everyone in its group may see its codes.
    for_all: Mapped[bool] = mapped_column(default=False)
    key_id: Mapped[str] = mapped_column(ForeignKey("provider_keys.id"))
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
    #: Until when the provider is left alone that did not sell it; None where that was not told.
    try_from: Mapped[datetime | None]
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
    #: Whether the provider said yes to a cancel; None where it was not cancelled. A late code leaves it so.
    given_back: Mapped[bool | None]
    #: The next look at the provider or the next step of a cancel; None when nothing is due.
    next_poll_at: Mapped[datetime | None]
    #: The last time the provider was asked about it: it must not be asked again sooner than it allows.
    polled_at: Mapped[datetime | None]
    #: Failures of the provider in a row, and the last time it answered.
    failures: Mapped[int] = mapped_column(default=0)
    answered_at: Mapped[datetime | None]
    last_code: Mapped[str | None] = mapped_column(String(64))
    #: When the last SMS came, in the provider's own words; "" where it tells none.
    last_written: Mapped[str] = mapped_column(String(32), default="")
    asked_again: Mapped[bool] = mapped_column(default=False)
    told_sent: Mapped[bool] = mapped_column(default=False)
    #: Where calls to it ring (E.164 with a plus), as the provider was told last.
    forward_to: Mapped[str | None] = mapped_column(String(16))
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
    #: Its time in the provider's own words, "" where it tells none.
    written: Mapped[str] = mapped_column(String(32), default="")
    late: Mapped[bool] = mapped_column(default=False)
    received_at: Mapped[datetime]


class Step(Row):
    """The history of an activation: which state it entered when."""

    __tablename__ = "steps"

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    activation_id: Mapped[str] = mapped_column(ForeignKey("activations.id", ondelete="CASCADE"), index=True)
    state: Mapped[State]
    at: Mapped[datetime]


class Learned(Row):
    """What a provider's refusals taught about its minimum wait, in seconds since the purchase."""

    __tablename__ = "learned_waits"

    provider: Mapped[str] = mapped_column(String(32), primary_key=True)
    #: The latest age at which a cancel was refused as too early.
    refused: Mapped[float]
    #: When that was; what is long ago teaches nothing.
    at: Mapped[datetime]
