"""A broadcast to fifty people that has started, and what became of its copies."""

from collections.abc import Sequence

from sqlalchemy import select

from storage.broadcasts import BroadcastStore
from storage.copies import CopyStore, Ended, Fate
from storage.database import Database
from storage.models import Broadcast, Chat, Post
from tests.storage.shelf import NOW, put

OLGA = 9000
NEWS = "news"


async def announced(database: Database) -> BroadcastStore:
    """Fifty people, and a broadcast to all of them that has started."""
    chats = [Chat(id=one, kind="private", created_at=NOW, seen_at=NOW) for one in range(1, 51)]
    draft = Broadcast(id=NEWS, admin_id=OLGA, source_id=7, title="We moved", created_at=NOW)
    await put(database, *chats, draft)
    made = BroadcastStore(database)
    aimed = await made.aim(NEWS, "all", "", NOW)
    assert aimed is not None
    assert await made.start(aimed, OLGA, NOW) is not None
    return made


async def posts(database: Database) -> Sequence[Post]:
    async with database.begin() as session:
        return (await session.scalars(select(Post).where(Post.broadcast == NEWS))).all()


async def all_ended(copies: CopyStore, fate: Fate = Fate.SENT) -> int:
    """Send whatever becomes due; how many were sent."""
    count = 0
    while await copies.feed(NOW) and (due := await copies.next(NOW, 7)):
        for one in due:
            assert await copies.begin([one], NOW)
            await copies.ended([Ended(one, fate, 1)], NOW)
            count += 1
    return count


async def row(store: BroadcastStore) -> Broadcast:
    found = await store.get(NEWS)
    assert found is not None
    return found
