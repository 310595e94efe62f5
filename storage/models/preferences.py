"""What people chose for themselves: how the bot speaks to them, how it sorts, what they spend at most."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.columns import Row


class Sort(StrEnum):
    """What comes first in lists of what can be bought."""

    PRICE = "price"
    STOCK = "stock"
    SUCCESS = "success"
    #: The price of a received code, failures counted in.
    EXPECTED = "expected"


class Preferences(Row):
    """The choices of a chat; one without a row chose nothing."""

    __tablename__ = "preferences"

    chat_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    #: What the bot speaks there whatever the person's Telegram does; "" is as that.
    language: Mapped[str] = mapped_column(String(8), default="")
    sort: Mapped[Sort] = mapped_column(default=Sort.PRICE)
    #: Codes lie under a spoiler until they are pressed.
    hide_codes: Mapped[bool] = mapped_column(default=False)
    #: Minutes since midnight between which notices wait, never codes; both or none.
    quiet_from: Mapped[int | None]
    quiet_to: Mapped[int | None]
    #: Minutes east of UTC that times are shown and quiet hours are meant in; None is the bot's own zone.
    utc_offset: Mapped[int | None]


class Ceiling(Row):
    """The most a chat pays for one number where nothing else is chosen, in each purse (`bot.purses`)."""

    __tablename__ = "ceilings"

    chat_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    purse: Mapped[str] = mapped_column(String(32), primary_key=True)
    amount: Mapped[Decimal]


class Favourite(Row):
    """A service (its slug) that a person wants to find first in a chat."""

    __tablename__ = "favourites"

    chat_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    owner_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    service: Mapped[str] = mapped_column(String(64), primary_key=True)
    created_at: Mapped[datetime]
