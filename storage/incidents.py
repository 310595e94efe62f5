"""Trouble that operators are told of: once, once more when it is over, and a report a day.

An incident and what is said of it are one transaction: it was told, or it did not begin.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import and_, exists, func, or_, select
from sqlalchemy import text as sql
from sqlalchemy.ext.asyncio import AsyncSession

from storage.database import Database
from storage.models import IS_OPEN, Activation, Incident, Post, State
from storage.notice_board import Place
from storage.outbox import CRASHED, PARKED, Kind, Priority, new_id

#: A purchase that was lost longer ago is no news.
NEWS = timedelta(days=1)
#: What is there again within this time after its end never ended: it comes and goes.
AGAIN = timedelta(hours=1)
#: What is said to operators alone.
_THEIRS = (Kind.ALARM, Kind.ALARM_OVER, Kind.LOST, Kind.REPORT)


class IncidentStore:
    """Every method is one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def begin(
        self,
        subject: str,
        detail: str,
        places: Collection[Place],
        now: datetime,
        since: datetime | None = None,
    ) -> bool:
        """Tell of it in these places; False when it had begun before and goes on."""
        async with self._database.begin() as session:
            row = await session.get(Incident, subject)
            if row is None:
                row = Incident(subject=subject, since=since or now, returns=0)
                session.add(row)
            elif row.ended_at is None:
                return False
            else:
                _begin_again(row, since or now, now)
            row.id, row.detail, row.told_at, row.ended_at = new_id(), detail[:256], now, None
            await _tell(session, Kind.ALARM, row.id, places, now)
            return True

    async def end(
        self,
        subject: str,
        detail: str,
        places: Collection[Place],
        now: datetime,
        gone: datetime | None = None,
    ) -> bool:
        """Tell that it is over, since `gone`; False when there is no such trouble."""
        async with self._database.begin() as session:
            row = await session.get(Incident, subject)
            if row is None or row.ended_at is not None:
                return False
            row.ended_at, row.detail = gone or now, detail[:256]
            await _tell(session, Kind.ALARM_OVER, row.id, places, now)
            return True

    async def move(self, chat_id: int, places: Collection[Place], now: datetime) -> bool:
        """What one chat was not told yet is told in these places instead; whether there was anything."""
        # Said as they are written in the partial indexes: a value that is bound would not find them.
        parked = sql(f"outbox.failure = '{PARKED}'")
        due = and_(Post.priority == Priority.REMINDER, Post.next_try_at.is_not(None))
        untold = (Post.chat_id == chat_id, Post.kind.in_(_THEIRS), Post.sent_at.is_(None))
        async with self._database.begin() as session:
            posts = (await session.scalars(select(Post).where(or_(parked, due), *untold))).all()
            for post in posts:
                await _tell(session, Kind(post.kind), post.subject, places, now)
                post.next_try_at, post.failure = None, "moved"
            return bool(posts)

    async def open(self) -> Sequence[Incident]:
        """What goes on, the oldest first."""
        going_on = select(Incident).where(Incident.ended_at.is_(None)).order_by(Incident.since)
        async with self._database.begin() as session:
            return (await session.scalars(going_on)).all()

    async def get(self, incident_id: str) -> Incident | None:
        """None where the same trouble has begun anew since."""
        async with self._database.begin() as session:
            return (await session.scalars(select(Incident).where(Incident.id == incident_id))).one_or_none()

    async def report(self, day: str, place: Place, now: datetime) -> None:
        """Tell the figures of a day (`2026-11-20`) there, once."""
        async with self._database.begin() as session:
            await _tell(session, Kind.REPORT, day, [place], now)

    async def tell_lost(self, places: Collection[Place], now: datetime) -> None:
        """Tell of every purchase that nobody knows the end of, once, when it is looked for no more."""
        name = f"{Kind.LOST}:" + Activation.id
        lost = select(Activation.id).where(
            Activation.state == State.UNKNOWN,
            Activation.next_poll_at.is_(None),
            Activation.created_at > now - NEWS,
            # By its name, up to the chat in it, which the next character follows.
            ~exists().where(Post.dedup > name + ":", Post.dedup < name + ";"),
        )
        async with self._database.begin() as session:
            for one in (await session.scalars(lost)).all():
                await _tell(session, Kind.LOST, one, places, now)

    async def put_aside(self) -> int:
        """How many messages rest because the process died over them."""
        resting = select(func.count()).where(
            Post.priority.in_([*Priority]), Post.next_try_at.is_not(None), Post.failure == CRASHED
        )
        async with self._database.begin() as session:
            return await session.scalar(resting) or 0

    async def waiting(self, provider: str) -> int:
        """How many numbers of a provider wait for their codes."""
        open_there = select(func.count()).where(Activation.provider == provider, IS_OPEN)
        async with self._database.begin() as session:
            return await session.scalar(open_there) or 0


def _begin_again(row: Incident, since: datetime, now: datetime) -> None:
    """Soon after its end it is the same trouble, which began when it began first."""
    if row.ended_at is not None and now - row.ended_at < AGAIN:
        row.returns += 1
    else:
        row.since, row.returns = since, 0


async def _tell(
    session: AsyncSession, kind: Kind, subject: str, places: Collection[Place], now: datetime
) -> None:
    for place in places:
        dedup = f"{kind}:{subject}:{place.chat_id}"
        if await session.scalar(select(Post.id).where(Post.dedup == dedup)) is None:
            session.add(_post(dedup, kind, subject, place, now))


def _post(dedup: str, kind: Kind, subject: str, place: Place, now: datetime) -> Post:
    return Post(
        id=new_id(),
        dedup=dedup,
        kind=kind,
        subject=subject,
        chat_id=place.chat_id,
        thread_id=place.thread_id,
        priority=Priority.REMINDER,
        created_at=now,
        next_try_at=now,
    )
