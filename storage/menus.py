"""Menus that hang in groups, each with whose it is: who asked for it there."""

from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, select

from storage.database import Database
from storage.models import HungMenu
from storage.sight import Sight

#: Nobody presses on a menu that is older.
LIFETIME = timedelta(days=2)

_HERE = HungMenu.chat_id == bindparam("chat_id"), HungMenu.message_id == bindparam("message_id")
_OWNER = Sight(select(HungMenu.owner_id).where(*_HERE))


class MenuStore:
    """Every method is one transaction, or a look."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def hang(self, chat_id: int, message_id: int, owner_id: int, now: datetime) -> None:
        """A message with buttons was sent in answer to somebody."""
        menu = HungMenu(chat_id=chat_id, message_id=message_id, owner_id=owner_id, created_at=now)
        async with self._database.begin() as session:
            await session.merge(menu)

    async def owner(self, chat_id: int, message_id: int) -> int | None:
        """Whose buttons hang there; None where nobody asked for them, or too long ago."""
        return await self._database.see_one(_OWNER, chat_id=chat_id, message_id=message_id)

    async def sweep(self, now: datetime) -> None:
        """Forget menus nobody presses on any more."""
        async with self._database.begin() as session:
            await session.execute(delete(HungMenu).where(HungMenu.created_at < now - LIFETIME))
