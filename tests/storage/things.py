"""A rented number, what was ordered for it, and a message, as rows."""

from datetime import timedelta
from decimal import Decimal

from storage.models import (
    Key,
    MessageState,
    OrderKind,
    OrderState,
    OutgoingMessage,
    Rental,
    RentalOrder,
    RentalState,
)
from tests.storage.shelf import NOW


def rental(key: Key, name: str, state: RentalState, minutes: int = 0) -> Rental:
    what: dict[str, object] = {"id": name, "provider_id": name, "provider": "smsak", "country": "GB"}
    made = {"state": state, "created_at": NOW + timedelta(minutes=minutes)}
    return Rental(**(_whose(key) | what | made))


def order(key: Key, name: str, of: str, state: OrderState, cost: str) -> RentalOrder:
    whose = {**_whose(key), "provider": "smsak", "rental_id": of}
    what = {"kind": OrderKind.RENT, "tariff": "1", "days": 7, "country": "GB", "country_code": "GB"}
    return RentalOrder(
        id=name, state=state, cost=Decimal(cost), currency="EUR", created_at=NOW, **whose, **what
    )


def message(key: Key, name: str, state: MessageState, minutes: int | None = 0) -> OutgoingMessage:
    """Minutes after the moment it was confirmed; None is a draft's."""
    what: dict[str, object] = {"id": name, "provider": "smsfly", "country": "UA", "currency": "UAH"}
    confirmed = NOW + timedelta(minutes=minutes) if minutes is not None else None
    made = {"state": state, "created_at": NOW, "confirmed_at": confirmed}
    costs = {"quoted": Decimal("0.90"), "sms_cost": Decimal("0.48"), "viber_cost": None}
    return OutgoingMessage(**(_whose(key) | what | made | costs))


def _whose(key: Key) -> dict[str, object]:
    return {"chat_id": key.chat_id, "owner_id": key.chat_id, "key_id": key.id}
