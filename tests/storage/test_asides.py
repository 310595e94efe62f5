"""The copy of a group's SMS for its holder in private: armed with the SMS, by the rule of that moment."""

import pytest
from sqlalchemy import select

from storage.activations import ActivationStore, Heard
from storage.chats import ChatStore
from storage.database import Database
from storage.holders import HolderStore
from storage.models import Chat, Eyes, Key, Post, State
from storage.outbox import Kind
from storage.sharings import SharingStore
from storage.usage import UsageStore
from storage.vault import Vault
from tests.storage.shelf import MASTER, NOW, number, put, stored

TEAM, ANN, BOB = -100, 7, 8


@pytest.fixture
async def key(database: Database) -> Key:
    """Of a group in which Ann, who came in private once, has a number that waits."""
    key = await stored(database, chat_id=TEAM)
    for chat_id, kind in ((TEAM, "supergroup"), (ANN, "private")):
        await put(database, Chat(id=chat_id, kind=kind, created_at=NOW, seen_at=NOW))
    await put(
        database, number(key, "n", State.WAITING, owner_id=ANN, chat_id=TEAM, for_all=True, bought_at=NOW)
    )
    return key


async def said(database: Database) -> list[tuple[str, int]]:
    """What rings, and in which chat."""
    rings = select(Post.kind, Post.chat_id).where(Post.kind.in_((Kind.CODE, Kind.CODE_ASIDE)))
    async with database.begin() as session:
        return sorted((kind, chat_id) for kind, chat_id in await session.execute(rings))


async def hears(database: Database, code: str = "1234") -> None:
    await ActivationStore(database).received("n", Heard(code, None, None), NOW)


@pytest.mark.parametrize(
    ("eyes", "copies"), [(Eyes.BUYER, [("code_aside", ANN)]), (Eyes.EVERYONE, []), (None, [])]
)
async def test_a_copy_is_put_aside_where_not_everyone_may_read_it(
    database: Database, key: Key, eyes: Eyes | None, copies: list[tuple[str, int]]
) -> None:
    if eyes is None:
        await ChatStore(database, Vault([MASTER])).mark_unreachable(TEAM, NOW)
    else:
        await SharingStore(database).set(TEAM, NOW, who_sees=eyes)
    await hears(database)
    line = ("code", ANN if eyes is None else TEAM)
    assert await said(database) == [line, *copies]


async def test_the_copy_of_who_never_came_in_private_waits_for_them(database: Database, key: Key) -> None:
    given = await HolderStore(database).hand_over("n", ANN, BOB, NOW)
    assert given is not None
    await hears(database)
    assert await said(database) == [("code", TEAM), ("code_aside", BOB)]
    chat = await ChatStore(database, Vault([MASTER])).get(BOB)
    assert chat is not None
    assert chat.unreachable_at == NOW


async def test_an_unsaid_copy_goes_with_the_number(database: Database, key: Key) -> None:
    await hears(database)
    assert await said(database) == [("code", TEAM), ("code_aside", ANN)]
    holders = HolderStore(database)
    await put(database, Chat(id=BOB, kind="private", created_at=NOW, seen_at=NOW))
    await holders.hand_over("n", ANN, BOB, NOW)
    assert await said(database) == [("code", TEAM), ("code_aside", BOB)]
    await holders.hand_over("n", BOB, 9, NOW)
    assert await said(database) == [("code", TEAM), ("code_aside", 9)]


async def test_a_number_is_handed_over_by_its_holder_alone_while_it_is_in_use(
    database: Database, key: Key
) -> None:
    holders = HolderStore(database)
    assert await holders.hand_over("n", BOB, ANN, NOW) is None
    await put(database, number(key, "over", State.EXPIRED, owner_id=ANN, chat_id=TEAM))
    await put(database, number(key, "mine", State.WAITING, owner_id=ANN, chat_id=ANN))
    assert await holders.hand_over("over", ANN, BOB, NOW) is None
    assert await holders.hand_over("mine", ANN, BOB, NOW) is None


async def test_a_number_that_was_handed_over_counts_for_who_bought_it(database: Database, key: Key) -> None:
    await HolderStore(database).hand_over("n", ANN, BOB, NOW)
    await hears(database)
    usage = UsageStore(database)
    [used] = await usage.of(TEAM, NOW.replace(year=2000), NOW.replace(year=2100))
    assert (used.person_id, used.numbers, used.codes) == (ANN, 1, 1)
    assert await usage.of(TEAM, NOW.replace(year=2100), NOW.replace(year=2101)) == []
