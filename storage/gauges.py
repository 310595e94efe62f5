"""What stands in the database now, counted for the metrics: nobody's id, number or word."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from storage.database import Database
from storage.kinds import Priority
from storage.models import IS_OPEN, OPEN, Activation, Post


@dataclass(frozen=True, slots=True)
class Levels:
    """Open numbers by state; rows of the outbox that are due; seconds the oldest of them has waited."""

    numbers: Mapping[str, int]
    due: int
    oldest: float


class Gauges:
    """One transaction that reads."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def read(self, now: datetime) -> Levels:
        by_state = select(Activation.state, func.count()).where(IS_OPEN)
        # The index of what is due begins with the priority.
        late = Post.priority.in_([*Priority]), Post.next_try_at <= now
        due = select(func.count(), func.min(Post.next_try_at)).where(*late)
        async with self._database.begin() as session:
            counted = (await session.execute(by_state.group_by(Activation.state))).all()
            count, oldest = (await session.execute(due)).one()
        numbers = {str(state): 0 for state in OPEN} | {str(state): held for state, held in counted}
        return Levels(numbers, count, (now - oldest).total_seconds() if oldest else 0.0)

    def size(self) -> int:
        """Bytes on the disk."""
        return self._database.size()
