"""Everything a person bought, rented and sent, oldest first, in slices: nobody waits long meanwhile."""

from collections.abc import AsyncIterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, or_, select

from storage.database import Database
from storage.history import mine
from storage.wanted import ORDERED, TABLES, Kind, Wanted, let_through

#: Rows of a slice, one short transaction each.
SLICE = 100


class Everything:
    """What is made meanwhile comes at the end, or not at all."""

    def __init__(self, database: Database, size: int = SLICE) -> None:
        self._database = database
        self._size = size

    async def slices(
        self, kind: Kind, columns: Sequence[Any], owner_id: int, chat_id: int, wanted: Wanted | None = None
    ) -> AsyncIterator[Sequence[Any]]:
        """These columns of a person's things of a kind: of what is wanted, or of all, also of what failed.

        Each row begins with two more: its id, its moment.
        """
        after: Any = None
        only = [] if wanted is None else let_through(kind, wanted)
        while True:
            query = self._next(kind, columns, owner_id, chat_id, after).where(*only)
            async with self._database.begin() as session:
                rows = (await session.execute(query)).all()
            if rows:
                yield rows
            if len(rows) < self._size:
                return
            after = rows[-1]

    async def of(
        self, parent: Any, ids: Sequence[str], columns: Sequence[Any], order: Any, *only: ColumnElement[bool]
    ) -> AsyncIterator[Sequence[Any]]:
        """These columns of what belongs to these things, each thing's own together; `order` is unique there.

        Each row begins with two more: the id of its thing, its place in that order.
        """
        after: Any = None
        while ids:
            query = select(parent, order, *columns).where(parent.in_(ids), *only)
            if after is not None:
                query = query.where(parent >= after[0], or_(parent > after[0], order > after[1]))
            async with self._database.begin() as session:
                rows = (await session.execute(query.order_by(parent, order).limit(self._size))).all()
            if rows:
                yield rows
            if len(rows) < self._size:
                return
            after = rows[-1]

    def _next(
        self, kind: Kind, columns: Sequence[Any], owner_id: int, chat_id: int, after: Any
    ) -> Select[Any]:
        table, at = TABLES[kind], ORDERED[kind]
        query = select(table.id, at, *columns).where(*mine(kind, owner_id, chat_id), at.is_not(None))
        if after is not None:
            # The first half is what the index is read from; the second parts those of one moment.
            query = query.where(at >= after[1], or_(at > after[1], table.id > after[0]))
        return query.order_by(at, table.id).limit(self._size)
