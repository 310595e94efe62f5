"""Rented numbers: the states of one, the orders that cost money, and the SMS that came."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.columns import Row, partial


class RentalState(StrEnum):
    """Where a rented number stands."""

    RENTING = "renting"
    ACTIVE = "active"
    ENDED = "ended"
    FAILED = "failed"
    UNKNOWN = "unknown"


#: The transition table: a state, and the states it may be reached from.
RENTAL_REACHED_FROM: dict[RentalState, frozenset[RentalState]] = {
    # From unknown when the account's list told it after all; from ended when it was renewed elsewhere.
    RentalState.ACTIVE: frozenset({RentalState.RENTING, RentalState.UNKNOWN, RentalState.ENDED}),
    RentalState.ENDED: frozenset({RentalState.ACTIVE}),
    RentalState.FAILED: frozenset({RentalState.RENTING}),
    RentalState.UNKNOWN: frozenset({RentalState.RENTING}),
}


class OrderKind(StrEnum):
    """What an order is for."""

    RENT = "rent"
    RENEW = "renew"


class OrderState(StrEnum):
    """Where an order stands."""

    #: Shown with its price; the button that carries its id orders it, once.
    OFFERED = "offered"
    ORDERED = "ordered"
    DONE = "done"
    FAILED = "failed"
    UNKNOWN = "unknown"


ORDER_REACHED_FROM: dict[OrderState, frozenset[OrderState]] = {
    OrderState.ORDERED: frozenset({OrderState.OFFERED}),
    # From unknown when the account's list told it after all.
    OrderState.DONE: frozenset({OrderState.ORDERED, OrderState.UNKNOWN}),
    OrderState.FAILED: frozenset({OrderState.ORDERED}),
    OrderState.UNKNOWN: frozenset({OrderState.ORDERED}),
}


class SimWish(StrEnum):
    """What was asked of a SIM and is not seen yet."""

    NONE = ""
    ON = "on"
    OFF = "off"


class Rental(Row):
    """A number rented for days, from the intent to rent it to its end."""

    __tablename__ = "rentals"
    __table_args__ = (
        partial("ix_rentals_held", "key_id", "provider_id", unique=True, only="state = 'active'"),
        partial("ix_rentals_next_poll_at", "next_poll_at", only="next_poll_at IS NOT NULL"),
        Index("ix_rentals_owner_id_created_at", "owner_id", "created_at"),
        Index("ix_rentals_chat_id_created_at", "chat_id", "created_at"),
    )

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    chat_id: Mapped[int]
    owner_id: Mapped[int]
    key_id: Mapped[str] = mapped_column(ForeignKey("provider_keys.id"), index=True)
    provider: Mapped[str] = mapped_column(String(32))
    #: ISO 3166 alpha-2, "" where it could not be told.
    country: Mapped[str] = mapped_column(String(2))
    state: Mapped[RentalState]
    #: Why it stands so, as the name of an error class; "" when nothing is to be said.
    reason: Mapped[str] = mapped_column(String(32), default="")
    provider_id: Mapped[str | None] = mapped_column(String(64))
    phone: Mapped[str | None] = mapped_column(String(32))
    raw: Mapped[str | None] = mapped_column(String(64))
    #: When the rent ends, by the provider's list.
    until: Mapped[datetime | None]
    #: Whether its SIM is in the network, by the provider's list.
    online: Mapped[bool | None]
    sim_wish: Mapped[SimWish] = mapped_column(default=SimWish.NONE)
    sim_wished_at: Mapped[datetime | None]
    #: The owner's last press: for a while after it its SMS are looked for more often.
    pressed_at: Mapped[datetime | None]
    #: Rented elsewhere with the same key, and taken over from the account's list.
    taken_over: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    rented_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    #: The next look at the provider; None when nothing is due.
    next_poll_at: Mapped[datetime | None]
    polled_at: Mapped[datetime | None]
    #: The last time the account's list was read for it, which is asked for less often than the SMS.
    listed_at: Mapped[datetime | None]
    #: Since when the list, read again and again, does not have it; None while it does.
    missing_since: Mapped[datetime | None]
    #: Failures of the provider in a row, and the last time its SMS were read.
    failures: Mapped[int] = mapped_column(default=0)
    answered_at: Mapped[datetime | None]


class RentalOrder(Row):
    """A rent or a renewal: what it costs, and what became of it. Its id is the button's one-time nonce."""

    __tablename__ = "rental_orders"
    __table_args__ = (
        Index("ix_rental_orders_owner_id_created_at", "owner_id", "created_at"),
        Index("ix_rental_orders_chat_id", "chat_id"),
        Index("ix_rental_orders_ordered_at", "ordered_at"),
    )

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    kind: Mapped[OrderKind]
    state: Mapped[OrderState]
    reason: Mapped[str] = mapped_column(String(32), default="")
    #: The number it is for; of a rent, from the moment it is ordered.
    rental_id: Mapped[str | None] = mapped_column(ForeignKey("rentals.id", ondelete="CASCADE"), index=True)
    chat_id: Mapped[int]
    owner_id: Mapped[int]
    key_id: Mapped[str] = mapped_column(ForeignKey("provider_keys.id", ondelete="CASCADE"), index=True)
    provider: Mapped[str] = mapped_column(String(32))
    tariff: Mapped[str] = mapped_column(String(64))
    days: Mapped[int]
    country: Mapped[str] = mapped_column(String(2))
    country_code: Mapped[str] = mapped_column(String(16))
    cost: Mapped[Decimal]
    currency: Mapped[str] = mapped_column(String(3))
    created_at: Mapped[datetime]
    ordered_at: Mapped[datetime | None]
    #: Set right before the call, with what the account had: without it no call was made.
    called_at: Mapped[datetime | None]
    balance_before: Mapped[Decimal | None]
    balance_after: Mapped[Decimal | None]
    #: What the account rented right before the call, as JSON: provider id to the end of its rent. Until then
    #: a renewal has here what the person was shown.
    held_before: Mapped[str | None] = mapped_column(String(8192))
    #: Times the account's list was read in vain for an unknown outcome.
    looks: Mapped[int] = mapped_column(default=0)
    settled_at: Mapped[datetime | None]


class RentalText(Row):
    """One SMS of a rented number; `written`, sender, text and `copy` (counted from 1) tell it from others."""

    __tablename__ = "rental_sms"
    __table_args__ = (UniqueConstraint("rental_id", "position"),)

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    rental_id: Mapped[str] = mapped_column(ForeignKey("rentals.id", ondelete="CASCADE"))
    position: Mapped[int]
    sender: Mapped[str | None] = mapped_column(String(64))
    text: Mapped[str] = mapped_column(String(4096))
    #: Its time in the provider's own words.
    written: Mapped[str] = mapped_column(String(32), default="")
    copy: Mapped[int] = mapped_column(default=1)
    received_at: Mapped[datetime]
