"""What the herald holds: never more marked than may be in doubt, and what was not taken is due as before."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import event, func, select

from bot.aftermath import Aftermath
from bot.hand import Hand
from storage.broadcasts import BroadcastStore
from storage.chats import ChatStore
from storage.copies import CopyStore, Due
from storage.database import Database
from storage.models import Broadcast, Chat, Post
from storage.outbox import TRYING
from storage.vault import Vault
from tests.core import blank, put
from tests.doubles import FakeClock
from tests.stopwatch import settled
from tests.storage.shelf import MASTER

OLGA, NEWS, MOST = 9000, "news", 5


@dataclass
class Desk:
    """Fifty people, and a broadcast to all of them that goes out."""

    database: Database
    clock: FakeClock = field(default_factory=FakeClock)
    statements: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.store, self.copies = BroadcastStore(self.database), CopyStore(self.database)
        chats = ChatStore(self.database, Vault([MASTER]))
        self.after = Aftermath(
            self.copies, self.store, chats, self.clock, lambda: None, lambda broadcast_id: None
        )
        self.hand = Hand(self.copies, self.after, self.clock, self._read)

    async def open(self) -> None:
        now = self.clock()
        people = [Chat(id=one, kind="private", created_at=now, seen_at=now) for one in range(1, 51)]
        await put(self.database, *people, Broadcast(id=NEWS, admin_id=OLGA, source_id=7, created_at=now))
        aimed = await self.store.aim(NEWS, "all", "", now)
        assert aimed is not None
        await self.store.start(aimed, OLGA, now, None)
        await self.copies.feed(now)

    async def _read(self) -> Sequence[Due]:
        return await self.copies.next(self.clock(), 30)

    async def take(self) -> Due:
        taken = await self.hand.take(MOST)
        assert taken is not None
        return taken

    async def send(self, due: Due) -> None:
        await self.after.taken(due, 5)
        self.hand.let_go()

    async def in_doubt(self) -> int:
        """What a process that dies now would leave."""
        tried = select(func.count()).where(Post.failure == TRYING[0])
        async with self.database.begin() as session:
            return await session.scalar(tried) or 0

    def listen(self) -> None:
        engine = self.database.engine.sync_engine
        event.listen(engine, "before_cursor_execute", lambda *told: self.statements.append(told[2]))


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with blank(tmp_path) as database:
        made = Desk(database)
        await made.open()
        yield made


async def test_never_more_are_in_doubt_than_may_be_however_many_are_due(desk: Desk) -> None:
    for _ in range(9):
        taken = [await desk.take() for _ in range(3)]
        assert await desk.in_doubt() <= MOST
        for due in taken:
            await desk.send(due)
            assert await desk.in_doubt() <= MOST


async def test_who_takes_while_all_are_under_way_waits_until_one_found_its_end(desk: Desk) -> None:
    first, *_ = [await desk.take() for _ in range(MOST)]
    taking = asyncio.create_task(desk.take())
    await settled()
    assert not taking.done()
    await desk.send(first)
    await taking
    assert await desk.in_doubt() == MOST


async def test_while_it_is_not_sure_how_things_are_one_after_another_is_marked(desk: Desk) -> None:
    assert await desk.hand.take(1) is not None
    assert await desk.in_doubt() == 1


async def test_what_was_not_taken_is_due_as_before_and_everybody_gets_one(desk: Desk) -> None:
    sent = [await desk.take(), await desk.take()]
    for due in sent:
        await desk.send(due)
    await desk.hand.put_back()
    await desk.after.catch_up()
    assert await desk.in_doubt() == 0
    while (more := await desk.hand.take(MOST)) is not None:
        sent.append(more)
        await desk.send(more)
    await desk.after.catch_up()
    assert sorted(each.post.chat_id for each in sent) == list(range(1, 51))
    done = await desk.store.get(NEWS)
    assert done is not None
    assert done.sent == 50


async def test_who_is_out_of_reach_is_told_so_and_is_not_tried(desk: Desk) -> None:
    await ChatStore(desk.database, Vault([MASTER])).mark_unreachable(50, desk.clock())
    assert (await desk.take()).post.chat_id == 49
    told = await desk.store.get(NEWS)
    assert told is not None
    assert told.blocked == 1


async def test_copies_that_leave_one_after_another_cost_two_transactions_for_four(desk: Desk) -> None:
    await desk.send(await desk.take())
    desk.listen()
    for _ in range(16):
        await desk.send(await desk.take())
    noted = [words for words in desk.statements if words.startswith("UPDATE outbox")]
    assert 0 < len(noted) <= 2 * 16 / 4 + 1
