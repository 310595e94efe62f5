"""Answers without news: what was asked about many numbers is written down together, each by its row as it is.

A number whose card spoke of failures is drawn anew in the same transaction.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from storage.models import OPEN, Activation
from storage.models.columns import NOBODY
from storage.moves import redraw
from storage.reasons import refusal

#: When to look at a number again, by its row as it is now; None when nothing is due any more.
NextLook = Callable[[Activation], datetime | None]

_NOTED = (
    update(Activation)
    .where(Activation.id == bindparam("of"), Activation.owner_id != NOBODY)
    .values(
        answered_at=bindparam("now"),
        polled_at=bindparam("now"),
        failures=0,
        next_poll_at=bindparam("next"),
        reason=bindparam("why"),
    )
)


@dataclass(frozen=True, slots=True)
class Answered:
    """A provider answered at this moment that there is nothing new with a number."""

    activation_id: str
    now: datetime
    next_look: NextLook


async def note(session: AsyncSession, answers: Sequence[Answered]) -> list[bool]:
    """Earlier failures are forgotten. Whether each one's card spoke of them."""
    ids = [each.activation_id for each in answers]
    found = {row.id: row for row in await session.scalars(select(Activation).where(Activation.id.in_(ids)))}
    rows = [found[each] if each in found else await session.get_one(Activation, each) for each in ids]
    told = [_spoken_of(row) for row in rows]
    noted = [_noted(*each) for each in zip(answers, rows, told, strict=True)]
    await (await session.connection()).execute(_NOTED, noted)
    for answer, row, spoken in zip(answers, rows, told, strict=True):
        if spoken and row.owner_id != NOBODY:
            await redraw(session, row, answer.now)
    return told


def _noted(answer: Answered, row: Activation, spoken: bool) -> dict[str, object]:
    why = "" if spoken else row.reason
    return {"of": row.id, "now": answer.now, "next": answer.next_look(row), "why": why}


def _spoken_of(row: Activation) -> bool:
    """Whether the card tells of failures that an answer takes back; a cancel that failed stays told."""
    return bool(row.reason) and row.state in OPEN and refusal(row.reason) is None
