"""The SMS of rented numbers, inside the caller's transaction: each is stored once and rings once."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import Refused, text
from storage.models import Rental, RentalText
from storage.outbox import Kind, arm, new_id

#: New SMS of one look that ring; of more, the newest.
RINGING = 50

_LONGEST_TEXT, _LONGEST_SENDER, _LONGEST_TIME = 4096, 64, 32

#: What tells SMS apart: when it was written, by whom, what.
Identity = tuple[str, str | None, str]


class Flooded(Refused):
    """Kept as the reason of a rental whose SMS came too many at once."""

    text = text("So many SMS came at once that only the newest rang. All of them are under SMS.")


@dataclass(frozen=True, slots=True)
class Text:
    """One SMS as a provider told it, in what fits a row."""

    sender: str | None
    text: str
    written: str
    at: datetime | None

    @classmethod
    def fitting(cls, sender: str | None, text: str, written: str, at: datetime | None) -> "Text":
        short = None if sender is None else sender[:_LONGEST_SENDER]
        return cls(short, text[:_LONGEST_TEXT], written[:_LONGEST_TIME], at)

    @property
    def identity(self) -> Identity:
        return self.written, self.sender, self.text


async def stored(session: AsyncSession, rental_id: str, told: Iterable[Text]) -> Counter[Identity]:
    """How often each of these SMS was stored before."""
    rows = await session.execute(
        select(RentalText.written, RentalText.sender, RentalText.text).where(
            RentalText.rental_id == rental_id, RentalText.written.in_({each.written for each in told})
        )
    )
    return Counter((written, sender, said) for written, sender, said in rows)


async def write(
    session: AsyncSession, row: Rental, told: Sequence[Text], now: datetime, *, silent: bool = False
) -> list[RentalText]:
    """Store each SMS once; equal ones are counted, so that the second of them is new too."""
    before, seen = await stored(session, row.id, told), Counter[Identity]()
    highest = select(func.max(RentalText.position)).where(RentalText.rental_id == row.id)
    position = await session.scalar(highest) or 0
    new: list[RentalText] = []
    for each in told:
        seen[each.identity] += 1
        if seen[each.identity] > before[each.identity]:
            at = (each.at or now) if silent else now
            new.append(_sms(row, each, position + len(new) + 1, seen[each.identity], at))
    session.add_all(new)
    return new


def _sms(row: Rental, told: Text, position: int, copy: int, at: datetime) -> RentalText:
    return RentalText(
        id=new_id(),
        rental_id=row.id,
        position=position,
        sender=told.sender,
        text=told.text,
        written=told.written,
        copy=copy,
        received_at=at,
    )


async def ring(session: AsyncSession, row: Rental, new: Sequence[RentalText], now: datetime) -> None:
    """The newest ring, in the order they came; a millisecond apart, as the outbox goes by time."""
    ringing = new[-RINGING:]
    for place, sms in enumerate(ringing, start=-len(ringing)):
        await arm(session, Kind.RENTAL_SMS, sms.id, row.chat_id, now + timedelta(milliseconds=place))
    if len(new) > RINGING:
        row.reason = Flooded.__name__
    elif row.reason == Flooded.__name__:
        row.reason = ""
