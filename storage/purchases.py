"""The purchase in the database: intent before money, then one of four ends.

What a dead process leaves: `buying` without `called_at` was never called, so nothing was bought; with it, the
purchase may have happened and becomes `unknown`, unless the provider can list what the account holds. What
that list does not show in time `failed`; should it show up later, it is ours all the same.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.caps import Caps, room_now
from storage.database import Database
from storage.group_rules import Seat, room_here
from storage.intents import intended, left_out, ordered_together, unfinished, usable
from storage.keys import twins
from storage.models import HAS_MORE_TO_COME, IS_OPEN, Activation, Quote, State
from storage.moves import change, enter, move, redraw
from storage.outlook import Outlook, outlook
from storage.reasons import Reason
from storage.sight import Sight, one_of
from storage.sold import Bought, as_written, succeed
from storage.windows import windows

#: The card comes as a new message: an edit does not ring.
_NEW_CARD: dict[str, Any] = {"card_chat_id": None, "card_message_id": None}
_LAST = Sight(
    select(Activation)
    .where(
        Activation.owner_id == bindparam("owner_id"),
        Activation.chat_id == bindparam("chat_id"),
        Activation.bought_at.is_not(None),
    )
    .order_by(Activation.created_at.desc())
    .limit(1)
)


class PurchaseStore:
    """Every method but `unfinished` is one transaction; rows come detached, None means someone was faster."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def intend(
        self,
        nonce: str,
        owner_id: int,
        chat_id: int,
        card_id: int | None,
        caps: Caps,
        now: datetime,
        position: int = 1,
        seen: str | None = None,
        seat: Seat | None = None,
    ) -> tuple[Activation, Quote]:
        """Write the intent to buy a quote, its limits checked in the same transaction. Raises `Refused`.

        `position` is which number of several it is; `seen` the mark of what the pressed button showed; `seat`
        where in a group that was, None where nobody pressed.
        """
        async with self._database.begin() as session:
            quote = await usable(session, nonce, owner_id, chat_id, position, now, seen)
            return await intended(session, quote, card_id, position, caps, now, seat), quote

    async def leave_out(self, last: Activation, reason: str, now: datetime) -> None:
        """Nothing more is ordered of several after this one, which is told, once."""
        async with self._database.begin() as session:
            await left_out(session, last, reason, now)

    async def stop(self, batch: str, now: datetime) -> bool:
        """Let nothing more of several be ordered; whether there was anything to stop."""
        async with self._database.begin() as session:
            *_, last = await ordered_together(session, batch)
            if last.state is State.FAILED:
                return False
            return await left_out(session, last, Reason.STOPPED, now) is not None

    async def unfinished(self, since: datetime | None = None) -> Sequence[Activation]:
        """The last of several, ordered since then, that others should have followed; a window at a time."""
        found: list[Activation] = []
        async for few in windows(self._database, Activation.created_at, since, None, HAS_MORE_TO_COME):
            async with self._database.begin() as session:
                found += await unfinished(session, few)
        return found

    async def get(self, activation_id: str) -> Activation | None:
        return await self._database.see_one(one_of(Activation), id=activation_id)

    async def together(self, batch: str) -> Sequence[Activation]:
        async with self._database.begin() as session:
            return await ordered_together(session, batch)

    async def room(self, owner_id: int, chat_id: int, caps: Caps, now: datetime) -> int | None:
        """How many more open numbers a person may have in a chat; None where there is no limit."""
        everywhere = await room_now(self._database, caps, owner_id, now)
        if chat_id > 0:
            return everywhere
        async with self._database.begin() as session:
            here = await room_here(session, chat_id, owner_id, now)
        return min((each for each in (everywhere, here) if each is not None), default=None)

    async def outlook(self, quote: Quote, provider: str, now: datetime) -> Outlook:
        """What one more number of a quote would meet in its group; nothing in a private chat."""
        if quote.chat_id > 0:
            return Outlook()
        async with self._database.begin() as session:
            return await outlook(session, quote, provider, now)

    async def last(self, chat_id: int, owner_id: int) -> Activation | None:
        """What this person bought last in this chat."""
        return await self._database.see_one(_LAST, owner_id=owner_id, chat_id=chat_id)

    async def calling(
        self, activation_id: str, balance: Decimal | None, held: set[str] | None, now: datetime
    ) -> Activation | None:
        """Right before the purchase call: from here on it may have happened."""
        values = {
            "called_at": now,
            "balance_before": balance,
            "held_before": None if held is None else ",".join(sorted(held)),
        }
        async with self._database.begin() as session:
            return await change(session, activation_id, {State.BUYING}, **values)

    async def bought(self, activation_id: str, number: Bought, now: datetime) -> Activation | None:
        """The number is ours. Raises `AlreadyDone` while a number of that id is open on the same account.

        The card of what was told to be not bought rings.
        """
        written: dict[str, Any] = as_written(number) | {"answered_at": now, "polled_at": now}
        async with self._database.begin() as session:
            failed = await _failed(session, activation_id)
            if failed not in (None, Reason.NOT_LISTED):
                return None
            await succeed(session, activation_id, number.provider_id, now)
            if failed is not None:
                written |= _NEW_CARD | {"reason": Reason.LISTED_LATE}
            row = await move(session, activation_id, State.WAITING, now, **written)
            if row is not None and failed is not None:
                await redraw(session, row, now, anew=True)
            return row

    async def failed(
        self,
        activation_id: str,
        reason: str,
        now: datetime,
        try_from: datetime | None = None,
        asked: Decimal | None = None,
    ) -> Activation | None:
        """Nothing was bought; `try_from` is when its provider may be asked again, where that is known.

        `asked` is the price that was asked instead of the one agreed to, where that was told.
        """
        values: dict[str, Any] = {"reason": reason, "ended_at": now, "try_from": try_from}
        values |= {"cost": asked} if asked is not None else {}
        async with self._database.begin() as session:
            return await move(session, activation_id, State.FAILED, now, **values)

    async def unknown(
        self,
        activation_id: str,
        reason: str,
        balance: Decimal | None,
        now: datetime,
        look_at: datetime | None,
    ) -> Activation | None:
        """It may have been bought: kept with the balance after, looked for where it can be listed."""
        values: dict[str, Any] = {
            "reason": reason,
            "balance_after": balance,
            "ended_at": now,
            "next_poll_at": look_at,
        }
        async with self._database.begin() as session:
            if await _failed(session, activation_id) is not None:
                return None
            return await move(session, activation_id, State.UNKNOWN, now, **values)

    async def stranded(self) -> Sequence[Activation]:
        """Intents a dead process left behind, oldest first."""
        # Put in order here: SQLite would read all of them in that order, and look for these.
        query = select(Activation).where(IS_OPEN, Activation.state == State.BUYING)
        async with self._database.begin() as session:
            found = (await session.scalars(query)).all()
        return sorted(found, key=lambda row: row.created_at)

    async def looked_in_vain(
        self, activation_id: str, now: datetime, look_at: datetime | None
    ) -> Activation | None:
        """A lost purchase does not stand in the account's list yet; `look_at` is the next look."""
        values = {"failures": Activation.failures + 1, "polled_at": now, "next_poll_at": look_at}
        async with self._database.begin() as session:
            row = await change(session, activation_id, {State.UNKNOWN, State.FAILED}, **values)
            if row is not None and look_at is None:
                await redraw(session, row, now)
            return row

    async def weighed(self, activation_id: str, balance: Decimal, now: datetime) -> Activation | None:
        """The balance after a lost purchase, which could not be read at once."""
        async with self._database.begin() as session:
            row = await change(session, activation_id, {State.UNKNOWN}, balance_after=balance)
            if row is not None:
                await redraw(session, row, now)
            return row

    async def not_bought(
        self, activation_id: str, now: datetime, look_at: datetime | None
    ) -> Activation | None:
        """The list was read long enough: as far as it tells nothing was bought; `look_at` is one more."""
        values: dict[str, Any] = {
            "failures": Activation.failures + 1,
            "polled_at": now,
            "ended_at": now,
            "next_poll_at": look_at,
        }
        async with self._database.begin() as session:
            return await move(session, activation_id, State.FAILED, now, reason=Reason.NOT_LISTED, **values)

    async def undecided(self, activation_id: str, reason: Reason, now: datetime) -> Activation | None:
        """Whether a number is the lost one only the person can tell. It is looked for no more."""
        values: dict[str, Any] = {"reason": reason, "polled_at": now, "next_poll_at": None}
        async with self._database.begin() as session:
            anew = await _failed(session, activation_id) == Reason.NOT_LISTED
            if anew:
                await enter(session, activation_id, State.UNKNOWN, now, **_NEW_CARD)
            row = await change(session, activation_id, {State.UNKNOWN}, **values)
            if row is not None:
                await redraw(session, row, now, anew=anew)
            return row

    async def rivals(self, lost: Activation, lag: timedelta) -> Sequence[Activation]:
        """Other lost purchases of the same on this account that its list may be showing only now.

        They were called no earlier than `lag` before this one, or are still looked for. What was told to be
        not bought is a rival only of its like.
        """
        called = lost.called_at or lost.created_at
        lost_too: ColumnElement[bool] = Activation.state.in_((State.UNKNOWN, State.BUYING))
        if lost.state is State.FAILED:
            lost_too |= (Activation.state == State.FAILED) & (Activation.reason == Reason.NOT_LISTED)
        others = select(Activation).where(
            Activation.id != lost.id,
            Activation.key_id.in_(twins(lost.key_id)),
            Activation.service_code == lost.service_code,
            Activation.country_code == lost.country_code,
            lost_too,
            Activation.called_at.is_not(None),
            (Activation.called_at > called - lag) | Activation.next_poll_at.is_not(None),
        )
        async with self._database.begin() as session:
            return (await session.scalars(others)).all()

    async def known(self, key_id: str, ids: Collection[str]) -> set[str]:
        """Which of the provider's ids are numbers bought here, with this key or the same in another chat."""
        query = select(Activation.provider_id).where(
            Activation.key_id.in_(twins(key_id)), Activation.provider_id.in_(ids)
        )
        async with self._database.begin() as session:
            return {held for held in await session.scalars(query) if held is not None}


async def _failed(session: AsyncSession, activation_id: str) -> str | None:
    """Why a purchase failed; None when it did not."""
    row = await session.get(Activation, activation_id)
    return row.reason if row is not None and row.state is State.FAILED else None
