"""Links that work once: only the hash of a link's word is kept, so that nobody reads a link out of here."""

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import Refused, text
from storage.database import Database
from storage.models import Purpose, SingleUse

#: How long after its end a link is still known, to say that it was used or is too old.
_KNOWN = timedelta(days=30)
#: What a word begins with, so that a link of this kind is told from others; 128 random bits follow.
BEGINNING = {Purpose.GROUP_KEY: "gk_", Purpose.INVITE: "in_"}


class LinkOver(Refused):
    text = text("This link was used already, or is too old. Ask for a new one.")


class LinkNotYours(Refused):
    text = text("This link is for somebody else: it works only for the person who asked for it.")


class LinkStore:
    """Every method is one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def make(
        self,
        purpose: Purpose,
        owner_id: int,
        now: datetime,
        lasts: timedelta,
        *,
        person_id: int | None = None,
        chat_id: int | None = None,
    ) -> str:
        """The word of a new link, at most 64 characters of A-Z a-z 0-9 _ -: it is never told again."""
        async with self._database.begin() as session:
            return made(session, purpose, owner_id, now, lasts, person_id=person_id, chat_id=chat_id)

    async def look(self, word: str, person_id: int, now: datetime) -> SingleUse:
        """What a link is for, without using it up. Raises `LinkOver` or `LinkNotYours`."""
        async with self._database.begin() as session:
            return _good(await session.get(SingleUse, _hash(word)), person_id, now)

    async def use(self, word: str, person_id: int, now: datetime) -> SingleUse:
        """Use a link up, once and for all. Raises `LinkOver` or `LinkNotYours`."""
        async with self._database.begin() as session:
            return await used(session, word, person_id, now)

    async def sweep(self, now: datetime) -> None:
        """Forget links that are long over."""
        async with self._database.begin() as session:
            await session.execute(delete(SingleUse).where(SingleUse.expires_at < now - _KNOWN))


def made(
    session: AsyncSession,
    purpose: Purpose,
    owner_id: int,
    now: datetime,
    lasts: timedelta,
    *,
    person_id: int | None = None,
    chat_id: int | None = None,
) -> str:
    """Within the caller's transaction: the word of a new link."""
    word = BEGINNING[purpose] + secrets.token_urlsafe(16)
    link = SingleUse(hash=_hash(word), purpose=purpose, user_id=person_id, chat_id=chat_id)
    link.owner_id, link.created_at, link.expires_at = owner_id, now, now + lasts
    session.add(link)
    return word


async def used(session: AsyncSession, word: str, person_id: int, now: datetime) -> SingleUse:
    """Within the caller's transaction: a link is used up. Raises `LinkOver` or `LinkNotYours`."""
    link = _good(await session.get(SingleUse, _hash(word)), person_id, now)
    link.used_at, link.used_by = now, person_id
    return link


def _good(link: SingleUse | None, person_id: int, now: datetime) -> SingleUse:
    if link is None or link.used_at is not None or now >= link.expires_at:
        raise LinkOver
    if link.user_id not in (None, person_id):
        raise LinkNotYours
    return link


def _hash(word: str) -> str:
    return hashlib.sha256(word.encode()).hexdigest()
