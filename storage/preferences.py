"""What people chose for themselves; a chat without a row has the defaults."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from sqlalchemy import delete, select

from storage.database import Database
from storage.models import Ceiling, Favourite, Preferences, Sort


class PreferenceStore:
    """Every method is one transaction and returns detached rows."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, chat_id: int) -> Preferences:
        """A chat's choices; the defaults where it made none."""
        async with self._database.begin() as session:
            return await session.get(Preferences, chat_id) or _defaults(chat_id)

    async def choose(self, chat_id: int, **values: object) -> Preferences:
        """Change some of a chat's choices, by the names of their columns."""
        async with self._database.begin() as session:
            chosen = await session.get(Preferences, chat_id)
            if chosen is None:
                chosen = _defaults(chat_id)
                session.add(chosen)
            for name, value in values.items():
                setattr(chosen, name, value)
            return chosen

    async def ceilings(self, chat_id: int) -> dict[str, Decimal]:
        """The most a chat pays for one number, by currency."""
        query = select(Ceiling.currency, Ceiling.amount).where(Ceiling.chat_id == chat_id)
        async with self._database.begin() as session:
            return {row.currency: row.amount for row in await session.execute(query)}

    async def cap(self, chat_id: int, currency: str, amount: Decimal | None) -> None:
        """Set the most a chat pays in a currency; None lifts it."""
        async with self._database.begin() as session:
            await session.execute(
                delete(Ceiling).where(Ceiling.chat_id == chat_id, Ceiling.currency == currency)
            )
            if amount is not None:
                session.add(Ceiling(chat_id=chat_id, currency=currency, amount=amount))

    async def favourites(self, chat_id: int, owner_id: int) -> Sequence[str]:
        """The slugs of a person's favourite services, the newest first."""
        query = select(Favourite.service).where(Favourite.chat_id == chat_id, Favourite.owner_id == owner_id)
        async with self._database.begin() as session:
            return (await session.scalars(query.order_by(Favourite.created_at.desc()))).all()

    async def star(self, chat_id: int, owner_id: int, service: str, now: datetime) -> bool:
        """Make a service a favourite, or one no more; whether it is one now."""
        async with self._database.begin() as session:
            old = await session.get(Favourite, (chat_id, owner_id, service))
            if old is not None:
                await session.delete(old)
                return False
            session.add(Favourite(chat_id=chat_id, owner_id=owner_id, service=service, created_at=now))
            return True


def _defaults(chat_id: int) -> Preferences:
    return Preferences(chat_id=chat_id, sort=Sort.PRICE, hide_codes=False)
