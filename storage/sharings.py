"""The rules of groups that share numbers, and the people met there."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update

from storage.database import Database
from storage.models import Member, Sharing


class SharingStore:
    """Every method is one transaction. A group nobody set up has no row: nothing is bought there."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, chat_id: int) -> Sharing | None:
        async with self._database.begin() as session:
            return await session.get(Sharing, chat_id)

    async def set(self, chat_id: int, now: datetime, **values: object) -> Sharing:
        """Change a group's rules, by their columns; the first change makes them."""
        async with self._database.begin() as session:
            rules = await session.get(Sharing, chat_id)
            if rules is None:
                rules = Sharing(chat_id=chat_id, created_at=now)
                session.add(rules)
            for name, value in values.items():
                setattr(rules, name, value)
            rules.changed_at = now
            await session.flush()
            return rules

    # Who is there

    async def met(self, chat_id: int, person_id: int, name: str, now: datetime) -> None:
        """Somebody pressed or wrote in the group, by this name."""
        async with self._database.begin() as session:
            member = await session.get(Member, (chat_id, person_id))
            if member is None:
                member = Member(chat_id=chat_id, user_id=person_id, may_buy=False)
                session.add(member)
            member.name, member.seen_at = name[:64], now

    async def member(self, chat_id: int, person_id: int) -> Member | None:
        async with self._database.begin() as session:
            return await session.get(Member, (chat_id, person_id))

    async def members(self, chat_id: int) -> Sequence[Member]:
        """Everybody met there, by name."""
        known = select(Member).where(Member.chat_id == chat_id).order_by(Member.name, Member.user_id)
        async with self._database.begin() as session:
            return (await session.scalars(known)).all()

    async def let_buy(self, chat_id: int, person_id: int, may: bool) -> None:
        """Name somebody who was met there as one who may buy, or take it back."""
        theirs = update(Member).where(Member.chat_id == chat_id, Member.user_id == person_id)
        async with self._database.begin() as session:
            await session.execute(theirs.values(may_buy=may))
