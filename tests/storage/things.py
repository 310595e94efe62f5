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
    whose = {"chat_id": 1, "owner_id": 1, "key_id": key.id, "provider": "smsak", "country": "GB"}
    return Rental(
        id=name, provider_id=name, state=state, created_at=NOW + timedelta(minutes=minutes), **whose
    )


def order(key: Key, name: str, of: str, state: OrderState, cost: str) -> RentalOrder:
    whose = {"chat_id": 1, "owner_id": 1, "key_id": key.id, "provider": "smsak", "rental_id": of}
    what = {"kind": OrderKind.RENT, "tariff": "1", "days": 7, "country": "GB", "country_code": "GB"}
    return RentalOrder(
        id=name, state=state, cost=Decimal(cost), currency="EUR", created_at=NOW, **whose, **what
    )


def message(key: Key, name: str, state: MessageState, minutes: int | None = 0) -> OutgoingMessage:
    whose = {"chat_id": 1, "owner_id": 1, "key_id": key.id, "provider": "smsfly", "country": "UA"}
    confirmed = NOW + timedelta(minutes=minutes) if minutes is not None else None
    costs = {"quoted": Decimal("0.90"), "sms_cost": Decimal("0.48"), "viber_cost": None}
    return OutgoingMessage(
        id=name, state=state, created_at=NOW, confirmed_at=confirmed, currency="UAH", **whose, **costs
    )
