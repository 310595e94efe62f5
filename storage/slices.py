"""The rows of a broadcast's copies are made in slices, from the highest chat down, or due again for a change.

All of it within the caller's transaction, which notes how far they reach.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from storage.audiences import next_chats
from storage.models import Broadcast, BroadcastState, Post
from storage.outbox import Kind, Priority, arm, new_id


async def how_many_due(session: AsyncSession, broadcast: Broadcast) -> int:
    """Rows that are due or being tried."""
    due = (Post.priority == Priority.BROADCAST, Post.next_try_at.is_not(None))
    query = select(func.count()).select_from(Post).where(*due, Post.broadcast == broadcast.id)
    return await session.scalar(query) or 0


async def make_more(
    session: AsyncSession, broadcast: Broadcast, room: int, now: datetime, *, last: bool
) -> None:
    """Make more rows due; where there are none and `last` is true, it has ended."""
    running = broadcast.state is BroadcastState.RUNNING
    chats = await (_make(session, broadcast, room, now) if running else _arm(session, broadcast, room, now))
    if chats:
        broadcast.reached = chats[-1]
    elif last and running:
        broadcast.state, broadcast.ended_at = BroadcastState.DONE, now
    elif last:
        broadcast.changing, broadcast.reason = "", f"after {broadcast.changing}"
    if not chats and last:
        await show_how_far(session, broadcast.id, now)


async def _make(session: AsyncSession, broadcast: Broadcast, room: int, now: datetime) -> list[int]:
    """New copies for the next chats; their ids."""
    chats = await next_chats(session, broadcast, room)
    if chats:
        await session.execute(insert(Post), [_row(broadcast, chat_id, now) for chat_id in chats])
    return chats


def _row(broadcast: Broadcast, chat_id: int, now: datetime) -> Mapping[str, Any]:
    return {
        "id": new_id(),
        "dedup": f"{Kind.BROADCAST}:{broadcast.id}:{chat_id}",
        "kind": Kind.BROADCAST,
        "subject": broadcast.id,
        "chat_id": chat_id,
        "priority": Priority.BROADCAST,
        "created_at": now,
        "next_try_at": now,
        "attempts": 0,
        "version": 1,
        "failure": "",
        "broadcast": broadcast.id,
    }


async def _arm(session: AsyncSession, broadcast: Broadcast, room: int, now: datetime) -> list[int]:
    """The next copies that were sent are to be changed; the ids of their chats."""
    sent = (Post.broadcast == broadcast.id, Post.message_id > 0, Post.sent_at.is_not(None))
    query = select(Post.chat_id).where(*sent).order_by(Post.chat_id.desc()).limit(room)
    if broadcast.reached is not None:
        query = query.where(Post.chat_id < broadcast.reached)
    chats = list(await session.scalars(query))
    due = update(Post).where(*sent, Post.chat_id.in_(chats)).values(next_try_at=now, failure="")
    await session.execute(due)
    return chats


async def show_how_far(session: AsyncSession, broadcast_id: str, now: datetime) -> None:
    """The message that shows how far it is comes up to date."""
    broadcast = await session.get(Broadcast, broadcast_id)
    if broadcast is not None:
        await arm(session, Kind.PROGRESS, broadcast_id, broadcast.admin_id, now)
