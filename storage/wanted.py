"""What of their things a person wants listed: which kinds, how they went, since when, of what and where."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, false

from storage.models import Activation, MessageState, OutgoingMessage, Rental, RentalState, State

#: Stands for any moment.
_SINCE = datetime.max.replace(tzinfo=UTC)

Thing = Activation | Rental | OutgoingMessage


class Kind(StrEnum):
    """What money was spent on."""

    NUMBER = "n"
    RENTAL = "r"
    MESSAGE = "m"


class Outcome(StrEnum):
    """What became of it."""

    OPEN = "o"
    #: A code came; a message was delivered.
    CAME = "c"
    CANCELLED = "x"
    EXPIRED = "e"
    UNDELIVERED = "u"
    #: Not bought, not rented, not sent: it cost nothing, and is listed only where it is asked for.
    FAILED = "f"
    UNKNOWN = "q"


STATES: Mapping[Kind, Mapping[Outcome, frozenset[StrEnum]]] = {
    Kind.NUMBER: {
        Outcome.OPEN: frozenset({State.BUYING, State.WAITING, State.CANCELLING}),
        Outcome.CAME: frozenset({State.RECEIVED, State.FINISHED}),
        Outcome.CANCELLED: frozenset({State.CANCELLED}),
        Outcome.EXPIRED: frozenset({State.EXPIRED}),
        Outcome.FAILED: frozenset({State.FAILED}),
        Outcome.UNKNOWN: frozenset({State.UNKNOWN}),
    },
    Kind.RENTAL: {
        Outcome.OPEN: frozenset({RentalState.RENTING, RentalState.ACTIVE}),
        Outcome.EXPIRED: frozenset({RentalState.ENDED}),
        Outcome.FAILED: frozenset({RentalState.FAILED}),
        Outcome.UNKNOWN: frozenset({RentalState.UNKNOWN}),
    },
    Kind.MESSAGE: {
        Outcome.OPEN: frozenset({MessageState.SENDING, MessageState.ACCEPTED}),
        Outcome.CAME: frozenset({MessageState.DELIVERED, MessageState.VIEWED}),
        Outcome.UNDELIVERED: frozenset({MessageState.UNDELIVERED}),
        Outcome.FAILED: frozenset({MessageState.FAILED}),
        Outcome.UNKNOWN: frozenset({MessageState.UNKNOWN}),
    },
}
TABLES: Mapping[Kind, type[Thing]] = {
    Kind.NUMBER: Activation,
    Kind.RENTAL: Rental,
    Kind.MESSAGE: OutgoingMessage,
}
#: When each was ordered, and the index that it is found by begins with its owner. A draft has no such moment.
ORDERED: Mapping[Kind, Any] = {
    Kind.NUMBER: Activation.created_at,
    Kind.RENTAL: Rental.created_at,
    Kind.MESSAGE: OutgoingMessage.confirmed_at,
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which things are to be listed; what is left empty filters nothing."""

    kind: Kind | None = None
    outcome: Outcome | None = None
    since: datetime | None = None
    service: str = ""
    #: ISO 3166 alpha-2.
    country: str = ""
    provider: str = ""

    def states(self, kind: Kind) -> frozenset[StrEnum]:
        """The states in which things of a kind are listed; none where that kind is not."""
        if self.kind not in (None, kind) or (self.service and kind is not Kind.NUMBER):
            return frozenset()
        by_outcome = STATES[kind]
        if self.outcome is not None:
            return by_outcome.get(self.outcome, frozenset())
        return frozenset().union(*(by_outcome[each] for each in by_outcome.keys() - {Outcome.FAILED}))

    @property
    def chosen(self) -> Mapping[str, Any]:
        """What has a value of its own, by the name of its filter."""
        every = {name: getattr(self, name) for name in ("since", "service", "country", "provider")}
        return {name: value for name, value in every.items() if value}

    @property
    def shape(self) -> "Wanted":
        """The same whatever those values are."""
        texts = (value and "?" for value in (self.service, self.country, self.provider))
        return Wanted(self.kind, self.outcome, self.since and _SINCE, *texts)


def let_through(kind: Kind, wanted: Wanted, value: Any = None) -> list[ColumnElement[bool]]:
    """Which things of a kind are listed; `value` gives what a filter of a name asks for, None its own."""
    table, states = TABLES[kind], wanted.states(kind)
    if not states:
        return [false()]
    meets = {
        "since": ORDERED[kind].__ge__,
        "service": Activation.service.__eq__,
        "country": table.country.__eq__,
        "provider": table.provider.__eq__,
    }
    chosen = wanted.chosen
    return [*(meets[name]((value or chosen.get)(name)) for name in chosen), table.state.in_(states)]
