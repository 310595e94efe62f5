"""A number's moves between states, inside the caller's transaction: swap, history and card go together."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from storage.asides import renew_aside
from storage.models import REACHED_FROM, Activation, Sms, State, Step
from storage.models.columns import NOBODY
from storage.outbox import Kind, arm, new_id


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
    last = select(Sms.id).where(Sms.activation_id == activation.id).order_by(Sms.position.desc()).limit(1)
    if (sms_id := await session.scalar(last)) is not None:
        await arm(session, Kind.CODE, sms_id, activation.chat_id, at, anew=anew)
        await renew_aside(session, activation, sms_id, at, anew=anew)
