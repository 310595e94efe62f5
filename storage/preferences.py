"""What people chose for themselves; a chat without a row has the defaults."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from storage.database import Database
from storage.models import Ceiling, Chat, Favourite, Preferences, Sort
from storage.sight import Sight, one_of

_VOICE = Sight.of(
    select(Chat.language, Preferences.utc_offset, Preferences.hide_codes)
    .outerjoin(Preferences, Preferences.chat_id == Chat.id)
    .where(Chat.id == bindparam("chat_id"))
)
_CEILINGS = Sight.of(select(Ceiling.purse, Ceiling.amount).where(Ceiling.chat_id == bindparam("chat_id")))
_FAVOURITES = Sight(
    select(Favourite.service)
    .where(Favourite.chat_id == bindparam("chat_id"), Favourite.owner_id == bindparam("owner_id"))
    .order_by(Favourite.created_at.desc())
)


@dataclass(frozen=True, slots=True)
class Voice:
    """How a chat is spoken to; "" where its language is not known, `utc_offset` None: the bot's zone."""

    language: str = ""
    utc_offset: int | None = None
    hide_codes: bool = False


class PreferenceStore:
    """Every method is one transaction, or a glance, and returns detached rows."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, chat_id: int) -> Preferences:
        """A chat's choices; the defaults where it made none."""
        return await self._database.see_one(one_of(Preferences), id=chat_id) or _defaults(chat_id)

    async def choose(self, chat_id: int, **values: object) -> Preferences:
        """Change some of a chat's choices, by the names of their columns."""
        async with self._database.begin() as session:
            return await _choose(session, chat_id, **values)

    async def speak(self, chat_id: int, language: str, spoken: str) -> None:
        """The chat's language from now on; "" is as the person's Telegram, which speaks `spoken`."""
        now = update(Chat).where(Chat.id == chat_id).values(language=(language or spoken)[:8])
        async with self._database.begin() as session:
            await _choose(session, chat_id, language=language[:8])
            await session.execute(now)

    async def voice(self, chat_id: int) -> Voice:
        """How a chat is spoken to now."""
        row = await self._database.see_one(_VOICE, chat_id=chat_id)
        return Voice() if row is None else Voice(row[0], row[1], bool(row[2]))

    async def ceilings(self, chat_id: int) -> dict[str, Decimal]:
        """The most a chat pays for one number, by purse (`bot.purses`)."""
        return dict(await self._database.see(_CEILINGS, chat_id=chat_id))

    async def cap(self, chat_id: int, purse: str, amount: Decimal | None) -> None:
        """Set the most a chat pays from a purse; None lifts it."""
        async with self._database.begin() as session:
            await session.execute(delete(Ceiling).where(Ceiling.chat_id == chat_id, Ceiling.purse == purse))
            if amount is not None:
                session.add(Ceiling(chat_id=chat_id, purse=purse, amount=amount))

    async def favourites(self, chat_id: int, owner_id: int) -> Sequence[str]:
        """The slugs of a person's favourite services, the newest first."""
        return await self._database.see(_FAVOURITES, chat_id=chat_id, owner_id=owner_id)

    async def star(self, chat_id: int, owner_id: int, service: str, now: datetime) -> bool:
        """Make a service a favourite, or one no more; whether it is one now."""
        async with self._database.begin() as session:
            old = await session.get(Favourite, (chat_id, owner_id, service))
            if old is not None:
                await session.delete(old)
                return False
            session.add(Favourite(chat_id=chat_id, owner_id=owner_id, service=service, created_at=now))
            return True


async def _choose(session: AsyncSession, chat_id: int, **values: object) -> Preferences:
    chosen = await session.get(Preferences, chat_id)
    if chosen is None:
        chosen = _defaults(chat_id)
        session.add(chosen)
    for name, value in values.items():
        setattr(chosen, name, value)
    return chosen


def _defaults(chat_id: int) -> Preferences:
    return Preferences(chat_id=chat_id, language="", sort=Sort.PRICE, hide_codes=False)
