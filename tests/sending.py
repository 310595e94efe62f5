"""A provider that sends as a test tells it to: the sending half of `tests.doubles.FakeProvider`."""

from collections.abc import Callable, Collection
from dataclasses import replace
from decimal import Decimal

from pydantic import SecretStr

from bot.errors import BadInput, NoMoney
from bot.providers.base import Capability
from bot.providers.sending import Channel, ChannelPrice, ChannelReport, Delivery, Outgoing, Report
from tests.scripted import Scripted

SENDING = frozenset(
    {
        *(Capability.SENDERS, Capability.CHANNEL_BALANCES, Capability.SEND_PRICES),
        *(Capability.SEND_SMS, Capability.SEND_VIBER, Capability.DELIVERY),
    }
)
DEARER = Decimal("0.02")
COSTS = {Channel.VIBER: Decimal("0.75"), Channel.SMS: Decimal("0.48")}


class FakeSending(Scripted):
    """Takes messages to anybody; nothing is delivered until a test says so."""

    accounts: dict[str, Decimal]

    def __init__(self) -> None:
        self.sender_names = {Channel.VIBER: ["Promo", "Taxi"], Channel.SMS: ["InfoCenter"]}
        self.costs = dict(COSTS)
        #: The money that is for one channel alone.
        self.purses = {Channel.VIBER: Decimal("191.477")}
        #: The operators of every country; all but the first are dearer.
        self.networks: tuple[str, ...] = ("01", "03")
        self.outgoing: dict[str, Outgoing] = {}
        self.reports: dict[str, Report] = {}
        #: What its `check` is; a test may set a real provider's.
        self.limits: Callable[[Outgoing], None] = _with_text

    # What a test says

    def reports_that(self, channel: Channel, status: Delivery) -> None:
        """The newest message has this status on a channel now."""
        newest = [*self.reports][-1]
        told = tuple(
            replace(each, status=status, raw=status.upper()) if each.channel is channel else each
            for each in self.reports[newest].channels
        )
        self.reports[newest] = Report(newest, told)

    # What the bot asks

    async def balances(self, key: SecretStr) -> dict[Channel, Decimal]:
        self._hear("balances")
        return {Channel.SMS: self.accounts[key.get_secret_value()], **self.purses}

    async def senders(self, key: SecretStr) -> dict[Channel, list[str]]:
        self._hear("senders")
        return self.sender_names

    async def price_list(self, key: SecretStr, channels: Collection[Channel], mcc: str) -> list[ChannelPrice]:
        self._hear("price_list", mcc)
        return [
            ChannelPrice(channel, mcc, mnc, self.costs[channel] + (DEARER if place else 0))
            for channel in channels
            for place, mnc in enumerate(self.networks)
        ]

    async def price(
        self, key: SecretStr, channels: Collection[Channel], mcc: str, mnc: str
    ) -> list[ChannelPrice]:
        self._hear("price", mnc)
        return [ChannelPrice(channel, mcc, mnc, self.costs[channel]) for channel in channels]

    def check(self, message: Outgoing) -> None:
        self.limits(message)

    async def send(self, key: SecretStr, message: Outgoing) -> Report:
        self._hear("send", message)
        cost = self.costs[message.channels[0]]
        if self.accounts[key.get_secret_value()] < cost:
            raise NoMoney
        self.accounts[key.get_secret_value()] -= cost
        name = f"{self.name}-message-{len(self.reports) + 1}"
        self.outgoing[name] = message
        self.reports[name] = Report(name, tuple(map(_accepted, message.channels)))
        self._scripts["send"].end()
        return self.reports[name]

    async def delivery(self, key: SecretStr, message_id: str) -> Report:
        self._hear("delivery", message_id)
        return self.reports[message_id]


def _with_text(message: Outgoing) -> None:
    if message.sms is not None and not message.sms.text:
        raise BadInput("an SMS without text")


def _accepted(channel: Channel) -> ChannelReport:
    return ChannelReport(channel, Delivery.ACCEPTED, "ACCEPTD", cost=COSTS[channel])
