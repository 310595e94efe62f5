"""A bought number in the database: what is due, what came, how it ended.

A move, its history row and what the person is told of it (the outbox) are one transaction.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from storage.answers import Answered, NextLook, note
from storage.asides import put_aside
from storage.database import Database
from storage.due import DueRows
from storage.models import Activation, Sms, State
from storage.models.columns import NOBODY
from storage.moves import change, enter, hang_anew, move, redraw
from storage.outbox import Kind, arm, new_id
from storage.reasons import Reason, refusal
from storage.recent import numbers_in
from storage.sight import Sight, Stroke, one_of

_NO_SUCH_NUMBER = "UnknownActivation"
_ALL_SMS = Sight(select(Sms).where(Sms.activation_id == bindparam("id")).order_by(Sms.position))
_PLACED = Stroke(
    update(Activation)
    .where(Activation.id == bindparam("of"), Activation.owner_id != NOBODY)
    .values(card_chat_id=bindparam("there"), card_message_id=bindparam("hangs"))
)


@dataclass(frozen=True, slots=True)
class Heard:
    """One SMS as a provider told it."""

    code: str
    text: str | None
    sender: str | None
    written: str = ""


class ActivationStore(DueRows[Activation]):
    """Each method that writes is one transaction. Rows come detached; None means someone was faster."""

    def __init__(self, database: Database) -> None:
        super().__init__(database, Activation)

    # What the provider said

    async def answered(self, activation_id: str, now: datetime, next_look: NextLook) -> bool:
        """It answered, nothing new: earlier failures are forgotten. Whether the card spoke of them."""
        return await self._database.together(note, Answered(activation_id, now, next_look))

    async def unanswered(
        self, activation_id: str, reason: str, now: datetime, next_look: NextLook, *, tell: bool
    ) -> None:
        """No usable answer; `tell` says so on the card, unless a failed cancel is to be read there."""
        async with self._database.begin() as session:
            before = await session.get_one(Activation, activation_id)
            values = {"failures": before.failures + 1, "polled_at": now, "next_poll_at": next_look(before)}
            row = await change(session, activation_id, State, **values)
            if row is not None and tell and (refusal(row.reason) is None or reason == _NO_SUCH_NUMBER):
                row.reason = reason
                await redraw(session, row, now)

    async def asking(self, activation_id: str, now: datetime) -> None:
        """Right before a look that may take a code along: without an answer it stays noted as the last."""
        async with self._database.begin() as session:
            await change(session, activation_id, State, polled_at=now)

    async def received(self, activation_id: str, heard: Heard, now: datetime) -> Sms | None:
        """A new SMS: stored, its message and the card put in the outbox. None when it is known already."""
        async with self._database.begin() as session:
            before = await session.get_one(Activation, activation_id)
            late = before.ended_at is not None
            last = await session.scalar(_last_sms(activation_id))
            if await _known(session, last, heard):
                return None
            row = await move(session, activation_id, State.RECEIVED, now, **_heard(heard, now))
            if row is None:
                return None
            sms = _sms(row, heard, last.position + 1 if last else 1, now, late=late)
            session.add(sms)
            await arm(session, Kind.CODE, sms.id, row.chat_id, now)
            await put_aside(session, row, sms.id, now)
            return sms

    async def expired(
        self, activation_id: str, reason: str, now: datetime, late_at: datetime | None
    ) -> Activation | None:
        """The provider ended it without a code; `late_at` is the first look for a late one."""
        values = _ended(now, late_at)
        return await self._move(activation_id, State.EXPIRED, now, reason=reason, **values)

    # What the person wants

    async def book_cancel(self, activation_id: str, at: datetime, now: datetime) -> Activation | None:
        """Wish for a cancel at that moment; the number is looked at no later."""
        async with self._database.begin() as session:
            row = await change(session, activation_id, {State.WAITING}, cancel_at=at)
            if row is None:
                return None
            row.reason = row.reason if refusal(row.reason) is None else ""
            if row.next_poll_at is None or row.next_poll_at > at:
                row.next_poll_at = at
            await redraw(session, row, now)
            return row

    async def cancelling(
        self, activation_id: str, now: datetime, retry_at: datetime, *, again: bool = False
    ) -> Activation | None:
        """A cancel begins; tried `again`, it is not worth a change of the card."""
        begin = enter if again else move
        async with self._database.begin() as session:
            return await begin(session, activation_id, State.CANCELLING, now, next_poll_at=retry_at)

    async def calling_cancel(self, activation_id: str, now: datetime) -> Activation | None:
        """Right before the call: from here on an end may be its doing."""
        values = {"cancel_called_at": now, "polled_at": now}
        async with self._database.begin() as session:
            return await change(session, activation_id, {State.CANCELLING}, **values)

    async def call_denied(self, activation_id: str) -> None:
        """The provider said that the call changed nothing: an end is not its doing."""
        async with self._database.begin() as session:
            await change(session, activation_id, {State.CANCELLING}, cancel_called_at=None)

    async def cancelled(
        self, activation_id: str, now: datetime, late_at: datetime | None, reason: str = ""
    ) -> Activation | None:
        """The provider's word that it is gone; UNCONFIRMED when that was not its answer to the cancel."""
        values = _ended(now, late_at) | {"given_back": reason != Reason.UNCONFIRMED}
        return await self._move(activation_id, State.CANCELLED, now, reason=reason, **values)

    async def still_waiting(
        self, activation_id: str, now: datetime, cancel_at: datetime | None, reason: str, next_at: datetime
    ) -> Activation | None:
        """A cancel that was refused: waiting again, perhaps to be tried again at `cancel_at`."""
        values: dict[str, object] = {"cancel_at": cancel_at, "cancel_called_at": None, "reason": reason}
        values |= {"next_poll_at": next_at, "polled_at": now, "answered_at": now}
        if cancel_at is not None:
            values["cancel_from"] = cancel_at
        return await self._move(activation_id, State.WAITING, now, **values)

    async def ask_again(self, activation_id: str, now: datetime, next_at: datetime) -> Activation | None:
        """Another SMS is being asked for, so it will not be late; None when it was asked for already."""
        async with self._database.begin() as session:
            before = await session.get(Activation, activation_id)
            if before is None or before.asked_again:
                return None
            values = {"asked_again": True, "ended_at": None, "next_poll_at": next_at}
            row = await change(session, activation_id, {State.RECEIVED}, **values)
            if row is not None:
                await redraw(session, row, now)
            return row

    async def asked_in_vain(self, activation_id: str, now: datetime) -> Activation | None:
        """The provider refused another SMS: nothing is waited for."""
        return await self._change(activation_id, {State.RECEIVED}, now, asked_again=False, next_poll_at=None)

    async def forwarded(self, activation_id: str, phone: str, now: datetime) -> Activation | None:
        """The provider lets calls ring at this phone."""
        return await self._change(activation_id, {State.RECEIVED}, now, forward_to=phone)

    async def told_sent(self, activation_id: str, now: datetime) -> Activation | None:
        return await self._change(activation_id, {State.WAITING}, now, told_sent=True)

    async def book_finish(self, activation_id: str, at: datetime, now: datetime) -> Activation | None:
        """Wish for a finish after one more look at that moment; None when no other SMS is waited for."""
        async with self._database.begin() as session:
            before = await session.get_one(Activation, activation_id)
            if not before.asked_again:
                return None
            values = {"reason": Reason.FINISHING, "next_poll_at": at}
            row = await change(session, activation_id, {State.RECEIVED}, **values)
            if row is not None:
                await redraw(session, row, now)
            return row

    async def finished(self, activation_id: str, now: datetime, reason: str = "") -> Activation | None:
        values: dict[str, Any] = {"ended_at": now, "reason": reason, "next_poll_at": None}
        return await self._move(activation_id, State.FINISHED, now, asked_again=False, **values)

    # Reading

    async def sms(self, sms_id: str) -> tuple[Sms, Activation] | None:
        """An SMS with the number it came to."""
        if (sms := await self._database.see_one(one_of(Sms), id=sms_id)) is None:
            return None
        row = await self.get(sms.activation_id)
        return None if row is None else (sms, row)

    async def all_sms(self, activation_id: str) -> Sequence[Sms]:
        """Every SMS of a number, oldest first."""
        return await self._database.see(_ALL_SMS, id=activation_id)

    async def recent(
        self, owner_id: int, chat_id: int, since: datetime, states: frozenset[State]
    ) -> Sequence[Activation]:
        """A person's numbers that are shown in a chat: the open ones, those made since then; newest first."""
        recent = numbers_in(states, alone=owner_id == chat_id)
        return await self._database.see(recent, owner_id=owner_id, chat_id=chat_id, since=since)

    async def place_card(self, activation_id: str, chat_id: int, message_id: int) -> None:
        """Where the card hangs, so that it is edited and not sent again."""
        await self._database.write(_PLACED, of=activation_id, there=chat_id, hangs=message_id)

    async def hang_anew(self, activation_id: str, chat_id: int, now: datetime) -> bool:
        """Let the card be sent as a new message where it was asked for; False where it came a moment ago."""
        async with self._database.begin() as session:
            row = await session.get(Activation, activation_id)
            return row is not None and await hang_anew(session, row, chat_id, now)

    async def _move(self, activation_id: str, to: State, now: datetime, **values: Any) -> Activation | None:
        async with self._database.begin() as session:
            return await move(session, activation_id, to, now, **values)

    async def _change(
        self, activation_id: str, while_in: frozenset[State] | set[State], now: datetime, **values: Any
    ) -> Activation | None:
        async with self._database.begin() as session:
            row = await change(session, activation_id, while_in, **values)
            if row is not None:
                await redraw(session, row, now)
            return row


async def _known(session: AsyncSession, last: Sms | None, heard: Heard) -> bool:
    """Whether this SMS is stored: any one of that time, or the last one where no time is told; or is none."""
    if last is None or not (heard.code or heard.text):
        return not (heard.code or heard.text)
    if not heard.written:
        return (last.code, last.text) == (heard.code, heard.text)
    query = select(Sms.id).where(Sms.activation_id == last.activation_id, *_same(heard))
    return await session.scalar(query) is not None


def _same(heard: Heard) -> tuple[ColumnElement[bool], ...]:
    """A text and its time tell an SMS: a code told beside them may be missing at another time."""
    if heard.text is None:
        return Sms.code == heard.code, Sms.text.is_(None), Sms.written == heard.written
    return Sms.text == heard.text, Sms.written == heard.written


def _last_sms(activation_id: str) -> Any:
    return select(Sms).where(Sms.activation_id == activation_id).order_by(Sms.position.desc()).limit(1)


def _heard(heard: Heard, now: datetime) -> dict[str, object]:
    """Nothing is looked for any more until another SMS is asked for."""
    return {
        "last_code": heard.code,
        "last_written": heard.written[:32],
        "asked_again": False,
        "cancel_at": None,
        "reason": "",
        "polled_at": now,
        "failures": 0,
        "next_poll_at": None,
    }


def _ended(now: datetime, late_at: datetime | None) -> dict[str, Any]:
    """By an answer at this moment; `late_at` is the first look for a late code."""
    return {"ended_at": now, "polled_at": now, "cancel_at": None, "next_poll_at": late_at}


def _sms(activation: Activation, heard: Heard, position: int, now: datetime, *, late: bool) -> Sms:
    return Sms(
        id=new_id(),
        activation_id=activation.id,
        position=position,
        code=heard.code,
        text=heard.text,
        sender=heard.sender,
        written=heard.written[:32],
        late=late,
        received_at=now,
    )
