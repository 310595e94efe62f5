"""People and groups as operators see them: found by a name, with counts and sums, never what a row says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.counted import bought_by
from storage.database import Database
from storage.models import IS_OPEN, Activation, Chat, Guest, Member, State
from storage.payments import Payment, paid_by_person, paid_in_chat

_DAY, _MONTH = timedelta(days=1), timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody, or a group by its negative id, and what they are called; "" where nobody knows."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class Profile:
    """What is known of one: `today` and `month` are the last 24 hours and 30 days.

    `met` is None where they never came; `groups` are those they brought the bot into, `met_in` those they
    were met in.
    """

    id: int
    name: str
    met: datetime | None
    seen: datetime | None
    gone: bool
    open_numbers: int
    numbers: tuple[int, int]
    today: Sequence[Payment]
    month: Sequence[Payment]
    groups: Sequence[Known]
    met_in: Sequence[Known]


class PeopleStore:
    """Every method is one transaction that reads."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, words: str, limit: int) -> Sequence[Known]:
        """Who is called so, here or in a group; of a name in other than Latin letters, the case counts."""
        async with self._database.begin() as session:
            chats = await session.execute(
                select(Chat.id, Chat.title).where(Chat.id != 0, _like(Chat.title, words)).limit(limit)
            )
            members = await session.execute(
                select(Member.user_id, Member.name).where(_like(Member.name, words)).limit(limit)
            )
            found = dict([*members, *chats])
        return [Known(*each) for each in sorted(found.items(), key=lambda one: (one[1], one[0]))][:limit]

    async def names(self, ids: Sequence[int]) -> Mapping[int, str]:
        """What some of these are called; those nobody knows are left out."""
        async with self._database.begin() as session:
            return await _names(session, ids)

    async def profile(self, who: int, now: datetime) -> Profile:
        """All there is to tell of a person, or of a group by its negative id."""
        async with self._database.begin() as session:
            chat = await session.get(Chat, who)
            day, month = now - _DAY, now - _MONTH
            return Profile(
                id=who,
                name=(await _names(session, [who])).get(who, ""),
                met=None if chat is None else chat.created_at,
                seen=None if chat is None else chat.seen_at,
                gone=chat is not None and chat.unreachable_at is not None,
                open_numbers=await _count(session, _whose(who, IS_OPEN)),
                numbers=(await _bought(session, who, day), await _bought(session, who, month)),
                today=await _paid(session, who, day),
                month=await _paid(session, who, month),
                groups=await _brought(session, who),
                met_in=await _met_in(session, who),
            )


def _like(column: Any, words: str) -> ColumnElement[bool]:
    """SQLite knows only the capitals of Latin letters, and takes these for the small ones of itself."""
    forms = {words, *([] if words.isascii() else _capitals(words))}
    return or_(*(column.contains(form, autoescape=True) for form in sorted(forms)))


def _capitals(words: str) -> set[str]:
    return {words.lower(), words.upper(), words.capitalize(), words.title()}


async def _names(session: AsyncSession, ids: Sequence[int]) -> dict[int, str]:
    """By their chat with the bot, else by a group, else as they were let in."""
    sources = (
        (Guest.id, Guest.name),
        (Member.user_id, Member.name),
        (Chat.id, Chat.title),
    )
    found: dict[int, str] = {}
    for key, name in sources:
        rows = await session.execute(select(key, name).where(key.in_(ids), name != ""))
        found |= {row[0]: row[1] for row in rows}
    return found


def _whose(who: int, *among: ColumnElement[bool]) -> ColumnElement[bool]:
    """Which of these somebody bought, wherever; of a group, which were bought there."""
    return bought_by(who, *among) if who > 0 else and_(Activation.chat_id == who, *among)


async def _count(session: AsyncSession, *which: ColumnElement[bool]) -> int:
    return await session.scalar(select(func.count()).select_from(Activation).where(*which)) or 0


async def _bought(session: AsyncSession, who: int, since: datetime) -> int:
    return await _count(
        session, _whose(who, Activation.created_at >= since, Activation.state != State.FAILED)
    )


async def _paid(session: AsyncSession, who: int, since: datetime) -> Sequence[Payment]:
    return await (paid_by_person if who > 0 else paid_in_chat)(session, who, since)


async def _met_in(session: AsyncSession, who: int) -> Sequence[Known]:
    theirs = select(Member.chat_id, Chat.title).join(Chat, Chat.id == Member.chat_id)
    rows = await session.execute(theirs.where(Member.user_id == who).order_by(Chat.title).limit(20))
    return [Known(*row) for row in rows]


async def _brought(session: AsyncSession, who: int) -> Sequence[Known]:
    """Groups that somebody brought the bot into and it still is in."""
    theirs = select(Guest.id, Chat.title).join(Chat, Chat.id == Guest.id)
    theirs = theirs.where(Guest.id < 0, Guest.brought_by == who, Chat.unreachable_at.is_(None))
    rows = await session.execute(theirs.order_by(Chat.title).limit(20))
    return [Known(*row) for row in rows]
