"""What can be bought: an offer of one key, a country with its offers, and the order in which they stand."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from bot.providers.base import Provider
from bot.purses import in_order as purses_in_order
from bot.purses import purse_of
from bot.search import Listed
from storage.models import Key, Quote
from storage.outbox import new_id


@dataclass(frozen=True, slots=True)
class Offer:
    """A number that could be bought: which key, which of the provider's own codes, and for how much.

    `as_of` is set where the provider does not answer now: it was so at that moment.
    """

    provider: Provider
    key: Key
    service: Listed
    service_code: str
    iso2: str
    country_code: str
    country_name: str
    cost: Decimal
    currency: str
    stock: int | None
    as_of: datetime | None = None

    @property
    def purse(self) -> str:
        """What its price is compared within."""
        return purse_of(self.currency, self.provider.name)

    @property
    def stopped(self) -> bool:
        """Whether the provider refused its key, as far as that is known."""
        return self.key.stopped_at is not None


@dataclass(frozen=True, slots=True)
class Place:
    """A country where a service is sold, and its offers there, cheapest first."""

    iso2: str
    name: str
    offers: Sequence[Offer]

    @property
    def cost(self) -> Decimal:
        """The best price."""
        return self.offers[0].cost

    @property
    def currency(self) -> str:
        return self.offers[0].currency

    @property
    def stock(self) -> int | None:
        """Of all providers, None where nobody tells of any: several keys of one sell the same stock."""
        stocks = {(offer.provider.name, offer.country_code): offer.stock for offer in self.offers}
        told = [stock for stock in stocks.values() if stock is not None]
        return sum(told) if any(told) or len(told) == len(stocks) else None


def in_order(offers: Sequence[Offer]) -> list[Offer]:
    """In stock first, keys that stopped after the others, then by purse: amounts compare within one only."""
    purses = purses_in_order([(offer.purse, offer.provider.name) for offer in offers])
    rank = {purse: place for place, purse in enumerate(purses)}
    return sorted(offers, key=lambda one: (one.stock == 0, one.stopped, rank[one.purse], one.cost))


def quote_of(offer: Offer, chat_id: int, owner_id: int, now: datetime) -> Quote:
    """An offer as it was seen, under a nonce of its own."""
    return Quote(
        nonce=new_id(),
        chat_id=chat_id,
        owner_id=owner_id,
        key_id=offer.key.id,
        service=offer.service.slug,
        service_name=offer.service.name[:128],
        service_code=offer.service_code,
        country=offer.iso2,
        country_name=offer.country_name[:64],
        country_code=offer.country_code,
        cost=offer.cost,
        currency=offer.currency,
        suppliers="",
        except_suppliers="",
        avoid_prefixes="",
        created_at=now,
    )
