"""Whether an end in the account's list is the one that was ordered: only that tells an order from others."""

import json
from datetime import UTC, datetime, timedelta

from storage.models import RentalOrder

#: An end may be this far from the days that were ordered: the provider's times have no zone (three hours
#: lie between the likely ones), and a rent may last to the end of its day. It is never more than half of
#: what was ordered, so a day is told from a week, a week from thirty days and all of them from nothing.
SLACK = timedelta(days=1, hours=3)


def amounts_to(days: int, told: timedelta) -> bool:
    """Whether a time, from the call or from the end there was before, is that of so many days ordered."""
    ordered = timedelta(days=days)
    return abs(told - ordered) <= min(SLACK, ordered / 2)


def held(order: RentalOrder) -> dict[str, datetime | None]:
    """What the account rented right before the call: provider id to the end of its rent."""
    ends: dict[str, float | None] = json.loads(order.held_before or "{}")
    return {name: None if end is None else datetime.fromtimestamp(end, UTC) for name, end in ends.items()}
