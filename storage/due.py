"""Rows that fall due: the clock is a column, `next_poll_at`, so a restart re-registers nothing."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

from sqlalchemy import Select, bindparam, exists, literal, select, update

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


@dataclass(frozen=True, slots=True)
class Claim:
    """A row that is about to be looked at: when that was due, and whom it concerns.

    `key_id` and `provider` are empty where the table does not name one.
    """

    id: str
    next_poll_at: datetime
    chat_id: int
    key_id: str
    provider: str


class DueRows(Generic[Watched]):
    """The side of a store that the watcher sees; every method that writes is one transaction."""

    def __init__(self, database: Database, table: type[Watched]) -> None:
        self._database = database
        self._table: type[Watched] = table
        self._due = _due(table)
        self.name = table.__tablename__

    async def claim(
        self, horizon: datetime, lease_until: datetime, besides: Collection[str] = (), limit: int = 500
    ) -> Sequence[Claim]:
        """What falls due before `horizon`, claimed until `lease_until`; each says when it was due.

        Those `besides` are left out here, not by the statement: SQLite takes 32,766 values, unless built
        otherwise.
        """
        due = self._due.limit(limit + len(besides))
        async with self._database.begin() as session:
            found = (Claim(*row) for row in await session.execute(due, {"horizon": horizon}))
            claims = [each for each in found if each.id not in besides][:limit]
            if claims:
                claimed = update(self._table).where(self._table.id.in_([each.id for each in claims]))
                await session.execute(claimed.values(next_poll_at=lease_until))
        return claims

    async def wake_all(
        self, now: datetime, apart: timedelta = timedelta(), within: timedelta = timedelta()
    ) -> None:
        """At start: look at every watched row, whatever a dead process had claimed, the next ones first.

        Each is `apart` from the one before it, or so much less that the last one is due `within` this time.
        """
        table = self._table
        watched = select(table.id).where(table.next_poll_at.is_not(None)).order_by(table.next_poll_at)
        woken = update(table).where(table.id == bindparam("of")).values(next_poll_at=bindparam("at"))
        async with self._database.begin() as session:
            if ids := (await session.scalars(watched)).all():
                apart = min(apart, within / len(ids))
                each = [{"of": row_id, "at": now + place * apart} for place, row_id in enumerate(ids)]
                await (await session.connection()).execute(woken, each)

    async def put_off(self, row_id: str, at: datetime) -> None:
        """Too soon for its provider: a look that is due waits until then."""
        due = update(self._table).where(self._table.id == row_id, self._table.next_poll_at.is_not(None))
        async with self._database.begin() as session:
            await session.execute(due.values(next_poll_at=at))

    async def get(self, row_id: str) -> Watched | None:
        return await self._database.row(self._table, row_id)


def _due(table: Any) -> Select[Any]:
    """What a claim tells of each row, those that are due first before the others."""
    named = (getattr(table, name, None) for name in ("key_id", "provider"))
    columns = (literal("") if each is None else each for each in named)
    due = select(table.id, table.next_poll_at, table.chat_id, *columns)
    return due.where(table.next_poll_at <= bindparam("horizon")).order_by(table.next_poll_at)
