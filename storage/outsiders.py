"""Who uses the bot now and was never let in: whoever would be shut out where it is not open any more."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.database import Database
from storage.deeds import What, note
from storage.models import Chat, Guest
from storage.windows import windows

#: Who was seen since uses it now.
LATELY = timedelta(days=30)
_GROUPS = ("group", "supergroup")
#: Chats that are looked at at once, and let in.
_LOOKED_AT, _LET_IN = 2000, 100


@dataclass(frozen=True, slots=True)
class Outsiders:
    people: int
    groups: int

    def __bool__(self) -> bool:
        return self.people + self.groups > 0


class OutsiderStore:
    """Chats are looked through a few at a time; operators are no outsiders, who is blocked stays blocked."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def count(self, operators: Collection[int], now: datetime) -> Outsiders:
        kinds = (Chat.id > 0, Chat.id < 0)
        numbers = [func.coalesce(func.sum(case((which, 1), else_=0)), 0) for which in kinds]
        query = select(*numbers).select_from(Chat).outerjoin(Guest, Guest.id == Chat.id)
        people = groups = 0
        async for few in windows(self._database, Chat.id, size=_LOOKED_AT):
            async with self._database.begin() as session:
                found = (await session.execute(query.where(few, _outside(operators, now)))).one()
            people, groups = people + found[0], groups + found[1]
        return Outsiders(people, groups)

    async def let_in(self, operators: Collection[int], by: int, now: datetime) -> None:
        """All of them, as one deed, which counts on with each few: if the process dies meanwhile, it says how
        many were let in, and these are no outsiders any more.
        """
        async with self._database.begin() as session:
            deed = note(session, by, What.LET_IN_ALL, "0", now)
        together = 0
        async for few in windows(self._database, Chat.id, size=_LET_IN):
            async with self._database.begin() as session:
                together += await _let_in(session, few & _outside(operators, now), by, now)
                session.add(deed)
                deed.about = str(together)


async def _let_in(session: AsyncSession, which: ColumnElement[bool], by: int, now: datetime) -> int:
    """How many these are."""
    query = select(Chat.id, Chat.title).outerjoin(Guest, Guest.id == Chat.id).where(which)
    found = (await session.execute(query)).all()
    known = await session.scalars(select(Guest).where(Guest.id.in_([who for who, _ in found])))
    guests = {guest.id: guest for guest in known}
    for who, title in found:
        guest = guests.get(who) or Guest(id=who, name=title[:128])
        guest.admitted_at, guest.admitted_by = now, by
        session.add(guest)
    return len(found)


def _outside(operators: Collection[int], now: datetime) -> ColumnElement[bool]:
    """Chats that can be reached, were heard lately, and about which nothing was decided."""
    kind = or_(and_(Chat.id > 0, Chat.kind == "private"), and_(Chat.id < 0, Chat.kind.in_(_GROUPS)))
    undecided = and_(Guest.admitted_at.is_(None), Guest.blocked_at.is_(None))
    lately = Chat.seen_at > now - LATELY, Chat.unreachable_at.is_(None)
    return and_(kind, *lately, undecided, Chat.id.not_in(operators))
