"""Long tables read in windows, each a short transaction: nobody waits long for whoever adds them up.

What changes meanwhile is seen as it is when its window is read; every row is in one window.
"""

from collections.abc import AsyncIterator
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select

from storage.database import Database

#: Rows of a window: some milliseconds' worth.
SIZE = 500


async def windows(
    database: Database,
    column: Any,
    since: Any = None,
    until: Any = None,
    *which: ColumnElement[bool],
    size: int = SIZE,
) -> AsyncIterator[ColumnElement[bool]]:
    """Conditions on `column` that part [since, until) of these rows into windows of so many, lowest first.

    An index of what `which` asks for, and then of the column, tells where they end without reading a row.
    Rows of one value stay together, however many there are.
    """
    last = None if until is None else column < until
    while True:
        first = column.is_not(None) if since is None else column >= since
        rest = [*which, first, *([] if last is None else [last])]
        end = await _end(database, column, rest, since, size)
        yield and_(first, *([column < end] if end is not None else [] if last is None else [last]))
        if end is None:
            return
        since = end


async def _end(
    database: Database, column: Any, rest: list[ColumnElement[bool]], since: Any, size: int
) -> Any | None:
    """Where the window ends that begins at `since`; None where it is the last one."""
    border = select(column).where(*rest).order_by(column).offset(size).limit(1)
    async with database.begin() as session:
        end = await session.scalar(border)
        if end is not None and since is not None and end <= since:
            end = await session.scalar(select(func.min(column)).where(*rest, column > since))
    return end
