"""The outbox: what is to be said unasked, in the order it matters, until Telegram has taken it.

A row says what to draw (`kind`, `subject`); the words are found when it is sent, so no code lies here.
"""

import secrets
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    Integer,
    String,
    bindparam,
    case,
    exists,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession

from storage.database import Database
from storage.kinds import LEFT_BEHIND, NOTICES, PARKED, PERISHABLE, PRIORITIES, Kind, Priority
from storage.models import IS_PARKED, Chat, Post
from storage.models.columns import Moment, no_index
from storage.places import place_of
from storage.sight import Sight, Stroke

__all__ = ["NOTICES", "PARKED", "PERISHABLE", "Kind", "OutboxStore", "Priority", "arm", "new_id", "unpark"]

#: What a row says while it is tried: the first time, after one crash of the process, after two of them.
TRYING = ("Trying", "TryingAgain", "TryingOnceMore")
#: Why a row rests: the process died over it so often. Once more, and it rests again.
CRASHED = "Crashed"
_CRASHES = {word: count for count, word in enumerate(TRYING, 1)} | {CRASHED: len(TRYING) - 1}
#: Why a row is not due yet: its chat has quiet hours.
QUIET = "Quiet"
#: The id under which a flood limit of the whole bot stands among the chats: no chat has it.
EVERYWHERE = 0


def new_id() -> str:
    """An id nobody can guess, short enough for a button: 64 random bits, 11 characters."""
    return secrets.token_urlsafe(8)


async def arm(
    session: AsyncSession,
    kind: Kind,
    subject: str,
    chat_id: int,
    at: datetime,
    *,
    anew: bool = False,
    hangs: int | None = None,
) -> None:
    """Within the caller's transaction: say this at that moment, once; armed again, draw it anew.

    `anew` forgets where it hangs, so that it comes as a new message, and that it was given up; `hangs` is the
    message to turn into it.
    """
    dedup = f"{kind}:{subject}"
    post = (await session.scalars(select(Post).where(Post.dedup == dedup))).one_or_none()
    if post is None:
        chat_id, thread_id = await place_of(session, kind, subject, chat_id)
        session.add(_new(kind, subject, chat_id, thread_id, at, hangs))
        return
    rests = post.failure == CRASHED and not anew and post.next_try_at is not None
    post.next_try_at = max(at, post.next_try_at) if rests and post.next_try_at else at
    post.version += 1
    old = post.message_id
    if anew:
        post.message_id = post.sent_at = None
        post.failure = ""
    post.message_id = hangs or post.message_id
    if kind in LEFT_BEHIND and old and old != post.message_id:
        await arm(session, LEFT_BEHIND[kind], subject, chat_id, at, hangs=old)


async def disarm(session: AsyncSession, kind: Kind, subject: str) -> None:
    """Within the caller's transaction: what was to be said at its moment is not said any more."""
    due = update(Post).where(Post.dedup == f"{kind}:{subject}", Post.sent_at.is_(None))
    await session.execute(due.values(next_try_at=None))


async def unpark(session: AsyncSession, chat_id: int) -> None:
    """Within the caller's transaction: the chat can be reached again, so what waited for that is due."""
    waiting = update(Post).where(Post.chat_id == chat_id, IS_PARKED)
    due = func.coalesce(Post.next_try_at, Post.created_at)
    await session.execute(waiting.values(next_try_at=due, failure=""))


def _new(
    kind: Kind, subject: str, chat_id: int, thread_id: int | None, at: datetime, hangs: int | None
) -> Post:
    return Post(
        id=new_id(),
        dedup=f"{kind}:{subject}",
        kind=kind,
        subject=subject,
        chat_id=chat_id,
        thread_id=thread_id,
        priority=PRIORITIES[kind],
        created_at=at,
        next_try_at=at,
        attempts=0,
        version=1,
        failure="",
        message_id=hangs,
    )


#: Codes before cards, and what waits longest first.
_URGENCY = (Post.priority, Post.next_try_at, Post.created_at)

#: One by one, as the index of what is due begins with the priority: what is due later is not looked at.
_OURS = [each for each in Priority if each is not Priority.BROADCAST]


def _due(now: datetime | BindParameter[Any]) -> tuple[ColumnElement[bool], ...]:
    """Open chats, no copies; while Telegram wants nothing from the whole bot, only codes."""
    return (Post.priority.in_(_OURS), *_open(now))


def _open(now: datetime | BindParameter[Any]) -> tuple[ColumnElement[bool], ...]:
    closed = exists().where(
        Chat.id == Post.chat_id,
        or_(Chat.blocked_until > now, Chat.unreachable_at.is_not(None)),
    )
    flooded = exists().where(Chat.id == EVERYWHERE, Chat.blocked_until > now)
    return (Post.next_try_at <= now, ~closed, or_(Post.priority == Priority.CODE, ~flooded))


_NOW, _LEAST = bindparam("now", type_=Moment()), bindparam("least", type_=Integer())
_HERE, _LIMIT = bindparam("chat_id", type_=BigInteger()), bindparam("limit", type_=Integer())
_MOST_URGENT = Sight(
    select(Post)
    .where(Post.chat_id == _HERE, no_index(Post.priority).in_(_OURS), *_open(_NOW))
    .order_by(*_URGENCY)
    .limit(1)
)
_CHATS_DUE = Sight(
    select(Post.chat_id)
    .where(*_due(_NOW), Post.priority <= _LEAST)
    .group_by(no_index(Post.chat_id))
    .order_by(func.min(Post.priority), func.min(Post.next_try_at))
    .limit(_LIMIT)
)

_MINE = update(Post).where(Post.id == bindparam("of"))
_AT, _WHY = bindparam("at", type_=Moment()), bindparam("why", type_=String())
_TRYING = Stroke(_MINE.values(attempts=Post.attempts + 1, failure=_WHY))
# Whoever breaks off `_TRYING` or `_SENT` does not know whether that was written.
_UNBURNT = Stroke(_MINE.values(attempts=case((Post.attempts > 0, Post.attempts - 1), else_=0), failure=""))
_LATER = Stroke(_MINE.values(next_try_at=_AT, failure=_WHY))
_SENT = Stroke(
    _MINE.values(
        sent_at=_NOW,
        message_id=bindparam("hangs"),
        attempts=0,
        failure="",
        next_try_at=case((Post.version == bindparam("drawn"), _AT), else_=Post.next_try_at),
    )
)


def crashes(post: Post) -> int:
    """How many tries in a row were begun and not ended: the process died meanwhile."""
    return _CRASHES.get(post.failure, 0)


class OutboxStore:
    """The postman's side of the outbox; every method is one transaction, a glance or a stroke."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def due(self, now: datetime, limit: int = 50) -> Sequence[Post]:
        """What may be sent now, most urgent first, without the chats Telegram told us to leave alone."""
        query = select(Post).where(*_due(now)).order_by(*_URGENCY).limit(limit)
        async with self._database.begin() as session:
            return (await session.scalars(query)).all()

    async def chats_due(
        self, now: datetime, besides: Collection[int], limit: int, least: Priority = Priority.BROADCAST
    ) -> Sequence[int]:
        """The chats that something at least so urgent may be sent to now, the most urgent first."""
        if limit <= 0:
            return []
        most = limit + len(besides)
        found = await self._database.see(_CHATS_DUE, now=now, least=int(least), limit=most)
        return [chat_id for chat_id in found if chat_id not in besides][:limit]

    async def most_urgent(self, chat_id: int, now: datetime) -> Post | None:
        """What is to be sent to one chat next."""
        return await self._database.see_one(_MOST_URGENT, now=now, chat_id=chat_id)

    async def keep_in_topic(self, kind: Kind, subject: str, thread_id: int) -> None:
        """A card belongs into a topic of its group; the SMS of its number follow it there."""
        card = update(Post).where(Post.dedup == f"{kind}:{subject}")
        async with self._database.begin() as session:
            await session.execute(card.values(thread_id=thread_id))

    async def hangs(self, kind: Kind, subject: str) -> int | None:
        """The message something was said in last; None when it was not, or is to come anew."""
        query = select(Post.message_id).where(Post.dedup == f"{kind}:{subject}")
        async with self._database.begin() as session:
            return await session.scalar(query)

    async def suspects(self, now: datetime) -> Sequence[Post]:
        """What is due and was being tried at the last two crashes, or at more of them."""
        query = select(Post).where(*_due(now), Post.failure.in_((TRYING[1], CRASHED))).order_by(*_URGENCY)
        async with self._database.begin() as session:
            return (await session.scalars(query)).all()

    async def oldest_due(self, now: datetime) -> datetime | None:
        """Since when something waits that may be sent; None while nothing does."""
        query = select(func.min(Post.next_try_at)).where(*_due(now))
        async with self._database.begin() as session:
            return await session.scalar(query)

    async def trying(self, post: Post) -> None:
        """Counted before it is drawn and sent: a row that crashes the process is seen doing so."""
        word = TRYING[min(crashes(post), len(TRYING) - 1)]
        await self._database.write(_TRYING, of=post.id, why=word)

    async def sent(self, post: Post, message_id: int, now: datetime, again_at: datetime | None) -> None:
        """Delivered. A row armed meanwhile stays due; `again_at` is when it will look different."""
        said = {"hangs": message_id, "now": now, "drawn": post.version, "at": again_at}
        await self._database.write(_SENT, of=post.id, **said)

    async def later(self, post: Post, at: datetime, failure: str) -> None:
        await self._database.write(_LATER, of=post.id, at=at, why=failure)

    async def put_off(self, chat_id: int, now: datetime, until: datetime, least: int) -> None:
        """What is due in a chat and no more urgent than `least` waits, as one, until then."""
        waiting = update(Post).where(Post.chat_id == chat_id, Post.next_try_at <= now, Post.priority >= least)
        async with self._database.begin() as session:
            await session.execute(waiting.values(next_try_at=until))

    async def unburnt(self, post: Post) -> None:
        """Not tried, as it turned out: the attempt does not count."""
        await self._database.write(_UNBURNT, of=post.id)

    async def rest(self, post: Post, until: datetime) -> None:
        """Not said within quiet hours: at their end it is drawn as it is then. It was not tried."""
        quiet = update(Post).where(Post.id == post.id, Post.next_try_at.is_not(None))
        async with self._database.begin() as session:
            await session.execute(quiet.values(next_try_at=until, attempts=Post.attempts - 1, failure=QUIET))

    async def wake(self, chat_id: int, now: datetime) -> None:
        """A chat's quiet hours are others now: what rests is looked at again."""
        here = Post.chat_id == chat_id, Post.next_try_at.is_not(None)
        resting = update(Post).where(*here, Post.failure == QUIET, Post.sent_at.is_(None))
        async with self._database.begin() as session:
            await session.execute(resting.values(next_try_at=now, failure=""))

    async def dead(self, post: Post, failure: str) -> None:
        """Never to be sent as it was; the row stays as the record of it, or goes on if armed meanwhile."""
        ended = update(Post).where(Post.id == post.id, Post.version == post.version)
        async with self._database.begin() as session:
            await session.execute(ended.values(next_try_at=None, failure=failure))

    async def park(self, now: datetime) -> None:
        """Keep what is due in chats out of reach off the queue: looking past it every second costs time."""
        lost = select(Chat.id).where(Chat.unreachable_at.is_not(None))
        ours = Post.priority < Priority.BROADCAST
        waiting = update(Post).where(ours, Post.next_try_at <= now, no_index(Post.chat_id).in_(lost))
        async with self._database.begin() as session:
            await session.execute(waiting.values(next_try_at=None, failure=PARKED))
