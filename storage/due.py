"""Rows that fall due: the clock is a column, `next_poll_at`, so a restart re-registers nothing."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Generic, TypeVar

from sqlalchemy import bindparam, exists, select, update

from storage.database import Database
from storage.models import Activation, OutgoingMessage, Rental, Watch
from storage.sight import Sight

Watched = TypeVar("Watched", Activation, Rental, OutgoingMessage, Watch)

_WATCHED = (Activation, Rental, OutgoingMessage, Watch)
_DUE = Sight.of(
    select(*(exists().where(table.next_poll_at <= bindparam("horizon")) for table in _WATCHED)),
)


async def tables_due(database: Database, horizon: datetime) -> set[str]:
    """The names of the watched tables in which something falls due before `horizon`: mostly none."""
    due = await database.see_one(_DUE, horizon=horizon)
    return {table.__tablename__ for table, some in zip(_WATCHED, due or (), strict=True) if some}


class DueRows(Generic[Watched]):
    """The side of a store that the watcher sees; every method is one transaction."""

    def __init__(self, database: Database, table: type[Watched]) -> None:
        self._database = database
        self._table: type[Watched] = table
        self.name = table.__tablename__

    async def claim(
        self, horizon: datetime, lease_until: datetime, besides: Collection[str] = (), limit: int = 500
    ) -> Sequence[Watched]:
        """What falls due before `horizon`, claimed until `lease_until`; the rows say when they were due."""
        table = self._table
        due = select(table).where(table.next_poll_at <= horizon, table.id.not_in(besides))
        async with self._database.begin() as session:
            rows = (await session.scalars(due.order_by(table.next_poll_at).limit(limit))).all()
            session.expunge_all()
            if rows:
                claimed = update(table).where(table.id.in_([row.id for row in rows]))
                await session.execute(claimed.values(next_poll_at=lease_until))
        return rows

    async def wake_all(self, now: datetime) -> None:
        """At start: look at every watched row at once, whatever a dead process had claimed."""
        watched = update(self._table).where(self._table.next_poll_at.is_not(None))
        async with self._database.begin() as session:
            await session.execute(watched.values(next_poll_at=now))

    async def put_off(self, row_id: str, at: datetime) -> None:
        """Too soon for its provider: a look that is due waits until then."""
        due = update(self._table).where(self._table.id == row_id, self._table.next_poll_at.is_not(None))
        async with self._database.begin() as session:
            await session.execute(due.values(next_poll_at=at))

    async def get(self, row_id: str) -> Watched | None:
        return await self._database.row(self._table, row_id)
