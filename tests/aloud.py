"""A database that says all it asks: glances and strokes, which nobody hears, are transactions here."""

from typing import TypeVar

from storage.database import BARE, Database
from storage.sight import Sight, Stroke

T = TypeVar("T")


class Aloud(Database):
    """The same statements with the same values."""

    async def see(self, sight: Sight[T], **values: object) -> list[T]:
        async with self.begin() as session:
            return sight.read((await session.execute(sight.statement, values)).all())

    async def write(self, stroke: Stroke, **values: object) -> None:
        async with self.begin() as session:
            await session.execute(stroke.statement, values, execution_options=BARE)
