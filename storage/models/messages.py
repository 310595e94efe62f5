"""Outgoing messages: SMS and Viber, from the draft to the last word on their delivery."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import ColumnElement, ForeignKey, Index, String, literal_column
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.columns import Row, partial


class MessageState(StrEnum):
    """Where an outgoing message stands."""

    #: Being written; the button that carries its id sends it, once.
    DRAFT = "draft"
    SENDING = "sending"
    ACCEPTED = "accepted"
    DELIVERED = "delivered"
    VIEWED = "viewed"
    UNDELIVERED = "undelivered"
    FAILED = "failed"
    UNKNOWN = "unknown"


#: The transition table: a state, and the states it may be reached from.
MESSAGE_REACHED_FROM: dict[MessageState, frozenset[MessageState]] = {
    MessageState.SENDING: frozenset({MessageState.DRAFT}),
    MessageState.ACCEPTED: frozenset({MessageState.SENDING}),
    #: After all: an operator may tell of a delivery when its provider had given the message up.
    MessageState.DELIVERED: frozenset({MessageState.ACCEPTED, MessageState.UNDELIVERED}),
    MessageState.VIEWED: frozenset({MessageState.ACCEPTED, MessageState.DELIVERED, MessageState.UNDELIVERED}),
    MessageState.UNDELIVERED: frozenset({MessageState.ACCEPTED}),
    MessageState.FAILED: frozenset({MessageState.SENDING}),
    MessageState.UNKNOWN: frozenset({MessageState.SENDING}),
}


#: Delivery statuses of a channel that is not paid for in the end.
GIVEN_BACK = frozenset({"refunded", "no_money"})


#: It is being written or ordered, in the words of its index.
IS_UNSENT: ColumnElement[bool] = literal_column("messages.state IN ('draft', 'sending')")


class OutgoingMessage(Row):
    """One message to one recipient over one or two channels. Its id is the button's one-time nonce."""

    __tablename__ = "messages"
    __table_args__ = (
        partial("ix_messages_next_poll_at", "next_poll_at", only="next_poll_at IS NOT NULL"),
        Index("ix_messages_owner_id_confirmed_at", "owner_id", "confirmed_at"),
        Index("ix_messages_chat_id", "chat_id"),
        Index("ix_messages_confirmed_at", "confirmed_at"),
        # What is being written or ordered: few rows.
        partial("ix_messages_unsent", "state", only="state IN ('draft', 'sending')"),
    )

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    chat_id: Mapped[int]
    owner_id: Mapped[int]
    key_id: Mapped[str] = mapped_column(ForeignKey("provider_keys.id"), index=True)
    provider: Mapped[str] = mapped_column(String(32))
    state: Mapped[MessageState]
    #: Why it ended so, as the name of an error class; "" when nothing is to be said.
    reason: Mapped[str] = mapped_column(String(32), default="")
    #: E.164 with a plus; "" while it was not typed.
    recipient: Mapped[str] = mapped_column(String(16), default="")
    country: Mapped[str] = mapped_column(String(2), default="")
    #: In the order they are tried, comma-separated.
    channels: Mapped[str] = mapped_column(String(32), default="")
    viber_source: Mapped[str] = mapped_column(String(64), default="")
    viber_text: Mapped[str] = mapped_column(String(1000), default="")
    viber_caption: Mapped[str] = mapped_column(String(32), default="")
    viber_url: Mapped[str] = mapped_column(String(1024), default="")
    viber_image: Mapped[str] = mapped_column(String(1024), default="")
    viber_ttl: Mapped[int] = mapped_column(default=60)
    sms_source: Mapped[str] = mapped_column(String(64), default="")
    sms_text: Mapped[str] = mapped_column(String(2048), default="")
    sms_ttl: Mapped[int] = mapped_column(default=300)
    flash: Mapped[bool] = mapped_column(default=False)
    #: What it costs at most, by the price list: all of its channels, each to the dearest operator.
    quoted: Mapped[Decimal | None]
    currency: Mapped[str] = mapped_column(String(3), default="")
    created_at: Mapped[datetime]
    #: When it was confirmed, and when the provider was called: without `called_at` no call was made.
    confirmed_at: Mapped[datetime | None]
    called_at: Mapped[datetime | None]
    #: The money its channels are paid from, together where each has a purse of its own.
    balance_before: Mapped[Decimal | None]
    balance_after: Mapped[Decimal | None]
    sent_at: Mapped[datetime | None]
    provider_id: Mapped[str | None] = mapped_column(String(64))
    #: The delivery status per channel, "" where the provider tells none; `_raw` is its own word.
    viber_status: Mapped[str] = mapped_column(String(16), default="")
    viber_raw: Mapped[str] = mapped_column(String(32), default="")
    viber_cost: Mapped[Decimal | None]
    sms_status: Mapped[str] = mapped_column(String(16), default="")
    sms_raw: Mapped[str] = mapped_column(String(32), default="")
    sms_cost: Mapped[Decimal | None]
    #: The next look at the provider; None when nothing is due.
    next_poll_at: Mapped[datetime | None]
    polled_at: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(default=0)
    answered_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    #: When it arrived by its provider's clock, else when that was first heard; None while it did not.
    arrived_at: Mapped[datetime | None]
