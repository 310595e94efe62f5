"""What stands in an export, column by column, and how a value is written there.

In CSV no cell begins a formula (https://owasp.org/www-community/attacks/CSV_Injection): a text that could be
taken for one, as a whole or after a sign that some spreadsheets part cells at, has an apostrophe before the
sign that makes it one. Phone numbers stand there in international form without their plus, as digits alone:
harmless, and exact in every spreadsheet. In JSON every text is as it came, and phones have their plus.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from storage.models import Activation, OrderState, OutgoingMessage, Rental, RentalOrder, RentalText, Sms, Step
from storage.receipts import in_order
from storage.wanted import Kind

#: Where a cell may begin, also where cells are parted at other signs than ours, and what makes a formula.
_FORMULA = re.compile(r"(^|[;|\t\r\n])(\s*)(?=[=+\-@\uff1d\uff0b\uff0d\uff20])")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_BREAKS = frozenset("\t\r\n")
_NOT_A_DIGIT = re.compile(r"[^0-9]")

#: The columns of numbers that hold phones.
PHONES = frozenset({"number", "forwarded_to", "recipient"})

NUMBERS: Mapping[str, Any] = {
    "id": Activation.id,
    "ordered_at": Activation.created_at,
    "state": Activation.state,
    "reason": Activation.reason,
    "number": Activation.phone,
    "number_as_written": Activation.raw,
    "provider": Activation.provider,
    "provider_id": Activation.provider_id,
    "service": Activation.service,
    "service_name": Activation.service_name,
    "service_code": Activation.service_code,
    "country": Activation.country,
    "country_name": Activation.country_name,
    "country_code": Activation.country_code,
    "operator": Activation.operator,
    "agreed": Activation.agreed,
    # What was charged, or asked where nothing was bought: `bought_at` tells.
    "price": Activation.cost,
    "currency": Activation.currency,
    "balance_before": Activation.balance_before,
    "balance_after": Activation.balance_after,
    "called_at": Activation.called_at,
    "bought_at": Activation.bought_at,
    "expires_at": Activation.expires_at,
    "cancel_asked_at": Activation.cancel_called_at,
    "given_back": Activation.given_back,
    "answered_at": Activation.answered_at,
    "ended_at": Activation.ended_at,
    "last_code": Activation.last_code,
    "forwarded_to": Activation.forward_to,
}
SMS: Mapping[str, Any] = {
    "position": Sms.position,
    "received_at": Sms.received_at,
    "provider_time": Sms.written,
    "sender": Sms.sender,
    "code": Sms.code,
    "text": Sms.text,
    "late": Sms.late,
}
STEPS: Mapping[str, Any] = {"state": Step.state, "at": Step.at}
RENTALS: Mapping[str, Any] = {
    "id": Rental.id,
    "ordered_at": Rental.created_at,
    "state": Rental.state,
    "reason": Rental.reason,
    "number": Rental.phone,
    "number_as_written": Rental.raw,
    "provider": Rental.provider,
    "provider_id": Rental.provider_id,
    "country": Rental.country,
    "rented_elsewhere": Rental.taken_over,
    "rented_at": Rental.rented_at,
    "until": Rental.until,
    "ended_at": Rental.ended_at,
}
ORDERS: Mapping[str, Any] = {
    "id": RentalOrder.id,
    "kind": RentalOrder.kind,
    "state": RentalOrder.state,
    "reason": RentalOrder.reason,
    "provider": RentalOrder.provider,
    "tariff": RentalOrder.tariff,
    "days": RentalOrder.days,
    "country_code": RentalOrder.country_code,
    "cost": RentalOrder.cost,
    "currency": RentalOrder.currency,
    "balance_before": RentalOrder.balance_before,
    "balance_after": RentalOrder.balance_after,
    "ordered_at": RentalOrder.ordered_at,
    "called_at": RentalOrder.called_at,
    "settled_at": RentalOrder.settled_at,
}
RENTAL_SMS: Mapping[str, Any] = {
    "position": RentalText.position,
    "received_at": RentalText.received_at,
    "provider_time": RentalText.written,
    "sender": RentalText.sender,
    "text": RentalText.text,
}
MESSAGES: Mapping[str, Any] = {
    "id": OutgoingMessage.id,
    "ordered_at": OutgoingMessage.confirmed_at,
    "state": OutgoingMessage.state,
    "reason": OutgoingMessage.reason,
    "recipient": OutgoingMessage.recipient,
    "country": OutgoingMessage.country,
    "provider": OutgoingMessage.provider,
    "provider_id": OutgoingMessage.provider_id,
    "channels": OutgoingMessage.channels,
    "quoted": OutgoingMessage.quoted,
    "currency": OutgoingMessage.currency,
    "balance_before": OutgoingMessage.balance_before,
    "balance_after": OutgoingMessage.balance_after,
    "viber_name": OutgoingMessage.viber_source,
    "viber_text": OutgoingMessage.viber_text,
    "viber_button": OutgoingMessage.viber_caption,
    "viber_address": OutgoingMessage.viber_url,
    "viber_image": OutgoingMessage.viber_image,
    "viber_status": OutgoingMessage.viber_status,
    "viber_status_as_written": OutgoingMessage.viber_raw,
    "viber_cost": OutgoingMessage.viber_cost,
    "sms_name": OutgoingMessage.sms_source,
    "sms_text": OutgoingMessage.sms_text,
    "sms_status": OutgoingMessage.sms_status,
    "sms_status_as_written": OutgoingMessage.sms_raw,
    "sms_cost": OutgoingMessage.sms_cost,
    "called_at": OutgoingMessage.called_at,
    "sent_at": OutgoingMessage.sent_at,
    "arrived_at": OutgoingMessage.arrived_at,
    "ended_at": OutgoingMessage.ended_at,
}


@dataclass(frozen=True, slots=True)
class Part:
    """What belongs to a thing."""

    #: The column that says to which, and the one that tells them apart there.
    parent: Any
    key: Any
    columns: Mapping[str, Any]
    #: What they are sorted by.
    rank: Callable[[Any], Any]
    only: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Sheet:
    """All that is told of one kind of things."""

    kind: Kind
    columns: Mapping[str, Any]
    parts: Mapping[str, Part] = field(default_factory=dict)


def _by_position(row: Any) -> int:
    return int(row.position)


def _by_time(row: Any) -> datetime:
    return row.ordered_at or datetime.max.replace(tzinfo=UTC)


_ORDERED = (RentalOrder.state != OrderState.OFFERED,)
#: By the names they have in a file; so are the parts of each.
SHEETS: Mapping[str, Sheet] = {
    "numbers": Sheet(
        Kind.NUMBER,
        NUMBERS,
        {
            "steps": Part(Step.activation_id, Step.id, STEPS, in_order),
            "sms": Part(Sms.activation_id, Sms.position, SMS, _by_position),
        },
    ),
    "rentals": Sheet(
        Kind.RENTAL,
        RENTALS,
        {
            "orders": Part(RentalOrder.rental_id, RentalOrder.id, ORDERS, _by_time, _ORDERED),
            "sms": Part(RentalText.rental_id, RentalText.position, RENTAL_SMS, _by_position),
        },
    ),
    "messages": Sheet(Kind.MESSAGE, MESSAGES),
}


def cell(name: str, value: object) -> str:
    """A value of a column as CSV has it."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case str() if name in PHONES:
            return _NOT_A_DIGIT.sub("", value)
        case str():
            return guarded(str(value))
        case _:
            return str(plain(value))


def guarded(text: str) -> str:
    """A text that no spreadsheet takes for a formula, without signs that break lines or files."""
    if text.isalnum():
        return text
    harmless = _FORMULA.sub(r"\1\2'", _CONTROL.sub("", text.replace("\r\n", "\n")))
    return f"'{harmless}" if harmless[:1] in _BREAKS else harmless


def plain(value: object) -> object:
    """A value as JSON has it: times in ISO 8601 and UTC, to the second; money as it was written, a text."""
    match value:
        case None | str() | bool() | int():
            return value
        case datetime():
            return value.astimezone(UTC).isoformat()[:19] + "Z"
        case Decimal():
            return format(value, "f")
    raise TypeError(type(value))


def record(names: Mapping[str, Any], row: Any) -> dict[str, object]:
    """A row's values by their names in the file; `row` begins with two that are not told."""
    return {name: plain(value) for name, value in zip(names, row[2:], strict=True)}


def line(value: object) -> bytes:
    """JSON in one line, ready for a file."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode(errors="replace")
