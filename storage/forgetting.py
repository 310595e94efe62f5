"""Forgetting a person for good: in one transaction, or of somebody with much in slices that nobody waits for.

Their keys, choices, favourites, watches, quotes, forms and drafts go, with all that was to be said to them.
What they bought, rented and sent stays as figures that lead to nobody: service, country, provider, price,
times and outcome, without a person, a chat, a number, a word or an account. No row of nobody moves again:
what a provider answers to a question that was under way is not written down. What they paid for last counts
on for a day, should they come back: limits are not forgotten away.

What is left when the process dies: inside the one transaction, everything; of somebody with much

    before the wish is written   everything: nothing was wished for
    after it                     the wish, and what is not forgotten yet, without a key to go on with; the
                                 next round of housekeeping, a minute after the start, goes on from there
    inside a slice               the same: what one slice forgets is one transaction
    inside the last one          the same; it takes the wish along

Meanwhile they see their list get shorter. What they begin after their wish is under way when the last slice
comes: it stays, with them, and they are told of it; all that was before is forgotten.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from storage.counted import count_no_more, keep_counting
from storage.database import Database
from storage.models import (
    Activation,
    Ceiling,
    Chat,
    Favourite,
    Form,
    Guest,
    HungMenu,
    Key,
    Leaver,
    Member,
    MessageState,
    OrderState,
    OutgoingMessage,
    Post,
    Preferences,
    Quote,
    Rental,
    RentalOrder,
    RentalText,
    Sharing,
    SimWish,
    SingleUse,
    Sms,
    Watch,
)
from storage.models.columns import NOBODY
from storage.open_ends import OpenEnds, of_person, open_ends
from storage.outbox import new_id


@dataclass(frozen=True, slots=True)
class Scrub:
    """The columns that tell of a person, and what they hold afterwards; every other one is a figure."""

    table: type[Any]
    emptied: Mapping[str, object]


#: What stays of them; their owner and their chat become nobody, too.
FIGURES = (
    Scrub(
        Activation,
        {
            **dict.fromkeys(("batch", "phone", "raw", "provider_id", "balance_before", "balance_after")),
            **dict.fromkeys(("held_before", "last_code", "forward_to", "cancel_at", "next_poll_at")),
            **dict.fromkeys(("card_chat_id", "card_message_id")),
            "last_written": "",
        },
    ),
    Scrub(
        Rental,
        {
            **dict.fromkeys(("provider_id", "phone", "raw", "online", "pressed_at", "next_poll_at")),
            "sim_wish": SimWish.NONE,
        },
    ),
    Scrub(RentalOrder, dict.fromkeys(("balance_before", "balance_after", "held_before"))),
    Scrub(
        OutgoingMessage,
        {
            **dict.fromkeys(("recipient", "viber_source", "viber_text", "viber_caption", "viber_url"), ""),
            **dict.fromkeys(("viber_image", "viber_raw", "sms_source", "sms_text", "sms_raw"), ""),
            **dict.fromkeys(("provider_id", "balance_before", "balance_after", "next_poll_at")),
        },
    ),
)
#: What belongs to one of those, by its column; when it came is a figure.
PARTS = (
    (Scrub(Sms, {"code": "", "text": None, "sender": None, "written": ""}), Sms.activation_id, Activation),
    (Scrub(RentalText, {"text": "", "sender": None, "written": ""}), RentalText.rental_id, Rental),
)
#: What goes with its rows.
GONE = (
    *(Quote, Watch, Favourite, Ceiling, Preferences, Form, Post, Member, HungMenu, SingleUse, Sharing),
    Leaver,
)
#: Of these somebody may have tens of thousands.
LONG = (Activation, OutgoingMessage, Post)
#: Where somebody else's row names them, and what stands there afterwards.
NAMED = ((Activation.bought_by, NOBODY), (Guest.brought_by, None), (Guest.admitted_by, None))


class Forgetting:
    """Knows every table that knows a person; `step` is how many rows of one are forgotten at once."""

    def __init__(self, database: Database, step: int = 250) -> None:
        self._database = database
        self._step = step

    async def hindrance(self, person_id: int) -> OpenEnds:
        """What a person has under way, and must end before they can be forgotten."""
        async with self._database.begin() as session:
            return await open_ends(session, of_person(person_id))

    async def forget(self, person_id: int, now: datetime) -> OpenEnds:
        """Forget a person; if something is under way nothing is done, and it is told.

        Looked at and done, or begun, in one transaction: an intent to buy is written before it, so that it is
        seen, or after it, when neither its quote nor its key is there any more.
        """
        async with self._database.begin() as session:
            open_now = await open_ends(session, of_person(person_id))
            if open_now:
                return open_now
            much = await _has_much(session, person_id, self._step)
            await (_begin if much else _forget)(session, person_id, now)
        return await self._go_on(person_id, now) if much else open_now

    async def sweep(self, now: datetime) -> None:
        """Housekeeping: what went on counting for a day counts no more, and what broke off goes on."""
        async with self._database.begin() as session:
            await count_no_more(session, now)
            leavers = (await session.scalars(select(Leaver.owner_id))).all()
        for person_id in leavers:
            await self._go_on(person_id, now)

    async def _go_on(self, person_id: int, now: datetime) -> OpenEnds:
        """A slice after the other, then what is left at once; what they have begun since, if anything."""
        for table in LONG:
            while await self._forget_some(table, person_id, now):
                pass
        async with self._database.begin() as session:
            begun_since = await open_ends(session, of_person(person_id))
            if begun_since:
                await session.execute(delete(Leaver).where(Leaver.owner_id == person_id))
            else:
                await _forget(session, person_id, now)
            return begun_since

    async def _forget_some(self, table: type[Any], person_id: int, now: datetime) -> bool:
        """Whether there may be more of what a table had of them when they wished for it."""
        async with self._database.begin() as session:
            wished_at = await session.scalar(select(Leaver.wished_at).where(Leaver.owner_id == person_id))
            if wished_at is None:
                return False
            few = select(table.id).where(_theirs(table, person_id, table.created_at <= wished_at))
            ids = (await session.scalars(few.limit(self._step))).all()
            await _forget_these(session, table, ids, person_id, now)
            return len(ids) == self._step


async def _has_much(session: AsyncSession, person_id: int, step: int) -> bool:
    """Whether a table has more of them than one slice."""
    for table in LONG:
        more = select(table.id).where(_theirs(table, person_id)).offset(step).limit(1)
        if await session.scalar(more) is not None:
            return True
    return False


async def _begin(session: AsyncSession, person_id: int, now: datetime) -> None:
    """The wish, and no way to buy any more; keys stay as the names of numbers until those are forgotten."""
    await session.merge(Leaver(owner_id=person_id, wished_at=now))
    await keep_counting(session, person_id, now)
    await _drop_drafts(session, person_id)
    await session.execute(delete(Quote).where(_theirs(Quote, person_id)))
    emptied = {"nonce": b"", "ciphertext": b"", "kid": "", "tail": "", "label": "", "removed_at": now}
    await session.execute(update(Key).where(Key.chat_id == person_id).values(**emptied))


async def _forget_these(
    session: AsyncSession, table: type[Any], ids: Sequence[str], person_id: int, now: datetime
) -> None:
    """Some rows of a long table with what belongs to them: gone, or figures that lead to nobody."""
    these = table.id.in_(ids)
    if table is Post:
        await session.execute(delete(Post).where(these))
        return
    for scrub, of, whole in PARTS:
        if whole is table:
            await session.execute(update(scrub.table).where(of.in_(ids)).values(**scrub.emptied))
    [figures] = [scrub for scrub in FIGURES if scrub.table is table]
    await _hang_on_nobodys(session, person_id, now, [figures], these)
    await _scrub(session, figures, person_id, these)


async def _forget(session: AsyncSession, person_id: int, now: datetime) -> None:
    """In this order: a part is found by its whole, and what stays must not go with its key."""
    await keep_counting(session, person_id, now)
    await _drop_drafts(session, person_id)
    for scrub, of, whole in PARTS:
        mine = select(whole.id).where(_theirs(whole, person_id))
        await session.execute(update(scrub.table).where(of.in_(mine)).values(**scrub.emptied))
    await _drop_keys(session, person_id, now)
    for scrub in FIGURES:
        await _scrub(session, scrub, person_id)
    for table in GONE:
        await session.execute(delete(table).where(_theirs(table, person_id)))
    for column, nobody in NAMED:
        theirs = update(column.class_).where(column == person_id)
        await session.execute(theirs.values({column: nobody}))
    # What the operator decided about them stays, without their name: nobody forgets themselves out of it.
    await session.execute(update(Guest).where(Guest.id == person_id).values(name=""))
    await session.execute(delete(Chat).where(Chat.id == person_id))


async def _drop_drafts(session: AsyncSession, person_id: int) -> None:
    """What was written or shown and never ordered is no figure."""
    drafts = (OutgoingMessage, MessageState.DRAFT), (RentalOrder, OrderState.OFFERED)
    for table, never_ordered in drafts:
        await session.execute(delete(table).where(_theirs(table, person_id), table.state == never_ordered))


async def _drop_keys(session: AsyncSession, person_id: int, now: datetime) -> None:
    """Row and secret; what was bought with them hangs on an empty row that all the forgotten share."""
    await _hang_on_nobodys(session, person_id, now, FIGURES)
    await session.execute(delete(Key).where(Key.chat_id == person_id))


async def _hang_on_nobodys(
    session: AsyncSession, person_id: int, now: datetime, scrubs: Sequence[Scrub], *which: ColumnElement[bool]
) -> None:
    mine = select(Key.id, Key.provider).where(Key.chat_id == person_id)
    for key_id, provider in (await session.execute(mine)).all():
        stand_in = await _stand_in(session, provider, now)
        for scrub in scrubs:
            # Of a few rows not by the key's index, which has all that was ever bought with it.
            of = func.coalesce(scrub.table.key_id, "") if which else scrub.table.key_id
            of_key = update(scrub.table).where(of == key_id, *which)
            await session.execute(of_key.values(key_id=stand_in))


async def _stand_in(session: AsyncSession, provider: str, now: datetime) -> str:
    """The id of a provider's key that is nobody's and opens nothing."""
    nobodys = select(Key.id).where(Key.chat_id == NOBODY, Key.provider == provider)
    found = await session.scalar(nobodys.limit(1))
    if found is not None:
        return found
    empty: dict[str, Any] = {"tail": "", "kid": "", "nonce": b"", "ciphertext": b""}
    row = Key(id=new_id(), chat_id=NOBODY, provider=provider, created_at=now, removed_at=now, **empty)
    session.add(row)
    await session.flush()
    return row.id


async def _scrub(session: AsyncSession, scrub: Scrub, person_id: int, *which: ColumnElement[bool]) -> None:
    """In a group the chat stays the group's: only the person goes."""
    table = scrub.table
    nobody = {
        name: case((column == person_id, NOBODY), else_=column)
        for name, column in (("owner_id", table.owner_id), ("chat_id", table.chat_id))
    }
    theirs = update(table).where(*(which or (_theirs(table, person_id),)))
    await session.execute(theirs.values(**scrub.emptied, **nobody))


def _theirs(table: type[Any], person_id: int, *among: ColumnElement[bool]) -> ColumnElement[bool]:
    """Rows of a person anywhere, and all of their private chat, which has their id."""
    columns = table.__table__.c
    names = [name for name in ("owner_id", "user_id", "chat_id") if name in columns]
    return or_(*(and_(columns[name] == person_id, *among) for name in names))
