"""A month of purchases, written into the database of a running demo: nobody waits a month for a picture."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from secrets import token_hex

from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from storage.models import Activation, Key, Sms, State


@dataclass(frozen=True, slots=True)
class Habit:
    """What was bought `times` times, `came` times with a code, about so many seconds later."""

    provider: str
    iso2: str
    phone: str
    cost: str
    times: int
    came: int
    seconds: float


HABITS = (
    Habit("smsbower", "ID", "+6281234567", "0.363", 45, 38, 14),
    Habit("smsbower", "BR", "+5511912345", "0.365", 22, 13, 31),
    Habit("smsak", "ID", "+6285765432", "1.00", 17, 16, 9),
)


def remember(database: Path) -> None:
    """The past of whoever added a key last, with the keys of that chat."""
    engine = create_engine(f"sqlite:///{database}", connect_args={"timeout": 20})
    with Session(engine) as session, session.begin():
        newest = session.scalars(select(Key).order_by(Key.created_at.desc())).first()
        assert newest is not None
        mine = session.scalars(select(Key).where(Key.chat_id == newest.chat_id))
        keys = {key.provider: key for key in mine}
        for habit in HABITS:
            if habit.provider in keys:
                session.add_all(_bought(habit, keys[habit.provider], datetime.now(UTC)))
    engine.dispose()


def _bought(habit: Habit, key: Key, now: datetime) -> Iterator[Activation | Sms]:
    """Spread over the month, the fewer the longer ago; codes came to the first of every few."""
    for turn in range(habit.times):
        at = now - timedelta(days=29 * (turn / habit.times) ** 1.5, hours=2)
        came = (turn * habit.came) % habit.times < habit.came
        row = _number(habit, key, at, turn, came)
        yield row
        if came:
            later = habit.seconds * math.exp(math.sin(turn * 1.7) * 0.6)
            yield _sms(row, at + timedelta(seconds=later))


def _number(habit: Habit, key: Key, at: datetime, turn: int, came: bool) -> Activation:
    what = {"service": "whatsapp", "service_name": "WhatsApp", "service_code": "wa"}
    where = {"country": habit.iso2, "country_name": habit.iso2, "country_code": habit.iso2}
    whose = {"chat_id": key.chat_id, "owner_id": key.chat_id, "key_id": key.id, "provider": key.provider}
    cost = Decimal(habit.cost)
    times = {"created_at": at, "called_at": at, "bought_at": at, "ended_at": at + timedelta(minutes=6)}
    name = token_hex(6)
    return Activation(
        **(what | where | whose | times),
        id=name,
        nonce=name,
        provider_id=name,
        phone=f"{habit.phone}{turn:04}",
        cost=cost,
        agreed=cost,
        currency=key.currency,
        state=State.FINISHED if came else State.EXPIRED,
    )


def _sms(row: Activation, at: datetime) -> Sms:
    return Sms(id=token_hex(6), activation_id=row.id, position=1, code="04817", received_at=at)
