"""Who the operator let in, blocked or gave caps of their own: people, and groups by their negative ids."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from storage.database import Database
from storage.deeds import note
from storage.models import Chat, Guest, Member


class GuestStore:
    """Every method is one transaction; a change by an operator stands in the log with it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def all(self) -> Sequence[Guest]:
        async with self._database.begin() as session:
            return (await session.scalars(select(Guest))).all()

    async def groups_of(self, person_id: int, but: int) -> int:
        """How many groups, beside that one, somebody brought the bot into and it still is in."""
        theirs = select(func.count()).select_from(Guest).join(Chat, Chat.id == Guest.id)
        theirs = theirs.where(Guest.id < 0, Guest.id != but, Guest.brought_by == person_id)
        async with self._database.begin() as session:
            return await session.scalar(theirs.where(Chat.unreachable_at.is_(None))) or 0

    async def known(self, person_id: int) -> bool:
        """Whether somebody has been here, or was met in a group: they may have something here."""
        here = select(Chat.id).where(Chat.id == person_id).exists()
        there = select(Member.user_id).where(Member.user_id == person_id).exists()
        async with self._database.begin() as session:
            return bool(await session.scalar(select(here | there)))

    async def met_in(self, person_id: int) -> Sequence[int]:
        """The groups in which somebody was met."""
        theirs = select(Member.chat_id).where(Member.user_id == person_id)
        async with self._database.begin() as session:
            return (await session.scalars(theirs)).all()

    async def change(
        self, guest_id: int, values: dict[str, Any], by: int | None, what: str, now: datetime, more: str = ""
    ) -> Guest:
        """Change what is decided about somebody, by these columns; `by` None is nobody's deed."""
        async with self._database.begin() as session:
            guest = await session.get(Guest, guest_id)
            if guest is None:
                guest = Guest(id=guest_id, name="")
                session.add(guest)
            for name, value in values.items():
                setattr(guest, name, value)
            if by is not None:
                note(session, by, what, f"{guest_id} {more}".rstrip(), now)
            return guest
