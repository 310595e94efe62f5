"""What sending costs and from whom it may be sent: prices, balances per channel and sender names."""

import asyncio
import re
from collections.abc import Awaitable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal

from pydantic import SecretStr

from bot.catalogue import Shelf
from bot.clock import Clock
from bot.errors import CodebellError, NotOffered, NotSendable, Unavailable, Unsupported
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
#: Seconds for the price lists of a country: the United States have seven, and a provider is asked at its
#: pace. Less than a provider is given at all, so that what came by then is shown.
PATIENCE = 5.0
#: A mobile country or network code; what is none of these is no operator.
_CODE = re.compile("[0-9]{1,4}")


@dataclass(frozen=True, slots=True)
class ChannelCost:
    """What a draft costs over one channel: to the cheapest and the dearest operator, all segments counted.

    `high` is None where a price list of the country is missing: an operator in it may be dearer.
    """

    channel: Channel
    low: Decimal
    high: Decimal | None
    segments: int


@dataclass(frozen=True, slots=True)
class _Lists:
    """The price lists of a country that came, and whether these are all."""

    prices: list[ChannelPrice]
    whole: bool


class Postage:
    """Asks the provider of a key; price lists are remembered for a while, an account's for itself."""

    def __init__(self, shops: Shops, store: MessageStore, clock: Clock, patience: float = PATIENCE) -> None:
        self._shops = shops
        self._store = store
        self._patience = patience
        self._lists: Shelf[list[ChannelPrice]] = Shelf(clock, FRESH, FRESH)

    async def senders(self, key_id: str, chat_id: int) -> Mapping[Channel, Sequence[str]]:
        """The sender names the account may use, per channel. Raises what the provider failed with."""
        return await self._shops.ask_one(key_id, chat_id, lambda provider, key: provider.senders(key))

    async def balances(self, key_id: str, chat_id: int) -> Mapping[Channel, Decimal]:
        """The money on the account per channel; empty where it is not told apart."""

        async def ask(provider: Provider, key: SecretStr) -> Mapping[Channel, Decimal]:
            return await provider.balances(key) if provider.can(Capability.CHANNEL_BALANCES) else {}

        return await self._shops.ask_one(key_id, chat_id, ask)

    async def costs(self, draft: OutgoingMessage) -> Sequence[ChannelCost]:
        """What a draft costs over each of its channels, in their order; none where no price is told.

        The highest costs of all channels together are noted in the draft as what it costs at most, none where
        one is not told: a limit on spending counts with that.
        """
        lists = await self._lists_for(draft)
        costs = _costs(draft, lists.prices)
        found = costs if lists.whole else [replace(cost, high=None) for cost in costs]
        await self._store.quote(draft, most(draft, found))
        return found

    async def operators(self, draft: OutgoingMessage) -> Sequence[ChannelPrice]:
        """Prices to every operator of the recipient's country, over the draft's channels in their order."""

        return (await self._lists_for(draft)).prices

    async def exact(self, draft: OutgoingMessage, mcc: str, mnc: str) -> Sequence[ChannelCost]:
        """What a draft costs to one operator, asked anew; none where no price is told.

        SMS-fly's own sample asks for one operator and answers with another's price: that is not this one's.
        """

        async def ask(provider: Provider, key: SecretStr) -> Sequence[ChannelPrice]:
            able = provider.can(Capability.SEND_PRICES)
            return await _told(provider.price(key, channels(draft), mcc, mnc)) if able else ()

        told = await self._shops.ask_one(draft.key_id, draft.chat_id, ask)
        return _costs(draft, [price for price in told if (price.mcc, price.mnc) == (mcc, mnc)])

    async def _lists_for(self, draft: OutgoingMessage) -> _Lists:
        """Over the draft's channels, in their order."""

        async def ask(provider: Provider, key: SecretStr) -> _Lists:
            able = provider.can(Capability.SEND_PRICES)
            return await self._of_country(provider, key, draft) if able else _Lists([], whole=True)

        lists, order = await self._shops.ask_one(draft.key_id, draft.chat_id, ask), channels(draft)
        mine = [price for price in lists.prices if price.channel in order and _of_an_operator(price)]
        mine.sort(key=lambda price: (order.index(price.channel), price.mcc, price.mnc))
        return replace(lists, prices=mine)

    async def _of_country(self, provider: Provider, key: SecretStr, draft: OutgoingMessage) -> _Lists:
        """Of all its mobile country codes. Raises an error only when no price came besides it."""
        asked = (self._in_time(self._listed(provider, key, draft.key_id, mcc)) for mcc in mccs(draft.country))
        answers = await asyncio.gather(*asked)
        errors = [answer for answer in answers if isinstance(answer, CodebellError)]
        prices = [price for answer in answers if isinstance(answer, list) for price in answer]
        if errors and not prices:
            raise errors[0]
        return _Lists(prices, whole=not errors)

    async def _in_time(self, answer: Awaitable[list[ChannelPrice]]) -> list[ChannelPrice] | CodebellError:
        """An error instead of a list that does not come; what is late is fetched on for the next look."""
        try:
            async with asyncio.timeout(self._patience):
                return await answer
        except TimeoutError:
            return Unavailable("no answer in time")
        except CodebellError as failure:
            return failure

    async def _listed(self, provider: Provider, key: SecretStr, key_id: str, mcc: str) -> list[ChannelPrice]:
        """The prices of this code; what is told of others counts where those are asked for."""
        able = [channel for channel, need in NEEDS.items() if provider.can(need)]
        told = await self._lists.get((key_id, mcc), lambda: _told(provider.price_list(key, able, mcc)))
        return [price for price in told if price.mcc == mcc]


def most(draft: OutgoingMessage, costs: Sequence[ChannelCost]) -> Decimal | None:
    """What a draft costs at most: every channel, to the dearest operator; None where that is not told."""
    told = [cost.high for cost in costs if cost.high is not None]
    return sum(told, Decimal(0)) if told and len(told) == len(channels(draft)) else None


async def _told(question: Awaitable[list[ChannelPrice]]) -> list[ChannelPrice]:
    """The prices; none where the provider would not send there: that is no word on the message itself."""
    try:
        return await question
    except (NotSendable, NotOffered, Unsupported):
        return []


def _of_an_operator(price: ChannelPrice) -> bool:
    return all(_CODE.fullmatch(code) for code in (price.mcc, price.mnc))


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
