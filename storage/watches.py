"""Watches in the database: what somebody waits for, and at most one purchase that comes of it.

The nonce of that purchase is stored with its quote before anything is bought; it is made of the watch's id
and of how manieth try it is. What a dead process leaves: `buying` without a purchase of that nonce never
bought, and goes on watching without that quote; with one, the purchase tells what became of it.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, bindparam, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import AlreadyDone, Expired, LimitReached, NotYours, Refused, text
from storage.database import Database
from storage.due import DueRows
from storage.models import WATCH_OPEN, WATCH_REACHED_FROM, Activation, Quote, State, Watch, WatchState
from storage.outbox import Kind, arm
from storage.quotes import LIFETIME
from storage.reasons import Reason
from storage.sight import Sight, one_of

#: Watches of one person at once.
MOST = 10
#: How long an ended watch is listed, and how long its row is kept.
LISTED, KEPT = timedelta(days=1), timedelta(days=7)
#: So many rows go at once.
_STEP = 500
#: Between a watch's id and the count of its tries; no id holds it.
_TRY = "@"
_LISTED = Sight(
    select(Watch)
    .where(
        Watch.owner_id == bindparam("owner_id"),
        Watch.chat_id == bindparam("chat_id"),
        Watch.state.in_(WATCH_OPEN) | (Watch.ended_at > bindparam("since")),
    )
    .order_by(Watch.ended_at.is_not(None), Watch.ended_at.desc(), Watch.created_at.desc())
)


class TooManyWatches(LimitReached):
    text = text("You have {limit} watches, and more are not possible. Stop one of them first, in /watch.")


class AlreadyWatched(Refused):
    """Another watch buys the same, too; `watch` is that one."""

    text = text("You already wait for this. See /watch.")

    def __init__(self, watch: Watch) -> None:
        super().__init__()
        self.watch = watch


def by_watch(nonce: str) -> bool:
    """Whether a purchase with this nonce was made by a watch, and not by a press."""
    return _TRY in nonce


def next_nonce(watch: Watch) -> str:
    """The nonce of a watch's next try: the same for whoever looks at it now, another one after each try."""
    tries = int(watch.nonce.partition(_TRY)[2], 16) if watch.nonce else 0
    return f"{watch.id}{_TRY}{tries + 1:x}"


def refused_tries(watch: Watch) -> Any:
    """Asks for the key and the reason of each try that bought nothing, oldest first, by the range of nonces.

    Their counts are hexadecimal: before "g", in whatever order a database puts words.
    """
    nonces = Activation.nonce.between(f"{watch.id}{_TRY}", f"{watch.id}{_TRY}g")
    tries = select(Activation.key_id, Activation.reason).where(nonces, Activation.state == State.FAILED)
    return tries.order_by(Activation.created_at)


def may_have_bought(purchase: Activation | None) -> bool:
    """Whether a try of a watch bought something, or may have: then there is no other try."""
    if purchase is None:
        return False
    return purchase.state is not State.FAILED or purchase.reason == Reason.NOT_LISTED


def has_card(number: Activation) -> bool:
    """Whether a number is shown in its chat: of a watch's tries what bought something, or may have."""
    if not by_watch(number.nonce):
        return True
    return number.state is not State.BUYING and may_have_bought(number)


class WatchStore(DueRows[Watch]):
    """Every method is one transaction and returns detached rows; None means someone was faster."""

    def __init__(self, database: Database) -> None:
        super().__init__(database, Watch)

    # What the person wants

    async def offer(self, watch: Watch) -> None:
        """Note what would be watched, for the button that starts it."""
        async with self._database.begin() as session:
            session.add(watch)

    async def start(
        self, watch_id: str, owner_id: int, chat_id: int, now: datetime, *, another: bool = False
    ) -> Watch:
        """Start what was offered, once; beside one that buys the same only as `another`.

        Raises `Expired`, `NotYours`, `AlreadyDone`, `TooManyWatches` or `AlreadyWatched`.
        """
        async with self._database.begin() as session:
            watch = _owned(await session.get(Watch, watch_id, with_for_update=True), owner_id, chat_id)
            if watch.state is not WatchState.OFFERED:
                raise AlreadyDone
            if now - watch.created_at > LIFETIME:
                raise Expired
            await _room(session, owner_id)
            twin = None if another else await session.scalar(_twin(watch))
            if twin is not None:
                session.expunge(twin)
                raise AlreadyWatched(twin)
            _begin(watch, watch.until - watch.created_at, now)
            return watch

    async def tell(self, watch: Watch, now: datetime) -> Watch:
        """Start a watch that buys nothing; one for the same, if there is one, takes its wishes over."""
        async with self._database.begin() as session:
            old = await session.scalar(_twin(watch))
            if old is None:
                await _room(session, watch.owner_id)
                session.add(watch)
            else:
                old.max_price, old.currency, old.key_id = watch.max_price, watch.currency, watch.key_id
            _begin(old or watch, watch.until - watch.created_at, now)
            return old or watch

    async def mine(self, watch_id: str, owner_id: int, chat_id: int) -> Watch:
        """A person's watch. Raises `Expired` or `NotYours`."""
        return _owned(await self._database.see_one(one_of(Watch), id=watch_id), owner_id, chat_id)

    async def listed(self, owner_id: int, chat_id: int, now: datetime) -> Sequence[Watch]:
        """A person's watches: the open ones, then what ended within a day, each newest first."""
        whose = {"owner_id": owner_id, "chat_id": chat_id}
        return await self._database.see(_LISTED, since=now - LISTED, **whose)

    async def stopped(self, watch_id: str, now: datetime) -> Watch | None:
        return await self._end(watch_id, WatchState.STOPPED, now)

    # What was found

    async def looked(self, watch_id: str, now: datetime, next_look: datetime) -> None:
        """An answer: it cannot be had, or is too dear."""
        told = {"polled_at": now, "answered_at": now, "reason": "", "next_poll_at": next_look}
        await self._change(watch_id, WatchState.WATCHING, failures=0, late=0, **told)

    async def unanswered(self, watch_id: str, reason: str, now: datetime, next_look: datetime) -> None:
        """Nobody could be asked: that says nothing of the stock."""
        values: dict[str, Any] = {"polled_at": now, "reason": reason, "next_poll_at": next_look}
        await self._change(watch_id, WatchState.WATCHING, failures=Watch.failures + 1, **values)

    async def found(self, watch_id: str, cost: Decimal, currency: str, now: datetime) -> Watch | None:
        """It can be had: that rings, once."""
        seen = {"found_cost": cost, "currency": currency, "found_at": now, "polled_at": now}
        return await self._end(watch_id, WatchState.RUNG, now, Kind.WATCH, **seen)

    async def buying(self, watch_id: str, quote: Quote, now: datetime, look_at: datetime) -> Watch | None:
        """It is bought by this quote now; `look_at` is when to ask what came of it."""
        values: dict[str, Any] = {"nonce": quote.nonce, "found_cost": quote.cost, "found_at": now}
        values |= {"polled_at": now, "answered_at": now, "reason": "", "next_poll_at": look_at}
        async with self._database.begin() as session:
            row = await _move(session, watch_id, WatchState.BUYING, **values)
            if row is not None:
                session.add(quote)
            return row

    async def purchase(self, watch: Watch) -> Activation | None:
        """What became of the last try; None when it never came to an order."""
        tried = select(Activation).where(Activation.nonce == (watch.nonce or ""))
        async with self._database.begin() as session:
            return await session.scalar(tried)

    async def refusals(self, watch: Watch) -> dict[str, str]:
        """The keys (their ids) with which it ordered in vain, and why each was refused last, oldest first."""
        async with self._database.begin() as session:
            rows = (await session.execute(refused_tries(watch))).all()
        return {row.key_id: row.reason for row in rows}

    # What came of it

    async def resumed(
        self, watch_id: str, now: datetime, look_at: datetime, failures: int = 1, late: int = 0
    ) -> Watch | None:
        """A try that surely bought nothing: its quote is gone for good, and it is watched again.

        It counts as so many that failed, or that came too late.
        """
        async with self._database.begin() as session:
            watch = await session.get(Watch, watch_id, with_for_update=True)
            if watch is None or watch.state is not WatchState.BUYING:
                return None
            tried = select(Activation).where(Activation.nonce == watch.nonce)
            if may_have_bought(await session.scalar(tried)):
                return None
            await session.execute(delete(Quote).where(Quote.nonce == watch.nonce))
            counted: dict[str, Any] = {"failures": Watch.failures + failures, "late": Watch.late + late}
            return await _move(session, watch_id, WatchState.WATCHING, next_poll_at=look_at, **counted)

    async def bought(self, watch_id: str, now: datetime) -> Watch | None:
        """Its number is there, or being looked for: the card rings."""
        return await self._end(watch_id, WatchState.BOUGHT, now)

    async def unclear(self, watch_id: str, now: datetime) -> Watch | None:
        """It may have bought: the card rings, and nothing is tried again."""
        return await self._end(watch_id, WatchState.UNCLEAR, now)

    async def failed(self, watch_id: str, reason: str, now: datetime) -> Watch | None:
        """It can never come to a purchase."""
        return await self._end(watch_id, WatchState.FAILED, now, Kind.WATCH_OVER, reason=reason)

    async def ended(self, watch_id: str, now: datetime) -> Watch | None:
        """Its time is over."""
        return await self._end(watch_id, WatchState.ENDED, now, Kind.WATCH_OVER)

    async def sweep(self, now: datetime) -> None:
        """Housekeeping: forget what ended long ago, and what was never started."""
        unused = (Watch.state == WatchState.OFFERED) & (Watch.created_at < now - LISTED)
        few = select(Watch.id).where(unused | (Watch.ended_at < now - KEPT)).limit(_STEP)
        sweep = delete(Watch).where(Watch.id.in_(few)).returning(Watch.id)
        more = True
        while more:
            async with self._database.begin() as session:
                more = len((await session.scalars(sweep)).all()) == _STEP

    async def _end(
        self, watch_id: str, to: WatchState, now: datetime, ring: Kind | None = None, **values: Any
    ) -> Watch | None:
        async with self._database.begin() as session:
            row = await _move(session, watch_id, to, ended_at=now, next_poll_at=None, **values)
            if row is not None and ring is not None:
                await arm(session, ring, row.id, row.chat_id, now)
            return row

    async def _change(self, watch_id: str, while_in: WatchState, **values: Any) -> None:
        here = update(Watch).where(Watch.id == watch_id, Watch.state == while_in)
        async with self._database.begin() as session:
            await session.execute(here.values(**values))


async def _move(session: AsyncSession, watch_id: str, to: WatchState, **values: Any) -> Watch | None:
    """Enter a state if the transition table allows it from the present one; None: someone was faster."""
    moved = (
        update(Watch)
        .where(Watch.id == watch_id, Watch.state.in_(WATCH_REACHED_FROM[to]))
        .values(state=to, **values)
        .returning(Watch)
        .execution_options(populate_existing=True)
    )
    return (await session.scalars(moved)).one_or_none()


def _owned(watch: Watch | None, owner_id: int, chat_id: int) -> Watch:
    if watch is None:
        raise Expired
    if (watch.owner_id, watch.chat_id) != (owner_id, chat_id):
        raise NotYours
    return watch


async def _room(session: AsyncSession, owner_id: int) -> None:
    """Raise `TooManyWatches` when a person has as many as there may be."""
    theirs = select(func.count()).where(Watch.owner_id == owner_id, Watch.state.in_(WATCH_OPEN))
    if (await session.scalar(theirs) or 0) >= MOST:
        raise TooManyWatches(limit=MOST)


def _twin(watch: Watch) -> Any:
    """The newest watch of the same person that waits for the same and buys, or buys nothing, as this one."""
    same: list[ColumnElement[bool]] = [
        getattr(Watch, name) == getattr(watch, name)
        for name in ("owner_id", "chat_id", "service", "country", "buys")
    ]
    open_ones = select(Watch).where(*same, Watch.state.in_(WATCH_OPEN))
    return open_ones.order_by(Watch.created_at.desc()).limit(1)


def _begin(watch: Watch, lasts: timedelta, now: datetime) -> None:
    watch.state, watch.created_at, watch.until = WatchState.WATCHING, now, now + lasts
    watch.next_poll_at, watch.failures, watch.late, watch.reason = now, 0, 0, ""
