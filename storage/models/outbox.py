"""What is to be said unasked."""

from datetime import datetime

from sqlalchemy import ColumnElement, Index, String, literal_column
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.columns import Row, partial

#: It waits for its chat to come back, in the words of its index.
IS_PARKED: ColumnElement[bool] = literal_column("outbox.failure = 'Unreachable'")


class Post(Row):
    """An outbox row: something to say unasked. What it says is drawn from `subject` when it is sent."""

    __tablename__ = "outbox"
    __table_args__ = (
        partial("ix_outbox_due", "priority", "next_try_at", only="next_try_at IS NOT NULL"),
        # What is due in one chat, and all that was ever said there.
        Index("ix_outbox_chat_id_next_try_at", "chat_id", "next_try_at"),
        # What waits for its chat to come back.
        partial("ix_outbox_parked", "chat_id", only="failure = 'Unreachable'"),
        partial("ix_outbox_broadcast", "broadcast", "chat_id", only="broadcast IS NOT NULL"),
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
    #: The broadcast it is a copy of.
    broadcast: Mapped[str | None] = mapped_column(String(16))
