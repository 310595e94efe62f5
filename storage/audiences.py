"""Whom a broadcast is for: chats that can be reached and are not blocked, counted and listed by the database.

An audience is frozen when its broadcast starts: who comes later is not in it. From the highest id down it is
people first, then groups; a group that becomes a supergroup meanwhile gets a lower id and is not missed.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.database import Database
from storage.models import Broadcast, Chat, Guest, Key, Post, Preferences
from storage.windows import windows

#: Who was seen since is active.
LATELY = timedelta(days=30)
_GROUPS = ("group", "supergroup")
#: Chats that are counted at once.
_WINDOW = 2000


class Segment(StrEnum):
    """Which of the chats; with `LANGUAGE` goes a language, like "uk"."""

    ALL = "all"
    ACTIVE = "active"
    LANGUAGE = "language"
    WITH_KEY = "with_key"
    GROUPS = "groups"


def those(segment: str, value: str, at: datetime) -> tuple[ColumnElement[bool], ...]:
    """The chats of a segment that were known at a moment, as conditions on `Chat`."""
    turned_away = exists().where(Guest.id == Chat.id, Guest.blocked_at.is_not(None))
    kind = Chat.kind.in_(_GROUPS) if segment == Segment.GROUPS else Chat.kind == "private"
    there = (Chat.created_at <= at, Chat.unreachable_at.is_(None), ~turned_away, kind)
    match segment:
        case Segment.ACTIVE:
            return (*there, Chat.seen_at > at - LATELY)
        case Segment.WITH_KEY:
            return (*there, exists().where(Key.chat_id == Chat.id, Key.removed_at.is_(None)))
        case Segment.LANGUAGE:
            spoken = _spoken()
            return (*there, or_(spoken == value, spoken.like(f"{value}-%")))
    return there


async def count(session: AsyncSession, segment: str, value: str, at: datetime) -> int:
    """Within the caller's transaction: how many chats a segment has."""
    return await session.scalar(select(func.count()).select_from(Chat).where(*those(segment, value, at))) or 0


async def next_chats(session: AsyncSession, broadcast: Broadcast, most: int) -> list[int]:
    """Within the caller's transaction: the next chats of a broadcast that has started, none twice."""
    begun = broadcast.started_at or broadcast.created_at
    has_one = exists().where(Post.broadcast == broadcast.id, Post.chat_id == Chat.id)
    query = select(Chat.id).where(*those(broadcast.segment, broadcast.segment_value, begun), ~has_one)
    if broadcast.reached is not None:
        query = query.where(Chat.id < broadcast.reached)
    return list(await session.scalars(query.order_by(Chat.id.desc()).limit(most)))


class Audiences:
    """How many chats there are of each kind."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def sizes(self, now: datetime) -> Mapping[Segment, int]:
        """By segment, but for languages: they have a list of their own; counted in windows."""
        found: dict[Segment, int] = dict.fromkeys((one for one in Segment if one != Segment.LANGUAGE), 0)
        async for few in windows(self._database, Chat.id, size=_WINDOW):
            for each in found:
                some = select(func.count()).select_from(Chat).where(few, *those(each, "", now))
                async with self._database.begin() as session:
                    found[each] += await session.scalar(some) or 0
        return found

    async def languages(self, now: datetime) -> Mapping[str, int]:
        """How many people speak which language, by its code, most of them first; "" is not among them."""
        spoken = _spoken()
        query = select(spoken, func.count()).where(*those(Segment.ALL, "", now)).group_by(spoken)
        found: Counter[str] = Counter()
        async for few in windows(self._database, Chat.id, size=_WINDOW):
            async with self._database.begin() as session:
                for tag, people in await session.execute(query.where(few)):
                    found[tag.partition("-")[0]] += people
        return {language: people for language, people in found.most_common() if language}


def _spoken() -> ColumnElement[Any]:
    """The language of a chat: as it was chosen there, else as its person's Telegram speaks."""
    chosen = select(Preferences.language).where(Preferences.chat_id == Chat.id, Preferences.language != "")
    return func.lower(func.coalesce(chosen.scalar_subquery(), Chat.language))
