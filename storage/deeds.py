"""The log of what operators did: written in the transaction of the deed itself, read page by page."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.database import Database
from storage.models import Deed
from storage.outbox import new_id
from storage.sight import Sight

_NEWEST = Sight(
    select(Deed).order_by(Deed.at.desc(), Deed.id).limit(bindparam("limit")).offset(bindparam("skipped"))
)


class What(StrEnum):
    """Every deed there is."""

    LET_IN = "let in"
    LET_IN_ALL = "let in all"
    LET_OUT = "let out"
    BLOCK = "block"
    UNBLOCK = "unblock"
    CAP_PURCHASES = "cap purchases_per_day"
    CAP_NUMBERS = "cap active_numbers"
    CAP_MESSAGES = "cap messages_per_day"
    CAP_SPENDING = "cap spend_per_day"
    SET_PAUSED = "set paused"
    SET_ACCESS = "set access"
    SET_MAINTENANCE = "set maintenance"
    SET_BLOCKED_SERVICES = "set blocked_services"
    SET_NOTICES = "set notices"
    INVITE = "invite"
    UNINVITE = "uninvite"
    INVITED = "invited"
    BACKUP = "backup"
    SENT = "broadcast start"
    PAUSED = "broadcast pause"
    RESUMED = "broadcast resume"
    CANCELLED = "broadcast cancel"
    DELETED = "broadcast delete"
    EDITED = "broadcast edit"


def note(session: AsyncSession, admin_id: int, what: str, about: str, now: datetime) -> Deed:
    """Within the caller's transaction: an operator does this. Never a code, a key or a number in `about`.

    Raises `ValueError` for a deed that is not in `What`.
    """
    deed = Deed(id=new_id(), at=now, admin_id=admin_id, what=str(What(what)), about=about[:256])
    session.add(deed)
    return deed


class DeedStore:
    """Every deed of every operator, newest first."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def done(self, admin_id: int, what: str, about: str, now: datetime) -> None:
        """A deed that changes nothing in the database."""
        async with self._database.begin() as session:
            note(session, admin_id, what, about, now)

    async def recent(self, limit: int, skipped: int = 0) -> Sequence[Deed]:
        return await self._database.see(_NEWEST, limit=limit, skipped=skipped)
