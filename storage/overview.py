"""What the operator sees at a glance: counts and sums over everybody's rows, never what stands in one.

Of the tables that grow with the years only what an index finds is read: rows of a period, and what is due.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, case, exists, func, select
from sqlalchemy import text as sql

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
from storage.sight import Sight
from storage.windows import Windowed

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
#: Every id is between them.
_IDS = (-(2**63), 2**63 - 1)
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
    """Every method reads, a glance for each kind of rows, or for each window of them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def period(self, since: datetime, until: datetime) -> Period:
        """Read in windows: whoever looks at a month holds nobody up."""
        crowds = await _crowds(self._database, since)
        outcomes = await _outcomes(self._database, since, until)
        payments = await paid_by_all(self._database, since, until)
        between: dict[str, Any] = {"since": since, "until": until}
        return Period(
            people=crowds["private"],
            groups=crowds["group"],
            numbers=sum(count for each, count in outcomes.items() if each[1] is not State.FAILED),
            codes=sum(count for each, count in outcomes.items() if each[1] in _CODE_CAME),
            rents=await self._database.see_one(_rents(), **between) or 0,
            messages=await self._database.see_one(_messages(), **between) or 0,
            payments=payments,
            mishaps=_mishaps(outcomes),
        )

    async def queues(self, now: datetime) -> Queues:
        posts = [Queue(*row) for row in await self._database.see(_posts(), now=now)]
        work = [await self._worked_off(kind, now) for kind in _WORK]
        parked = await self._database.see_one(_parked()) or 0
        return Queues(sorted(posts, key=lambda one: (-one.due, one.kind)), work, parked)

    async def _worked_off(self, kind: str, now: datetime) -> Queue:
        [(_, due, waiting, oldest)] = await self._database.see(_work(kind), now=now)
        return Queue(kind, due or 0, waiting or 0, oldest)

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
    found: Counter[tuple[str, int]] = Counter()
    async for few in _chats().read(database, *_IDS, since=since):
        for kind, *numbers in few:
            found.update({(kind, place): number for place, number in enumerate(numbers)})
    crowds = {kind: Crowd(*(found[kind, place] for place in range(3))) for kind in ("private", "group")}
    # People who were seen in groups, and not in a private chat of theirs.
    alone = [sum(few) async for few in _met_in_groups_alone().read(database, *_IDS, since=since)]
    return {**crowds, "private": replace(crowds["private"], seen=crowds["private"].seen + sum(alone))}


@cache
def _chats() -> Windowed:
    """How many there are of each sort, were seen since then, and came since then."""
    group = and_(Chat.id < 0, Chat.kind.in_(("group", "supergroup")), Chat.unreachable_at.is_(None))
    sort = case((and_(Chat.id > 0, Chat.kind == "private"), "private"), (group, "group"), else_="")
    since: Any = bindparam("since")
    counts = func.count(), _how_many(Chat.seen_at >= since), _how_many(Chat.created_at >= since)
    sorts = select(sort.label("sort"), *counts).group_by(sort)
    return Windowed(Chat.id, sorts.where, size=_CHATS)


@cache
def _met_in_groups_alone() -> Windowed:
    since: Any = bindparam("since")
    private = exists().where(Chat.id == Member.user_id, Chat.seen_at >= since)
    alone = select(func.count(Member.user_id.distinct())).where(Member.seen_at >= since, ~private)
    return Windowed(Member.user_id, alone.where, size=_CHATS)


async def _outcomes(
    database: Database, since: datetime, until: datetime
) -> Mapping[tuple[str, State, str], int]:
    """How many numbers stand how and why, by provider."""
    found: Counter[tuple[str, State, str]] = Counter()
    async for few in _stands().read(database, since, until):
        found.update({(provider, state, reason): count for provider, state, reason, count in few})
    return found


@cache
def _stands() -> Windowed:
    which = Activation.provider, Activation.state, Activation.reason
    return Windowed(Activation.created_at, select(*which, func.count()).group_by(*which).where)


def _mishaps(outcomes: Mapping[tuple[str, State, str], int]) -> Sequence[Mishap]:
    """What went wrong most often first; what we refused ourselves is no provider's error."""
    wrong = {each: count for each, count in outcomes.items() if each[1] in _IN_VAIN}
    counts = Counter({each: count for each, count in wrong.items() if each[2] not in _OURS})
    return [Mishap(*which, count) for which, count in counts.most_common()]


@cache
def _rents() -> Sight[int]:
    ordered = _between(RentalOrder.ordered_at), RentalOrder.state.in_(_ORDERED)
    return Sight(select(func.count()).select_from(RentalOrder).where(*ordered))


@cache
def _messages() -> Sight[int]:
    sent = _between(OutgoingMessage.confirmed_at), OutgoingMessage.state.not_in(_UNSENT)
    return Sight(select(func.count()).select_from(OutgoingMessage).where(*sent))


@cache
def _posts() -> Sight[tuple[str, int, int, datetime | None]]:
    """The index of what is due begins with the priority."""
    said = _queue(Post.next_try_at, Post.kind).where(Post.priority.in_([*Priority]))
    return Sight.of(said.group_by(Post.kind))


@cache
def _parked() -> Sight[int]:
    """Said as it is written in the partial index: a value that is bound would not find it."""
    parked = sql(f"outbox.failure = '{PARKED}'")
    return Sight(select(func.count()).select_from(Post).where(parked))


@cache
def _work(kind: str) -> Sight[tuple[str, int, int, datetime | None]]:
    return Sight.of(_queue(_WORK[kind].next_poll_at, func.min(kind)))


def _queue(moment: Any, kind: Any) -> Select[Any, int, int, datetime | None]:
    """Of the rows with a moment: what they are, how many are due and how many not yet, the oldest due."""
    now: Any = bindparam("now")
    oldest = func.min(case((moment <= now, moment)))
    counts = _how_many(moment <= now), _how_many(moment > now)
    return select(kind, *counts, oldest).where(moment.is_not(None))


def _how_many(which: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((which, 1), else_=0)), 0)


def _between(moment: Any) -> ColumnElement[bool]:
    return and_(moment >= bindparam("since"), moment < bindparam("until"))
