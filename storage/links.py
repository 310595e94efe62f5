"""Links that work once: only the hash of a link's word is kept, so that nobody reads a link out of here."""

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete, update

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
        word = BEGINNING[purpose] + secrets.token_urlsafe(16)
        link = SingleUse(hash=_hash(word), purpose=purpose, user_id=person_id, chat_id=chat_id)
        link.owner_id, link.created_at, link.expires_at = owner_id, now, now + lasts
        async with self._database.begin() as session:
            session.add(link)
        return word

    async def look(self, word: str, person_id: int, now: datetime) -> SingleUse:
        """What a link is for, without using it up. Raises `LinkOver` or `LinkNotYours`."""
        async with self._database.begin() as session:
            return _good(await session.get(SingleUse, _hash(word)), person_id, now)

    async def use(self, word: str, person_id: int, now: datetime) -> SingleUse:
        """Use a link up, once and for all. Raises `LinkOver` or `LinkNotYours`."""
        free = update(SingleUse).where(SingleUse.hash == _hash(word), SingleUse.used_at.is_(None))
        async with self._database.begin() as session:
            link = _good(await session.get(SingleUse, _hash(word)), person_id, now)
            await session.execute(free.values(used_at=now, used_by=person_id))
            return link

    async def sweep(self, now: datetime) -> None:
        """Forget links that are long over."""
        async with self._database.begin() as session:
            await session.execute(delete(SingleUse).where(SingleUse.expires_at < now - _KNOWN))


def _good(link: SingleUse | None, person_id: int, now: datetime) -> SingleUse:
    if link is None or link.used_at is not None or now >= link.expires_at:
        raise LinkOver
    if link.user_id not in (None, person_id):
        raise LinkNotYours
    return link


def _hash(word: str) -> str:
    return hashlib.sha256(word.encode()).hexdigest()
