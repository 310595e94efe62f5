"""Long tables read in windows, each a short transaction: nobody waits long for whoever adds them up.

What changes meanwhile is seen as it is when its window is read; every row is in one window.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, func, select

from storage.database import Database
from storage.sight import Sight

#: Rows of a window: some milliseconds' worth.
SIZE = 500
#: No row has a moment after this one.
_LAST = datetime.max.replace(tzinfo=UTC)


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


class Windowed:
    """The same for what is asked often: a window is seen at a glance, without a transaction.

    `told` makes the statement by its conditions: `which`, with what changes as `bindparam`, and the window.
    """

    def __init__(
        self, column: Any, told: Callable[..., Any], *which: ColumnElement[bool], size: int = SIZE
    ) -> None:
        inside = (*which, column >= bindparam("begin"), column < bindparam("end"))
        after = (*which, column > bindparam("begin"), column < bindparam("end"))
        nth = select(column).where(*inside).offset(bindparam("nth")).limit(1)
        self._up: Sight[Any] = Sight(nth.order_by(column))
        self._down: Sight[Any] = Sight(nth.order_by(column.desc()))
        self._next: Sight[Any] = Sight(select(func.min(column)).where(*after))
        self._told: Sight[Any] = Sight(told(*inside))
        self._size = size

    async def read(
        self,
        database: Database,
        since: Any,
        until: Any = None,
        newest: int | None = None,
        /,
        **values: object,
    ) -> AsyncIterator[Sequence[Any]]:
        """What is told of the rows in [since, until), window by window; where there are few, in one.

        Of the `newest` so many, where they are more than a window's; None for all.
        """
        last = _LAST if until is None else until
        end = await self._end(database, since, last, values)
        if end is not None and newest is not None:
            given = {**values, "begin": since, "end": last, "nth": newest - 1}
            since = await database.see_one(self._down, **given) or since
            end = await self._end(database, since, last, values)
        while end is not None:
            yield await database.see(self._told, **values, begin=since, end=end)
            since, end = end, await self._end(database, end, last, values)
        yield await database.see(self._told, **values, begin=since, end=last)

    async def _end(self, database: Database, since: Any, last: Any, values: dict[str, object]) -> Any | None:
        """Where the window ends that begins at `since`; None where it is the last one."""
        given = {**values, "begin": since, "end": last}
        end = await database.see_one(self._up, **given, nth=self._size)
        return await database.see_one(self._next, **given) if end is not None and end <= since else end
