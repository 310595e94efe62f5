"""Who holds the numbers of a group: what is there now, and handing a number over to somebody else.

A number is handed over in one transaction: its holder, its card and what was not said yet go together. The
process may die before it is committed, and nothing has changed, or after it, and all has.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, case, delete, exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from storage.asides import pass_on
from storage.database import Database
from storage.kinds import Kind
from storage.models import IS_OPEN, Activation, HungMenu, Post, Sms, State
from storage.models.columns import NOBODY
from storage.moves import redraw
from storage.sight import Sight

#: A number in one of these can be handed over.
GIVEABLE = frozenset({State.WAITING, State.RECEIVED})
_HERE = Activation.chat_id == bindparam("chat_id")
_THERE = Sight(
    select(Activation)
    .where(
        Activation.state != State.FAILED,
        # Each half with its group: an index is found by what stands together.
        or_(and_(_HERE, Activation.created_at >= bindparam("since")), and_(_HERE, IS_OPEN)),
    )
    .order_by(Activation.created_at.desc())
)


class HolderStore:
    """Every method is one transaction and returns detached rows; None means someone was faster."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def there(self, chat_id: int, since: datetime) -> Sequence[Activation]:
        """A group's numbers: those that wait, and those bought since then; newest first."""
        return await self._database.see(_THERE, chat_id=chat_id, since=since)

    async def hand_over(
        self, activation_id: str, giver: int, taker: int, now: datetime, *, unread: bool = False
    ) -> Activation | None:
        """From this holder to another, while it is in use; who bought it first stays known.

        `unread` for one who does it in the holder's stead: only as long as no SMS came, which were theirs.
        """
        usable = (*_usable(activation_id, giver), *(_unread(activation_id) if unread else ()))
        given = update(Activation).where(*usable).values(_to(taker))
        taken = given.returning(Activation).execution_options(populate_existing=True)
        async with self._database.begin() as session:
            row = (await session.scalars(taken)).one_or_none()
            if row is not None:
                await _bring_home(session, row, giver)
                await redraw(session, row, now)
                await pass_on(session, row, giver, now)
            return row


def _usable(activation_id: str, giver: int) -> tuple[ColumnElement[bool], ...]:
    """A number of theirs in a group that can still do something."""
    theirs = (Activation.id == activation_id, Activation.owner_id == giver, Activation.owner_id != NOBODY)
    return *theirs, Activation.chat_id < 0, Activation.state.in_(GIVEABLE), Activation.given_back.is_(None)


def _unread(activation_id: str) -> tuple[ColumnElement[bool], ...]:
    return Activation.state == State.WAITING, ~exists().where(Sms.activation_id == activation_id)


def _to(taker: int) -> dict[str, Any]:
    first = func.coalesce(Activation.bought_by, Activation.owner_id)
    return {"owner_id": taker, "bought_by": case((first == taker, None), else_=first)}


async def _bring_home(session: AsyncSession, row: Activation, giver: int) -> None:
    """The card hangs in the group, also where it had moved out; no menu's owner rules over it any more."""
    card = update(Post).where(Post.dedup == f"{Kind.CARD}:{row.id}", Post.chat_id == giver)
    moved = await session.scalar(card.values(chat_id=row.chat_id, message_id=None).returning(Post.id))
    if moved is not None:
        row.card_chat_id = row.card_message_id = None
    hung = (HungMenu.chat_id == row.chat_id, HungMenu.message_id == row.card_message_id)
    await session.execute(delete(HungMenu).where(*hung))
