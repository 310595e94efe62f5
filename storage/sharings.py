"""The rules of groups that share numbers, and the people met there."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from sqlalchemy import bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from storage.asides import put_aside
from storage.database import Database
from storage.models import Activation, Buyers, Eyes, Member, Post, Sharing, Sms
from storage.models.columns import NOBODY
from storage.outbox import Kind, arm
from storage.sight import Sight, one_of

_THERE = select(Member).where(Member.chat_id == bindparam("chat_id"))
_MEMBER = Sight(_THERE.where(Member.user_id == bindparam("person_id")))
#: So many are asked about in one statement; nobody has the id of those who are left over.
_AT_ONCE = 20
_NOBODY = {f"person_{place}": NOBODY for place in range(_AT_ONCE)}
_NAMES = Sight.of(
    select(Member.user_id, Member.name).where(
        Member.chat_id == bindparam("chat_id"), Member.user_id.in_([bindparam(each) for each in _NOBODY])
    )
)
_MEMBERS = Sight(_THERE.order_by(Member.name, Member.user_id))


class SharingStore:
    """One transaction or glance each. A group nobody set up has no row: nothing is bought there."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, chat_id: int) -> Sharing | None:
        return await self._database.see_one(one_of(Sharing), id=chat_id)

    async def set(self, chat_id: int, now: datetime, **values: object) -> Sharing:
        """Change a group's rules, by their columns; the first change makes them.

        What was not posted yet for everyone is its holder's alone from then on, who gets it in private.
        """
        async with self._database.begin() as session:
            rules = await _rules(session, chat_id, now)
            for name, value in values.items():
                setattr(rules, name, value)
            rules.changed_at = now
            await session.flush()
            if values.get("who_sees") is Eyes.BUYER:
                await _put_aside(session, chat_id, now)
            return rules

    async def key_came(self, chat_id: int, key_id: str, now: datetime) -> None:
        """A key was added for the group: it has rules from now on, and is told in the topic they name."""
        async with self._database.begin() as session:
            rules = await _rules(session, chat_id, now)
            await arm(session, Kind.KEY_SHARED, key_id, chat_id, now, anew=True)
            said = update(Post).where(Post.dedup == f"{Kind.KEY_SHARED}:{key_id}")
            await session.execute(said.values(thread_id=rules.thread_id))

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
        return await self._database.see_one(_MEMBER, chat_id=chat_id, person_id=person_id)

    async def names(self, chat_id: int, people: Collection[int]) -> Mapping[int, str]:
        """What these are called there, by who they are; who was never met is missing."""
        few, found = [*people], dict[int, str]()
        for start in range(0, len(few), _AT_ONCE):
            asked = {f"person_{place}": one for place, one in enumerate(few[start : start + _AT_ONCE])}
            found |= dict(await self._database.see(_NAMES, chat_id=chat_id, **_NOBODY | asked))
        return found

    async def members(self, chat_id: int) -> Sequence[Member]:
        """Everybody met there, by name."""
        return await self._database.see(_MEMBERS, chat_id=chat_id)

    async def let_buy(self, chat_id: int, person_id: int, may: bool, now: datetime) -> None:
        """Name somebody who was met there as one who may buy, or take it back.

        Taken back, it is a change of the rules: of several that were confirmed no more are ordered.
        """
        theirs = update(Member).where(Member.chat_id == chat_id, Member.user_id == person_id)
        async with self._database.begin() as session:
            await session.execute(theirs.values(may_buy=may))
            rules = await session.get(Sharing, chat_id)
            if rules is not None and not may:
                rules.changed_at = now


def unset(chat_id: int) -> Sharing:
    """The rules of a group that chose none yet, as they are when it begins; nothing is stored."""
    return Sharing(
        chat_id=chat_id,
        who_buys=Buyers.ADMINS,
        who_sees=Eyes.BUYER,
        numbers_per_day=0,
        spend_per_day=Decimal(0),
        active_numbers=0,
    )


async def _put_aside(session: AsyncSession, chat_id: int, now: datetime) -> None:
    unsaid = select(Sms, Activation).join(Activation, Activation.id == Sms.activation_id)
    posts = unsaid.join(Post, Post.dedup == f"{Kind.CODE}:" + Sms.id)
    here = posts.where(Post.chat_id == chat_id, Post.sent_at.is_(None))
    for sms, row in (await session.execute(here)).all():
        await put_aside(session, row, sms.id, now)


async def _rules(session: AsyncSession, chat_id: int, now: datetime) -> Sharing:
    """Within the caller's transaction: a group's rules, which begin now where it has none."""
    rules = await session.get(Sharing, chat_id)
    if rules is None:
        rules = unset(chat_id)
        rules.created_at = rules.changed_at = now
        session.add(rules)
    return rules
