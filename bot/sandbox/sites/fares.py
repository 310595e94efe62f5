"""What a message costs, by channel and by the ITU's mobile country and network codes (mcc, mnc)."""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.resources import files

CHANNELS = ("viber", "sms")


@dataclass(frozen=True, slots=True)
class Network:
    """An operator: `dial` its country's code, `prefixes` its own ranges, none for all that is left over."""

    mcc: str
    mnc: str
    dial: str
    prefixes: tuple[str, ...]


class Fares:
    """The price list, channel by channel; prices can be changed, networks stay."""

    def __init__(self, rows: Iterable[dict[str, str]]) -> None:
        self._networks: list[Network] = []
        self._prices: dict[tuple[str, str, str], Decimal] = {}
        for row in rows:
            ranges = tuple(row["prefixes"].split())
            self._networks.append(Network(row["mcc"], row["mnc"], row["dial"], ranges))
            for channel in CHANNELS:
                self._prices[channel, row["mcc"], row["mnc"]] = Decimal(row[channel])

    def route(self, recipient: str) -> Network | None:
        """The operator of a number in international format without +; None where nothing is sent to."""
        country = [network for network in self._networks if recipient.startswith(network.dial)]
        for network in country:
            if recipient.startswith(tuple(network.dial + prefix for prefix in network.prefixes)):
                return network
        return next((network for network in country if not network.prefixes), None)

    def price(self, channel: str, network: Network) -> Decimal:
        """Of one message, an SMS of one segment."""
        return self._prices[channel, network.mcc, network.mnc]

    def listed(self, channel: str, mcc: str, mnc: str = "") -> dict[str, Decimal]:
        """Prices by mnc, of one operator where `mnc` is given; empty where nothing is sent to."""
        return {
            its_mnc: price
            for (its_channel, its_mcc, its_mnc), price in self._prices.items()
            if (its_channel, its_mcc) == (channel, mcc) and mnc in ("", its_mnc)
        }

    def change(self, channel: str, mcc: str, price: Decimal) -> None:
        """One price for a whole country."""
        for mnc in self.listed(channel, mcc):
            self._prices[channel, mcc, mnc] = price


@cache
def smsfly_networks() -> tuple[dict[str, str], ...]:
    source = files("bot.sandbox.sites").joinpath("data/smsfly_networks.csv")
    return tuple(csv.DictReader(source.read_text("utf-8").splitlines()))
