"""A message on its way: its channels in order of priority, and the statuses each goes through."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from bot.sandbox.sites.letters import Part
from bot.sandbox.sites.wire import Json


class Status(StrEnum):
    """SMS-fly's table of statuses, in its own spelling."""

    ACCEPTD = "ACCEPTD"
    PENDING = "PENDING"
    INPROGRESS = "INPROGRESS"
    SENT = "SENT"
    DELIVRD = "DELIVRD"
    VIEWED = "VIEWED"
    EXPIRED = "EXPIRED"
    UNDELIV = "UNDELIV"
    STOPED = "STOPED"
    ERROR = "ERROR"
    INSUFFICIENTFUND = "INSUFFICIENTFUND"
    MODERATION = "MODERATION"
    RESERVED = "RESERVED"
    REFUND = "REFUND"


ARRIVED = frozenset({Status.DELIVRD, Status.VIEWED})
#: The next channel's turn comes after these.
FAILED = frozenset({Status.EXPIRED, Status.UNDELIV, Status.STOPED, Status.ERROR, Status.INSUFFICIENTFUND})
#: Nothing but VIEWED after DELIVRD follows these.
OVER = ARRIVED | FAILED | {Status.REFUND}
QUEUED = frozenset({Status.ACCEPTD, Status.PENDING})
#: These follow from money and from what became of the other channels.
ITS_OWN = frozenset({Status.ACCEPTD, Status.RESERVED, Status.REFUND, Status.INSUFFICIENTFUND})
#: What becomes of the next messages: how the way of one that was accepted ends.
FATES = {
    "deliver": Status.DELIVRD,
    "view": Status.VIEWED,
    "expire": Status.EXPIRED,
    "undeliv": Status.UNDELIV,
    "stop": Status.STOPED,
    "error": Status.ERROR,
    "moderation": Status.MODERATION,
    "insufficient": Status.INSUFFICIENTFUND,
}


@dataclass(slots=True)
class Leg:
    """One channel of a message; `way` is what it goes through by itself, `begun` once it is its turn."""

    part: Part
    price: Decimal
    label: str
    status: Status
    at: float
    way: tuple[Status, ...] = ()
    charged: bool = False
    begun: bool = False

    @property
    def channel(self) -> str:
        return self.part.channel

    @property
    def waiting(self) -> bool:
        """Paid for in case the channel before it fails."""
        return self.charged and not self.begun

    @property
    def under_way(self) -> bool:
        return self.begun and self.status not in OVER

    def next(self) -> Status | None:
        """What follows the status it has now, if anything does by itself."""
        if self.status in self.way:
            return next(iter(self.way[self.way.index(self.status) + 1 :]), None)
        return next(iter(self.way), None) if self.status in QUEUED else None

    def takes(self, status: Status) -> bool:
        """Whether that status may come now; only Viber tells that a message was viewed."""
        if status is Status.VIEWED and self.channel != "viber":
            return False
        if self.status is Status.DELIVRD:
            return status is Status.VIEWED
        return self.under_way and status not in ITS_OWN

    def read(self) -> Json:
        return {
            "channel": self.channel,
            "status": self.status.value,
            "at": self.at,
            "under_way": self.under_way,
            "price": str(self.price),
            "charged": self.charged,
            "label": self.label,
            "source": self.part.source,
            "ttl": self.part.ttl,
            "text": self.part.text,
            "button": self.part.button and list(self.part.button),
            "image": self.part.image,
            "flash": self.part.flash,
        }


@dataclass(slots=True)
class Message:
    """What one SENDMESSAGE made; `walks` when it goes its way by itself."""

    id: str
    recipient: str
    legs: list[Leg]
    sent_at: float
    walks: bool = False
    polled_at: float | None = None

    def leg(self, channel: str = "") -> Leg:
        """The leg of a channel; of none the last one begun, which everything hangs on."""
        if channel:
            return next(leg for leg in self.legs if leg.channel == channel)
        return next((leg for leg in reversed(self.legs) if leg.begun), self.legs[-1])

    def read(self) -> Json:
        """The message as the page and the ledger show it."""
        return {
            "id": self.id,
            "recipient": self.recipient,
            "sent_at": self.sent_at,
            "channels": [leg.read() for leg in self.legs],
        }
