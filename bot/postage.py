"""What sending costs and from whom it may be sent: prices, balances per channel and sender names."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from pydantic import SecretStr

from bot.catalogue import Shelf
from bot.clock import Clock
from bot.errors import CodebellError, Unclear
from bot.mobile import mccs
from bot.parts import NEEDS, channels
from bot.providers.base import Capability, Provider
from bot.providers.sending import Channel, ChannelPrice
from bot.segments import measure
from bot.shops import Shops
from storage.messages import MessageStore
from storage.models import OutgoingMessage

#: How long a price list is believed.
FRESH = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class ChannelCost:
    """What a draft costs over one channel: to the cheapest and the dearest operator, all segments counted."""

    channel: Channel
    low: Decimal
    high: Decimal
    segments: int


class Postage:
    """Asks the provider of a key; price lists are remembered for a while, an account's for itself."""

    def __init__(self, shops: Shops, store: MessageStore, clock: Clock) -> None:
        self._shops = shops
        self._store = store
        self._lists: Shelf[list[ChannelPrice]] = Shelf(clock, FRESH, FRESH)

    async def senders(self, key_id: str) -> Mapping[Channel, Sequence[str]]:
        """The sender names the account may use, per channel. Raises what the provider failed with."""
        return await self._shops.ask_one(key_id, lambda provider, key: provider.senders(key))

    async def balances(self, key_id: str) -> Mapping[Channel, Decimal]:
        """The money on the account per channel; empty where it is not told apart."""

        async def ask(provider: Provider, key: SecretStr) -> Mapping[Channel, Decimal]:
            return await provider.balances(key) if provider.can(Capability.CHANNEL_BALANCES) else {}

        return await self._shops.ask_one(key_id, ask)

    async def costs(self, draft: OutgoingMessage) -> Sequence[ChannelCost]:
        """What a draft costs over each of its channels, in their order; none where no price is told.

        The highest costs of all channels together are noted in the draft as what it costs at most, none where
        one is not told: a limit on spending counts with that.
        """
        found = _costs(draft, await self.operators(draft))
        known = bool(found) and len(found) == len(channels(draft))
        most = sum((cost.high for cost in found), Decimal(0)) if known else None
        await self._store.quote(draft, most)
        return found

    async def operators(self, draft: OutgoingMessage) -> Sequence[ChannelPrice]:
        """Prices to every operator of the recipient's country, over the draft's channels in their order."""

        async def ask(provider: Provider, key: SecretStr) -> Sequence[ChannelPrice]:
            return await self._price_list(provider, key, draft)

        prices = await self._shops.ask_one(draft.key_id, ask)
        order = channels(draft)
        mine = [price for price in prices if price.channel in order]
        return sorted(mine, key=lambda price: (order.index(price.channel), price.mcc, price.mnc))

    async def exact(self, draft: OutgoingMessage, mcc: str, mnc: str) -> Sequence[ChannelCost]:
        """What a draft costs to one operator, asked anew; none where no price is told.

        SMS-fly's own sample asks for one operator and answers with another's price: that is not this one's.
        """

        async def ask(provider: Provider, key: SecretStr) -> Sequence[ChannelPrice]:
            able = provider.can(Capability.SEND_PRICES)
            return await provider.price(key, channels(draft), mcc, mnc) if able else ()

        told = await self._shops.ask_one(draft.key_id, ask)
        return _costs(draft, [price for price in told if (price.mcc, price.mnc) == (mcc, mnc)])

    async def _price_list(
        self, provider: Provider, key: SecretStr, draft: OutgoingMessage
    ) -> Sequence[ChannelPrice]:
        """Of all mobile country codes of the country; one the provider knows nothing of adds nothing."""
        if not provider.can(Capability.SEND_PRICES):
            return ()
        codes = mccs(draft.country)
        asked = (self._listed(provider, key, draft.key_id, mcc) for mcc in codes)
        answers = await asyncio.gather(*asked, return_exceptions=True)
        return _together(answers)

    async def _listed(self, provider: Provider, key: SecretStr, key_id: str, mcc: str) -> list[ChannelPrice]:
        """The prices of this code; what is told of others counts where those are asked for."""
        able = [channel for channel, need in NEEDS.items() if provider.can(need)]
        told = await self._lists.get((key_id, mcc), lambda: provider.price_list(key, able, mcc))
        return [price for price in told if price.mcc == mcc]


def _together(answers: Iterable[list[ChannelPrice] | BaseException]) -> list[ChannelPrice]:
    """All prices. Raises an error that hides some of them, and a refusal when there is nothing else."""
    prices: list[ChannelPrice] = []
    refusals: list[BaseException] = []
    for answer in answers:
        if isinstance(answer, list):
            prices.extend(answer)
        elif isinstance(answer, CodebellError) and not isinstance(answer, Unclear):
            refusals.append(answer)
        else:
            raise answer
    if refusals and not prices:
        raise refusals[0]
    return prices


def _costs(draft: OutgoingMessage, prices: Iterable[ChannelPrice]) -> list[ChannelCost]:
    told = list(prices)
    found: list[ChannelCost] = []
    for channel in channels(draft):
        each = [price.cost for price in told if price.channel is channel]
        if each:
            count = _segments(draft, channel)
            found.append(ChannelCost(channel, min(each) * count, max(each) * count, count))
    return found


def _segments(draft: OutgoingMessage, channel: Channel) -> int:
    """How many messages are paid for: an SMS is paid per segment, and not for nothing while it is empty."""
    return max(1, measure(draft.sms_text).segments) if channel is Channel.SMS else 1
