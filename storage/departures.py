"""What is said of a lost group's numbers moves out to their holders, the newest numbers first, in slices.

What the group has not heard goes along, and every card, which hangs where nobody of us comes any more.
Nothing is tried in a group out of reach, and what is new of its numbers goes to their holders by itself:
whatever has not moved yet is told to nobody meanwhile, and once in the end.

What is left when the process dies:

    before the group is marked  everything: the next refusal marks it
    after it, between slices    the newest have moved, and `Departure` says how far; the others stand in the
                                group. The next start goes on from there before anything is said
    inside a slice              the same: what one slice moves is one transaction

A card that is drawn again meanwhile is due in the group and goes along; one that is wanted anew in private
goes at once. If the group comes back what has not moved yet stays there.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Update, case, exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from storage.kinds import PARKED
from storage.models import IS_PARKED, Activation, Chat, Departure, Post
from storage.models.columns import NOBODY, no_index
from storage.places import FAMILIES, Family

#: So many numbers of a kind go at once.
STEP = 100
#: No number is newer.
_NEWEST = datetime(9999, 1, 1, tzinfo=UTC)


async def depart(session: AsyncSession, group_id: int, step: int) -> bool:
    """Within the transaction that marks a group: its newest numbers move out; whether there are more."""
    reached = await _move_out(session, group_id, _NEWEST, step)
    if reached is not None:
        await session.merge(Departure(group_id=group_id, reached=reached))
    return reached is not None


async def go_on(session: AsyncSession, group_id: int, step: int) -> bool:
    """Within a transaction of its own: the next ones; whether there are more. None, where it came back."""
    row = await session.get(Departure, group_id)
    if row is None:
        return False
    lost = await session.scalar(select(Chat.unreachable_at).where(Chat.id == group_id))
    reached = lost and await _move_out(session, group_id, row.reached, step)
    if reached is None:
        await session.delete(row)
    else:
        row.reached = reached
    return reached is not None


async def under_way(session: AsyncSession) -> Sequence[int]:
    """The groups that are not through."""
    return (await session.scalars(select(Departure.group_id))).all()


async def at_once(session: AsyncSession, row: Activation) -> None:
    """Within the caller's transaction: this number moves out before its turn."""
    if row.chat_id < 0 and await session.get(Departure, row.chat_id) is not None:
        [family] = [each for each in FAMILIES if each.number is Activation]
        await _move(session, family, row.chat_id, [row.id])


async def follow(session: AsyncSession, old: int, new: int) -> None:
    """Within the caller's transaction: a group on its way out moved; from the beginning, as the new one."""
    row = await session.get(Departure, old)
    if row is not None:
        await session.delete(row)
        await session.merge(Departure(group_id=new, reached=_NEWEST))


async def _move_out(session: AsyncSession, group_id: int, before: datetime, step: int) -> datetime | None:
    """How far the slice reaches; None where it was the last one. Numbers of one moment go together."""
    borders = [await _border(session, family, group_id, before, step) for family in FAMILIES]
    reached = max((border for border in borders if border is not None), default=None)
    for family in FAMILIES:
        table = family.number
        few = [table.chat_id == group_id, table.created_at < before]
        if reached is not None:
            few.append(table.created_at >= reached)
        await _move(session, family, group_id, (await session.scalars(select(table.id).where(*few))).all())
    return reached


async def _border(
    session: AsyncSession, family: Family, group_id: int, before: datetime, step: int
) -> datetime | None:
    """The moment of the last number of a slice; None where there are no more than that."""
    table = family.number
    older = select(table.created_at).where(table.chat_id == group_id, table.created_at < before)
    border: datetime | None = await session.scalar(
        older.order_by(table.created_at.desc()).offset(step).limit(1)
    )
    return border


async def _move(session: AsyncSession, family: Family, group_id: int, ids: Sequence[str]) -> None:
    """Their cards, and what rings and was not heard."""
    if not ids:
        return
    if family.number is Activation:
        hung = update(Activation).where(Activation.id.in_(ids), no_index(Activation.card_chat_id) == group_id)
        await _change(session, hung.values(card_chat_id=None, card_message_id=None))
    for kind in family.kinds:
        subjects = await _sms_of(session, family, ids) if kind == family.code else ids
        names = [f"{kind}:{subject}" for subject in subjects]
        await _move_posts(session, family, kind, Post.dedup.in_(names), no_index(Post.chat_id) == group_id)


async def _sms_of(session: AsyncSession, family: Family, ids: Sequence[str]) -> Sequence[str]:
    return (await session.scalars(select(family.sms.id).where(family.number_of.in_(ids)))).all()


async def _move_posts(session: AsyncSession, family: Family, kind: str, *these: ColumnElement[bool]) -> None:
    """Rings that were heard stay, and what is nobody's; the line of an SMS that its holder has in whole waits
    for the group.
    """
    here = [*these, *([Post.sent_at.is_(None)] if kind != family.card else [])]
    owner = family.owner(kind, Post.subject)
    if kind == "code":
        aside = aliased(Post)
        known = exists().where(aside.dedup == "code_aside:" + Post.subject, aside.chat_id == owner)
        await _change(session, update(Post).where(*here, known).values(next_try_at=None, failure=PARKED))
        here.append(~known)
    moved = update(Post).where(*here, owner != NOBODY).values(chat_id=owner, thread_id=None)
    await _change(session, moved.values(message_id=None, **_AWAKE))


#: What was due while it stood in the group was parked perhaps, and its new chat is not the one it waits for.
_AWAKE: dict[str, Any] = {
    "next_try_at": case(
        (IS_PARKED, func.coalesce(Post.next_try_at, Post.created_at)), else_=Post.next_try_at
    ),
    "failure": case((IS_PARKED, ""), else_=Post.failure),
}


async def _change(session: AsyncSession, posts: Update) -> None:
    await session.execute(posts, execution_options={"synchronize_session": False})
