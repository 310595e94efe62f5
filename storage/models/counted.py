"""Who is being forgotten, and what goes on counting for a day against the limits of who was."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.columns import Row


class Counted(Row):
    """The mark of a forgotten person at a row that is nobody's by now."""

    __tablename__ = "counted"

    #: The row's table and id.
    kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    row_id: Mapped[str] = mapped_column(String(16), primary_key=True)
    mark: Mapped[str] = mapped_column(String(64), index=True)
    until: Mapped[datetime]


class Leaver(Row):
    """Somebody whose wish to be forgotten is being carried out; the last that goes of them."""

    __tablename__ = "leavers"

    owner_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    wished_at: Mapped[datetime]
