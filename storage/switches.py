"""What operators set while the bot runs: kept by name, each change in the log of their deeds."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import delete, select

from storage.database import Database
from storage.deeds import note
from storage.models import Switch


class SwitchStore:
    """The switches that were set; one that is not here is as the settings say."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def all(self) -> Mapping[str, str]:
        async with self._database.begin() as session:
            return {row.name: row.value for row in await session.scalars(select(Switch))}

    async def set(self, name: str, value: str | None, by: int, now: datetime, about: str = "") -> None:
        """Set one; None puts it back to what the settings say. The log says `about` or the value, if any."""
        told = about or value or ""
        async with self._database.begin() as session:
            await session.execute(delete(Switch).where(Switch.name == name))
            if value is not None:
                session.add(Switch(name=name, value=value, changed_at=now, changed_by=by))
            note(session, by, f"set {name}"[:32], told, now)
