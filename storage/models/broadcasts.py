"""Messages from the operator to many chats: what is sent, to whom, and how far it is."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, String, Text
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.columns import Row


class BroadcastState(StrEnum):
    """Where a broadcast stands."""

    DRAFT = "draft"
    RUNNING = "running"
    PAUSED = "paused"
    CANCELLED = "cancelled"
    DONE = "done"


#: It is being sent, or its copies are being changed; in these words, as the index is found by them.
GOES_ON = sql("state = 'running' OR changing != ''")


class Broadcast(Row):
    """A message copied to every chat of a segment; each copy is a row of the outbox, made in slices."""

    __tablename__ = "broadcasts"
    __table_args__ = (
        Index(
            "ix_broadcasts_going",
            "state",
            sqlite_where=GOES_ON,
            postgresql_where=GOES_ON,
        ),
    )

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    #: The operator; the message that is copied, in their private chat, and its buttons as Telegram's JSON.
    admin_id: Mapped[int]
    source_id: Mapped[int]
    keyboard: Mapped[str] = mapped_column(Text, default="")
    #: How it begins, and where its words stand: "text", "caption" (under a picture, say), or "" without any.
    title: Mapped[str] = mapped_column(String(64), default="")
    wording: Mapped[str] = mapped_column(String(8), default="")
    #: Whom it is for: a word of `storage.audiences`, and what belongs to it (a language).
    segment: Mapped[str] = mapped_column(String(16), default="")
    segment_value: Mapped[str] = mapped_column(String(16), default="")
    state: Mapped[BroadcastState] = mapped_column(default=BroadcastState.DRAFT)
    #: Why it was paused by itself; "" otherwise.
    reason: Mapped[str] = mapped_column(String(64), default="")
    #: The last chat there is a row for, or whose copy was changed; always from the highest id down, as a
    #: group that becomes a supergroup gets a lower one.
    reached: Mapped[int | None]
    #: How many chats it is for, as counted when it was confirmed, and what became of them.
    total: Mapped[int] = mapped_column(default=0)
    sent: Mapped[int] = mapped_column(default=0)
    blocked: Mapped[int] = mapped_column(default=0)
    failed: Mapped[int] = mapped_column(default=0)
    #: Of how many nobody knows whether they got it.
    unsure: Mapped[int] = mapped_column(default=0)
    #: What is being done to the copies that were sent: "" nothing, "delete" or "edit"; the new words as HTML;
    #: and in how many chats it was done.
    changing: Mapped[str] = mapped_column(String(8), default="")
    words: Mapped[str] = mapped_column(Text, default="")
    changed: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(index=True)
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
