"""What can be rented with the keys of a chat: countries with their stock, and tariffs with their prices."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from bot.providers.base import Provider
from bot.providers.renting import Tariff
from bot.shops import Listing, Shops
from storage.models import Key


@dataclass(frozen=True, slots=True)
class RentalPlace:
    """A country one key can rent in: `country` is the provider's own code, `cost` its cheapest tariff."""

    key: Key
    provider: Provider
    country: str
    iso2: str
    stock: int
    cost: Decimal
    currency: str


class Tariffs:
    """Reads what the chat's providers rent."""

    def __init__(self, shops: Shops) -> None:
        self._shops = shops

    async def places(self, chat_id: int) -> Listing[RentalPlace]:
        """Every country with a tariff, over all keys, those in stock first. Raises `NoKeys`."""
        raise NotImplementedError

    async def of(self, chat_id: int, key_id: str, country: str) -> Sequence[Tariff]:
        """The tariffs of a country, by the provider's code, shortest first.

        Raises `UnknownKey`, `NotOffered` when there are none, and what the provider failed with.
        """
        raise NotImplementedError
