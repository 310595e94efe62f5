"""Two providers of numbers in one chat, and what they offer there."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from pathlib import Path

from pydantic import SecretStr
from sqlalchemy import update

from bot.catalogue import Catalogue
from bot.offers import Offers
from bot.providers.base import Provider
from bot.shops import Shops
from storage.models import Key
from tests.core import OWNER, Core, open_core
from tests.doubles import KEY, FakeProvider


class Market:
    """Two providers, alpha and beta, in the owner's chat."""

    def __init__(self, core: Core) -> None:
        self.core = core
        #: Seconds a provider is given to answer.
        self.patience = 5.0
        self.alpha, self.beta = FakeProvider("alpha", core.clock), FakeProvider("beta", core.clock)
        self.providers: dict[str, Provider] = {"alpha": self.alpha, "beta": self.beta}

    def offers(self, *blocked: str) -> Offers:
        core = self.core
        shops = Shops(core.keys, self.providers, self.patience)
        return Offers(Catalogue(core.clock), shops, core.quotes, blocked, core.clock)

    async def key(self, provider: str, secret: str = KEY) -> None:
        core = self.core
        await core.keys.add(OWNER, provider, "", SecretStr(secret), Decimal(1), "USD", core.clock())

    async def stops(self, provider: str) -> None:
        """The provider has refused its keys."""
        async with self.core.database.begin() as session:
            await session.execute(
                update(Key).where(Key.provider == provider).values(stopped_at=self.core.clock())
            )


@asynccontextmanager
async def open_market(folder: Path) -> AsyncIterator[Market]:
    """A market with a key of each provider."""
    async with open_core(folder) as core:
        made = Market(core)
        await made.key("beta")
        yield made


async def told(offers: Offers, iso2: str = "US") -> list[tuple[str, str]]:
    listing = await offers.offers(OWNER, "telegram", iso2)
    return [(offer.provider.name, str(offer.cost)) for offer in listing.items]
