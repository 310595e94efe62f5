"""Chats: who the bot talks with, in which language, whether it can be reached, and where it moved."""

import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

from sqlalchemy import Table, delete, exists, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import BrokenKey
from storage import departures
from storage.absent import Absent
from storage.database import Database
from storage.models import (
    Activation,
    Chat,
    Form,
    Guest,
    HungMenu,
    Key,
    Member,
    Post,
    Preferences,
    Row,
)
from storage.notice_board import follow
from storage.outbox import unpark
from storage.sight import one_of
from storage.vault import Vault

log = logging.getLogger(__name__)

#: What people chose: a chat has one row of each, or one for each thing.
_CHOICES = ("preferences", "ceilings", "favourites", "sharings")
_NAMESAKES = 5


async def _nobody() -> None:
    """Nobody keeps at hand what belongs to chats."""


class ChatStore:
    """Every chat the bot has seen. The vault is for a chat that moves: its keys are sealed for their chat.

    `step` is how many numbers of a lost group move out at once.
    """

    def __init__(self, database: Database, vault: Vault, step: int = departures.STEP) -> None:
        self._database = database
        self._vault = vault
        self._step = step
        #: Chats that were heard since something was last begun to be said there.
        self._heard: set[int] = set()
        #: Chats that are not out of reach, as long as nobody marks them and they are not seen anew.
        self._reached: Absent[int] = Absent()
        #: Called when a chat has moved: what somebody has at hand of it is out of date.
        self.moved: Callable[[], Awaitable[None]] = _nobody

    async def see(self, chat_id: int, kind: str, title: str, language: str, now: datetime) -> Chat:
        """Remember a chat as it is now. A private chat's language follows the person's until they choose one,
        a group's is the first that was heard.

        Being seen does not make a chat reachable: the news that the bot was blocked is seen too.
        """
        self._reached.doubt(chat_id)
        since = self._reached.since()
        async with self._database.begin() as session:
            chat = await session.get(Chat, chat_id)
            if chat is None:
                chat = Chat(id=chat_id, created_at=now)
                session.add(chat)
            if not chat.language or (kind == "private" and not await _chose_a_language(session, chat_id)):
                chat.language = language[:8] or chat.language or ""
            chat.kind, chat.title, chat.seen_at = kind, title[:128], now
        if chat.unreachable_at is None:
            self._reached.note(chat_id, since)
        return chat

    async def get(self, chat_id: int) -> Chat | None:
        return await self._database.see_one(one_of(Chat), id=chat_id)

    async def language(self, chat_id: int) -> str:
        """The chat's language; "" when it is not known."""
        async with self._database.begin() as session:
            return await session.scalar(select(Chat.language).where(Chat.id == chat_id)) or ""

    async def block_until(self, chat_id: int, until: datetime | None) -> None:
        """Nothing is sent there before `until`, as Telegram asked, even if the chat was never seen."""
        async with self._database.begin() as session:
            chat = await session.get(Chat, chat_id)
            if chat is None and until is not None:
                chat = Chat(id=chat_id, kind="", created_at=until, seen_at=until)
                session.add(chat)
            if chat is not None:
                chat.blocked_until = until

    async def mark_unreachable(self, chat_id: int, now: datetime) -> None:
        """Nothing can be delivered any more; the first such moment is kept, even if it was never seen.

        What a group has not heard yet is its buyers' from now on, see `storage.departures`.
        """
        with self._reached.changing(chat_id):
            async with self._database.begin() as session:
                chat = await session.get(Chat, chat_id)
                if chat is None:
                    chat = Chat(id=chat_id, kind="", created_at=now, seen_at=now)
                    session.add(chat)
                chat.unreachable_at = chat.unreachable_at or now
                more = chat_id < 0 and await departures.depart(session, chat_id, self._step)
        if more:
            await self._go_on(chat_id)

    async def sweep(self) -> None:
        """At the start, and in housekeeping: what a lost group has left to move out goes on."""
        async with self._database.begin() as session:
            groups = await departures.under_way(session)
        for group_id in groups:
            await self._go_on(group_id)

    async def _go_on(self, group_id: int) -> None:
        more = True
        while more:
            async with self._database.begin() as session:
                more = await departures.go_on(session, group_id, self._step)

    def speak(self, chat_id: int) -> None:
        """Something is about to be said there: from now on it counts whether the chat is heard."""
        self._heard.discard(chat_id)

    def heard(self, chat_id: int) -> bool:
        """Whether the chat was heard since: a refusal that comes only now is out of date."""
        return chat_id in self._heard

    async def mark_reachable(self, chat_id: int) -> bool:
        """Whether it had been out of reach until now."""
        self._heard.add(chat_id)
        if chat_id in self._reached:
            return False
        since = self._reached.since()
        lost = update(Chat).where(Chat.id == chat_id, Chat.unreachable_at.is_not(None))
        async with self._database.begin() as session:
            found = await session.scalar(lost.values(unreachable_at=None).returning(Chat.id))
            if found is not None:
                await unpark(session, chat_id)
        self._reached.note(chat_id, since)
        return found is not None

    async def groups_called(self, title: str) -> Sequence[int]:
        """The basic groups of that title, a few at most: one of them may be a supergroup by now."""
        called = select(Chat.id).where(Chat.kind == "group", Chat.title == title).limit(_NAMESAKES)
        async with self._database.begin() as session:
            return list(await session.scalars(called))

    async def migrate(self, old: int, new: int) -> None:
        """A group became a supergroup: everything it had is the new chat's. A second time changes nothing."""
        try:
            await self._migrate(old, new)
        finally:
            # Whoever was cancelled does not know whether it was committed.
            self._reached.doubt_all()
            await self.moved()

    async def _migrate(self, old: int, new: int) -> None:
        async with self._database.begin() as session:
            await _move_chat(session, old, new)
            await _forget_messages(session, old)
            await self._move_keys(session, old, new)
            await _make_room(session, old, new)
            await _move_guest(session, old, new)
            await follow(session, old, new)
            await departures.follow(session, old, new)
            for table in Row.metadata.sorted_tables:
                await _move_rows(session, table, old, new)
            await unpark(session, new)

    async def _move_keys(self, session: AsyncSession, old: int, new: int) -> None:
        for row in await session.scalars(select(Key).where(Key.chat_id == old)):
            try:
                secret = self._vault.open(row) if row.ciphertext else None
            except BrokenKey:
                log.error("key %s does not decrypt and moves as it is", row.id)
                secret = None
            row.chat_id = new
            if secret is not None:
                self._vault.reseal(row, secret)


async def _chose_a_language(session: AsyncSession, chat_id: int) -> bool:
    chosen = await session.get(Preferences, chat_id)
    return chosen is not None and bool(chosen.language)


async def _move_chat(session: AsyncSession, old: int, new: int) -> None:
    """The new chat may have been seen already; what people chose in the old one stays chosen."""
    before, after = await session.get(Chat, old), await session.get(Chat, new)
    if before is None:
        return
    if after is None:
        before.id, before.kind = new, "supergroup"
        before.blocked_until = before.unreachable_at = None
        return
    after.language, after.created_at = before.language, min(before.created_at, after.created_at)
    await session.delete(before)


async def _forget_messages(session: AsyncSession, old: int) -> None:
    """Message ids count anew in a supergroup: an old one would point at somebody else's message."""
    cards = update(Activation).where(Activation.card_chat_id == old)
    await session.execute(cards.values(card_chat_id=None, card_message_id=None))
    await session.execute(update(Post).where(Post.chat_id == old).values(message_id=None))
    await session.execute(delete(HungMenu).where(HungMenu.chat_id == old))


async def _make_room(session: AsyncSession, old: int, new: int) -> None:
    """Who has a form in the new chat already keeps that one; what was chosen in the old one stays chosen."""
    newer = select(Form.user_id).where(Form.chat_id == new).scalar_subquery()
    await session.execute(delete(Form).where(Form.chat_id == old, Form.user_id.in_(newer)))
    known = select(Member.user_id).where(Member.chat_id == old).scalar_subquery()
    await session.execute(delete(Member).where(Member.chat_id == new, Member.user_id.in_(known)))
    for name in _CHOICES:
        table = Row.metadata.tables[name]
        moving = exists().where(table.alias().c.chat_id == old)
        await session.execute(delete(table).where(table.c.chat_id == new, moving))


async def _move_guest(session: AsyncSession, old: int, new: int) -> None:
    """What the operator decided about the group holds on."""
    if await session.get(Guest, old) is not None:
        await session.execute(delete(Guest).where(Guest.id == new))
        await session.execute(update(Guest).where(Guest.id == old).values(id=new))


async def _move_rows(session: AsyncSession, table: Table, old: int, new: int) -> None:
    """Every table that has a `chat_id`, also those to come."""
    if "chat_id" in table.c:
        await session.execute(update(table).where(table.c.chat_id == old).values(chat_id=new))
