"""Broadcasts: drafted, aimed, started once, paused, resumed, cancelled, and changed afterwards everywhere.

Every deed of an operator stands in the log with it, and lets the message that shows how far it is be drawn.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Update, delete, exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from storage.audiences import count
from storage.database import Database
from storage.deeds import What, note
from storage.models import Broadcast, BroadcastState, Post
from storage.outbox import Kind, Priority, arm

#: For so long after its end copies can be changed: Telegram deletes no older ones. Then their rows go.
CHANGEABLE = timedelta(hours=48)
#: A draft that was not sent by then is forgotten.
DRAFTED = timedelta(days=1)
#: Copies whose rows go in one transaction.
_SLICE = 150


class Change(StrEnum):
    """What is done to the copies of a broadcast."""

    DELETE = "delete"
    EDIT = "edit"


_CHANGES = {Change.DELETE: What.DELETED, Change.EDIT: What.EDITED}
GOING = (BroadcastState.RUNNING, BroadcastState.PAUSED)
ENDED = (BroadcastState.DONE, BroadcastState.CANCELLED)


class BroadcastStore:
    """Every method is one transaction; `by` is the operator who does it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def draft(self, broadcast: Broadcast) -> None:
        async with self._database.begin() as session:
            session.add(broadcast)

    async def get(self, broadcast_id: str) -> Broadcast | None:
        async with self._database.begin() as session:
            return await session.get(Broadcast, broadcast_id)

    async def recent(self, limit: int, skipped: int = 0) -> Sequence[Broadcast]:
        """Those that were started, the newest first."""
        begun = select(Broadcast).where(Broadcast.state != BroadcastState.DRAFT)
        newest = begun.order_by(Broadcast.created_at.desc(), Broadcast.id).limit(limit).offset(skipped)
        async with self._database.begin() as session:
            return (await session.scalars(newest)).all()

    async def how_many(self) -> int:
        """Of those."""
        begun = select(func.count()).select_from(Broadcast).where(Broadcast.state != BroadcastState.DRAFT)
        async with self._database.begin() as session:
            return await session.scalar(begun) or 0

    async def aim(self, broadcast_id: str, segment: str, value: str, now: datetime) -> Broadcast | None:
        """Choose whom a draft is for; it says for how many. None when it is no draft any more."""
        async with self._database.begin() as session:
            drafts = update(Broadcast).where(
                Broadcast.id == broadcast_id, Broadcast.state == BroadcastState.DRAFT
            )
            aimed = drafts.values(segment=segment, segment_value=value)
            broadcast = await session.scalar(aimed.returning(Broadcast))
            if broadcast is not None:
                broadcast.total = await count(session, segment, value, now)
            return broadcast

    async def start(
        self, broadcast: Broadcast, by: int, now: datetime, card: int | None = None
    ) -> Broadcast | None:
        """Send a draft to those of its aim who are there now, once.

        None when it was started before, has no aim, or another one by now. `card` is the message that
        shows how far it is from now on.
        """
        async with self._database.begin() as session:
            drafts = update(Broadcast).where(
                Broadcast.id == broadcast.id, Broadcast.state == BroadcastState.DRAFT
            )
            aimed = drafts.where(
                Broadcast.segment != "",
                Broadcast.segment == broadcast.segment,
                Broadcast.segment_value == broadcast.segment_value,
            )
            started = aimed.values(state=BroadcastState.RUNNING, started_at=now)
            going = await session.scalar(started.returning(Broadcast))
            if going is not None:
                going.total = await count(session, going.segment, going.segment_value, now)
                await _done(session, going, by, What.SENT, now, card)
            return going

    async def pause(self, broadcast_id: str, by: int | None, now: datetime, reason: str = "") -> bool:
        """Whether it was going; `by` None is the bot itself, for a reason.

        What is due is made anew when it goes on: while it is paused nothing of it waits.
        """
        return await self._goes(
            broadcast_id, BroadcastState.RUNNING, BroadcastState.PAUSED, by, now, reason=reason
        )

    async def resume(self, broadcast_id: str, by: int, now: datetime) -> bool:
        """Whether it was paused."""
        return await self._goes(broadcast_id, BroadcastState.PAUSED, BroadcastState.RUNNING, by, now)

    async def cancel(self, broadcast_id: str, by: int, now: datetime) -> bool:
        """Whether it had not ended before; who has no copy yet gets none."""
        async with self._database.begin() as session:
            going = update(Broadcast).where(Broadcast.id == broadcast_id, Broadcast.state.in_(GOING))
            over = going.values(state=BroadcastState.CANCELLED, reason="", ended_at=now)
            broadcast = await session.scalar(over.returning(Broadcast))
            if broadcast is not None:
                await _drop_unsent(session, broadcast_id)
                await _done(session, broadcast, by, What.CANCELLED, now)
            return broadcast is not None

    async def word(self, broadcast_id: str, words: str, now: datetime) -> Broadcast | None:
        """Keep other words for its copies; None where they cannot be changed now."""
        kept = _changeable(broadcast_id, now).values(words=words).returning(Broadcast)
        async with self._database.begin() as session:
            found: Broadcast | None = await session.scalar(kept)
            return found

    async def change(
        self,
        broadcast: Broadcast,
        what: Change,
        by: int,
        now: datetime,
        card: int | None = None,
        told: str = "",
    ) -> bool:
        """Begin to delete or edit the copies; whether it ended, lately, and nothing is being done to them.

        Words that were kept meanwhile are not those meant. `told` is how it is called from now on.
        """
        meant = _changeable(broadcast.id, now).where(Broadcast.words == broadcast.words)
        title = told or broadcast.title
        begun = meant.values(changing=what, changed=0, reached=None, reason="", title=title)
        async with self._database.begin() as session:
            found = await session.scalar(begun.returning(Broadcast))
            if found is not None:
                await _done(session, found, by, _CHANGES[what], now, card)
            return found is not None

    async def look(self, broadcast_id: str, admin_id: int, card: int, now: datetime) -> None:
        """From now on this message of who drafted it shows how far it is."""
        async with self._database.begin() as session:
            await arm(session, Kind.PROGRESS, broadcast_id, admin_id, now, hangs=card)

    async def sweep(self, now: datetime) -> None:
        """Housekeeping: old drafts go, and the rows of copies that nobody can delete any more."""
        old = select(Broadcast.id).where(
            Broadcast.state.in_(ENDED),
            Broadcast.ended_at <= now - CHANGEABLE,
            Broadcast.changing == "",
            exists().where(Post.broadcast == Broadcast.id),
        )
        drafts = delete(Broadcast).where(
            Broadcast.state == BroadcastState.DRAFT, Broadcast.created_at < now - DRAFTED
        )
        async with self._database.begin() as session:
            await session.execute(drafts)
            ended = (await session.scalars(old)).all()
        for broadcast_id in ended:
            while await self._drop_some(broadcast_id):
                pass

    async def _drop_some(self, broadcast_id: str) -> bool:
        """Whether there may be more of them."""
        few = select(Post.id).where(Post.broadcast == broadcast_id).limit(_SLICE)
        async with self._database.begin() as session:
            ids = (await session.scalars(few)).all()
            await session.execute(delete(Post).where(Post.id.in_(ids)))
            return len(ids) == _SLICE

    async def _goes(
        self,
        broadcast_id: str,
        before: BroadcastState,
        after: BroadcastState,
        by: int | None,
        now: datetime,
        *,
        reason: str = "",
    ) -> bool:
        async with self._database.begin() as session:
            there = update(Broadcast).where(Broadcast.id == broadcast_id, Broadcast.state == before)
            broadcast = await session.scalar(there.values(state=after, reason=reason).returning(Broadcast))
            if broadcast is not None:
                what = What.RESUMED
                if after is BroadcastState.PAUSED:
                    what = What.PAUSED
                    await _drop_unsent(session, broadcast_id)
                await _done(session, broadcast, by, what, now)
            return broadcast is not None


def _changeable(broadcast_id: str, now: datetime) -> Update:
    """An update of a broadcast whose copies can be changed now."""
    idle = update(Broadcast).where(Broadcast.id == broadcast_id, Broadcast.changing == "")
    return idle.where(Broadcast.state.in_(ENDED), Broadcast.ended_at > now - CHANGEABLE)


async def _done(
    session: AsyncSession,
    broadcast: Broadcast,
    by: int | None,
    what: What,
    now: datetime,
    card: int | None = None,
) -> None:
    """An operator's deed is written into the log, what the bot did by itself rings; both are shown.

    `card` shows it from now on; only in the chat of who drafted it.
    """
    if by is not None:
        whom = f"{broadcast.segment} {broadcast.segment_value or '-'} {broadcast.total}"
        note(session, by, what, f"{whom} {broadcast.title}", now)
    admin = broadcast.admin_id
    hangs = card if by == admin else None
    await arm(session, Kind.PROGRESS, broadcast.id, admin, now, anew=by is None, hangs=hangs)


async def _drop_unsent(session: AsyncSession, broadcast_id: str) -> None:
    """What is being sent right now finds its end."""
    unsent = delete(Post).where(Post.priority == Priority.BROADCAST, Post.next_try_at.is_not(None))
    mine = unsent.where(Post.broadcast == broadcast_id, Post.failure == "")
    if chats := (await session.scalars(mine.returning(Post.chat_id))).all():
        await step_back(session, broadcast_id, max(chats))


async def step_back(session: AsyncSession, broadcast_id: str, chat_id: int) -> None:
    """Within the caller's transaction: a chat lost its row, and is among the next ones if it goes on."""
    past = update(Broadcast).where(Broadcast.id == broadcast_id, Broadcast.reached <= chat_id)
    await session.execute(past.where(Broadcast.state.in_(GOING)).values(reached=chat_id + 1))


async def lose_track(session: AsyncSession, now: datetime) -> None:
    """Within the caller's transaction: after a backup nobody knows who got what since; nobody gets it twice.

    A draft may have been sent since then as well.
    """
    await session.execute(delete(Broadcast).where(Broadcast.state == BroadcastState.DRAFT))
    going = update(Broadcast).where(Broadcast.state.in_(GOING))
    cancelled = going.values(state=BroadcastState.CANCELLED, reason="restored", ended_at=now)
    lost = (await session.scalars(cancelled.returning(Broadcast))).all()
    await session.execute(update(Broadcast).where(Broadcast.changing != "").values(changing=""))
    due = (Post.priority == Priority.BROADCAST, Post.next_try_at.is_not(None))
    await session.execute(delete(Post).where(*due, Post.sent_at.is_(None)))
    await session.execute(update(Post).where(*due).values(next_try_at=None))
    for broadcast in lost:
        await arm(session, Kind.PROGRESS, broadcast.id, broadcast.admin_id, now)
