"""The whole SMS of a group's number beside the group: a copy for the private chat of its holder.

It is put in the outbox in the transaction that stores the SMS, where the rule of that moment keeps the SMS
from the others. What was said to somebody stays said: the next holder hears what comes from then on.
"""

from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from storage.models import Activation, Chat, Eyes, Post, Sharing, Sms
from storage.outbox import PARKED, Kind, arm


async def put_aside(session: AsyncSession, row: Activation, sms_id: str, at: datetime) -> None:
    """Within the caller's transaction: say a new SMS to its holder, unless the group says all of it anyway.

    A group out of reach says nothing: what it would have said is its holder's by itself (`storage.places`).
    """
    if row.chat_id < 0 and await _hidden(session, row) and await _is_heard(session, row.chat_id):
        await _have_a_chat(session, row.owner_id, at)
        await arm(session, Kind.CODE_ASIDE, sms_id, row.owner_id, at)


async def renew_aside(
    session: AsyncSession, row: Activation, sms_id: str, at: datetime, *, anew: bool = False
) -> None:
    """Within the caller's transaction: the buttons under the copy are others now, or it is to come anew."""
    if row.chat_id > 0:
        return
    copy = select(Post.id).where(
        Post.dedup == f"{Kind.CODE_ASIDE}:{sms_id}", Post.chat_id == row.owner_id, Post.failure != PARKED
    )
    if await session.scalar(copy) is not None:
        await arm(session, Kind.CODE_ASIDE, sms_id, row.owner_id, at, anew=anew)


async def pass_on(session: AsyncSession, row: Activation, giver: int, at: datetime) -> None:
    """Within the caller's transaction: what the former holder was not told yet is the new one's.

    What they were told stays with them and loses its buttons.
    """
    names = select(f"{Kind.CODE_ASIDE}:" + Sms.id).where(Sms.activation_id == row.id)
    theirs = (Post.dedup.in_(names), Post.chat_id == giver)
    if not await _is_heard(session, row.chat_id):
        await session.execute(delete(Post).where(*theirs, Post.sent_at.is_(None)))
    await _have_a_chat(session, row.owner_id, at)
    moved = update(Post).where(*theirs, Post.sent_at.is_(None))
    await session.execute(moved.values(chat_id=row.owner_id, next_try_at=at, failure=""))
    said = update(Post).where(*theirs, Post.message_id.is_not(None))
    await session.execute(said.values(next_try_at=at, version=Post.version + 1))


async def _hidden(session: AsyncSession, row: Activation) -> bool:
    """Whether not all of the group may read it: by the rule it was bought under, or the rule of now."""
    rules = await session.get(Sharing, row.chat_id)
    return not row.for_all or rules is None or rules.who_sees is not Eyes.EVERYONE


async def _is_heard(session: AsyncSession, group_id: int) -> bool:
    """Whether the group hears its own line."""
    lost = select(Chat.id).where(Chat.id == group_id, Chat.unreachable_at.is_not(None))
    return await session.scalar(lost) is None


async def _have_a_chat(session: AsyncSession, person_id: int, at: datetime) -> None:
    """Who never came in private is out of reach until they do: what is theirs waits for that."""
    if await session.get(Chat, person_id) is None:
        session.add(Chat(id=person_id, kind="", created_at=at, seen_at=at, unreachable_at=at))
