"""What somebody bought last: the services they are likely to want again."""

from collections.abc import Sequence

from sqlalchemy import select

from storage.database import Database
from storage.models import Activation, State

#: So many purchases back it is looked.
_LOOKED_AT = 50


class RecentStore:
    """Every method is one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def services(self, chat_id: int, owner_id: int) -> Sequence[str]:
        """The slugs of the services somebody bought last in a chat, the newest first."""
        query = select(Activation.service).where(
            Activation.owner_id == owner_id, Activation.chat_id == chat_id, Activation.state != State.FAILED
        )
        async with self._database.begin() as session:
            newest = query.order_by(Activation.created_at.desc()).limit(_LOOKED_AT)
            return list(dict.fromkeys(await session.scalars(newest)))
