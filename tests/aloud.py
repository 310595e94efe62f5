"""A database that says all it asks: what others see at a glance, it asks in transactions, which are heard."""

from typing import TypeVar

from storage.database import Database
from storage.sight import Sight

T = TypeVar("T")


class Aloud(Database):
    """The same statements with the same values."""

    async def see(self, sight: Sight[T], **values: object) -> list[T]:
        async with self.begin() as session:
            return sight.read((await session.execute(sight.statement, values)).all())
