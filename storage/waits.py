"""Minimum waits learned from refusals: how long after a purchase a provider does not let go of a number."""

from datetime import datetime, timedelta

from storage.database import Database
from storage.models import Learned

#: A provider may change its mind: after this a refusal teaches nothing any more.
FORGOTTEN = timedelta(days=1)


class WaitStore:
    """Every method is one transaction. Ages are seconds since the purchase."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def refused(self, provider: str, age: float, now: datetime) -> None:
        """A cancel was refused as too early at this age."""
        async with self._database.begin() as session:
            row = await session.get(Learned, provider)
            if row is None or now - row.at > FORGOTTEN:
                await session.merge(Learned(provider=provider, refused=age, at=now))
            else:
                row.refused, row.at = max(row.refused, age), now

    async def seconds(self, provider: str, now: datetime) -> float:
        """The latest age at which a cancel was refused lately; 0 when none was."""
        async with self._database.begin() as session:
            row = await session.get(Learned, provider)
        return 0.0 if row is None or now - row.at > FORGOTTEN else row.refused
