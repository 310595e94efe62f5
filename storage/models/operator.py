"""What the operator decides: who may come in, what is switched, and the log of every operator's deed."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.columns import Row


class Guest(Row):
    """Somebody (or a group, by its negative id) who was let in, blocked, or given caps of their own."""

    __tablename__ = "guests"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(String(128), default="")
    admitted_at: Mapped[datetime | None]
    #: The operator who let them in, or whose invitation they used; None where nobody decided it.
    admitted_by: Mapped[int | None]
    #: Of a group: who brought the bot there.
    brought_by: Mapped[int | None]
    blocked_at: Mapped[datetime | None]
    blocked_by: Mapped[int | None]
    #: Where there is none of their own, everybody's holds; 0 is no limit.
    purchases_per_day: Mapped[int | None]
    active_numbers: Mapped[int | None]
    messages_per_day: Mapped[int | None]
    spend_per_day: Mapped[Decimal | None]


class Switch(Row):
    """Something an operator set while the bot runs; one without a row is as the settings say."""

    __tablename__ = "switches"

    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    value: Mapped[str] = mapped_column(Text)
    changed_at: Mapped[datetime]
    changed_by: Mapped[int]


class Deed(Row):
    """Something an operator did, in the words of the log; never a code, a key or a number."""

    __tablename__ = "deeds"

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    #: The operator; not a person the bot forgets on wish.
    admin_id: Mapped[int]
    what: Mapped[str] = mapped_column(String(32))
    about: Mapped[str] = mapped_column(String(256), default="")


class Incident(Row):
    """Trouble that operators are told of once, and once more when it is over."""

    __tablename__ = "incidents"

    #: What it is about, as "provider:smsbower", "disk" or "backup".
    subject: Mapped[str] = mapped_column(String(64), primary_key=True)
    #: Another one whenever it begins anew.
    id: Mapped[str] = mapped_column(String(16))
    since: Mapped[datetime]
    #: How often it was there again soon after its end.
    returns: Mapped[int] = mapped_column(default=0)
    detail: Mapped[str] = mapped_column(String(256), default="")
    told_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
