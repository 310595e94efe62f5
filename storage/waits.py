"""Minimum waits learned from refusals: how long after a purchase a provider really lets go of a number."""

from storage.database import Database
from storage.models import Learned


class WaitStore:
    """Every method is one transaction. Ages are seconds since the purchase."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def refused(self, provider: str, age: float) -> None:
        """A cancel was refused as too early at this age."""
        async with self._database.begin() as session:
            row = await session.get(Learned, provider)
            if row is None:
                session.add(Learned(provider=provider, refused=age))
                return
            row.refused = max(row.refused, age)
            if row.accepted is not None and row.accepted <= age:
                row.accepted = None

    async def accepted(self, provider: str, age: float) -> None:
        """A cancel was accepted at this age; of interest only where one was refused before."""
        async with self._database.begin() as session:
            row = await session.get(Learned, provider)
            if row is not None and age > row.refused:
                row.accepted = age if row.accepted is None else min(row.accepted, age)

    async def seconds(self, provider: str) -> float:
        """The earliest age that worked, else the latest that did not; 0 when nothing was refused yet."""
        async with self._database.begin() as session:
            row = await session.get(Learned, provider)
        return 0.0 if row is None else row.accepted or row.refused
