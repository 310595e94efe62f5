"""Quotes: offers people look at.

The *Buy* button carries a quote's nonce, good for one purchase, and the mark of what it showed.
"""

import hashlib
from datetime import datetime, timedelta

from sqlalchemy import delete, exists, update

from storage.database import Database
from storage.models import Activation, Quote
from storage.sight import one_of

#: A price older than this is not bought at.
LIFETIME = timedelta(minutes=15)
_PRICES = ("cost", "min_price", "max_price")
_CHOICES = ("count", "operator", "suppliers", "except_suppliers", "avoid_prefixes")


def mark(quote: Quote, *, for_all: bool = False) -> str:
    """Twelve letters that are others when anything that is bought of a quote, or its price, was changed.

    So are they where its group's rule is another: `for_all`, where everyone there will read the codes.
    """
    prices = [price and price.normalize() for price in (getattr(quote, name) for name in _PRICES)]
    eyes = ["everyone"] if for_all else []
    said = repr([*prices, *(getattr(quote, name) or "" for name in _CHOICES), *eyes])
    return hashlib.blake2s(said.encode(), digest_size=6).hexdigest()


class QuoteStore:
    """Every method is one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def open(self, quote: Quote) -> None:
        async with self._database.begin() as session:
            session.add(quote)

    async def get(self, nonce: str) -> Quote | None:
        return await self._database.see_one(one_of(Quote), id=nonce)

    async def change(self, nonce: str, **values: object) -> Quote | None:
        """Choose an operator, a price … None when it is gone or was bought from already."""
        bought = exists().where(Activation.nonce == Quote.nonce)
        statement = update(Quote).where(Quote.nonce == nonce, ~bought).values(**values).returning(Quote)
        async with self._database.begin() as session:
            return (await session.scalars(statement)).one_or_none()

    async def sweep(self, now: datetime) -> None:
        """Forget what can no longer be bought from, a day late: an old button gets a true answer."""
        async with self._database.begin() as session:
            await session.execute(delete(Quote).where(Quote.created_at < now - timedelta(days=1)))
