"""What a draft costs and what it is paid from, as the last lines of its screen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from bot.errors import CodebellError
from bot.i18n import Texts
from bot.parts import channels
from bot.postage import ChannelCost, Postage, most
from bot.providers.sending import Channel
from handlers.channels import channel_name
from storage.models import Key, OutgoingMessage


@dataclass(frozen=True, slots=True)
class Bill:
    """A draft's costs per channel and the money behind its key, or why they are not known.

    `purses` is the money per channel, empty where the account has one purse for all.
    """

    key: Key
    title: str
    costs: Sequence[ChannelCost] = ()
    purses: Mapping[Channel, Decimal] = field(default_factory=dict)
    trouble: CodebellError | None = None

    def lines(self, draft: OutgoingMessage, t: Texts) -> list[str]:
        """The price from the cheapest to the dearest operator, per channel and in sum."""
        if self.trouble is not None:
            problem = t.plain_error(self.trouble)
            return [t("⚠️ The price is not known. {problem}", problem=problem)]
        each = [self._channel(draft, channel, t) for channel in channels(draft)]
        return [*each, *self._sum(draft, t), *self._short(draft, t)]

    def _channel(self, draft: OutgoingMessage, channel: Channel, t: Texts) -> str:
        name, cost = channel_name(channel, t), self._cost(channel)
        if cost is None:
            return t(
                "{channel}: {provider} tells no price for this country.", channel=name, provider=self.title
            )
        price = between(cost, draft.currency, t)
        if channel not in self.purses:
            return t("{channel}: {price}", channel=name, price=price)
        balance = t.money(self.purses[channel], draft.currency)
        return t("{channel}: {price} of your {balance}", channel=name, price=price, balance=balance)

    def _sum(self, draft: OutgoingMessage, t: Texts) -> list[str]:
        costs = most(draft, self.costs)
        if costs is None:
            return []
        price = t.money(costs, draft.currency)
        if self.purses or self.key.balance is None:
            return [t("At most <b>{price}</b> in all.", price=price)] if len(self.costs) > 1 else []
        balance = t.money(self.key.balance, self.key.currency)
        return [t("At most <b>{price}</b> of your {balance}.", price=price, balance=balance)]

    def _short(self, draft: OutgoingMessage, t: Texts) -> list[str]:
        """Said before it is tried: the provider would take it and fail."""
        if self.purses:
            short = any(cost.low > self.purses.get(cost.channel, cost.low) for cost in self.costs)
        else:
            needed = most(draft, self.costs) or Decimal(0)
            short = self.key.balance is not None and self.key.balance < needed
        return [t("⚠️ That is more than your balance there.")] if short else []

    def _cost(self, channel: Channel) -> ChannelCost | None:
        return next((cost for cost in self.costs if cost.channel is channel), None)


async def bill_of(draft: OutgoingMessage, key: Key, title: str, postage: Postage) -> Bill:
    """Ask what a draft costs."""
    try:
        costs = await postage.costs(draft)
        return Bill(key, title, costs, await purses(key.id, key.chat_id, postage))
    except CodebellError as trouble:
        return Bill(key, title, trouble=trouble)


async def purses(key_id: str, chat_id: int, postage: Postage) -> Mapping[Channel, Decimal]:
    """The money per channel, where it is told apart; a provider that does not answer tells nothing."""
    try:
        return await postage.balances(key_id, chat_id)
    except CodebellError:
        return {}


def between(cost: ChannelCost, currency: str, t: Texts) -> str:
    """`0.75–0.77`: to the cheapest and the dearest operator."""
    low = t.money(cost.low, currency)
    if cost.high is None:
        return t.plain("{price} or more", price=low)
    high = t.money(cost.high, currency)
    return low if low == high else f"{low}–{high}"
