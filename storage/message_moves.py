"""A message's moves between states, inside the caller's transaction: swap, ring and card go together."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from storage.models import MESSAGE_REACHED_FROM, MessageState, OutgoingMessage
from storage.models.columns import NOBODY
from storage.outbox import Kind, arm

#: When to look at a message again, by its row as it is now; None when nothing is due any more.
NextLook = Callable[[OutgoingMessage], datetime | None]
_ARRIVED = (MessageState.DELIVERED, MessageState.VIEWED)


@dataclass(frozen=True, slots=True)
class Word:
    """How a message stands on one channel; `raw` is the provider's own word, `cost` None if it tells none.

    Without a word, `status` is "", and what stands stays.
    """

    channel: str
    status: str
    raw: str
    cost: Decimal | None


@dataclass(frozen=True, slots=True)
class News:
    """What a provider tells of a message: words of its channels, the state all of them add up to.

    `reason` is what the card says besides; `arrived_at` is None where no moment is told.
    """

    state: MessageState
    words: tuple[Word, ...]
    reason: str = ""
    arrived_at: datetime | None = None


async def redraw(session: AsyncSession, row: OutgoingMessage, now: datetime) -> None:
    """The card shows something else."""
    await arm(session, Kind.MESSAGE, row.id, row.chat_id, now)


async def enter(
    session: AsyncSession, message_id: str, to: MessageState, **values: Any
) -> OutgoingMessage | None:
    """Enter a state if the transition table allows it from the present one; None: someone was faster."""
    return await change(session, message_id, MESSAGE_REACHED_FROM[to], state=to, **values)


async def change(
    session: AsyncSession, message_id: str, while_in: Iterable[MessageState], **values: Any
) -> OutgoingMessage | None:
    statement = (
        update(OutgoingMessage)
        .where(
            OutgoingMessage.id == message_id,
            OutgoingMessage.state.in_(while_in),
            OutgoingMessage.owner_id != NOBODY,
        )
        .values(**values)
        .returning(OutgoingMessage)
        .execution_options(populate_existing=True)
    )
    return (await session.scalars(statement)).one_or_none()


async def tell(
    session: AsyncSession,
    message_id: str,
    was: MessageState,
    news: News,
    now: datetime,
    next_look: NextLook,
) -> OutgoingMessage | None:
    """Write news down; the first final word rings, in this same transaction and never again."""
    ended = was is MessageState.ACCEPTED and news.state is not was
    answered = {"answered_at": now, "polled_at": now, "failures": 0, "reason": news.reason}
    values = {**_columns(news), **answered, **_moments(was, news, now)}
    allowed = {was} if news.state is was else MESSAGE_REACHED_FROM[news.state] & {was}
    row = await change(session, message_id, allowed, state=news.state, **values)
    if row is None:
        return None
    row.next_poll_at = next_look(row)
    if ended:
        await arm(session, Kind.DELIVERY, row.id, row.chat_id, now)
    return row


def _moments(was: MessageState, news: News, now: datetime) -> dict[str, object]:
    """When the last word was heard, and when the message arrived: in no future, nor a second time."""
    moments: dict[str, object] = {}
    if was is MessageState.ACCEPTED and news.state is not was:
        moments["ended_at"] = now
    if was not in _ARRIVED and news.state in _ARRIVED:
        moments["arrived_at"] = min(news.arrived_at or now, now)
    return moments


def _columns(news: News) -> dict[str, object]:
    columns: dict[str, object] = {}
    for word in news.words:
        if word.status:
            columns |= {f"{word.channel}_status": word.status, f"{word.channel}_raw": word.raw[:32]}
        if word.cost is not None:
            columns[f"{word.channel}_cost"] = word.cost
    return columns


def differs(row: OutgoingMessage, news: News) -> bool:
    columns = {**_columns(news), "state": news.state, "reason": news.reason}
    return any(getattr(row, name) != value for name, value in columns.items())
