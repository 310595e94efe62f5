"""Forgetting a person for good: in one transaction, or of somebody with much in slices that nobody waits for.

Their keys, choices, favourites, watches, quotes, forms and drafts go, with all that was to be said to them.
What they bought, rented and sent stays as figures that lead to nobody: service, country, provider, price,
times and outcome, without a person, a chat, a number, a word or an account. No row of nobody moves again:
what a provider answers to a question that was under way is not written down. What they paid for last counts
on for a day, should they come back: limits are not forgotten away.

What is left when the process dies: inside the one transaction, everything; of somebody with much

    before the wish is written   everything: nothing was wished for
    after it                     the wish, and numbers, messages and posts that are not forgotten yet, without
                                 a key to go on with; all else went with it. The next round of housekeeping,
                                 a minute after the start, goes on from there
    inside a slice               the same: what one slice forgets is one transaction
    before the last one          the wish and the emptied keys, which are taken along by the last one
    inside the last one          the same

Meanwhile they see their list get shorter, and may come back: what they make after their wish is theirs, for
slices take what was there before it alone. A second wish meanwhile takes what came in between as well, and
the last transaction of whoever was at the first finds that something is left, and leaves it to the second.
A backup holds the wish as it stood; it goes on from there once it is restored.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from storage.counted import count_no_more, keep_counting
from storage.database import Database
from storage.kinds import Kind
from storage.models import (
    IS_PARKED,
    Activation,
    Chat,
    Guest,
    Key,
    Leaver,
    MessageState,
    OrderState,
    OutgoingMessage,
    Post,
    RentalOrder,
    Sms,
)
from storage.models.columns import no_index
from storage.open_ends import OpenEnds, of_person, open_ends
from storage.traces import FIGURES, GONE, LONG, NAMED, PARTS, empty, empty_parts, hang_on_nobodys, theirs


class Forgetting:
    """Knows every table that knows a person; `step` is how many rows of one are forgotten at once."""

    def __init__(self, database: Database, step: int = 80) -> None:
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
            await _forget(session, person_id, now, later=LONG if much else ())
        if much:
            await self._go_on(person_id, now)
        return open_now

    async def sweep(self, now: datetime) -> None:
        """Housekeeping: what went on counting for a day counts no more, and what broke off goes on."""
        async with self._database.begin() as session:
            await count_no_more(session, now)
            leavers = (await session.scalars(select(Leaver.owner_id))).all()
        for person_id in leavers:
            await self._go_on(person_id, now)

    async def _go_on(self, person_id: int, now: datetime) -> None:
        """A slice after the other, then what is left of the wish."""
        for table in LONG:
            while await self._forget_some(table, person_id, now):
                pass
        await self._finish(person_id, now)

    async def _finish(self, person_id: int, now: datetime) -> None:
        """Nothing, where a second wish took in more meanwhile: who carries it out comes here as well."""
        async with self._database.begin() as session:
            wished_at = await _wished_at(session, person_id)
            if wished_at is not None and not await _is_any_left(session, person_id, wished_at):
                await _end(session, person_id, wished_at, now)

    async def _forget_some(self, table: type[Any], person_id: int, now: datetime) -> bool:
        """Whether there may be more of what a table had of them when they wished for it."""
        async with self._database.begin() as session:
            wished_at = await _wished_at(session, person_id)
            if wished_at is None:
                return False
            few = select(table.id).where(_before(table, person_id, wished_at)).limit(self._step)
            ids = (await session.scalars(few)).all()
            await _forget_these(session, table, ids, person_id, now)
            return len(ids) == self._step


async def _wished_at(session: AsyncSession, person_id: int) -> datetime | None:
    """When somebody wished to be forgotten; None where that is done."""
    wished: datetime | None = await session.scalar(
        select(Leaver.wished_at).where(Leaver.owner_id == person_id)
    )
    return wished


def _before(table: type[Any], person_id: int, wished_at: datetime) -> ColumnElement[bool]:
    """What a table had of them when they wished; what is due was told to be said since."""
    due = (Post.next_try_at.is_(None),) if table is Post else ()
    return theirs(table, person_id, table.created_at <= wished_at, *due)


async def _has_much(session: AsyncSession, person_id: int, step: int) -> bool:
    """Whether a table has more of them than one slice."""
    for table in LONG:
        more = select(table.id).where(theirs(table, person_id)).offset(step).limit(1)
        if await session.scalar(more) is not None:
            return True
    return False


async def _is_any_left(session: AsyncSession, person_id: int, wished_at: datetime) -> bool:
    """Whether a table has anything of theirs from before their wish."""
    for table in LONG:
        left = select(table.id).where(_before(table, person_id, wished_at)).limit(1)
        if await session.scalar(left) is not None:
            return True
    return False


async def _forget_these(
    session: AsyncSession, table: type[Any], ids: Sequence[str], person_id: int, now: datetime
) -> None:
    """Some rows of a long table with what belongs to them: gone, or figures that lead to nobody."""
    these = table.id.in_(ids)
    if table is Post:
        await session.execute(delete(Post).where(these))
        return
    if table is Activation:
        await _say_no_more(session, ids, person_id)
    await empty_parts(session, table, ids)
    [figures] = [scrub for scrub in FIGURES if scrub.table is table]
    await hang_on_nobodys(session, Key.chat_id == person_id, now, [figures], these)
    await empty(session, figures, person_id, these)


async def _say_no_more(session: AsyncSession, ids: Sequence[str], person_id: int) -> None:
    """Their posts of these numbers, also one that an answer under way made due after the wish."""
    heard = (await session.scalars(select(Sms.id).where(Sms.activation_id.in_(ids)))).all()
    kinds = (Kind.CARD, ids), (Kind.CODE, heard), (Kind.CODE_ASIDE, heard)
    names = [f"{kind}:{each}" for kind, every in kinds for each in every]
    said = delete(Post).where(Post.dedup.in_(names), no_index(Post.chat_id) == person_id)
    await session.execute(said, execution_options={"synchronize_session": False})


async def _forget(
    session: AsyncSession, person_id: int, now: datetime, later: Collection[type[Any]] = ()
) -> None:
    """In this order: a part is found by its whole, and what stays must not go with its key. The tables of
    `later` are left to slices.
    """
    figures = [scrub for scrub in FIGURES if scrub.table not in later]
    await keep_counting(session, person_id, now)
    await _drop_drafts(session, person_id)
    for whole in {whole for _, _, whole in PARTS} - {*later}:
        await empty_parts(session, whole, select(whole.id).where(theirs(whole, person_id)))
    await hang_on_nobodys(session, Key.chat_id == person_id, now, figures)
    await (_begin(session, person_id, now) if later else _drop(session, Key.chat_id == person_id))
    for scrub in figures:
        await empty(session, scrub, person_id)
    stays = {*later, Leaver} if later else set()
    for table in GONE:
        if table not in stays:
            await session.execute(delete(table).where(theirs(table, person_id)))
    await _let_go(session, person_id)


async def _let_go(session: AsyncSession, person_id: int) -> None:
    """Where others' rows name them, and their chat."""
    for column, nobody in NAMED:
        named = update(column.class_).where(column == person_id)
        await session.execute(named.values({column: nobody}))
    # What the operator decided about them stays, without their name: nobody forgets themselves out of it.
    await session.execute(update(Guest).where(Guest.id == person_id).values(name=""))
    await session.execute(delete(Chat).where(Chat.id == person_id))


async def _begin(session: AsyncSession, person_id: int, now: datetime) -> None:
    """The wish, nothing to be said, and no way to buy; keys stay as the names of numbers until those go."""
    await session.merge(Leaver(owner_id=person_id, wished_at=now))
    for waits in (Post.next_try_at.is_not(None), IS_PARKED):
        await session.execute(delete(Post).where(Post.chat_id == person_id, waits))
    emptied = {"nonce": b"", "ciphertext": b"", "kid": "", "tail": "", "label": "", "removed_at": now}
    await session.execute(update(Key).where(Key.chat_id == person_id).values(**emptied))


async def _end(session: AsyncSession, person_id: int, wished_at: datetime, now: datetime) -> None:
    """The keys that were theirs when they wished, reminders that were called off, and the wish."""
    theirs_then = (Key.chat_id == person_id) & (Key.ciphertext == b"") & (Key.removed_at <= wished_at)
    await hang_on_nobodys(session, theirs_then, now, FIGURES)
    await _drop(session, theirs_then)
    called_off = Post.next_try_at.is_(None), Post.sent_at.is_(None), ~IS_PARKED
    await session.execute(delete(Post).where(Post.chat_id == person_id, *called_off))
    # A late code of a group's number made a chat of theirs anew; who came back themselves has one of a kind.
    await session.execute(delete(Chat).where(Chat.id == person_id, Chat.kind == ""))
    await session.execute(delete(Leaver).where(Leaver.owner_id == person_id))


async def _drop_drafts(session: AsyncSession, person_id: int) -> None:
    """What was written or shown and never ordered is no figure."""
    drafts = (OutgoingMessage, MessageState.DRAFT), (RentalOrder, OrderState.OFFERED)
    for table, never_ordered in drafts:
        await session.execute(delete(table).where(theirs(table, person_id), table.state == never_ordered))


async def _drop(session: AsyncSession, keys: ColumnElement[bool]) -> None:
    """Row and secret."""
    await session.execute(delete(Key).where(keys))
