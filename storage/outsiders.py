"""Who uses the bot now and was never let in: whoever would be shut out where it is not open any more."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, case, func, or_, select

from storage.database import Database
from storage.deeds import What, note
from storage.models import Chat, Guest

#: Who was seen since uses it now.
LATELY = timedelta(days=30)
_GROUPS = ("group", "supergroup")


@dataclass(frozen=True, slots=True)
class Outsiders:
    people: int
    groups: int

    def __bool__(self) -> bool:
        return self.people + self.groups > 0


class OutsiderStore:
    """Both methods are one transaction; operators are no outsiders, and who is blocked stays blocked."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def count(self, operators: Collection[int], now: datetime) -> Outsiders:
        kinds = (Chat.id > 0, Chat.id < 0)
        numbers = [func.coalesce(func.sum(case((which, 1), else_=0)), 0) for which in kinds]
        query = select(*numbers).select_from(Chat).outerjoin(Guest, Guest.id == Chat.id)
        async with self._database.begin() as session:
            found = await session.execute(query.where(_outside(operators, now)))
            return Outsiders(*found.one())

    async def let_in(self, operators: Collection[int], by: int, now: datetime) -> None:
        """All of them, as one deed."""
        query = select(Chat.id, Chat.title).outerjoin(Guest, Guest.id == Chat.id)
        async with self._database.begin() as session:
            found = (await session.execute(query.where(_outside(operators, now)))).all()
            guests = {guest.id: guest for guest in await session.scalars(select(Guest))}
            for who, title in found:
                known = guests.get(who) or Guest(id=who, name=title[:128])
                known.admitted_at, known.admitted_by = now, by
                session.add(known)
            note(session, by, What.LET_IN_ALL, str(len(found)), now)


def _outside(operators: Collection[int], now: datetime) -> ColumnElement[bool]:
    """Chats that can be reached, were heard lately, and about which nothing was decided."""
    kind = or_(and_(Chat.id > 0, Chat.kind == "private"), and_(Chat.id < 0, Chat.kind.in_(_GROUPS)))
    undecided = and_(Guest.admitted_at.is_(None), Guest.blocked_at.is_(None))
    lately = Chat.seen_at > now - LATELY, Chat.unreachable_at.is_(None)
    return and_(kind, *lately, undecided, Chat.id.not_in(operators))
