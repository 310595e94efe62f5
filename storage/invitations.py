"""Invitations: links that let one person in, each once. Every change is in the log of deeds with it."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.database import Database
from storage.deeds import note
from storage.links import LinkOver, made, used
from storage.models import Guest, Purpose, SingleUse


class InvitationStore:
    """Every method is one transaction: nobody is let in without using a link up, and none is lost."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def make(self, by: int, now: datetime, lasts: timedelta) -> str:
        """The word of a new one: it is told this once."""
        async with self._database.begin() as session:
            note(session, by, "invite", "", now)
            return made(session, Purpose.INVITE, by, now, lasts)

    async def open(self, operators: Collection[int], now: datetime) -> Sequence[SingleUse]:
        """Those that still work, the one that ends first in front."""
        theirs = SingleUse.owner_id.in_(operators)
        query = select(SingleUse).where(*_open(now), theirs).order_by(SingleUse.expires_at)
        async with self._database.begin() as session:
            return (await session.scalars(query)).all()

    async def revoke(self, by: int, now: datetime) -> None:
        """From now on none of them works."""
        async with self._database.begin() as session:
            gone = await session.scalars(delete(SingleUse).where(*_open(now)).returning(SingleUse.hash))
            note(session, by, "uninvite", str(len(gone.all())), now)

    async def accept(
        self, word: str, person_id: int, name: str, operators: Collection[int], now: datetime
    ) -> Guest:
        """Somebody comes with a link: it is used up, and they are let in.

        Raises `LinkOver`, also where who made it is none of the operators any more.
        """
        async with self._database.begin() as session:
            link = await used(session, word, person_id, now)
            if link.owner_id not in operators:
                raise LinkOver
            guest = await _guest(session, person_id)
            guest.name, guest.admitted_at, guest.admitted_by = name[:128], now, link.owner_id
            note(session, link.owner_id, "invited", str(person_id), now)
            return guest


def _open(now: datetime) -> tuple[ColumnElement[bool], ...]:
    unused = SingleUse.used_at.is_(None), SingleUse.expires_at > now
    return (SingleUse.purpose == Purpose.INVITE, *unused)


async def _guest(session: AsyncSession, person_id: int) -> Guest:
    guest = await session.get(Guest, person_id)
    if guest is None:
        guest = Guest(id=person_id, name="")
        session.add(guest)
    return guest
