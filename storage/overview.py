"""What the operator sees at a glance: counts and sums over everybody's rows, never what stands in one.

Of the tables that grow with the years only what an index finds is read: rows of a period, and what is due.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, select
from sqlalchemy import text as sql
from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import Refused
from storage.caps import OrdersPaused, SpentEnough, TooManyNumbers, TooManyToday
from storage.database import Database
from storage.group_rules import NotABuyer, NotSharing, SpentEnoughHere, TooManyHere, TooManyHereToday
from storage.models import (
    Activation,
    Chat,
    Guest,
    Member,
    MessageState,
    OrderState,
    OutgoingMessage,
    Post,
    Rental,
    RentalOrder,
    State,
    Watch,
)
from storage.outbox import PARKED, Priority
from storage.payments import Payment, paid_by_all
from storage.reasons import Reason
from storage.windows import windows

_CODE_CAME = frozenset({State.RECEIVED, State.FINISHED})
_IN_VAIN = frozenset({State.FAILED, State.UNKNOWN})
#: Why one of several was never ordered: by our own limits, or as it was agreed.
_LIMITS: Sequence[type[Refused]] = (
    *(OrdersPaused, TooManyNumbers, TooManyToday, SpentEnough),
    *(NotSharing, NotABuyer, TooManyHere, TooManyHereToday, SpentEnoughHere),
)
_OURS = {each.__name__ for each in _LIMITS} | {Reason.STOPPED, Reason.AFTER_UNCLEAR, Reason.OVERCHARGED}
_ORDERED = (OrderState.DONE, OrderState.UNKNOWN)
_UNSENT = (MessageState.DRAFT, MessageState.SENDING, MessageState.FAILED)
#: Chats of a window: their rows are short.
_CHATS = 2000
#: Tables whose rows fall due, and what they are called.
_WORK: Mapping[str, Any] = {
    "number": Activation,
    "rental": Rental,
    "message": OutgoingMessage,
    "watch": Watch,
}


@dataclass(frozen=True, slots=True)
class Crowd:
    """People or groups: how many there are, were seen in a period, and came in it."""

    all: int = 0
    seen: int = 0
    new: int = 0


@dataclass(frozen=True, slots=True)
class Mishap:
    """So many purchases at a provider that failed, or of which nobody knows (`state`), and why."""

    provider: str
    state: State
    reason: str
    count: int


@dataclass(frozen=True, slots=True)
class Period:
    """What happened between two moments. `numbers` were bought, `codes` of them got one by now."""

    people: Crowd
    groups: Crowd
    numbers: int
    codes: int
    rents: int
    messages: int
    payments: Sequence[Payment] = field(default_factory=list)
    mishaps: Sequence[Mishap] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Queue:
    """Rows of a kind that are due, that have their moment still to come, and since when the oldest is due."""

    kind: str
    due: int
    waiting: int
    oldest: datetime | None


@dataclass(frozen=True, slots=True)
class Queues:
    """What is to be said, by kind; what is to be looked at; and what waits for its chat to come back."""

    posts: Sequence[Queue]
    work: Sequence[Queue]
    parked: int


class OverviewStore:
    """Every method but `period` is one transaction; all of them read."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def period(self, since: datetime, until: datetime) -> Period:
        """Read in windows: whoever looks at a month holds nobody up."""
        crowds = await _crowds(self._database, since)
        outcomes = await _outcomes(self._database, since, until)
        payments = await paid_by_all(self._database, since, until)
        async with self._database.begin() as session:
            return Period(
                people=crowds["private"],
                groups=crowds["group"],
                numbers=sum(count for each, count in outcomes.items() if each[1] is not State.FAILED),
                codes=sum(count for each, count in outcomes.items() if each[1] in _CODE_CAME),
                rents=await _count(session, _rents(since, until)),
                messages=await _count(session, _messages(since, until)),
                payments=payments,
                mishaps=_mishaps(outcomes),
            )

    async def queues(self, now: datetime) -> Queues:
        async with self._database.begin() as session:
            # The index of what is due begins with the priority.
            said = _queue(Post.next_try_at, now, Post.kind).where(Post.priority.in_([*Priority]))
            posts = [Queue(*row) for row in await session.execute(said.group_by(Post.kind))]
            work = [await _worked_off(session, kind, table, now) for kind, table in _WORK.items()]
            # Said as it is written in the partial index: a value that is bound would not find it.
            parked = sql(f"outbox.failure = '{PARKED}'")
            waiting = await _count(session, select(func.count()).select_from(Post).where(parked))
        return Queues(sorted(posts, key=lambda one: (-one.due, one.kind)), work, waiting)

    async def guests(self) -> Mapping[str, int]:
        """How many people and groups were let in, and how many are blocked."""
        people = Guest.id > 0
        counts = {
            "people": and_(people, Guest.admitted_at.is_not(None), Guest.blocked_at.is_(None)),
            "groups": and_(~people, Guest.admitted_at.is_not(None), Guest.blocked_at.is_(None)),
            "blocked": Guest.blocked_at.is_not(None),
        }
        query = select(*(_how_many(which) for which in counts.values()))
        async with self._database.begin() as session:
            return dict(zip(counts, (await session.execute(query)).one(), strict=True))

    def size(self) -> int:
        """Bytes on the disk."""
        return self._database.size()


async def _crowds(database: Database, since: datetime) -> Mapping[str, Crowd]:
    """The private chats, and the groups that can be reached; the flood limit of all chats is no chat."""
    group = and_(Chat.id < 0, Chat.kind.in_(("group", "supergroup")), Chat.unreachable_at.is_(None))
    sort = case((and_(Chat.id > 0, Chat.kind == "private"), "private"), (group, "group"), else_="")
    counts = func.count(), _how_many(Chat.seen_at >= since), _how_many(Chat.created_at >= since)
    found: Counter[tuple[str, int]] = Counter()
    async for few in windows(database, Chat.id, size=_CHATS):
        async with database.begin() as session:
            for kind, *numbers in await session.execute(select(sort, *counts).where(few).group_by(sort)):
                found.update({(kind, place): number for place, number in enumerate(numbers)})
    crowds = {kind: Crowd(*(found[kind, place] for place in range(3))) for kind in ("private", "group")}
    met = crowds["private"].seen + await _met_in_groups_alone(database, since)
    return {**crowds, "private": replace(crowds["private"], seen=met)}


async def _met_in_groups_alone(database: Database, since: datetime) -> int:
    """People who were seen there, and not in a private chat of theirs."""
    private = exists().where(Chat.id == Member.user_id, Chat.seen_at >= since)
    alone = select(func.count(Member.user_id.distinct())).where(Member.seen_at >= since, ~private)
    found = 0
    async for few in windows(database, Member.user_id, size=_CHATS):
        async with database.begin() as session:
            found += await _count(session, alone.where(few))
    return found


async def _outcomes(
    database: Database, since: datetime, until: datetime
) -> Mapping[tuple[str, State, str], int]:
    """How many numbers stand how and why, by provider."""
    which = Activation.provider, Activation.state, Activation.reason
    found: Counter[tuple[str, State, str]] = Counter()
    async for few in windows(database, Activation.created_at, since, until):
        async with database.begin() as session:
            rows = await session.execute(select(*which, func.count()).where(few).group_by(*which))
            found.update({(provider, state, reason): count for provider, state, reason, count in rows})
    return found


def _mishaps(outcomes: Mapping[tuple[str, State, str], int]) -> Sequence[Mishap]:
    """What went wrong most often first; what we refused ourselves is no provider's error."""
    wrong = {each: count for each, count in outcomes.items() if each[1] in _IN_VAIN}
    counts = Counter({each: count for each, count in wrong.items() if each[2] not in _OURS})
    return [Mishap(*which, count) for which, count in counts.most_common()]


def _rents(since: datetime, until: datetime) -> Select[int]:
    ordered = _between(RentalOrder.ordered_at, since, until), RentalOrder.state.in_(_ORDERED)
    return select(func.count()).select_from(RentalOrder).where(*ordered)


def _messages(since: datetime, until: datetime) -> Select[int]:
    sent = _between(OutgoingMessage.confirmed_at, since, until), OutgoingMessage.state.not_in(_UNSENT)
    return select(func.count()).select_from(OutgoingMessage).where(*sent)


async def _count(session: AsyncSession, query: Select[int]) -> int:
    return await session.scalar(query) or 0


async def _worked_off(session: AsyncSession, kind: str, table: Any, now: datetime) -> Queue:
    row = (await session.execute(_queue(table.next_poll_at, now, func.min(kind)))).one()
    return Queue(kind, row[1] or 0, row[2] or 0, row[3])


def _queue(moment: Any, now: datetime, kind: Any) -> Select[Any, int, int, datetime | None]:
    """Of the rows with a moment: what they are, how many are due and how many not yet, the oldest due."""
    oldest = func.min(case((moment <= now, moment)))
    counts = _how_many(moment <= now), _how_many(moment > now)
    return select(kind, *counts, oldest).where(moment.is_not(None))


def _how_many(which: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((which, 1), else_=0)), 0)


def _between(moment: Any, since: datetime, until: datetime) -> ColumnElement[bool]:
    return and_(moment >= since, moment < until)
