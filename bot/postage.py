"""What sending costs and from whom it may be sent: prices, balances per channel and sender names."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from bot.providers.sending import Channel
from bot.shops import Shops
from storage.models import OutgoingMessage


@dataclass(frozen=True, slots=True)
class ChannelCost:
    """What a draft costs over one channel: to the cheapest and the dearest operator, all segments counted."""

    channel: Channel
    low: Decimal
    high: Decimal
    segments: int


class Postage:
    """Asks the provider of a key."""

    def __init__(self, shops: Shops) -> None:
        self._shops = shops

    async def senders(self, key_id: str) -> Mapping[Channel, Sequence[str]]:
        """The sender names the account may use, per channel. Raises what the provider failed with."""
        raise NotImplementedError

    async def balances(self, key_id: str) -> Mapping[Channel, Decimal]:
        """The money on the account per channel; empty where it is not told apart."""
        raise NotImplementedError

    async def costs(self, draft: OutgoingMessage) -> Sequence[ChannelCost]:
        """What a draft costs over each of its channels, in their order; none where no price is told."""
        raise NotImplementedError
