"""What can be rented with the keys of a chat: countries with their stock, and tariffs with their prices."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from bot.errors import NotOffered
from bot.providers.base import Capability, Provider
from bot.providers.renting import RentalStock, Tariff
from bot.purses import in_order, purse_of
from bot.shops import Listing, Shop, Shops
from storage.models import Key

#: Bytes of a country's code that fit a button.
_COUNTRY_CODE = 16


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

    @property
    def purse(self) -> str:
        """What its price is compared within."""
        return purse_of(self.currency, self.provider.name)


class Tariffs:
    """Reads what the chat's providers rent."""

    def __init__(self, shops: Shops) -> None:
        self._shops = shops

    async def places(self, chat_id: int) -> Listing[RentalPlace]:
        """Every country with a tariff, over all keys, those in stock first. Raises `NoKeys`."""
        asked = await self._shops.ask(chat_id, self._places_of, Capability.RENT)
        places = [place for _, group in asked.items for place in group]
        return Listing(_in_order(places), asked.troubles)

    async def of(self, chat_id: int, key_id: str, country: str) -> Sequence[Tariff]:
        """The tariffs of a country, by the provider's code, shortest first.

        Raises `UnknownKey`, `NotOffered` when there are none, and what the provider failed with.
        """
        await self._shops.seller(chat_id, key_id)
        every = await self._shops.ask_one(key_id, chat_id, lambda provider, key: provider.tariffs(key))
        here = [tariff for tariff in every if tariff.country == country]
        if not here:
            raise NotOffered
        return sorted(here, key=lambda tariff: (tariff.days, tariff.cost))

    async def _places_of(self, shop: Shop) -> list[RentalPlace]:
        cheapest = _cheapest(await shop.provider.tariffs(shop.secret))
        stocks = {each.country: each for each in await shop.provider.rental_stock(shop.secret)}
        return [
            _place(shop.provider, key, tariff, stocks) for tariff in cheapest.values() for key in shop.keys
        ]


def _cheapest(tariffs: Iterable[Tariff]) -> dict[str, Tariff]:
    """By country, where its code fits a button (colons part its fields)."""
    found: dict[str, Tariff] = {}
    for tariff in sorted(tariffs, key=lambda each: each.cost):
        if ":" not in tariff.country and len(tariff.country.encode()) <= _COUNTRY_CODE:
            found.setdefault(tariff.country, tariff)
    return found


def _place(provider: Provider, key: Key, tariff: Tariff, stocks: Mapping[str, RentalStock]) -> RentalPlace:
    stock = stocks.get(tariff.country)
    return RentalPlace(
        key=key,
        provider=provider,
        country=tariff.country,
        iso2=tariff.iso2,
        stock=0 if stock is None else stock.stock,
        cost=tariff.cost,
        currency=provider.currency,
    )


def _in_order(places: Sequence[RentalPlace]) -> list[RentalPlace]:
    """In stock first, then by purse: amounts compare within one only."""
    purses = in_order([(place.purse, place.provider.name) for place in places])
    return sorted(places, key=lambda one: (one.stock == 0, purses.index(one.purse), one.cost))
