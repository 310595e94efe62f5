"""Quotes: offers people look at. A quote's nonce is what the *Buy* button carries, good for one purchase."""

from datetime import datetime, timedelta

from sqlalchemy import delete, exists, update

from storage.database import Database
from storage.models import Activation, Quote

#: A price older than this is not bought at.
LIFETIME = timedelta(minutes=15)


class QuoteStore:
    """Every method is one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def open(self, quote: Quote) -> None:
        async with self._database.begin() as session:
            session.add(quote)

    async def get(self, nonce: str) -> Quote | None:
        async with self._database.begin() as session:
            return await session.get(Quote, nonce)

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
