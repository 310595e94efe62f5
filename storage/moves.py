"""A number's moves between states, inside the caller's transaction: swap, history and card go together."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from storage.asides import renew_aside
from storage.departures import at_once
from storage.models import REACHED_FROM, Activation, Post, Sms, State, Step
from storage.models.columns import NOBODY
from storage.outbox import Kind, arm, new_id

#: A card is hung anew in a group, or for somebody out of it, at most once in this time.
_AGAIN = timedelta(seconds=10)


async def move(
    session: AsyncSession, activation_id: str, to: State, now: datetime, **values: Any
) -> Activation | None:
    """Enter a state if the transition table allows it from the present one; None: someone was faster."""
    row = await enter(session, activation_id, to, now, **values)
    if row is not None:
        await redraw(session, row, now)
    return row


async def enter(
    session: AsyncSession, activation_id: str, to: State, now: datetime, **values: Any
) -> Activation | None:
    """The same with the card left as it is."""
    row = await change(session, activation_id, REACHED_FROM[to], state=to, **values)
    if row is not None:
        note(session, row, now)
    return row


async def change(
    session: AsyncSession, activation_id: str, while_in: Iterable[State], **values: Any
) -> Activation | None:
    """Change a number without moving it, as long as it is in one of these states; nobody's stays as it is."""
    statement = (
        update(Activation)
        .where(Activation.id == activation_id, Activation.state.in_(while_in), Activation.owner_id != NOBODY)
        .values(**values)
        .returning(Activation)
        .execution_options(populate_existing=True)
    )
    return (await session.scalars(statement)).one_or_none()


def note(session: AsyncSession, activation: Activation, now: datetime) -> None:
    """A line of history."""
    session.add(Step(id=new_id(), activation_id=activation.id, state=activation.state, at=now))


async def redraw(session: AsyncSession, activation: Activation, at: datetime, *, anew: bool = False) -> None:
    """The card shows something else from that moment on; so do the buttons under the last code."""
    await arm(session, Kind.CARD, activation.id, activation.chat_id, at, anew=anew)
    if (sms_id := await _last_sms(session, activation)) is not None:
        await arm(session, Kind.CODE, sms_id, activation.chat_id, at, anew=anew)
        await renew_aside(session, activation, sms_id, at, anew=anew)


async def hang_anew(session: AsyncSession, activation: Activation, chat_id: int, at: datetime) -> bool:
    """Within the caller's transaction: what is said of a number in this chat comes as a new message there.

    In private that is its card, and the last code with its buttons; in a group the card alone. False where
    it came a moment ago.
    """
    if activation.chat_id > 0:
        activation.card_chat_id = activation.card_message_id = None
        await redraw(session, activation, at, anew=True)
        return True
    if chat_id > 0:
        await at_once(session, activation)
    posts = await _said_in(session, activation, chat_id)
    if any(at - post.created_at < _AGAIN for post in posts):
        return False
    for post in posts:
        await arm(session, Kind(post.kind), post.subject, chat_id, at, anew=True)
        post.created_at = at
        if post.kind == Kind.CARD:
            activation.card_chat_id = activation.card_message_id = None
    return bool(posts)


async def _said_in(session: AsyncSession, activation: Activation, chat_id: int) -> Sequence[Post]:
    """A group's number: its card there; out of it what its holder was told of it."""
    names = [f"{Kind.CARD}:{activation.id}"]
    if chat_id > 0 and (sms_id := await _last_sms(session, activation)) is not None:
        names += [f"{Kind.CODE}:{sms_id}", f"{Kind.CODE_ASIDE}:{sms_id}"]
    return (await session.scalars(select(Post).where(Post.dedup.in_(names), Post.chat_id == chat_id))).all()


async def _last_sms(session: AsyncSession, activation: Activation) -> str | None:
    last = select(Sms.id).where(Sms.activation_id == activation.id).order_by(Sms.position.desc()).limit(1)
    found: str | None = await session.scalar(last)
    return found
