"""An outgoing message in the database: the draft, the intent before money, the words on its delivery.

A move and what the person is told of it (the outbox) are one transaction. What a dead process leaves:
`sending` without `called_at` was never sent; with it, it may have been and becomes `unknown`.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, String, bindparam, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import AlreadyDone, BadInput, Expired, LimitReached, NotYours, text
from storage.caps import Caps, Expense, affordable
from storage.counted import counts_for
from storage.database import Database
from storage.due import DueRows
from storage.keys import to_buy_with
from storage.message_moves import News, NextLook, change, differs, enter, redraw, tell
from storage.models import IS_UNSENT, MESSAGE_REACHED_FROM, MessageState, OutgoingMessage
from storage.outbox import Kind, arm
from storage.sight import Sight

#: A draft older than this is not sent, and forgotten.
LIFETIME = timedelta(days=1)
_DAY = timedelta(days=1)
_FREE = (MessageState.DRAFT, MessageState.FAILED)
_SENT = Sight(
    select(OutgoingMessage)
    .where(
        OutgoingMessage.owner_id == bindparam("owner_id"),
        OutgoingMessage.chat_id == bindparam("chat_id"),
        OutgoingMessage.state != MessageState.DRAFT,
    )
    .order_by(OutgoingMessage.confirmed_at.desc(), OutgoingMessage.id)
    .limit(bindparam("limit"))
)


class OldDraft(Expired):
    text = text("This draft is gone: after a day it is forgotten. Write the message anew with /send.")


class TooLong(BadInput):
    text = text("That is too long: there is room for {limit} characters.")


class TooManyMessages(LimitReached):
    text = text("That is the limit of messages a day: {limit}. Try again later.")


class StillSending(LimitReached):
    text = text("Your last message is still being handed to the provider. Try again in a moment.")


class PriceUnknown(LimitReached):
    text = text(
        "There is a daily spending limit, and what this message costs is not known. Nothing was sent."
    )


class MessageStore(DueRows[OutgoingMessage]):
    """Every method is one transaction and returns detached rows; None means someone was faster."""

    def __init__(self, database: Database) -> None:
        super().__init__(database, OutgoingMessage)

    # The draft

    async def open(self, draft: OutgoingMessage) -> None:
        async with self._database.begin() as session:
            session.add(draft)

    async def write(self, message_id: str, **values: object) -> OutgoingMessage | None:
        """Write something into a draft, by the names of its columns. Raises `TooLong`."""
        for name, value in values.items():
            _fit(name, value)
        async with self._database.begin() as session:
            return await change(session, message_id, {MessageState.DRAFT}, **values)

    async def quote(self, draft: OutgoingMessage, most: Decimal | None) -> None:
        """Note what a draft costs at most, None for unknown, unless it was changed meanwhile."""
        same = (
            OutgoingMessage.recipient == draft.recipient,
            OutgoingMessage.channels == draft.channels,
            OutgoingMessage.sms_text == draft.sms_text,
        )
        mine = (OutgoingMessage.id == draft.id, OutgoingMessage.state == MessageState.DRAFT)
        async with self._database.begin() as session:
            await session.execute(update(OutgoingMessage).where(*mine, *same).values(quoted=most))

    async def sweep(self, now: datetime) -> None:
        """Forget drafts that can no longer be sent."""
        draft = OutgoingMessage.state == MessageState.DRAFT
        old = (IS_UNSENT, draft, OutgoingMessage.created_at < now - LIFETIME)
        async with self._database.begin() as session:
            await session.execute(delete(OutgoingMessage).where(*old))

    # Sending

    async def intend(
        self,
        message_id: str,
        owner_id: int,
        chat_id: int,
        card_id: int | None,
        caps: Caps,
        now: datetime,
    ) -> OutgoingMessage:
        """Write the intent to send a draft, its limits checked in the same transaction. Raises `Refused`."""
        sending = MessageState.SENDING
        async with self._database.begin() as session:
            draft = await _usable(session, message_id, owner_id, chat_id, now)
            caps.open()
            await _within(session, caps, draft, now)
            row = await change(
                session, message_id, MESSAGE_REACHED_FROM[sending], state=sending, confirmed_at=now
            )
            if row is None:
                raise AlreadyDone
            await arm(session, Kind.MESSAGE, row.id, row.chat_id, now, hangs=card_id)
            return row

    async def calling(
        self, message_id: str, balance: Decimal | None, now: datetime
    ) -> OutgoingMessage | None:
        """Right before the call that sends: from here on it may have been sent."""
        values = {"called_at": now, "balance_before": balance}
        async with self._database.begin() as session:
            return await change(session, message_id, {MessageState.SENDING}, **values)

    async def accepted(
        self, message_id: str, provider_id: str, news: News, now: datetime, next_look: NextLook
    ) -> OutgoingMessage | None:
        """The provider took it; what it said of it then may be the last word already."""
        taken = {"provider_id": provider_id, "sent_at": now}
        async with self._database.begin() as session:
            row = await enter(session, message_id, MessageState.ACCEPTED, **taken)
            if row is not None:
                row = await tell(session, message_id, row.state, news, now, next_look)
            if row is not None:
                await redraw(session, row, now)
            return row

    async def failed(
        self, message_id: str, reason: str, now: datetime, *, late: bool = False
    ) -> OutgoingMessage | None:
        """Not sent, not paid. `late`: nobody waits for it any more, so it rings."""
        return await self._end(message_id, MessageState.FAILED, now, late, reason=reason)

    async def unknown(
        self, message_id: str, reason: str, balance: Decimal | None, now: datetime, *, late: bool = False
    ) -> OutgoingMessage | None:
        """It may have been sent: kept with the balance after, never sent again. `late` as in `failed`."""
        values = {"reason": reason, "balance_after": balance}
        return await self._end(message_id, MessageState.UNKNOWN, now, late, **values)

    async def stranded(self) -> Sequence[OutgoingMessage]:
        """Intents a dead process left behind, oldest first."""
        left = select(OutgoingMessage).where(IS_UNSENT, OutgoingMessage.state == MessageState.SENDING)
        async with self._database.begin() as session:
            return (await session.scalars(left.order_by(OutgoingMessage.confirmed_at))).all()

    # Delivery

    async def told(self, message_id: str, news: News, now: datetime, next_look: NextLook) -> bool:
        """What the provider said; earlier failures are forgotten. Whether the card shows something else."""
        async with self._database.begin() as session:
            before = await session.get_one(OutgoingMessage, message_id)
            new = differs(before, news)
            row = await tell(session, message_id, before.state, news, now, next_look)
            if row is not None and new:
                await redraw(session, row, now)
            return row is not None and new

    async def unanswered(
        self, message_id: str, reason: str, now: datetime, next_look: NextLook, *, tell: bool
    ) -> None:
        """No usable answer; `tell` says so on the card."""
        values = {"failures": OutgoingMessage.failures + 1, "polled_at": now}
        async with self._database.begin() as session:
            row = await change(session, message_id, MessageState, **values)
            if row is None:
                return
            row.next_poll_at = next_look(row)
            if tell:
                row.reason = reason
                await redraw(session, row, now)

    async def given_up(self, message_id: str, reason: str, now: datetime) -> None:
        """It is asked for no more; the card says why if no final word ever came."""
        async with self._database.begin() as session:
            row = await change(session, message_id, MessageState, polled_at=now, next_poll_at=None)
            if row is not None and row.state is MessageState.ACCEPTED:
                row.reason = reason
                await redraw(session, row, now)

    # Reading

    async def history(self, owner_id: int, chat_id: int, limit: int) -> Sequence[OutgoingMessage]:
        """What a person sent in a chat, the last confirmed first; no drafts."""
        return await self._database.see(_SENT, owner_id=owner_id, chat_id=chat_id, limit=limit)

    async def _end(
        self, message_id: str, to: MessageState, now: datetime, late: bool, **values: Any
    ) -> OutgoingMessage | None:
        async with self._database.begin() as session:
            row = await enter(session, message_id, to, ended_at=now, **values)
            if row is not None:
                await redraw(session, row, now)
            if row is not None and late:
                await arm(session, Kind.DELIVERY, row.id, row.chat_id, now)
            return row


async def _usable(
    session: AsyncSession, message_id: str, owner_id: int, chat_id: int, now: datetime
) -> OutgoingMessage:
    draft = await session.get(OutgoingMessage, message_id)
    if draft is None:
        raise OldDraft
    if (draft.owner_id, draft.chat_id) != (owner_id, chat_id):
        raise NotYours
    if draft.state is not MessageState.DRAFT:
        raise AlreadyDone
    if now - draft.created_at > LIFETIME:
        raise OldDraft
    await to_buy_with(session, draft.key_id, draft.chat_id)
    return draft


async def _within(session: AsyncSession, caps: Caps, draft: OutgoingMessage, now: datetime) -> None:
    """Raise `LimitReached` when this message would pass one of the person's caps."""
    mine = counts_for(session, OutgoingMessage, draft.owner_id)
    if await _count(session, mine, OutgoingMessage.state == MessageState.SENDING):
        raise StillSending
    today = (mine, OutgoingMessage.confirmed_at > now - _DAY, OutgoingMessage.state.not_in(_FREE))
    if caps.messages_per_day and await _count(session, *today) >= caps.messages_per_day:
        raise TooManyMessages(limit=caps.messages_per_day)
    if caps.spend_per_day and draft.quoted is None:
        raise PriceUnknown
    await affordable(session, caps, Expense(draft.owner_id, draft.provider, draft.quoted or Decimal(0)), now)


async def _count(session: AsyncSession, *which: ColumnElement[bool]) -> int:
    return await session.scalar(select(func.count(OutgoingMessage.id)).where(*which)) or 0


def _fit(name: str, value: object) -> None:
    kind = OutgoingMessage.__table__.c[name].type
    limit = kind.length if isinstance(kind, String) else None
    if isinstance(value, str) and limit is not None and len(value) > limit:
        raise TooLong(limit=limit)
