"""The copies of broadcasts, rows of the outbox: made in slices, sent at most once each, then perhaps changed.

A row is marked as being tried before it is sent. What is left when the process dies:

    before it is made      made after the start: rows and how far they reach are one transaction
    until it is marked     due, and sent after the start
    until its end is noted marked: nobody knows whether it was sent, so it never is again; it counts as unsure

A few are marked at once, and so are their ends noted: that costs a third of doing it one by one. How many are
marked and not noted is up to the herald, as only those can be lost: five. So a death leaves up to five nobody
is sure of, where it would be one or two: most of these got their copy, and nobody gets a second one.

A copy that is to be changed is due once more; that is done again after a death, and changes nothing then.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    Delete,
    String,
    and_,
    bindparam,
    case,
    delete,
    exists,
    or_,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.dml import ReturningUpdate

from storage.broadcasts import step_back
from storage.database import BARE, Database
from storage.models import GOES_ON, Broadcast, BroadcastState, Chat, Post, Preferences
from storage.models.columns import Moment
from storage.outbox import EVERYWHERE, TRYING, Priority
from storage.sight import Sight
from storage.slices import how_many_due, make_more, show_how_far

#: So many copies of a broadcast are due at most, and more are made when there are fewer than half of them.
AHEAD = 200

_NOW = bindparam("now", type_=Moment())
#: Mostly there is none.
_GOING = Sight(select(Broadcast.id).where(GOES_ON).limit(1))


class Fate(StrEnum):
    """What became of a copy: a column that counts it, or none where nothing was changed."""

    SENT = "sent"
    BLOCKED = "blocked"
    FAILED = "failed"
    UNSURE = "unsure"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


_COUNTED = {
    fate: update(Broadcast)
    .where(Broadcast.id == bindparam("of"))
    .values({getattr(Broadcast, fate): getattr(Broadcast, fate) + bindparam("more")})
    for fate in Fate
    if fate is not Fate.UNCHANGED
}


@dataclass(frozen=True, slots=True)
class Due:
    """A copy that may be sent or changed now; `lost`: its chat cannot be reached; quiet hours in minutes."""

    post: Post
    broadcast: Broadcast
    lost: bool
    quiet: tuple[int, int] | None = None
    utc_offset: int | None = None

    @property
    def is_new(self) -> bool:
        """Whether it was not sent yet."""
        return self.post.sent_at is None


@dataclass(frozen=True, slots=True)
class Ended:
    """What became of a copy, and where it hangs."""

    due: Due
    fate: Fate
    message_id: int | None = None


class CopyStore:
    """The herald's side of broadcasts; every method is one transaction."""

    def __init__(self, database: Database, ahead: int = AHEAD) -> None:
        self._database = database
        self._ahead = ahead

    async def feed(self, now: datetime) -> bool:
        """Make the next rows of all that goes on, and end what has none left; whether anything goes on."""
        if not await self._database.see(_GOING):
            return False
        async with self._database.begin() as session:
            going = (await session.scalars(select(Broadcast).where(GOES_ON))).all()
            for broadcast in going:
                due = await how_many_due(session, broadcast)
                if due < self._ahead // 2:
                    await make_more(session, broadcast, self._ahead - due, now, last=not due)
            return bool(going)

    async def next(self, now: datetime, limit: int) -> Sequence[Due]:
        """What may be sent or changed now; nothing while Telegram wants nothing from the whole bot."""
        chosen = (Preferences.quiet_from, Preferences.quiet_to, Preferences.utc_offset)
        query = select(Post, Broadcast, Chat.unreachable_at, *chosen).where(*_due(now))
        query = query.join(Broadcast, Broadcast.id == Post.broadcast)
        query = query.outerjoin(Chat, Chat.id == Post.chat_id)
        query = query.outerjoin(Preferences, Preferences.chat_id == Post.chat_id)
        async with self._database.begin() as session:
            rows = await session.execute(query.order_by(Post.next_try_at, Post.chat_id.desc()).limit(limit))
            return [_read(*row) for row in rows]

    async def begin(self, due: Sequence[Due], now: datetime) -> list[Due]:
        """Before the calls: from now on none of these is sent again. Only those that are to be sent now.

        A group and what it became may both have a row: only one of them is sent.
        """
        second, tried = _to_begin(len(due))
        async with self._database.begin() as session:
            await session.execute(second, _these(due), execution_options=BARE)
            given = {"now": now, **_these(due)}
            begun = set(await session.scalars(tried, given, execution_options=BARE))
        return [each for each in due if each.post.id in begun]

    async def ended(self, ends: Sequence[Ended], now: datetime) -> None:
        """What became of them, each counted once in its broadcast; what was not changed hangs on."""
        counted: Counter[tuple[str | None, Fate]] = Counter()
        async with self._database.begin() as session:
            for fate in dict.fromkeys(each.fate for each in ends):
                alike = [each for each in ends if each.fate is fate]
                given = {"now": now, **_these(each.due for each in alike), **_hanging(alike)}
                ids = await session.scalars(_noted(fate, len(alike)), given, execution_options=BARE)
                counted.update((broadcast_id, fate) for broadcast_id in ids)
            for (broadcast_id, fate), more in counted.items():
                await _count(session, broadcast_id, fate, more)

    async def later(self, due: Due, at: datetime, burnt: int = 0) -> None:
        """It was not sent, that is certain, or may be changed twice: it is tried again.

        A copy whose broadcast does not go out goes, as a paused one makes it anew, and one whose chat has
        another.
        """
        mine, tries = Post.id == due.post.id, Post.attempts + burnt
        again = update(Post).where(mine).values(next_try_at=at, failure="", attempts=tries)
        async with self._database.begin() as session:
            await session.execute(again)
            needless = delete(Post).where(mine, Post.sent_at.is_(None), or_(_stands_still(), _has_twin()))
            chat_id = await session.scalar(needless.returning(Post.chat_id))
            if chat_id is not None:
                await step_back(session, due.broadcast.id, chat_id)

    async def interrupted(self, now: datetime) -> int:
        """At the start: what was being sent when the process died; how many copies nobody is sure of.

        What was being changed is changed again.
        """
        tried = (
            Post.priority == Priority.BROADCAST,
            Post.next_try_at.is_not(None),
            Post.failure == TRYING[0],
        )
        async with self._database.begin() as session:
            changing = update(Post).where(*tried, Post.sent_at.is_not(None))
            await session.execute(changing.values(failure=""))
            unsure = update(Post).where(*tried).values(next_try_at=None, failure=Fate.UNSURE.capitalize())
            lost = (await session.scalars(unsure.returning(Post.broadcast))).all()
            for broadcast_id in {each for each in lost if each is not None}:
                await _count(session, broadcast_id, Fate.UNSURE, lost.count(broadcast_id))
                await show_how_far(session, broadcast_id, now)
            return len(lost)

    async def report(self, broadcast_ids: Iterable[str], now: datetime) -> None:
        """The messages that show how far they are come up to date."""
        async with self._database.begin() as session:
            for broadcast_id in broadcast_ids:
                await show_how_far(session, broadcast_id, now)


def _goes_on() -> ColumnElement[bool]:
    return or_(
        Broadcast.state == BroadcastState.RUNNING,
        and_(Broadcast.state.in_((BroadcastState.DONE, BroadcastState.CANCELLED)), Broadcast.changing != ""),
    )


def _is_wanted() -> ColumnElement[bool]:
    """Whether its broadcast goes out, where it was not sent, or is being changed."""
    is_new, running = Post.sent_at.is_(None), Broadcast.state == BroadcastState.RUNNING
    wanted = or_(and_(is_new, running), and_(~is_new, Broadcast.changing != ""))
    return exists().where(Broadcast.id == Post.broadcast, wanted)


def _these(due: Iterable[Due]) -> dict[str, str]:
    return {f"id{at}": each.post.id for at, each in enumerate(due)}


def _hanging(ends: Sequence[Ended]) -> dict[str, int | None]:
    return {f"hangs{at}": each.message_id for at, each in enumerate(ends)}


def _ids(many: int) -> list[BindParameter[str]]:
    return [bindparam(f"id{at}", type_=String()) for at in range(many)]


# To make a statement costs more than to carry it out, so those for a few copies are kept, by how many.


@lru_cache(maxsize=8)
def _to_begin(many: int) -> tuple[Delete, ReturningUpdate[str]]:
    ids = _ids(many)
    mine = (Post.id.in_(ids), Post.failure == "")
    second = delete(Post).where(*mine, Post.sent_at.is_(None), _has_twin(ids))
    tried = update(Post).where(*mine, Post.next_try_at.is_not(None), _is_wanted(), ~_flooded(_NOW))
    return second, tried.values(failure=TRYING[0]).returning(Post.id)


@lru_cache(maxsize=32)
def _noted(fate: Fate, many: int) -> ReturningUpdate[str | None]:
    """So many have this fate."""
    ids, hangs = _ids(many), [bindparam(f"hangs{at}", type_=BigInteger()) for at in range(many)]
    failure = "" if fate in (Fate.SENT, Fate.CHANGED) else fate.capitalize()
    values: dict[str, Any] = {"next_try_at": None, "failure": failure}
    if fate is not Fate.UNCHANGED:
        values["message_id"] = case(*((Post.id == one, there) for one, there in zip(ids, hangs, strict=True)))
    if fate is Fate.SENT:
        values["sent_at"] = _NOW
    mine = (Post.id.in_(ids), Post.next_try_at.is_not(None))
    return update(Post).where(*mine).values(**values).returning(Post.broadcast)


def _flooded(now: datetime | BindParameter[Any]) -> ColumnElement[bool]:
    return exists().where(Chat.id == EVERYWHERE, Chat.blocked_until > now)


def _due(now: datetime) -> tuple[ColumnElement[bool], ...]:
    ours = (Post.priority == Priority.BROADCAST, Post.next_try_at <= now, Post.failure == "")
    open_now = or_(Chat.blocked_until.is_(None), Chat.blocked_until <= now)
    return (*ours, _goes_on(), open_now, ~_flooded(now))


def _has_twin(among: Sequence[str | BindParameter[str]] = ()) -> ColumnElement[bool]:
    """Whether its chat, where a group moved to, has another copy; of two `among` these, the first one has."""
    twin = Post.__table__.alias()
    same = (twin.c.broadcast == Post.broadcast, twin.c.chat_id == Post.chat_id, twin.c.id != Post.id)
    return exists().where(*same, or_(twin.c.id.not_in(among), twin.c.id > Post.id))


def _stands_still() -> ColumnElement[bool]:
    """Whether its broadcast was paused or cancelled."""
    stopped = (BroadcastState.PAUSED, BroadcastState.CANCELLED)
    return exists().where(Broadcast.id == Post.broadcast, Broadcast.state.in_(stopped))


def _read(
    post: Post,
    broadcast: Broadcast,
    lost: datetime | None,
    first: int | None,
    last: int | None,
    offset: int | None,
) -> Due:
    quiet = None if first is None or last is None else (first, last)
    return Due(post, broadcast, lost is not None, quiet, offset)


async def _count(session: AsyncSession, broadcast_id: str | None, fate: Fate, more: int) -> None:
    if fate is not Fate.UNCHANGED:
        counted = {"of": broadcast_id, "more": more}
        await session.execute(_COUNTED[fate], counted, execution_options=BARE)
