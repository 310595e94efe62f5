"""A number that a provider sold us, as it is written, and what becomes of an older one of its id."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import AlreadyDone
from storage.keys import twins
from storage.models import OPEN, Activation
from storage.moves import redraw


@dataclass(frozen=True, slots=True)
class Bought:
    """What a provider sold us and when (`at`), and when it can be cancelled, ends and is looked at first."""

    provider_id: str
    phone: str
    raw: str
    cost: Decimal | None
    operator: str | None
    another_sms: bool | None
    at: datetime
    cancel_from: datetime
    expires_at: datetime
    next_poll_at: datetime


async def succeed(session: AsyncSession, activation_id: str, provider_id: str, now: datetime) -> None:
    """A provider may sell an id anew when the number before it has ended; that one is looked at no more.

    2026-08-30: sms.ski's id is the phone itself, and one phone is sold to one key more than once. A late
    look at the old number would fetch the new one's code. While the old one is open the id is not believed.
    """
    key_id = await session.scalar(select(Activation.key_id).where(Activation.id == activation_id))
    held = select(Activation).where(
        Activation.key_id.in_(twins(key_id or "")),
        Activation.provider_id == provider_id,
        Activation.id != activation_id,
    )
    for old in await session.scalars(held):
        if old.state in OPEN:
            raise AlreadyDone("the provider gave the id of a number that is open")
        await _let_rest(session, old, now)


async def _let_rest(session: AsyncSession, old: Activation, now: datetime) -> None:
    told = old.asked_again
    old.next_poll_at, old.asked_again = None, False
    await session.flush()
    if told:
        await redraw(session, old, now)


def as_written(number: Bought) -> dict[str, object]:
    """Its columns; what it does not tell stays as it was ordered."""
    values: dict[str, object] = {
        "provider_id": number.provider_id,
        "phone": number.phone,
        "raw": number.raw,
        "another_sms": number.another_sms,
        "bought_at": number.at,
        "cancel_from": number.cancel_from,
        "expires_at": number.expires_at,
        "next_poll_at": number.next_poll_at,
        "ended_at": None,
        "reason": "",
    }
    reported = {"cost": number.cost, "operator": number.operator}
    return values | {name: value for name, value in reported.items() if value is not None}
