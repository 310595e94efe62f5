"""Watches: a service in a country that is out of stock or too dear, looked at until it can be had."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.columns import Row, partial


class WatchState(StrEnum):
    """Where a watch stands."""

    #: Shown for confirmation, with all it would do; nothing is watched yet.
    OFFERED = "offered"
    WATCHING = "watching"
    #: Its purchase is intended: what becomes of it stands in the activation.
    BUYING = "buying"
    #: It was there, and the person was told.
    RUNG = "rung"
    BOUGHT = "bought"
    #: It may have bought: it never tries again, and the number's card tells what is known.
    UNCLEAR = "unclear"
    #: Its time passed without a ring.
    ENDED = "ended"
    #: The person stopped it.
    STOPPED = "stopped"
    #: A purchase was refused for good; the reason tells why.
    FAILED = "failed"


#: The transition table: a state, and the states it may be reached from.
WATCH_REACHED_FROM: dict[WatchState, frozenset[WatchState]] = {
    # From buying when the purchase found the stock gone again.
    WatchState.WATCHING: frozenset({WatchState.OFFERED, WatchState.BUYING}),
    WatchState.BUYING: frozenset({WatchState.WATCHING}),
    WatchState.RUNG: frozenset({WatchState.WATCHING}),
    WatchState.BOUGHT: frozenset({WatchState.BUYING}),
    WatchState.UNCLEAR: frozenset({WatchState.BUYING}),
    WatchState.ENDED: frozenset({WatchState.WATCHING}),
    WatchState.STOPPED: frozenset({WatchState.WATCHING}),
    WatchState.FAILED: frozenset({WatchState.WATCHING, WatchState.BUYING}),
}

#: States in which it still waits for something.
WATCH_OPEN = frozenset({WatchState.WATCHING, WatchState.BUYING})


class Watch(Row):
    """What somebody waits for, until when, and the most they pay; `buys` without being asked again."""

    __tablename__ = "watches"
    __table_args__ = (
        # Due rows only: small, whatever the table grows to.
        partial("ix_watches_next_poll_at", "next_poll_at", only="next_poll_at IS NOT NULL"),
        Index("ix_watches_owner_id_created_at", "owner_id", "created_at"),
        Index("ix_watches_chat_id", "chat_id"),
        partial("ix_watches_key_id", "key_id", only="key_id IS NOT NULL"),
    )

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    chat_id: Mapped[int]
    owner_id: Mapped[int]
    #: With which key; None looks with every key of the chat.
    key_id: Mapped[str | None] = mapped_column(ForeignKey("provider_keys.id", ondelete="CASCADE"))
    service: Mapped[str] = mapped_column(String(64))
    service_name: Mapped[str] = mapped_column(String(128))
    country: Mapped[str] = mapped_column(String(2))
    country_name: Mapped[str] = mapped_column(String(64))
    #: The most one number may cost; None tells whatever it costs, and never buys.
    max_price: Mapped[Decimal | None]
    currency: Mapped[str] = mapped_column(String(3), default="")
    buys: Mapped[bool] = mapped_column(default=False)
    state: Mapped[WatchState]
    #: Why it ended so, as the name of an error class; "" when nothing is to be said.
    reason: Mapped[str] = mapped_column(String(32), default="")
    created_at: Mapped[datetime]
    until: Mapped[datetime]
    #: The quote it buys with, or bought with last, good for one purchase; set before it buys.
    nonce: Mapped[str | None] = mapped_column(String(16))
    #: What was found: the price and when.
    found_cost: Mapped[Decimal | None]
    found_at: Mapped[datetime | None]
    #: The next look; None when nothing is due.
    next_poll_at: Mapped[datetime | None]
    polled_at: Mapped[datetime | None]
    #: Looks without an answer, or orders that were not made, in a row.
    failures: Mapped[int] = mapped_column(default=0)
    #: Orders in a row that came too late: the stock was gone, or the price another one.
    late: Mapped[int] = mapped_column(default=0)
    answered_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
