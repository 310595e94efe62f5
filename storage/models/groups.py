"""Groups that share numbers: the rules of one, its members, whose menus hang in it, and links for one use."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.columns import Row


class Buyers(StrEnum):
    """Who may buy in a group."""

    ADMINS = "admins"
    EVERYONE = "everyone"
    #: Only who was named: `Member.may_buy`.
    NAMED = "named"


class Eyes(StrEnum):
    """Who sees a code in a group."""

    BUYER = "buyer"
    EVERYONE = "everyone"


class Sharing(Row):
    """The rules of a group, set by its administrators; 0 is no limit.

    Money is per provider, in its currency.
    """

    __tablename__ = "sharings"

    chat_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    who_buys: Mapped[Buyers] = mapped_column(default=Buyers.ADMINS)
    who_sees: Mapped[Eyes] = mapped_column(default=Eyes.BUYER)
    #: Per member: numbers a day, money a day, and how many may wait for a code at once.
    numbers_per_day: Mapped[int] = mapped_column(default=0)
    spend_per_day: Mapped[Decimal] = mapped_column(default=Decimal(0))
    active_numbers: Mapped[int] = mapped_column(default=0)
    #: The topic its cards and codes go to; None is where a number was asked for.
    thread_id: Mapped[int | None]
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]


class Member(Row):
    """Somebody the bot has met in a group, by the name they had then."""

    __tablename__ = "members"
    __table_args__ = (Index("ix_members_user_id", "user_id"),)

    chat_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    user_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(String(64))
    #: Whether they may buy where only who was named may.
    may_buy: Mapped[bool] = mapped_column(default=False)
    seen_at: Mapped[datetime]


class HungMenu(Row):
    """A message with buttons in a group, and whose buttons they are."""

    __tablename__ = "menus"

    chat_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    message_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    owner_id: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(index=True)


class Departure(Row):
    """A group out of reach whose numbers are on their way out: those made since `reached` are through."""

    __tablename__ = "departures"

    group_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    reached: Mapped[datetime]


class Purpose(StrEnum):
    """What a link for one use is for."""

    #: To add a key to a group, in private.
    GROUP_KEY = "group_key"
    #: To be let in.
    INVITE = "invite"


class SingleUse(Row):
    """A link that works once, for one person where it is bound to one; only the hash of its word is kept."""

    __tablename__ = "links"
    __table_args__ = (Index("ix_links_expires_at", "expires_at"),)

    hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    purpose: Mapped[Purpose]
    #: The only one who may use it; None for an invitation.
    user_id: Mapped[int | None]
    #: The group it is about.
    chat_id: Mapped[int | None]
    owner_id: Mapped[int]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    used_by: Mapped[int | None]
