"""What a provider that sends SMS and Viber messages can be asked, and the values it answers with."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from pydantic import SecretStr

from bot.errors import Unsupported

#: What no message may pass, whoever sends it; `sending_errors` says so in words. Minutes: 24 hours.
LONGEST_TTL = 1440
#: Characters, on Viber: of a text, and on a button.
LONGEST_VIBER_TEXT, LONGEST_CAPTION = 1000, 30


class Channel(StrEnum):
    """A way a message can take to its recipient."""

    VIBER = "viber"
    SMS = "sms"


class Delivery(StrEnum):
    """The delivery status of a message on one channel, in the words of the trade."""

    ACCEPTED = "accepted"
    PENDING = "pending"
    IN_PROGRESS = "in_progress"
    SENT = "sent"
    RESERVED = "reserved"
    MODERATION = "moderation"
    DELIVERED = "delivered"
    VIEWED = "viewed"
    EXPIRED = "expired"
    UNDELIVERED = "undelivered"
    STOPPED = "stopped"
    ERROR = "error"
    NO_MONEY = "no_money"
    REFUNDED = "refunded"
    #: A word nobody documented: not final, as far as we know.
    OTHER = "other"

    @property
    def arrived(self) -> bool:
        return self in (Delivery.DELIVERED, Delivery.VIEWED)

    @property
    def final(self) -> bool:
        """Nothing but a VIEWED after DELIVERED can follow."""
        return self.arrived or self in _LOST


_LOST = frozenset(
    {
        *(Delivery.EXPIRED, Delivery.UNDELIVERED, Delivery.STOPPED, Delivery.ERROR),
        *(Delivery.NO_MONEY, Delivery.REFUNDED),
    }
)


@dataclass(frozen=True, slots=True)
class ViberButton:
    """The button under a Viber message; `url` is where it leads."""

    caption: str
    url: str


@dataclass(frozen=True, slots=True)
class ViberPart:
    """What goes over Viber; `ttl` in minutes, `image` an https address.

    Allowed are text, image, text with button, and text with button and image.
    """

    source: str
    ttl: int
    text: str = ""
    button: ViberButton | None = None
    image: str = ""


@dataclass(frozen=True, slots=True)
class SmsPart:
    """What goes as an SMS; `ttl` in minutes. A flash SMS is shown at once and not kept."""

    source: str
    ttl: int
    text: str
    flash: bool = False


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message to one recipient (E.164 with a plus), over its channels in order: the next one is taken
    when the one before did not deliver.
    """

    recipient: str
    channels: tuple[Channel, ...]
    viber: ViberPart | None = None
    sms: SmsPart | None = None


@dataclass(frozen=True, slots=True)
class ChannelReport:
    """How things stand on one channel; `raw` is the provider's own word for the status."""

    channel: Channel
    status: Delivery
    raw: str
    at: datetime | None = None
    cost: Decimal | None = None
    label: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """A message as its provider sees it; `id` goes back verbatim to ask for its status."""

    id: str
    channels: tuple[ChannelReport, ...]


@dataclass(frozen=True, slots=True)
class ChannelPrice:
    """What one message (an SMS: one segment) costs to an operator, in the provider's currency.

    `mcc` and `mnc` are the mobile country and network codes of the International Telecommunication Union.
    """

    channel: Channel
    mcc: str
    mnc: str
    cost: Decimal


class Sending:
    """The calls of sending; whatever a provider cannot do raises `Unsupported`."""

    async def balances(self, key: SecretStr) -> dict[Channel, Decimal]:
        """The money on the key's account per channel."""
        raise Unsupported

    async def senders(self, key: SecretStr) -> dict[Channel, list[str]]:
        """The sender names the account may use, per channel."""
        raise Unsupported

    async def price_list(self, key: SecretStr, channels: Collection[Channel], mcc: str) -> list[ChannelPrice]:
        """Prices to every operator of a country; empty where it sends none there."""
        raise Unsupported

    async def price(
        self, key: SecretStr, channels: Collection[Channel], mcc: str, mnc: str
    ) -> list[ChannelPrice]:
        """Prices to one operator, at most one per channel."""
        raise Unsupported

    def check(self, message: Outgoing) -> None:
        """Raise `BadInput`, in words for a person, for what the provider's limits forbid; no call is made."""
        raise Unsupported

    async def send(self, key: SecretStr, message: Outgoing) -> Report:
        """Check, then spend money once. Never repeated here or above; `Unclear` means it may be sent."""
        raise Unsupported

    async def delivery(self, key: SecretStr, message_id: str) -> Report:
        """How things stand with a message now; not sooner than `timing.min_poll` after the last look."""
        raise Unsupported
